//! Work shared out to many machines: which files wait, who reads them, and which revision of a report is the one that
//! searches show. All of it stands in a PostgreSQL database.
//!
//! ```text
//! offer ─▶ waiting ─lease▶ leased ─finish▶ done           a file
//!             ▲               │ └────fail▶ failed
//!             └─give_back─────┤
//!             └─(lease ended)─┘ taken over by the next who asks
//!
//! begin ─▶ writing ─finish▶ live ─(replaced)▶ retired ─▶ purging ─▶ forgotten           a revision
//!             └─(lease lost, given back, failed)─▲
//! ```
//!
//! An engine that cannot replace a document takes every attempt at a report under a **revision** of its own. A revision
//! is written down here before its first page is sent, so whatever becomes of a worker, the pages it leaves behind have a
//! name: [`Queue::masked`] lists those that searches must not see, and the purge has them deleted. At most one revision
//! of a report is live and at most one is being written, which the database itself enforces.
//!
//! The catalogue stands in the same database, and what the queue says of a file or a report it says to the catalogue in
//! the same transaction: a report is live exactly if the catalogue knows it, with its texts, and a file that failed is
//! listed as such. So nothing is acknowledged that a reader would not find.
//!
//! A report that somebody had removed is retired at once, and stays away whoever meets its bytes again (`withdrawn`). One
//! that persons have corrected is published again, under a new revision, from what is stored of it (`corrected`).
//!
//! Everything asked of the queue may be asked again: leases and revisions are named by who asks, so an answer that was
//! lost with a connection is had by repeating the question. The rules are pure functions over a few tables
//! (`operations`); PostgreSQL adds locks and durability, and the simulation in the tests runs the very same rules. Time is
//! the database's alone, so the clocks of the machines do not matter.

mod corrected;
mod ids;
mod operations;
mod postgres;
mod publish;
mod purge;
mod revisions;
mod rows;
mod schema;
mod tables;
mod withdrawn;

#[cfg(test)]
pub(crate) mod tests;

pub use ids::{RevisionId, Token};
pub use operations::{ABANDONED, Begun, Counts, Finished, Held, Offered, REFUSED};
pub use publish::{Pace, PageEngine, Publication, Published, PutError, Step, Subject};
pub use purge::{PurgeError, Purged, purge};
pub use rows::{Item, Millis, Read, Revision, RevisionState, Source, State};

use crate::report::ReportId;
use crate::store::postgres::DatabaseError;
use std::path::Path;
use std::time::Duration;
use tables::{Database, Tables};

/// Files offered in one transaction, for which other offers wait.
const OFFERED_AT_ONCE: usize = 5_000;

/// What can go wrong with the queue.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// The lease has ended and another worker may have the file; what was done of it counts for nothing.
    #[error("the lease has ended: another worker may have taken the file")]
    Lost,
    /// The report that was to be the same is live no more; begin again.
    #[error("the report is no longer live")]
    Withdrawn,
    /// The database could not be reached or broke off, and again when it was tried again; the same may be asked again.
    #[error("the database of the queue cannot be reached: {0}")]
    Unreachable(String),
    /// The database refused.
    #[error("the database of the queue: {0}")]
    Database(String),
    /// The tables were made by a later version of the program.
    #[error("the tables of the queue are of version {found}, and this program knows those up to {known}")]
    Version {
        /// What the database says.
        found: i32,
        /// The latest known here.
        known: i32,
    },
    /// A row that no version of the program writes, or that is not to be written.
    #[error("the queue holds what cannot be understood: {0}")]
    Damaged(String),
    /// The operating system has no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

impl From<DatabaseError> for QueueError {
    fn from(error: DatabaseError) -> QueueError {
        match error {
            DatabaseError::Unreachable(detail) => QueueError::Unreachable(detail),
            DatabaseError::Refused(detail) => QueueError::Database(detail),
            DatabaseError::Version { found, known } => QueueError::Version { found, known },
            DatabaseError::Damaged(detail) => QueueError::Damaged(detail),
        }
    }
}

impl QueueError {
    /// Whether asking again cannot help.
    pub fn is_final(&self) -> bool {
        matches!(self, QueueError::Version { .. } | QueueError::Random(_))
    }
}

