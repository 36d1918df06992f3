//! The JSON API: the contract's search response, reports, pages and coverage.
//!
//! Parameters are read by hand and not by a deserializer, so that every unknown, repeated or malformed one is named
//! in a single answer.

pub mod events;
pub mod failures;
pub mod jobs;
pub mod list;
pub mod related;
pub mod suggest;

use crate::report::{About, OutlineEntry, PageStatus, Quad, Reason, ReportId, Statements, rfc3339};
use crate::search::{Copies, SearchRequest, SearchResponse};
use crate::serve::asked::{Parameters, is_json, page_number, pairs_of, report_id};
use crate::serve::conditional::EntityTag;
use crate::serve::links::Links;
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::openapi::SearchParameters;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::{KnownReport, Service};
use crate::store::{Coverage, ReportRow, StoredPage};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// `GET /api/v1/search`.
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search", summary = "Search", tag = "search",
    params(
        ("limit" = Option<u32>, Query, description = "Reports to return; 10 unless given", minimum = 1, maximum = 100),
        SearchParameters,
    ),
    responses(
        (status = 200, description = "Reports by relevance, with the pages and passages that show why", body = SearchResponse),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "A limit of the query language, or a cursor of another search"),
    ),
)]
pub async fn search(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let pairs = pairs_of(query.as_deref());
    let request = request_of(&pairs)?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let response = with_base_path(service.search(request).await?, &service.links);
    Ok(tag.mark(Json(response).into_response()))
}

/// `POST /api/v1/search`: the same as a JSON object; see [`SearchRequest::from_json`].
#[utoipa::path(
    post, path = "/api/v1/search", operation_id = "search_by_post", request_body = serde_json::Value, summary = "Search with a JSON body", tag = "search",
    responses(
        (status = 200, description = "As of GET", body = SearchResponse),
        (status = 400, description = "The body is not JSON, a limit of the query language, or a cursor of another search"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn search_json(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    if !is_json(&headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    let value = serde_json::from_slice(&body).map_err(|error| Problem::new(Code::MalformedJson, format!("{error}")))?;
    let request = SearchRequest::from_json(&value)?;
    let response = with_base_path(service.search(request).await?, &service.links);
    Ok(Json(response).into_response())
}

/// `GET /api/v1/reports/{id}`.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}", operation_id = "get_report", summary = "Tell about a report", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id")),
    responses(
        (status = 200, description = "What the report says about itself, its abstract, recommendations, outline and pages", body = ReportDetail),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such report"),
    ),
)]
pub async fn report(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    let tag = service.entity_tag();
    let report = service
        .find(SearchKind::Copies, move |service| {
            let known = service.known_report(id)?;
            let (files, copies) = (service.places(&known.row)?, service.searcher.copies(id)?);
            Ok(ReportDetail::new(&known, files, copies, &service.links))
        })
        .await?;
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Json(report).into_response())))
}

