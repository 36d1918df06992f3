//! The two tables as the rules see them, and the catalogue as far as they change it, within one transaction.

use crate::queue::{Counts, Item, Millis, QueueError, Revision, RevisionId, RevisionState, Token};
use crate::report::ReportId;
use crate::store::Change;
use std::path::Path;

/// What a transaction does.
pub(super) type Work<'w> = dyn FnMut(&mut dyn Tables) -> Result<(), QueueError> + 'w;

/// Where the tables are.
pub(super) trait Database: Send + Sync {
    /// All that `work` does, or nothing. It is run again where the database has broken off or two transactions were in
    /// each other's way, and may then have been done already.
    fn transaction(&self, work: &mut Work<'_>) -> Result<(), QueueError>;
}

/// The tables within a transaction. Whatever is given is locked until its end.
pub(super) trait Tables {
    /// The time, the same throughout the transaction.
    fn now(&mut self) -> Result<Millis, QueueError>;
    /// Waits until no other transaction that called this is under way.
    fn queue_up(&mut self) -> Result<(), QueueError>;
    /// Waits until no other transaction that called this about the report is under way.
    fn guard(&mut self, report: ReportId) -> Result<(), QueueError>;
    /// The files at these places that are known.
    fn items(&mut self, places: &[&[u8]]) -> Result<Vec<Item>, QueueError>;
    /// Up to `most` files that wait or are leased and are due, the longest due first, of those to be read or of those to be
    /// published again as persons have corrected them; those that another transaction has locked are passed over.
    fn due(&mut self, now: Millis, most: u32, is_corrected: bool) -> Result<Vec<Item>, QueueError>;
    /// The files that a lease holds.
    fn held(&mut self, lease: &Token) -> Result<Vec<Item>, QueueError>;
    /// The files that failed, for a reason or for any.
    fn failed(&mut self, reason: Option<&str>) -> Result<Vec<Item>, QueueError>;
    /// Adds or replaces files.
    fn put_items(&mut self, items: &[Item]) -> Result<(), QueueError>;
    /// Removes files.
    fn remove_items(&mut self, places: &[&[u8]]) -> Result<(), QueueError>;
    /// The files that are this report.
    fn placed(&mut self, report: ReportId) -> Result<Vec<Item>, QueueError>;
    /// Places of up to `most` files below a folder, or of the one that lies there itself, in an order of their own from
    /// after one of them on.
    fn places_under(&mut self, folder: &Path, after: Option<&[u8]>, most: u32) -> Result<Vec<Vec<u8>>, QueueError>;
    /// Whether some file is this report.
    fn is_placed(&mut self, report: ReportId) -> Result<bool, QueueError>;
    /// A revision by its name.
    fn revision(&mut self, id: &RevisionId) -> Result<Option<Revision>, QueueError>;
    /// The revision of a report that is live or being written.
    fn revision_of(&mut self, report: ReportId, state: RevisionState) -> Result<Option<Revision>, QueueError>;
    /// The revisions being written of files at these places.
    fn written_from(&mut self, places: &[&[u8]]) -> Result<Vec<Revision>, QueueError>;
    /// Up to `most` revisions in a state since before a time, the longest first.
    fn since_before(&mut self, state: RevisionState, time: Millis, most: u32) -> Result<Vec<Revision>, QueueError>;
    /// The live revisions of reports.
    fn live(&mut self, reports: &[ReportId]) -> Result<Vec<Revision>, QueueError>;
    /// The names of all revisions that are not live, in order.
    fn masked(&mut self) -> Result<Vec<RevisionId>, QueueError>;
    /// Adds or replaces a revision.
    fn put_revision(&mut self, revision: &Revision) -> Result<(), QueueError>;
    /// Removes those of these revisions that are being purged; gives how many.
    fn remove_purging(&mut self, ids: &[RevisionId]) -> Result<u64, QueueError>;
    /// Makes changes of the catalogue, in order.
    fn record(&mut self, changes: &[Change]) -> Result<(), QueueError>;
    /// Whether this report was withdrawn.
    fn is_withdrawn(&mut self, report: ReportId) -> Result<bool, QueueError>;
    /// Notes that these reports were withdrawn, or are not any more.
    fn set_withdrawn(&mut self, reports: &[ReportId], is_withdrawn: bool) -> Result<(), QueueError>;
    /// Removes a report from the catalogue, whose files count as withdrawn, but for the one that is gone with it.
    fn withdraw(&mut self, report: ReportId, gone: Option<&[u8]>) -> Result<(), QueueError>;
    /// Whether the catalogue has a file other than this one as the first of its report.
    fn has_first(&mut self, report: ReportId, except: &[u8]) -> Result<bool, QueueError>;
    /// Tells the catalogue that files are there.
    fn returned(&mut self, places: &[&[u8]]) -> Result<(), QueueError>;
    /// Removes a report from the catalogue.
    fn unlist(&mut self, report: ReportId) -> Result<(), QueueError>;
    /// Gives a report whose first file is gone from the catalogue to the first of its copies, and the first file the
    /// outcome of the report.
    fn promote(&mut self, report: ReportId) -> Result<(), QueueError>;
    /// Since when the file could have been leased that waits longest, if one could be leased now.
    fn longest_due(&mut self, now: Millis) -> Result<Option<Millis>, QueueError>;
    /// Whether what is done by turns is due; its next turn is at `next` then.
    fn take_turn(&mut self, name: &str, now: Millis, next: Millis) -> Result<bool, QueueError>;
    /// How much is in which state.
    fn counts(&mut self) -> Result<Counts, QueueError>;
}
