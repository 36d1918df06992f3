//! Reports that somebody had removed: their files stay where they are, marked so that no ingest brings them back.

use super::columns::{FILE_COLUMNS, file_row};
use super::{SqliteCatalogue, changes, locked};
use crate::report::{Outcome, Reason, ReportId};
use crate::store::rows::path_bytes;
use crate::store::{Change, FileRow, StoreError};
use rusqlite::params;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// What was withdrawn since the catalogue was opened for writing, so that an ingest that had read a file before that does
/// not bring its report back.
#[derive(Debug, Default)]
pub(super) struct Withdrawals {
    count: u64,
    /// The number of each withdrawal, and the file that is gone with the report.
    of: HashMap<ReportId, (u64, Option<PathBuf>)>,
}

impl Withdrawals {
    /// What is to be recorded in the place of a change; nothing if it is of a report or a file that is no more.
    fn instead<'c>(&self, change: &'c Change, mark: u64) -> Option<Cow<'c, Change>> {
        let later = |id: ReportId| self.of.get(&id).filter(|(number, _)| *number >= mark);
        match change {
            Change::Report(facts, _) if later(facts.id).is_some() => None,
            Change::File(row) => match row.id.and_then(later) {
                None => Some(Cow::Borrowed(change)),
                Some((_, Some(gone))) if *gone == row.path => None,
                Some(_) => {
                    let outcome = Outcome::Failed(Reason::Withdrawn);
                    Some(Cow::Owned(Change::File(FileRow { outcome, detail: String::new(), ..row.clone() })))
                }
            },
            _ => Some(Cow::Borrowed(change)),
        }
    }
}

impl SqliteCatalogue {
    pub(in crate::store) fn withdraw(&self, id: ReportId, gone: Option<&Path>, now: i64) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let mut withdrawals = locked(&self.withdrawals);
            let number = withdrawals.count;
            withdrawals.count += 1;
            withdrawals.of.insert(id, (number, gone.map(Path::to_owned)));
            if let Some(gone) = gone {
                transaction.execute("DELETE FROM files WHERE path = ?1", [path_bytes(gone)])?;
            }
            transaction.execute(
                "UPDATE files SET outcome = 'failed', reason = ?2, detail = '', checked = ?3 WHERE id = ?1",
                params![id.0, Reason::Withdrawn.code(), now],
            )?;
            let was_there = transaction.execute("DELETE FROM reports WHERE id = ?1", [id.0])? > 0;
            if was_there {
                transaction.execute("INSERT OR IGNORE INTO removed (id) VALUES (?1)", [id.0])?;
            }
            Ok(was_there)
        })
    }

    pub(in crate::store) fn withdrawal_mark(&self) -> u64 {
        locked(&self.withdrawals).count
    }

    pub(in crate::store) fn record_read(&self, changes: &[Change], mark: u64) -> Result<Vec<ReportId>, StoreError> {
        self.write(|transaction| {
            let withdrawals = locked(&self.withdrawals);
            let mut withheld = BTreeSet::new();
            for change in changes {
                match (withdrawals.instead(change, mark), change) {
                    (Some(change), _) => changes::apply(transaction, &change)?,
                    (None, Change::Report(facts, _)) => drop(withheld.insert(facts.id)),
                    (None, _) => {}
                }
            }
            Ok(withheld.into_iter().collect())
        })
    }

    pub(in crate::store) fn is_removed(&self, id: ReportId) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached("SELECT 1 FROM removed WHERE id = ?1")?;
        Ok(statement.exists([id.0])?)
    }

    pub(in crate::store) fn is_withdrawn(&self, id: ReportId) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached("SELECT 1 FROM files WHERE id = ?1 AND outcome = 'failed' AND reason = ?2")?;
        Ok(statement.exists(params![id.0, Reason::Withdrawn.code()])?)
    }

    pub(in crate::store) fn readmit(&self, id: ReportId) -> Result<(), StoreError> {
        self.write(|transaction| {
            locked(&self.withdrawals).of.remove(&id);
            let sql = "UPDATE files SET outcome = 'duplicate', reason = NULL WHERE id = ?1 AND reason = ?2";
            transaction.execute(sql, params![id.0, Reason::Withdrawn.code()]).map(drop)
        })
    }

    pub(in crate::store) fn failures_under(
        &self,
        roots: &[impl AsRef<Path>],
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<FileRow>, u64), StoreError> {
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
