//! Sessions: who is logged in, and until when.
//!
//! The browser holds the token and the database its hash, so that a copy of the database lets nobody in.

use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::accounts::{Account, role_of};
use crate::store::service::database::values;
use crate::store::service::secret::{self, hash};

/// Seconds after which a session that is not used ends.
pub const SESSION_IDLE: i64 = 30 * 60;
/// Seconds after which every session ends.
pub const SESSION_LONGEST: i64 = 12 * 60 * 60;
/// Seconds between two notes of a session's use: each is a write to disk.
const USED_EVERY: i64 = 60;
/// Sessions of one account; with another one, the one not used for longest ends.
const MOST_SESSIONS: i64 = 20;

impl ServiceStore {
    /// Begins a session and returns its token: the only time it can be seen. Sessions that are over are forgotten.
    pub fn create_session(&self, account: i64, now: i64) -> Result<String, StoreError> {
        let token = secret::random()?;
        self.write(|transaction| {
            transaction.execute(
                "DELETE FROM sessions WHERE used <= ?1 OR created <= ?2",
                values![now - SESSION_IDLE, now - SESSION_LONGEST],
            )?;
            transaction.execute(
                "DELETE FROM sessions WHERE account = ?1 AND hash NOT IN
                 (SELECT hash FROM sessions WHERE account = ?1 ORDER BY used DESC LIMIT ?2)",
                values![account, MOST_SESSIONS - 1],
            )?;
            transaction.execute(
                "INSERT INTO sessions (hash, account, created, used) VALUES (?1, ?2, ?3, ?3)",
                values![&hash(&token), account, now],
            )?;
            transaction.execute("UPDATE accounts SET seen = ?2 WHERE id = ?1", values![account, now])?;
            Ok(())
        })?;
        Ok(token)
    }

    /// Whose session this token is, if it is not over at this time; notes that it was used.
    pub fn session_account(&self, token: &str, now: i64) -> Result<Option<Account>, StoreError> {
        let hash = hash(token);
        let sql = "SELECT accounts.id, name, role, sessions.created, used FROM sessions
                   JOIN accounts ON accounts.id = account WHERE hash = ?1 AND disabled IS NULL";
        let found = self.row(sql, values![&hash], |row| {
            let account = Account { id: row.get(0)?, name: row.get(1)?, role: role_of(row, 2)? };
            Ok((account, row.get::<i64>(3)?, row.get::<i64>(4)?))
        })?;
        let Some((account, created, used)) = found else { return Ok(None) };
        if now - used >= SESSION_IDLE || now - created >= SESSION_LONGEST {
            return Ok(None);
        }
        if now - used >= USED_EVERY {
            // A full disk must not lock everybody out.
            if let Err(error) = self.note("UPDATE sessions SET used = ?2 WHERE hash = ?1", values![&hash, now]) {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        }
        Ok(Some(account))
    }

    /// Ends a session.
    pub fn end_session(&self, token: &str) -> Result<(), StoreError> {
        let hash = hash(token);
        self.write(|transaction| transaction.execute("DELETE FROM sessions WHERE hash = ?1", values![&hash]).map(drop))
    }

    /// Ends every session of an account.
    pub fn end_sessions(&self, account: i64) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM sessions WHERE account = ?1", values![account]).map(drop)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Role;
    use crate::store::service::places::{Place, everywhere};

    fn store(place: &Place) -> (ServiceStore, Account) {
        let store = place.open();
        let account = store.create_account("Ada", Role::Reader, Some("$argon2id$"), 0).expect("room").expect("free");
        (store, account)
    }

    #[test]
    fn sessions_end_when_idle_when_old_and_when_they_are_ended() {
        everywhere(|place| {
            let (store, account) = store(place);
            let begin = |now| store.create_session(account.id, now).expect("room");
            let is_open = |token: &str, now| store.session_account(token, now).expect("readable").is_some();
            let token = begin(1_000);
            assert!(is_open(&token, 1_000 + SESSION_IDLE - 1), "and noted");
            assert!(is_open(&token, 1_000 + 2 * SESSION_IDLE - 2));
            assert!(!is_open(&token, 1_000 + 3 * SESSION_IDLE - 2), "idle");
            let token = begin(1_000);
            let mut now = 1_000;
            while now + 600 < 1_000 + SESSION_LONGEST {
                now += 600;
                assert!(is_open(&token, now), "used every ten minutes until {now}");
            }
            assert!(!is_open(&token, 1_000 + SESSION_LONGEST), "old");
            for end in [
                &|token: &str| store.end_session(token) as Result<(), StoreError>,
                &|_: &str| store.end_sessions(account.id),
                &|_: &str| {
                    store
                        .set_disabled(account.id, true, 50)
                        .and_then(|_| store.set_disabled(account.id, false, 60))
                        .map(drop)
                },
                &|_: &str| store.set_password(account.id, "$argon2id$other").map(drop),
            ] as [&dyn Fn(&str) -> Result<(), StoreError>; 4]
            {
                let token = begin(1_000);
                assert!(is_open(&token, 1_000));
                end(&token).expect("room");
                assert!(!is_open(&token, 1_000));
            }
            let token = begin(1_000);
            assert!(store.delete_account(account.id).expect("room"));
            assert!(!is_open(&token, 1_000), "gone with its account");
        });
    }

    #[test]
    fn no_token_is_on_disk_and_one_account_has_not_all_of_it() {
        everywhere(|place| {
            let (store, account) = store(place);
            let first = store.create_session(account.id, 1_000).expect("room");
            for path in place.files() {
                let bytes = std::fs::read(path).expect("readable");
                assert!(!bytes.windows(first.len()).any(|window| window == first.as_bytes()));
            }
            for second in 1..=MOST_SESSIONS {
                store.create_session(account.id, 1_000 + second).expect("room");
            }
            assert_eq!(store.session_account(&first, 1_030).expect("readable"), None, "the oldest one is displaced");
        });
    }
}
