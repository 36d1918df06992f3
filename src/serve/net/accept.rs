//! The accept loop: connections bounded in number, each with a deadline for its request heads, and a shutdown that ends.
//!
//! `axum::serve` sets no timer, so one slow client a connection could hold the service; hyper does it here. Its timer
//! runs from the moment it waits for a request, so it bounds idle connections as well.

use crate::serve::State;
use crate::serve::limits::Limits;
use crate::serve::routes::router;
use crate::serve::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How often the index is looked at for commits of this or another process.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// How long to wait after `accept` failed, as it does while the process has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `shutdown` resolves, then lets requests finish, at most for [`Limits::shutdown`].
pub async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_service(listener, Arc::new(Service::new(&state, Limits::default())), shutdown).await
}

/// Serves a service; see [`serve`].
pub async fn serve_service(
    listener: TcpListener,
    service: Arc<Service>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let limits = service.limits.clone();
    let app = router(Arc::clone(&service));
    let follower = tokio::spawn(follow(Arc::clone(&service)));
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(limits.connections));
    let addresses = Arc::new(Addresses::default());
    let mut tasks = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while tasks.try_join_next().is_some() {}
        let accepted = async {
            let place = Arc::clone(&connections).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accepted => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(counted) = addresses.enter(address.ip(), limits.connections_per_address) else {
            continue;
        };
        let connection = graceful.watch(connection(stream, app.clone(), &limits));
        tasks.spawn(async move {
            let _held_until_closed = (place, counted);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    service.stop();
    follower.abort();
    if tokio::time::timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests still under way were ended");
    }
    tasks.shutdown().await;
    Ok(())
}

type Connection = hyper::server::conn::http1::Connection<TokioIo<TcpStream>, TowerToHyperService<axum::Router>>;

fn connection(stream: TcpStream, app: axum::Router, limits: &Limits) -> Connection {
    // Small answers should not wait for acknowledgements; if the option cannot be set they merely do.
    stream.set_nodelay(true).ok();
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .max_headers(limits.header_fields)
        .max_header_size(limits.header_bytes)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
}

/// Follows the commits of an ingest, whichever process runs it.
async fn follow(service: Arc<Service>) {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        let engine = Arc::clone(&service.searcher);
        match tokio::task::spawn_blocking(move || engine.reload()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "cannot follow the index"),
            Err(error) => tracing::error!(%error, "following the index failed"),
        }
    }
}

/// Connections by client address.
#[derive(Debug, Default)]
struct Addresses {
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One counted connection; leaving the count when dropped.
struct Counted {
    addresses: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    fn enter(self: &Arc<Self>, address: IpAddr, limit: usize) -> Option<Counted> {
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Counted { addresses: Arc::clone(self), address })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.addresses.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_one_address_are_bounded_and_forgotten_when_closed() {
        let addresses = Arc::new(Addresses::default());
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 0, 0, 1]));
        let first = addresses.enter(here, 2);
        let second = addresses.enter(here, 2);
        assert!(first.is_some() && second.is_some());
        assert!(addresses.enter(here, 2).is_none());
        assert!(addresses.enter(there, 2).is_some());
        drop(first);
        assert!(addresses.enter(here, 2).is_some());
        drop(second);
        assert!(addresses.lock().is_empty());
    }
}
