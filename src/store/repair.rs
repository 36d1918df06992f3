//! A new catalogue in place of a damaged one: reports from the text store, files from what can still be read of it.
//!
//! The new one is filled aside and takes the other's place in one step, so that a crash in between leaves the damage to be
//! found again. The damaged one is kept. Nothing is taken away by what a damaged catalogue says.

use super::current::live_generation;
use super::disk;
use super::library::{CATALOGUE, TEXTS, io, sync_directory};
use super::lock::take_lock;
use super::service::FILE as SERVICE;
use super::sqlite::SqliteCatalogue;
use super::sqlite::columns::{FILE_COLUMNS, file_row};
use crate::report::{Correction, Outcome, ReportId};
use crate::store::{Change, FileRow, Library, Location, ReportFacts, ServiceStore, StoreError, TextStore, seconds_now};
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Changes in one transaction.
const BATCH: usize = 10_000;

/// What a repair found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Why it was needed.
    pub reason: String,
    /// The damaged catalogue, if there was a file.
    pub kept: Option<PathBuf>,
    /// Reports of the new one.
    pub reports: u64,
    /// Files of the new one.
    pub files: u64,
    /// Reports whose file is not known until an ingest finds it again.
    pub unplaced: u64,
}

impl Library {
    /// Makes the catalogue again (takes the writer's lock meanwhile). `indexed` tells which reports the index in a
    /// generation's directory has, if it is whole: what else the text store holds has been removed since, unless a file
    /// is still known for it.
    pub fn repair_catalogue(
        directory: &Path,
        reason: String,
        indexed: impl FnOnce(&Path) -> Option<BTreeSet<ReportId>>,
    ) -> Result<Repaired, StoreError> {
        let _lock = take_lock(directory)?;
        let damaged = directory.join(CATALOGUE);
        let indexed = indexed(&directory.join(live_generation(directory)?));
        let corrections = match directory.join(SERVICE).exists() {
            true => ServiceStore::open(directory)?.corrections()?,
            false => HashMap::new(),
        };
        let stored = stored_reports(&TextStore::open(&directory.join(TEXTS)), corrections)?;
        let salvaged = salvaged_files(&damaged);
        let content = Content::new(stored, salvaged, indexed.as_ref());
        let fresh = with_suffix(&damaged, ".new");
        for path in [fresh.clone(), with_suffix(&fresh, "-wal"), with_suffix(&fresh, "-shm")] {
            remove(&path)?;
        }
        // SQLite does not say why it could not make a file.
        let catalogue = SqliteCatalogue::open_for_writing(&fresh)
            .map_err(|error| disk::refused(directory).map_or(error, |source| io("write in", directory, source)))?;
        for batch in content.changes.chunks(BATCH) {
            catalogue.record(batch)?;
        }
        // Closing it would do so as well, but would not say that it failed.
        catalogue.empty_log()?;
        drop(catalogue);
        File::open(&fresh).and_then(|file| file.sync_all()).map_err(|source| io("sync", &fresh, source))?;
        let kept = set_aside(&damaged)?;
        std::fs::rename(&fresh, &damaged).map_err(|source| io("rename", &fresh, source))?;
        sync_directory(directory)?;
        Ok(Repaired { reason, kept, reports: content.reports, files: content.files, unplaced: content.unplaced })
    }
}

/// The catalogue, whole, or a new one; [`StoreError::CatalogueDamaged`] if it is not whole. Nothing may be taken away by
/// what a damaged one says.
pub(super) fn open_catalogue(directory: &Path) -> Result<SqliteCatalogue, StoreError> {
    let path = directory.join(CATALOGUE);
    let damaged = |detail: String| StoreError::CatalogueDamaged { path: path.clone(), detail };
    let is_empty = |path: &Path| std::fs::metadata(path).map_or(true, |metadata| metadata.len() == 0);
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    if is_empty(&path) && is_empty(Path::new(&log)) && TextStore::open(&directory.join(TEXTS)).size()? > 0 {
        return Err(damaged("it is empty or gone, and there are stored texts".to_owned()));
    }
    let checked = SqliteCatalogue::open_for_writing(&path).and_then(|catalogue| {
        let findings = catalogue.verify()?;
        catalogue.read_all_rows()?;
        Ok((catalogue, findings))
    });
    match checked {
        Ok((catalogue, findings)) => match findings.into_iter().next() {
            None => Ok(catalogue),
            Some(finding) => Err(damaged(finding)),
        },
        Err(StoreError::Catalogue(error)) if is_damage(&error) => Err(damaged(error.to_string())),
        // SQLite does not say why it could not make a file.
        Err(error) => Err(disk::refused(directory).map_or(error, |source| io("write in", directory, source))),
    }
}

/// Whether the bytes of the database are at fault, and not what is around them.
fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    /// A read that found the file shorter than it should be.
    const SHORT_READ: i32 = 522;
    match error {
        rusqlite::Error::SqliteFailure(failure, _) if failure.extended_code == SHORT_READ => true,
        error => !matches!(
            error.sqlite_error_code(),
            Some(
                Code::DiskFull
                    | Code::ReadOnly
                    | Code::PermissionDenied
                    | Code::CannotOpen
                    | Code::DatabaseBusy
                    | Code::DatabaseLocked
                    | Code::OutOfMemory
                    | Code::SystemIoFailure
                    | Code::OperationInterrupted
            )
        ),
    }
}

