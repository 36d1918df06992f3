//! Rows of PostgreSQL → the catalogue's rows.
//!
//! What the program never writes (an unknown code, a negative size) is an error of the row, not guessed at.

use super::connection::DatabaseError;
use crate::report::{Correction, PageStatus, ReportId};
use crate::store::rows::{outcome_of, path_of};
use crate::store::{FileRow, Location, ReportRow};
use ::postgres::Row;
use std::sync::Arc;

/// The columns of [`FileRow`], in the order [`file_row`] reads them.
pub(super) const FILE_COLUMNS: &str =
    "path, size, modified, id, outcome, reason, detail, reader_version, checked, vanished, name";
/// The columns of [`ReportRow`], in the order [`report_row`] reads them; with [`PLACE`].
pub(super) const REPORT_COLUMNS: &str = "reports.id, segment, start, length, title, authors, date, language, reports.size, \
     pages_total, pages_searchable, added, correction, place.path, place.name, coalesce(changed, added)";
/// A report's first place, to be joined to `reports`.
pub(super) const PLACE: &str = "LEFT JOIN LATERAL (SELECT path, name FROM files WHERE files.id = reports.id \
     ORDER BY vanished NULLS FIRST, path LIMIT 1) AS place ON true";

/// What stands for a path in indexes.
pub(super) fn key(path: &[u8]) -> Vec<u8> {
    let hash = blake3::hash(path);
    hash.as_bytes().iter().take(16).copied().collect()
}

/// The database's integers are signed; what does not fit is held at the largest.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(value: i64) -> Result<u64, DatabaseError> {
    u64::try_from(value).map_err(|_| unknown(value))
}

fn small(value: i64) -> Result<u32, DatabaseError> {
    u32::try_from(value).map_err(|_| unknown(value))
}

/// Texts of PostgreSQL have no NUL.
pub(super) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// An error for a value that the program never writes.
fn unknown(value: impl std::fmt::Debug) -> DatabaseError {
    DatabaseError::Damaged(format!("the value {value:?}"))
}

pub(super) fn id(bytes: &[u8]) -> Result<ReportId, DatabaseError> {
    bytes.try_into().map(ReportId).map_err(|_| unknown(bytes))
}

pub(super) fn location_at(row: &Row, column: usize) -> Result<Location, DatabaseError> {
    let [segment, offset, length] = [0, 1, 2].map(|at| unsigned(row.get(column + at)));
    Ok(Location { segment: segment?, offset: offset?, length: length? })
}

/// A status and a count.
pub(super) fn status_count(row: &Row) -> Result<(PageStatus, u64), DatabaseError> {
    let code: &str = row.get(0);
    Ok((PageStatus::from_code(code).ok_or_else(|| unknown(code))?, unsigned(row.get(1))?))
}

pub(super) fn file_row(row: &Row) -> Result<FileRow, DatabaseError> {
    let outcome: &str = row.get(4);
    Ok(FileRow {
        path: path_of(row.get(0)),
        size: unsigned(row.get(1))?,
        modified: row.get(2),
        id: row.get::<_, Option<&[u8]>>(3).map(id).transpose()?,
        outcome: outcome_of(outcome, row.get(5)).ok_or_else(|| unknown(outcome))?,
        detail: row.get(6),
        reader_version: small(row.get(7))?,
        checked: row.get(8),
        vanished: row.get(9),
        name: row.get(10),
    })
}

pub(super) fn report_row(row: &Row) -> Result<ReportRow, DatabaseError> {
    let (authors, correction): (&str, Option<&str>) = (row.get(5), row.get(12));
    let correction = correction.map(|json| serde_json::from_str::<Correction>(json).map_err(|_| unknown(json)));
    Ok(ReportRow {
        id: id(row.get(0))?,
        location: location_at(row, 1)?,
        title: row.get(4),
        authors: serde_json::from_str(authors).map_err(|_| unknown(authors))?,
        date: row.get(6),
        language: row.get(7),
        size: unsigned(row.get(8))?,
        pages_total: small(row.get(9))?,
        pages_searchable: small(row.get(10))?,
        added: row.get(11),
        correction: correction.transpose()?.map(Arc::new),
        file: row.get::<_, Option<&[u8]>>(13).map(path_of).unwrap_or_default(),
        file_name: row.get(14),
        changed: row.get(15),
    })
}
