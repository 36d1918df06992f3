//! What editors say about reports, version by version, and which reports are still to be shown and found by it.
//!
//! A correction is durable before it is acknowledged; catalogue and index follow it. Until they do, a mark stands for the
//! report, so that whoever writes the library next takes it up, whatever has happened to the one before.

use crate::report::{Correction, ReportId};
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::{Database, Row, Transaction, not_understood, values};
use std::collections::HashMap;

/// Versions of a report's correction that are kept.
const KEPT: i64 = 100;

/// One version of what editors say about a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its number, from 1.
    pub version: i64,
    /// What it says; empty if everything was taken back.
    pub correction: Correction,
    /// Who said so.
    pub editor: String,
    /// Seconds since 1970.
    pub made: i64,
}

/// A report that catalogue and index may not follow yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The report.
    pub id: ReportId,
    /// Another one with every change.
    number: i64,
}

/// A column of JSON.
pub(super) fn json_at<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    serde_json::from_str(row.get(column)?).map_err(|error| not_understood(&error))
}

fn edit_row(row: &Row<'_>) -> Result<Edit, StoreError> {
    Ok(Edit { version: row.get(0)?, correction: json_at(row, 1)?, editor: row.get(2)?, made: row.get(3)? })
}

/// Notes that catalogue and index are to follow what is said about a report.
pub(super) fn mark(transaction: &mut Transaction<'_>, id: [u8; 16]) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM correction_marks WHERE id = ?1", values![&id])?;
    transaction.execute("INSERT INTO correction_marks (id) VALUES (?1)", values![&id])?;
    let ever = "INSERT INTO ever_corrected (id) VALUES (?1) ON CONFLICT (id) DO NOTHING";
    transaction.execute(ever, values![&id]).map(drop)
}

fn latest_edit(transaction: &mut Transaction<'_>, id: ReportId) -> Result<Option<Edit>, StoreError> {
    let sql = "SELECT version, correction, editor, made FROM corrections WHERE id = ?1 ORDER BY version DESC LIMIT 1";
    transaction.row(sql, values![&id.0], edit_row)
}

impl ServiceStore {
    /// What editors said last about a report, if they ever said anything.
    pub fn edit(&self, id: ReportId) -> Result<Option<Edit>, StoreError> {
        self.database.read(|transaction| latest_edit(transaction, id))
    }

    /// All that editors said about a report, the latest first, as far as it is kept.
    pub fn edits(&self, id: ReportId) -> Result<Vec<Edit>, StoreError> {
        let sql = "SELECT version, correction, editor, made FROM corrections WHERE id = ?1 ORDER BY version DESC";
        self.rows(sql, values![&id.0], edit_row)
    }

    /// Lets an editor say this about a report from now on, in place of what was said before; durable when it returns.
    /// If `seen` is given and another version (0 for none) is the latest, nothing changes and that one comes back.
    pub fn correct(
        &self,
        id: ReportId,
        correction: &Correction,
        editor: &str,
        seen: Option<i64>,
        now: i64,
    ) -> Result<Result<Edit, Option<Edit>>, StoreError> {
        let json = serde_json::to_string(correction).unwrap_or_default();
        self.write(|transaction| {
            let latest = latest_edit(transaction, id)?;
            let version = latest.as_ref().map_or(0, |edit| edit.version);
            if seen.is_some_and(|seen| seen != version) {
                return Ok(Err(latest));
            }
            if let Some(same) = latest.filter(|edit| edit.correction == *correction) {
                return Ok(Ok(same));
            }
            let version = version + 1;
            let insert = "INSERT INTO corrections (id, version, correction, editor, made) VALUES (?1, ?2, ?3, ?4, ?5)";
            transaction.execute(insert, values![&id.0, version, &json, editor, now])?;
            let forget = "DELETE FROM corrections WHERE id = ?1 AND version <= ?2";
            transaction.execute(forget, values![&id.0, version - KEPT])?;
            mark(transaction, id.0)?;
            Ok(Ok(Edit { version, correction: correction.clone(), editor: editor.to_owned(), made: now }))
        })
    }

    /// What persons say about a report: its editors over the file beside it.
    pub fn correction(&self, id: ReportId) -> Result<Option<Correction>, StoreError> {
        let edit = self.edit(id)?.map(|edit| edit.correction).unwrap_or_default();
        let sidecar = self.sidecar_of(id)?.map(|sidecar| sidecar.correction).unwrap_or_default();
        Ok(Some(edit.over(sidecar)).filter(|correction| !correction.is_empty()))
    }

