//! Comments in order: those of a report by conversation, the newest of all, and those with some words.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::comments::{COLUMNS, CommentRow, CommentState, FROM, comment_row};
use rusqlite::params;

/// Most words and phrases of a search in comments; the rest is left out.
const MOST_SOUGHT: usize = 32;
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

/// Words to look for in comments: all of them, accents and case aside. Any text is one, and none is part of the
/// engine's own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoughtWords(String);

impl SoughtWords {
    /// The words of a text: those between quotation marks stand next to each other, one that ends in `*` is the
    /// beginning of a word. `None` if there is no word in it.
    pub fn of(text: &str) -> Option<SoughtWords> {
        let mut sought: Vec<String> = Vec::new();
        for (place, part) in text.split('"').enumerate() {
            let is_phrase = place % 2 == 1;
            let pieces = if is_phrase { vec![part] } else { part.split_whitespace().collect() };
            for piece in pieces.into_iter().filter(|piece| piece.contains(char::is_alphanumeric)) {
                // Within quotation marks all is text to the engine, and there is none in the pieces.
                let text = piece.replace('\0', " ");
                let star = if !is_phrase && piece.ends_with('*') { "*" } else { "" };
                sought.push(format!("\"{text}\"{star}"));
            }
        }
        sought.truncate(MOST_SOUGHT);
        (!sought.is_empty()).then(|| SoughtWords(sought.join(" AND ")))
    }
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
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {FROM}
             WHERE report = ?1 AND (?2 IS NULL OR page = ?2) AND (thread, comments.id) > (?3, ?4)
               AND (comments.state = 'shown'
                    OR (author = ?5 AND comments.state IN ('held', 'hidden'))
                    OR (?6 AND comments.state <> 'deleted')
                    OR EXISTS (SELECT 1 FROM comments AS answer
                               WHERE answer.thread = comments.thread AND answer.id > comments.id
                                 AND answer.state = 'shown'
                                 AND (comments.parent IS NULL OR answer.parent = comments.id)))
             ORDER BY thread, comments.id LIMIT ?7"
        ))?;
        let parameters = params![report.0, page, after.thread, after.id, account, is_moderator, limit];
        let rows = statement.query_map(parameters, comment_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Comments of a report that are shown.
    pub fn count_comments(&self, report: ReportId, page: Option<u32>) -> Result<u64, StoreError> {
        let connection = self.connection();
        let count = "SELECT count(*) FROM comments WHERE report = ?1 AND (?2 IS NULL OR page = ?2) AND state = 'shown'";
        let count: i64 = connection.prepare_cached(count)?.query_row(params![report.0, page], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The comments in this state before the one of this number, the youngest first, at most `limit`.
    pub fn newest_comments(
        &self,
        state: CommentState,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<CommentRow>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE comments.state = ?1 AND comments.id < ?2
             ORDER BY comments.id DESC LIMIT ?3"
        ))?;
        let rows = statement.query_map(params![state.code(), before.unwrap_or(i64::MAX), limit], comment_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The comments that are shown and have these words, before the one of this number, the youngest first, at most
    /// `limit`.
    pub fn search_comments(
        &self,
        words: &SoughtWords,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<CommentRow>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {FROM}
             WHERE comments.id IN (SELECT rowid FROM comment_words WHERE comment_words MATCH ?1 AND rowid < ?2
                                   ORDER BY rowid DESC LIMIT ?3)
             ORDER BY comments.id DESC"
        ))?;
        let rows = statement.query_map(params![words.0, before.unwrap_or(i64::MAX), limit], comment_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many comments that are shown have these words, by report; of very many the youngest are counted.
    pub fn comments_with(&self, words: &SoughtWords) -> Result<Vec<(ReportId, u64)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT report, count(*) FROM comments
             WHERE id IN (SELECT rowid FROM comment_words WHERE comment_words MATCH ?1 ORDER BY rowid DESC LIMIT ?2)
             GROUP BY report",
        )?;
        let rows = statement.query_map(params![words.0, MOST_COUNTED], |row| {
            Ok((ReportId(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Comments in this state.
    pub fn count_comments_in(&self, state: CommentState) -> Result<u64, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT count(*) FROM comments WHERE state = ?1")?;
        let count: i64 = statement.query_row([state.code()], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}
