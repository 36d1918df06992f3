//! Before the library is open, which takes long if its index must be mended or while a part of it is down: alive, but not
//! ready.

use crate::serve::layers::headers::put_security_headers;
use crate::serve::limits::Limits;
use crate::serve::net::tls::Tls;
use crate::serve::problem::Problem;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections at once; more wait.
const CONNECTIONS: usize = 64;

/// For a whole connection.
const TIME: Duration = Duration::from_secs(5);

/// The part of the library that is waited for, if it is one that is down; told to whoever asks meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Awaited(Arc<Mutex<Option<Part>>>);

#[derive(Debug, Clone)]
struct Part {
    name: &'static str,
    trouble: String,
}

impl Awaited {
    /// From now on `name` is waited for, because of this `trouble`.
    pub fn set(&self, name: &'static str, trouble: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Part { name, trouble });
    }

    fn part(&self) -> Option<Part> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is asked here and what is told.
#[derive(Debug)]
struct Desk {
    base_path: String,
    awaited: Awaited,
}

impl Desk {
    /// Status, type and body of an answer.
    fn answer(&self, path: &str) -> (StatusCode, &'static str, String) {
        let within = path.strip_prefix(&self.base_path).unwrap_or(path);
        let status = if within == "/healthz" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let starting = json!({"code": "unavailable", "status": "starting", "title": "The service is starting"});
        match self.awaited.part() {
            Some(part) if within == "/readyz" => {
                let troubles = [format!("{}: {}", part.name, part.trouble)];
                (status, "application/json", json!({"status": "down", "troubles": troubles}).to_string())
            }
            Some(part) if status != StatusCode::OK => {
                let problem = Problem::down(part.name).to_json(path, "").to_string();
                (status, "application/problem+json", problem)
            }
            _ => (status, "application/json", starting.to_string()),
        }
    }
}

/// Answers 503 to all but `/healthz` until `opened` resolves; says what is awaited.
pub async fn answer_until<T>(
    listener: &TcpListener,
    base_path: &str,
    tls: Option<&Arc<Tls>>,
    awaited: &Awaited,
    opened: impl Future<Output = T>,
) -> T {
    let desk = Arc::new(Desk { base_path: base_path.to_owned(), awaited: awaited.clone() });
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
        let (desk, tls) = (Arc::clone(&desk), tls.cloned());
        tasks.spawn(async move {
            let _place = place;
            let served = async {
                match tls {
                    None => answer(stream, &desk, false).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.acceptor().accept(stream).await {
                            answer(stream, &desk, true).await;
                        }
                    }
                }
            };
            // Who is slower asks again.
            let _ = tokio::time::timeout(TIME, served).await;
        });
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send>(stream: S, desk: &Desk, is_encrypted: bool) {
    let service = service_fn(async |request: Request<Incoming>| {
        let (status, kind, body) = desk.answer(request.uri().path());
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
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
