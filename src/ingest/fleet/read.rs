//! A leased file → what is published of it, or why it failed.

use super::publish::Parcel;
use super::said::{base_of, edition, later};
use super::{Fleet, Shelf, Stored, Work};
use crate::extract::ExtractError;
use crate::index::Sketch;
use crate::ingest::FileDone;
use crate::ingest::pipeline::{Extract, message_of};
use crate::ingest::read::{self, FileBytes, Refusal};
use crate::ingest::resolve::row;
use crate::ingest::told::Told;
use crate::ingest::walk::Found;
use crate::queue::{Finished, Held, Queue, QueueError, Read, Subject};
use crate::report::{Outcome, Reason, Report, ReportId};
use crate::store::{FileRow, Location, ReportFacts, seconds_now};
use crate::worker::Reading;
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

/// How long others leave a file that this worker could not bring to its end.
const REST: Duration = Duration::from_secs(5);

impl<S: Shelf> Fleet<'_, S> {
    /// Reads what the coordinator hands over, until it hands over nothing more.
    pub(super) fn read_all(
        &self,
        taken: &Receiver<Work>,
        parcels: &Sender<Parcel<S::Document>>,
        extract: &Extract<'_>,
    ) {
        let queue = match self.connected() {
            Ok(Some(queue)) => queue,
            Ok(None) => return,
            Err(error) => return tracing::error!(%error, "a thread that reads has no queue"),
        };
        for work in taken {
            if !self.leases.has(&work.lease, &work.item.source.place) {
                self.count(|worked| worked.lost += 1);
                continue;
            }
            if self.is_stopping() {
                self.give_back(&queue, &work, Duration::ZERO);
                continue;
            }
            match self.read(&queue, &work, extract) {
                Ok(Some(parcel)) => {
                    let weight = parcel.weight;
                    // Closed only where nobody publishes any more.
                    if !self.budget.take(weight) || parcels.send(parcel).is_err() {
                        self.give_back(&queue, &work, Duration::ZERO);
                    }
                }
                Ok(None) => self.leases.done(&work.lease, &work.item.source.place),
                Err(QueueError::Lost) => {
                    self.leases.done(&work.lease, &work.item.source.place);
                    self.count(|worked| worked.lost += 1);
                }
                Err(error) => {
                    self.trouble.note("bring a file to its end", &error);
                    self.give_back(&queue, &work, REST);
                }
            }
        }
    }

    /// What is to be published of a file; `None` if it is done already.
    fn read(
        &self,
        queue: &Queue,
        work: &Work,
        extract: &Extract<'_>,
    ) -> Result<Option<Parcel<S::Document>>, QueueError> {
        if let Some(parcel) = self.stored(queue, work)? {
            return Ok(Some(parcel));
        }
        let path = path_of(work);
        let file = match self.bytes(path) {
            Ok(file) => file,
            Err(Refusal { reason, detail }) => return self.fail(queue, work, reason, &detail).map(|()| None),
        };
        self.count(|worked| worked.bytes += file.bytes.len() as u64);
        self.attach(path, file.id)?;
        let name = self.name(path, file.id)?;
        if self.is_settled(queue, work, &file, name.as_deref())? {
            return Ok(None);
        }
        let mut told = Told::new(self.progress);
        let last = path.file_name().unwrap_or_default().to_string_lossy();
        let called = name.as_deref().unwrap_or(&last);
        let reading =
            catch_unwind(AssertUnwindSafe(|| extract(&file.bytes, file.id, called, &mut |step| told.step(step))));
        let reading = reading
            .unwrap_or_else(|panic| Err(ExtractError { reason: Reason::Crashed, detail: message_of(panic.as_ref()) }));
        let pages = told
            .end(reading.as_ref().map_or(0, |reading| u32::try_from(reading.report.pages.len()).unwrap_or(u32::MAX)));
        if self.is_stopping() {
            // Recognition ends early then: what there is may not be all.
            self.give_back(queue, work, Duration::ZERO);
            return Ok(None);
        }
        match reading {
            Ok(reading) => self.parcel(work, &file, name.as_deref(), reading, pages).map(Some),
            Err(ExtractError { reason, detail }) => self.fail(queue, work, reason, &detail).map(|()| None),
        }
    }

    /// What is to be published of a report about which persons say something else; `None` if the file is to be read, as it
    /// was not offered for that, or as nothing that could be read is stored of it any more.
    fn stored(&self, queue: &Queue, work: &Work) -> Result<Option<Parcel<S::Document>>, QueueError> {
        let Some(id) = work.item.report.filter(|_| work.item.is_corrected) else { return Ok(None) };
        let Some(live) = queue.live_edition(id)? else { return Ok(None) };
        let Some(Stored { report, texts, file }) = self.shelf.stored(id).map_err(|error| later(&error))? else {
            return Ok(None);
        };
        let found = Found { path: path_of(work).to_owned(), size: report.size, modified: 0 };
        let outcome = report.partial.map_or(Outcome::Indexed, Outcome::Partial);
        let row = row(&found, Some(id), outcome, "", seconds_now());
        self.corrected(work, report, Made { row, texts, file: &file, base: base_of(&live), pages: 0 }).map(Some)
    }

    /// The bytes of a file, wherever it lies.
    fn bytes(&self, path: &Path) -> Result<FileBytes, Refusal> {
        let most = self.options.read.extract.limits.file_bytes;
        match path.to_str().and_then(|place| self.shelf.fetch(place, most)) {
            Some(Ok(bytes)) => {
                let (path, size) = (path.to_owned(), bytes.len() as u64);
                let id = ReportId::of_bytes(&bytes);
                Ok(FileBytes { found: Found { path, size, modified: 0 }, bytes, id })
            }
            Some(Err((reason, detail))) => Err(Refusal { reason, detail }),
            None => read::read(path, most),
        }
    }

    /// Whether the file needs no reading: its report is live as this version of the program would make it, or was withdrawn.
    /// If persons say something else about it by now, it is published again all the same, but not for this file.
    fn is_settled(&self, queue: &Queue, work: &Work, file: &FileBytes, name: Option<&str>) -> Result<bool, QueueError> {
        let live = queue.live_edition(file.id)?;
        if live.as_deref().map(base_of) != Some(&self.shelf.edition()) {
            let is_withdrawn = live.is_none() && queue.withhold(held(work), file.id)?;
            if is_withdrawn {
                self.failed(work, Reason::Withdrawn, "");
            }
            return Ok(is_withdrawn);
        }
        if work.item.is_corrected {
            return Ok(false);
        }
        // Of a report that is live the catalogue is told nothing but that another file holds it.
        let facts = ReportFacts {
            id: file.id,
            title: String::new(),
            authors: Vec::new(),
            date: None,
            language: None,
            size: file.found.size,
            partial: None,
            pages: BTreeMap::new(),
            correction: None,
            sketch: None,
        };
        let texts = Location { segment: 0, offset: 0, length: 0 };
        let row = row(&file.found, Some(file.id), Outcome::Duplicate, "", seconds_now());
        let file = FileRow { name: name.map(str::to_owned), ..row };
        match queue.finish(held(work), &Finished::Same(facts.id), &Read { file, facts, texts }) {
            Ok(()) => {
                self.count(|worked| worked.known += 1);
                self.tell(work, 0, None);
                Ok(true)
            }
            // Its last file has gone since, or it was withdrawn.
            Err(QueueError::Withdrawn) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn parcel(
        &self,
        work: &Work,
        file: &FileBytes,
        name: Option<&str>,
        reading: Reading,
        pages: u64,
    ) -> Result<Parcel<S::Document>, QueueError> {
        let Reading { report, record, .. } = reading;
        let texts = self.shelf.keep(record).map_err(|error| later(&error))?;
        let path = file.found.path.to_string_lossy();
        let outcome = report.partial.map_or(Outcome::Indexed, Outcome::Partial);
        let row =
            FileRow { name: name.map(str::to_owned), ..row(&file.found, Some(file.id), outcome, "", seconds_now()) };
        let (file, base) = (name.unwrap_or(&path), self.shelf.edition());
        self.corrected(work, report, Made { row, texts, file, base: &base, pages })
    }

    /// What is to be published of a report once what persons say is laid over it.
    fn corrected(&self, work: &Work, mut report: Report, made: Made<'_>) -> Result<Parcel<S::Document>, QueueError> {
        let Made { row, texts, file, base, pages } = made;
        let correction = self.correction(report.id)?;
        let sketch = Sketch::of(&report).map(|sketch| sketch.encode().to_vec());
        let facts = ReportFacts { sketch, ..ReportFacts::of(&report, correction.clone()) };
        if let Some(correction) = &correction {
            correction.apply(&mut report.about, &mut report.statements);
        }
        let tags = correction.as_ref().map_or(&[][..], |correction| correction.tags());
        let text_bytes: u64 = report.pages.iter().map(|page| page.text.len() as u64).sum();
        Ok(Parcel {
            weight: 1_000 + 4 * text_bytes,
            pages,
            is_partial: report.partial.is_some(),
            is_corrected: work.item.is_corrected,
            size: row.size,
            subject: Subject {
                lease: work.lease.clone(),
                place: work.item.source.place.clone(),
                returns: work.item.returns,
                read: Read { file: row, facts, texts },
                edition: edition(base, correction.as_deref()),
                pages: self.shelf.documents(&report, file, tags),
            },
        })
    }

    /// The file cannot be read: an outcome like another.
    fn fail(&self, queue: &Queue, work: &Work, reason: Reason, detail: &str) -> Result<(), QueueError> {
        queue.fail(held(work), reason.code(), detail)?;
        self.failed(work, reason, detail);
        Ok(())
    }

    fn failed(&self, work: &Work, reason: Reason, detail: &str) {
        self.count(|worked| *worked.failed.entry(reason.code().to_owned()).or_default() += 1);
        self.tell(work, 0, Some((reason, detail)));
    }

    fn tell(&self, work: &Work, pages: u64, failure: Option<(Reason, &str)>) {
        let path = path_of(work);
        self.progress.file_done(&FileDone { path, bytes: work.item.source.bytes, pages, failure });
    }
}

/// What is known of a report besides itself when it is to be published.
struct Made<'m> {
    row: FileRow,
    texts: Location,
    /// Its file as it is shown.
    file: &'m str,
    /// Its edition but for what persons say.
    base: &'m str,
    /// Pages that were found in this run.
    pages: u64,
}

fn path_of(work: &Work) -> &Path {
    Path::new(OsStr::from_bytes(&work.item.source.place))
}

fn held(work: &Work) -> Held<'_> {
    Held { lease: &work.lease, place: &work.item.source.place }
}
