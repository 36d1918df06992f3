//! `/feed.atom` and `/feed.json`: what comes into the library, or into any part of it, to be followed without an account.

use crate::report::ReportId;
use crate::serve::forms::feed::{FeedForm, answer};
use crate::serve::hub::{Wanted, list};
use crate::serve::net::client::Client;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{FeedEntry, FeedPage, narrowing};
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;

/// Entries unless asked otherwise.
const ENTRIES: u64 = 20;

/// `GET /feed.atom`.
#[utoipa::path(
    get, path = "/feed.atom", operation_id = "library_atom", summary = "Follow the library", tag = "reports",
    params(
        ("contributor" = Option<Vec<String>>, Query, description = "Whole name; accents and case do not count. May be repeated: any of one field, each of several"),
        ("tag" = Option<Vec<String>>, Query, description = "Whole tag; accents and case do not count"),
        ("year" = Option<Vec<String>>, Query, description = "`2020`, `2019..2021`, `..2021` or `2019..`", example = json!(["2000.."])),
        ("language" = Option<Vec<String>>, Query, description = "ISO 639-1 code", example = json!(["en"])),
        ("offset" = Option<u32>, Query, description = "Reports to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Reports to return; 20 unless given", minimum = 1, maximum = 100),
    ),
    responses(
        (status = 200, description = "Reports as a feed (RFC 4287), the last added first", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "As the client has it"),
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

/// `GET /feed.json`.
#[utoipa::path(
    get, path = "/feed.json", operation_id = "library_json_feed", summary = "Follow the library, as JSON", tag = "reports",
    params(
        ("contributor" = Option<Vec<String>>, Query, description = "Whole name; accents and case do not count. May be repeated: any of one field, each of several"),
        ("tag" = Option<Vec<String>>, Query, description = "Whole tag; accents and case do not count"),
        ("year" = Option<Vec<String>>, Query, description = "`2020`, `2019..2021`, `..2021` or `2019..`", example = json!(["2000.."])),
        ("language" = Option<Vec<String>>, Query, description = "ISO 639-1 code", example = json!(["en"])),
        ("offset" = Option<u32>, Query, description = "Reports to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Reports to return; 20 unless given", minimum = 1, maximum = 100),
    ),
    responses(
        (status = 200, description = "Reports as a feed (JSON Feed 1.1), the last added first", body = serde_json::Value, content_type = "application/feed+json"),
        (status = 304, description = "As the client has it"),
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
    let wanted = Wanted::of_feed(query)?;
    let site = client.site()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(headers) {
        return Ok(unchanged);
    }
    let page = service.read(move |service| page(service, &wanted, &site, form)).await?;
    Ok(answer(&page, form, &tag, headers))
}

/// The feed with its entries; blocks.
fn page(service: &Service, wanted: &Wanted, site: &str, form: FeedForm) -> Result<FeedPage, Problem> {
    let limit = wanted.limit.unwrap_or(ENTRIES);
    let (total, rows) = list::rows(service, wanted, limit)?;
    let next = wanted.offset.saturating_add(limit);
    let texts = service.library().texts();
    let base = format!("{site}{}", service.links.base());
    let entry = |row: &crate::store::ReportRow| {
        let report = texts.report(row.location)?;
        let said = report.statements.summary.as_ref().map(|summary| summary.text.as_str());
        Ok(FeedEntry::of_row(&base, row, said))
    };
    let narrowed = narrowing(wanted, &*service.holdings()?);
    let at = |offset| format!("{site}{}", wanted.feed_at(&service.links, form.name(), offset));
    let asked = Wanted { order: crate::search::HeldOrder::default(), ..wanted.clone() };
    Ok(FeedPage {
        id: ReportId::of_bytes(format!("library {:?}", asked.filter_pairs()).as_bytes()),
        title: format!("Recto: reports{narrowed}"),
        subtitle: format!("New reports{narrowed}, the last added first"),
        own: at(wanted.offset),
        results: format!("{site}{}", asked.page_at(&service.links, 0)),
        next: (next < total).then(|| at(next)),
        entries: rows.iter().map(entry).collect::<Result<_, Problem>>()?,
    })
}
