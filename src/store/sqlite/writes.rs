//! Changes. Each is one transaction, durable when it returns.

use super::{SqliteCatalogue, changes, locked};
use crate::report::ReportId;
use crate::store::rows::path_bytes;
use crate::store::{Change, StoreError, UploadRow};
use rusqlite::params;
use std::path::Path;

impl SqliteCatalogue {
    pub(in crate::store) fn move_uploads(&self, folder: &Path, uploads: &[UploadRow]) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "UPDATE OR REPLACE files SET path = ?1 WHERE id = ?2 AND path <> ?1 AND substr(path, -length(?3)) = ?3",
            )?;
            let mut moved = 0;
            for upload in uploads {
                let name = format!("{}.pdf", upload.hash);
                let end = format!("/uploads/{name}").into_bytes();
                moved += statement.execute(params![path_bytes(&folder.join(name)), upload.id.0, end])? as u64;
            }
            Ok(moved)
        })
    }

    pub(in crate::store) fn forget_dangling_files(&self) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        self.write(|transaction| {
            let sql = "DELETE FROM files WHERE outcome IN ('indexed', 'partial', 'duplicate')
                       AND (id IS NULL OR NOT EXISTS (SELECT 1 FROM reports WHERE reports.id = files.id))";
            forgotten = transaction.execute(sql, [])? as u64;
            Ok(())
        })?;
        Ok(forgotten)
    }

    pub(in crate::store) fn record(&self, changes: &[Change]) -> Result<(), StoreError> {
        self.write(|transaction| changes.iter().try_for_each(|change| changes::apply(transaction, change)))
    }

    /// Takes everything out of the log into the database itself, so that its file alone is the catalogue.
    pub(in crate::store) fn empty_log(&self) -> Result<(), StoreError> {
        let Some(writer) = &self.writer else { return Err(StoreError::ReadOnly) };
        let is_busy: bool = locked(writer).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_busy {
            let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            return Err(rusqlite::Error::SqliteFailure(busy, None).into());
        }
        Ok(())
    }

    pub(in crate::store) fn remove_reports(&self, ids: &[ReportId]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached("DELETE FROM reports WHERE id = ?1")?;
            for id in ids {
                statement.execute([id.0])?;
            }
            // Real paths are absolute; others stand for places that were lost with a catalogue.
            let mut statement = transaction.prepare_cached(
                "DELETE FROM files WHERE (path < x'2f' OR path >= x'30') AND EXISTS (
                     SELECT 1 FROM files known WHERE known.id = files.id AND known.vanished IS NULL
                         AND known.path >= x'2f' AND known.path < x'30')",
            )?;
            statement.execute([])?;
            let mut statement = transaction.prepare_cached(
                "UPDATE files SET outcome = iif(reports.partial IS NULL, 'indexed', 'partial'), reason = reports.partial
                 FROM reports
                 WHERE files.outcome = 'duplicate' AND reports.id = files.id
                   AND NOT EXISTS (SELECT 1 FROM files other
                                   WHERE other.id = files.id AND other.outcome IN ('indexed', 'partial'))
                   AND files.path = (SELECT min(path) FROM files copy
                                     WHERE copy.id = files.id AND copy.outcome = 'duplicate')",
            )?;
            statement.execute([])?;
            Ok(())
        })
    }
}
