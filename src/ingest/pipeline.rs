//! Extracting threads → one committing thread, with a bound on the bytes between them.

use crate::clock::{Stage, Stages, within};
use crate::extract::{ExtractError, Step};
use crate::index::{IndexError, IndexWriter, ReportDocument};
use crate::ingest::budget::Budget;
use crate::ingest::commit::{Committer, Content, Finished, Stored};
use crate::ingest::plan::Task;
use crate::ingest::pool::Pool;
use crate::ingest::read::{self, FileBytes, Refusal};
use crate::ingest::resolve::{Item, Resolved, Settled, refused, row, settle};
use crate::ingest::sidecar::Sidecars;
use crate::ingest::told::Told;
use crate::ingest::{IngestError, IngestOptions, Progress};
use crate::report::{Correction, Outcome, Reason, Report, ReportId};
use crate::store::Library;
use crate::worker::Read;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of records and documents that may wait for the committing thread.
pub(super) const WAITING_BYTES: u64 = 256 << 20;

/// How bytes become a report; a parameter so that tests need no PDFs.
pub(super) type Extract<'e> = dyn Fn(&[u8], ReportId, &str, &mut dyn FnMut(Step)) -> Read + Sync + 'e;

/// The index as the pipeline uses it; a seam so that tests need no engine.
pub(super) trait Index: Send + Sized {
    /// A report made ready for the index by an extracting thread.
    type Document: Send;
    /// See [`IndexWriter::open`].
    fn open(directory: &Path, jobs: usize) -> Result<Self, IndexError>;
    /// See [`ReportDocument::new`].
    fn document(report: &Report, file: &str, tags: &[String]) -> Self::Document;
    /// See [`IndexWriter::upsert`].
    fn upsert(&self, document: Self::Document) -> Result<(), IndexError>;
    /// See [`IndexWriter::delete`].
    fn delete(&self, id: ReportId) -> Result<(), IndexError>;
    /// See [`IndexWriter::commit`].
    fn commit(&mut self) -> Result<(), IndexError>;
    /// See [`IndexWriter::finish`].
    fn finish(self) -> Result<(), IndexError>;
}

impl Index for IndexWriter {
    type Document = ReportDocument;

    fn open(directory: &Path, jobs: usize) -> Result<Self, IndexError> {
        IndexWriter::open(directory, jobs)
    }

    fn document(report: &Report, file: &str, tags: &[String]) -> ReportDocument {
        ReportDocument::new(report, file, tags)
    }

    fn upsert(&self, document: ReportDocument) -> Result<(), IndexError> {
        IndexWriter::upsert(self, document)
    }

    fn delete(&self, id: ReportId) -> Result<(), IndexError> {
        IndexWriter::delete(self, id)
    }

    fn commit(&mut self) -> Result<(), IndexError> {
        IndexWriter::commit(self)
    }

    fn finish(self) -> Result<(), IndexError> {
        IndexWriter::finish(self)
    }
}

/// What the extracting threads share.
pub(super) struct Worker<'w> {
    /// The library, whose catalogue is asked for known bytes.
    pub library: &'w Library,
    /// How files are read.
    pub options: &'w IngestOptions,
    /// Told of pages.
    pub progress: &'w dyn Progress,
    /// The reader.
    pub extract: &'w Extract<'w>,
    /// What stands beside the files.
    pub sidecars: &'w Sidecars,
    /// Seconds since 1970 that the run's rows carry.
    pub now: i64,
}

