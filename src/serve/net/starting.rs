//! Before the library is open, which takes long if its index must be mended: alive, but not ready.

use crate::serve::layers::headers::put_security_headers;
use crate::serve::limits::Limits;
use crate::serve::net::tls::Tls;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections at once; more wait.
const CONNECTIONS: usize = 64;

/// For a whole connection.
const TIME: Duration = Duration::from_secs(5);

/// Answers 503 to all but `/healthz` until `opened` resolves.
pub async fn answer_until<T>(
    listener: &TcpListener,
    base_path: &str,
    tls: Option<&Arc<Tls>>,
    opened: impl Future<Output = T>,
) -> T {
    let health: Arc<str> = format!("{base_path}/healthz").into();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut tasks = JoinSet::new();
    let mut opened = pin!(opened);
    loop {
        while tasks.try_join_next().is_some() {}
        let next = async { (Arc::clone(&places).acquire_owned().await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            result = &mut opened => return result,
            next = next => next,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(super::accept::ACCEPT_PAUSE).await;
            continue;
        };
        let (health, tls) = (Arc::clone(&health), tls.cloned());
        tasks.spawn(async move {
            let _place = place;
            let served = async {
                match tls {
                    None => answer(stream, &health, false).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.acceptor().accept(stream).await {
                            answer(stream, &health, true).await;
                        }
                    }
                }
            };
            // Who is slower asks again.
            let _ = tokio::time::timeout(TIME, served).await;
        });
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send>(stream: S, health: &str, is_encrypted: bool) {
    let service = service_fn(async |request: Request<Incoming>| {
        let status = if request.uri().path() == health { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let body = r#"{"code":"unavailable","status":"starting","title":"The service is starting"}"#;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        put_security_headers(headers, is_encrypted);
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
        Ok::<_, Infallible>(response)
    });
    let limits = Limits::default();
    let connection = http1::Builder::new()
        .keep_alive(false)
        .header_read_timeout(None)
        .max_header_size(limits.header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection ended");
    }
}
