//! Sending from the stored texts what the engine of a library on many machines lacks: all of it where its indexes are new
//! or were lost, else what a look finds missing.
//!
//! Each report goes out under the revision that is live, so nothing changes but what the engine holds, and the library is
//! searched and filled meanwhile. It may end at any point and be begun again: what is there is counted and not sent.

use super::Shelf;
use crate::queue::{Pace, PutError, Queue, QueueError, RevisionId};
use crate::report::{Report, ReportId};
use crate::store::{Library, ReportRow, StoreError};
use crossbeam_channel::Receiver;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Reports looked at together.
const TOGETHER: u64 = 200;
/// Threads that send at least; most of their time they wait.
const SENDERS: usize = 8;

/// What was found and done.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Refilled {
    /// Reports that were wholly there.
    pub present: u64,
    /// Reports that were sent.
    pub sent: u64,
    /// Documents of these.
    pub documents: u64,
    /// Reports of which the engine shows some documents, or some twice: it was told to delete them, and they are sent by
    /// another run once it has.
    pub incomplete: Vec<ReportId>,
    /// Reports whose stored text cannot be read, or that the engine refuses.
    pub lost: Vec<ReportId>,
}

/// Why it ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefillError {
    /// The catalogue.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The engine, asked several times.
    #[error("the engine does not answer: {0}")]
    Engine(String),
    /// It was told to stop.
    #[error("it was stopped; what was sent stays, and another run goes on")]
    Stopped,
}

/// How a report is to be found.
struct Wanted {
    id: ReportId,
    revision: RevisionId,
    documents: u64,
}

struct Refill<'r, S: Shelf> {
    library: &'r Library,
    shelf: &'r S,
    /// The documents of a report as the catalogue has it.
    documents: &'r (dyn Fn(&Report, &ReportRow) -> Vec<S::Document> + Sync),
    pace: Pace,
    stop: &'r AtomicBool,
    refilled: Mutex<Refilled>,
}

/// Sends what the engine lacks; `told` hears how many reports were looked at.
pub fn refill<S: Shelf>(
    library: &Library,
    queue: &Queue,
    shelf: &S,
    documents: &(dyn Fn(&Report, &ReportRow) -> Vec<S::Document> + Sync),
    pace: Pace,
    told: &(dyn Fn(u64) + Sync),
    stop: &AtomicBool,
) -> Result<Refilled, RefillError> {
    let refill = Refill { library, shelf, documents, pace, stop, refilled: Mutex::default() };
    let (batches, taken) = crossbeam_channel::bounded::<Vec<(ReportRow, RevisionId)>>(1);
    let (failed, done) = (Mutex::new(None), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                if let Err(error) = refill.take_all(&taken, &done, told) {
                    failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    // Nobody is left waiting to hand over what is not done any more.
                    taken.iter().for_each(drop);
                }
            });
        }
        let mut last = None;
        loop {
            let has_failed = failed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
            if has_failed || stop.load(Ordering::Relaxed) {
                break;
            }
            let rows = library.catalogue().reports_after(last, TOGETHER)?;
            let Some(row) = rows.last() else { break };
            last = Some(row.id);
            let ids: Vec<ReportId> = rows.iter().map(|row| row.id).collect();
            let live = queue.live(&ids)?;
            let batch = rows.into_iter().zip(live).filter_map(|(row, live)| Some((row, live?))).collect();
            if batches.send(batch).is_err() {
                break;
            }
        }
        drop(batches);
        Ok::<_, RefillError>(())
    })?;
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    if stop.load(Ordering::Relaxed) {
        return Err(RefillError::Stopped);
    }
    let mut refilled = refill.refilled.into_inner().unwrap_or_else(PoisonError::into_inner);
    refilled.incomplete.sort_unstable();
    refilled.lost.sort_unstable();
    Ok(refilled)
}

