//! The catalogue: every file seen with its outcome, every report with its ledger.
//!
//! It is kept in SQLite on this machine's own disk, or in PostgreSQL where many machines write it; both answer alike. A
//! change is durable when it returns, all of it or nothing.

#[cfg(test)]
pub(super) mod tests;

#[cfg(feature = "cluster")]
use super::postgres::PostgresCatalogue;
use super::sqlite::SqliteCatalogue;
use crate::report::{PageStatus, Reason, ReportId};
#[cfg(feature = "cluster")]
use crate::store::SketchesNear;
use crate::store::{Change, Coverage, FileRow, Location, ReportRow, StoreError, UploadRow};
use std::path::Path;
use std::time::SystemTime;

/// The catalogue; can be shared between threads.
#[derive(Debug)]
pub struct Catalogue {
    tables: Tables,
}

/// Where its tables are.
#[derive(Debug)]
enum Tables {
    Sqlite(SqliteCatalogue),
    #[cfg(feature = "cluster")]
    Postgres(PostgresCatalogue),
}

/// Asks the catalogue wherever it is.
macro_rules! ask {
    ($catalogue:ident.$method:ident($($argument:expr),*)) => {
        match &$catalogue.tables {
            Tables::Sqlite(catalogue) => catalogue.$method($($argument),*),
            #[cfg(feature = "cluster")]
            Tables::Postgres(catalogue) => catalogue.$method($($argument),*),
        }
    };
}

impl From<SqliteCatalogue> for Catalogue {
    fn from(catalogue: SqliteCatalogue) -> Catalogue {
        Catalogue { tables: Tables::Sqlite(catalogue) }
    }
}

impl Catalogue {
    /// The catalogue in a PostgreSQL database, given as `postgres://user@host/database?…`; its tables are made if there are
    /// none. `name` is shown among the connections of the database.
    #[cfg(feature = "cluster")]
    pub fn connect(url: &str, name: &str) -> Result<Catalogue, StoreError> {
        Ok(Catalogue { tables: Tables::Postgres(PostgresCatalogue::connect(url, name)?) })
    }

    /// Counts the changes, whichever process makes them: the same number is the same content.
    pub fn version(&self) -> Result<i64, StoreError> {
        ask!(self.version())
    }

    /// The file last seen at this path.
    pub fn file(&self, path: &Path) -> Result<Option<FileRow>, StoreError> {
        ask!(self.file(path))
    }

    /// Every file under this directory (or the file itself), by path; those that vanished as well.
    pub fn files_under(&self, root: &Path) -> Result<Vec<FileRow>, StoreError> {
        ask!(self.files_under(root))
    }

    /// Files that failed and are still there, by path; all or with one reason.
    pub fn failures(&self, reason: Option<Reason>) -> Result<Vec<FileRow>, StoreError> {
        ask!(self.failures(reason))
    }

    /// The report with this identity.
    pub fn report(&self, id: ReportId) -> Result<Option<ReportRow>, StoreError> {
        ask!(self.report(id))
    }

    /// The reports with these identities, in their order, as of one moment; several at once cost less than one by one.
    pub fn reports_of(&self, ids: &[ReportId]) -> Result<Vec<Option<ReportRow>>, StoreError> {
        ask!(self.reports_of(ids))
    }

    /// Whether the report with this identity is in the library.
    pub fn has_report(&self, id: ReportId) -> Result<bool, StoreError> {
        ask!(self.has_report(id))
    }

    /// Whether there is any report.
    pub fn has_reports(&self) -> Result<bool, StoreError> {
        ask!(self.has_reports())
    }

    /// Reports by title, from `offset`, at most `limit`.
    pub fn reports(&self, offset: u64, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        ask!(self.reports(offset, limit))
    }

    /// Reports by id, those after one, at most `limit`: whatever comes or goes meanwhile, no other repeats or is missed.
    pub fn reports_after(&self, id: Option<ReportId>, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        ask!(self.reports_after(id, limit))
    }

    /// Where every report's record is, by id.
    pub fn locations(&self) -> Result<Vec<(ReportId, Location)>, StoreError> {
        ask!(self.locations())
    }

    /// Every place of a report, by path; those that vanished as well.
    pub fn places(&self, id: ReportId) -> Result<Vec<FileRow>, StoreError> {
        ask!(self.places(id))
    }

    /// Pages of a report by status.
    pub fn page_statuses(&self, id: ReportId) -> Result<Vec<(PageStatus, u32)>, StoreError> {
        Ok(self.page_statuses_of(&[id])?.pop().unwrap_or_default())
    }

    /// Pages of these reports by status, in their order, as of one moment; several at once cost less than one by one.
    pub fn page_statuses_of(&self, ids: &[ReportId]) -> Result<Vec<Vec<(PageStatus, u32)>>, StoreError> {
        ask!(self.page_statuses_of(ids))
    }

