//! A data directory that is being filled from a copy: nobody opens it before it is whole.
//!
//! Everything comes into a folder of its own in it, is checked there, and then takes its place; the directory is whole
//! once that folder is gone. What a restore that was cut off has left is told by the folder, and taken away by the next.

use super::library::{create_directory, io, sync_directory};
use super::lock::{LOCK, take_lock};
use crate::store::StoreError;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where it is filled; there for as long as the data directory is not whole.
pub(super) const UNFINISHED: &str = ".restoring";

/// A data directory being filled, which nobody else opens meanwhile. Dropped before it is finished, it is empty again.
#[derive(Debug)]
pub struct Unfinished {
    directory: PathBuf,
    is_finished: bool,
    _lock: File,
}

/// Fails if a data directory is not whole yet.
pub(super) fn refuse_unfinished(directory: &Path) -> Result<(), StoreError> {
    if directory.join(UNFINISHED).exists() {
        return Err(StoreError::Unfinished { directory: directory.to_owned() });
    }
    Ok(())
}

impl Unfinished {
    /// Begins to fill a directory that is empty, not there yet, or left unfinished; [`StoreError::Foreign`] if it holds
    /// anything else.
    pub fn begin(directory: &Path) -> Result<Unfinished, StoreError> {
        let is_unfinished = directory.join(UNFINISHED).exists();
        if !is_unfinished {
            refuse_filled(directory)?;
        }
        create_directory(directory)?;
        let lock = take_lock(directory)?;
        let unfinished = Unfinished { directory: directory.to_owned(), is_finished: false, _lock: lock };
        unfinished.clear()?;
        let inside = unfinished.inside();
        std::fs::create_dir(&inside).map_err(|source| io("create", &inside, source))?;
        sync_directory(directory)?;
        Ok(unfinished)
    }

    /// The folder to fill.
    pub fn inside(&self) -> PathBuf {
        self.directory.join(UNFINISHED)
    }

    /// Puts everything in its place: from now on it is a library.
    pub fn finish(mut self) -> Result<(), StoreError> {
        let inside = self.inside();
        let lock = inside.join(LOCK);
        if lock.exists() {
            std::fs::remove_file(&lock).map_err(|source| io("remove", &lock, source))?;
        }
        for entry in entries(&inside)? {
            let place = self.directory.join(entry.file_name().unwrap_or_default());
            std::fs::rename(&entry, &place).map_err(|source| io("rename", &entry, source))?;
        }
        sync_directory(&self.directory)?;
        std::fs::remove_dir(&inside).map_err(|source| io("remove", &inside, source))?;
        self.is_finished = true;
        sync_directory(&self.directory)
    }

    /// Takes away what an earlier attempt has left. The directory was empty before that, but for what is not looked at.
    fn clear(&self) -> Result<(), StoreError> {
        let inside = self.inside();
        if !inside.exists() {
            return Ok(());
        }
        for entry in entries(&self.directory)?.into_iter().filter(|entry| counts(entry) && *entry != inside) {
            remove(&entry)?;
        }
        // The last, as it says that the others may go.
        sync_directory(&self.directory)?;
        remove(&inside)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_finished
            && let Err(error) = self.clear()
        {
            tracing::warn!(%error, "what was restored in part could not be taken away; the next attempt does so");
        }
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.map_err(|source| io("remove", path, source))
}

fn refuse_filled(directory: &Path) -> Result<(), StoreError> {
    match entries(directory)?.into_iter().find(|entry| counts(entry)) {
        None => Ok(()),
        Some(entry) => {
            let entry = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Err(StoreError::NotEmpty { directory: directory.to_owned(), entry })
        }
    }
}

/// Whether something makes a directory one that is used: not what every disk or repository has.
fn counts(entry: &Path) -> bool {
    let name = entry.file_name().unwrap_or_default().to_string_lossy();
    !matches!(name.as_ref(), LOCK | "lost+found") && !name.starts_with('.')
}

/// What is in a directory, by name; nothing if it is not there.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let list = match std::fs::read_dir(directory) {
        Ok(list) => list,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io("list", directory, source)),
    };
    let paths = list.map(|entry| entry.map(|entry| entry.path()).map_err(|source| io("list", directory, source)));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.sort_unstable();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Library;

    #[test]
    fn what_is_not_finished_is_not_opened_and_can_be_begun_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = folder.path().join("index");
        let fill = |unfinished: &Unfinished| drop(Library::open_for_writing(&unfinished.inside()).expect("room"));
        let unfinished = Unfinished::begin(&directory).expect("room");
        fill(&unfinished);
        assert!(matches!(Library::open_for_reading(&directory), Err(StoreError::Unfinished { .. })));
        assert!(matches!(Library::open_for_writing(&directory), Err(StoreError::Unfinished { .. })));
        assert!(matches!(Unfinished::begin(&directory), Err(StoreError::Locked { .. })));
        // Killed between two of the last steps.
        let catalogue = unfinished.inside().join("catalogue.sqlite");
        std::fs::rename(&catalogue, directory.join("catalogue.sqlite")).expect("there");
        let Unfinished { directory: place, .. } = &unfinished;
        assert_eq!(place, &directory);
        std::mem::forget(unfinished);
        // The lock went with the process; here it is still held, by this one.
        std::fs::remove_file(directory.join(LOCK)).expect("there");
        let again = Unfinished::begin(&directory).expect("free");
        fill(&again);
        again.finish().expect("room");
        Library::open_for_reading(&directory).expect("whole");
        match Unfinished::begin(&directory) {
            Err(StoreError::NotEmpty { .. }) => {}
            other => panic!("{other:?}"),
        }
        // One that is given up leaves nothing.
        let other = folder.path().join("other");
        drop(Unfinished::begin(&other).expect("room"));
        assert_eq!(entries(&other).expect("there"), [other.join(LOCK)]);
    }
}
