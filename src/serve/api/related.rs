//! Reports related to one, with the terms they share.

use crate::report::ReportId;
use crate::search::{Related, RequestError};
use crate::serve::asked::pairs_of;
use crate::serve::asked::report_id;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Related reports unless asked otherwise, and at most.
const LIMIT: (usize, usize) = (10, 50);

/// The answer.
#[derive(Serialize)]
struct RelatedReports {
    report: ReportId,
    related: Vec<Related>,
}

/// `GET /api/v1/reports/{id}/related?limit=`.
pub async fn related(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let limit = limit_of(&pairs_of(query.as_deref()))?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let mut related = service
        .read(move |service| {
            service.row(id)?;
            Ok(service.searcher.related(id, limit)?)
        })
        .await?;
    related.iter_mut().for_each(|other| other.url = service.links.at(&other.url));
    Ok(tag.mark(Json(RelatedReports { report: id, related }).into_response()))
}

/// How many are wanted.
fn limit_of(pairs: &[(String, String)]) -> Result<usize, Problem> {
    let mut limit = None;
    let mut faults = Vec::new();
    for (name, value) in pairs {
        let number = value.parse().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()));
        let detail = match (name.as_str(), number) {
            ("limit", _) if limit.is_some() => "is given more than once; give it once",
            ("limit", Some(number)) if (1..=LIMIT.1).contains(&number) => {
                limit = Some(number);
                continue;
            }
            ("limit", _) => "must be a whole number from 1 to 50",
            _ => "is not known; known is limit",
        };
        faults.push(RequestError { parameter: name.chars().take(64).collect(), detail: detail.to_owned() });
    }
    if faults.is_empty() { Ok(limit.unwrap_or(LIMIT.0)) } else { Err(faults.into()) }
}
