//! `/admin`: how the service does, its jobs, what is searchable; has folders read and jobs stopped.

use crate::jobs::{JobKind, JobRequest, Retry};
use crate::search::RequestError;
use crate::serve::asked::Parameters;
use crate::serve::posted::Posted;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, OverviewView};
use crate::serve::visit::Visit;
use crate::store::DiskUse;
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Jobs shown.
const JOBS_SHOWN: u64 = 10;

/// `/admin`.
pub async fn page(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let coverage = service.coverage().await?;
    let page = service
        .read(move |service| {
            let jobs = service.jobs().ok();
            let directory = service.library().directory();
            let view = OverviewView {
                coverage: &coverage,
                jobs: &jobs.map_or(Ok((Vec::new(), 0)), |jobs| jobs.jobs(0, JOBS_SHOWN))?.0,
                roots: jobs.map(|jobs| jobs.roots().paths()).unwrap_or_default(),
                can_write: jobs.is_some(),
                disk_use: DiskUse::of(directory),
                free: DiskUse::free(directory),
                directory,
                generation: &service.searcher.generation(),
                is_suspect: service.is_index_suspect(),
                is_ingesting: service.is_ingesting(),
                sandbox: &service.options.sandbox,
            };
            Ok(ui::overview_page(&visit, &view))
        })
        .await?;
    Ok(fresh(page))
}

/// What is to be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadOrder {
    /// One of the configured folders; all of them if empty.
    #[serde(default)]
    root: String,
    /// `on` if files that have vanished are to be forgotten.
    #[serde(default)]
    prune: String,
}

/// `POST /admin/jobs`: has a configured folder read.
pub async fn read(State(service): State<Arc<Service>>, Posted(order): Posted<ReadOrder>) -> Result<Redirect, Problem> {
    service
        .write(move |service| {
            let jobs = service.jobs()?;
            let roots = jobs.roots().paths();
            let chosen = PathBuf::from(&order.root);
            let is_chosen = |root: &&PathBuf| order.root.is_empty() || **root == chosen;
            let paths: Vec<PathBuf> = roots.iter().filter(is_chosen).cloned().collect();
            if paths.is_empty() {
                let detail = "is no folder of `serve.ingest_roots`".to_owned();
                return Err(vec![RequestError { parameter: "root".to_owned(), detail }].into());
            }
            let prune = !order.prune.is_empty();
            jobs.submit(JobRequest { kind: JobKind::Request, paths, retry: Retry::None, prune, ocr: None })?;
            Ok(())
        })
        .await?;
    Ok(Redirect::to(&service.links.at("/admin#jobs")))
}

/// A form of one button.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /admin/jobs/{job}/cancel`: has a job stop.
pub async fn cancel(
    State(service): State<Arc<Service>>,
    Path(job): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let unknown = || Problem::new(Code::UnknownJob, "only the last thousand are remembered");
    let number = job.parse::<i64>().map_err(|_| unknown())?;
    service.write(move |service| service.jobs()?.cancel(number)?.ok_or_else(unknown)).await?;
    Ok(Redirect::to(&service.links.at("/admin#jobs")))
}

/// A page that holds for this moment only.
pub fn fresh(page: String) -> Response {
    ([(axum::http::header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}
