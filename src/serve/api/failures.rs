//! Files that failed, wherever they lie, and another try for them.

use crate::jobs::{JobKind, JobRequest, Retry};
use crate::report::{Outcome, Reason};
use crate::search::RequestError;
use crate::serve::api::jobs::{FailureBody, JobBody, fresh};
use crate::serve::asked::{Parameters, is_json};
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Files unless asked otherwise, and at most.
const LIST_LIMIT: (u64, u64) = (20, 100);

/// A part of the files of the library that failed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LibraryFailures {
    /// Failed files, or those of the reason asked for.
    total: u64,
    /// Those left out first.
    offset: u64,
    /// Those wanted at most.
    limit: u64,
    /// Failed files in all, by reason.
    reasons: BTreeMap<String, u64>,
    /// The files, by path.
    failures: Vec<FailureBody>,
}

/// Which files are to be read again: those of a reason, one, or all if neither is given.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryOrder {
    /// A reason such as `needs_password`; `withdrawn` brings back reports that were removed.
    #[schema(value_type = Option<String>, example = "timeout")]
    pub reason: Option<Reason>,
    /// The path of a file that failed, as the list of failures tells it.
    pub path: Option<String>,
}

/// `GET /api/v1/failures`.
#[utoipa::path(
    get, path = "/api/v1/failures", operation_id = "list_failures", summary = "List the files that failed", tag = "library",
    params(
        ("reason" = Option<String>, Query, description = "A reason such as `needs_password`; all unless given", example = "damaged"),
        ("offset" = Option<u32>, Query, description = "Files to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Files to return; 20 unless given", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "Files that failed, by path, each with its reason and what can be done about it", body = LibraryFailures)),
)]
pub async fn list(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let reason = reason(&mut parameters);
    let offset = parameters.number("offset", 0..=u64::from(u32::MAX)).unwrap_or(0);
    let limit = parameters.number("limit", 1..=LIST_LIMIT.1).unwrap_or(LIST_LIMIT.0);
    parameters.finish()?;
    let reasons = service.coverage().await?.failures.clone();
    let (rows, total) =
        service.read(move |service| Ok(service.library().catalogue().failed(reason, offset, limit)?)).await?;
    let failures = rows.into_iter().filter_map(FailureBody::new).collect();
    Ok(fresh(Json(LibraryFailures { total, offset, limit, reasons, failures })))
}

/// The parameter `reason`.
pub fn reason(parameters: &mut Parameters) -> Option<Reason> {
    let code = parameters.text("reason").filter(|code| !code.is_empty())?;
    let reason = Reason::from_code(&code);
    if reason.is_none() {
        parameters.fault("reason", "is no reason for a failure; `/api/v1/failures` tells those there are");
    }
    reason
}

/// `POST /api/v1/failures/retry`.
#[utoipa::path(
    post, path = "/api/v1/failures/retry", operation_id = "retry_failures", summary = "Have files that failed read again",
    tag = "library", request_body = RetryOrder,
    responses(
        (status = 202, description = "It is done when its turn comes; `Location` tells how it goes", body = JobBody),
        (status = 400, description = "The body is not JSON"),
        (status = 409, description = "The same was asked for and is not done yet"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn retry(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    if !is_json(&headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    let value: serde_json::Value =
        serde_json::from_slice(&body).map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
    let order: RetryOrder = serde_json::from_value(value).map_err(|error| fault("body", &error.to_string()))?;
    let job = service
        .write(move |service| {
            let request = request_of(service, &order)?;
            Ok(service.jobs()?.submit(request)?)
        })
        .await?;
    let body = JobBody::new(job, &service.links);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, body.url().to_owned())], Json(body)).into_response())
}

/// The job that reads the files of an order again; blocks. Only what the catalogue knows to have failed is read: a path
/// of a client opens nothing else.
pub fn request_of(service: &Service, order: &RetryOrder) -> Result<JobRequest, Problem> {
    let catalogue = service.library().catalogue();
    let (paths, retry) = match (&order.path, order.reason) {
        (Some(_), Some(_)) => return Err(fault("path", "cannot stand beside `reason`; leave one of them out")),
        (Some(path), None) => {
            let file = catalogue.file(&PathBuf::from(path))?;
            let failed = file.filter(|file| matches!(file.outcome, Outcome::Failed(_) | Outcome::Partial(_)));
            let Some(file) = failed else { return Err(fault("path", "is no file that failed")) };
            // One that was asked for by name is read again whatever its reason.
            let (Outcome::Failed(reason) | Outcome::Partial(reason)) = file.outcome else {
                return Err(fault("path", "is no file that failed"));
            };
            (vec![file.path], Retry::Reason(reason))
        }
        (None, reason) => {
            if catalogue.failed(reason, 0, 1)?.1 == 0 && reason.is_none_or(|reason| !has_partial(service, reason)) {
                return Err(fault("reason", "no file has failed for it"));
            }
            (Vec::new(), reason.map_or(Retry::All, Retry::Reason))
        }
    };
    Ok(JobRequest { kind: JobKind::Retry, paths, retry, prune: false, ocr: None })
}

/// Whether a file was read only in part for this reason.
fn has_partial(service: &Service, reason: Reason) -> bool {
    let coverage = service.library().catalogue().coverage();
    coverage.is_ok_and(|coverage| coverage.partial.contains_key(reason.code()))
}

fn fault(parameter: &str, detail: &str) -> Problem {
    vec![RequestError { parameter: parameter.to_owned(), detail: detail.to_owned() }].into()
}
