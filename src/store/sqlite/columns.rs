//! SQL columns → the catalogue's rows.
//!
//! What the program never writes (an unknown code, a negative size) is an error of the row, not guessed at.

use crate::report::{Correction, PageStatus, ReportId};
use crate::store::rows::{outcome_of, path_of};
use crate::store::{FileRow, Location, ReportRow};
use rusqlite::Row;
use rusqlite::types::Type;
use std::sync::Arc;

/// The columns of [`FileRow`], in the order [`file_row`] reads them.
pub(in crate::store) const FILE_COLUMNS: &str =
    "path, size, modified, id, outcome, reason, detail, reader_version, checked, vanished, name";
/// The columns of [`ReportRow`], in the order [`report_row`] reads them.
pub(super) const REPORT_COLUMNS: &str = "id, segment, offset, length, title, authors, date, language, size, pages_total, \
     pages_searchable, added, correction, \
     (SELECT path FROM files WHERE files.id = reports.id ORDER BY vanished, path LIMIT 1), \
     (SELECT name FROM files WHERE files.id = reports.id ORDER BY vanished, path LIMIT 1), coalesce(changed, added)";

/// SQLite's integers are signed; what does not fit is held at the largest.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned_at(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// An error for a value that the program never writes.
pub(super) fn unknown(column: usize, value: &str) -> rusqlite::Error {
    let message = format!("unknown value `{value}`");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, message.into())
}

pub(super) fn id_at(row: &Row<'_>, column: usize) -> rusqlite::Result<ReportId> {
    row.get(column).map(ReportId)
}

pub(super) fn status_at(row: &Row<'_>, column: usize) -> rusqlite::Result<PageStatus> {
    let code = row.get_ref(column)?.as_str()?;
    PageStatus::from_code(code).ok_or_else(|| unknown(column, code))
}

/// A location from three columns.
pub(super) fn location_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Location> {
    let [segment, offset, length] = [0, 1, 2].map(|at| unsigned_at(row, column + at));
    Ok(Location { segment: segment?, offset: offset?, length: length? })
}

/// What persons say about a report; nothing for most.
fn correction_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Arc<Correction>>> {
    let Some(json) = row.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
    serde_json::from_str(json).map(|correction| Some(Arc::new(correction))).map_err(|_| unknown(column, json))
}

pub(in crate::store) fn file_row(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let (outcome, reason) = (row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str_or_null()?);
    Ok(FileRow {
        path: path_of(row.get_ref(0)?.as_blob()?),
        size: unsigned_at(row, 1)?,
        modified: row.get(2)?,
        id: row.get::<_, Option<[u8; 16]>>(3)?.map(ReportId),
        outcome: outcome_of(outcome, reason).ok_or_else(|| unknown(4, outcome))?,
        detail: row.get(6)?,
        reader_version: row.get(7)?,
        checked: row.get(8)?,
        vanished: row.get(9)?,
        name: row.get(10)?,
    })
}

pub(super) fn report_row(row: &Row<'_>) -> rusqlite::Result<ReportRow> {
    let authors = row.get_ref(5)?.as_str()?;
    Ok(ReportRow {
        id: id_at(row, 0)?,
        location: location_at(row, 1)?,
        title: row.get(4)?,
        authors: serde_json::from_str(authors).map_err(|_| unknown(5, authors))?,
        date: row.get(6)?,
        language: row.get(7)?,
        size: unsigned_at(row, 8)?,
        pages_total: row.get(9)?,
        pages_searchable: row.get(10)?,
        added: row.get(11)?,
        correction: correction_at(row, 12)?,
        file: row.get_ref(13)?.as_blob_or_null()?.map(path_of).unwrap_or_default(),
        file_name: row.get(14)?,
        changed: row.get(15)?,
    })
}
