//! The accept loop, and a shutdown that ends.

use crate::serve::State;
use crate::serve::net::client::Peer;
use crate::serve::net::connection::{self, Shared};
use crate::serve::net::connections::{Admitted, Refusal};
use crate::serve::net::refusal::refused;
use crate::serve::net::tls::Tls;
use crate::serve::problem::{Code, Problem};
use crate::serve::routes::router;
use crate::serve::service::Service;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often the index is looked at for commits of this or another process.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// How often certificate and key are looked at for a newer one.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// How often it is written how often reports were read.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// How long to wait after `accept` failed, as it does while the process has no file descriptor left.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves until `shutdown` resolves, then lets requests finish for as long as [`crate::serve::Limits::drain`] says.
pub async fn serve(
    listener: TcpListener,
    state: State,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // A catalogue on another machine is asked, which blocks.
    let service = tokio::task::spawn_blocking(move || Arc::new(Service::new(state))).await?;
    serve_service(listener, service, shutdown).await
}

/// Serves a service; see [`serve`].
pub async fn serve_service(
    listener: TcpListener,
    service: Arc<Service>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let limits = Arc::new(service.limits.clone());
    let tls = service.options.tls.clone();
    let shared = Arc::new(Shared { app: router(Arc::clone(&service)), limits, tls: tls.clone(), stopping });
    let renewer = tls.map(|tls| tokio::spawn(renew(tls)));
    let follower = tokio::spawn(follow(Arc::clone(&service)));
    let saver = tokio::spawn(save_reads(Arc::clone(&service)));
    let mut tasks = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while tasks.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = next(&listener, &service) => accepted,
        };
        if let Some((stream, peer, admitted)) = accepted {
            tasks.spawn(connection::serve(stream, peer, admitted, Arc::clone(&shared)));
        }
    }
    service.stop();
    drop(listener);
    let _ = stop.send(true);
    follower.abort();
    saver.abort();
    if let Some(renewer) = renewer {
        renewer.abort();
    }
    // Every connection knows how long it may go on.
    while tasks.join_next().await.is_some() {}
    save_reads_now(&service).await;
    Ok(())
}

/// The next connection with a place; `None` if there was one without.
async fn next(listener: &TcpListener, service: &Service) -> Option<(TcpStream, Peer, Admitted)> {
    let (stream, address) = match listener.accept().await {
        Ok(accepted) => accepted,
        Err(error) => {
            // Most likely the process has no file descriptor left, and a connection that waits holds one.
            if service.connections.make_room() {
                tracing::info!(%error, "a connection makes way, as another cannot be accepted");
                let _ = tokio::time::timeout(ACCEPT_PAUSE, service.connections.freed()).await;
            } else {
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            return None;
        }
    };
    let address = address.ip().to_canonical();
    match admit(service, address).await {
        Ok(admitted) => Some((stream, Peer { address, is_encrypted: service.options.tls.is_some() }, admitted)),
        Err(refusal) => {
            tracing::debug!(client = %address, ?refusal, "a connection was refused");
            service.metrics.refused_connections.inc();
            if service.options.tls.is_none() {
                // As far as it can be told without waiting for it.
                let full = Problem::new(Code::Overloaded, "too many connections at once; try again in a moment");
                let _ = stream.try_write(&refused(&full, false));
            }
            None
        }
    }
}

/// A place among the connections. If all have requests under way it is waited for: so do those who come after.
async fn admit(service: &Service, address: IpAddr) -> Result<Admitted, Refusal> {
    // Behind one address of a proxy are many clients, whose requests are counted instead.
    let counted = Some(address).filter(|address| !service.options.proxies.has(*address));
    let admit = || service.connections.admit(counted, &service.limits);
    let waiting = async {
        loop {
            match admit() {
                Err(Refusal::Full) => service.connections.freed().await,
                result => return result,
            }
        }
    };
    tokio::time::timeout(service.limits.first_byte, waiting).await.unwrap_or(Err(Refusal::Full))
}

/// Looks for a renewed certificate.
async fn renew(tls: Arc<Tls>) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let tls = Arc::clone(&tls);
        if let Err(error) = tokio::task::spawn_blocking(move || tls.refresh()).await {
            tracing::error!(%error, "looking for a renewed certificate failed");
        }
    }
}

/// Writes how often reports were read, now and then.
async fn save_reads(service: Arc<Service>) {
    loop {
        tokio::time::sleep(SAVE_EVERY).await;
        save_reads_now(&service).await;
    }
}

async fn save_reads_now(service: &Arc<Service>) {
    let service = Arc::clone(service);
    if let Err(error) = tokio::task::spawn_blocking(move || service.reads.save()).await {
        tracing::error!(%error, "writing how often reports were read failed");
    }
}

/// Follows the commits of an ingest and the changes of the catalogue, whichever process makes them.
async fn follow(service: Arc<Service>) {
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        let service = Arc::clone(&service);
        let look = move || {
            service.follow_catalogue();
            service.searcher.reload()
        };
        match tokio::task::spawn_blocking(look).await {
            Ok(Ok(is_newer)) => tracing::trace!(is_newer, "looked for a newer commit"),
            Ok(Err(error)) => tracing::warn!(%error, "the index cannot be followed"),
            Err(error) => tracing::error!(%error, "following the index failed"),
        }
    }
}
