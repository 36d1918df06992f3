//! How far a job is, counted by its ingest and read by whoever looks.

use crate::ingest::{Estimate, FileDone, Progress, Summary};
use crate::jobs::Observer;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct JobProgress {
    /// Files done, failed or not.
    pub files_done: u64,
    /// Files to be read.
    pub files_total: u64,
    /// Pages read.
    pub pages_done: u64,
    /// Pages of the whole job as far as can be told; null before the first file is done.
    pub pages_estimated: Option<u64>,
    /// Files that failed.
    pub failures: u64,
    /// Reports made searchable.
    pub reports_committed: u64,
    /// Seconds that the rest will take, roughly; null if nothing lets tell.
    pub seconds_left: Option<u64>,
}

/// Counts a job, and tells its observers.
pub(super) struct Counter {
    run: Mutex<Estimate>,
    observers: Vec<Arc<dyn Observer + Sync>>,
    has_begun: AtomicBool,
    /// Whether it was told that it waits.
    waits: AtomicBool,
    /// Whether a file was read.
    has_read: AtomicBool,
}

impl Counter {
    pub(super) fn new(observers: Vec<Arc<dyn Observer + Sync>>) -> Counter {
        Counter {
            run: Mutex::default(),
            observers,
            has_begun: AtomicBool::new(false),
            waits: AtomicBool::new(false),
            has_read: AtomicBool::new(false),
        }
    }

    pub(super) fn progress(&self) -> JobProgress {
        let run = self.run();
        JobProgress {
            files_done: run.files_done,
            files_total: run.files_total,
            pages_done: run.pages_done,
            pages_estimated: run.pages(),
            failures: run.failures,
            reports_committed: run.reports_committed,
            seconds_left: run.seconds_left(),
        }
    }

    /// Tells that it begins, unless it was paused and goes on.
    pub(super) fn begin(&self) {
        if !self.has_begun.swap(true, Ordering::SeqCst) {
            self.observers.iter().for_each(|observer| observer.begun());
        }
    }

    /// Tells what it waits for, once.
    pub(super) fn wait(&self, why: &str) {
        if !self.waits.swap(true, Ordering::SeqCst) {
            self.observers.iter().for_each(|observer| observer.waits(why));
        }
    }

    /// Tells that it has ended.
    pub(super) fn end(&self, outcome: Result<&Summary, &str>) {
        // One that could not even begin has failed all the same.
        self.begin();
        self.observers.iter().for_each(|observer| observer.ended(outcome.map_err(str::to_owned)));
    }

    /// Whether a file was read.
    pub(super) fn has_read(&self) -> bool {
        self.has_read.load(Ordering::Relaxed)
    }

    fn run(&self) -> MutexGuard<'_, Estimate> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Counter {
    /// A job that was paused is planned again: what was done before stays counted.
    fn planned(&self, files: u64, unchanged: u64, bytes: u64) {
        let mut run = self.run();
        let to_read = files.saturating_sub(unchanged);
        if run.files_done == 0 {
            run.started = Instant::now();
        }
        run.files_total = run.files_done + to_read;
        run.bytes_total = run.bytes_done + bytes;
        drop(run);
        self.observers.iter().for_each(|observer| observer.planned(files, unchanged, bytes));
    }

    fn pages_found(&self, pages: u64) {
        self.has_read.store(true, Ordering::Relaxed);
        self.run().pages_found += pages;
        self.observers.iter().for_each(|observer| observer.pages_found(pages));
    }

    fn pages_done(&self, pages: u64) {
        self.run().pages_done += pages;
        self.observers.iter().for_each(|observer| observer.pages_done(pages));
    }

    fn file_done(&self, file: &FileDone<'_>) {
        let mut run = self.run();
        run.files_done += 1;
        run.bytes_done += file.bytes;
        run.failures += u64::from(file.failure.is_some());
        drop(run);
        self.observers.iter().for_each(|observer| observer.file_done(file));
    }

    fn committed(&self, reports: u64) {
        self.run().reports_committed += reports;
        self.observers.iter().for_each(|observer| observer.committed(reports));
    }
}
