//! `/search.csv` and `/search.ndjson`: every hit of a search to the last one, sent as it is read.
//!
//! The rows are those of `recto export`. What is held does not grow with what is found: a client that reads slowly holds
//! the reading back, and one that reads no more is let go.

use crate::export::{Format, Rows};
use crate::search::{RequestError, SearchRequest};
use crate::serve::asked::pairs_of;
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::openapi::SearchParameters;
use crate::serve::problem::{Code, Problem};
use crate::serve::searcher::Pieces;
use crate::serve::service::Service;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use http_body_util::channel::{Channel, Sender};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

/// Pieces made ahead of the client.
const AHEAD: usize = 2;

/// Ends an answer before its end, so that its client knows that rows are missing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Cut(&'static str);

/// `GET /search.csv`.
#[utoipa::path(
    get, path = "/search.csv", operation_id = "search_csv", summary = "Search, every hit as CSV", tag = "search",
    params(
        ("limit" = Option<u32>, Query, description = "Reports to return; all unless given", minimum = 1),
        SearchParameters,
    ),
    responses(
        (status = 200, description = "Every hit of a search to the last one, as CSV", body = String, content_type = "text/csv"),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "A limit of the query language, or a cursor of another search"),
    ),
)]
pub async fn csv(
    service: State<Arc<Service>>,
    query: RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(service, query, &method, &headers, Format::Csv).await
}

/// `GET /search.ndjson`.
#[utoipa::path(
    get, path = "/search.ndjson", operation_id = "search_ndjson", summary = "Search, every hit as NDJSON", tag = "search",
    params(
        ("limit" = Option<u32>, Query, description = "Reports to return; all unless given", minimum = 1),
        SearchParameters,
    ),
    responses(
        (status = 200, description = "Every hit of a search to the last one, as NDJSON", body = String, content_type = "application/x-ndjson"),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "A limit of the query language, or a cursor of another search"),
    ),
)]
pub async fn ndjson(
    service: State<Arc<Service>>,
    query: RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(service, query, &method, &headers, Format::Ndjson).await
}

async fn answer(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    method: &Method,
    headers: &HeaderMap,
    format: Format,
) -> Result<Response, Problem> {
    let (request, limit) = request_of(&pairs_of(query.as_deref()))?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(headers) {
        return Ok(unchanged);
    }
    let Ok(place) = Arc::clone(&service.exports).try_acquire_owned() else {
        return Err(Problem::new(Code::Overloaded, "too many exports at once; try again in a moment"));
    };
    let pieces =
        service.find(SearchKind::Export, move |service| Ok(service.searcher.every_hit(request, limit)?)).await?;
    let rows = Rows::new(format, service.links.base());
    let body = if *method == Method::HEAD {
        Body::empty()
    } else {
        let (sender, channel) = Channel::<Bytes, Cut>::new(AHEAD);
        let patience = service.limits.export_stall;
        tokio::task::spawn_blocking(move || send(pieces, &rows, sender, patience, place));
        // Compression asks once more after the end, which the channel does not bear.
        Body::new(channel.fuse())
    };
    let (content_type, disposition) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "attachment; filename=\"search.csv\""),
        Format::Ndjson => ("application/x-ndjson", "attachment; filename=\"search.ndjson\""),
    };
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    Ok(tag.mark(response))
}

/// Reads and sends piece after piece; blocks.
fn send(
    mut pieces: Pieces,
    rows: &Rows,
    mut sender: Sender<Bytes, Cut>,
    patience: Duration,
    _place: OwnedSemaphorePermit,
) {
    let runtime = Handle::current();
    let mut next = rows.head();
    loop {
        let bytes = match next {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, "an export failed");
                return sender.abort(Cut("the export failed"));
            }
        };
        if !bytes.is_empty() {
            match runtime.block_on(async { tokio::time::timeout(patience, sender.send_data(bytes.into())).await }) {
                Ok(Ok(())) => {}
                // The client has gone.
                Ok(Err(_)) => return,
                Err(_) => return sender.abort(Cut("the client reads too slowly")),
            }
        }
        // A panic must not look like the end.
        let piece = catch_unwind(AssertUnwindSafe(|| pieces.next()));
        next = match piece {
            Ok(Some(Ok(hits))) => rows.of(hits),
            Ok(Some(Err(error))) => Err(std::io::Error::other(error)),
            Ok(None) => return,
            Err(_) => Err(std::io::Error::other("a panic")),
        };
    }
}

/// The request, and how many hits are wanted of it: all of them unless `limit` says otherwise, which has no ceiling here.
fn request_of(pairs: &[(String, String)]) -> Result<(SearchRequest, usize), Problem> {
    let (limits, others): (Vec<_>, Vec<_>) = pairs.iter().partition(|(name, _)| name == "limit");
    let number = |value: &str| {
        let is_plain = !value.is_empty() && value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit());
        value.parse().ok().filter(|number: &usize| is_plain && *number > 0)
    };
    let (limit, fault) = match limits.as_slice() {
        [] => (Some(usize::MAX), ""),
        [(_, value)] => (number(value), "must be a whole number, 1 or more"),
        _ => (None, "is given more than once; give it once"),
    };
    let request = SearchRequest::from_pairs(others.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    match (request, limit) {
        (Ok(request), Some(limit)) => Ok((request, limit)),
        (request, limit) => {
            let mut faults = request.err().unwrap_or_default();
            if limit.is_none() {
                faults.insert(0, RequestError { parameter: "limit".to_owned(), detail: fault.to_owned() });
            }
            Err(faults.into())
        }
    }
}
