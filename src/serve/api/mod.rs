//! The JSON API: the contract's search response, reports, pages and coverage.
//!
//! Parameters are read by hand and not by a deserializer, so that every unknown, repeated or malformed one is named
//! in a single answer.

pub mod related;
pub mod suggest;

use crate::report::{About, OutlineEntry, PageStatus, Quad, ReportId, Statements, rfc3339};
use crate::search::{Copies, RequestError, SearchRequest, SearchResponse};
use crate::serve::asked::{is_json, page_number, pairs_of, report_id};
use crate::serve::links::Links;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::{KnownReport, Service};
use crate::store::{ReportRow, StoredPage};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Reports of a list unless asked otherwise, and at most.
const LIST_LIMIT: (u64, u64) = (20, 100);

/// `GET /api/v1/search`.
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

/// `GET /api/v1/reports`: reports by title.
pub async fn reports(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (offset, limit) = list_window(&pairs_of(query.as_deref()))?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let total = service.coverage().await?.reports;
    let reports = service
        .read(move |service| {
            let rows = service.rows(offset, limit)?;
            Ok(rows.iter().map(|row| ReportSummary::new(row, &service.links)).collect::<Vec<_>>())
        })
        .await?;
    let body = serde_json::json!({ "total": total, "offset": offset, "limit": limit, "reports": reports });
    Ok(tag.mark(Json(body).into_response()))
}

/// `GET /api/v1/reports/{id}`.
pub async fn report(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let tag = service.entity_tag();
    let report = service
        .read(move |service| {
            let known = service.known_report(id)?;
            let (files, copies) = (service.places(&known.row)?, service.searcher.copies(id)?);
            Ok(ReportDetail::new(&known, files, copies, &service.links))
        })
        .await?;
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Json(report).into_response())))
}

/// `GET /api/v1/reports/{id}/pages/{n}`: text and words with their places.
pub async fn page(
    State(service): State<Arc<Service>>,
    Path((id, page)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let tag = service.entity_tag();
    let detail = service
        .read(move |service| {
            let known = service.known_report(id)?;
            let number = page_number(&page, known.stored.pages.len())?;
            let stored = service.library().texts().pages(known.row.location, &[number])?;
            let stored = stored.into_iter().next().unwrap_or_default();
            PageDetail::new(&known, number, &stored, &service.links)
        })
        .await?;
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Json(detail).into_response())))
}

/// `GET /api/v1/coverage`: what of the library is searchable.
pub async fn coverage(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let tag = service.entity_tag();
    let coverage = service.coverage().await?;
    Ok(tag.mark(Json(&*coverage).into_response()))
}

/// A report in a list.
#[derive(Serialize)]
struct ReportSummary {
    id: ReportId,
    title: String,
    authors: Vec<String>,
    date: Option<String>,
    language: Option<String>,
    file: String,
    size: u64,
    pages_total: u32,
    pages_searchable: u32,
    added: String,
    url: String,
    pdf_url: String,
}

impl ReportSummary {
    fn new(row: &ReportRow, links: &Links) -> ReportSummary {
        ReportSummary {
            id: row.id,
            title: row.title.clone(),
            authors: row.authors.clone(),
            date: row.date.clone(),
            language: row.language.clone(),
            file: row.file.to_string_lossy().into_owned(),
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
#[derive(Serialize)]
struct ReportDetail {
    #[serde(flatten)]
    summary: ReportSummary,
    about: About,
    #[serde(flatten)]
    statements: Statements,
    partial: Option<&'static str>,
    outline: Vec<OutlineEntry>,
    /// Every place of the file.
    files: Vec<String>,
    #[serde(flatten)]
    copies: Copies,
    pages: Vec<PageLine>,
}

/// A page of a report without its text.
#[derive(Serialize)]
struct PageLine {
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
            partial: stored.partial.map(crate::report::Reason::code),
            outline: stored.outline.clone(),
            files,
            copies,
            pages: (1..).zip(&stored.pages).map(line).collect(),
        }
    }
}

/// A page with its text and the places of its words.
#[derive(Serialize)]
struct PageDetail {
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
#[derive(Serialize)]
struct Word {
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

/// `offset` and `limit` of a list.
fn list_window(pairs: &[(String, String)]) -> Result<(u64, u64), Problem> {
    let (mut offset, mut limit) = (None, None);
    let mut faults = Vec::new();
    let mut fault = |name: &str, detail: &str| {
        faults.push(RequestError { parameter: name.to_owned(), detail: detail.to_owned() });
    };
    for (name, value) in pairs {
        let number = value.parse::<u64>().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()));
        let (place, accepted, wanted) = match name.as_str() {
            "offset" => (&mut offset, 0..=u64::from(u32::MAX), "must be a whole number, 0 or more"),
            "limit" => (&mut limit, 1..=LIST_LIMIT.1, "must be a whole number from 1 to 100"),
            _ => {
                fault(name, "is not known; known are offset, limit");
                continue;
            }
        };
        match number.filter(|number| accepted.contains(number)) {
            Some(_) if place.is_some() => fault(name, "may be given once"),
            Some(number) => *place = Some(number),
            None => fault(name, wanted),
        }
    }
    if faults.is_empty() { Ok((offset.unwrap_or(0), limit.unwrap_or(LIST_LIMIT.0))) } else { Err(faults.into()) }
}

/// The addresses of a response, put under the base path so that a client can follow them as they are.
fn with_base_path(mut response: SearchResponse, links: &Links) -> SearchResponse {
    response.hits.iter_mut().for_each(|hit| hit.put_under(links.base()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn lists_name_every_parameter_that_is_wrong() {
        assert_eq!(list_window(&[]).ok(), Some((0, 20)));
        assert_eq!(list_window(&[pair("offset", "40"), pair("limit", "100")]).ok(), Some((40, 100)));
        for value in ["0", "101", "-1", "1e3", "", "+5", "9223372036854775808", "1.0", " 1"] {
            assert!(list_window(&[pair("limit", value)]).is_err(), "{value}");
        }
        let problem = list_window(&[pair("limit", "0"), pair("offset", "1"), pair("offset", "2"), pair("x", "1")]);
        let parameters: Vec<String> =
            problem.expect_err("three faults").faults.into_iter().map(|fault| fault.parameter).collect();
        assert_eq!(parameters, ["limit", "offset", "x"]);
    }
}
