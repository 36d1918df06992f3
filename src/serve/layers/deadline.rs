//! The deadlines of a request: for its body to come, and for its answer to begin.

use crate::serve::asked::has_large_body;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tower_http::timeout::TimeoutBody;

/// Ends a request that takes too long, or whose body does not come.
pub async fn keep(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let limits = &service.limits;
    let time = if has_large_body(request.headers(), limits) { limits.upload } else { limits.request };
    let is_stalled = Arc::new(AtomicBool::new(false));
    let stalled = Arc::clone(&is_stalled);
    let idle = limits.body_idle;
    let request = request.map(|body| {
        let timed = TimeoutBody::new(idle, body).map_err(move |error| {
            stalled.fetch_or(error.is::<tower_http::timeout::TimeoutError>(), Ordering::Relaxed);
            error
        });
        Body::new(timed)
    });
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) if response.status().is_client_error() && is_stalled.load(Ordering::Relaxed) => {
            Problem::new(Code::RequestTimeout, "the body of the request did not come in time").into_response()
        }
        Ok(response) => response,
        Err(_) => {
            let detail = "the request could not be answered in time; try again in a moment";
            Problem::new(Code::Unavailable, detail).into_response()
        }
    }
}
