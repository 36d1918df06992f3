//! The HTTP service: API and web pages over [`crate::search`] and [`crate::store`].

use crate::search::Engine;
use crate::store::Library;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What the service answers with. Shared by all requests.
pub struct State {
    /// The library; `None` until a first ingest has made one.
    pub library: Arc<Library>,
    /// The searcher.
    pub engine: Arc<Engine>,
    /// Whether an ingest is running.
    pub ingesting: Arc<AtomicBool>,
    /// `/recto` if served under a path; empty at the root. Never ends in `/`.
    pub base_path: String,
}

/// The routes.
pub fn app(state: Arc<State>) -> axum::Router {
    let _ = state;
    unimplemented!()
}

/// Serves until `shutdown` resolves, then lets requests finish.
pub async fn serve(
    listener: tokio::net::TcpListener,
    state: Arc<State>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let _ = (listener, state, shutdown);
    unimplemented!()
}
