//! Comments in order: those of a report by conversation, the newest of all, and those with some words.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::comments::{COLUMNS, CommentRow, CommentState, FROM, comment_row};
use crate::store::service::database::values;
use crate::store::service::words::SoughtWords;

/// Most comments that are counted by [`ServiceStore::comments_with`].
const MOST_COUNTED: i64 = 1_000;

/// Whose eyes see a list of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody's: what is shown.
    Anyone,
    /// An account's: its own that are held or hidden as well.
    Account(i64),
    /// A moderator's: everything that is not deleted.
    Moderator,
}

/// A place in the comments of a report: the conversation, and the comment in it, that come before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct CommentPlace {
    /// See [`CommentRow::thread`].
    pub thread: i64,
    /// See [`CommentRow::id`].
    pub id: i64,
}

impl ServiceStore {
    /// The comments of a report, or of one of its pages, that these eyes see, after this place, at most `limit`:
    /// conversation by conversation, the oldest first. One that cannot be seen is among them as long as an answer to
    /// it can; its text must not be shown.
    pub fn comments_of(
        &self,
        report: ReportId,
        page: Option<u32>,
        viewer: Viewer,
        after: CommentPlace,
        limit: u32,
    ) -> Result<Vec<CommentRow>, StoreError> {
        let (account, is_moderator) = match viewer {
            Viewer::Anyone => (None, false),
            Viewer::Account(account) => (Some(account), false),
            Viewer::Moderator => (None, true),
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM}
             WHERE report = ?1 AND (page = ?2 OR ?2 IS NULL) AND (thread, comments.id) > (?3, ?4)
               AND (comments.state = 'shown'
                    OR (author = ?5 AND comments.state IN ('held', 'hidden'))
                    OR (?6 = 1 AND comments.state <> 'deleted')
                    OR EXISTS (SELECT 1 FROM comments AS answer
                               WHERE answer.thread = comments.thread AND answer.id > comments.id
                                 AND answer.state = 'shown'
                                 AND (comments.parent IS NULL OR answer.parent = comments.id)))
             ORDER BY thread, comments.id LIMIT ?7"
        );
        let parameters = values![&report.0, page, after.thread, after.id, account, is_moderator, limit];
        self.rows(&sql, parameters, comment_row)
    }

    /// Comments of a report that are shown.
    pub fn count_comments(&self, report: ReportId, page: Option<u32>) -> Result<u64, StoreError> {
        let count = "SELECT count(*) FROM comments WHERE report = ?1 AND (page = ?2 OR ?2 IS NULL) AND state = 'shown'";
        Ok(self.number(count, values![&report.0, page])?.unsigned_abs())
    }

    /// The comments in this state before the one of this number, the youngest first, at most `limit`.
    pub fn newest_comments(
        &self,
        state: CommentState,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<CommentRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE comments.state = ?1 AND comments.id < ?2
             ORDER BY comments.id DESC LIMIT ?3"
        );
        self.rows(&sql, values![state.code(), before.unwrap_or(i64::MAX), limit], comment_row)
    }

    /// The comments that are shown and have these words, before the one of this number, the youngest first, at most
    /// `limit`.
    pub fn search_comments(
        &self,
        words: &SoughtWords,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<CommentRow>, StoreError> {
        self.database.read(|transaction| {
            let (found, sought) = words.found_in(transaction);
            let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE comments.id IN ({found}) ORDER BY comments.id DESC");
            transaction.rows(&sql, values![&sought, before.unwrap_or(i64::MAX), limit], comment_row)
        })
    }

    /// How many comments that are shown have these words, by report; of very many the youngest are counted.
    pub fn comments_with(&self, words: &SoughtWords) -> Result<Vec<(ReportId, u64)>, StoreError> {
        self.database.read(|transaction| {
            let (found, sought) = words.found_in(transaction);
            let sql =
                format!("SELECT report, count(*) FROM comments WHERE id IN ({found}) GROUP BY report ORDER BY report");
            transaction.rows(&sql, values![&sought, i64::MAX, MOST_COUNTED], |row| {
                Ok((ReportId(row.get(0)?), row.get::<i64>(1)?.unsigned_abs()))
            })
        })
    }

    /// Comments in this state.
    pub fn count_comments_in(&self, state: CommentState) -> Result<u64, StoreError> {
        let count = "SELECT count(*) FROM comments WHERE state = ?1";
        Ok(self.number(count, values![state.code()])?.unsigned_abs())
    }
}
