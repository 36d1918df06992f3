//! Reports that somebody had removed: their files stay where they are, marked so that no ingest brings them back.

use super::columns::{FILE_COLUMNS, file_row};
use super::rows::path_bytes;
use crate::report::{Reason, ReportId};
use crate::store::{Catalogue, StoreError};
use rusqlite::params;
use std::path::Path;

impl Catalogue {
    /// Removes a report: its files count as withdrawn from `now` on, but for the one that is gone with it. Durable
    /// when it returns; false if there was no such report.
    pub fn withdraw(&self, id: ReportId, gone: Option<&Path>, now: i64) -> Result<bool, StoreError> {
        self.write(|transaction| {
            if let Some(gone) = gone {
                transaction.execute("DELETE FROM files WHERE path = ?1", [path_bytes(gone)])?;
            }
            transaction.execute(
                "UPDATE files SET outcome = 'failed', reason = ?2, detail = '', checked = ?3 WHERE id = ?1",
                params![id.0, Reason::Withdrawn.code(), now],
            )?;
            Ok(transaction.execute("DELETE FROM reports WHERE id = ?1", [id.0])? > 0)
        })
    }

    /// Whether the report with this identity was withdrawn.
    pub fn is_withdrawn(&self, id: ReportId) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached("SELECT 1 FROM files WHERE id = ?1 AND outcome = 'failed' AND reason = ?2")?;
        Ok(statement.exists(params![id.0, Reason::Withdrawn.code()])?)
    }

    /// Takes a withdrawal back: the files are further places of a report that is about to be read again.
    pub fn readmit(&self, id: ReportId) -> Result<(), StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE files SET outcome = 'duplicate', reason = NULL WHERE id = ?1 AND reason = ?2";
            transaction.execute(sql, params![id.0, Reason::Withdrawn.code()]).map(drop)
        })
    }

    /// The failed files under any of `roots`, by path, from `offset`, at most `limit`; and how many there are.
    pub fn failures_under(
        &self,
        roots: &[impl AsRef<Path>],
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<crate::store::FileRow>, u64), StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {FILE_COLUMNS} FROM files WHERE outcome = 'failed' AND vanished IS NULL ORDER BY path"
        ))?;
        let mut found = Vec::new();
        let mut total = 0;
        for row in statement.query_map([], file_row)? {
            let row = row?;
            if roots.iter().any(|root| row.path.starts_with(root)) {
                if (offset..offset.saturating_add(limit)).contains(&total) {
                    found.push(row);
                }
                total += 1;
            }
        }
        Ok((found, total as u64))
    }
}
