//! Comments on reports and their pages: what people wrote, under which comment, and whether it is shown.
//!
//! They belong to the bytes of a report, not to its place in the library: they outlive its removal and are there again
//! when it is. A text is indexed as long as it is shown, so a search finds nothing that nobody may read.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::{Row, Transaction, not_understood, values};
use crate::store::service::moderation::{self, ModerationAction};
use crate::store::service::words::{index, unindex};
use serde::{Deserialize, Serialize};

/// Seconds within which an author's text is not taken a second time.
const REPEATED_WITHIN: i64 = 24 * 60 * 60;

/// Who may read a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentState {
    /// Everybody.
    Shown,
    /// Its author, until a moderator has approved it.
    Held,
    /// Its author: a moderator has taken it down.
    Hidden,
    /// Nobody: its text is gone.
    Deleted,
}

impl CommentState {
    /// Every state.
    pub const ALL: [CommentState; 4] =
        [CommentState::Shown, CommentState::Held, CommentState::Hidden, CommentState::Deleted];

    /// The stable code used in JSON and in the database.
    pub fn code(self) -> &'static str {
        match self {
            CommentState::Shown => "shown",
            CommentState::Held => "held",
            CommentState::Hidden => "hidden",
            CommentState::Deleted => "deleted",
        }
    }

    /// The state with this code.
    pub fn from_code(code: &str) -> Option<CommentState> {
        CommentState::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Which comments wait for a moderator before they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moderation {
    /// None.
    None,
    /// Those of authors of whom none is shown yet.
    #[default]
    First,
    /// All, and what is changed later.
    All,
}

/// A comment; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRow {
    /// Its number, rising with time over all reports.
    pub id: i64,
    /// The report it is on.
    pub report: ReportId,
    /// The page it is on, 1-based; the whole report if there is none.
    pub page: Option<u32>,
    /// The comment it answers.
    pub parent: Option<i64>,
    /// The comment that began the conversation; itself if it did.
    pub thread: i64,
    /// The account that wrote it, unless that is gone.
    pub author: Option<i64>,
    /// The name of that account.
    pub author_name: Option<String>,
    /// What it says; empty once it is deleted.
    pub text: String,
    /// When it was written.
    pub created: i64,
    /// When its text was last changed.
    pub edited: Option<i64>,
    /// Who may read it.
    pub state: CommentState,
}

/// A comment to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewComment<'t> {
    /// The report it is on.
    pub report: ReportId,
    /// The page it is on; an answer is on the page of what it answers.
    pub page: Option<u32>,
    /// The comment it answers.
    pub parent: Option<i64>,
    /// The account that wrote it.
    pub author: i64,
    /// What it says, clean.
    pub text: &'t str,
}

/// What holds for a new comment.
#[derive(Debug, Clone, Copy)]
pub struct CommentRules {
    /// Whether it waits for a moderator.
    pub moderation: Moderation,
    /// Comments of one author within so many seconds, if that is bounded.
    pub rate: Option<(u32, i64)>,
}

/// Why a comment is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// Its author was blocked by a moderator.
    Blocked,
    /// Its author has written the same less than a day ago: this comment.
    Repeated(i64),
    /// Its author has written too many; again after so many seconds.
    TooMany(i64),
    /// There is nothing to answer.
    NothingToAnswer,
}

/// A comment's columns, in the order of [`comment_row`]; to be selected from [`FROM`].
pub(super) const COLUMNS: &str = "comments.id, comments.report, comments.page, comments.parent, comments.thread,
     comments.author, accounts.name, comments.text, comments.created, comments.edited, comments.state";

/// Where comments are selected from.
pub(super) const FROM: &str = "comments LEFT JOIN accounts ON accounts.id = comments.author";

