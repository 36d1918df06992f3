//! `/reports`: the reports of the library, all or those of a contributor, a year, a language, in any order.

use crate::serve::hub::Wanted;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, BrowsePage};
use crate::serve::visit::Visit;
use crate::store::ReportRow;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// Reports on a page of the list.
pub const LIST_SIZE: u64 = 50;

/// `/reports`.
pub async fn reports(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted::of_page(query.as_deref())?;
    let tag = service.entity_tag();
    if let Some(unchanged) = tag.not_modified(&headers) {
        return Ok(unchanged);
    }
    let page = service
        .read(move |service| {
            let holdings = service.holdings()?;
            let (total, reports) = rows(service, &wanted, LIST_SIZE)?;
            let page = BrowsePage { wanted: &wanted, holdings: &holdings, total, limit: LIST_SIZE, reports: &reports };
            Ok(ui::browse_page(&visit, &page))
        })
        .await?;
    Ok(tag.mark(Html(page).into_response()))
}

/// How many reports are as wanted, and those of the part that is wanted, at most `limit`; blocks.
pub fn rows(service: &Service, wanted: &Wanted, limit: u64) -> Result<(u64, Vec<ReportRow>), Problem> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let list = service.holdings()?.list(&wanted.filters, wanted.order, wanted.offset, limit);
    let rows = service.library().catalogue().reports_of(&list.ids)?;
    Ok((list.total, rows.into_iter().flatten().collect()))
}