/// The facts, corrected, and the last record of every report in the text store.
fn stored_reports(
    texts: &TextStore,
    corrections: HashMap<ReportId, Correction>,
) -> Result<BTreeMap<ReportId, (ReportFacts, Location)>, StoreError> {
    let corrections: HashMap<_, _> = corrections.into_iter().map(|(id, said)| (id, Arc::new(said))).collect();
    let mut stored = BTreeMap::new();
    texts.scan(|location, report| {
        let facts = ReportFacts::of_stored(&report, corrections.get(&report.id).cloned());
        stored.insert(report.id, (facts, location));
    })?;
    Ok(stored)
}

/// The rows of files that can be read, from either end up to the damage.
fn salvaged_files(damaged: &Path) -> Vec<FileRow> {
    let mut rows = BTreeMap::new();
    let Ok(connection) = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Vec::new();
    };
    let orders = ["path", "path DESC", "id, vanished, path", "id DESC, vanished DESC, path DESC"];
    // One of an older version has no names.
    let columns = [FILE_COLUMNS.to_owned(), FILE_COLUMNS.replace("name", "NULL")];
    for (order, columns) in orders.iter().flat_map(|order| columns.iter().map(move |columns| (order, columns))) {
        let Ok(mut statement) = connection.prepare(&format!("SELECT {columns} FROM files ORDER BY {order}")) else {
            continue;
        };
        let Ok(mut found) = statement.query([]) else { continue };
        while let Ok(Some(row)) = found.next() {
            // A row with a value that is never written is passed over.
            if let Ok(row) = file_row(row)
                && row.path.is_absolute()
            {
                rows.entry(row.path.clone()).or_insert(row);
            }
        }
    }
    rows.into_values().collect()
}

/// What the new catalogue is filled with.
struct Content {
    changes: Vec<Change>,
    reports: u64,
    files: u64,
    unplaced: u64,
}

impl Content {
    fn new(
        stored: BTreeMap<ReportId, (ReportFacts, Location)>,
        salvaged: Vec<FileRow>,
        indexed: Option<&BTreeSet<ReportId>>,
    ) -> Content {
        let is_read = |row: &FileRow| !matches!(row.outcome, Outcome::Failed(_));
        // What was read and is stored no more is read again; so its row must not say that it was.
        let rows: Vec<FileRow> = salvaged
            .into_iter()
            .filter(|row| !is_read(row) || row.id.is_some_and(|id| stored.contains_key(&id)))
            .collect();
        let placed: BTreeSet<ReportId> = rows.iter().filter_map(|row| row.id).collect();
        let now = seconds_now();
        let mut content = Content { changes: Vec::new(), reports: 0, files: rows.len() as u64, unplaced: 0 };
        for (id, (facts, location)) in stored {
            let is_placed = placed.contains(&id);
            if !is_placed && indexed.is_some_and(|indexed| !indexed.contains(&id)) {
                continue;
            }
            content.reports += 1;
            if !is_placed {
                content.unplaced += 1;
                content.changes.push(Change::File(unknown_place(id, facts.size, now)));
            }
            content.changes.push(Change::Report(facts, location));
        }
        content.changes.extend(rows.into_iter().map(Change::File));
        content
    }
}

/// The row that keeps a report whose file is not known: it is no path, as those are absolute, and so is never looked
/// for nor forgotten before a real one is found.
fn unknown_place(id: ReportId, size: u64, now: i64) -> FileRow {
    FileRow {
        path: PathBuf::from(format!("unknown/{id}.pdf")),
        size,
        modified: 0,
        id: Some(id),
        outcome: Outcome::Indexed,
        detail: String::new(),
        reader_version: crate::extract::READER_VERSION,
        checked: now,
        vanished: Some(now),
        name: None,
    }
}

/// Gives the damaged catalogue and its log other names, under which they are kept; `None` if there is no file. The
/// catalogue itself stays where it is until the new one replaces it.
fn set_aside(damaged: &Path) -> Result<Option<PathBuf>, StoreError> {
    let now = seconds_now();
    let free =
        (0..).map(|number| with_suffix(damaged, &format!(".damaged-{}", now + number))).find(|path| !path.exists());
    let Some(kept) = free else { unreachable!("numbers do not end") };
    let linked = match std::fs::hard_link(damaged, &kept) {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        // Some file systems have no links.
        Err(_) => std::fs::copy(damaged, &kept).map(|_| true).map_err(|source| io("copy", damaged, source))?,
    };
    // Its log would be taken for that of the new one.
    for suffix in ["-wal", "-shm"] {
        let log = with_suffix(damaged, suffix);
        match std::fs::rename(&log, with_suffix(&kept, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io("rename", &log, error)),
            _ => {}
        }
    }
    Ok(linked.then_some(kept))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io("remove", path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn files_of_an_older_version_are_salvaged_too() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(CATALOGUE);
        let connection = Connection::open(&path).expect("room");
        connection.execute_batch(schema::TABLES).expect("the first version");
        let row = "INSERT INTO files VALUES (CAST('/a.pdf' AS BLOB), 5, 0, NULL, 'failed', 'damaged', '', 1, 1, NULL)";
        connection.execute_batch(row).expect("a row");
        let rows = salvaged_files(&path);
        assert_eq!(rows.iter().map(|row| row.path.as_path()).collect::<Vec<_>>(), [Path::new("/a.pdf")]);
    }
}
