//! Tickets: tokens that can be used once, to make an account or to set the password of one.

use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::accounts::{Account, Role, role_of};
use crate::store::service::database::{Row, values};
use crate::store::service::names::folded_name;
use crate::store::service::secret::{self, hash};

/// Seconds that an invitation can be used.
pub const INVITATION_TIME: i64 = 7 * 24 * 60 * 60;
/// Seconds that a password can be set after it was to be.
pub const RESET_TIME: i64 = 24 * 60 * 60;

/// What a ticket is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticket {
    /// To make an account of this role.
    Invitation(Role),
    /// To set the password of this account.
    Password(Account),
}

/// What became of somebody who wanted an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// It was made.
    Account(Account),
    /// The name is taken.
    NameTaken,
    /// The invitation is unknown, was used, or has expired.
    NoInvitation,
}

/// A ticket that was made, with what makes it good: the only time that can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// The number it is listed under.
    pub number: i64,
    /// What makes it good.
    pub token: String,
}

/// A ticket that was not used yet, without what makes it good; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTicket {
    /// Its number; never given twice.
    pub number: i64,
    /// What it is good for.
    pub purpose: TicketPurpose,
    /// The name of who made it, as it was then; none if it was nobody with an account.
    pub maker: Option<String>,
    /// When it was made.
    pub created: i64,
    /// From when on it is good for nothing.
    pub expires: i64,
}

/// What an open ticket is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketPurpose {
    /// To make an account of this role.
    Invitation(Role),
    /// To set the password of the account with this name.
    Password(String),
}

/// Purposes as they are kept. The invitation of the first administrator is replaced by the next one.
const INVITATION: &str = "invitation";
const FIRST: &str = "first";
const PASSWORD: &str = "password";

const INSERT: &str = "INSERT INTO tickets (hash, purpose, role, account, maker, created, expires)
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING number";

impl ServiceStore {
    /// Makes an invitation for an account of this role; `maker` is the name of who does, if that has an account.
    pub fn create_invitation(&self, role: Role, maker: Option<&str>, now: i64) -> Result<NewTicket, StoreError> {
        let token = secret::random()?;
        let number = self.write(|transaction| {
            transaction.execute("DELETE FROM tickets WHERE expires <= ?1", values![now])?;
            let none: Option<i64> = None;
            let end = now + INVITATION_TIME;
            transaction.one(INSERT, values![&hash(&token), INVITATION, role.code(), none, maker, now, end])
        })?;
        Ok(NewTicket { number, token })
    }

    /// Makes the invitation of the first administrator in place of the one before and returns its token: the only time
    /// it can be seen.
    pub fn create_first_invitation(&self, now: i64) -> Result<String, StoreError> {
        let token = secret::random()?;
        self.write(|transaction| {
            transaction.execute("DELETE FROM tickets WHERE purpose = ?1", values![FIRST])?;
            let (nobody, no_account): (Option<&str>, Option<i64>) = (None, None);
            let (role, end) = (Role::Admin.code(), now + RESET_TIME);
            transaction.one::<i64>(INSERT, values![&hash(&token), FIRST, role, no_account, nobody, now, end])
        })?;
        Ok(token)
    }

    /// Makes a ticket that sets the password of an account, in place of any before; `maker` is the name of who does, if
    /// that has an account.
    pub fn create_reset(&self, account: i64, maker: Option<&str>, now: i64) -> Result<NewTicket, StoreError> {
        let token = secret::random()?;
        let number = self.write(|transaction| {
            transaction.execute("DELETE FROM tickets WHERE account = ?1 OR expires <= ?2", values![account, now])?;
            let (none, end): (Option<&str>, _) = (None, now + RESET_TIME);
            transaction.one(INSERT, values![&hash(&token), PASSWORD, none, account, maker, now, end])
        })?;
        Ok(NewTicket { number, token })
    }

    /// Every ticket that is good at this time, the oldest first.
    pub fn open_tickets(&self, now: i64) -> Result<Vec<OpenTicket>, StoreError> {
        let sql = "SELECT number, tickets.role, accounts.name, maker, tickets.created, expires FROM tickets
                   LEFT JOIN accounts ON accounts.id = account AND disabled IS NULL
                   WHERE expires > ?1 AND (tickets.role IS NOT NULL OR accounts.name IS NOT NULL) ORDER BY number";
        self.rows(sql, values![now], |row| {
            let purpose = match row.get(2)? {
                Some(name) => TicketPurpose::Password(name),
                None => TicketPurpose::Invitation(role_of(row, 1)?),
            };
            let (number, maker, created, expires) = (row.get(0)?, row.get(3)?, row.get(4)?, row.get(5)?);
            Ok(OpenTicket { number, purpose, maker, created, expires })
        })
    }

