//! `/search.atom` and `/search.jsonfeed`: a search as a feed (RFC 4287, JSON Feed 1.1) to be followed without an account.
//!
//! Identities do not depend on where the service stands: a report's is its own, a feed's that of its search.

use crate::report::ReportId;
use crate::search::{Hit, SearchRequest};
use crate::serve::asked::pairs_of;
use crate::serve::conditional::EntityTag;
use crate::serve::net::client::Client;
use crate::serve::openapi::SearchParameters;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{FeedEntry, FeedPage, QueryState, atom_feed, feed_text, json_feed};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Entries unless asked otherwise.
const ENTRIES: &str = "20";

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedForm {
    /// RFC 4287.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl FeedForm {
    /// As the addresses of the library's feeds end.
    pub fn name(self) -> &'static str {
        match self {
            FeedForm::Atom => "atom",
            FeedForm::Json => "json",
        }
    }

    /// As the addresses of a search's feeds end.
    fn of_search(self) -> &'static str {
        match self {
            FeedForm::Atom => "atom",
            FeedForm::Json => "jsonfeed",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            FeedForm::Atom => "application/atom+xml; charset=utf-8",
            FeedForm::Json => "application/feed+json; charset=utf-8",
        }
    }
}

/// The answer with a feed: not sent to who has all of it already, by its tag or by when something in it last changed.
pub fn answer(page: &FeedPage, form: FeedForm, tag: &EntityTag, headers: &HeaderMap) -> Response {
    let seconds = u64::try_from(page.updated()).unwrap_or(0);
    let updated = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|since| since.to_str().ok());
    let since = since.and_then(|since| httpdate::parse_http_date(since).ok());
    let has_tag = headers.contains_key(header::IF_NONE_MATCH);
    let mut response = match since {
        // An empty feed has no time of its own.
        Some(since) if !has_tag && seconds > 0 && since >= updated => {
            axum::http::StatusCode::NOT_MODIFIED.into_response()
        }
        _ => {
            let body = match form {
                FeedForm::Atom => atom_feed(page),
                FeedForm::Json => json_feed(page),
            };
            ([(header::CONTENT_TYPE, form.content_type())], body).into_response()
        }
    };
    if let Some(value) = HeaderValue::from_str(&httpdate::fmt_http_date(updated)).ok().filter(|_| seconds > 0) {
        response.headers_mut().insert(header::LAST_MODIFIED, value);
    }
    tag.mark(response)
}

/// `GET /search.atom`: the parameters of a search; the newest first unless `sort` says otherwise.
#[utoipa::path(
    get, path = "/search.atom", operation_id = "search_atom", summary = "Follow a search", tag = "search",
    params(
        ("limit" = Option<u32>, Query, description = "Reports to return; 10 unless given", minimum = 1, maximum = 100),
        SearchParameters,
    ),
    responses(
        (status = 200, description = "A search as a feed (RFC 4287), the newest reports first", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "A limit of the query language, or a cursor of another search"),
    ),
)]
pub async fn atom(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    feed(&service, query.as_deref(), &client, &headers, FeedForm::Atom).await
}

/// `GET /search.jsonfeed`: the parameters of a search; the newest first unless `sort` says otherwise.
#[utoipa::path(
    get, path = "/search.jsonfeed", operation_id = "search_json_feed", summary = "Follow a search, as JSON", tag = "search",
    params(
        ("limit" = Option<u32>, Query, description = "Reports to return; 10 unless given", minimum = 1, maximum = 100),
        SearchParameters,
    ),
    responses(
        (status = 200, description = "A search as a feed (JSON Feed 1.1), the newest reports first", body = serde_json::Value, content_type = "application/feed+json"),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "A limit of the query language, or a cursor of another search"),
    ),
)]
pub async fn json(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    feed(&service, query.as_deref(), &client, &headers, FeedForm::Json).await
}

async fn feed(
    service: &Arc<Service>,
    query: Option<&str>,
    client: &Client,
    headers: &HeaderMap,
    form: FeedForm,
) -> Result<Response, Problem> {
    let mut pairs = pairs_of(query);
    for (name, value) in [("sort", "-date"), ("limit", ENTRIES)] {
        if !pairs.iter().any(|(given, _)| given == name) {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    }
    let request = SearchRequest::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let site = client.site()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(headers) {
        return Ok(unchanged);
    }
    let results = QueryState::of(&request).link(&service.links);
    let response = service.search(request).await?;
    let ids: Vec<ReportId> = response.hits.iter().map(|hit| hit.id).collect();
    let rows = service.read(move |service| Ok(service.library().catalogue().reports_of(&ids)?)).await?;
    let times = rows.into_iter().map(|row| row.map_or((0, 0), |row| (row.added, row.changed)));
    let base = format!("{site}{}", service.links.base());
    let entry = |(mut hit, (added, changed)): (Hit, (i64, i64))| {
        hit.put_under(&base);
        FeedEntry::of_hit(&hit, added, changed)
    };
    let address =
        |parameters: &[(&str, &str)]| format!("{site}{}", service.links.search_as(form.of_search(), parameters));
    let next = response.next_cursor.map(|cursor| {
        let others = parameters(&pairs).filter(|(name, _)| !matches!(*name, "offset" | "cursor"));
        address(&others.chain([("cursor", cursor.as_str())]).collect::<Vec<_>>())
    });
    let asked = if response.query.q.is_empty() { "all reports".to_owned() } else { feed_text(&response.query.q) };
    let page = FeedPage {
        id: search_id(&pairs),
        title: format!("Recto: {asked}"),
        subtitle: format!("Reports that match a search for {asked}, with the pages that show it"),
        own: address(&parameters(&pairs).collect::<Vec<_>>()),
        results: format!("{site}{results}"),
        next,
        entries: response.hits.into_iter().zip(times).map(entry).collect(),
    };
    Ok(answer(&page, form, &tag, headers))
}

fn parameters(pairs: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// The identity of a search: of what is asked for, not of which part of the answer is shown.
fn search_id(pairs: &[(String, String)]) -> ReportId {
    let mut asked: Vec<_> =
        parameters(pairs).filter(|(name, _)| !matches!(*name, "limit" | "offset" | "cursor")).collect();
    asked.sort_unstable();
    ReportId::of_bytes(format!("{asked:?}").as_bytes())
}
