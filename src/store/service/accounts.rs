//! The accounts of people: a name, a role, and the hash of a password.
//!
//! Names are compared folded, so that two that look alike but for capitals or compatibility forms cannot both exist.

use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::{Row, Transaction, not_understood, values};
use crate::store::service::names::folded_name;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an account may do; each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Comment.
    Reader,
    /// Hand over reports, have them read, and correct what is known of them.
    Editor,
    /// Everything.
    Admin,
}

impl Role {
    /// Every role, the narrowest first.
    pub const ALL: [Role; 3] = [Role::Reader, Role::Editor, Role::Admin];

    /// The stable code used on the command line and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Editor => "editor",
            Role::Admin => "admin",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Whose account it is, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number; never given twice.
    pub id: i64,
    /// What its owner is called.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// What is known of an account; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Whose it is.
    pub account: Account,
    /// When it was made.
    pub created: i64,
    /// When its owner last logged in, if ever.
    pub seen: Option<i64>,
    /// When it was disabled, if it is.
    pub disabled: Option<i64>,
    /// The hash of its password in PHC form; none until one is set.
    pub password: Option<String>,
}

impl AccountRow {
    /// Whether its owner can log in.
    pub fn is_active(&self) -> bool {
        self.disabled.is_none() && self.password.is_some()
    }

    /// Whether its owner can log in, and why not: a stable code.
    pub fn state(&self) -> &'static str {
        match (self.disabled, &self.password) {
            (Some(_), _) => "disabled",
            (None, None) => "without_password",
            (None, Some(_)) => "active",
        }
    }
}

/// A change of somebody's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChange {
    /// Another role.
    Role(Role),
    /// Locked out, or let in again.
    Disabled(bool),
    /// No account any more.
    Deleted,
}

/// Why an account is not changed: nobody would be left who administers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastAdmin;

const COLUMNS: &str = "id, name, role, created, seen, disabled, password";

fn account_row(row: &Row<'_>) -> Result<AccountRow, StoreError> {
    let account = Account { id: row.get(0)?, name: row.get(1)?, role: role_of(row, 2)? };
    Ok(AccountRow { account, created: row.get(3)?, seen: row.get(4)?, disabled: row.get(5)?, password: row.get(6)? })
}

/// The role in a column.
pub(super) fn role_of(row: &Row<'_>, column: usize) -> Result<Role, StoreError> {
    let code: &str = row.get(column)?;
    Role::from_code(code).ok_or_else(|| not_understood(&code))
}

impl ServiceStore {
    /// Makes an account; `None` if the name is taken. Without a password nobody can log in yet.
    pub fn create_account(
        &self,
        name: &str,
        role: Role,
        password: Option<&str>,
        now: i64,
    ) -> Result<Option<Account>, StoreError> {
        let sql = "INSERT INTO accounts (name, folded, role, password, created) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (folded) DO NOTHING RETURNING id";
        let folded = folded_name(name);
        let id: Option<i64> = self.write(|transaction| {
            transaction.row(sql, values![name, &folded, role.code(), password, now], |row| row.get(0))
        })?;
        Ok(id.map(|id| Account { id, name: name.to_owned(), role }))
    }

    /// Every account, by name.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.rows(&format!("SELECT {COLUMNS} FROM accounts ORDER BY folded"), &[], account_row)
    }

    /// The account of this name.
    pub fn account_named(&self, name: &str) -> Result<Option<AccountRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM accounts WHERE folded = ?1");
        self.row(&sql, values![&folded_name(name)], account_row)
    }

    /// The account of this number.
    pub fn account(&self, id: i64) -> Result<Option<AccountRow>, StoreError> {
        self.row(&format!("SELECT {COLUMNS} FROM accounts WHERE id = ?1"), values![id], account_row)
    }

    /// Changes an account, unless nobody would be left who administers; false if there is no such account.
    pub fn change_account(
        &self,
        id: i64,
        change: AccountChange,
        now: i64,
    ) -> Result<Result<bool, LastAdmin>, StoreError> {
        let keeps = matches!(change, AccountChange::Role(Role::Admin) | AccountChange::Disabled(false));
        self.write(|transaction| {
            if !keeps && is_last_admin(transaction, id)? {
                return Ok(Err(LastAdmin));
            }
            apply(transaction, id, change, now).map(Ok)
        })
    }

    /// Gives an account another role, whoever is left; false if there is no such account.
    pub fn set_role(&self, id: i64, role: Role) -> Result<bool, StoreError> {
        self.write(|transaction| apply(transaction, id, AccountChange::Role(role), 0))
    }

    /// Gives an account another password, ends its sessions, and makes what could have set one worthless; false if
    /// there is no such account.
    pub fn set_password(&self, id: i64, password: &str) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let sql = "UPDATE accounts SET password = ?2 WHERE id = ?1";
            let is_there = transaction.execute(sql, values![id, password])? > 0;
            transaction.execute("DELETE FROM sessions WHERE account = ?1", values![id])?;
            transaction.execute("DELETE FROM tickets WHERE account = ?1", values![id])?;
            Ok(is_there)
        })
    }

    /// Locks an account's owner out at once, or lets them in again, whoever is left; false if there is no such account.
    pub fn set_disabled(&self, id: i64, is_disabled: bool, now: i64) -> Result<bool, StoreError> {
        self.write(|transaction| apply(transaction, id, AccountChange::Disabled(is_disabled), now))
    }

    /// Removes an account with its sessions, whoever is left; false if there is none.
    pub fn delete_account(&self, id: i64) -> Result<bool, StoreError> {
        self.write(|transaction| apply(transaction, id, AccountChange::Deleted, 0))
    }

    /// Whether anybody of this role or a wider one can log in.
    pub fn has_active_account(&self, role: Role) -> Result<bool, StoreError> {
        Ok(self.accounts()?.iter().any(|row| row.is_active() && row.account.role >= role))
    }
}

