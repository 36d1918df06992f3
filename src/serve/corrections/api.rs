//! `/api/v1/reports/{id}/corrections`: what is said about a report, to be read, replaced and taken back.

use super::{Said, correct, refused};
use crate::report::{About, Correction, ReportId, Statements, rfc3339};
use crate::serve::asked::{Parameters, is_json, report_id};
use crate::serve::layers::access::Identity;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::Edit;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// What is said about a report. A field that is left out of a correction is as below it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Corrections {
    /// The report.
    id: ReportId,
    /// The number of the latest version, which is the entity tag as well; 0 if editors never said anything.
    version: i64,
    /// What editors say: it wins.
    correction: Correction,
    /// What stands beside the file.
    sidecar: Option<Sidecar>,
    /// As the report was read.
    detected: Facts,
    /// As it is shown and found.
    effective: Facts,
    /// Whether searches and lists do not follow yet; they do within seconds.
    pending: bool,
    /// What editors said, the latest first; to go back to a version, put its correction.
    history: Vec<Version>,
}

/// A report as one layer has it.
#[derive(Serialize, utoipa::ToSchema)]
struct Facts {
    about: About,
    #[serde(flatten)]
    statements: Statements,
    /// What it is about, in the library's own words.
    tags: Vec<String>,
}

/// A file beside a report's.
#[derive(Serialize, utoipa::ToSchema)]
struct Sidecar {
    /// Its path.
    file: String,
    /// What it says.
    correction: Correction,
    /// What in it cannot be understood.
    problems: Vec<String>,
}

/// What editors said once.
#[derive(Serialize, utoipa::ToSchema)]
struct Version {
    /// Its number.
    version: i64,
    /// Who said so.
    editor: String,
    /// When (RFC 3339).
    made: String,
    /// What they said.
    correction: Correction,
}

impl Corrections {
    fn of(service: &Service, id: ReportId) -> Result<Corrections, Problem> {
        let said = Said::of(service, id)?;
        let (detected, shown) = (&said.detected, &said.known.stored);
        let version = |edit: &Edit| Version {
            version: edit.version,
            editor: edit.editor.clone(),
            made: rfc3339(edit.made),
            correction: edit.correction.clone(),
        };
        let sidecar = said.sidecar.as_ref().map(|sidecar| Sidecar {
            file: sidecar.file.to_string_lossy().into_owned(),
            correction: sidecar.correction.clone(),
            problems: sidecar.problems.clone(),
        });
        Ok(Corrections {
            id,
            version: said.version(),
            correction: said.edit(),
            sidecar,
            detected: Facts {
                about: detected.about.clone(),
                statements: detected.statements.clone(),
                tags: Vec::new(),
            },
            effective: Facts {
                about: shown.about.clone(),
                statements: shown.statements.clone(),
                tags: said.known.row.tags().to_vec(),
            },
            pending: said.is_pending,
            history: said.edits.iter().map(version).collect(),
        })
    }
}

impl IntoResponse for Corrections {
    fn into_response(self) -> Response {
        let tag = HeaderValue::from_str(&format!("\"{}\"", self.version));
        let mut response = Json(self).into_response();
        response.headers_mut().extend(tag.ok().map(|tag| (header::ETAG, tag)));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// `GET /api/v1/reports/{id}/corrections`.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/corrections", operation_id = "get_corrections",
    summary = "Tell what is said about a report, and by whom", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id")),
    responses(
        (status = 200, description = "What editors say, what stands beside the file, what was detected, what is shown", body = Corrections),
        (status = 404, description = "No such report"),
    ),
)]
pub async fn get(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Corrections, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    service.read(move |service| Corrections::of(service, id)).await
}

/// `PUT /api/v1/reports/{id}/corrections`: replaces what editors say.
#[utoipa::path(
    put, path = "/api/v1/reports/{id}/corrections", operation_id = "correct_report", request_body = Correction,
    summary = "Correct a report", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("If-Match" = Option<String>, Header, description = "The entity tag of what the client knows: refused if somebody has corrected it since"),
    ),
    responses(
        (status = 200, description = "It is kept, whatever happens; shown at once, found within seconds", body = Corrections),
        (status = 400, description = "The body is not JSON"),
        (status = 404, description = "No such report"),
        (status = 412, description = "Somebody has corrected it since: who, when, and which fields"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn put(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Corrections, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    let seen = seen(&headers)?;
    if !is_json(&headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    let value: Value =
        serde_json::from_slice(&body).map_err(|error| Problem::new(Code::MalformedJson, format!("{error}")))?;
    let Value::Object(object) = value else {
        return Err(Problem::new(Code::MalformedJson, "send an object, such as {\"title\": \"…\"}"));
    };
    let (correction, errors) = Correction::read(&object);
    if !errors.is_empty() {
        return Err(refused(errors));
    }
    service
        .write(move |service| {
            correct(service, id, &correction, &identity, seen)?;
            Corrections::of(service, id)
        })
        .await
}

/// `DELETE /api/v1/reports/{id}/corrections`: takes back what editors say.
#[utoipa::path(
    delete, path = "/api/v1/reports/{id}/corrections", operation_id = "uncorrect_report",
    summary = "Take corrections back", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("If-Match" = Option<String>, Header, description = "As of PUT"),
    ),
    responses(
        (status = 204, description = "The report is as it was read, but for what stands beside its file"),
        (status = 404, description = "No such report"),
        (status = 412, description = "Somebody has corrected it since: who, when, and which fields"),
    ),
)]
pub async fn delete(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    let seen = seen(&headers)?;
    service
        .write(move |service| {
            let is_said = service.guard.store()?.edit(id)?.is_some_and(|edit| !edit.correction.is_empty());
            if is_said || seen.is_some() {
                correct(service, id, &Correction::default(), &identity, seen)?;
            } else {
                service.row(id)?;
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The version in `If-Match`; `None` if the client takes any.
fn seen(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(given) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let given = given.to_str().unwrap_or_default().trim();
    if given == "*" {
        return Ok(None);
    }
    let version = given.trim_start_matches("W/").strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let version = version.and_then(|version| version.parse().ok());
    let detail = "`If-Match` must be one entity tag of this address, such as \"3\", or *";
    version.map(Some).ok_or_else(|| Problem::new(Code::Outdated, detail))
}
