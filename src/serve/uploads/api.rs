//! `POST /api/v1/reports`: a PDF handed over, as the body or as the `file` of a form.

use crate::serve::asked::Parameters;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::uploads::incoming::{Incoming, cut_short, too_large};
use crate::serve::uploads::kept::{UploadBody, cleaned, keep};
use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

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
    let _place = place(&service)?;
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

/// A place among those who hand files over at once.
pub fn place(service: &Service) -> Result<OwnedSemaphorePermit, Problem> {
    let full = |_| Problem::new(Code::Overloaded, "too many uploads at once; try again in a moment");
    Arc::clone(&service.uploads).try_acquire_owned().map_err(full)
}

/// How long the client says that the body is.
pub fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The media type of the body, in lower case and without its parameters.
pub fn kind_of(headers: &HeaderMap) -> String {
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