    /// What of the library is searchable; files that vanished are not counted.
    pub fn coverage(&self) -> Result<Coverage, StoreError> {
        ask!(self.coverage())
    }

    /// What SQLite's own checks find wrong; empty if nothing.
    pub fn verify(&self) -> Result<Vec<String>, StoreError> {
        ask!(self.verify())
    }

    /// Reports that no file is left of, by id.
    pub fn unplaced(&self) -> Result<Vec<ReportId>, StoreError> {
        ask!(self.unplaced())
    }

    /// Files that were handed over lie in `folder` from now on, whichever data directory they were in; how many.
    pub fn move_uploads(&self, folder: &Path, uploads: &[UploadRow]) -> Result<u64, StoreError> {
        ask!(self.move_uploads(folder, uploads))
    }

    /// Forgets files that were read and whose report is unknown, so that they are read again. A run never leaves any; a
    /// disk may.
    pub fn forget_dangling_files(&self) -> Result<u64, StoreError> {
        ask!(self.forget_dangling_files())
    }

    /// Applies changes in order, all of them or none; durable when it returns.
    pub fn record(&self, changes: &[Change]) -> Result<(), StoreError> {
        ask!(self.record(changes))
    }

    /// Removes reports (their files' rows stay, without a report), and gives a report whose first file is gone, or was
    /// not known and is now, to the first of its copies.
    pub fn remove_reports(&self, ids: &[ReportId]) -> Result<(), StoreError> {
        ask!(self.remove_reports(ids))
    }

    /// Every report with the seconds since 1970 when it was added and when it last changed, by id.
    pub fn additions(&self) -> Result<Vec<(ReportId, i64, i64)>, StoreError> {
        ask!(self.additions())
    }

    /// For each of these reports the sketches that may resemble its own; nothing where an index keeps them.
    #[cfg(feature = "cluster")]
    pub fn sketches_near(&self, ids: &[ReportId]) -> Result<Vec<SketchesNear>, StoreError> {
        match &self.tables {
            Tables::Sqlite(_) => Ok(vec![SketchesNear::default(); ids.len()]),
            Tables::Postgres(catalogue) => catalogue.sketches_near(ids),
        }
    }

    /// Files that failed and are still there, all or for one reason, by path, from `offset`, at most `limit`; and how
    /// many there are.
    pub fn failed(&self, reason: Option<Reason>, offset: u64, limit: u64) -> Result<(Vec<FileRow>, u64), StoreError> {
        ask!(self.failed(reason, offset, limit))
    }

    /// Reports with pages that cannot be found, or with pages of one status, those with most of them first, from
    /// `offset`, at most `limit`; and how many there are.
    pub fn with_gaps(
        &self,
        status: Option<PageStatus>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<ReportRow>, u64), StoreError> {
        ask!(self.with_gaps(status, offset, limit))
    }

    /// Removes a report: its files count as withdrawn from `now` on, but for the one that is gone with it. Durable
    /// when it returns; false if there was no such report.
    pub fn withdraw(&self, id: ReportId, gone: Option<&Path>, now: i64) -> Result<bool, StoreError> {
        ask!(self.withdraw(id, gone, now))
    }

    /// A mark in the order of withdrawals, for [`Catalogue::record_read`].
    pub fn withdrawal_mark(&self) -> u64 {
        ask!(self.withdrawal_mark())
    }

    /// Applies the changes of an ingest that began at `mark`, but for reports that were withdrawn since; gives those. All
    /// of it or nothing; durable when it returns.
    pub fn record_read(&self, changes: &[Change], mark: u64) -> Result<Vec<ReportId>, StoreError> {
        ask!(self.record_read(changes, mark))
    }

    /// Whether there was a report with this identity that was withdrawn, though its file may be gone as well.
    pub fn is_removed(&self, id: ReportId) -> Result<bool, StoreError> {
        ask!(self.is_removed(id))
    }

    /// Whether files with this identity are there that no ingest may read, as their report was withdrawn.
    pub fn is_withdrawn(&self, id: ReportId) -> Result<bool, StoreError> {
        ask!(self.is_withdrawn(id))
    }

    /// Takes a withdrawal back: the files are further places of a report that is about to be read again.
    pub fn readmit(&self, id: ReportId) -> Result<(), StoreError> {
        ask!(self.readmit(id))
    }

    /// The failed files under any of `roots`, by path, from `offset`, at most `limit`; and how many there are.
    pub fn failures_under(
        &self,
        roots: &[impl AsRef<Path>],
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<FileRow>, u64), StoreError> {
        ask!(self.failures_under(roots, offset, limit))
    }
}

/// Seconds since 1970.
pub(crate) fn seconds_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