/// The queue of one library. Calls wait for the database; a connection serves one call at a time, so whoever renews
/// leases meanwhile has a queue of their own.
pub struct Queue {
    database: Box<dyn Database>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    /// The queue in a database, given as `postgres://user@host/database?…`; its tables are made if there are none.
    /// `name` is shown among the connections of the database.
    pub fn connect(url: &str, name: &str) -> Result<Queue, QueueError> {
        Ok(Queue { database: Box::new(postgres::connect(url, name)?) })
    }

    /// Has files read that are new or not of the version known. Those known in this version stay as they are, failed ones
    /// too.
    pub fn offer(&self, sources: &[Source]) -> Result<Offered, QueueError> {
        let mut all = Offered::default();
        for sources in sources.chunks(OFFERED_AT_ONCE) {
            let Offered { new, changed, known } = self.run(|tables| operations::offer(tables, sources))?;
            all = Offered { new: all.new + new, changed: all.changed + changed, known: all.known + known };
        }
        Ok(all)
    }

    /// Up to `most` files for a worker, for as long as `time` says or until it renews the lease: those that wait longest,
    /// among them those whose worker was lost. Asked again with the same token it gives what that lease holds.
    pub fn lease(&self, lease: &Token, worker: &str, most: u32, time: Duration) -> Result<Vec<Item>, QueueError> {
        self.run(|tables| operations::lease(tables, lease, worker, most, time))
    }

    /// Prolongs a lease. Gives the files that it still holds; a worker stops at the others.
    pub fn renew(&self, lease: &Token, time: Duration) -> Result<Vec<Vec<u8>>, QueueError> {
        self.run(|tables| operations::renew(tables, lease, time))
    }

    /// Writes a revision down before its first page is sent. A revision begun earlier for the same file is retired.
    pub fn begin(&self, held: Held<'_>, revision: &Revision) -> Result<Begun, QueueError> {
        self.run(|tables| operations::begin(tables, held, revision))
    }

    /// Done: the revision becomes the live one of its report, the one before is retired, and the catalogue knows what was
    /// read, in one transaction; or the report was there already, and the catalogue knows of another file.
    pub fn finish(&self, held: Held<'_>, finished: &Finished, read: &Read) -> Result<(), QueueError> {
        self.run(|tables| operations::finish(tables, held, finished, read))
    }

    /// The file cannot be read, as the catalogue knows from now on: it is not tried again before it changes or [`Queue::retry`] asks for it.
    pub fn fail(&self, held: Held<'_>, reason: &str, detail: &str) -> Result<(), QueueError> {
        self.run(|tables| operations::fail(tables, held, reason, detail))
    }

    /// Lets go of a file through no fault of its own, for any worker after `wait`.
    pub fn give_back(&self, held: Held<'_>, wait: Duration) -> Result<(), QueueError> {
        self.run(|tables| operations::give_back(tables, held, wait))
    }

    /// Has failed files read again: those of a reason, or all but those of reports that were withdrawn, which come back only
    /// where they are asked for by name. Gives how many.
    pub fn retry(&self, reason: Option<&str>) -> Result<u64, QueueError> {
        self.run(|tables| operations::retry(tables, reason))
    }

    /// Forgets files that are gone; a report that no file is left of is retired. Gives how many were known.
    pub fn forget(&self, sources: &[Vec<u8>]) -> Result<u64, QueueError> {
        self.run(|tables| operations::forget(tables, sources))
    }

    /// Marks files as vanished that were not found where they lie; they are what they were if they are offered again.
    pub fn vanish(&self, sources: &[Vec<u8>]) -> Result<(), QueueError> {
        self.run(|tables| operations::vanish(tables, sources))
    }

    /// Up to `most` places of known files below a folder, or of the file that lies there itself: those after one of them, in
    /// an order of the queue's own.
    pub fn places_under(&self, folder: &Path, after: Option<&[u8]>, most: u32) -> Result<Vec<Vec<u8>>, QueueError> {
        self.run(|tables| tables.places_under(folder, after, most))
    }