pub(super) fn comment_row(row: &Row<'_>) -> Result<CommentRow, StoreError> {
    let state: &str = row.get(10)?;
    Ok(CommentRow {
        id: row.get(0)?,
        report: ReportId(row.get(1)?),
        page: row.get(2)?,
        parent: row.get(3)?,
        thread: row.get(4)?,
        author: row.get(5)?,
        author_name: row.get(6)?,
        text: row.get(7)?,
        created: row.get(8)?,
        edited: row.get(9)?,
        state: CommentState::from_code(state).ok_or_else(|| not_understood(&state))?,
    })
}

impl ServiceStore {
    /// Keeps a comment, durable when it returns, or says why not.
    pub fn add_comment(
        &self,
        new: &NewComment<'_>,
        rules: &CommentRules,
        now: i64,
    ) -> Result<Result<CommentRow, NotTaken>, StoreError> {
        self.write(|transaction| {
            if let Some(reason) = refusal(transaction, new, rules, now)? {
                return Ok(Err(reason));
            }
            let parent = match new.parent {
                Some(parent) => comment(transaction, parent)?,
                None => None,
            };
            let is_shown = match rules.moderation {
                Moderation::None => true,
                Moderation::First => is_trusted(transaction, new.author)?,
                Moderation::All => false,
            };
            let state = if is_shown { CommentState::Shown } else { CommentState::Held };
            let page = parent.as_ref().map_or(new.page, |parent| parent.page);
            let insert = "INSERT INTO comments (report, page, parent, thread, author, text, created, state)
                          VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
            let thread = parent.as_ref().map(|parent| parent.thread);
            let begun = thread.unwrap_or(0);
            let row = values![&new.report.0, page, new.parent, begun, new.author, new.text, now, state.code()];
            let id: i64 = transaction.one(insert, row)?;
            if thread.is_none() {
                transaction.execute("UPDATE comments SET thread = id WHERE id = ?1", values![id])?;
            }
            if is_shown {
                index(transaction, id, new.text)?;
            }
            revise(transaction)?;
            Ok(Ok(comment(transaction, id)?.ok_or_else(|| not_understood(&"no comment"))?))
        })
    }

    /// Changes the text of a comment that is its author's and was not taken down; under [`Moderation::All`] it waits
    /// for a moderator again. `None` if there is no such comment, or its author was blocked.
    pub fn edit_comment(
        &self,
        id: i64,
        author: i64,
        text: &str,
        moderation: Moderation,
        now: i64,
    ) -> Result<Option<CommentRow>, StoreError> {
        self.write(|transaction| {
            let Some(before) = comment(transaction, id)? else { return Ok(None) };
            let may_change = matches!(before.state, CommentState::Shown | CommentState::Held);
            if before.author != Some(author) || !may_change || moderation::is_blocked(transaction, author)? {
                return Ok(None);
            }
            let state = if moderation == Moderation::All { CommentState::Held } else { before.state };
            let update = "UPDATE comments SET text = ?2, edited = ?3, state = ?4 WHERE id = ?1";
            transaction.execute(update, values![id, text, now, state.code()])?;
            unindex(transaction, id)?;
            if state == CommentState::Shown {
                index(transaction, id, text)?;
            }
            revise(transaction)?;
            comment(transaction, id)
        })
    }

    /// Deletes a comment for its author; false if there is none of his.
    pub fn delete_own_comment(&self, id: i64, author: i64) -> Result<bool, StoreError> {
        self.write(|transaction| match comment(transaction, id)? {
            Some(row) if row.author == Some(author) && row.state != CommentState::Deleted => {
                set_state(transaction, id, CommentState::Deleted)?;
                Ok(true)
            }
            _ => Ok(false),
        })
    }