    /// What persons say about reports, of every report that they say anything about.
    pub fn corrections(&self) -> Result<HashMap<ReportId, Correction>, StoreError> {
        let mut all: HashMap<ReportId, Correction> = HashMap::new();
        // Of each report's sidecars the last row stays.
        for sql in [
            "SELECT id, correction FROM sidecars WHERE id IS NOT NULL ORDER BY id, vanished IS NULL, path DESC",
            "SELECT id, correction FROM corrections edit
             WHERE version = (SELECT max(version) FROM corrections WHERE id = edit.id)",
        ] {
            let is_edit = sql.contains("version");
            let rows: Vec<(ReportId, Correction)> =
                self.rows(sql, &[], |row| Ok((ReportId(row.get(0)?), json_at(row, 1)?)))?;
            for (id, correction) in rows {
                let below = if is_edit { all.remove(&id).unwrap_or_default() } else { Correction::default() };
                all.insert(id, correction.over(below));
            }
        }
        all.retain(|_, correction| !correction.is_empty());
        Ok(all)
    }

    /// Every report that anybody has ever said anything about, though it was taken back or its file is gone.
    pub fn ever_corrected(&self) -> Result<Vec<ReportId>, StoreError> {
        self.rows("SELECT id FROM ever_corrected ORDER BY id", &[], |row| Ok(ReportId(row.get(0)?)))
    }

    /// Whether there is any mark.
    pub fn has_marks(&self) -> Result<bool, StoreError> {
        self.exists("SELECT 1 FROM correction_marks LIMIT 1", &[])
    }

    /// Whether there is a mark for this report.
    pub fn is_marked(&self, id: ReportId) -> Result<bool, StoreError> {
        self.exists("SELECT 1 FROM correction_marks WHERE id = ?1", values![&id.0])
    }

    /// Every mark, the oldest first.
    pub fn marks(&self) -> Result<Vec<Mark>, StoreError> {
        let sql = "SELECT id, number FROM correction_marks ORDER BY number";
        self.rows(sql, &[], |row| Ok(Mark { id: ReportId(row.get(0)?), number: row.get(1)? }))
    }

    /// How many marks were ever made; 0 if that cannot be told.
    pub fn marks_made(&self) -> i64 {
        let sql = match &self.database {
            Database::Sqlite(_) => "SELECT seq FROM sqlite_sequence WHERE name = 'correction_marks'",
            #[cfg(feature = "cluster")]
            Database::Postgres(_) => "SELECT number FROM correction_marks_made",
        };
        self.number(sql, &[]).unwrap_or(0)
    }

    /// Marks reports.
    pub fn mark(&self, ids: &[ReportId]) -> Result<(), StoreError> {
        self.write(|transaction| ids.iter().try_for_each(|id| mark(transaction, id.0)))
    }

