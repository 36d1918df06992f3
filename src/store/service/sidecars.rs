//! Files beside the PDFs in which those who keep their library in folders say what a report is.
//!
//! What they said is kept as it was last read: it outlives a catalogue that is made again, and an unchanged file is not
//! read twice.

use crate::report::{Correction, ReportId};
use crate::store::StoreError;
use crate::store::rows::{path_bytes, path_of, paths_below};
use crate::store::service::ServiceStore;
use crate::store::service::corrections::{json_at, mark};
use crate::store::service::database::{Row, Transaction, values};
use std::path::{Path, PathBuf};

/// A file beside a PDF as it was last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidecarRow {
    /// The PDF it stands beside.
    pub report: PathBuf,
    /// The file.
    pub file: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// Its modification time in nanoseconds since 1970.
    pub modified: i64,
    /// Identity of the PDF's bytes, if they could be read.
    pub id: Option<ReportId>,
    /// Seconds since 1970 of the first run that missed the PDF, if it is gone.
    pub vanished: Option<i64>,
    /// What it says.
    pub correction: Correction,
    /// What in it could not be understood, for people; lower case, with the line.
    pub problems: Vec<String>,
}

/// A change of what is known of such files; paths are those of the PDFs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SidecarChange {
    /// One was read.
    Put(Box<SidecarRow>),
    /// It is gone, or its PDF is to be forgotten.
    Forget(PathBuf),
    /// Its PDF was not found, at this time in seconds since 1970.
    Vanished(PathBuf, i64),
    /// Its PDF is there again.
    Returned(PathBuf),
}

const COLUMNS: &str = "path, file, size, modified, id, vanished, correction, problems";

fn sidecar_row(row: &Row<'_>) -> Result<SidecarRow, StoreError> {
    let size: i64 = row.get(2)?;
    Ok(SidecarRow {
        report: path_of(row.get(0)?),
        file: path_of(row.get(1)?),
        size: size.unsigned_abs(),
        modified: row.get(3)?,
        id: row.get::<Option<[u8; 16]>>(4)?.map(ReportId),
        vanished: row.get(5)?,
        correction: json_at(row, 6)?,
        problems: json_at(row, 7)?,
    })
}

impl ServiceStore {
    /// Every known file beside a PDF under this directory (or beside the PDF itself), by the PDF's path.
    pub fn sidecars_under(&self, root: &Path) -> Result<Vec<SidecarRow>, StoreError> {
        let (from, to) = paths_below(root);
        let sql = format!("SELECT {COLUMNS} FROM sidecars WHERE path = ?1 OR (path >= ?2 AND path < ?3) ORDER BY path");
        self.rows(&sql, values![path_bytes(root), &from, &to], sidecar_row)
    }

    /// The file that counts for a report: of those beside its copies the first by path, vanished ones last.
    pub fn sidecar_of(&self, id: ReportId) -> Result<Option<SidecarRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sidecars WHERE id = ?1 ORDER BY vanished IS NOT NULL, path LIMIT 1");
        self.row(&sql, values![&id.0], sidecar_row)
    }

    /// Files that could not be understood whole, by the PDF's path.
    pub fn sidecar_problems(&self) -> Result<Vec<SidecarRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM sidecars WHERE problems <> '[]' AND vanished IS NULL ORDER BY path");
        self.rows(&sql, &[], sidecar_row)
    }

    /// Applies changes in order, all of them or none, and marks the reports that they may bear on; durable when it
    /// returns.
    pub fn record_sidecars(&self, changes: &[SidecarChange]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.write(|transaction| changes.iter().try_for_each(|change| apply(transaction, change)))
    }
}

fn apply(transaction: &mut Transaction<'_>, change: &SidecarChange) -> Result<(), StoreError> {
    match change {
        SidecarChange::Put(row) => {
            mark_report(transaction, &row.report)?;
            let json = |value: serde_json::Result<String>| value.unwrap_or_default();
            transaction.execute("DELETE FROM sidecars WHERE path = ?1", values![path_bytes(&row.report)])?;
            transaction.execute(
                "INSERT INTO sidecars (path, file, size, modified, id, vanished, correction, problems)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                values![
                    path_bytes(&row.report),
                    path_bytes(&row.file),
                    i64::try_from(row.size).unwrap_or(i64::MAX),
                    row.modified,
                    row.id.as_ref().map(|id| &id.0),
                    row.vanished,
                    &json(serde_json::to_string(&row.correction)),
                    &json(serde_json::to_string(&row.problems)),
                ],
            )?;
            mark_report(transaction, &row.report)
        }
        SidecarChange::Forget(path) => {
            mark_report(transaction, path)?;
            transaction.execute("DELETE FROM sidecars WHERE path = ?1", values![path_bytes(path)]).map(drop)
        }
        SidecarChange::Vanished(path, when) => set_vanished(transaction, path, Some(*when)),
        SidecarChange::Returned(path) => set_vanished(transaction, path, None),
    }
}

fn set_vanished(transaction: &mut Transaction<'_>, path: &Path, vanished: Option<i64>) -> Result<(), StoreError> {
    let sql = "UPDATE sidecars SET vanished = ?2 WHERE path = ?1";
    transaction.execute(sql, values![path_bytes(path), vanished])?;
    // Where there is no other, it goes on saying what the report is.
    let others = "SELECT 1 FROM sidecars own JOIN sidecars other ON other.id = own.id AND other.path <> own.path
                  WHERE own.path = ?1";
    if transaction.exists(others, values![path_bytes(path)])? {
        mark_report(transaction, path)?;
    }
    Ok(())
}

/// Marks the report at this path, if a file beside it is known and its bytes are.
fn mark_report(transaction: &mut Transaction<'_>, path: &Path) -> Result<(), StoreError> {
    let sql = "SELECT id FROM sidecars WHERE path = ?1";
    let id: Option<Option<[u8; 16]>> = transaction.row(sql, values![path_bytes(path)], |row| row.get(0))?;
    id.flatten().map_or(Ok(()), |id| mark(transaction, id))
}
