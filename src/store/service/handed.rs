//! What people handed over in one go, so that they can be told what became of each file, however often they ask.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::values;
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
            transaction.execute("DELETE FROM handed_over WHERE at <= ?1", values![now.saturating_sub(KEPT)])?;
            let insert = "INSERT INTO handed_over (files, at) VALUES (?1, ?2) RETURNING number";
            transaction.one(insert, values![&text, now])
        })
    }

    /// Files that were handed over together; `None` if that is forgotten.
    pub fn handed(&self, number: i64) -> Result<Option<Vec<HandedFile>>, StoreError> {
        let sql = "SELECT files FROM handed_over WHERE number = ?1";
        // What another version wrote is as good as forgotten.
        let files = self.row(sql, values![number], |row| Ok(serde_json::from_str(row.get(0)?).ok()))?;
        Ok(files.flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn what_was_handed_over_is_remembered_for_a_month() {
        everywhere(|place| {
            let store = place.open();
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
        });
    }
}