    /// Makes a ticket good for nothing; false if it was so already.
    pub fn revoke_ticket(&self, number: i64, now: i64) -> Result<bool, StoreError> {
        self.write(|transaction| {
            let expired =
                transaction.execute("DELETE FROM tickets WHERE number = ?1 AND expires <= ?2", values![number, now])?;
            Ok(expired == 0 && transaction.execute("DELETE FROM tickets WHERE number = ?1", values![number])? > 0)
        })
    }

    /// What a ticket is good for at this time; `None` if for nothing. Does not use it.
    pub fn ticket(&self, token: &str, now: i64) -> Result<Option<Ticket>, StoreError> {
        let sql = "SELECT tickets.role, accounts.id, accounts.name, accounts.role FROM tickets
                   LEFT JOIN accounts ON accounts.id = account AND disabled IS NULL WHERE hash = ?1 AND expires > ?2";
        let ticket = |row: &Row<'_>| match row.get::<Option<i64>>(1)? {
            Some(id) => Ok(Some(Ticket::Password(Account { id, name: row.get(2)?, role: role_of(row, 3)? }))),
            None if row.get::<Option<&str>>(0)?.is_some() => Ok(Some(Ticket::Invitation(role_of(row, 0)?))),
            None => Ok(None),
        };
        Ok(self.row(sql, values![&hash(token), now], ticket)?.flatten())
    }

    /// Makes an account that somebody wants for themselves: a reader, or what their invitation says, which is used up.
    pub fn register(
        &self,
        name: &str,
        password: &str,
        invitation: Option<&str>,
        now: i64,
    ) -> Result<Registered, StoreError> {
        let folded = folded_name(name);
        self.write(|transaction| {
            let role = match invitation {
                None => Role::Reader,
                Some(token) => {
                    let sql = "SELECT role FROM tickets WHERE hash = ?1 AND expires > ?2 AND role IS NOT NULL";
                    let role = transaction.row(sql, values![&hash(token), now], |row| role_of(row, 0))?;
                    let Some(role) = role else { return Ok(Registered::NoInvitation) };
                    role
                }
            };
            let sql = "INSERT INTO accounts (name, folded, role, password, created) VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (folded) DO NOTHING RETURNING id";
            let account = values![name, &folded, role.code(), password, now];
            let Some(id) = transaction.row(sql, account, |row| row.get(0))? else { return Ok(Registered::NameTaken) };
            if let Some(token) = invitation {
                transaction.execute("DELETE FROM tickets WHERE hash = ?1", values![&hash(token)])?;
            }
            Ok(Registered::Account(Account { id, name: name.to_owned(), role }))
        })
    }

    /// Sets the password that a ticket is for, uses the ticket up, and ends the account's sessions; `None` if it is
    /// good for no password.
    pub fn reset_password(&self, token: &str, password: &str, now: i64) -> Result<Option<Account>, StoreError> {
        let Some(Ticket::Password(account)) = self.ticket(token, now)? else { return Ok(None) };
        let is_set = self.write(|transaction| {
            let used = "DELETE FROM tickets WHERE hash = ?1 AND account = ?2";
            if transaction.execute(used, values![&hash(token), account.id])? == 0 {
                return Ok(false);
            }
            transaction.execute("DELETE FROM sessions WHERE account = ?1", values![account.id])?;
            let set = "UPDATE accounts SET password = ?2 WHERE id = ?1";
            Ok(transaction.execute(set, values![account.id, password])? > 0)
        })?;
        Ok(is_set.then_some(account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn an_invitation_makes_one_account_in_its_time() {
        everywhere(|place| {
            let store = place.open();
            let token = store.create_invitation(Role::Editor, None, 1_000).expect("room").token;
            assert_eq!(store.ticket(&token, 1_000).expect("readable"), Some(Ticket::Invitation(Role::Editor)));
            let register = |name: &str, token: &str, now| store.register(name, "hash", Some(token), now).expect("room");
            store.create_account("Ada", Role::Reader, None, 1_000).expect("room");
            assert_eq!(register("ada", &token, 2_000), Registered::NameTaken, "and it is good for another name");
            assert_eq!(register("Zoe", &token, 1_000 + INVITATION_TIME), Registered::NoInvitation, "too late");
            assert!(matches!(register("Zoe", &token, 2_000), Registered::Account(Account { role: Role::Editor, .. })));
            assert_eq!(register("Max", &token, 2_000), Registered::NoInvitation, "used");
            let first = store.create_first_invitation(1_000).expect("room");
            let second = store.create_first_invitation(1_000).expect("room");
            assert_eq!(register("Max", &first, 1_001), Registered::NoInvitation, "replaced");
            assert!(matches!(register("Max", &second, 1_001), Registered::Account(Account { role: Role::Admin, .. })));
            let open = store.register("Eve", "hash", None, 3_000).expect("room");
            assert!(matches!(open, Registered::Account(Account { role: Role::Reader, .. })));
        });
    }

    #[test]
    fn a_password_is_set_once_and_ends_what_was_open() {
        everywhere(|place| {
            let store = place.open();
            let ada = store.create_account("Ada", Role::Reader, None, 1_000).expect("room").expect("free");
            let session = store.create_session(ada.id, 1_000).expect("room");
            let old = store.create_reset(ada.id, None, 1_000).expect("room").token;
            let token = store.create_reset(ada.id, None, 1_000).expect("room").token;
            let reset = |token: &str, now| store.reset_password(token, "new hash", now).expect("room").is_some();
            assert!(!reset(&old, 1_001), "replaced");
            assert!(!reset(&token, 1_000 + RESET_TIME), "too late");
            assert!(store.register("Eve", "hash", Some(&token), 1_001).expect("room") == Registered::NoInvitation);
            let invitation = store.create_invitation(Role::Admin, None, 1_000).expect("room").token;
            assert!(!reset(&invitation, 1_001), "for something else");
            assert!(reset(&token, 1_001));
            assert!(!reset(&token, 1_001), "used");
            assert_eq!(store.session_account(&session, 1_001).expect("readable"), None);
            assert_eq!(store.account(ada.id).expect("readable").expect("there").password.as_deref(), Some("new hash"));
            let disable = || store.set_disabled(ada.id, true, 1).map(drop);
            let change = || store.set_password(ada.id, "x").map(drop);
            for end in [&disable as &dyn Fn() -> Result<(), StoreError>, &change] {
                let token = store.create_reset(ada.id, None, 1_000).expect("room").token;
                end().expect("room");
                store.set_disabled(ada.id, false, 1).expect("room");
                assert_eq!(store.ticket(&token, 1_001).expect("readable"), None, "worthless");
            }
            let token = store.create_reset(ada.id, None, 1_000).expect("room").token;
            for path in place.files() {
                let bytes = std::fs::read(path).expect("readable");
                assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
            }
        });
    }

    #[test]
    fn tickets_are_listed_until_they_are_used_revoked_or_too_old() {
        everywhere(|place| {
            let store = place.open();
            let ada = store.create_account("Ada", Role::Reader, None, 1_000).expect("room").expect("free");
            let first = store.create_invitation(Role::Editor, Some("Grace"), 1_000).expect("room");
            let second = store.create_invitation(Role::Reader, None, 1_000).expect("room");
            let password = store.create_reset(ada.id, Some("Grace"), 1_001).expect("room");
            let open = |now| store.open_tickets(now).expect("readable");
            let numbers = |now| open(now).iter().map(|ticket| ticket.number).collect::<Vec<_>>();
            assert_eq!(
                open(1_002)[0],
                OpenTicket {
                    number: first.number,
                    purpose: TicketPurpose::Invitation(Role::Editor),
                    maker: Some("Grace".to_owned()),
                    created: 1_000,
                    expires: 1_000 + INVITATION_TIME,
                }
            );
            assert_eq!(open(1_002)[2].purpose, TicketPurpose::Password("Ada".to_owned()));
            assert_eq!(numbers(1_002), [first.number, second.number, password.number]);
            assert_eq!(numbers(1_001 + RESET_TIME), [first.number, second.number]);
            assert!(store.set_disabled(ada.id, true, 1_002).expect("room"));
            assert_eq!(numbers(1_002), [first.number, second.number], "good for nothing while its owner is locked out");
            assert!(store.revoke_ticket(first.number, 1_002).expect("room"));
            assert!(!store.revoke_ticket(first.number, 1_002).expect("room"), "again");
            assert_eq!(store.ticket(&first.token, 1_002).expect("readable"), None);
            let register = |token: &str| store.register("Zoe", "hash", Some(token), 1_002).expect("room");
            assert_eq!(register(&first.token), Registered::NoInvitation, "revoked");
            assert!(matches!(register(&second.token), Registered::Account(_)));
            assert_eq!(numbers(1_002), Vec::<i64>::new(), "used");
            let late = store.create_invitation(Role::Reader, None, 2_000).expect("room");
            assert!(!store.revoke_ticket(late.number, 2_000 + INVITATION_TIME).expect("room"), "it has expired");
        });
    }
}
