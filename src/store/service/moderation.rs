//! Who moderated which comment, when; and whose comments are not taken any more.

use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::comments::revise;
use crate::store::service::database::{Row, Transaction, not_understood, values};
use serde::{Deserialize, Serialize};

/// What a moderator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModerationAction {
    /// A comment is shown.
    Approve,
    /// A comment is shown no more.
    Hide,
    /// A comment is gone.
    Delete,
    /// An author's comments are not taken any more.
    Block,
    /// They are again.
    Unblock,
}

impl ModerationAction {
    /// Every action.
    pub const ALL: [ModerationAction; 5] = [
        ModerationAction::Approve,
        ModerationAction::Hide,
        ModerationAction::Delete,
        ModerationAction::Block,
        ModerationAction::Unblock,
    ];

    /// The stable code used in JSON and in the database.
    pub fn code(self) -> &'static str {
        match self {
            ModerationAction::Approve => "approve",
            ModerationAction::Hide => "hide",
            ModerationAction::Delete => "delete",
            ModerationAction::Block => "block",
            ModerationAction::Unblock => "unblock",
        }
    }

    /// The action with this code.
    pub fn from_code(code: &str) -> Option<ModerationAction> {
        ModerationAction::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// A line of the log; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModerationRow {
    /// Its number.
    pub id: i64,
    /// What was done.
    pub action: ModerationAction,
    /// To which comment, if to one.
    pub comment: Option<i64>,
    /// Whose comment, or who was blocked; unless that account is gone.
    pub author: Option<i64>,
    /// The name of that account.
    pub author_name: Option<String>,
    /// Who did it, as he was called then.
    pub moderator: String,
    /// When.
    pub at: i64,
}

/// An author whose comments are not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedAuthor {
    /// The account.
    pub account: i64,
    /// Its name.
    pub name: String,
    /// Who blocked it, as he was called then.
    pub moderator: String,
    /// Since when, in seconds since 1970.
    pub since: i64,
}

impl ServiceStore {
    /// Takes no comments of an account any more, for a moderator of this name; false if there is no such account or it
    /// was blocked already.
    pub fn block_author(&self, account: i64, moderator: &str, now: i64) -> Result<bool, StoreError> {
        self.write(|transaction| {
            if !transaction.exists("SELECT 1 FROM accounts WHERE id = ?1", values![account])? {
                return Ok(false);
            }
            let insert = "INSERT INTO blocked_authors (account, moderator, since) VALUES (?1, ?2, ?3)
                          ON CONFLICT (account) DO NOTHING";
            let is_new = transaction.execute(insert, values![account, moderator, now])? > 0;
            if is_new {
                note(transaction, ModerationAction::Block, None, Some(account), moderator, now)?;
                revise(transaction)?;
            }
            Ok(is_new)
        })
    }

    /// Takes comments of an account again; false if it was not blocked.
    pub fn unblock_author(&self, account: i64, moderator: &str, now: i64) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let delete = "DELETE FROM blocked_authors WHERE account = ?1";
            let was_blocked = transaction.execute(delete, values![account])? > 0;
            if was_blocked {
                note(transaction, ModerationAction::Unblock, None, Some(account), moderator, now)?;
                revise(transaction)?;
            }
            Ok(was_blocked)
        })
    }

    /// Whether comments of this account are not taken.
    pub fn is_blocked_author(&self, account: i64) -> Result<bool, StoreError> {
        self.database.read(|transaction| is_blocked(transaction, account))
    }

    /// Authors whose comments are not taken, the last blocked first.
    pub fn blocked_authors(&self) -> Result<Vec<BlockedAuthor>, StoreError> {
        let sql = "SELECT account, accounts.name, moderator, since
                   FROM blocked_authors JOIN accounts ON accounts.id = blocked_authors.account
                   ORDER BY since DESC, account DESC";
        self.rows(sql, &[], |row| {
            Ok(BlockedAuthor { account: row.get(0)?, name: row.get(1)?, moderator: row.get(2)?, since: row.get(3)? })
        })
    }

    /// Lines of the log before the one of this number, the youngest first, at most `limit`.
    pub fn moderations(&self, before: Option<i64>, limit: u32) -> Result<Vec<ModerationRow>, StoreError> {
        let sql = "SELECT moderations.id, action, comment, author, accounts.name, moderator, at
                   FROM moderations LEFT JOIN accounts ON accounts.id = moderations.author
                   WHERE moderations.id < ?1 ORDER BY moderations.id DESC LIMIT ?2";
        self.rows(sql, values![before.unwrap_or(i64::MAX), limit], moderation_row)
    }
}

fn moderation_row(row: &Row<'_>) -> Result<ModerationRow, StoreError> {
    let action: &str = row.get(1)?;
    Ok(ModerationRow {
        id: row.get(0)?,
        action: ModerationAction::from_code(action).ok_or_else(|| not_understood(&action))?,
        comment: row.get(2)?,
        author: row.get(3)?,
        author_name: row.get(4)?,
        moderator: row.get(5)?,
        at: row.get(6)?,
    })
}

/// Writes down what a moderator did.
pub(super) fn note(
    transaction: &mut Transaction<'_>,
    action: ModerationAction,
    comment: Option<i64>,
    author: Option<i64>,
    moderator: &str,
    now: i64,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO moderations (action, comment, author, moderator, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    transaction.execute(insert, values![action.code(), comment, author, moderator, now]).map(drop)
}

/// Whether comments of this account are not taken.
pub(super) fn is_blocked(transaction: &mut Transaction<'_>, account: i64) -> Result<bool, StoreError> {
    transaction.exists("SELECT 1 FROM blocked_authors WHERE account = ?1", values![account])
}
