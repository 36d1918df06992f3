//! The one thread that writes: text store, then index, then catalogue, so that the ledger may lag but never leads.
//!
//! After a crash in between the files of the lost transaction are simply read again: a report is replaced by its id in
//! the index, and a text record that nothing names is never read.

use crate::clock::{Stage, within};
use crate::ingest::follow::follow;
use crate::ingest::pipeline::Index;
use crate::ingest::resolve::Settled;
use crate::ingest::sidecar::Sidecars;
use crate::ingest::{FileDone, IngestError, Progress, Summary};
use crate::report::{Correction, Outcome, PageStatus, ReportId};
use crate::store::{Change, FileRow, Library, Mark, ReportFacts, ServiceStore, SidecarChange, StoreError};
use crate::worker::Reading;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Pages after which what was read is made searchable, unless told otherwise.
pub const COMMIT_PAGES: u64 = 5_000;
/// Time after which what was read is made searchable.
const COMMIT_INTERVAL: Duration = Duration::from_secs(30);
/// Time between two looks whether somebody has corrected a report meanwhile.
const LOOK_FOR_CORRECTIONS: Duration = Duration::from_secs(1);
/// Changes of the catalogue in one transaction, where files only change their place or time.
const COMMIT_CHANGES: usize = 20_000;

/// What an extracting thread made of a file and its copies.
#[derive(Debug)]
pub(super) struct Finished<D> {
    files: Vec<Settled>,
    content: Content<D>,
    /// Bytes that it takes in memory, roughly.
    pub weight: u64,
}

/// What a file held.
#[derive(Debug)]
pub(super) struct Content<D> {
    /// Bytes of PDF that were read.
    pub bytes: u64,
    /// Pages that it was found to have, read or not.
    pub pages: u64,
    /// The report.
    pub stored: Option<Stored<D>>,
}

/// A report ready to be written.
#[derive(Debug)]
pub(super) struct Stored<D> {
    /// Its record for the text store.
    pub record: Vec<u8>,
    /// Its document for the index.
    pub document: D,
    /// Its row for the catalogue.
    pub facts: ReportFacts,
    /// Bytes of its text.
    pub text_bytes: u64,
    /// Pages with something on them whose text could not be recognised.
    pub unrecognised: u32,
}

impl<D> Stored<D> {
    /// What is written of a report; the dear part, done by the extracting threads. The record has it as it was read,
    /// everything else as it is corrected.
    pub(super) fn of<I: Index<Document = D>>(
        reading: Reading,
        file: &str,
        correction: Option<&Arc<Correction>>,
    ) -> Stored<D> {
        let Reading { mut report, record, unrecognised } = reading;
        let facts = within(Stage::Store, || ReportFacts::of(&report, correction.cloned()));
        if let Some(correction) = correction {
            correction.apply(&mut report.about, &mut report.statements);
        }
        let tags = correction.map_or(&[][..], |correction| correction.tags());
        Stored {
            record,
            document: within(Stage::Index, || I::document(&report, file, tags)),
            facts,
            text_bytes: report.pages.iter().map(|page| page.text.len() as u64).sum(),
            unrecognised,
        }
    }
}

impl<D> Finished<D> {
    /// The first file is the one that was read, and `content` what it gave.
    pub(super) fn new(files: Vec<Settled>, content: Content<D>) -> Finished<D> {
        // A document holds each word and its places, some three times the text.
        let report = content.stored.as_ref().map_or(0, |stored| stored.record.len() as u64 + 3 * stored.text_bytes);
        let weight = report + 1_000 * files.len() as u64;
        Finished { files, content, weight }
    }
}

/// When the committer commits, and when it stops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Pages after which what was read is made searchable.
    pub commit_pages: u64,
    /// Bytes to be left free on the disk.
    pub minimum_free_bytes: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { commit_pages: COMMIT_PAGES, minimum_free_bytes: 0 }
    }
}

/// Writes what the extracting threads made, and counts it.
pub(super) struct Committer<'c, I> {
    library: &'c Library,
    progress: &'c dyn Progress,
    /// Opened when first needed: most runs find nothing new.
    index: Option<I>,
    jobs: usize,
    pace: Pace,
    summary: Summary,
    changes: Vec<Change>,
    sidecars: Arc<Sidecars>,
    sidecar_changes: Vec<SidecarChange>,
    /// Reports and pages since the last commit, and when the oldest of them came.
    reports: u64,
    pages: u64,
    since: Option<Instant>,
    names: Arc<HashMap<PathBuf, String>>,
    /// What is withdrawn after this does not come back.
    mark: u64,
}

