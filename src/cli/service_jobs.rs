//! The ingests of a service as the command line starts and shows them.

use crate::cli::args::ServeArguments;
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::library;
use crate::cli::output::{SummaryText, count};
use crate::cli::progress::Reporter;
use crate::cli::session::Session;
use crate::ingest::{FileDone, IngestOptions, Progress, Summary};
use crate::jobs::{JobError, JobKind, JobRequest, Jobs, JobsConfig, Observer, Retry, Roots, Told, Watch};
use crate::ocr::Ocr;
use crate::search::Engine;
use crate::serve::IngestCounts;
use crate::store::{Library, ServiceStore};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the queue works with beside the configuration.
pub struct Setting {
    /// Where clients may have files read.
    pub roots: Roots,
    /// Remembers jobs.
    pub store: Arc<ServiceStore>,
    /// A library that stays open for writing.
    pub library: Option<Arc<Library>>,
    /// Searches what was committed.
    pub engine: Arc<Engine>,
    /// How files are read.
    pub options: IngestOptions,
    /// Recognises text for jobs that say themselves on which pages.
    pub recogniser: Arc<Ocr>,
    /// Counts all ingests.
    pub counts: IngestCounts,
}

/// The queue of ingests, with the one asked for on the command line in it.
pub fn start(arguments: &ServeArguments, session: &Session, setting: Setting) -> Result<Arc<Jobs>, CommandError> {
    let config = session.config();
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let paths: Vec<PathBuf> = arguments.ingest.iter().map(absolute).collect();
    let engine = setting.engine;
    let reload = move || {
        if let Err(error) = engine.reload() {
            tracing::warn!(%error, "a commit cannot be searched yet");
        }
    };
    let watch = arguments.watch.then(|| Watch {
        paths: paths.clone(),
        settle: Duration::from_secs(config.ingest.settle_seconds.max(1)),
        told: watched(session.console),
    });
    let jobs = Jobs::start(JobsConfig {
        directory: session.library_directory().to_owned(),
        roots: setting.roots,
        options: setting.options,
        recogniser: Some(setting.recogniser),
        store: setting.store,
        library: setting.library,
        is_elsewhere: library::is_elsewhere(session),
        take_away: library::take_away(session)?,
        watch,
        counted: Some(Arc::new(setting.counts)),
        changed: Box::new(reload),
    })?;
    if !paths.is_empty() {
        let request = JobRequest { kind: JobKind::Start, paths, retry: Retry::None, prune: false, ocr: None };
        let started = Started { reporter: session.reporter(), console: session.console };
        match jobs.submit_observed(request, Arc::new(started)) {
            // What was read before can be searched all the same.
            Err(JobError::Store(error)) if error.is_disk_full() => {
                session.console.note(format!("nothing can be read now: {error}"));
            }
            submitted => drop(submitted?),
        }
    }
    Ok(Arc::new(jobs))
}

/// Shows the ingest of the command line, and says what came of it; the service goes on whatever it was.
struct Started {
    reporter: Reporter,
    console: Console,
}

impl Progress for Started {
    fn planned(&self, files: u64, unchanged: u64, bytes: u64) {
        self.reporter.planned(files, unchanged, bytes);
    }

    fn pages_found(&self, pages: u64) {
        self.reporter.pages_found(pages);
    }

    fn pages_done(&self, pages: u64) {
        self.reporter.pages_done(pages);
    }

    fn file_done(&self, file: &FileDone<'_>) {
        self.reporter.file_done(file);
    }

    fn committed(&self, reports: u64) {
        self.reporter.committed(reports);
    }
}

impl Observer for Started {
    fn waits(&self, why: &str) {
        self.console.error(format!("the ingest waits: {why}"));
    }

    fn ended(&self, outcome: Result<&Summary, String>) {
        self.reporter.finish();
        match outcome {
            Ok(summary) => {
                let (failures, failures_total) = self.reporter.failures();
                let text = SummaryText { summary, failures: &failures, failures_total }.to_string();
                text.lines().for_each(|line| self.console.note(line));
            }
            Err(error) => self.console.error(format!("the ingest stopped: {error}")),
        }
    }
}

/// Says what a look at watched folders found, and of a trouble that stays, once.
fn watched(console: Console) -> Told {
    let trouble: Mutex<Option<String>> = Mutex::default();
    Box::new(move |outcome| {
        let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(summary) => {
                *trouble = None;
                news(summary).into_iter().for_each(|news| console.note(news));
            }
            Err(error) => {
                if trouble.as_ref() != Some(&error) {
                    console.error(format!("new files cannot be read: {error}"));
                }
                *trouble = Some(error);
            }
        }
    })
}

/// What a look has found, if anything: `2 new reports, 1 file failed`.
fn news(summary: &Summary) -> Option<String> {
    let reports = summary.indexed + summary.partial;
    let failed: u64 = summary.failed.values().sum();
    let parts: Vec<String> = [(reports, "new report"), (summary.duplicates, "copy"), (failed, "failed file")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