    /// Shows, hides or deletes a comment for a moderator of this name, and writes that down. `None` if there is no such
    /// comment, or it is deleted: its text is gone.
    pub fn moderate_comment(
        &self,
        id: i64,
        state: CommentState,
        moderator: &str,
        now: i64,
    ) -> Result<Option<CommentRow>, StoreError> {
        self.write(|transaction| {
            let Some(before) = comment(transaction, id)? else { return Ok(None) };
            if before.state == CommentState::Deleted || state == CommentState::Held {
                return Ok(None);
            }
            if before.state != state {
                set_state(transaction, id, state)?;
                let action = match state {
                    CommentState::Shown | CommentState::Held => ModerationAction::Approve,
                    CommentState::Hidden => ModerationAction::Hide,
                    CommentState::Deleted => ModerationAction::Delete,
                };
                moderation::note(transaction, action, Some(id), before.author, moderator, now)?;
            }
            comment(transaction, id)
        })
    }

    /// A comment, whatever its state.
    pub fn comment(&self, id: i64) -> Result<Option<CommentRow>, StoreError> {
        self.database.read(|transaction| comment(transaction, id))
    }

    /// Rises with every change to what is shown of comments, in whichever process it was made.
    pub fn comments_revision(&self) -> Result<i64, StoreError> {
        self.number("SELECT number FROM comments_revision", &[])
    }
}

/// Why a comment is not to be taken, if so.
fn refusal(
    transaction: &mut Transaction<'_>,
    new: &NewComment<'_>,
    rules: &CommentRules,
    now: i64,
) -> Result<Option<NotTaken>, StoreError> {
    if moderation::is_blocked(transaction, new.author)? {
        return Ok(Some(NotTaken::Blocked));
    }
    if let Some(parent) = new.parent {
        let parent = comment(transaction, parent)?;
        let is_there = |parent: &CommentRow| parent.report == new.report && parent.state == CommentState::Shown;
        if !parent.as_ref().is_some_and(is_there) {
            return Ok(Some(NotTaken::NothingToAnswer));
        }
    }
    let same = "SELECT id FROM comments WHERE author = ?1 AND created > ?2 AND text = ?3 AND state <> 'deleted'";
    let earlier = values![new.author, now.saturating_sub(REPEATED_WITHIN), new.text];
    if let Some(id) = transaction.row(same, earlier, |row| row.get(0))? {
        return Ok(Some(NotTaken::Repeated(id)));
    }
    let Some((most, seconds)) = rules.rate else { return Ok(None) };
    let nth =
        "SELECT created FROM comments WHERE author = ?1 AND created <= ?2 ORDER BY created DESC LIMIT 1 OFFSET ?3";
    let written = values![new.author, now, most.saturating_sub(1)];
    let created: Option<i64> = transaction.row(nth, written, |row| row.get(0))?;
    let wait = created.map_or(0, |created| created.saturating_add(seconds) - now);
    Ok((wait > 0).then_some(NotTaken::TooMany(wait)))
}

/// Whether a comment of this account is shown.
fn is_trusted(transaction: &mut Transaction<'_>, author: i64) -> Result<bool, StoreError> {
    transaction.exists("SELECT 1 FROM comments WHERE author = ?1 AND state = 'shown' LIMIT 1", values![author])
}

fn comment(transaction: &mut Transaction<'_>, id: i64) -> Result<Option<CommentRow>, StoreError> {
    transaction.row(&format!("SELECT {COLUMNS} FROM {FROM} WHERE comments.id = ?1"), values![id], comment_row)
}

/// Changes who may read a comment; one that is deleted keeps its place and nothing else.
fn set_state(transaction: &mut Transaction<'_>, id: i64, state: CommentState) -> Result<(), StoreError> {
    let update = "UPDATE comments SET state = ?2, text = CASE ?2 WHEN 'deleted' THEN '' ELSE text END WHERE id = ?1";
    transaction.execute(update, values![id, state.code()])?;
    unindex(transaction, id)?;
    if state == CommentState::Shown {
        let text: String = transaction.one("SELECT text FROM comments WHERE id = ?1", values![id])?;
        index(transaction, id, &text)?;
    }
    revise(transaction)
}

/// What was answered before does not hold any more.
pub(super) fn revise(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute("UPDATE comments_revision SET number = number + 1", &[]).map(drop)
}
