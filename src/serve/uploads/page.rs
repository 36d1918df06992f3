//! `/upload`: PDFs handed over by people, several at a time, as a plain form; scripts do the same file by file over
//! the API. What became of each is a page of its own, which can be looked at again.

use crate::report::{Outcome, Reason, ReportId};
use crate::serve::admin::overview::fresh;
use crate::serve::net::client::Client;
use crate::serve::posted;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::format::size;
use crate::serve::ui::{self, Fate, HandedLine, UploadView};
use crate::serve::uploads::api::{declared_length, kind_of, place};
use crate::serve::uploads::incoming::{Incoming, cut_short, too_large};
use crate::serve::uploads::kept::{cleaned, keep};
use crate::serve::visit::Visit;
use crate::store::{HandedFile, Receipt};
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use futures_util::StreamExt;
use http_body_util::Limited;
use std::sync::Arc;

/// Files in one form.
const MOST_FILES: usize = 100;
/// All files of a form together, as a multiple of the limit for one.
const MOST_BYTES: u64 = 10;
/// Longest token that is read; ours are shorter.
const MAX_TOKEN: usize = 256;

/// `GET /upload`.
pub async fn form(State(service): State<Arc<Service>>, visit: Visit, client: Client) -> Html<String> {
    Html(show_form(&service, &visit, &client, None))
}

fn show_form(service: &Service, visit: &Visit, client: &Client, fault: Option<&'static str>) -> String {
    let view = UploadView {
        site: &client.site().unwrap_or_default(),
        most_files: MOST_FILES,
        file_bytes: service.limits.upload_bytes,
        form_bytes: service.limits.upload_bytes.saturating_mul(MOST_BYTES),
        fault,
    };
    ui::upload_page(visit, &view)
}

/// `POST /upload`: takes the files of a form, and leads to what becomes of them.
pub async fn hand_over(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    if kind_of(request.headers()) != "multipart/form-data" {
        return Err(Problem::new(Code::UnsupportedMediaType, "send a form as `multipart/form-data`"));
    }
    service.jobs()?;
    let _place = place(&service)?;
    let most = service.limits.upload_bytes.saturating_mul(MOST_BYTES);
    if declared_length(request.headers()).is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    let files = receive(&service, request, most).await?;
    if files.is_empty() {
        let page = show_form(&service, &visit, &client, Some("Choose at least one file first."));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, fresh(page)).into_response());
    }
    let number =
        service.write(move |service| Ok(service.guard.store()?.add_handed(&files, service.guard.clock.now())?)).await?;
    Ok(Redirect::to(&service.links.at(&format!("/upload/{number}"))).into_response())
}

/// Takes every file of a form, after the token that must come first. One that is refused is not the others' fault.
async fn receive(service: &Arc<Service>, request: Request, most: u64) -> Result<Vec<HandedFile>, Problem> {
    let wanted = posted::expected_token(&request);
    let request = request.map(|body| Body::new(Limited::new(body, usize::try_from(most).unwrap_or(usize::MAX))));
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| Problem::new(Code::MalformedUpload, error.body_text()))?;
    let broken = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(most),
        _ => cut_short(),
    };
    let first = form.next_field().await.map_err(broken)?;
    if !posted::is_ours(token_of(first).await?.as_deref(), wanted.as_deref()) {
        return Err(posted::expired());
    }
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("files") {
            return Err(Problem::new(Code::MalformedUpload, "after the token there must be nothing but `files`"));
        }
        // What browsers send if none was chosen.
        let Some(name) = field.file_name().filter(|name| !name.is_empty()).map(cleaned) else { continue };
        if files.len() == MOST_FILES {
            return Err(Problem::new(Code::MalformedUpload, format!("at most {MOST_FILES} files are taken at once")));
        }
        let receipt = match take(service, field, &name).await {
            Ok(id) => Receipt::Taken(id),
            Err(problem) if problem.code == Code::MalformedUpload => return Err(problem),
            Err(problem) => Receipt::Refused(refusal(service, &problem)),
        };
        files.push(HandedFile { name, receipt });
    }
    Ok(files)
}

/// Why a file is not taken, for people.
fn refusal(service: &Service, problem: &Problem) -> String {
    match problem.code {
        Code::NotAPdf => format!("{}: {}", Reason::NotAPdf.label(), Reason::NotAPdf.advice()),
        Code::BodyTooLarge => {
            format!("{}: at most {} is taken", Reason::TooLarge.label(), size(service.limits.upload_bytes))
        }
        _ => format!("{}: {}", problem.title(), problem.detail),
    }
}

/// The token, if this is it.
async fn token_of(field: Option<Field<'_>>) -> Result<Option<String>, Problem> {
    let Some(mut field) = field.filter(|field| field.name() == Some(posted::TOKEN_FIELD)) else { return Ok(None) };
    let mut token = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| cut_short())? {
        token.extend_from_slice(&piece);
        if token.len() > MAX_TOKEN {
            return Ok(None);
        }
    }
    Ok(String::from_utf8(token).ok())
}

/// Takes one file.
async fn take(service: &Arc<Service>, field: Field<'_>, name: &str) -> Result<ReportId, Problem> {
    let jobs = Arc::clone(service.jobs()?);
    let incoming = Incoming::new(&jobs.uploads_directory()).await?;
    let body = field.map(|chunk| chunk.map_err(|_| cut_short()));
    let incoming = incoming.take(body, service.limits.upload_bytes).await?;
    let name = name.to_owned();
    let (body, _) = service.write(move |service| keep(service, &jobs, &incoming, name)).await?;
    Ok(body.id)
}

/// `GET /upload/{handed}`: what became of files that were handed over together.
pub async fn handed(
    State(service): State<Arc<Service>>,
    Path(handed): Path<String>,
    visit: Visit,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(Code::NotFound, "what was handed over is remembered for a month");
    let number = handed.parse::<i64>().map_err(|_| unknown())?;
    let page = service
        .read(move |service| {
            let files = service.guard.store()?.handed(number)?.ok_or_else(unknown)?;
            let line = |file: &HandedFile| Ok(HandedLine { name: file.name.clone(), fate: fate(service, file)? });
            let lines = files.iter().map(line).collect::<Result<Vec<_>, Problem>>()?;
            Ok(ui::handed_page(&visit, number, &lines))
        })
        .await?;
    Ok(fresh(page))
}

/// What has become of a file by now; blocks.
fn fate(service: &Service, file: &HandedFile) -> Result<Fate, Problem> {
    let id = match &file.receipt {
        Receipt::Taken(id) => *id,
        Receipt::Refused(why) => return Ok(Fate::Refused(why.clone())),
    };
    let catalogue = service.library().catalogue();
    if let Some(row) = catalogue.report(id)? {
        return Ok(Fate::Found { title: row.title, url: service.links.report(id) });
    }
    let Some(upload) = service.guard.store()?.upload(id)? else { return Ok(Fate::Removed) };
    let row = catalogue.file(&service.jobs()?.upload_path(&upload.hash))?;
    Ok(match row.map(|row| row.outcome) {
        Some(Outcome::Failed(reason)) => Fate::Failed(reason),
        _ => Fate::Waits,
    })
}
