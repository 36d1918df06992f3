//! What people handed over in one go, so that they can be told what became of each file, however often they ask.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// Seconds that it is remembered.
const KEPT: i64 = 30 * 24 * 60 * 60;

/// A file that somebody handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedFile {
    /// What its owner calls it; never a path.
    pub name: String,
    /// Whether it was taken.
    pub receipt: Receipt,
}

/// Whether a file was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// It was, and will be this report.
    Taken(ReportId),
    /// It was not, and why, for people.
    Refused(String),
}

impl ServiceStore {
    /// Remembers files that were handed over together, and gives the number to ask for them by.
    pub fn add_handed(&self, files: &[HandedFile], now: i64) -> Result<i64, StoreError> {
        let text = serde_json::to_string(files).unwrap_or_default();
        self.write(|transaction| {
            transaction.execute("DELETE FROM handed_over WHERE at <= ?1", [now.saturating_sub(KEPT)])?;
            transaction.execute("INSERT INTO handed_over (files, at) VALUES (?1, ?2)", params![text, now])?;
            Ok(transaction.last_insert_rowid())
        })
    }

    /// Files that were handed over together; `None` if that is forgotten.
    pub fn handed(&self, number: i64) -> Result<Option<Vec<HandedFile>>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT files FROM handed_over WHERE number = ?1")?;
        let text: Option<String> = statement.query_row([number], |row| row.get(0)).optional()?;
        // What another version wrote is as good as forgotten.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_over_is_remembered_for_a_month() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = ServiceStore::open(directory.path()).expect("a new one");
        let files = [
            HandedFile { name: "a.pdf".to_owned(), receipt: Receipt::Taken(ReportId([1; 16])) },
            HandedFile { name: "b.txt".to_owned(), receipt: Receipt::Refused("Not a PDF".to_owned()) },
        ];
        let number = store.add_handed(&files, 1_000).expect("room");
        let later = store.add_handed(&files[..1], 999 + KEPT).expect("room");
        assert_eq!(store.handed(number).expect("readable").as_deref(), Some(&files[..]));
        assert_ne!(number, later);
        let last = store.add_handed(&[], 1_000 + KEPT).expect("room");
        assert_eq!(store.handed(number).expect("readable"), None, "forgotten");
        assert!(last > later, "a number is never given twice");
    }
}
