//! How the service does, its jobs, what is searchable.

use crate::jobs::{Job, JobKind, Retry};
use crate::report::rfc3339;
use crate::serve::links::Links;
use crate::serve::ui::admin::{AdminFrame, reason_name, status_name};
use crate::serve::ui::format::{counted, number, plain, share, size};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{Coverage, DiskUse, JobState};
use askama::Template;
use std::path::{Path, PathBuf};

/// What the page shows.
pub struct OverviewView<'r> {
    /// What of the library is searchable.
    pub coverage: &'r Coverage,
    /// The last jobs.
    pub jobs: &'r [Job],
    /// Folders that may be read.
    pub roots: &'r [PathBuf],
    /// Whether there can be jobs.
    pub can_write: bool,
    /// What the library takes on disk.
    pub disk_use: DiskUse,
    /// Bytes that are free there, if that can be told.
    pub free: Option<u64>,
    /// Where that is.
    pub directory: &'r Path,
    /// The generation that answers.
    pub generation: &'r str,
    /// Whether its index may be damaged.
    pub is_suspect: bool,
    /// Whether reports are being read.
    pub is_ingesting: bool,
    /// How far reading is confined.
    pub sandbox: &'r str,
}

#[derive(Template)]
#[template(path = "admin_overview.html", config = "src/serve/ui/askama.toml")]
struct Overview {
    shell: Shell,
    frame: AdminFrame,
    is_suspect: bool,
    /// Name and value.
    facts: Vec<(&'static str, String)>,
    disk: Vec<(&'static str, String)>,
    jobs: Vec<JobLine>,
    /// Whether a job waits or runs, so that the page is looked at again.
    is_live: bool,
    jobs_address: String,
    can_write: bool,
    roots: Vec<String>,
    read_address: String,
    failures: Vec<FailureLine>,
    failures_address: String,
    retry_address: String,
    pages: Vec<PagesLine>,
    gaps_address: String,
}

struct JobLine {
    id: i64,
    what: String,
    state: &'static str,
    is_live: bool,
    /// Files done, and all.
    done: u64,
    total: u64,
    progress: String,
    when: String,
    detail: Option<String>,
    url: String,
    cancel: String,
}

struct FailureLine {
    name: String,
    code: String,
    url: String,
    count: String,
}

struct PagesLine {
    name: &'static str,
    count: String,
    share: String,
    url: String,
    is_searchable: bool,
}

/// The page.
pub fn overview_page(visit: &Visit, view: &OverviewView<'_>) -> String {
    let links = &visit.links;
    let pages: u64 = view.coverage.pages.values().sum();
    let failure = |(code, count): (&String, &u64)| FailureLine {
        name: reason_name(code).to_owned(),
        code: code.clone(),
        url: links.with_parameters("/admin/failures", &[("reason", code)]),
        count: counted(*count, "file", "files"),
    };
    let line = |(status, count): (&crate::report::PageStatus, &u64)| PagesLine {
        name: status_name(*status),
        count: counted(*count, "page", "pages"),
        share: share(*count, pages),
        url: links.with_parameters("/admin/coverage", &[("status", status.code())]),
        is_searchable: status.is_searchable(),
    };
    let disk = view.disk_use;
    let mut disk_lines = vec![
        ("Texts and places of words", size(disk.text_store)),
        ("Index", size(disk.index)),
        ("Catalogue", size(disk.catalogue)),
        ("Anything else", size(disk.other)),
        ("In all", size(disk.total())),
    ];
    disk_lines.extend(view.free.map(|free| ("Free", size(free))));
    let sandbox = if view.sandbox.is_empty() { "not known" } else { view.sandbox };
    render(&Overview {
        shell: Shell::new(visit, "Administration", ""),
        frame: AdminFrame::new(visit, "/admin"),
        is_suspect: view.is_suspect,
        facts: vec![
            ("Reports", number(view.coverage.reports)),
            ("Files", number(view.coverage.files)),
            ("Pages", number(pages)),
            ("Data directory", plain(&view.directory.to_string_lossy())),
            ("Generation", plain(view.generation)),
            ("Reading is confined", plain(sandbox)),
            ("Reading now", if view.is_ingesting { "yes" } else { "no" }.to_owned()),
        ],
        disk: disk_lines,
        jobs: view.jobs.iter().map(|job| JobLine::new(links, job)).collect(),
        is_live: view.jobs.iter().any(|job| !job.state.is_final()),
        jobs_address: links.at("/api/v1/jobs?limit=10"),
        can_write: view.can_write,
        roots: view.roots.iter().map(|root| root.to_string_lossy().into_owned()).collect(),
        read_address: links.at("/admin/jobs"),
        failures: view.coverage.failures.iter().map(failure).collect(),
        failures_address: links.at("/admin/failures"),
        retry_address: links.at("/admin/failures/retry"),
        pages: view.coverage.pages.iter().map(line).collect(),
        gaps_address: links.at("/admin/coverage"),
    })
}

impl JobLine {
    fn new(links: &Links, job: &Job) -> JobLine {
        let progress = &job.progress;
        let mut words =
            format!("{} of {}", number(progress.files_done), counted(progress.files_total, "file", "files"));
        if progress.pages_done > 0 {
            words.push_str(&format!(", {}", counted(progress.pages_done, "page", "pages")));
        }
        if progress.failures > 0 {
            words.push_str(&format!(", {} failed", number(progress.failures)));
        }
        let url = links.at(&format!("/api/v1/jobs/{}", job.id));
        JobLine {
            id: job.id,
            what: what(job),
            state: job.state.code(),
            is_live: !job.state.is_final(),
            done: progress.files_done,
            total: progress.files_total.max(1),
            progress: words,
            when: rfc3339(job.started.unwrap_or(job.created)).replace('T', " ").replace('Z', " UTC"),
            detail: job.detail.as_deref().map(plain),
            url,
            cancel: links.at(&format!("/admin/jobs/{}/cancel", job.id)),
        }
    }
}

/// What a job does, in words.
fn what(job: &Job) -> String {
    let request = &job.request;
    let places = match request.paths.as_slice() {
        [] => String::new(),
        [one] => format!(" {}", plain(&one.to_string_lossy())),
        [first, rest @ ..] => format!(" {} and {} more", plain(&first.to_string_lossy()), number(rest.len() as u64)),
    };
    match (request.kind, request.retry) {
        (JobKind::Upload, _) => {
            format!("Read what was handed over: {}", counted(request.paths.len() as u64, "file", "files"))
        }
        (JobKind::Watch, _) => format!("Read what is new in{places}"),
        (JobKind::Retry, Retry::Reason(reason)) if request.paths.is_empty() => {
            format!("Try again what failed: {}", reason.label())
        }
        (JobKind::Retry, _) if request.paths.is_empty() => "Try again all that failed".to_owned(),
        (JobKind::Retry, _) => format!("Try again{places}"),
        (JobKind::Start | JobKind::Request, _) => format!("Read{places}"),
    }
}

/// How a state is shown.
impl JobLine {
    fn class(&self) -> &'static str {
        match self.state {
            state if state == JobState::Failed.code() => "lack",
            _ => "",
        }
    }
}
