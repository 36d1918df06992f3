//! Files that clients handed over: which the service keeps itself, and what they were called.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::values;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// A file that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// The identity of its bytes.
    pub id: ReportId,
    /// The BLAKE3 hash of its bytes, as the file is called.
    pub hash: String,
    /// What its owner called it; never a path.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

impl ServiceStore {
    /// Remembers a file at this time, durable when it returns; false if it was known.
    pub fn add_upload(&self, upload: &UploadRow, now: i64) -> Result<bool, StoreError> {
        let size = i64::try_from(upload.size).unwrap_or(i64::MAX);
        self.write(|transaction| {
            let inserted = transaction.execute(
                "INSERT INTO uploads (id, hash, name, size, received) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO NOTHING",
                values![&upload.id.0, &upload.hash, &upload.name, size, now],
            )?;
            Ok(inserted > 0)
        })
    }

    /// The file of this identity, if it was handed over.
    pub fn upload(&self, id: ReportId) -> Result<Option<UploadRow>, StoreError> {
        self.row("SELECT hash, name, size FROM uploads WHERE id = ?1", values![&id.0], |row| {
            let size: i64 = row.get(2)?;
            Ok(UploadRow { id, hash: row.get(0)?, name: row.get(1)?, size: size.unsigned_abs() })
        })
    }

    /// The files that were handed over, by a copy of the database.
    pub(in crate::store) fn uploads_in(copy: &Path) -> Result<Vec<UploadRow>, StoreError> {
        let connection = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut statement = connection.prepare("SELECT id, hash, name, size FROM uploads ORDER BY id")?;
        let rows = statement.query_map([], |row| {
            let size: i64 = row.get(3)?;
            Ok(UploadRow { id: ReportId(row.get(0)?), hash: row.get(1)?, name: row.get(2)?, size: size.unsigned_abs() })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The identities of all files that were handed over.
    pub fn uploads(&self) -> Result<Vec<ReportId>, StoreError> {
        self.rows("SELECT id FROM uploads ORDER BY id", &[], |row| Ok(ReportId(row.get(0)?)))
    }

    /// Forgets a file.
    pub fn remove_upload(&self, id: ReportId) -> Result<(), StoreError> {
        self.write(|transaction| transaction.execute("DELETE FROM uploads WHERE id = ?1", values![&id.0]).map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn a_file_is_remembered_once() {
        everywhere(|place| {
            let store = place.open();
            let id = ReportId::of_bytes(b"a");
            let upload = UploadRow { id, hash: "61".repeat(32), name: "a.pdf".to_owned(), size: 1 };
            assert!(store.add_upload(&upload, 1).expect("room"));
            assert!(!store.add_upload(&UploadRow { name: "b.pdf".to_owned(), ..upload.clone() }, 2).expect("room"));
            assert_eq!(store.upload(id).expect("readable"), Some(upload));
            assert_eq!(store.uploads().expect("readable"), [id]);
            store.remove_upload(id).expect("room");
            assert_eq!(store.upload(id).expect("readable"), None);
        });
    }
}
