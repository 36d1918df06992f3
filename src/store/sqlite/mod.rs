//! The catalogue in SQLite, on a disk of this machine.
//!
//! One connection writes, a few read; the write-ahead log lets them do so at once. A transaction is durable when it
//! returns.

mod additions;
mod changes;
pub(super) mod columns;
mod lacks;
mod reads;
pub(super) mod schema;
mod withdrawn;
mod writes;

use crate::store::StoreError;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use withdrawn::Withdrawals;

/// How long a statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle reading connections kept.
const IDLE_READERS: usize = 8;
/// Statements a connection keeps prepared.
const CACHED_STATEMENTS: usize = 64;

/// The catalogue; can be shared between threads.
#[derive(Debug)]
pub(super) struct SqliteCatalogue {
    place: Place,
    readers: Mutex<Vec<Connection>>,
    /// The writing connection; none if opened for reading. Closed after the readers, as the last connection to close
    /// folds the log into the database, and those cannot.
    writer: Option<Mutex<Connection>>,
    withdrawals: Mutex<Withdrawals>,
}

/// Where the database is.
#[derive(Debug)]
enum Place {
    File(PathBuf),
    /// Nowhere: each connection sees its own empty catalogue.
    Memory,
}

/// A reading connection, given back when done.
struct Reader<'c> {
    connection: Option<Connection>,
    /// Whether others may go on using it.
    is_kept: bool,
    idle: &'c Mutex<Vec<Connection>>,
}

impl std::ops::Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("taken only when dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut idle = locked(self.idle);
        if self.is_kept && idle.len() < IDLE_READERS {
            idle.extend(self.connection.take());
        }
    }
}

/// A lock that a panicking thread held is taken all the same: an unfinished transaction was rolled back.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SqliteCatalogue {
    /// Opens or creates a catalogue for writing; only the holder of the data directory's lock may.
    pub(in crate::store) fn open_for_writing(path: &Path) -> Result<SqliteCatalogue, StoreError> {
        let mut connection = Connection::open(path)?;
        configure(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        refuse_newer(&connection, path)?;
        schema::migrate(&mut connection)?;
        let writer = Some(Mutex::new(connection));
        Ok(SqliteCatalogue {
            place: Place::File(path.to_owned()),
            writer,
            readers: Mutex::default(),
            withdrawals: Mutex::default(),
        })
    }

    /// Opens an existing catalogue for reading; `None` if who was to make it came no further than to make its file.
    pub(in crate::store) fn open_for_reading(path: &Path) -> Result<Option<SqliteCatalogue>, StoreError> {
        let place = Place::File(path.to_owned());
        let catalogue =
            SqliteCatalogue { place, writer: None, readers: Mutex::default(), withdrawals: Mutex::default() };
        {
            let connection = catalogue.reader()?;
            refuse_newer(&connection, path)?;
            let version = schema::version(&connection)?;
            if version == 0 {
                return Ok(None);
            }
            if version < schema::VERSION {
                let detail = "it was made by an older version of Recto; an ingest brings it up to date".to_owned();
                return Err(StoreError::Version { path: path.to_owned(), detail });
            }
        }
        Ok(Some(catalogue))
    }

    /// An empty catalogue that is nowhere, for planning an ingest into a library that does not exist yet.
    pub(in crate::store) fn empty() -> SqliteCatalogue {
        SqliteCatalogue { place: Place::Memory, writer: None, readers: Mutex::default(), withdrawals: Mutex::default() }
    }

    /// Runs `changes` in one transaction. Where they change nothing, nothing is written: a run that finds nothing new
    /// does not wait for the disk.
    fn write<T>(&self, changes: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let Some(writer) = &self.writer else { return Err(StoreError::ReadOnly) };
        let mut connection = locked(writer);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = transaction.total_changes();
        let result = changes(&transaction)?;
        if transaction.total_changes() == before {
            return Ok(result);
        }
        transaction.prepare_cached("UPDATE content SET changes = changes + 1")?.execute([])?;
        transaction.commit()?;
        Ok(result)
    }

    /// An idle reading connection, or a new one.
    fn reader(&self) -> Result<Reader<'_>, StoreError> {
        let idle = locked(&self.readers).pop();
        let (connection, is_kept) = match idle {
            Some(connection) => (connection, true),
            None => self.connect()?,
        };
        Ok(Reader { connection: Some(connection), is_kept, idle: &self.readers })
    }

    /// A new reading connection, and whether it is to be kept.
    fn connect(&self) -> Result<(Connection, bool), StoreError> {
        let Place::File(path) = &self.place else {
            let mut connection = Connection::open_in_memory()?;
            schema::migrate(&mut connection)?;
            return Ok((connection, true));
        };
        let failure = match open_reader(path, OpenFlags::SQLITE_OPEN_READ_ONLY, None) {
            Ok(connection) => return Ok((connection, true)),
            Err(failure) => failure,
        };
        let immutable = PathBuf::from(immutable_uri(path));
        let unchanging = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            open_reader(&immutable, flags, None).ok()
        };
        let found = if is_writable(path) {
            // On a full disk there is no room for the shared memory of the log. Without it, one process at a time reads the
            // log, and where there is none, nobody writes; neither is relied on for longer than a look.
            let alone = open_reader(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Some(c"unix-excl")).ok();
            alone.or_else(|| has_no_log(path).then(unchanging).flatten()).map(|connection| (connection, false))
        } else {
            // On a medium that cannot be written there is no shared memory either; nobody writes there.
            unchanging().map(|connection| (connection, true))
        };
        found.ok_or(StoreError::Catalogue(failure))
    }
}

