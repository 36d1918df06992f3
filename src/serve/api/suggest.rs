//! Suggestions while typing: for programs and the search box of our pages as an object, for the search box of browsers
//! as OpenSearch wants them.

use crate::search::{RequestError, Suggestion, Suggestions};
use crate::serve::asked::pairs_of;
use crate::serve::forms::opensearch::site_of;
use crate::serve::links::Links;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Suggestions unless asked otherwise, and at most.
const LIMIT: (usize, usize) = (8, 20);

/// `GET /api/v1/suggest?q=&limit=`.
pub async fn suggest(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (q, limit) = parameters(&pairs_of(query.as_deref()))?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let found = service.read(move |service| Ok(service.searcher.suggest(&q, limit)?)).await?;
    Ok(tag.mark(Json(with_base_path(found, &service.links)).into_response()))
}

/// `GET /opensearch/suggest?q=`: what was typed, ways to go on, what is said of each, and where it leads.
pub async fn browser_suggestions(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let site = site_of(&headers)?;
    let (q, limit) = parameters(&pairs_of(query.as_deref()))?;
    let tag = service.entity_tag();
    let found = service.read(move |service| Ok(service.searcher.suggest(&q, limit)?)).await?;
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
fn parameters(pairs: &[(String, String)]) -> Result<(String, usize), Problem> {
    let (mut q, mut limit) = (None, None);
    let mut faults = Vec::new();
    for (name, value) in pairs {
        let fault = match name.as_str() {
            "q" if q.is_none() => {
                q = Some(value.clone());
                continue;
            }
            "limit" if limit.is_none() => {
                let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                let number = if is_number { value.parse().ok() } else { None };
                limit = number.filter(|number| (1..=LIMIT.1).contains(number));
                if limit.is_some() {
                    continue;
                }
                "must be a whole number from 1 to 20"
            }
            "q" | "limit" => "is given more than once; give it once",
            _ => "is not known; known are q, limit",
        };
        faults.push(RequestError { parameter: name.chars().take(64).collect(), detail: fault.to_owned() });
    }
    if faults.is_empty() { Ok((q.unwrap_or_default(), limit.unwrap_or(LIMIT.0))) } else { Err(faults.into()) }
}

fn with_base_path(mut found: Suggestions, links: &Links) -> Suggestions {
    for suggestion in &mut found.suggestions {
        if let Suggestion::Title { url, .. } = suggestion {
            *url = links.at(url);
        }
    }
    found
}
