//! `GET /api/v1/reports`: the reports of the library, all or some, in any order.

use crate::serve::api::ReportSummary;
use crate::serve::hub::{Wanted, list};
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Reports unless asked otherwise.
const USUAL_LIMIT: u64 = 20;

/// A part of the list of reports.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ReportList {
    /// Reports in all, or those that the filters leave.
    total: u64,
    /// Those left out first.
    offset: u64,
    /// Those wanted at most.
    limit: u64,
    /// The reports.
    reports: Vec<ReportSummary>,
}

/// `GET /api/v1/reports`: reports by title unless asked otherwise.
#[utoipa::path(
    get, path = "/api/v1/reports", operation_id = "list_reports", summary = "List the reports", tag = "reports",
    params(
        ("filter[author]" = Option<Vec<String>>, Query, description = "Whole name; accents and case do not count. May be repeated: any of one field, each of several"),
        ("filter[tag]" = Option<Vec<String>>, Query, description = "Whole tag; accents and case do not count"),
        ("filter[language]" = Option<Vec<String>>, Query, description = "ISO 639-1 code", example = json!(["en"])),
        ("filter[year]" = Option<Vec<String>>, Query, description = "`2020`, `2019..2021`, `..2021` or `2019..`", example = json!(["2000.."])),
        ("sort" = Option<String>, Query, description = "Order: `title`, `-title`, `date`, `-date`, `added` or `-added`; `title` unless given", example = "-added"),
        ("offset" = Option<u32>, Query, description = "Reports to leave out first", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Reports to return; 20 unless given", minimum = 1, maximum = 100, example = 20),
    ),
    responses(
        (status = 200, description = "The reports in that order", body = ReportList),
        (status = 304, description = "As the client has it"),
    ),
)]
pub async fn reports(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted::of_api(query.as_deref())?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let list = service
        .read(move |service| {
            let limit = wanted.limit.unwrap_or(USUAL_LIMIT);
            let (total, rows) = list::rows(service, &wanted, limit)?;
            let reports = rows.iter().map(|row| ReportSummary::new(row, &service.links)).collect();
            Ok(ReportList { total, offset: wanted.offset, limit, reports })
        })
        .await?;
    Ok(tag.mark(Json(list).into_response()))
}
