//! The HTTP service: API and web pages over [`crate::search`] and [`crate::store`].
//!
//! ```text
//! accept → headers (request id, security headers, compression) → problem (errors as JSON or HTML)
//!        → app (routes) → api | suggest | rows | feed | pages | file | health | opensearch → reading (bounded blocking work) → search, store
//! ```
//!
//! **Invariants:** highlights and texts from reports reach HTML only through the templates' escaping; nothing here
//! writes to the library; whatever may block runs in `reading`, never on the async threads.

mod accept;
mod api;
mod app;
mod conditional;
mod feed;
mod file;
mod headers;
mod health;
mod limits;
mod links;
mod opensearch;
mod pages;
mod problem;
mod range;
mod reading;
mod related;
mod rows;
mod searcher;
mod suggest;
mod ui;

#[cfg(test)]
mod tests;

pub use accept::serve;
pub use app::{app, app_with_limits};
pub use limits::Limits;
pub use links::{BasePathError, parse_base_path};

use crate::search::Engine;
use crate::store::Library;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What the service answers with. Shared by all requests.
pub struct State {
    /// The library.
    pub library: Arc<Library>,
    /// The searcher.
    pub engine: Arc<Engine>,
    /// Whether an ingest is running.
    pub ingesting: Arc<AtomicBool>,
    /// `/recto` if served under a path; empty at the root. Never ends in `/` (see [`parse_base_path`]).
    pub base_path: String,
}
