//! `/admin/coverage`: reports with pages that a search cannot find.

use crate::report::PageStatus;
use crate::serve::admin::overview::fresh;
use crate::serve::asked::Parameters;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, GapsView};
use crate::serve::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use std::sync::Arc;

/// Reports on a page.
const PAGE_SIZE: u64 = 50;

/// `/admin/coverage`: all such reports, or those with pages of one status.
pub async fn page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let status = parameters.text("status").filter(|code| !code.is_empty()).and_then(|code| {
        let status = PageStatus::from_code(&code);
        if status.is_none() {
            let codes: Vec<&str> = PageStatus::ALL.into_iter().map(PageStatus::code).collect();
            parameters.fault("status", &format!("must be one of {}", codes.join(", ")));
        }
        status
    });
    let offset = parameters.number("offset", 0..=u64::from(u32::MAX)).unwrap_or(0);
    parameters.finish()?;
    let coverage = service.coverage().await?;
    let page = service
        .read(move |service| {
            let (reports, total) = service.library().catalogue().with_gaps(status, offset, PAGE_SIZE)?;
            let view = GapsView { pages: &coverage.pages, status, reports: &reports, total, offset, limit: PAGE_SIZE };
            Ok(ui::gaps_page(&visit, &view))
        })
        .await?;
    Ok(fresh(page))
}