    /// Removes a report, and with it the file at `gone`, which is there no more: it is not shown from now on, and its other
    /// files stay unread, as does whoever meets its bytes anywhere, until it is [readmitted](Queue::readmit). False if
    /// nobody knew of it.
    pub fn withdraw(&self, report: ReportId, gone: Option<&[u8]>) -> Result<bool, QueueError> {
        self.run(|tables| withdrawn::withdraw(tables, report, gone))
    }

    /// Takes a withdrawal back, and has its files read; false if there was none.
    pub fn readmit(&self, report: ReportId) -> Result<bool, QueueError> {
        self.run(|tables| withdrawn::readmit(tables, report))
    }

    /// Whether a file that is being read turned out to be a report that was withdrawn; if so, it has failed for that.
    pub fn withhold(&self, held: Held<'_>, report: ReportId) -> Result<bool, QueueError> {
        self.run(|tables| withdrawn::withhold(tables, held, report))
    }

    /// Has reports published again that are live, as persons say something else about them: before all that waits to be read,
    /// and without the file being read. Gives how many were not on their way already.
    pub fn republish(&self, reports: &[ReportId]) -> Result<u64, QueueError> {
        self.run(|tables| corrected::republish(tables, reports))
    }

    /// The revisions that searches must not see, though the engine may hold pages of them.
    pub fn masked(&self) -> Result<Vec<RevisionId>, QueueError> {
        self.run(|tables| tables.masked())
    }

    /// The live revision of each of these reports, in their order.
    pub fn live(&self, reports: &[ReportId]) -> Result<Vec<Option<RevisionId>>, QueueError> {
        self.run(|tables| revisions::live(tables, reports))
    }

    /// The edition that each of these reports is live in, if it is, in their order; see [`Revision::edition`].
    pub fn live_editions(&self, reports: &[ReportId]) -> Result<Vec<Option<String>>, QueueError> {
        self.run(|tables| revisions::live_editions(tables, reports))
    }

    /// The edition that a report is live in, if it is.
    pub fn live_edition(&self, report: ReportId) -> Result<Option<String>, QueueError> {
        Ok(self.live_editions(&[report])?.pop().flatten())
    }

    /// For how long the file could have been leased that waits longest; none if none could be leased now.
    pub fn oldest_waiting(&self) -> Result<Option<Duration>, QueueError> {
        self.run(operations::oldest_waiting)
    }

    /// Whether it is this worker's turn at what one of all workers does so often. An answer that was lost is a turn that
    /// nobody takes.
    pub fn take_turn(&self, name: &str, every: Duration) -> Result<bool, QueueError> {
        self.run(|tables| operations::take_turn(tables, name, every))
    }

    /// Up to `most` revisions to be deleted from the engine: those retired for `age`, which is longer than any request of
    /// a lost worker may still be under way, and those taken for purging as long ago and never confirmed.
    pub fn to_purge(&self, age: Duration, most: u32) -> Result<Vec<RevisionId>, QueueError> {
        self.run(|tables| revisions::to_purge(tables, age, most))
    }

    /// The revisions taken for purging and not confirmed yet.
    pub fn purging(&self) -> Result<Vec<RevisionId>, QueueError> {
        self.run(|tables| revisions::purging(tables))
    }

    /// Forgets revisions of which the engine has no page any more. Gives how many were being purged.
    pub fn purged(&self, revisions: &[RevisionId]) -> Result<u64, QueueError> {
        self.run(|tables| revisions::purged(tables, revisions))
    }

    /// How much is in which state.
    pub fn counts(&self) -> Result<Counts, QueueError> {
        self.run(|tables| tables.counts())
    }

    /// What is known of a file.
    pub fn item(&self, source: &[u8]) -> Result<Option<Item>, QueueError> {
        self.run(|tables| Ok(tables.items(&[source])?.pop()))
    }

    /// Runs in one transaction; more than once if the database broke off.
    fn run<R>(&self, mut work: impl FnMut(&mut dyn Tables) -> Result<R, QueueError>) -> Result<R, QueueError> {
        let mut answer = None;
        self.database.transaction(&mut |tables| {
            answer = Some(work(tables)?);
            Ok(())
        })?;
        answer.ok_or_else(|| QueueError::Database("the transaction did not run".to_owned()))
    }
}