/// `DELETE /api/v1/reports/{id}`.
#[utoipa::path(
    delete, path = "/api/v1/reports/{id}", operation_id = "remove_report", summary = "Remove a report", tag = "reports",
    params(("id" = ReportId, Path, description = "The report's id")),
    responses(
        (status = 204, description = "It is not in the library, whether it was or not; the file, unless it was handed \
                                      over, stays where it is and is not read again"),
        (status = 404, description = "No id of a report"),
    ),
)]
pub async fn remove(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    service
        .write(move |service| {
            let was_there = service.jobs()?.withdraw(id)?;
            tracing::info!(%id, was_there, "a report was removed");
            service.changed();
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/reports/{id}/pages/{n}`: text and words with their places.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/pages/{page}", operation_id = "get_page", summary = "Read a page", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("page" = u32, Path, description = "1-based index in the PDF", minimum = 1, example = 1),
        ("words" = Option<bool>, Query, description = "Whether to tell every word with its place; true unless given", example = true),
    ),
    responses(
        (status = 200, description = "The text of a page in reading order, and every word with its place", body = PageDetail),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such report or page"),
    ),
)]
pub async fn page(
    State(service): State<Arc<Service>>,
    Path((id, page)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let mut parameters = Parameters::of(query.as_deref());
    let has_words = parameters.flag("words").unwrap_or(true);
    parameters.finish()?;
    let tag = service.entity_tag();
    let detail = service
        .read(move |service| {
            let known = service.known_report(id)?;
            let number = page_number(&page, known.stored.pages.len())?;
            let stored = service.library().texts().pages(known.row.location, &[number])?;
            let mut stored = stored.into_iter().next().unwrap_or_default();
            if !has_words {
                stored.words.clear();
            }
            PageDetail::new(&known, number, &stored, &service.links)
        })
        .await?;
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Json(detail).into_response())))
}

/// `GET /api/v1/coverage`: what of the library is searchable.
#[utoipa::path(
    get, path = "/api/v1/coverage", operation_id = "get_coverage", summary = "Tell what of the library can be searched", tag = "library",
    responses(
        (status = 200, description = "Reports, files, failures by reason, pages by status", body = Coverage),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn coverage(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let coverage = service.coverage().await?;
    // Failures are counted as well, and need no new generation.
    let body = serde_json::to_string(&*coverage).map_err(|_| Problem::internal())?;
    let tag = EntityTag::of_body(&body);
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Json(&*coverage).into_response())))
}

/// A report in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReportSummary {
    id: ReportId,
    title: String,
    authors: Vec<String>,
    date: Option<String>,
    language: Option<String>,
    /// What it is about, in the library's own words.
    tags: Vec<String>,
    file: String,
    size: u64,
    pages_total: u32,
    pages_searchable: u32,
    added: String,
    url: String,
    pdf_url: String,
}

impl ReportSummary {
    /// A report as lists tell of it.
    pub fn new(row: &ReportRow, links: &Links) -> ReportSummary {
        ReportSummary {
            id: row.id,
            title: row.title.clone(),
            authors: row.authors.clone(),
            date: row.date.clone(),
            language: row.language.clone(),
            tags: row.tags().to_vec(),
            file: row.shown_file().into_owned(),
            size: row.size,
            pages_total: row.pages_total,
            pages_searchable: row.pages_searchable,
            added: rfc3339(row.added),
            url: links.report(row.id),
            pdf_url: links.file(row.id),
        }
    }
}

/// A report with what it says about itself.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReportDetail {
    #[serde(flatten)]
    summary: ReportSummary,
    about: About,
    #[serde(flatten)]
    statements: Statements,
    /// Why it was read only in part, if it was.
    partial: Option<Reason>,
    outline: Vec<OutlineEntry>,
    /// Every place of the file.
    files: Vec<String>,
    #[serde(flatten)]
    copies: Copies,
    pages: Vec<PageLine>,
}

/// A page of a report without its text.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PageLine {
    page: u32,
    label: Option<String>,
    status: PageStatus,
    section: Option<String>,
    url: String,
}

impl ReportDetail {
    fn new(known: &KnownReport, files: Vec<String>, mut copies: Copies, links: &Links) -> ReportDetail {
        let stored = &known.stored;
        let line = |(page, summary): (u32, &crate::store::PageSummary)| PageLine {
            page,
            label: summary.label.clone(),
            status: summary.status,
            section: summary.section.clone(),
            url: links.page(stored.id, page, ""),
        };
        copies.copies.iter_mut().for_each(|copy| copy.url = links.at(&copy.url));
        ReportDetail {
            summary: ReportSummary::new(&known.row, links),
            about: stored.about.clone(),
            statements: stored.statements.clone(),
            partial: stored.partial,
            outline: stored.outline.clone(),
            files,
            copies,
            pages: (1..).zip(&stored.pages).map(line).collect(),
        }
    }
}

/// A page with its text and the places of its words.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PageDetail {
    report: ReportId,
    page: u32,
    pages_total: usize,
    label: Option<String>,
    width: f32,
    height: f32,
    status: PageStatus,
    language: Option<String>,
    section: Option<String>,
    text: String,
    words: Vec<Word>,
    url: String,
    pdf_url: String,
}

/// A printed piece of a word.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Word {
    text: String,
    quad: Quad,
}

impl PageDetail {
    fn new(known: &KnownReport, page: u32, stored: &StoredPage, links: &Links) -> Result<PageDetail, Problem> {
        let id = known.row.id;
        let pages = &known.stored.pages;
        let summary = pages.get((page as usize).saturating_sub(1)).ok_or_else(Problem::internal)?;
        let word =
            |word: &crate::report::WordBox| Word { text: word.span.of(&stored.text).to_owned(), quad: word.quad };
        Ok(PageDetail {
            report: id,
            page,
            pages_total: pages.len(),
            label: summary.label.clone(),
            width: summary.width,
            height: summary.height,
            status: summary.status,
            language: summary.language.clone(),
            section: summary.section.clone(),
            text: stored.text.clone(),
            words: stored.words.iter().map(word).collect(),
            url: links.page(id, page, ""),
            pdf_url: links.file_page(id, page),
        })
    }
}

/// The request these pairs make.
pub fn request_of(pairs: &[(String, String)]) -> Result<SearchRequest, Problem> {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(SearchRequest::from_pairs(pairs)?)
}

/// The addresses of a response, put under the base path so that a client can follow them as they are.
fn with_base_path(mut response: SearchResponse, links: &Links) -> SearchResponse {
    response.hits.iter_mut().for_each(|hit| hit.put_under(links.base()));
    response
}
