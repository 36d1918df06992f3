//! The catalogue (SQLite): every file seen with its outcome, every report with its ledger.
//!
//! One connection writes, a few read; the write-ahead log lets them do so at once. A transaction is durable when it
//! returns.

use super::columns::{
    FILE_COLUMNS, REPORT_COLUMNS, file_row, id_at, location_at, report_row, signed, status_at, unsigned_at,
};
use super::rows::{path_bytes, paths_below};
use super::withdrawn::Withdrawals;
use super::{changes, schema};
use crate::report::{PageStatus, Reason, ReportId};
use crate::store::{Change, Coverage, FileRow, Location, ReportRow, StoreError, UploadRow};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long a statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle reading connections kept.
const IDLE_READERS: usize = 8;
/// Statements a connection keeps prepared.
const CACHED_STATEMENTS: usize = 64;

/// The catalogue; can be shared between threads.
#[derive(Debug)]
pub struct Catalogue {
    place: Place,
    readers: Mutex<Vec<Connection>>,
    /// The writing connection; none if opened for reading. Closed after the readers, as the last connection to close
    /// folds the log into the database, and those cannot.
    writer: Option<Mutex<Connection>>,
    pub(super) withdrawals: Mutex<Withdrawals>,
}

/// Where the database is.
#[derive(Debug)]
enum Place {
    File(PathBuf),
    /// Nowhere: each connection sees its own empty catalogue.
    Memory,
}