impl<'c, I: Index> Committer<'c, I> {
    /// A committer for a library that is open for writing; `summary` is counted on.
    pub(super) fn new(
        library: &'c Library,
        progress: &'c dyn Progress,
        jobs: usize,
        pace: Pace,
        summary: Summary,
        sidecars: Arc<Sidecars>,
    ) -> Result<Committer<'c, I>, IngestError> {
        library.check_room(pace.minimum_free_bytes)?;
        let committer = Committer {
            library,
            progress,
            index: None,
            jobs,
            pace,
            summary,
            changes: Vec::new(),
            sidecars,
            sidecar_changes: Vec::new(),
            reports: 0,
            pages: 0,
            since: None,
            names: Arc::default(),
            mark: library.catalogue().withdrawal_mark(),
        };
        if library.catalogue().has_reports()? && committer.has_no_index() {
            // An empty one in its place would answer as if there were no reports.
            let detail = "the index is gone".to_owned();
            return Err(StoreError::Damaged { path: library.generation_directory(), detail }.into());
        }
        Ok(committer)
    }

    /// The same, for files some of which are called otherwise than the last part of their path.
    pub(super) fn called(mut self, names: &Arc<HashMap<PathBuf, String>>) -> Committer<'c, I> {
        self.names = Arc::clone(names);
        self
    }

    /// The same, for a run that began at a mark of [`crate::store::Catalogue::withdrawal_mark`].
    pub(super) fn begun_at(mut self, mark: u64) -> Committer<'c, I> {
        self.mark = mark;
        self
    }

    fn has_no_index(&self) -> bool {
        let generation = self.library.generation_directory();
        !std::fs::read_dir(generation).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// Files that need nothing but a row in the catalogue.
    pub(super) fn settle(&mut self, files: Vec<Settled>) -> Result<(), IngestError> {
        for (row, outcome) in files {
            self.file(row, outcome, 0);
            self.commit_if_due()?;
        }
        Ok(())
    }

    /// Changes that are not counted.
    pub(super) fn change(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.changes.extend(changes);
    }

    /// Changes of what stands beside PDFs.
    pub(super) fn change_sidecars(&mut self, changes: impl IntoIterator<Item = SidecarChange>) {
        self.sidecar_changes.extend(changes);
    }

    /// Writes until all senders are gone, then commits the rest; `done` is told the weight of what was taken. What
    /// somebody corrects meanwhile does not wait for the end.
    pub(super) fn receive(
        &mut self,
        finished: &Receiver<Finished<I::Document>>,
        done: impl Fn(u64),
    ) -> Result<(), IngestError> {
        let mut looked = Instant::now();
        loop {
            let left = self.since.map_or(COMMIT_INTERVAL, |since| COMMIT_INTERVAL.saturating_sub(since.elapsed()));
            match finished.recv_timeout(left.min(LOOK_FOR_CORRECTIONS.saturating_sub(looked.elapsed()))) {
                Ok(finished) => {
                    let weight = finished.weight;
                    self.write(finished)?;
                    done(weight);
                    self.commit_if_due()?;
                }
                Err(RecvTimeoutError::Timeout) => self.commit_if_due()?,
                Err(RecvTimeoutError::Disconnected) => return self.commit(),
            }
            if looked.elapsed() >= LOOK_FOR_CORRECTIONS {
                looked = Instant::now();
                if self.has_marks()? {
                    self.commit()?;
                }
            }
        }
    }

    /// Forgets files, removes reports that no file is left of, and closes the index. Gives the counts of the run.
    pub(super) fn finish(mut self, forget: Vec<PathBuf>, is_interrupted: bool) -> Result<Summary, IngestError> {
        self.summary.pruned = forget.len() as u64;
        self.sidecar_changes.extend(forget.iter().cloned().map(SidecarChange::Forget));
        self.changes.extend(forget.into_iter().map(Change::Forget));
        self.commit()?;
        let catalogue = self.library.catalogue();
        let unplaced = catalogue.unplaced()?;
        if !unplaced.is_empty() {
            let index = self.index()?;
            unplaced.iter().try_for_each(|id| index.delete(*id))?;
            index.commit()?;
        }
        catalogue.remove_reports(&unplaced)?;
        if self.has_no_index() {
            // A library gets its index even if there was nothing to put into it.
            self.index()?.commit()?;
        }
        // Merging may take long; whoever interrupts does not wait for it.
        if let Some(index) = self.index.take().filter(|_| !is_interrupted) {
            within(Stage::Index, || index.finish())?;
            // An index that lacks these reports is none to go back to.
            self.library.remove_generations_but_the_live_one()?;
        }
        self.summary.interrupted = is_interrupted;
        Ok(self.summary)
    }

    fn index(&mut self) -> Result<&mut I, IngestError> {
        let index = match self.index.take() {
            Some(index) => index,
            None => I::open(&self.library.generation_directory(), self.jobs)?,
        };
        Ok(self.index.insert(index))
    }

    fn write(&mut self, finished: Finished<I::Document>) -> Result<(), IngestError> {
        let Content { bytes, pages, stored } = finished.content;
        self.summary.bytes += bytes;
        if let Some(stored) = stored {
            let location = within(Stage::Store, || self.library.texts().append(&stored.record))?;
            within(Stage::Index, || self.index()?.upsert(stored.document).map_err(IngestError::from))?;
            for (status, pages) in &stored.facts.pages {
                *self.summary.pages.entry(PageStatus::code(*status).to_owned()).or_default() += u64::from(*pages);
            }
            self.summary.text_bytes += stored.text_bytes;
            self.summary.pages_unrecognised += u64::from(stored.unrecognised);
            self.pages += u64::from(stored.facts.pages_total());
            self.reports += 1;
            self.changes.push(Change::Report(stored.facts, location));
        }
        // Copies were not opened.
        for ((row, outcome), pages) in
            finished.files.into_iter().zip(std::iter::once(pages).chain(std::iter::repeat(0)))
        {
            self.file(row, outcome, pages);
        }
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn file(&mut self, row: FileRow, outcome: Outcome, pages: u64) {
        let row = FileRow { name: self.names.get(&row.path).cloned(), ..row };
        count(&mut self.summary, outcome);
        let failure = match outcome {
            Outcome::Failed(reason) => Some((reason, row.detail.as_str())),
            _ => None,
        };
        self.progress.file_done(&FileDone { path: &row.path, bytes: row.size, pages, failure });
        self.sidecar_changes.extend(self.sidecars.change_of(&row.path, row.id));
        self.changes.push(Change::File(row));
    }

    fn commit_if_due(&mut self) -> Result<(), IngestError> {
        let is_due = self.pages >= self.pace.commit_pages
            || self.changes.len() >= COMMIT_CHANGES
            || self.since.is_some_and(|since| since.elapsed() >= COMMIT_INTERVAL);
        if !is_due {
            return Ok(());
        }
        self.commit()?;
        Ok(self.library.check_room(self.pace.minimum_free_bytes)?)
    }

    fn commit(&mut self) -> Result<(), IngestError> {
        if !self.sidecar_changes.is_empty() {
            self.library.service_or_new()?.record_sidecars(&self.sidecar_changes)?;
            self.sidecar_changes.clear();
        }
        if self.reports > 0 {
            within(Stage::Store, || self.library.texts().sync())?;
            within(Stage::Index, || self.index()?.commit().map_err(IngestError::from))?;
        }
        if !self.changes.is_empty() {
            let record = || self.library.catalogue().record_read(&self.changes, self.mark);
            let withheld = within(Stage::Store, record)?;
            if !withheld.is_empty() {
                let index = self.index()?;
                withheld.iter().try_for_each(|id| index.delete(*id))?;
                index.commit()?;
            }
        }
        if self.reports > 0 {
            self.progress.committed(self.reports);
        }
        (self.reports, self.pages, self.since) = (0, 0, None);
        self.follow_corrections()?;
        self.changes.clear();
        Ok(())
    }

    fn has_marks(&self) -> Result<bool, StoreError> {
        self.library.service()?.map_or(Ok(false), ServiceStore::has_marks)
    }

    /// Catalogue and index follow what persons say about reports; what was just written does already, as a rule.
    fn follow_corrections(&mut self) -> Result<(), IngestError> {
        if !self.has_marks()? {
            return Ok(());
        }
        let library = self.library;
        let service = library.service_or_new()?;
        let written = |change: &Change| match change {
            Change::Report(facts, _) => Some((facts.id, facts.correction.clone())),
            _ => None,
        };
        let written: HashMap<ReportId, Option<Arc<Correction>>> = self.changes.iter().filter_map(written).collect();
        let mut followed: Vec<Mark> = Vec::new();
        for mark in service.marks()? {
            if let Some(correction) = written.get(&mark.id)
                && service.correction(mark.id)?.as_ref() == correction.as_deref()
            {
                followed.push(mark);
            }
        }
        service.clear_marks(&followed)?;
        if service.has_marks()? {
            let jobs = self.jobs;
            let corrected = follow(library, service, self.index()?, jobs, &AtomicBool::new(false))?;
            self.summary.corrected += corrected;
        }
        Ok(())
    }
}

/// Counts a file.
pub(super) fn count(summary: &mut Summary, outcome: Outcome) {
    match outcome {
        Outcome::Indexed => summary.indexed += 1,
        Outcome::Partial(_) => summary.partial += 1,
        Outcome::Duplicate => summary.duplicates += 1,
        Outcome::Unchanged => summary.unchanged += 1,
        Outcome::Failed(reason) => *summary.failed.entry(reason.code().to_owned()).or_default() += 1,
    }
}
