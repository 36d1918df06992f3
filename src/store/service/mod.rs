//! What a service keeps of its own: the keys of its clients, the accounts of people, its jobs,
//! how often reports are read, what files that were handed over are called, and what persons say about reports.
//!
//! It is in SQLite (`service.sqlite`), or, of a library on many machines, in its PostgreSQL database.
//!
//! Apart from the catalogue, as it is written by whoever serves or administers, not only by the holder of the
//! library's lock: a key made on the command line is valid at once in a service that runs, whatever it is doing.
//! Nothing here can be made again from the PDFs, and nothing here is needed to search them: what persons say about
//! reports, catalogue and index follow.

mod accounts;
mod comment_lists;
#[cfg(test)]
mod comment_tests;
mod comments;
mod corrections;
mod database;
mod handed;
mod jobs;
mod keys;
mod moderation;
mod names;
mod passwords;
#[cfg(test)]
mod places;
mod reads;
mod schema;
mod secret;
mod sessions;
#[cfg(feature = "cluster")]
mod shared_schema;
#[cfg(all(test, feature = "cluster"))]
mod shared_tests;
mod sidecars;
mod tickets;
mod uploads;
mod words;

pub use accounts::{Account, AccountChange, AccountRow, LastAdmin, Role};
pub use comment_lists::{CommentPlace, Viewer};
pub use comments::{CommentRow, CommentRules, CommentState, Moderation, NewComment, NotTaken};
pub use corrections::{Edit, Mark};
pub use handed::{HandedFile, Receipt};
pub use jobs::{JobRow, JobState};
pub use keys::{KeyRow, MAX_KEY_NAME, Scope, key_name};
pub use moderation::{BlockedAuthor, ModerationAction, ModerationRow};
pub use names::{NAME_LENGTH, NameError, account_name, folded_name, is_reserved};
pub use passwords::{PASSWORD_LONGEST, PASSWORD_SHORTEST, PasswordError, check_password, hash_password, is_password};
pub use sessions::{SESSION_IDLE, SESSION_LONGEST};
pub use sidecars::{SidecarChange, SidecarRow};
pub use tickets::{INVITATION_TIME, NewTicket, OpenTicket, RESET_TIME, Registered, Ticket, TicketPurpose};
pub use uploads::UploadRow;
pub use words::SoughtWords;

use super::library::{create_directory, refuse_foreign, sync_directory};
use super::sqlite::configure;
use crate::store::StoreError;
use database::{Database, Row, Transaction, Value};
use rusqlite::Connection;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Held by who opens the database.
static OPENING: Mutex<()> = Mutex::new(());

/// The database beside a library.
pub(super) const FILE: &str = "service.sqlite";

/// What a service keeps; can be shared between threads, and opened by several processes at once.
#[derive(Debug)]
pub struct ServiceStore {
    database: Database,
}

impl ServiceStore {
    /// Opens or creates it in a data directory, which need not hold a library yet. Only its owner may read the file.
    pub fn open(directory: &Path) -> Result<ServiceStore, StoreError> {
        refuse_foreign(directory)?;
        let io = |action, path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { action, path, source }
        };
        create_directory(directory)?;
        let path = directory.join(FILE);
        // Never opened but to make it: closing a file gives up all locks that this process has on it, those of its
        // other connections as well. Another process would then take itself for the last one that uses the database,
        // and remove the log that is still written here.
        let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(made) => drop(made),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io("create", &path)(error)),
        }
        let mut connection = Connection::open(&path)?;
        configure(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::migrate(&mut connection, &path)?;
        sync_directory(directory)?;
        Ok(ServiceStore { database: Database::Sqlite(Mutex::new(connection)) })
    }

    /// That of a library on many machines, in the PostgreSQL database of its catalogue, given as
    /// `postgres://user@host/database?…`; its tables are made if there are none. `name` is shown among the connections of
    /// the database.
    #[cfg(feature = "cluster")]
    pub fn connect(url: &str, name: &str) -> Result<ServiceStore, StoreError> {
        Ok(ServiceStore { database: Database::Postgres(database::SharedDatabase::connect(url, name)?) })
    }

    /// Makes changes in one transaction, durable when it returns; see [`Database::write`].
    fn write<T>(&self, changes: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.database.write(changes)
    }

    /// What `read` makes of each row of an answer.
    fn rows<T>(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.database.read(|transaction| transaction.rows(sql, parameters, &mut read))
    }

    /// What `read` makes of the first row of an answer, if it has any.
    fn row<T>(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.database.read(|transaction| transaction.row(sql, parameters, &mut read))
    }

    /// The one number that answers.
    fn number(&self, sql: &str, parameters: &[Value<'_>]) -> Result<i64, StoreError> {
        self.database.read(|transaction| transaction.one(sql, parameters))
    }

    /// Makes one change that is not worth waiting for others who write.
    fn note(&self, sql: &str, parameters: &[Value<'_>]) -> Result<(), StoreError> {
        self.database.read(|transaction| transaction.execute(sql, parameters).map(drop))
    }

    /// Whether an answer has any row.
    fn exists(&self, sql: &str, parameters: &[Value<'_>]) -> Result<bool, StoreError> {
        self.database.read(|transaction| transaction.exists(sql, parameters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Tells the other process where to open a store.
    const PLACE: &str = "RECTO_TEST_OTHER_PROCESS";

    #[test]
    fn another_process_leaves_alone_what_two_connections_of_this_one_write() {
        if let Some(place) = std::env::var_os(PLACE) {
            ServiceStore::open(Path::new(&place)).expect("opened");
            return;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let store = ServiceStore::open(directory.path()).expect("a new one");
        let _second = ServiceStore::open(directory.path()).expect("opened twice");
        let key = |name: &str| store.create_key(name, Scope::Admin, None, 1).expect("room").expect("a free name");
        key("before");
        let name = "store::service::tests::another_process_leaves_alone_what_two_connections_of_this_one_write";
        let mut other = Command::new(std::env::current_exe().expect("a test"));
        assert!(other.args(["--exact", name]).env(PLACE, directory.path()).status().expect("started").success());
        key("after");
        // As it is on disk, were this process killed now.
        let killed = tempfile::tempdir().expect("a directory");
        for file in [FILE, "service.sqlite-wal"] {
            std::fs::copy(directory.path().join(file), killed.path().join(file)).expect("there");
        }
        let left = ServiceStore::open(killed.path()).expect("opened after a crash");
        assert_eq!(left.keys().expect("readable").len(), 2);
    }
}
