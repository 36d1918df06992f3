//! The start page before there is a query.

use crate::search::HeldOrder;
use crate::serve::conditional::EntityTag;
use crate::serve::hub::{Wanted, list};
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, HomeView};
use crate::serve::visit::Visit;
use crate::store::ReportRow;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// Reports shown of those that are new.
const NEWEST: u64 = 6;
/// Reports shown of those that are read most.
const MOST_READ: usize = 5;

/// The start page. Its tag is that of what it says: it tells how often reports are read, which needs no new generation.
pub async fn home(service: &Arc<Service>, visit: Visit, headers: &HeaderMap) -> Result<Response, Problem> {
    let coverage = service.coverage().await?;
    let page = service
        .read(move |service| {
            let newest = Wanted { order: HeldOrder::AddedDescending, ..Wanted::default() };
            let view = HomeView {
                coverage: &coverage,
                holdings: &*service.holdings()?,
                newest: &list::rows(service, &newest, NEWEST)?.1,
                most_read: &most_read(service)?,
                is_ingesting: service.is_ingesting(),
            };
            Ok(ui::home_page(&visit, &view))
        })
        .await?;
    let tag = EntityTag::of_body(&page);
    Ok(tag.not_modified(headers).unwrap_or_else(|| tag.mark(Html(page).into_response())))
}

/// The reports read most this month that are still there; blocks.
fn most_read(service: &Service) -> Result<Vec<(ReportRow, u64)>, Problem> {
    if !service.options.counts_reads {
        return Ok(Vec::new());
    }
    // Some may have been removed since.
    let most = service.reads.most(4 * MOST_READ);
    let ids: Vec<_> = most.iter().map(|(id, _)| *id).collect();
    let rows = service.library().catalogue().reports_of(&ids)?;
    let known = rows.into_iter().zip(most).filter_map(|(row, (_, reads))| Some((row?, reads)));
    Ok(known.take(MOST_READ).collect())
}
