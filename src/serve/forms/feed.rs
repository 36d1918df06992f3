//! `/search.atom`: a search as a feed (RFC 4287) to be followed without an account.
//!
//! Identities do not depend on where the service stands: a report's is its own, a feed's that of its search.

use crate::report::ReportId;
use crate::search::{Hit, SearchRequest};
use crate::serve::asked::pairs_of;
use crate::serve::net::client::Client;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, FeedEntry, FeedPage, QueryState};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Entries unless asked otherwise.
const ENTRIES: &str = "20";

/// `GET /search.atom`: the parameters of a search; the newest first unless `sort` says otherwise.
#[utoipa::path(
    get, path = "/search.atom", operation_id = "search_atom", summary = "Follow a search", tag = "search",
    params(
        ("q" = Option<String>, Query, description = "What to find, in the query language; any text is legal", example = "cash transfer"),
        ("limit" = Option<u32>, Query, description = "Reports to return; 10 unless given", minimum = 1, maximum = 100),
        ("offset" = Option<u32>, Query, description = "Reports to leave out first; beyond it use `cursor`", minimum = 0, maximum = 10000),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the response before, instead of `offset`"),
        ("pages" = Option<u32>, Query, description = "Pages shown of each report; 3 unless given", minimum = 0, maximum = 50),
        ("passages" = Option<u32>, Query, description = "Passages shown of each page; 2 unless given", minimum = 0, maximum = 10),
        ("filter[language]" = Option<Vec<String>>, Query, description = "ISO 639-1 code; may be repeated: any of one field, each of several", example = json!(["en"])),
        ("filter[author]" = Option<Vec<String>>, Query, description = "Whole name; accents and case do not count"),
        ("filter[section]" = Option<Vec<String>>, Query, description = "Name of one of its outermost sections"),
        ("filter[year]" = Option<Vec<String>>, Query, description = "`2020`, `2019..2021`, `..2021` or `2019..`", example = json!(["2019.."])),
        ("facets" = Option<String>, Query, description = "What to count, parted by commas: `language`, `author`, `section`, `year`", example = "language,year"),
        ("sort" = Option<String>, Query, description = "Order of the reports: `relevance`, `date`, `-date`, `title` or `-title`", example = "-date"),
        ("op" = Option<String>, Query, description = "How bare words combine: `and` or `or`", example = "and"),
        ("explain" = Option<bool>, Query, description = "Whether to say how every score came about"),
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
    let mut pairs = pairs_of(query.as_deref());
    for (name, value) in [("sort", "-date"), ("limit", ENTRIES)] {
        if !pairs.iter().any(|(given, _)| given == name) {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    }
    let request = SearchRequest::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let site = client.site()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let results = QueryState::of(&request).link(&service.links);
    let response = service.search(request).await?;
    let ids: Vec<ReportId> = response.hits.iter().map(|hit| hit.id).collect();
    let rows = service.read(move |service| Ok(service.library().catalogue().reports_of(&ids)?)).await?;
    let added = rows.into_iter().map(|row| row.map_or(0, |row| row.added));
    let base = format!("{site}{}", service.links.base());
    let entry = |(mut hit, added): (Hit, i64)| {
        hit.put_under(&base);
        FeedEntry { hit, added }
    };
    let address = |parameters: &[(&str, &str)]| format!("{site}{}", service.links.search_as("atom", parameters));
    let next = response.next_cursor.map(|cursor| {
        let others = parameters(&pairs).filter(|(name, _)| !matches!(*name, "offset" | "cursor"));
        address(&others.chain([("cursor", cursor.as_str())]).collect::<Vec<_>>())
    });
    let page = FeedPage {
        id: search_id(&pairs),
        own: address(&parameters(&pairs).collect::<Vec<_>>()),
        results: format!("{site}{results}"),
        q: response.query.q,
        next,
        entries: response.hits.into_iter().zip(added).map(entry).collect(),
    };
    let content_type = "application/atom+xml; charset=utf-8";
    Ok(tag.mark(([(header::CONTENT_TYPE, content_type)], ui::feed(&page)).into_response()))
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
