//! `/years`, `/tags`, `/languages` and the same in the API: what the library can be looked through by, with counts.

use crate::search::{Facet, HeldField};
use crate::serve::asked::Parameters;
use crate::serve::hub::wanted::FIELDS;
use crate::serve::links::Links;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, ValuesPage, language_name};
use crate::serve::visit::Visit;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Values on a page.
const PAGE_SIZE: u64 = 500;
/// Values of an answer of the API unless asked otherwise.
const USUAL_LIMIT: u64 = 100;

/// A part of the values of a field.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ValueList {
    /// Values in all.
    total: u64,
    /// Those left out first.
    offset: u64,
    /// Those wanted at most.
    limit: u64,
    /// The values, in the order asked for.
    values: Vec<ValueBody>,
}

/// A value with the reports that have it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ValueBody {
    /// As filters take it.
    value: String,
    /// As people call it.
    name: String,
    /// Reports that have it.
    count: u64,
    /// The list of these reports.
    url: String,
}

/// The values of a field in the order in which people look for them: years from the last, others by name or by count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValueOrder {
    /// The most frequent first.
    #[default]
    Count,
    /// By name; years from the last.
    Name,
}

/// What is asked for.
struct Asked {
    order: ValueOrder,
    offset: u64,
    limit: u64,
}

impl Asked {
    fn read(query: Option<&str>, usual: ValueOrder, limit: u64, is_limited: bool) -> Result<Asked, Problem> {
        let mut parameters = Parameters::of(query);
        let order = match parameters.text("sort").as_deref() {
            None | Some("") => usual,
            Some("count") => ValueOrder::Count,
            Some("name") => ValueOrder::Name,
            Some(_) => {
                parameters.fault("sort", "must be `count` or `name`");
                usual
            }
        };
        let offset = parameters.number("offset", 0..=u64::from(u32::MAX)).unwrap_or(0);
        let wanted = if is_limited { parameters.number("limit", 1..=1000) } else { None };
        parameters.finish()?;
        Ok(Asked { order, offset, limit: wanted.unwrap_or(limit) })
    }
}

/// How a value is called.
pub fn name_of(field: HeldField, value: &str) -> String {
    if field == HeldField::Language { language_name(value).to_owned() } else { value.to_owned() }
}

/// The list of the reports that have a value.
pub fn link_to(links: &Links, field: HeldField, value: &str) -> String {
    let name = FIELDS.iter().find(|(known, ..)| *known == field).map_or("", |(_, page, _)| page);
    links.reports_where(&[(name, value)])
}

/// The part of a field's values that is asked for, and how many there are; blocks.
fn part(service: &Service, field: HeldField, asked: &Asked) -> Result<(Vec<Facet>, u64), Problem> {
    let holdings = service.holdings()?;
    let values = holdings.values(field);
    let (offset, limit) =
        (usize::try_from(asked.offset).unwrap_or(usize::MAX), usize::try_from(asked.limit).unwrap_or(0));
    let part = match asked.order {
        ValueOrder::Count => values.iter().skip(offset).take(limit).cloned().collect(),
        ValueOrder::Name => {
            let mut sorted: Vec<(String, &Facet)> =
                values.iter().map(|facet| (crate::index::folded(&name_of(field, &facet.value)), facet)).collect();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            if field == HeldField::Year {
                sorted.reverse();
            }
            sorted.into_iter().skip(offset).take(limit).map(|(_, facet)| facet.clone()).collect()
        }
    };
    Ok((part, values.len() as u64))
}

async fn page(
    service: Arc<Service>,
    field: HeldField,
    query: Option<&str>,
    visit: Visit,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let usual = if field == HeldField::Year { ValueOrder::Name } else { ValueOrder::Count };
    let asked = Asked::read(query, usual, PAGE_SIZE, false)?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(headers) {
        return Ok(unchanged);
    }
    let page = service
        .read(move |service| {
            let (values, total) = part(service, field, &asked)?;
            let page = ValuesPage {
                field,
                order: asked.order,
                usual,
                values: &values,
                total,
                offset: asked.offset,
                limit: asked.limit,
            };
            Ok(ui::values_page(&visit, &page))
        })
        .await?;
    Ok(tag.mark(Html(page).into_response()))
}

async fn body(
    service: Arc<Service>,
    field: HeldField,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::read(query, ValueOrder::Count, USUAL_LIMIT, true)?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(headers) {
        return Ok(unchanged);
    }
    let list = service
        .read(move |service| {
            let (values, total) = part(service, field, &asked)?;
            let value = |facet: Facet| ValueBody {
                name: name_of(field, &facet.value),
                url: link_to(&service.links, field, &facet.value),
                count: facet.count,
                value: facet.value,
            };
            let values = values.into_iter().map(value).collect();
            Ok(ValueList { total, offset: asked.offset, limit: asked.limit, values })
        })
        .await?;
    Ok(tag.mark(Json(list).into_response()))
}

/// `/years`.
pub async fn years_page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    page(service, HeldField::Year, query.as_deref(), visit, &headers).await
}

/// `/tags`.
pub async fn tags_page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    page(service, HeldField::Tag, query.as_deref(), visit, &headers).await
}

/// `/languages`.
pub async fn languages_page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    page(service, HeldField::Language, query.as_deref(), visit, &headers).await
}

/// `GET /api/v1/years`.
#[utoipa::path(
    get, path = "/api/v1/years", operation_id = "list_years", summary = "List the years", tag = "library",
    params(
        ("sort" = Option<String>, Query, description = "Order: `count`, the most frequent first, or `name`, from the last; `count` unless given", example = "name"),
        ("offset" = Option<u32>, Query, description = "Years to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Years to return; 100 unless given", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "Years of publication with the number of their reports", body = ValueList),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn years(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    body(service, HeldField::Year, query.as_deref(), &headers).await
}

/// `GET /api/v1/tags`.
#[utoipa::path(
    get, path = "/api/v1/tags", operation_id = "list_tags", summary = "List the tags", tag = "library",
    params(
        ("sort" = Option<String>, Query, description = "Order: `count`, the most frequent first, or `name`; `count` unless given", example = "name"),
        ("offset" = Option<u32>, Query, description = "Tags to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Tags to return; 100 unless given", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "Tags with the number of their reports", body = ValueList),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn tags(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    body(service, HeldField::Tag, query.as_deref(), &headers).await
}

/// `GET /api/v1/languages`.
#[utoipa::path(
    get, path = "/api/v1/languages", operation_id = "list_languages", summary = "List the languages", tag = "library",
    params(
        ("sort" = Option<String>, Query, description = "Order: `count`, the most frequent first, or `name`; `count` unless given", example = "name"),
        ("offset" = Option<u32>, Query, description = "Languages to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Languages to return; 100 unless given", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "Languages, by ISO 639-1 code, with the number of their reports", body = ValueList),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn languages(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    body(service, HeldField::Language, query.as_deref(), &headers).await
}
