//! `POST /api/v1/reports`: a PDF handed over, as the body or as the `file` of a form.
//!
//! It is hashed while it is written to a file beside those that are kept, so that nothing of it is held in memory and
//! nothing of it is seen before it is whole: synced, then renamed to its hash, the folder synced, then written down;
//! only then does the client hear that it is here. What the client calls it never becomes a path.

use crate::jobs::{Job, Jobs};
use crate::report::{Outcome, Reason, ReportId};
use crate::serve::asked::Parameters;
use crate::serve::links::Links;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::format::plain;
use crate::store::{UploadRow, seconds_now};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// Where the mark of a PDF must begin at the latest.
const MARK_WITHIN: usize = 1_024;
/// How a PDF begins.
const MARK: &[u8] = b"%PDF-";
/// Longest name kept, in characters.
const MAX_NAME: usize = 200;

/// A PDF that was handed over.
#[derive(Serialize, utoipa::ToSchema)]
pub struct UploadBody {
    /// The report's id.
    id: ReportId,
    /// What became of it.
    state: UploadState,
    /// Why it could not be read, if so.
    reason: Option<Reason>,
    /// Bytes.
    size: u64,
    /// The job that reads it, if it is not read yet.
    job_url: Option<String>,
    /// Where the report will be, or is.
    url: String,
}

/// What became of a PDF that was handed over.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum UploadState {
    /// It will be read in a moment.
    Queued,
    /// It can be found.
    Searchable,
    /// It could not be read.
    Failed,
}

/// The form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read part by part")]
pub struct UploadForm {
    /// The PDF.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// `POST /api/v1/reports`.
#[utoipa::path(
    post, path = "/api/v1/reports", operation_id = "upload_report", summary = "Hand over a report", tag = "reports",
    params(("name" = Option<String>, Query, description = "What the file is called; a form tells it by itself")),
    request_body(content((Vec<u8> = "application/pdf"), (UploadForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "It is here to stay, and read in a moment; `Location` is where it will be", body = UploadBody),
        (status = 200, description = "These bytes were here already", body = UploadBody),
        (status = 400, description = "The body ended early, or is no form"),
        (status = 408, description = "The body came too slowly"),
        (status = 413, description = "It is too large"),
        (status = 415, description = "Neither a PDF nor a form"),
        (status = 507, description = "There is no room for it"),
    ),
)]
pub async fn upload(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let name = parameters.text("name").unwrap_or_default();
    parameters.finish()?;
    let jobs = service.jobs()?.clone();
    let Ok(_place) = Arc::clone(&service.uploads).try_acquire_owned() else {
        return Err(Problem::new(Code::Overloaded, "too many uploads at once; try again in a moment"));
    };
    let limit = service.limits.upload_bytes;
    if declared_length(request.headers()).is_some_and(|length| length > limit.saturating_add(64 << 10)) {
        return Err(too_large(limit));
    }
    let incoming = Incoming::new(&jobs.uploads_directory()).await?;
    let (incoming, name) = match kind_of(request.headers()).as_str() {
        "application/pdf" => {
            let body = Body::into_data_stream(request.into_body()).map(|chunk| chunk.map_err(|_| cut_short()));
            (incoming.take(body, limit).await?, name)
        }
        "multipart/form-data" => receive_form(request, incoming, limit, name).await?,
        _ => {
            let detail = "send `Content-Type: application/pdf`, or a form with the PDF as `file`";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
    };
    let name = cleaned(&name);
    let (body, is_new) = service.write(move |service| keep(service, &jobs, &incoming, name)).await?;
    if !is_new {
        return Ok(Json(body).into_response());
    }
    let location = format!("{}/api/v1/reports/{}", service.links.base(), body.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(body)).into_response())
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The media type of the body, in lower case and without its parameters.
fn kind_of(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Takes the one part of a form, which is the file.
async fn receive_form(
    request: Request,
    incoming: Incoming,
    limit: u64,
    given_name: String,
) -> Result<(Incoming, String), Problem> {
    let malformed = |detail: String| Problem::new(Code::MalformedUpload, detail);
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| malformed(error.body_text()))?;
    let field = form.next_field().await.map_err(|error| malformed(error.body_text()))?;
    let field = field.ok_or_else(|| malformed("the form has no `file`".to_owned()))?;
    if field.name() != Some("file") {
        return Err(malformed("the first part of the form must be called `file`".to_owned()));
    }
    let name = field.file_name().filter(|name| !name.is_empty()).map_or(given_name, str::to_owned);
    let body = field.map(|chunk| chunk.map_err(|_| cut_short()));
    let incoming = incoming.take(body, limit).await?;
    match form.next_field().await {
        Ok(None) => Ok((incoming, name)),
        Ok(Some(_)) => Err(malformed("the form must have one part, `file`".to_owned())),
        Err(_) => Err(cut_short()),
    }
}

fn too_large(limit: u64) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("at most {limit} bytes are accepted"))
}

fn cut_short() -> Problem {
    Problem::new(Code::MalformedUpload, "the body ended early or is malformed")
}

/// A file on its way: removed unless it is kept.
struct Incoming {
    path: PathBuf,
    hash: blake3::Hash,
    size: u64,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what was left of an upload could not be removed");
            }
            _ => {}
        }
    }
}

