//! What is known of every request afterwards: a line in the log, the metrics; and a panic that stays with its request.
//!
//! Addresses are logged without their query: what is searched for is the reader's own affair.

use crate::serve::monitor::metrics::UNMATCHED;
use crate::serve::net::client::Client;
use crate::serve::problem::{Problem, REQUEST_ID};
use crate::serve::service::Service;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// The status of a request whose client went before it was answered; known from other servers' logs.
const CLIENT_GONE: u16 = 499;

/// Counts and logs a request.
pub async fn observe(State(service): State<Arc<Service>>, client: Client, request: Request, next: Next) -> Response {
    let mut record = Record::new(&service, &client, &request);
    let mut response = next.run(request).await;
    record.status = response.status().as_u16();
    record.service.metrics.answered(&record.route, &record.method, record.status, record.started.elapsed());
    record.is_counted = true;
    let milliseconds = record.started.elapsed().as_secs_f64() * 1_000.0;
    if let Ok(value) = format!("total;dur={milliseconds:.1}").parse() {
        response.headers_mut().insert("server-timing", value);
    }
    response.map(|body| {
        // An empty body is never asked for.
        record.is_complete = body.is_end_stream();
        Body::new(Observed { record, body })
    })
}

/// What is told of a request once it is over.
struct Record {
    service: Arc<Service>,
    started: Instant,
    id: String,
    client: String,
    method: Method,
    path: String,
    route: String,
    status: u16,
    bytes: u64,
    is_counted: bool,
    is_complete: bool,
}

impl Record {
    fn new(service: &Arc<Service>, client: &Client, request: &Request) -> Record {
        service.metrics.in_flight.inc();
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let route = route.map(|route| route.strip_prefix(service.links.base()).unwrap_or(route));
        Record {
            service: Arc::clone(service),
            started: Instant::now(),
            id: request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned(),
            client: client.address.to_string(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: route.unwrap_or(UNMATCHED).to_owned(),
            status: CLIENT_GONE,
            bytes: 0,
            is_counted: false,
            is_complete: false,
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let elapsed = self.started.elapsed();
        self.service.metrics.in_flight.dec();
        if !self.is_counted {
            self.service.metrics.answered(&self.route, &self.method, self.status, elapsed);
        }
        self.service.metrics.sent_bytes.inc_by(self.bytes);
        tracing::info!(
            target: "recto::request",
            id = self.id,
            client = self.client,
            method = %self.method,
            path = self.path,
            status = self.status,
            milliseconds = (elapsed.as_secs_f64() * 10_000.0).round() / 10.0,
            bytes = self.bytes,
            complete = self.is_complete,
            "request"
        );
    }
}

/// A body whose bytes are counted.
struct Observed {
    record: Record,
    body: Body,
}

impl HttpBody for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.record.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.record.is_complete = self.body.is_end_stream();
            }
            Poll::Ready(None) => self.record.is_complete = true,
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Makes a panic of a handler one failed request.
pub async fn contain(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            service.metrics.panics.inc();
            tracing::error!(?id, "a handler panicked");
            Problem::internal().into_response()
        }
    }
}
