//! `/healthz` and `/readyz`: is the process alive, and can it answer searches.

#[cfg(feature = "cluster")]
use crate::serve::problem::HasBody;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::Json;
use axum::extract::State;
#[cfg(feature = "cluster")]
use axum::http::StatusCode;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Alive: the generation that answers and whether it is sound, the reports it holds, whether an ingest runs, how far
/// reading is confined. Touches the catalogue, so that a failing disk shows; but what is down elsewhere, starting this
/// process again does not mend.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", summary = "Is it alive", tag = "service",
    responses((status = 200, description = "Alive", body = serde_json::Value)),
)]
pub async fn healthz(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let coverage = service.coverage().await.map(Some);
    #[cfg(feature = "cluster")]
    let coverage = if service.options.parts.is_some() { Ok(coverage.unwrap_or(None)) } else { coverage };
    let coverage = coverage?;
    let is_suspect = service.is_index_suspect();
    Ok(uncached(Json(serde_json::json!({
        "status": if is_suspect || coverage.is_none() { "degraded" } else { "ok" },
        "version": env!("CARGO_PKG_VERSION"),
        "generation": service.searcher.generation(),
        "reports": coverage.map(|coverage| coverage.reports),
        "ingesting": service.is_ingesting(),
        "index_suspect": is_suspect,
        "sandbox": service.options.sandbox,
    }))))
}

/// Ready: 200 while searches are taken, 503 once the service was told to stop, and while a part of a library on many
/// machines is down that searches need; `troubles` says which.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", summary = "Can it answer", tag = "service",
    responses((status = 200, description = "Searches are taken", body = serde_json::Value)),
)]
pub async fn readyz(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    service.check_running()?;
    #[cfg(feature = "cluster")]
    if let Some(parts) = service.options.parts.clone() {
        let status = service.read(move |_| Ok(parts.status())).await?;
        let (code, word) =
            if status.can_search() { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "down") };
        let told = serde_json::json!({
            "status": word, "troubles": status.troubles(), "warning": status.warning(), "queue": status.queue,
        });
        let mut response = (code, uncached(Json(told))).into_response();
        // Otherwise it would be told as any other error: without the troubles.
        response.extensions_mut().insert(HasBody);
        return Ok(response);
    }
    Ok(uncached(Json(serde_json::json!({ "status": "ready" }))))
}

fn uncached(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