/// A reading connection, given back when done.
pub(super) struct Reader<'c> {
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
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Catalogue {
    /// Opens or creates a catalogue for writing; only the holder of the data directory's lock may.
    pub(super) fn open_for_writing(path: &Path) -> Result<Catalogue, StoreError> {
        let mut connection = Connection::open(path)?;
        configure(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        refuse_newer(&connection, path)?;
        schema::migrate(&mut connection)?;
        let writer = Some(Mutex::new(connection));
        Ok(Catalogue {
            place: Place::File(path.to_owned()),
            writer,
            readers: Mutex::default(),
            withdrawals: Mutex::default(),
        })
    }

    /// Opens an existing catalogue for reading; `None` if who was to make it came no further than to make its file.
    pub(super) fn open_for_reading(path: &Path) -> Result<Option<Catalogue>, StoreError> {
        let place = Place::File(path.to_owned());
        let catalogue = Catalogue { place, writer: None, readers: Mutex::default(), withdrawals: Mutex::default() };
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
    pub(super) fn empty() -> Catalogue {
        Catalogue { place: Place::Memory, writer: None, readers: Mutex::default(), withdrawals: Mutex::default() }
    }

    /// Counts the changes, whichever process makes them: the same number is the same content.
    pub fn version(&self) -> Result<i64, StoreError> {
        let connection = self.reader()?;
        Ok(connection.prepare_cached("SELECT changes FROM content")?.query_row([], |row| row.get(0))?)
    }

    /// The file last seen at this path.
    pub fn file(&self, path: &Path) -> Result<Option<FileRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!("SELECT {FILE_COLUMNS} FROM files WHERE path = ?1"))?;
        Ok(statement.query_row([path_bytes(path)], file_row).optional()?)
    }

    /// Every file under this directory (or the file itself), by path; those that vanished as well.
    pub fn files_under(&self, root: &Path) -> Result<Vec<FileRow>, StoreError> {
        let itself = path_bytes(root);
        let (from, to) = paths_below(root);
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {FILE_COLUMNS} FROM files WHERE path = ?1 \
             UNION ALL SELECT {FILE_COLUMNS} FROM files WHERE path >= ?2 AND path < ?3 ORDER BY path"
        ))?;
        let rows = statement.query_map(params![itself, from, to], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Files that failed and are still there, by path; all or with one reason.
    pub fn failures(&self, reason: Option<Reason>) -> Result<Vec<FileRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {FILE_COLUMNS} FROM files \
             WHERE (outcome = 'failed' OR (outcome = 'partial' AND ?1 IS NOT NULL)) AND vanished IS NULL
               AND (?1 IS NULL OR reason = ?1) ORDER BY path"
        ))?;
        let rows = statement.query_map([reason.map(Reason::code)], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The report with this identity.
    pub fn report(&self, id: ReportId) -> Result<Option<ReportRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached(&format!("SELECT {REPORT_COLUMNS} FROM reports WHERE id = ?1"))?;
        Ok(statement.query_row([id.0], report_row).optional()?)
    }

    /// The reports with these identities, in their order, as of one moment; several at once cost less than one by one.
    pub fn reports_of(&self, ids: &[ReportId]) -> Result<Vec<Option<ReportRow>>, StoreError> {
        let connection = self.reader()?;
        // Never committed: it only reads.
        let transaction = connection.unchecked_transaction()?;
        let mut statement =
            transaction.prepare_cached(&format!("SELECT {REPORT_COLUMNS} FROM reports WHERE id = ?1"))?;
        let rows = ids.iter().map(|id| statement.query_row([id.0], report_row).optional());
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the report with this identity is in the library.
    pub fn has_report(&self, id: ReportId) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached("SELECT 1 FROM reports WHERE id = ?1")?;
        Ok(statement.exists([id.0])?)
    }

    /// Whether there is any report.
    pub fn has_reports(&self) -> Result<bool, StoreError> {
        let connection = self.reader()?;
        Ok(connection.prepare_cached("SELECT 1 FROM reports LIMIT 1")?.exists([])?)
    }

    /// Reports by title, from `offset`, at most `limit`.
    pub fn reports(&self, offset: u64, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {REPORT_COLUMNS} FROM reports ORDER BY title COLLATE NOCASE, id LIMIT ?1 OFFSET ?2"
        ))?;
        let rows = statement.query_map([signed(limit), signed(offset)], report_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Reports by id, those after one, at most `limit`: whatever comes or goes meanwhile, no other repeats or is missed.
    pub fn reports_after(&self, id: Option<ReportId>, limit: u64) -> Result<Vec<ReportRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection
            .prepare_cached(&format!("SELECT {REPORT_COLUMNS} FROM reports WHERE id > ?1 ORDER BY id LIMIT ?2"))?;
        let after = id.map(|id| id.0.to_vec()).unwrap_or_default();
        let rows = statement.query_map(params![after, signed(limit)], report_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where every report's record is, by id.
    pub fn locations(&self) -> Result<Vec<(ReportId, Location)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached("SELECT id, segment, offset, length FROM reports ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((id_at(row, 0)?, location_at(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every place of a report, by path; those that vanished as well.
    pub fn places(&self, id: ReportId) -> Result<Vec<FileRow>, StoreError> {
        let connection = self.reader()?;
        let mut statement =
            connection.prepare_cached(&format!("SELECT {FILE_COLUMNS} FROM files WHERE id = ?1 ORDER BY path"))?;
        let rows = statement.query_map([id.0], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pages of a report by status.
    pub fn page_statuses(&self, id: ReportId) -> Result<Vec<(PageStatus, u32)>, StoreError> {
        Ok(self.page_statuses_of(&[id])?.pop().unwrap_or_default())
    }

    /// Pages of these reports by status, in their order, as of one moment; several at once cost less than one by one.
    pub fn page_statuses_of(&self, ids: &[ReportId]) -> Result<Vec<Vec<(PageStatus, u32)>>, StoreError> {
        let connection = self.reader()?;
        // Never committed: it only reads.
        let transaction = connection.unchecked_transaction()?;
        let mut statement =
            transaction.prepare_cached("SELECT status, count FROM page_statuses WHERE id = ?1 ORDER BY status")?;
        let mut of = |id: &ReportId| {
            statement.query_map([id.0], |row| Ok((status_at(row, 0)?, row.get(1)?)))?.collect::<Result<_, _>>()
        };
        Ok(ids.iter().map(&mut of).collect::<rusqlite::Result<_>>()?)
    }

    /// What of the library is searchable; files that vanished are not counted.
    pub fn coverage(&self) -> Result<Coverage, StoreError> {
        let connection = self.reader()?;
        let count = |sql: &str| -> rusqlite::Result<u64> {
            connection.prepare_cached(sql)?.query_row([], |row| unsigned_at(row, 0))
        };
        let mut coverage = Coverage {
            reports: count("SELECT count(*) FROM reports")?,
            files: count("SELECT count(*) FROM files WHERE vanished IS NULL")?,
            ..Coverage::default()
        };
        let mut statement = connection.prepare_cached(
            "SELECT reason, count(*) FROM files WHERE outcome = ?1 AND vanished IS NULL GROUP BY reason",
        )?;
        for (outcome, counts) in [("failed", &mut coverage.failures), ("partial", &mut coverage.partial)] {
            let rows = statement.query_map([outcome], |row| Ok((row.get(0)?, unsigned_at(row, 1)?)))?;
            *counts = rows.collect::<Result<_, _>>()?;
        }
        let mut statement =
            connection.prepare_cached("SELECT status, sum(count) FROM page_statuses GROUP BY status")?;
        let rows = statement.query_map([], |row| Ok((status_at(row, 0)?, unsigned_at(row, 1)?)))?;
        coverage.pages = rows.collect::<Result<_, _>>()?;
        Ok(coverage)
    }

    /// The last segment with the text of a report, and the byte after the last such text in it; `None` without reports.
    pub(super) fn end_of_texts(&self) -> Result<Option<(u64, u64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(
            "SELECT segment, max(offset + length) FROM reports WHERE segment = (SELECT max(segment) FROM reports)
             GROUP BY segment",
        )?;
        Ok(statement.query_row([], |row| Ok((unsigned_at(row, 0)?, unsigned_at(row, 1)?))).optional()?)
    }

    /// The byte after the last text of a report in each segment that has any, by number.
    pub(super) fn ends_of_texts(&self) -> Result<Vec<(u64, u64)>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection
            .prepare("SELECT segment, max(offset + length) FROM reports GROUP BY segment ORDER BY segment")?;
        let rows = statement.query_map([], |row| Ok((unsigned_at(row, 0)?, unsigned_at(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Files that were handed over lie in `folder` from now on, whichever data directory they were in; how many.
    pub fn move_uploads(&self, folder: &Path, uploads: &[UploadRow]) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "UPDATE OR REPLACE files SET path = ?1 WHERE id = ?2 AND path <> ?1 AND substr(path, -length(?3)) = ?3",
            )?;
            let mut moved = 0;
            for upload in uploads {
                let name = format!("{}.pdf", upload.hash);
                let end = format!("/uploads/{name}").into_bytes();
                moved += statement.execute(params![path_bytes(&folder.join(name)), upload.id.0, end])? as u64;
            }
            Ok(moved)
        })
    }

    /// What SQLite's own checks find wrong; empty if nothing.
    pub fn verify(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let findings = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut findings: Vec<String> = findings.into_iter().filter(|finding| finding != "ok").collect();
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let broken = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        findings.extend(broken.into_iter().map(|table| format!("a row of {table} has lost its report")));
        Ok(findings)
    }

    /// Reads every row: SQLite's checks know nothing of what may stand in them.
    pub(super) fn read_all_rows(&self) -> Result<(), StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare(&format!("SELECT {FILE_COLUMNS} FROM files"))?;
        statement.query_map([], file_row)?.try_for_each(|row| row.map(drop))?;
        let mut statement = connection.prepare(&format!("SELECT {REPORT_COLUMNS} FROM reports"))?;
        statement.query_map([], report_row)?.try_for_each(|row| row.map(drop))?;
        let mut statement = connection.prepare("SELECT status, count FROM page_statuses")?;
        let rows = statement.query_map([], |row| Ok((status_at(row, 0)?, row.get::<_, u32>(1)?)))?;
        Ok(rows.into_iter().try_for_each(|row| row.map(drop))?)
    }

    /// Forgets files that were read and whose report is unknown, so that they are read again. A run never leaves any; a
    /// disk may.
    pub fn forget_dangling_files(&self) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        self.write(|transaction| {
            let sql = "DELETE FROM files WHERE outcome IN ('indexed', 'partial', 'duplicate')
                       AND (id IS NULL OR NOT EXISTS (SELECT 1 FROM reports WHERE reports.id = files.id))";
            forgotten = transaction.execute(sql, [])? as u64;
            Ok(())
        })?;
        Ok(forgotten)
    }

    /// Applies changes in order, all of them or none; durable when it returns.
    pub fn record(&self, changes: &[Change]) -> Result<(), StoreError> {
        self.write(|transaction| changes.iter().try_for_each(|change| changes::apply(transaction, change)))
    }

    /// Takes everything out of the log into the database itself, so that its file alone is the catalogue.
    pub(super) fn empty_log(&self) -> Result<(), StoreError> {
        let Some(writer) = &self.writer else { return Err(StoreError::ReadOnly) };
        let is_busy: bool = locked(writer).query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if is_busy {
            let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            return Err(rusqlite::Error::SqliteFailure(busy, None).into());
        }
        Ok(())
    }

    /// Reports that no file is left of, by id.
    pub fn unplaced(&self) -> Result<Vec<ReportId>, StoreError> {
        let connection = self.reader()?;
        let mut statement = connection.prepare_cached(
            "SELECT id FROM reports WHERE NOT EXISTS (SELECT 1 FROM files WHERE files.id = reports.id) ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| id_at(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Removes reports (their files' rows stay, without a report), and gives a report whose first file is gone, or was
    /// not known and is now, to the first of its copies.
    pub fn remove_reports(&self, ids: &[ReportId]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached("DELETE FROM reports WHERE id = ?1")?;
            for id in ids {
                statement.execute([id.0])?;
            }
            // Real paths are absolute; others stand for places that were lost with a catalogue.
            let mut statement = transaction.prepare_cached(
                "DELETE FROM files WHERE (path < x'2f' OR path >= x'30') AND EXISTS (
                     SELECT 1 FROM files known WHERE known.id = files.id AND known.vanished IS NULL
                         AND known.path >= x'2f' AND known.path < x'30')",
            )?;
            statement.execute([])?;
            let mut statement = transaction.prepare_cached(
                "UPDATE files SET outcome = iif(reports.partial IS NULL, 'indexed', 'partial'), reason = reports.partial
                 FROM reports
                 WHERE files.outcome = 'duplicate' AND reports.id = files.id
                   AND NOT EXISTS (SELECT 1 FROM files other
                                   WHERE other.id = files.id AND other.outcome IN ('indexed', 'partial'))
                   AND files.path = (SELECT min(path) FROM files copy
                                     WHERE copy.id = files.id AND copy.outcome = 'duplicate')",
            )?;
            statement.execute([])?;
            Ok(())
        })
    }

    /// Runs `changes` in one transaction. Where they change nothing, nothing is written: a run that finds nothing new
    /// does not wait for the disk.
    pub(super) fn write<T>(
        &self,
        changes: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
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
    pub(super) fn reader(&self) -> Result<Reader<'_>, StoreError> {
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
pub(super) fn configure(connection: &Connection) -> rusqlite::Result<()> {
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

/// Seconds since 1970.
pub(crate) fn seconds_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;
    use crate::store::ReportFacts;
    use std::ffi::OsStr;

    fn catalogue() -> (tempfile::TempDir, Catalogue) {
        let directory = tempfile::tempdir().expect("a directory");
        let catalogue = Catalogue::open_for_writing(&directory.path().join("catalogue.sqlite")).expect("a new one");
        (directory, catalogue)
    }

    fn facts(seed: &str) -> ReportFacts {
        ReportFacts {
            id: ReportId::of_bytes(seed.as_bytes()),
            title: seed.to_owned(),
            authors: vec!["A".to_owned(), "B \"C\"".to_owned()],
            date: Some("2023-05".to_owned()),
            language: Some("en".to_owned()),
            size: 5,
            partial: None,
            pages: [(PageStatus::Text, 3), (PageStatus::NoText, 2)].into(),
            correction: None,
        }
    }

    fn file(path: &Path, seed: &str, outcome: Outcome) -> FileRow {
        FileRow {
            path: path.to_owned(),
            size: 5,
            modified: -7,
            id: Some(ReportId::of_bytes(seed.as_bytes())),
            outcome,
            detail: String::new(),
            reader_version: 1,
            checked: 1,
            vanished: None,
            name: None,
        }
    }

    const AT: Location = Location { segment: 1, offset: 64, length: 1000 };

    #[test]
    fn a_closed_catalogue_leaves_no_log() {
        let (directory, catalogue) = catalogue();
        catalogue.record(&[Change::Report(facts("a"), AT)]).expect("room");
        assert!(catalogue.has_reports().expect("readable"));
        drop(catalogue);
        let names = std::fs::read_dir(directory.path()).expect("there").map(|entry| entry.expect("one").file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["catalogue.sqlite"]);
        let reader =
            Catalogue::open_for_reading(&directory.path().join("catalogue.sqlite")).expect("readable").expect("begun");
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
    fn files_and_reports_are_read_as_recorded() {
        let (_directory, catalogue) = catalogue();
        let odd = PathBuf::from(OsStr::from_bytes(b"/r/\xff\n.pdf"));
        let rows = [
            file(Path::new("/r-other/a.pdf"), "a", Outcome::Duplicate),
            file(Path::new("/r/a.pdf"), "a", Outcome::Indexed),
            file(&odd, "b", Outcome::Failed(Reason::Damaged)),
        ];
        let mut changes = vec![Change::Report(facts("a"), AT)];
        changes.extend(rows.iter().cloned().map(Change::File));
        catalogue.record(&changes).expect("room");
        assert_eq!(catalogue.file(&odd).expect("readable"), Some(rows[2].clone()));
        assert_eq!(catalogue.files_under(Path::new("/r")).expect("readable"), rows[1..]);
        assert_eq!(catalogue.files_under(&odd).expect("readable"), rows[2..]);
        assert_eq!(catalogue.files_under(Path::new("/")).expect("readable").len(), 3);
        assert_eq!(catalogue.failures(Some(Reason::Empty)).expect("readable"), []);
        assert_eq!(catalogue.failures(None).expect("readable"), rows[2..]);
        let report = catalogue.report(rows[0].id.expect("set")).expect("readable").expect("there");
        assert_eq!((report.file.as_path(), report.location), (Path::new("/r-other/a.pdf"), AT));
        assert_eq!((report.pages_total, report.pages_searchable), (5, 3));
        assert_eq!(report.authors, facts("a").authors);
        let ids = [facts("none").id, report.id];
        assert_eq!(catalogue.reports_of(&ids).expect("readable"), [None, Some(report.clone())]);
        assert_eq!(catalogue.reports(0, 10).expect("readable"), [report]);
        assert_eq!(catalogue.reports(1, 10).expect("readable"), []);
    }

    #[test]
    fn coverage_counts_what_is_there() {
        let (_directory, catalogue) = catalogue();
        catalogue
            .record(&[
                Change::Report(facts("a"), AT),
                Change::File(file(Path::new("/a"), "a", Outcome::Indexed)),
                Change::File(file(Path::new("/b"), "b", Outcome::Failed(Reason::Empty))),
                Change::File(file(Path::new("/c"), "c", Outcome::Failed(Reason::Empty))),
                Change::File(file(Path::new("/d"), "d", Outcome::Partial(Reason::OcrMissing))),
                Change::Vanished(PathBuf::from("/c"), 9),
            ])
            .expect("room");
        // Reading a report again counts its pages once.
        catalogue.record(&[Change::Report(facts("a"), AT)]).expect("room");
        let coverage = catalogue.coverage().expect("readable");
        assert_eq!((coverage.reports, coverage.files), (1, 3));
        assert_eq!(coverage.failures, [("empty".to_owned(), 1)].into());
        assert_eq!(coverage.partial, [("ocr_missing".to_owned(), 1)].into());
        assert_eq!(coverage.pages, [(PageStatus::Text, 3), (PageStatus::NoText, 2)].into());
    }

    #[test]
    fn a_report_goes_with_its_last_place() {
        let (_directory, catalogue) = catalogue();
        let [first, copy] = ["/1.pdf", "/2.pdf"].map(PathBuf::from);
        catalogue
            .record(&[
                Change::Report(facts("a"), AT),
                Change::File(file(&first, "a", Outcome::Indexed)),
                Change::File(file(&copy, "a", Outcome::Duplicate)),
                Change::Forget(first),
            ])
            .expect("room");
        assert_eq!(catalogue.unplaced().expect("readable"), []);
        catalogue.remove_reports(&[]).expect("room");
        assert_eq!(catalogue.file(&copy).expect("readable").map(|row| row.outcome), Some(Outcome::Indexed));
        catalogue.record(&[Change::Forget(copy)]).expect("room");
        let unplaced = catalogue.unplaced().expect("readable");
        assert_eq!(unplaced, [facts("a").id]);
        catalogue.remove_reports(&unplaced).expect("room");
        assert_eq!(catalogue.coverage().expect("readable"), Coverage::default());
        assert_eq!(catalogue.verify().expect("readable"), Vec::<String>::new());
    }

    #[test]
    fn vanished_places_stand_last() {
        let (_directory, catalogue) = catalogue();
        catalogue
            .record(&[
                Change::Report(facts("a"), AT),
                Change::File(file(Path::new("/1.pdf"), "a", Outcome::Indexed)),
                Change::File(file(Path::new("/2.pdf"), "a", Outcome::Duplicate)),
                Change::Vanished(PathBuf::from("/1.pdf"), 5),
                Change::Vanished(PathBuf::from("/1.pdf"), 6),
            ])
            .expect("room");
        let report = catalogue.report(facts("a").id).expect("readable").expect("there");
        assert_eq!(report.file, Path::new("/2.pdf"));
        assert_eq!(catalogue.file(Path::new("/1.pdf")).expect("readable").and_then(|row| row.vanished), Some(5));
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
        assert!(matches!(Catalogue::open_for_writing(&path), Err(StoreError::Version { .. })));
        assert!(matches!(Catalogue::open_for_reading(&path), Err(StoreError::Version { .. })));
        connection.pragma_update(None, "user_version", 0x0100_0000 + schema::VERSION as i64).expect("room");
        assert!(matches!(Catalogue::open_for_writing(&path), Err(StoreError::Catalogue(_))), "a flipped bit");
    }

    #[test]
    fn a_file_that_is_no_database_is_an_error() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("catalogue.sqlite");
        std::fs::write(&path, "not a database, but long enough to look at ".repeat(50)).expect("room");
        assert!(matches!(Catalogue::open_for_writing(&path), Err(StoreError::Catalogue(_))));
        assert!(matches!(Catalogue::open_for_reading(&path), Err(StoreError::Catalogue(_))));
    }

    #[test]
    fn a_file_that_nothing_was_put_into_is_no_catalogue_yet() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("catalogue.sqlite");
        drop(Connection::open(&path).expect("room").pragma_update(None, "journal_mode", "WAL"));
        assert!(matches!(Catalogue::open_for_reading(&path), Ok(None)));
        drop(Catalogue::open_for_writing(&path).expect("begins"));
        assert!(matches!(Catalogue::open_for_reading(&path), Ok(Some(_))));
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(immutable_uri(Path::new("/a b?c/é")), "file:/a%20b%3Fc/%C3%A9?immutable=1");
    }
}
