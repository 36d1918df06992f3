//! The catalogue (SQLite): every file seen with its outcome, every report with its ledger.

use crate::report::{Outcome, PageStatus, Reason, ReportId};
use crate::store::{Location, StoreError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The catalogue; can be shared between threads.
#[derive(Debug)]
pub struct Catalogue {}

/// A file as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Absolute path.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified: i64,
    /// Identity of its bytes, if they could be read.
    pub id: Option<ReportId>,
    /// What became of it (never `Unchanged`).
    pub outcome: Outcome,
    /// More about a failure, for people.
    pub detail: String,
    /// [`crate::extract::READER_VERSION`] that produced the outcome.
    pub reader_version: u32,
    /// Seconds since 1970 of the last look at it.
    pub checked: i64,
}

/// A report as the catalogue knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    /// Its identity.
    pub id: ReportId,
    /// Where its record is in the text store.
    pub location: Location,
    /// A place where the file lies (the first by path of those not vanished).
    pub file: PathBuf,
    /// Title.
    pub title: String,
    /// Bytes of the PDF.
    pub size: u64,
    /// Pages in all.
    pub pages_total: u32,
    /// Pages whose words can be found.
    pub pages_searchable: u32,
    /// Seconds since 1970 when it was added.
    pub added: i64,
}

/// What of the library is searchable.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Coverage {
    /// Reports.
    pub reports: u64,
    /// Files, copies and failures included.
    pub files: u64,
    /// Files that failed, by reason code.
    pub failures: BTreeMap<String, u64>,
    /// Pages by status.
    pub pages: BTreeMap<PageStatus, u64>,
}

impl Catalogue {
    /// The file last seen at this path.
    pub fn file(&self, path: &Path) -> Result<Option<FileRow>, StoreError> {
        let _ = path;
        unimplemented!()
    }

    /// Every file under this directory (or the file itself), by path.
    pub fn files_under(&self, root: &Path) -> Result<Vec<FileRow>, StoreError> {
        let _ = root;
        unimplemented!()
    }

    /// Files that failed, by path; all or with one reason.
    pub fn failures(&self, reason: Option<Reason>) -> Result<Vec<FileRow>, StoreError> {
        let _ = reason;
        unimplemented!()
    }

    /// The report with this identity.
    pub fn report(&self, id: ReportId) -> Result<Option<ReportRow>, StoreError> {
        let _ = id;
        unimplemented!()
    }

    /// Reports by title, from `offset`, at most `limit`.
    pub fn reports(&self, offset: u64, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        let _ = (offset, limit);
        unimplemented!()
    }

    /// What of the library is searchable.
    pub fn coverage(&self) -> Result<Coverage, StoreError> {
        unimplemented!()
    }
}