fn apply(transaction: &mut Transaction<'_>, id: i64, change: AccountChange, now: i64) -> Result<bool, StoreError> {
    match change {
        AccountChange::Role(role) => {
            let sql = "UPDATE accounts SET role = ?2 WHERE id = ?1";
            Ok(transaction.execute(sql, values![id, role.code()])? > 0)
        }
        AccountChange::Disabled(true) => {
            let sql = "UPDATE accounts SET disabled = coalesce(disabled, ?2) WHERE id = ?1";
            let is_there = transaction.execute(sql, values![id, now])? > 0;
            transaction.execute("DELETE FROM sessions WHERE account = ?1", values![id])?;
            transaction.execute("DELETE FROM tickets WHERE account = ?1", values![id])?;
            Ok(is_there)
        }
        AccountChange::Disabled(false) => {
            Ok(transaction.execute("UPDATE accounts SET disabled = NULL WHERE id = ?1", values![id])? > 0)
        }
        AccountChange::Deleted => Ok(transaction.execute("DELETE FROM accounts WHERE id = ?1", values![id])? > 0),
    }
}

/// Whether nobody but this one administers, who then must go on.
fn is_last_admin(transaction: &mut Transaction<'_>, id: i64) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM accounts WHERE role = ?1 AND disabled IS NULL AND password IS NOT NULL";
    let admins: Vec<i64> = transaction.rows(sql, values![Role::Admin.code()], |row| row.get(0))?;
    Ok(admins == [id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn names_are_taken_in_every_form_they_can_be_written() {
        everywhere(|place| {
            let store = place.open();
            let made = store.create_account("Zoë", Role::Editor, None, 1_000).expect("room").expect("a free name");
            for taken in ["Zoë", "zoë", "ZOË", "Zoe\u{308}", "\u{FF3A}oë"] {
                assert_eq!(store.create_account(taken, Role::Admin, None, 1_000).expect("room"), None, "{taken}");
                let known = store.account_named(taken).expect("readable").map(|row| row.account);
                assert_eq!(known.as_ref(), Some(&made), "{taken}");
            }
            assert!(!store.has_active_account(Role::Reader).expect("readable"), "nobody could log in");
            assert!(store.set_password(made.id, "$argon2id$").expect("room"));
            assert!(store.has_active_account(Role::Editor).expect("readable"));
            assert!(!store.has_active_account(Role::Admin).expect("readable"));
            assert!(store.set_role(made.id, Role::Admin).expect("room"));
            assert!(store.has_active_account(Role::Admin).expect("readable"));
            assert!(store.set_disabled(made.id, true, 2_000).expect("room"));
            assert!(!store.has_active_account(Role::Reader).expect("readable"));
            assert!(store.set_disabled(made.id, true, 3_000).expect("room"));
            assert_eq!(store.accounts().expect("readable")[0].disabled, Some(2_000), "since then");
            assert!(store.set_disabled(made.id, false, 3_000).expect("room"));
            assert_eq!(store.account(made.id).expect("readable").expect("there").disabled, None);
            assert!(store.delete_account(made.id).expect("room"));
            assert!(
                !store.delete_account(made.id).expect("room") && !store.set_role(made.id, Role::Reader).expect("room")
            );
            let other = store.create_account("zoë", Role::Reader, None, 4_000).expect("room").expect("free again");
            assert!(other.id > made.id, "a number is never given twice");
        });
    }

    #[test]
    fn somebody_is_left_who_administers() {
        everywhere(|place| {
            let store = place.open();
            let account = |name: &str, role, password| {
                store.create_account(name, role, password, 1).expect("room").expect("free").id
            };
            let ada = account("Ada", Role::Admin, Some("hash"));
            account("Ben", Role::Admin, None);
            let change = |id, change| store.change_account(id, change, 2).expect("room");
            for gone in [AccountChange::Role(Role::Editor), AccountChange::Disabled(true), AccountChange::Deleted] {
                assert_eq!(change(ada, gone), Err(LastAdmin), "{gone:?}: nobody knows Ben's password");
            }
            assert_eq!(change(ada, AccountChange::Role(Role::Admin)), Ok(true));
            let eve = account("Eve", Role::Admin, Some("hash"));
            assert_eq!(change(ada, AccountChange::Disabled(true)), Ok(true));
            assert_eq!(change(eve, AccountChange::Deleted), Err(LastAdmin));
            assert_eq!(change(ada, AccountChange::Deleted), Ok(true), "who is locked out does not administer");
            assert_eq!(change(ada, AccountChange::Deleted), Ok(false));
        });
    }
}
