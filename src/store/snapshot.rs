//! A library as it is at one moment, to be copied while others go on writing.
//!
//! The catalogue is copied first: the texts that it names were on the disk before it named them, and stand in segments to
//! which is only appended, so the bytes up to the last of them are theirs whenever they are read. Only a writer that
//! opens the library gives back the room after the last text, and does not while a snapshot holds the segments. What the
//! service keeps comes after the catalogue, so that a file handed over meanwhile is in it and read when the copy is used.
//! The index may be ahead, as it can be made to fit.

use super::library::{CATALOGUE, TEXTS, io};
use super::service::FILE as SERVICE;
use super::sqlite::SqliteCatalogue;
use crate::store::{Library, ServiceStore, StoreError, UploadRow};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Held, together with others, by whoever copies segments; in the folder of the segments.
const HOLD: &str = "HOLD";
/// How long a statement waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// What there is to copy.
#[derive(Debug)]
pub struct Snapshot {
    /// A copy of the catalogue.
    pub catalogue: PathBuf,
    /// A copy of what the service keeps, if it keeps anything.
    pub service: Option<PathBuf>,
    /// Segments with texts that the catalogue names: name, file and the bytes that are theirs.
    pub texts: Vec<(String, PathBuf, u64)>,
    /// Files that were handed over; those removed meanwhile are gone.
    pub uploads: Vec<UploadRow>,
    /// Reports in the catalogue.
    pub reports: u64,
    _held: Option<File>,
}

impl Library {
    /// Copies the databases to files beside `draft` and holds the segments until the snapshot is dropped.
    pub fn snapshot(&self, draft: &Path) -> Result<Snapshot, StoreError> {
        let texts = self.directory().join(TEXTS);
        let held = hold(&texts)?;
        let catalogue = beside(draft, "catalogue");
        copy_database(&self.directory().join(CATALOGUE), &catalogue)?;
        let copied = SqliteCatalogue::open_for_reading(&catalogue)?
            .ok_or_else(|| StoreError::NoLibrary { directory: self.directory().to_owned() })?;
        let segments = copied.ends_of_texts()?.into_iter().map(|(number, bytes)| {
            let name = segment_name(number);
            let path = texts.join(&name);
            (name, path, bytes)
        });
        let segments = segments.collect();
        let reports = copied.coverage()?.reports;
        drop(copied);
        let source = self.directory().join(SERVICE);
        let (mut service, mut uploads) = (None, Vec::new());
        if source.exists() {
            let copy = beside(draft, "service");
            copy_database(&source, &copy)?;
            uploads = ServiceStore::uploads_in(&copy)?;
            service = Some(copy);
        }
        Ok(Snapshot { catalogue, service, texts: segments, uploads, reports, _held: held })
    }

    /// Where the copies of databases beside `draft` are while they are needed.
    pub fn snapshot_files(draft: &Path) -> [PathBuf; 2] {
        [beside(draft, "catalogue"), beside(draft, "service")]
    }
}

/// The name of a segment's file.
pub(super) fn segment_name(number: u64) -> String {
    format!("{number:06}.pages")
}

fn beside(draft: &Path, what: &str) -> PathBuf {
    let mut name = draft.file_name().unwrap_or_default().to_owned();
    name.push(format!("-{what}"));
    draft.with_file_name(name)
}

/// A copy of a database as it is at one moment, in one file.
fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(to) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(io("remove", to, error)),
        _ => {}
    }
    let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let target = to.to_str().ok_or_else(|| {
        let source = std::io::Error::new(ErrorKind::InvalidInput, "its name is not Unicode");
        io("write", to, source)
    })?;
    connection.execute("VACUUM INTO ?1", [target])?;
    Ok(())
}

/// Keeps writers from giving back room in the segments. Where nothing can be written nobody does.
fn hold(texts: &Path) -> Result<Option<File>, StoreError> {
    let path = texts.join(HOLD);
    let file = match OpenOptions::new().write(true).create(true).truncate(false).open(&path) {
        Ok(file) => file,
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(None);
        }
        Err(source) => return Err(io("write", &path, source)),
    };
    file.lock_shared().map_err(|source| io("lock", &path, source))?;
    Ok(Some(file))
}

/// The right to give back room in the segments, for as long as it is held; nothing while a snapshot holds them.
pub(super) fn may_cut(texts: &Path) -> Result<Option<CutRight>, StoreError> {
    let path = texts.join(HOLD);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(CutRight(None))),
        Err(source) => return Err(io("open", &path, source)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(CutRight(Some(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(io("lock", &path, source)),
    }
}

/// See [`may_cut`].
#[derive(Debug)]
pub(super) struct CutRight(#[expect(dead_code, reason = "held, not read")] Option<File>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::texts::tests::report;
    use crate::store::{Change, ReportFacts, TextStore};

    #[test]
    fn texts_of_a_snapshot_stay_though_their_reports_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = folder.path().join("index");
        let library = Library::open_for_writing(&directory).expect("a new library");
        let report = report("one", &["Some words."]);
        let record = TextStore::encode(&report);
        let location = library.texts().append(&record).expect("room");
        library.texts().sync().expect("synced");
        library.catalogue().record(&[Change::Report(ReportFacts::of(&report, None), location)]).expect("room");
        let snapshot = library.snapshot(&folder.path().join("draft")).expect("room");
        assert_eq!((snapshot.reports, snapshot.texts.len()), (1, 1));
        let (_, path, bytes) = &snapshot.texts[0];
        assert_eq!(*bytes, record.len() as u64);
        library.catalogue().remove_reports(&[report.id]).expect("room");
        drop(library);
        drop(Library::open_for_writing(&directory).expect("free"));
        assert_eq!(std::fs::read(path).expect("there"), record, "held");
        drop(snapshot);
        drop(Library::open_for_writing(&directory).expect("free"));
        let path = directory.join("text/000001.pages");
        assert_eq!(std::fs::metadata(path).expect("there").len(), 0, "let go");
    }
}