/// Reads, extracts and commits; returns whether everything was done before `stop` was set.
pub(super) fn run<I: Index>(
    worker: &Worker<'_>,
    pool: &Pool,
    resolved: Resolved,
    committer: &mut Committer<'_, I>,
    stop: &AtomicBool,
) -> Result<bool, IngestError> {
    let budget = Budget::new(WAITING_BYTES);
    let (sender, receiver) = crossbeam_channel::unbounded();
    let failure: Mutex<Option<IngestError>> = Mutex::new(None);
    let items = resolved.items;
    let settled = resolved.settled;
    let (budget, failed, items_left) = (&budget, &failure, items.as_slice());
    // The sender goes into the closure, so that the committing thread ends even if this one panics.
    let taken = std::thread::scope(move |scope| {
        let committing = scope.spawn(move || {
            let _listening = worker.options.stages.as_ref().map(Stages::listen);
            // However it ends, nobody waits for it after that.
            let _closing = Closing(budget);
            committer.settle(settled)?;
            committer.receive(&receiver, |bytes| budget.give(bytes))
        });
        let taken = pool.each(items_left, stop, |_, item| match worker.finish::<I>(item) {
            Ok(finished) => budget.take(finished.weight) && sender.send(finished).is_ok(),
            Err(error) => {
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                false
            }
        });
        drop(sender);
        match committing.join() {
            Ok(result) => result.map(|()| taken),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(taken == items.len()),
    }
}

/// Closes a budget when dropped.
pub(super) struct Closing<'b>(pub &'b Budget);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Worker<'_> {
    /// Does all that can be done for a file without the writers. Only a failure of the library is an error.
    fn finish<I: Index>(&self, item: &Item) -> Result<Finished<I::Document>, IngestError> {
        let limit = self.options.extract.limits.file_bytes;
        let file = match within(Stage::Read, || read::read(&item.task.found.path, limit)) {
            Ok(file) if item.id.is_none_or(|id| id == file.id) => file,
            Ok(_) => return Ok(self.refuse(item, &replaced())),
            Err(refusal) => return Ok(self.refuse(item, &refusal)),
        };
        let catalogue = self.library.catalogue();
        if let Some(settled) = settle(&item.task, &file.found, file.id, catalogue, self.options, self.now)? {
            return Ok(self.finished(item, settled, Content { bytes: file.found.size, pages: 0, stored: None }));
        }
        let places = std::iter::once(&item.task).chain(&item.copies).map(|task| task.found.path.as_path());
        let correction = self.sidecars.correction(self.library, file.id, places)?;
        Ok(self.extracted::<I>(item, &file, correction.as_ref()))
    }

    /// Extracts a file and prepares what is stored of it.
    fn extracted<I: Index>(
        &self,
        item: &Item,
        file: &FileBytes,
        correction: Option<&Arc<Correction>>,
    ) -> Finished<I::Document> {
        let path = &file.found.path;
        let given_name = self.options.names.get(path).map(|name| Cow::from(name.as_str()));
        let shown = given_name.clone().unwrap_or_else(|| path.to_string_lossy());
        let name = given_name.unwrap_or_else(|| path.file_name().unwrap_or_default().to_string_lossy());
        let mut told = Told::new(self.progress);
        let stored = catch_unwind(AssertUnwindSafe(|| {
            let reading = (self.extract)(&file.bytes, file.id, &name, &mut |step| told.step(step))?;
            Ok(Stored::of::<I>(reading, &shown, correction))
        }));
        let stored = stored
            .unwrap_or_else(|panic| Err(ExtractError { reason: Reason::Crashed, detail: message_of(panic.as_ref()) }));
        let (outcome, detail) = match &stored {
            Ok(stored) => (stored.facts.partial.map_or(Outcome::Indexed, Outcome::Partial), ""),
            Err(error) => (Outcome::Failed(error.reason), error.detail.as_str()),
        };
        let pages = told.end(stored.as_ref().map_or(0, |stored| stored.facts.pages_total()));
        let settled = (row(&file.found, Some(file.id), outcome, detail, self.now), outcome);
        self.finished(item, settled, Content { bytes: file.found.size, pages, stored: stored.ok() })
    }

    /// Adds what becomes of the copies: further places of what could be read, failures alike of what could not.
    fn finished<D>(&self, item: &Item, settled: Settled, content: Content<D>) -> Finished<D> {
        let (first, first_outcome) = &settled;
        let copy = |task: &Task| {
            let outcome = match first_outcome {
                Outcome::Failed(reason) => Outcome::Failed(*reason),
                _ => Outcome::Duplicate,
            };
            (row(&task.found, first.id, outcome, &first.detail, self.now), outcome)
        };
        let copies: Vec<Settled> = item.copies.iter().map(copy).collect();
        Finished::new(std::iter::once(settled).chain(copies).collect(), content)
    }

    /// A file whose bytes could not be had; its copies are looked at again in the next run, as nothing was read.
    fn refuse<D>(&self, item: &Item, refusal: &Refusal) -> Finished<D> {
        let tasks = std::iter::once(&item.task).chain(&item.copies);
        let files = tasks.map(|task| (refused(task, refusal, self.now), Outcome::Failed(refusal.reason)));
        Finished::new(files.collect(), Content { bytes: 0, pages: 0, stored: None })
    }
}

/// The file has other bytes than a moment ago.
fn replaced() -> Refusal {
    Refusal { reason: Reason::Changed, detail: "replaced between two looks at it".to_owned() }
}

/// What a panic said.
pub(super) fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("the reader panicked").to_owned()
}
