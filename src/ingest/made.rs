//! Reports that were not read from files: made ones, to measure libraries larger than those at hand. They take the same
//! way through store, index and catalogue, with the same commits.

use crate::extract::READER_VERSION;
use crate::index::IndexWriter;
use crate::ingest::budget::Budget;
use crate::ingest::commit::{Committer, Content, Finished, Pace, Stored};
use crate::ingest::pipeline::{Closing, WAITING_BYTES};
use crate::ingest::pool::Pool;
use crate::ingest::walk;
use crate::ingest::{IngestError, Progress, Summary};
use crate::report::{Outcome, Report};
use crate::store::{FileRow, Library, seconds_now};
use crate::worker::Reading;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Puts a report for every one of `numbers` into the library, each as if it had been read from the file that comes
/// with it. `jobs` threads make them; 0 = one a core. `stop` ends it early.
pub fn ingest_made(
    library: &Library,
    jobs: usize,
    numbers: &[u64],
    make: &(dyn Fn(u64) -> (PathBuf, Report) + Sync),
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, IngestError> {
    let start = Instant::now();
    let now = seconds_now();
    let pool = Pool::new(jobs)?;
    let budget = Budget::new(WAITING_BYTES);
    let summary = Summary { files: numbers.len() as u64, ..Summary::default() };
    let mut committer =
        Committer::<IndexWriter>::new(library, progress, pool.jobs(), Pace::default(), summary, Arc::default())?;
    let (sender, receiver) = crossbeam_channel::unbounded();
    progress.planned(numbers.len() as u64, 0, 0);
    let (budget, writing) = (&budget, &mut committer);
    let taken = std::thread::scope(move |scope| {
        let committing = scope.spawn(move || {
            let _closing = Closing(budget);
            writing.receive(&receiver, |bytes| budget.give(bytes))
        });
        let taken = pool.each(numbers, stop, |_, number| {
            let (path, report) = make(*number);
            let pages = report.pages.len() as u64;
            let finished = finished(path, report, now);
            progress.pages_found(pages);
            progress.pages_done(pages);
            budget.take(finished.weight) && sender.send(finished).is_ok()
        });
        drop(sender);
        match committing.join() {
            Ok(result) => result.map(|()| taken),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    let mut summary = committer.finish(Vec::new(), taken < numbers.len())?;
    summary.seconds = start.elapsed().as_secs_f64();
    Ok(summary)
}

fn finished(path: PathBuf, report: Report, now: i64) -> Finished<crate::index::ReportDocument> {
    let outcome = report.partial.map_or(Outcome::Indexed, Outcome::Partial);
    let (id, size) = (report.id, report.size);
    let stored = Stored::of::<IndexWriter>(Reading::of(report), &path.to_string_lossy(), None);
    // It may have a file that stands for it.
    let modified = std::fs::symlink_metadata(&path).map_or(0, |metadata| walk::modified(&metadata));
    let row = FileRow {
        path,
        size,
        modified,
        id: Some(id),
        outcome,
        detail: String::new(),
        reader_version: READER_VERSION,
        checked: now,
        vanished: None,
        name: None,
    };
    let pages = u64::from(stored.facts.pages_total());
    Finished::new(vec![(row, outcome)], Content { bytes: 0, pages, stored: Some(stored) })
}
