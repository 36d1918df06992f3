//! Changes that are made through the catalogue itself. Each is one transaction, durable when it returns.

use super::changes::{self, count, promote_all};
use super::columns::key;
use super::connection::{DatabaseError, Transaction};
use super::{PostgresCatalogue, apply};
use crate::report::{Reason, ReportId};
use crate::store::rows::path_bytes;
use crate::store::{Change, StoreError, UploadRow};
use std::path::Path;

impl PostgresCatalogue {
    pub(in crate::store) fn record(&self, changes: &[Change]) -> Result<(), StoreError> {
        Ok(self.database.transaction(|transaction| apply(transaction, changes))?)
    }

    pub(in crate::store) fn remove_reports(&self, ids: &[ReportId]) -> Result<(), StoreError> {
        let ids: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
        self.write(|transaction| {
            transaction.execute("DELETE FROM reports WHERE id = ANY($1)", &[&ids])?;
            promote_all(transaction)
        })
    }

    pub(in crate::store) fn forget_dangling_files(&self) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let sql = "DELETE FROM files WHERE outcome IN ('indexed', 'partial', 'duplicate')
                       AND NOT EXISTS (SELECT 1 FROM reports WHERE reports.id = files.id)";
            transaction.execute(sql, &[])
        })
    }

    pub(in crate::store) fn move_uploads(&self, folder: &Path, uploads: &[UploadRow]) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let mut moved = 0;
            for upload in uploads {
                let name = format!("{}.pdf", upload.hash);
                let end = format!("/uploads/{name}").into_bytes();
                let path = folder.join(name);
                let (path, id) = (path_bytes(&path), &upload.id.0[..]);
                let rest = "WHERE id = $1 AND path <> $2 AND substring(path FROM length(path) - length($3) + 1) = $3";
                let old =
                    transaction.query(&format!("SELECT key FROM files {rest} FOR UPDATE"), &[&id, &path, &end])?;
                let old: Vec<Vec<u8>> = old.iter().map(|row| row.get(0)).collect();
                if old.is_empty() {
                    continue;
                }
                transaction.execute("DELETE FROM files WHERE key = $1", &[&key(path)])?;
                let sql = "UPDATE files SET key = $2, path = $3 WHERE key = $1";
                moved += transaction.execute(sql, &[&old[0], &key(path), &path])?;
                moved += transaction.execute("DELETE FROM files WHERE key = ANY($1)", &[&old])?;
            }
            Ok(moved)
        })
    }

    pub(in crate::store) fn withdraw(&self, id: ReportId, gone: Option<&Path>, now: i64) -> Result<bool, StoreError> {
        Ok(self.database.transaction(|transaction| changes::withdraw(transaction, id, gone, now))?)
    }

    /// Nothing is held back: what the queue has read is recorded by the queue, not by an ingest of this process.
    pub(in crate::store) fn withdrawal_mark(&self) -> u64 {
        0
    }

    pub(in crate::store) fn record_read(&self, changes: &[Change], _mark: u64) -> Result<Vec<ReportId>, StoreError> {
        self.record(changes).map(|()| Vec::new())
    }

    pub(in crate::store) fn readmit(&self, id: ReportId) -> Result<(), StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE files SET outcome = 'duplicate', reason = NULL WHERE id = $1 AND reason = $2";
            transaction.execute(sql, &[&&id.0[..], &Reason::Withdrawn.code()]).map(drop)
        })
    }

    fn write<T>(
        &self,
        mut changes: impl FnMut(&mut Transaction<'_>) -> Result<T, DatabaseError>,
    ) -> Result<T, StoreError> {
        let done = self.database.transaction(|transaction| {
            let done = changes(transaction)?;
            count(transaction)?;
            Ok::<T, DatabaseError>(done)
        });
        Ok(done?)
    }
}
