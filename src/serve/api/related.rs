//! Reports related to one, with the terms they share.

use crate::report::ReportId;
use crate::search::Related;
use crate::serve::asked::{Parameters, report_id};
use crate::serve::monitor::metrics::SearchKind;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Related reports unless asked otherwise, and at most.
const LIMIT: (u64, u64) = (10, 50);

/// The answer.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RelatedReports {
    report: ReportId,
    related: Vec<Related>,
}

/// `GET /api/v1/reports/{id}/related?limit=`.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/related", operation_id = "list_related", summary = "Find related reports", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("limit" = Option<u32>, Query, description = "Reports at most; 10 unless given", minimum = 1, maximum = 50),
    ),
    responses(
        (status = 200, description = "Reports about the same, with the terms they share", body = RelatedReports),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such report"),
    ),
)]
pub async fn related(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let mut parameters = Parameters::of(query.as_deref());
    let limit = parameters.number("limit", 1..=LIMIT.1).unwrap_or(LIMIT.0);
    parameters.finish()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let mut related = service.find(SearchKind::Related, move |service| service.related_to(id, limit)).await?;
    related.iter_mut().for_each(|other| other.url = service.links.at(&other.url));
    Ok(tag.mark(Json(RelatedReports { report: id, related }).into_response()))
}