/// A connection for reading that has been tried.
fn open_reader(path: &Path, flags: OpenFlags, vfs: Option<&CStr>) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    schema::version(&connection)?;
    Ok(connection)
}

/// Whether all that was committed is in the database itself.
fn has_no_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).map_or(true, |metadata| metadata.len() == 0)
}

/// Whether the file may be written. It is not opened for that: closing it would give up the locks of all connections
/// that this process has to it, and another process could remove the log that they use.
fn is_writable(path: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    accessat(CWD, path, Access::WRITE_OK, AtFlags::empty()).is_ok()
}

/// A URI that tells SQLite that nothing changes the file.
fn immutable_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

/// Settings of every connection.
pub(in crate::store) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// More migrations than a newer version can have: a number that a disk has made.
const IMPLAUSIBLE: usize = schema::VERSION + 1_000;

fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let version = schema::version(connection)?;
    if version <= schema::VERSION {
        return Ok(());
    }
    // A damaged catalogue may say anything, and is to be made again, not to be left alone.
    let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    let own = "SELECT count(*) FROM sqlite_master WHERE name IN ('files', 'reports')";
    let tables: u32 = connection.query_row(own, [], |row| row.get(0))?;
    if finding != "ok" || version > IMPLAUSIBLE || tables < 2 {
        let damage = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        return Err(rusqlite::Error::SqliteFailure(damage, Some(finding)).into());
    }
    let detail = "it was made by a newer version of Recto".to_owned();
    Err(StoreError::Version { path: path.to_owned(), detail })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;
    use crate::store::Change;
    use crate::store::catalogue::tests::{AT, facts, file};

    fn catalogue() -> (tempfile::TempDir, SqliteCatalogue) {
        let directory = tempfile::tempdir().expect("a directory");
        let catalogue =
            SqliteCatalogue::open_for_writing(&directory.path().join("catalogue.sqlite")).expect("a new one");
        (directory, catalogue)
    }

    #[test]
    fn a_closed_catalogue_leaves_no_log() {
        let (directory, catalogue) = catalogue();
        catalogue.record(&[Change::Report(facts("a"), AT)]).expect("room");
        assert!(catalogue.has_reports().expect("readable"));
        drop(catalogue);
        let names = std::fs::read_dir(directory.path()).expect("there").map(|entry| entry.expect("one").file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["catalogue.sqlite"]);
        let reader = SqliteCatalogue::open_for_reading(&directory.path().join("catalogue.sqlite"))
            .expect("readable")
            .expect("begun");
        assert!(reader.has_reports().expect("readable"));
    }

    #[test]
    fn what_changes_nothing_is_not_written() {
        let (directory, catalogue) = catalogue();
        let row = Change::File(file(Path::new("/r/a.pdf"), "a", Outcome::Indexed));
        catalogue.record(&[Change::Report(facts("a"), AT), row]).expect("room");
        catalogue.empty_log().expect("nobody reads");
        let version = catalogue.version().expect("readable");
        catalogue.record(&[]).expect("readable");
        catalogue.record(&[Change::Forget(PathBuf::from("/r/b.pdf"))]).expect("readable");
        assert_eq!(catalogue.forget_dangling_files().expect("readable"), 0);
        catalogue.remove_reports(&catalogue.unplaced().expect("readable")).expect("readable");
        let log = std::fs::metadata(directory.path().join("catalogue.sqlite-wal")).expect("there").len();
        assert_eq!((catalogue.version().expect("readable"), log), (version, 0));
        catalogue.record(&[Change::Forget(PathBuf::from("/r/a.pdf"))]).expect("room");
        assert_eq!(catalogue.version().expect("readable"), version + 1);
    }

    #[test]
    fn a_failing_change_undoes_the_whole_batch() {
        let (_directory, catalogue) = catalogue();
        let row = file(Path::new("/1.pdf"), "a", Outcome::Indexed);
        let result = catalogue.write(|transaction| {
            changes::apply(transaction, &Change::File(row.clone()))?;
            Err::<(), _>(rusqlite::Error::InvalidQuery)
        });
        assert!(result.is_err());
        assert_eq!(catalogue.file(&row.path).expect("readable"), None);
    }

    #[test]
    fn catalogues_of_newer_versions_are_left_alone() {
        let (directory, catalogue) = catalogue();
        drop(catalogue);
        let path = directory.path().join("catalogue.sqlite");
        let connection = Connection::open(&path).expect("there");
        connection.pragma_update(None, "user_version", schema::VERSION as i64 + 1).expect("room");
        assert!(matches!(SqliteCatalogue::open_for_writing(&path), Err(StoreError::Version { .. })));
        assert!(matches!(SqliteCatalogue::open_for_reading(&path), Err(StoreError::Version { .. })));
        connection.pragma_update(None, "user_version", 0x0100_0000 + schema::VERSION as i64).expect("room");
        assert!(matches!(SqliteCatalogue::open_for_writing(&path), Err(StoreError::Catalogue(_))), "a flipped bit");
    }

    #[test]
    fn a_file_that_is_no_database_is_an_error() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("catalogue.sqlite");
        std::fs::write(&path, "not a database, but long enough to look at ".repeat(50)).expect("room");
        assert!(matches!(SqliteCatalogue::open_for_writing(&path), Err(StoreError::Catalogue(_))));
        assert!(matches!(SqliteCatalogue::open_for_reading(&path), Err(StoreError::Catalogue(_))));
    }

    #[test]
    fn a_file_that_nothing_was_put_into_is_no_catalogue_yet() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("catalogue.sqlite");
        drop(Connection::open(&path).expect("room").pragma_update(None, "journal_mode", "WAL"));
        assert!(matches!(SqliteCatalogue::open_for_reading(&path), Ok(None)));
        drop(SqliteCatalogue::open_for_writing(&path).expect("begins"));
        assert!(matches!(SqliteCatalogue::open_for_reading(&path), Ok(Some(_))));
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(immutable_uri(Path::new("/a b?c/é")), "file:/a%20b%3Fc/%C3%A9?immutable=1");
    }
}
