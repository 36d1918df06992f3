//! Suggestions while typing: for programs and the search box of our pages as an object, for the search box of browsers
//! as OpenSearch wants them.

use crate::search::{Suggestion, Suggestions};
use crate::serve::asked::Parameters;
use crate::serve::links::Links;
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::net::client::Client;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Suggestions unless asked otherwise, and at most.
const LIMIT: (u64, u64) = (8, 20);

/// `GET /api/v1/suggest?q=&limit=`.
#[utoipa::path(
    get, path = "/api/v1/suggest", operation_id = "suggest", summary = "Suggest how to go on while typing", tag = "search",
    params(
        ("q" = Option<String>, Query, description = "What was typed so far", example = "cash tra"),
        ("limit" = Option<u32>, Query, description = "Suggestions at most; 8 unless given", minimum = 1, maximum = 20),
    ),
    responses(
        (status = 200, description = "Completions of the last word, then titles", body = Suggestions),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn suggest(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (q, limit) = parameters(query.as_deref())?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let found = service.find(SearchKind::Suggest, move |service| Ok(service.searcher.suggest(&q, limit)?)).await?;
    Ok(tag.mark(Json(with_base_path(found, &service.links)).into_response()))
}

/// `GET /opensearch/suggest?q=`: what was typed, ways to go on, what is said of each, and where it leads.
pub async fn browser_suggestions(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
) -> Result<Response, Problem> {
    let site = client.site()?;
    let (q, limit) = parameters(query.as_deref())?;
    let tag = service.entity_tag();
    let found = service.find(SearchKind::Suggest, move |service| Ok(service.searcher.suggest(&q, limit)?)).await?;
    let (mut ways, mut notes, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for suggestion in found.suggestions {
        let (way, note, place) = match suggestion {
            Suggestion::Word { query, reports, .. } => {
                let place = service.links.search(&[("q", &query)]);
                (query, if reports == 1 { "1 report".to_owned() } else { format!("{reports} reports") }, place)
            }
            Suggestion::Title { text, url, .. } => (text, "report".to_owned(), service.links.at(&url)),
        };
        ways.push(way);
        notes.push(note);
        places.push(format!("{site}{place}"));
    }
    let body = serde_json::json!([found.q, ways, notes, places]).to_string();
    Ok(tag.mark(([(header::CONTENT_TYPE, "application/x-suggestions+json")], body).into_response()))
}

/// What was typed, and how many suggestions are wanted.
fn parameters(query: Option<&str>) -> Result<(String, usize), Problem> {
    let mut parameters = Parameters::of(query);
    let q = parameters.text("q").unwrap_or_default();
    let limit = parameters.number("limit", 1..=LIMIT.1).unwrap_or(LIMIT.0);
    parameters.finish()?;
    Ok((q, usize::try_from(limit).unwrap_or(usize::MAX)))
}

fn with_base_path(mut found: Suggestions, links: &Links) -> Suggestions {
    for suggestion in &mut found.suggestions {
        if let Suggestion::Title { url, .. } = suggestion {
            *url = links.at(url);
        }
    }
    found
}
