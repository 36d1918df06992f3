//! The engine's directory for the writer: every list of files it replaces is durable at once and readable by whoever may
//! read the library, and what the operating system refused is remembered.
//!
//! The engine's own way of replacing a file keeps it for its user alone and leaves the last rename to chance; its threads
//! tell of a full disk only that they have ended.

use crate::index::generation::sync_directory;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

/// The first refusal since it was last asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusal(Arc<Mutex<Option<io::Error>>>);

impl Refusal {
    /// What was refused, if anything; forgotten thereby.
    pub(super) fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Remembers an error, of which its kind and number are kept.
    fn note(&self, error: &io::Error) {
        let copy = error.raw_os_error().map_or_else(|| io::Error::from(error.kind()), io::Error::from_raw_os_error);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(copy);
    }

    fn noted<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| self.note(error))
    }
}

/// A generation's directory, written.
#[derive(Debug, Clone)]
pub(super) struct WritingDirectory {
    inner: MmapDirectory,
    path: PathBuf,
    refusal: Refusal,
}

impl WritingDirectory {
    /// Writes into the directory at `path`, which exists.
    pub(super) fn open(path: &Path, refusal: &Refusal) -> Result<WritingDirectory, OpenDirectoryError> {
        let inner = MmapDirectory::open(path)?;
        Ok(WritingDirectory { inner, path: path.to_owned(), refusal: refusal.clone() })
    }
}

impl Directory for WritingDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let refused = |error: io::Error| {
            self.refusal.note(&error);
            OpenWriteError::wrap_io_error(error, path.to_owned())
        };
        let writer = match self.inner.open_write(path) {
            Err(OpenWriteError::IoError { io_error, filepath }) => {
                self.refusal.note(&io_error);
                return Err(OpenWriteError::IoError { io_error, filepath });
            }
            other => other?,
        };
        // Nothing is in the buffer yet.
        let file = writer.into_inner().map_err(|error| refused(error.into_error()))?;
        Ok(BufWriter::new(Box::new(WatchedFile { file, refusal: self.refusal.clone() })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.refusal.noted(replace(&self.path, path, data))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.refusal.noted(self.inner.sync_directory())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.inner.acquire_lock(lock)
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(watch_callback)
    }
}

/// Replaces a file of a directory so that it is the old or the new one after a crash, and the new one once this returns.
pub(super) fn replace(directory: &Path, name: &Path, content: &[u8]) -> io::Result<()> {
    let path = directory.join(name);
    let mut temporary = path.clone().into_os_string();
    temporary.push(".new");
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &path)
    };
    write().inspect_err(|_| {
        // What is left of it would only take room; the next attempt writes it anew in any case.
        let _ = std::fs::remove_file(&temporary);
    })?;
    sync_directory(directory)
}

/// A file of the index as it is written.
struct WatchedFile {
    file: Box<dyn TerminatingWrite + Send + Sync>,
    refusal: Refusal,
}

impl Write for WatchedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.refusal.noted(self.file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.refusal.noted(self.file.flush())
    }
}

impl TerminatingWrite for WatchedFile {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.refusal.noted(self.file.terminate_ref(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_refusal_is_remembered_until_asked_for() {
        let refusal = Refusal::default();
        assert!(refusal.take().is_none());
        refusal.note(&io::Error::from_raw_os_error(28));
        refusal.note(&io::ErrorKind::PermissionDenied.into());
        assert_eq!(refusal.take().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
        assert!(refusal.take().is_none());
    }

    #[test]
    fn a_replacement_that_fails_leaves_the_file_and_no_other() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        replace(directory.path(), Path::new("meta.json"), b"old").expect("room");
        // A directory of that name cannot be replaced by a file.
        std::fs::create_dir(directory.path().join("list")).expect("room");
        assert!(replace(directory.path(), Path::new("list"), b"new").is_err());
        let mut names: Vec<_> = std::fs::read_dir(directory.path())
            .expect("there")
            .map(|entry| entry.expect("readable").file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["list", "meta.json"]);
    }
}