impl<S: Shelf> Refill<'_, S> {
    fn take_all(
        &self,
        batches: &Receiver<Vec<(ReportRow, RevisionId)>>,
        done: &AtomicU64,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<(), RefillError> {
        for batch in batches {
            let looked_at = batch.len() as u64;
            self.take(batch)?;
            told(done.fetch_add(looked_at, Ordering::Relaxed) + looked_at);
        }
        Ok(())
    }

    /// Looks for some reports and sends those that are not there.
    fn take(&self, batch: Vec<(ReportRow, RevisionId)>) -> Result<(), RefillError> {
        let mut wanted = Vec::with_capacity(batch.len());
        let mut documents = Vec::with_capacity(batch.len());
        for (row, revision) in batch {
            match self.library.load(&row) {
                Ok(report) => {
                    let of_report = (self.documents)(&report, &row);
                    wanted.push(Wanted { id: row.id, revision, documents: of_report.len() as u64 });
                    documents.push(of_report);
                }
                Err(error @ StoreError::Damaged { .. }) => {
                    tracing::error!(report = %row.id, %error, "a report cannot be sent");
                    self.note(|refilled| refilled.lost.push(row.id));
                }
                Err(error) => return Err(error.into()),
            }
        }
        let all: u64 = wanted.iter().map(|wanted| wanted.documents).sum();
        let shown = self.count(&wanted.iter().collect::<Vec<_>>())?;
        if shown == all {
            self.note(|refilled| refilled.present += wanted.len() as u64);
            return Ok(());
        }
        let mut sent = Vec::new();
        for (wanted, documents) in wanted.into_iter().zip(documents) {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            match if shown == 0 { 0 } else { self.count(&[&wanted])? } {
                0 => {
                    if self.send(&wanted, &documents)? {
                        sent.push(wanted);
                    }
                }
                count if count == wanted.documents => self.note(|refilled| refilled.present += 1),
                _ => self.delete(&wanted)?,
            }
        }
        self.settle(&sent)
    }

    /// Sends a report; false if nothing more is to be waited for.
    fn send(&self, wanted: &Wanted, documents: &[S::Document]) -> Result<bool, RefillError> {
        let mut sent = 0;
        let mut attempts = 0;
        while let Some(left) = documents.get(sent..).filter(|left| !left.is_empty()) {
            let may_have_come = match self.shelf.engine().put(&wanted.revision, left) {
                Ok(taken) if taken > 0 => {
                    sent += taken.min(left.len());
                    continue;
                }
                Ok(_) => return self.refused(wanted, "a document is larger than a request may be"),
                Err(PutError::Refused(detail)) => return self.refused(wanted, &detail),
                Err(PutError::Unknown { pages, detail }) => {
                    tracing::warn!(report = %wanted.id, detail, "counting what the engine has of a report");
                    pages.min(left.len())
                }
                Err(PutError::Busy(detail)) => {
                    attempts += 1;
                    if attempts > self.pace.attempts {
                        return Err(RefillError::Engine(detail));
                    }
                    tracing::warn!(report = %wanted.id, detail, "the engine is waited for");
                    left.len()
                }
            };
            let (before, after) = (sent as u64, (sent + may_have_come) as u64);
            match self.settled(&[wanted], after)? {
                count if count == after => sent += may_have_come,
                count if count == before => {}
                _ => {
                    self.delete(wanted)?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Waits until these show.
    fn settle(&self, sent: &[Wanted]) -> Result<(), RefillError> {
        let all: u64 = sent.iter().map(|wanted| wanted.documents).sum();
        let is_whole = self.settled(&sent.iter().collect::<Vec<_>>(), all)? == all;
        for wanted in sent {
            if is_whole || self.count(&[wanted])? == wanted.documents {
                self.note(|refilled| {
                    refilled.sent += 1;
                    refilled.documents += wanted.documents;
                });
            } else {
                self.delete(wanted)?;
            }
        }
        Ok(())
    }

    /// How many documents of these show once they are as many as expected, or no more time is left for that.
    fn settled(&self, sent: &[&Wanted], expected: u64) -> Result<u64, RefillError> {
        let start = Instant::now();
        loop {
            let count = self.count(sent)?;
            if count == expected || start.elapsed() >= self.pace.settle {
                return Ok(count);
            }
            std::thread::sleep(self.pace.poll);
        }
    }

    fn count(&self, wanted: &[&Wanted]) -> Result<u64, RefillError> {
        let revisions: Vec<RevisionId> = wanted.iter().map(|wanted| wanted.revision.clone()).collect();
        if revisions.is_empty() {
            return Ok(0);
        }
        self.asked(|| self.shelf.engine().count(&revisions))
    }

    fn delete(&self, wanted: &Wanted) -> Result<(), RefillError> {
        self.asked(|| self.shelf.engine().delete(std::slice::from_ref(&wanted.revision)))?;
        self.note(|refilled| refilled.incomplete.push(wanted.id));
        Ok(())
    }

    fn refused(&self, wanted: &Wanted, detail: &str) -> Result<bool, RefillError> {
        tracing::error!(report = %wanted.id, detail, "the engine refuses a report");
        self.note(|refilled| refilled.lost.push(wanted.id));
        Ok(false)
    }

    /// Asks the engine, several times if it does not answer.
    fn asked<T>(&self, ask: impl Fn() -> Result<T, String>) -> Result<T, RefillError> {
        let mut pause = self.pace.back_off;
        for _ in 1..self.pace.attempts {
            match ask() {
                Ok(answer) => return Ok(answer),
                Err(detail) => tracing::warn!(detail, "the engine is asked again"),
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(self.pace.longest);
        }
        ask().map_err(RefillError::Engine)
    }

    fn note(&self, note: impl FnOnce(&mut Refilled)) {
        note(&mut self.refilled.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
