//! Keys of the API: shown once when they are made, kept as hashes.

use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::{Row, not_understood, values};
use crate::store::service::secret::{self, hash};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What every key begins with, so that one that leaked is recognised for what it is.
const MARK: &str = "recto_";
/// Characters of a key that are kept as they are, the mark included.
const PREFIX: usize = MARK.len() + 8;
/// Longest name of a key in characters.
pub const MAX_KEY_NAME: usize = 100;
/// Seconds between two notes of a key's use: each is a write to disk.
const USED_EVERY: i64 = 60;

/// What the holder of a key may do; each scope includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Search and read.
    Search,
    /// Upload reports and start ingests.
    Ingest,
    /// Remove reports.
    Admin,
}

impl Scope {
    /// Every scope, the narrowest first.
    pub const ALL: [Scope; 3] = [Scope::Search, Scope::Ingest, Scope::Admin];

    /// The stable code used on the command line and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Scope::Search => "search",
            Scope::Ingest => "ingest",
            Scope::Admin => "admin",
        }
    }

    /// The scope with this code.
    pub fn from_code(code: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What is known of a key; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// How it begins.
    pub prefix: String,
    /// When it was made.
    pub created: i64,
    /// From when on it is refused, if ever.
    pub expires: Option<i64>,
    /// When it was last used, to the minute.
    pub used: Option<i64>,
    /// When it was revoked, if it was.
    pub revoked: Option<i64>,
}

impl KeyRow {
    /// Whether it is accepted at this time.
    pub fn is_valid(&self, now: i64) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

const COLUMNS: &str = "id, name, scope, prefix, created, expires, used, revoked";

fn key_row(row: &Row<'_>) -> Result<KeyRow, StoreError> {
    let scope: &str = row.get(2)?;
    Ok(KeyRow {
        id: row.get(0)?,
        name: row.get(1)?,
        scope: Scope::from_code(scope).ok_or_else(|| not_understood(&scope))?,
        prefix: row.get(3)?,
        created: row.get(4)?,
        expires: row.get(5)?,
        used: row.get(6)?,
        revoked: row.get(7)?,
    })
}

/// A key's name without spaces around it; `None` if it is none.
pub fn key_name(text: &str) -> Option<&str> {
    let name = text.trim();
    let is_good = !name.is_empty() && name.chars().count() <= MAX_KEY_NAME && !name.chars().any(char::is_control);
    is_good.then_some(name)
}

impl ServiceStore {
    /// Makes a key and returns it: the only time it can be seen. `None` if a key that was not revoked has the name.
    pub fn create_key(
        &self,
        name: &str,
        scope: Scope,
        expires: Option<i64>,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        let key = format!("{MARK}{}", secret::random()?);
        let prefix = key.get(..PREFIX).unwrap_or(MARK);
        let made = self.write(|transaction| {
            let taken = "SELECT 1 FROM keys WHERE name = ?1 AND revoked IS NULL";
            if transaction.exists(taken, values![name])? {
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO keys (name, scope, prefix, hash, created, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                values![name, scope.code(), prefix, &hash(&key), now, expires],
            )?;
            Ok(true)
        })?;
        Ok(made.then_some(key))
    }

    /// Every key that was ever made, in that order.
    pub fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        self.rows(&format!("SELECT {COLUMNS} FROM keys ORDER BY id"), &[], key_row)
    }

    /// Whether any key is accepted at this time.
    pub fn has_valid_key(&self, now: i64) -> Result<bool, StoreError> {
        Ok(self.keys()?.iter().any(|key| key.is_valid(now)))
    }

    /// Refuses a key from now on; false if no key has the name.
    pub fn revoke_key(&self, name: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE keys SET revoked = ?2 WHERE name = ?1 AND revoked IS NULL";
        self.write(|transaction| Ok(transaction.execute(sql, values![name, now])? > 0))
    }

    /// The key that this text is, if it is accepted at this time; notes that it was used.
    pub fn accepted_key(&self, text: &str, now: i64) -> Result<Option<KeyRow>, StoreError> {
        if !text.starts_with(MARK) {
            return Ok(None);
        }
        let sql = format!("SELECT {COLUMNS} FROM keys WHERE hash = ?1");
        let Some(key) = self.row(&sql, values![&hash(text)], key_row)? else { return Ok(None) };
        if !key.is_valid(now) {
            return Ok(None);
        }
        if key.used.is_none_or(|used| now - used >= USED_EVERY || now < used) {
            // A full disk must not lock everybody out.
            if let Err(error) = self.note("UPDATE keys SET used = ?2 WHERE id = ?1", values![key.id, now]) {
                tracing::warn!(%error, "the use of a key could not be noted");
            }
        }
        Ok(Some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn keys_are_accepted_until_they_expire_or_are_revoked_in_every_process() {
        everywhere(|place| {
            let store = place.open();
            let other = place.open();
            let key =
                store.create_key("harvester", Scope::Ingest, Some(2_000), 1_000).expect("room").expect("a free name");
            assert_eq!(
                store.create_key("harvester", Scope::Admin, None, 1_000).expect("room"),
                None,
                "the name is taken"
            );
            let accepted = |now| other.accepted_key(&key, now).expect("readable").map(|key| (key.name, key.scope));
            assert_eq!(accepted(1_500), Some(("harvester".to_owned(), Scope::Ingest)));
            assert_eq!(accepted(2_000), None, "expired");
            assert_eq!(other.keys().expect("readable")[0].used, Some(1_500));
            let longer = other.create_key("reader", Scope::Search, None, 1_000).expect("room").expect("a free name");
            assert!(store.has_valid_key(9_000).expect("readable"));
            assert!(store.revoke_key("reader", 1_600).expect("room"));
            assert!(!store.revoke_key("reader", 1_700).expect("room"), "only once");
            assert_eq!(other.accepted_key(&longer, 1_700).expect("readable"), None);
            assert!(!store.has_valid_key(9_000).expect("readable"));
            assert!(
                store.create_key("reader", Scope::Search, None, 1_800).expect("room").is_some(),
                "the name is free again"
            );
        });
    }

    #[test]
    fn no_key_is_on_disk_and_only_the_owner_may_read() {
        everywhere(|place| {
            use std::os::unix::fs::PermissionsExt;
            let store = place.open();
            let key = store.create_key("a", Scope::Admin, None, 1).expect("room").expect("a free name");
            assert_eq!((key.len(), &key[..6]), (6 + 64, "recto_"));
            let digits = &key[PREFIX..];
            for path in place.files() {
                let bytes = std::fs::read(&path).expect("readable");
                assert!(!bytes.windows(digits.len()).any(|window| window == digits.as_bytes()), "{}", path.display());
                let mode = std::fs::metadata(&path).expect("there").permissions().mode();
                assert_eq!(mode & 0o077, 0, "{}", path.display());
            }
        });
    }

    #[test]
    fn what_is_no_key_is_not_accepted() {
        everywhere(|place| {
            let store = place.open();
            let key = store.create_key("a", Scope::Admin, None, 1).expect("room").expect("a free name");
            for text in ["", "recto_", &key[..key.len() - 1], &key.to_uppercase(), "' OR 1=1 --", "recto_' OR 1=1 --"] {
                assert_eq!(store.accepted_key(text, 2).expect("readable"), None, "{text}");
            }
            assert!(store.accepted_key(&key, 2).expect("readable").is_some());
        });
    }
}
