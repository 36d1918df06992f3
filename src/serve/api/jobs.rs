//! Jobs over HTTP: ask for one, see how it goes, be told as it goes, have it stopped.

use crate::ingest::Summary;
use crate::jobs::{Job, JobKind, JobProgress, JobRequest, Retry};
use crate::ocr::OcrMode;
use crate::report::{Outcome, Reason, rfc3339};
use crate::search::RequestError;
use crate::serve::asked::{Parameters, is_json};
use crate::serve::links::Links;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{FileRow, JobState};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

/// Entries of a list unless asked otherwise, and at most.
const LIST_LIMIT: (u64, u64) = (20, 100);
/// Paths of a job.
const MOST_PATHS: usize = 1_000;

/// What a client wants done.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobOrder {
    /// Files and folders, absolute or below one of the configured folders; all of these if none is given.
    #[serde(default)]
    #[schema(example = json!(["2024/annual-report.pdf"]), max_items = 1000)]
    paths: Vec<String>,
    /// Which files that failed are read again although they are unchanged: `none`, `all`, or a reason such as
    /// `needs_password`; `withdrawn` brings back reports that were removed.
    #[serde(default)]
    #[schema(value_type = String, example = "none")]
    retry: Retry,
    /// Whether files that have vanished from under the paths are forgotten.
    #[serde(default)]
    prune: bool,
    /// Which pages are given to a text recogniser: those without text (`auto`), none (`off`), or all, those of files read
    /// before as well (`force`); as configured unless given.
    #[serde(default)]
    ocr: Option<OcrMode>,
}

/// A job.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JobBody {
    id: i64,
    kind: JobKind,
    state: JobState,
    /// More about its state, for people.
    detail: Option<String>,
    paths: Vec<String>,
    #[schema(value_type = String)]
    retry: Retry,
    prune: bool,
    /// Which pages are recognised, if the job was asked for with a word on that.
    ocr: Option<OcrMode>,
    created: String,
    started: Option<String>,
    ended: Option<String>,
    progress: JobProgress,
    /// What it did, once it has ended.
    summary: Option<Summary>,
    url: String,
    events_url: String,
    failures_url: String,
}

/// A part of the list of jobs.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JobList {
    /// Jobs that are remembered.
    total: u64,
    /// Those left out first.
    offset: u64,
    /// Those wanted at most.
    limit: u64,
    /// The jobs, the youngest first.
    jobs: Vec<JobBody>,
}

/// A part of the files under a job's paths that failed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FailureList {
    /// Failed files.
    total: u64,
    /// Those left out first.
    offset: u64,
    /// Those wanted at most.
    limit: u64,
    /// The files, by path.
    failures: Vec<FailureBody>,
}

/// A file that failed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FailureBody {
    /// Where it lies.
    path: String,
    /// What it was called when it was handed over, if it was.
    name: Option<String>,
    /// Bytes.
    size: u64,
    /// Stable code.
    reason: Reason,
    /// The same for people.
    label: &'static str,
    /// What exactly was wrong.
    detail: String,
    /// What can be done about it.
    advice: String,
}

impl JobBody {
    /// A job as a client sees it.
    pub fn new(job: Job, links: &Links) -> JobBody {
        let url = links.at(&format!("/api/v1/jobs/{}", job.id));
        JobBody {
            id: job.id,
            kind: job.request.kind,
            state: job.state,
            detail: job.detail,
            paths: job.request.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
            retry: job.request.retry,
            prune: job.request.prune,
            ocr: job.request.ocr,
            created: rfc3339(job.created),
            started: job.started.map(rfc3339),
            ended: job.ended.map(rfc3339),
            progress: job.progress,
            summary: job.summary,
            events_url: format!("{url}/events"),
            failures_url: format!("{url}/failures"),
            url,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How far it is.
    pub fn state(&self) -> JobState {
        self.state
    }

    /// Reports it has made searchable.
    pub fn reports_committed(&self) -> u64 {
        self.progress.reports_committed
    }
}

impl FailureBody {
    /// A file that failed; `None` for any other.
    pub fn new(row: FileRow) -> Option<FailureBody> {
        let Outcome::Failed(reason) = row.outcome else { return None };
        Some(FailureBody {
            path: row.path.to_string_lossy().into_owned(),
            name: row.name,
            size: row.size,
            reason,
            label: reason.label(),
            detail: row.detail,
            advice: reason.advice().to_owned(),
        })
    }
}

/// `POST /api/v1/jobs`.
#[utoipa::path(
    post, path = "/api/v1/jobs", operation_id = "create_job", summary = "Have files read", tag = "library",
    request_body = JobOrder,
    responses(
        (status = 202, description = "It is done when its turn comes; `Location` tells how it goes", body = JobBody),
        (status = 400, description = "The body is not JSON"),
        (status = 409, description = "The same was asked for and is not done yet"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn create(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    if !is_json(&headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    let order = order_of(&body)?;
    let job = service.write(move |service| Ok(service.jobs()?.submit(request_of(service, order)?)?)).await?;
    let body = JobBody::new(job, &service.links);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, body.url.clone())], Json(body)).into_response())
}

fn order_of(body: &[u8]) -> Result<JobOrder, Problem> {
    let body: Value =
        serde_json::from_slice(body).map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
    let fault = |detail: String| vec![RequestError { parameter: "body".to_owned(), detail }];
    if !body.is_object() {
        return Err(fault("must be a JSON object, such as {\"paths\": [\"2024\"]}".to_owned()).into());
    }
    serde_json::from_value(body).map_err(|error| fault(error.to_string()).into())
}

/// The request with its paths proven to lie where they may.
fn request_of(service: &Service, order: JobOrder) -> Result<JobRequest, Problem> {
    let jobs = service.jobs()?;
    let fault = |name: String, detail: String| RequestError { parameter: name, detail };
    if order.paths.len() > MOST_PATHS {
        return Err(vec![fault("paths".to_owned(), format!("are more than {MOST_PATHS}"))].into());
    }
    let wanted = if order.paths.is_empty() { vec![String::new()] } else { order.paths };
    let (mut paths, mut faults) = (Vec::new(), Vec::new());
    for (index, path) in wanted.iter().enumerate() {
        match jobs.roots().resolve(&PathBuf::from(path)) {
            Ok(_) if path.is_empty() => paths.extend(jobs.roots().paths().iter().cloned()),
            Ok(place) => paths.push(place),
            Err(error) => faults.push(fault(format!("paths[{index}]"), error.to_string())),
        }
    }
    if order.ocr.is_some_and(|mode| mode != OcrMode::Off) && !jobs.can_recognise() {
        let detail =
            "cannot be had: no text recogniser is installed where the service runs; leave it out, or say `off`";
        faults.push(fault("ocr".to_owned(), detail.to_owned()));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    paths.sort_unstable();
    paths.dedup();
    Ok(JobRequest { kind: JobKind::Request, paths, retry: order.retry, prune: order.prune, ocr: order.ocr })
}

/// `GET /api/v1/jobs`.
#[utoipa::path(
    get, path = "/api/v1/jobs", operation_id = "list_jobs", summary = "List the jobs", tag = "library",
    params(
        ("offset" = Option<u32>, Query, description = "Jobs to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Jobs to return; 20 unless given", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "The youngest first", body = JobList)),
)]
pub async fn list(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let (offset, limit) = window(query.as_deref())?;
    let (jobs, total) = service.read(move |service| Ok(service.jobs()?.jobs(offset, limit)?)).await?;
    let jobs = jobs.into_iter().map(|job| JobBody::new(job, &service.links)).collect();
    Ok(fresh(Json(JobList { total, offset, limit, jobs })))
}

