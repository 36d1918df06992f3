//! `/admin/failures`: files that failed, why, what can be done about it, and another try.

use crate::serve::admin::overview::fresh;
use crate::serve::api::failures::{RetryOrder, reason, request_of};
use crate::serve::asked::Parameters;
use crate::serve::posted::Posted;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, FailuresView};
use crate::serve::visit::Visit;
use axum::extract::{RawQuery, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Files on a page.
const PAGE_SIZE: u64 = 50;

/// `/admin/failures`.
pub async fn page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let reason = reason(&mut parameters);
    let offset = parameters.number("offset", 0..=u64::from(u32::MAX)).unwrap_or(0);
    parameters.finish()?;
    let coverage = service.coverage().await?;
    let page = service
        .read(move |service| {
            let (files, total) = service.library().catalogue().failed(reason, offset, PAGE_SIZE)?;
            let can_write = service.jobs().is_ok();
            let reasons = &coverage.failures;
            let view = FailuresView { reasons, reason, files: &files, total, offset, limit: PAGE_SIZE, can_write };
            Ok(ui::failures_page(&visit, &view))
        })
        .await?;
    Ok(fresh(page))
}

/// What is to be tried again; empty fields are as good as none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryForm {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    path: String,
}

/// `POST /admin/failures/retry`: has a file, the files of a reason, or all that failed read again.
pub async fn retry(State(service): State<Arc<Service>>, Posted(form): Posted<RetryForm>) -> Result<Redirect, Problem> {
    service
        .write(move |service| {
            let mut parameters = Parameters::of(None);
            let reason = match form.reason.as_str() {
                "" => None,
                code => crate::report::Reason::from_code(code).or_else(|| {
                    parameters.fault("reason", "is no reason for a failure");
                    None
                }),
            };
            parameters.finish()?;
            let order = RetryOrder { reason, path: Some(form.path).filter(|path| !path.is_empty()) };
            service.jobs()?.submit(request_of(service, &order)?)?;
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&service.links.at("/admin#jobs")))
}