impl Incoming {
    /// A name for it beside the files that are kept.
    async fn new(directory: &Path) -> Result<Incoming, Problem> {
        tokio::fs::create_dir_all(directory).await.map_err(|error| disk(&error))?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes");
            Problem::internal()
        })?;
        let path = directory.join(format!(".part-{}", ReportId(random)));
        Ok(Incoming { path, hash: blake3::hash(b""), size: 0 })
    }

    /// Writes what comes, as long as it comes and is within the limit, and syncs it.
    async fn take(
        mut self,
        chunks: impl Stream<Item = Result<Bytes, Problem>>,
        limit: u64,
    ) -> Result<Incoming, Problem> {
        let mut chunks = pin!(chunks);
        let mut file = tokio::fs::File::create_new(&self.path).await.map_err(|error| disk(&error))?;
        let mut hasher = blake3::Hasher::new();
        let mut head: Vec<u8> = Vec::new();
        let mut is_pdf = false;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            self.size += chunk.len() as u64;
            if self.size > limit {
                return Err(too_large(limit));
            }
            if !is_pdf {
                head.extend(chunk.iter().take((MARK_WITHIN + MARK.len()).saturating_sub(head.len())));
                is_pdf = has_mark(&head);
                if !is_pdf && head.len() >= MARK_WITHIN + MARK.len() {
                    return Err(not_a_pdf());
                }
            }
            hasher.update(&chunk);
            file.write_all(&chunk).await.map_err(|error| disk(&error))?;
        }
        if !is_pdf {
            return Err(not_a_pdf());
        }
        file.flush().await.map_err(|error| disk(&error))?;
        file.sync_all().await.map_err(|error| disk(&error))?;
        self.hash = hasher.finalize();
        Ok(self)
    }
}

fn not_a_pdf() -> Problem {
    Problem::new(Code::NotAPdf, "`%PDF-` does not stand within its first 1,024 bytes")
}

/// Whether these first bytes hold the mark of a PDF, beginning early enough.
fn has_mark(head: &[u8]) -> bool {
    head.windows(MARK.len()).take(MARK_WITHIN).any(|window| window == MARK)
}

/// What a disk that fails means for the client.
fn disk(error: &io::Error) -> Problem {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tracing::error!(%error, "there is no room for an upload");
        return Problem::new(Code::StorageFull, "the disk is full; nothing of the upload was kept");
    }
    tracing::error!(%error, "an upload could not be written");
    Problem::internal()
}

/// Gives a file that is whole its place, and has it read; whether it was not here before. Blocks.
fn keep(service: &Service, jobs: &Jobs, incoming: &Incoming, name: String) -> Result<(UploadBody, bool), Problem> {
    let id = ReportId::of_hash(&incoming.hash);
    let (hash, size) = (incoming.hash.to_hex().to_string(), incoming.size);
    let catalogue = service.library().catalogue();
    if catalogue.has_report(id)? {
        return Ok((UploadBody::new(id, size, UploadState::Searchable, &service.links), false));
    }
    let store = service.guard.store.as_ref().ok_or_else(Problem::internal)?;
    let place = jobs.upload_path(&hash);
    std::fs::rename(&incoming.path, &place).map_err(|error| disk(&error))?;
    sync_folder(&jobs.uploads_directory()).map_err(|error| disk(&error))?;
    let is_new = store.add_upload(&UploadRow { id, hash, name, size }, seconds_now())?;
    let mut body = UploadBody::new(id, size, UploadState::Queued, &service.links);
    let row = catalogue.file(&place)?;
    match row.filter(|_| !is_new).map(|row| row.outcome) {
        Some(Outcome::Failed(reason)) => {
            body.state = UploadState::Failed;
            body.reason = Some(reason);
        }
        Some(_) => body.state = UploadState::Searchable,
        None => body.read_by(&jobs.submit_upload(place)?, &service.links),
    }
    Ok((body, is_new))
}

/// Makes a new name in a folder survive power loss.
fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

impl UploadBody {
    fn new(id: ReportId, size: u64, state: UploadState, links: &Links) -> UploadBody {
        UploadBody { id, state, reason: None, size, job_url: None, url: links.report(id) }
    }

    fn read_by(&mut self, job: &Job, links: &Links) {
        self.job_url = Some(links.at(&format!("/api/v1/jobs/{}", job.id)));
    }
}

/// The last part of a name, whatever system it is from, without what could mislead; for people only.
fn cleaned(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = last.chars().filter(|character| !character.is_control()).take(MAX_NAME).collect();
    let visible: String = plain(visible.trim()).chars().take(MAX_NAME).collect();
    if visible.is_empty() { "report.pdf".to_owned() } else { visible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_for_people_only() {
        for (given, wanted) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\x.pdf", "x.pdf"),
            ("C:\\Reports\\Bericht für 2023.pdf", "Bericht für 2023.pdf"),
            ("a\0b\n.pdf", "ab.pdf"),
            ("", "report.pdf"),
            ("..", ".."),
            ("x/", "report.pdf"),
            ("CON", "CON"),
        ] {
            assert_eq!(cleaned(given), wanted, "{given:?}");
        }
        assert_eq!(cleaned(&"é".repeat(10_000)).chars().count(), MAX_NAME);
        assert!(!cleaned("\u{202E}fdp.exe").contains('\u{202E}'));
    }

    #[test]
    fn the_mark_must_begin_within_a_kilobyte() {
        for (before, wanted) in [(0, true), (1_023, true), (1_024, false)] {
            let mut head = vec![b' '; before];
            head.extend(b"%PDF-1.7");
            assert_eq!(has_mark(&head), wanted, "{before}");
        }
        assert!(!has_mark(b"%PDF"));
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        for (kind, code) in [
            (io::ErrorKind::StorageFull, Code::StorageFull),
            (io::ErrorKind::QuotaExceeded, Code::StorageFull),
            (io::ErrorKind::PermissionDenied, Code::Internal),
        ] {
            assert_eq!(disk(&kind.into()).code, code);
        }
    }
}