    /// Takes marks away, but for those of reports that were corrected again since.
    pub fn clear_marks(&self, marks: &[Mark]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let clear = "DELETE FROM correction_marks WHERE number = ?1";
            marks.iter().try_for_each(|mark| transaction.execute(clear, values![mark.number]).map(drop))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;
    use crate::store::{SidecarChange, SidecarRow};
    use std::path::PathBuf;

    fn titled(title: &str) -> Correction {
        Correction { title: Some(title.to_owned()), ..Correction::default() }
    }

    fn sidecar(path: &str, id: ReportId, correction: Correction) -> SidecarChange {
        let report = PathBuf::from(path);
        let file = report.with_extension("toml");
        SidecarChange::Put(Box::new(SidecarRow {
            report,
            file,
            size: 1,
            modified: 2,
            id: Some(id),
            vanished: None,
            correction,
            problems: vec!["line 1: wrong".to_owned()],
        }))
    }

    #[test]
    fn versions_are_kept_and_who_has_not_seen_the_latest_changes_nothing() {
        everywhere(|place| {
            let store = place.open();
            let id = ReportId([1; 16]);
            let first = store.correct(id, &titled("a"), "Ann", Some(0), 5).expect("room").expect("nothing before");
            assert_eq!((first.version, first.editor.as_str(), first.made), (1, "Ann", 5));
            let same = store.correct(id, &titled("a"), "Ben", Some(1), 6).expect("room").expect("seen");
            assert_eq!(same, first, "no version says what the one before said");
            let outdated = store.correct(id, &titled("b"), "Ben", Some(0), 7).expect("room");
            assert_eq!(outdated, Err(Some(first.clone())));
            let second =
                store.correct(id, &Correction::default(), "Ben", None, 8).expect("room").expect("whatever was");
            assert_eq!(store.edits(id).expect("readable"), [second, first]);
            assert_eq!(store.correction(id).expect("readable"), None, "taken back");
            for number in 0..200 {
                store.correct(id, &titled(&number.to_string()), "Ann", None, 9).expect("room").expect("whatever was");
            }
            let edits = store.edits(id).expect("readable");
            assert_eq!((edits.len(), edits[0].version), (100, 202));
        });
    }

    #[test]
    fn editors_win_over_the_first_sidecar_that_is_there() {
        everywhere(|place| {
            let store = place.open();
            let [id, other] = [1, 2].map(|seed| ReportId([seed; 16]));
            let tags = Correction { tags: Some(vec!["x".to_owned()]), ..titled("b") };
            store.record_sidecars(&[sidecar("/b.pdf", id, tags), sidecar("/a.pdf", id, titled("a"))]).expect("room");
            let title = |id| store.correction(id).expect("readable").and_then(|correction| correction.title);
            assert_eq!(title(id).as_deref(), Some("a"));
            store.record_sidecars(&[SidecarChange::Vanished(PathBuf::from("/a.pdf"), 3)]).expect("room");
            assert_eq!(title(id).as_deref(), Some("b"), "one that is there comes first");
            store.correct(id, &titled("c"), "Ann", None, 4).expect("room").expect("whatever was");
            let merged = store.correction(id).expect("readable").expect("there");
            assert_eq!((merged.title.as_deref(), merged.tags().len()), (Some("c"), 1));
            store.correct(other, &Correction::default(), "Ann", None, 4).expect("room").expect("whatever was");
            // Another process sees the same, and of all reports at once.
            let all = place.open().corrections().expect("readable");
            assert_eq!(all, HashMap::from([(id, merged)]));
            assert_eq!(store.ever_corrected().expect("readable"), [id, other]);
            let sidecars = store.sidecars_under(std::path::Path::new("/")).expect("readable");
            let known: Vec<_> = sidecars.iter().map(|row| (row.report.to_str(), row.vanished, row.size)).collect();
            assert_eq!(known, [(Some("/a.pdf"), Some(3), 1), (Some("/b.pdf"), None, 1)]);
            assert_eq!(store.sidecar_problems().expect("readable").len(), 1, "of those that are there");
            let gone = ["/a.pdf", "/b.pdf"].map(|path| SidecarChange::Forget(PathBuf::from(path)));
            store.record_sidecars(&gone).expect("room");
            assert_eq!(store.correction(id).expect("readable"), Some(titled("c")));
        });
    }

    #[test]
    fn a_mark_stays_if_the_report_was_corrected_again() {
        everywhere(|place| {
            let store = place.open();
            let [first, second] = [1, 2].map(|seed| ReportId([seed; 16]));
            store.correct(first, &titled("a"), "Ann", None, 1).expect("room").expect("whatever was");
            store.record_sidecars(&[sidecar("/b.pdf", second, titled("b"))]).expect("room");
            let marks = store.marks().expect("readable");
            assert_eq!(marks.iter().map(|mark| mark.id).collect::<Vec<_>>(), [first, second]);
            store.correct(first, &titled("c"), "Ann", None, 1).expect("room").expect("whatever was");
            store.clear_marks(&marks).expect("room");
            assert_eq!(store.marks().expect("readable").iter().map(|mark| mark.id).collect::<Vec<_>>(), [first]);
            assert!(store.is_marked(first).expect("readable") && !store.is_marked(second).expect("readable"));
            store.record_sidecars(&[SidecarChange::Forget(PathBuf::from("/b.pdf"))]).expect("room");
            assert!(store.is_marked(second).expect("readable"), "what a file said is taken back");
            store.clear_marks(&store.marks().expect("readable")).expect("room");
            assert!(!store.has_marks().expect("readable"));
        });
    }
}
