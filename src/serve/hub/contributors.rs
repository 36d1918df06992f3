//! `/contributors` and `/api/v1/contributors`: everybody who contributed to a report, in alphabetical order.

use crate::search::Contributor;
use crate::serve::asked::Parameters;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, ContributorsPage};
use crate::serve::visit::Visit;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Contributors of an answer of the API unless asked otherwise, and at most.
const LIMIT: (u64, u64) = (100, 1_000);
/// Contributors on a page.
const PAGE_SIZE: u64 = 200;
/// Characters of a name that are looked for.
const LONGEST_NAME: usize = 200;

/// A part of the list.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ContributorPage {
    /// Contributors in all.
    total: usize,
    /// Those left out first.
    offset: u64,
    /// Those wanted at most.
    limit: u64,
    /// The contributors.
    contributors: Vec<ListedContributor>,
}

/// A contributor with the place of their reports.
#[derive(Serialize, utoipa::ToSchema)]
struct ListedContributor {
    #[serde(flatten)]
    contributor: Contributor,
    /// The list of their reports, as a page.
    url: String,
}

/// The contributors of all reports.
#[utoipa::path(
    get, path = "/api/v1/contributors", operation_id = "list_contributors", summary = "List the contributors", tag = "library",
    params(
        ("q" = Option<String>, Query, description = "Beginnings of words of the name; accents and case do not count", example = "holl"),
        ("offset" = Option<u32>, Query, description = "Contributors to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Contributors to return; 100 unless given", minimum = 1, maximum = 1000, example = 100),
    ),
    responses(
        (status = 200, description = "Contributors by family name, with the number of their reports", body = ContributorPage),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn contributors(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let (q, offset) = asked(&mut parameters);
    let limit = parameters.number("limit", 1..=LIMIT.1).unwrap_or(LIMIT.0);
    parameters.finish()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let list = service.read(move |service| service.contributors(&q, offset, limit)).await?;
    let listed = |contributor: Contributor| {
        let url = service.links.reports_where(&[("contributor", &contributor.name)]);
        ListedContributor { contributor, url }
    };
    let contributors = list.contributors.into_iter().map(listed).collect();
    let page = ContributorPage { total: list.total, offset, limit, contributors };
    Ok(tag.mark(Json(page).into_response()))
}

/// `GET /contributors?q=&offset=`.
pub async fn page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let (q, offset) = asked(&mut parameters);
    parameters.finish()?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let page = service
        .read(move |service| {
            let list = service.contributors(&q, offset, PAGE_SIZE)?;
            let page = ContributorsPage { q: &q, offset, limit: PAGE_SIZE, list: &list };
            Ok(ui::contributors_page(&visit, &page))
        })
        .await?;
    Ok(tag.mark(Html(page).into_response()))
}

/// The beginnings of words of a name, and where the part begins.
fn asked(parameters: &mut Parameters) -> (String, u64) {
    let q = parameters.text("q").unwrap_or_default().trim().chars().take(LONGEST_NAME).collect();
    (q, parameters.number("offset", 0..=u64::from(u32::MAX)).unwrap_or(0))
}
