//! The web pages: search, a report, a page of it.
//!
//! A page's address holds all of its state, and its entity tag only what the library holds: back, reload and shared
//! links all do what a reader expects.

use crate::search::PageMarks;
use crate::serve::asked::{page_number, pairs_of, report_id};
use crate::serve::citation::reference;
use crate::serve::comments::{self, Place};
use crate::serve::hub::front;
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, HasBody, Problem};
use crate::serve::service::{KnownReport, Service};
use crate::serve::ui::{self, At, PageView, QueryState, ReportView};
use crate::serve::visit::Visit;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

/// `/`: the start page, or results.
pub async fn search(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = QueryState::from_pairs(&pairs_of(query.as_deref()));
    if state.is_empty() {
        return front::home(&service, visit, &headers).await;
    }
    let tag = service.entity_tag_with_comments().await;
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let answer = match state.request() {
        Ok(request) => service.search(request).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(response) => {
            let mentions = mentions(&service, &state).await;
            Ok(tag.mark(Html(ui::results_page(&visit, &state, &response, mentions)).into_response()))
        }
        // The page keeps the query in its box, so that it can be mended.
        Err(problem) if matches!(problem.code, Code::Query(_) | Code::InvalidParameters) => {
            let page = ui::refused_page(&visit, &state, &problem);
            Ok(with_body(&problem, page))
        }
        Err(problem) => Err(problem),
    }
}

/// How many comments mention the words of a search, and these words; told with the first results alone. Results can be
/// read without them.
async fn mentions(service: &Arc<Service>, state: &QueryState) -> Option<(u64, String)> {
    if !matches!(state.offset.as_str(), "" | "0") || state.q.is_empty() {
        return None;
    }
    let q = state.q.clone();
    let mentions = service.read(move |service| comments::mentions(service, &q)).await;
    mentions.unwrap_or_else(|problem| {
        tracing::warn!(detail = problem.detail, "comments cannot be searched");
        None
    })
}

/// `/reports/{id}?q=`: a report, and its pages that match.
pub async fn report(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let site = client.site().unwrap_or_default();
    let q = QueryState::from_pairs(&pairs_of(query.as_deref())).q;
    let tag = service.entity_tag_with_comments().await;
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let (page, typed_links) = service
        .find(SearchKind::Within, move |service| {
            let known = service.known_report(id)?;
            let found = if q.is_empty() { None } else { service.search_within(&q, id)? };
            let reference = reference(&service.links, &site, &known);
            let view = ReportView {
                known: &known,
                places: &service.places(&known.row)?,
                copies: &service.copies(id),
                related: &service.related(id),
                reads: service.reads.of(id),
                q: &q,
                found: found.as_ref(),
                reference: &reference,
                site: &site,
            };
            let pages = known.row.pages_total;
            let comments = comments::section(service, Place::report(id), pages, &visit);
            let typed_links = ui::link_header(&service.links, &site, &reference);
            Ok((ui::report_page(&visit, &view, comments), typed_links))
        })
        .await?;
    let mut response = Html(page).into_response();
    if let Ok(value) = HeaderValue::try_from(typed_links) {
        response.headers_mut().insert(header::LINK, value);
    }
    Ok(tag.mark(response))
}

/// `/reports/{id}/pages?page=`: to the page with this number, or with this printed on it.
pub async fn jump(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let pairs = pairs_of(query.as_deref());
    let state = QueryState::from_pairs(&pairs);
    let wanted = value_of(&pairs, "page").trim().to_owned();
    let known = service.read(move |service| service.known_report(id)).await?;
    let pages = &known.stored.pages;
    let is_labelled =
        |label: &Option<String>| label.as_deref().is_some_and(|label| label.trim().eq_ignore_ascii_case(&wanted));
    let labelled = pages.iter().position(|page| is_labelled(&page.label)).map(|place| (place + 1).to_string());
    let number = page_number(&wanted, pages.len());
    let number = number.or_else(|problem| labelled.map_or(Err(problem), |text| page_number(&text, pages.len())))?;
    Ok(Redirect::to(&service.links.page_of(id, number, &state.pairs())).into_response())
}

/// `/reports/{id}/pages/{n}?q=&match=`: a page, its picture and its text, with the matches marked.
pub async fn page(
    State(service): State<Arc<Service>>,
    Path((id, page)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    client: Client,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let pairs = pairs_of(query.as_deref());
    let state = QueryState::from_pairs(&pairs);
    let at = At::read(value_of(&pairs, "match"));
    let site = client.site().unwrap_or_default();
    let tag = service.entity_tag_with_comments().await;
    let page = service
        .find(SearchKind::Marks, move |service| {
            let known = service.known_report(id)?;
            let number = page_number(&page, known.stored.pages.len())?;
            view(service, &visit, &known, number, &state, at, &site)
        })
        .await?;
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Html(page).into_response())))
}

/// Makes a page view; blocks. A query over a limit marks nothing: the page can be read all the same.
fn view(
    service: &Service,
    visit: &Visit,
    known: &KnownReport,
    number: u32,
    state: &QueryState,
    at: At,
    site: &str,
) -> Result<String, Problem> {
    let page = service.library().texts().pages(known.row.location, &[number])?.pop().unwrap_or_default();
    let marks = match state.q.as_str() {
        "" => PageMarks::default(),
        q => service.page_marks(q, known.row.id, number, &page),
    };
    let undrawn = service.pictures.failure(known.row.id, number).map(|error| error.detail);
    let view = PageView { report: known, number, page: &page, state, at, marks: &marks, undrawn, site };
    let comments = comments::section(service, Place::page(known.row.id, number), known.row.pages_total, visit);
    Ok(ui::page_page(visit, &view, comments))
}

/// The first value of a parameter; empty if it is not given.
fn value_of<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
}

/// The status and headers of a problem with a page of its own.
fn with_body(problem: &Problem, page: String) -> Response {
    let status = problem.status();
    let mut response = (status, Html(page)).into_response();
    response.extensions_mut().insert(HasBody);
    response
}