/// `GET /api/v1/jobs/{job}`.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}", operation_id = "get_job", summary = "See how a job goes", tag = "library",
    params(("job" = i64, Path, description = "The job's number", minimum = 1, example = 1)),
    responses(
        (status = 200, description = "How far it is, and what it did", body = JobBody),
        (status = 404, description = "No such job, or one long ago"),
    ),
)]
pub async fn get(
    State(service): State<Arc<Service>>,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let body = service.read(move |service| known(service, &job)).await?;
    Ok(fresh(Json(body)))
}

/// `DELETE /api/v1/jobs/{job}`.
#[utoipa::path(
    delete, path = "/api/v1/jobs/{job}", operation_id = "cancel_job", summary = "Stop a job", tag = "library",
    params(("job" = i64, Path, description = "The job's number", minimum = 1, example = 1)),
    responses(
        (status = 200, description = "The job: `cancelled`, or `running` until it has saved what it read, or as it ended", body = JobBody),
        (status = 404, description = "No such job, or one long ago"),
    ),
)]
pub async fn cancel(
    State(service): State<Arc<Service>>,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let number = job_number(&job)?;
    let job = service.write(move |service| Ok(service.jobs()?.cancel(number)?)).await?;
    Ok(fresh(Json(JobBody::new(job.ok_or_else(unknown)?, &service.links))))
}

/// `GET /api/v1/jobs/{job}/failures`.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job}/failures", operation_id = "list_job_failures",
    summary = "List the files of a job that failed", tag = "library",
    params(
        ("job" = i64, Path, description = "The job's number", minimum = 1, example = 1),
        ("offset" = Option<u32>, Query, description = "Files to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Files to return; 20 unless given", minimum = 1, maximum = 100),
    ),
    responses(
        (status = 200, description = "Failed files under the job's paths, by path, as they are now", body = FailureList),
        (status = 404, description = "No such job, or one long ago"),
    ),
)]
pub async fn failures(
    State(service): State<Arc<Service>>,
    Path(job): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (offset, limit) = window(query.as_deref())?;
    let number = job_number(&job)?;
    let (rows, total) = service
        .read(move |service| {
            let job = service.jobs()?.job(number)?.ok_or_else(unknown)?;
            let (first, most) = (usize::try_from(offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(0));
            let everywhere = job.request.kind == JobKind::Retry && job.request.paths.is_empty();
            let paths = if everywhere { vec![PathBuf::from("/")] } else { job.request.paths };
            Ok(service.library().catalogue().failures_under(&paths, first, most)?)
        })
        .await?;
    let failures = rows.into_iter().filter_map(FailureBody::new).collect();
    Ok(fresh(Json(FailureList { total, offset, limit, failures })))
}

/// A job by its number in an address; blocks.
pub fn known(service: &Service, number: &str) -> Result<JobBody, Problem> {
    let job = service.jobs()?.job(job_number(number)?)?.ok_or_else(unknown)?;
    Ok(JobBody::new(job, &service.links))
}

fn unknown() -> Problem {
    Problem::new(Code::UnknownJob, "only the last thousand are remembered")
}

fn job_number(text: &str) -> Result<i64, Problem> {
    let number = text.parse().ok().filter(|number| *number > 0 && text.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(unknown)
}

fn window(query: Option<&str>) -> Result<(u64, u64), Problem> {
    let mut parameters = Parameters::of(query);
    let offset = parameters.number("offset", 0..=u64::from(u32::MAX));
    let limit = parameters.number("limit", 1..=LIST_LIMIT.1);
    parameters.finish()?;
    Ok((offset.unwrap_or(0), limit.unwrap_or(LIST_LIMIT.0)))
}

/// An answer that holds for this moment only.
pub fn fresh(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}
