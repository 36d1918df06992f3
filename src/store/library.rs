//! A data directory: its lock, catalogue, texts and live index generation.
//!
//! Whoever writes holds the lock for as long as the library is open; the operating system lets go of it when the
//! process ends, so a lock file left behind is no obstacle.

use super::current::{
    CURRENT, GENERATION, generation_name, generation_numbers, is_generation, live_generation, next_number,
    read_current, write_current,
};
use super::disk;
use super::lock::{LOCK, take_lock};
use super::repair::open_catalogue;
#[cfg(feature = "cluster")]
use super::shared::FetchedOriginals;
use super::sqlite::SqliteCatalogue;
use super::unfinished::refuse_unfinished;
use crate::store::{Catalogue, ServiceStore, StoreError, TextStore};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, PoisonError, RwLock};

/// The catalogue.
pub(super) const CATALOGUE: &str = "catalogue.sqlite";
/// Directory of the text store's segments.
pub(super) const TEXTS: &str = "text";

/// An open data directory. Readers and one writer may have it open at once.
#[derive(Debug)]
pub struct Library {
    directory: PathBuf,
    catalogue: Catalogue,
    texts: TextStore,
    /// Originals that are not on disks of this machine.
    #[cfg(feature = "cluster")]
    originals: Option<FetchedOriginals>,
    /// The name in `CURRENT` when it was last read.
    generation: RwLock<String>,
    /// What a service keeps, once it was asked for.
    service: OnceLock<ServiceStore>,
    /// Held until the library is closed; none for readers.
    _lock: Option<File>,
}

impl Library {
    /// Opens an existing library for searching; [`StoreError::NoLibrary`] if there is none.
    pub fn open_for_reading(directory: &Path) -> Result<Library, StoreError> {
        refuse_unfinished(directory)?;
        let none = || StoreError::NoLibrary { directory: directory.to_owned() };
        let generation = read_current(directory)?.ok_or_else(none)?;
        let path = directory.join(CATALOGUE);
        if !path.try_exists().map_err(|source| StoreError::Io { action: "read", path: path.clone(), source })? {
            return Err(none());
        }
        let catalogue = SqliteCatalogue::open_for_reading(&path)?.ok_or_else(none)?;
        Ok(Library::assemble(directory, catalogue.into(), generation, None))
    }

    /// Whether there is a library, whole or damaged.
    pub fn exists(directory: &Path) -> bool {
        [CURRENT, CATALOGUE, TEXTS].iter().any(|name| directory.join(name).exists())
    }

    /// Opens or creates a library for ingest, taking the writer's lock; [`StoreError::Locked`] if another holds it, and
    /// [`StoreError::CatalogueDamaged`] if the catalogue has to be made again first (see [`Library::repair_catalogue`]).
    pub fn open_for_writing(directory: &Path) -> Result<Library, StoreError> {
        refuse_foreign(directory)?;
        create_directory(directory)?;
        let lock = take_lock(directory)?;
        let generation = live_generation(directory)?;
        let catalogue = open_catalogue(directory)?;
        sync_directory(directory)?;
        let end = catalogue.end_of_texts()?;
        let library = Library::assemble(directory, catalogue.into(), generation, Some(lock));
        library.texts.discard_after(end)?;
        Ok(library)
    }

    /// Opens a library to plan an ingest without changing anything: an empty one if there is none yet. The lock is not
    /// taken.
    pub fn open_for_planning(directory: &Path) -> Result<Library, StoreError> {
        match Library::open_for_reading(directory) {
            Err(StoreError::NoLibrary { .. }) => {
                refuse_foreign(directory)?;
                Ok(Library::assemble(directory, SqliteCatalogue::empty().into(), generation_name(1), None))
            }
            other => other,
        }
    }

    fn assemble(directory: &Path, catalogue: Catalogue, generation: String, lock: Option<File>) -> Library {
        Library {
            directory: directory.to_owned(),
            catalogue,
            texts: TextStore::open(&directory.join(TEXTS)),
            #[cfg(feature = "cluster")]
            originals: None,
            generation: RwLock::new(generation),
            service: OnceLock::new(),
            _lock: lock,
        }
    }

    /// A library that is kept elsewhere, but for what this process has of its own.
    #[cfg(feature = "cluster")]
    pub(super) fn of_parts(
        directory: &Path,
        catalogue: Catalogue,
        texts: TextStore,
        originals: FetchedOriginals,
    ) -> Library {
        let library = Library::assemble(directory, catalogue, generation_name(1), None);
        Library { texts, originals: Some(originals), ..library }
    }

    /// The file of this size at a place of a report; `None` if the place is a path of this machine, to be opened there.
    /// Whoever reads it has to look whether it is the one that was read.
    pub fn fetched(&self, place: &Path, size: u64) -> Option<std::io::Result<File>> {
        #[cfg(feature = "cluster")]
        if let Some(originals) = &self.originals {
            return originals.open(place, size);
        }
        let _ = (place, size);
        None
    }

    /// The part of a library on many machines that is down, if that is why the file at a place of a report could not be
    /// opened; see [`Library::fetched`].
    pub fn down_for(&self, place: &Path, error: &std::io::Error) -> Option<&'static str> {
        #[cfg(feature = "cluster")]
        if self.originals.as_ref().is_some_and(|originals| originals.is_down(place, error)) {
            return Some(StoreError::SHARED_STORAGE);
        }
        let _ = (place, error);
        None
    }

    /// Fails with [`StoreError::Network`] where no library should be written: the directory, which need not exist, is on
    /// a network file system or one that a program provides.
    pub fn refuse_network(directory: &Path) -> Result<(), StoreError> {
        disk::refuse_network(directory)
    }

    /// Fails with [`StoreError::LittleRoom`] if the disk has fewer than `minimum` bytes free; 0 asks for nothing, and a
    /// twentieth of the disk is always enough.
    pub fn check_room(&self, minimum: u64) -> Result<(), StoreError> {
        disk::check_room(&self.directory, minimum)
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The directory of the live index generation, as of the opening or the last [`Library::refresh`].
    pub fn generation_directory(&self) -> PathBuf {
        self.directory.join(self.generation.read().unwrap_or_else(PoisonError::into_inner).as_str())
    }

    /// Looks whether another generation has become the live one; true if so.
    pub fn refresh(&self) -> Result<bool, StoreError> {
        let Some(current) = read_current(&self.directory)? else { return Ok(false) };
        let mut generation = self.generation.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *generation != current;
        *generation = current;
        Ok(changed)
    }

    /// An empty directory for a new generation (writer only), which [`Library::adopt_generation`] makes the live one.
    pub fn new_generation(&self) -> Result<PathBuf, StoreError> {
        let path = self.directory.join(generation_name(next_number(&self.directory)?));
        std::fs::create_dir(&path).map_err(|source| io("create", &path, source))?;
        sync_directory(&self.directory)?;
        Ok(path)
    }

    /// Makes a finished generation of [`Library::new_generation`] the live one (writer only); the old one stays until
    /// its directory is removed.
    pub fn adopt_generation(&self, generation: &Path) -> Result<(), StoreError> {
        let name = generation.file_name().and_then(|name| name.to_str()).filter(|name| is_generation(name));
        let Some(name) = name else {
            let detail = "it is not a generation's directory".to_owned();
            return Err(StoreError::Damaged { path: generation.to_owned(), detail });
        };
        write_current(&self.directory, name)?;
        name.clone_into(&mut self.generation.write().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    /// The youngest generation before the live one, if one was kept.
    pub fn earlier_generation(&self) -> Result<Option<PathBuf>, StoreError> {
        let live = self.generation_directory();
        let numbers = generation_numbers(&self.directory)?.into_iter().rev();
        let mut paths = numbers.map(|number| self.directory.join(generation_name(number)));
        Ok(paths.find(|path| *path < live))
    }

    /// Removes generations (writer only), but for the live one and the one before it: what a rebuild that was cut off
    /// has left, and what is too old to go back to.
    pub fn remove_old_generations(&self) -> Result<(), StoreError> {
        let earlier = self.earlier_generation()?;
        self.remove_generations_but(&[Some(self.generation_directory()), earlier])
    }

    /// Removes what replacements that were cut off have left (writer only): files to be renamed when they were complete.
    pub fn remove_unfinished(&self) -> Result<(), StoreError> {
        for directory in [self.directory.clone(), self.generation_directory()] {
            let entries = match std::fs::read_dir(&directory) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|source| io("list", &directory, source))?,
            };
            for entry in entries {
                let path = entry.map_err(|source| io("list", &directory, source))?.path();
                let is_unfinished = path.extension().is_some_and(|extension| extension == "new") && path.is_file();
                if is_unfinished {
                    std::fs::remove_file(&path).map_err(|source| io("remove", &path, source))?;
                }
            }
        }
        Ok(())
    }

    /// Removes all generations but the live one (writer only).
    pub fn remove_generations_but_the_live_one(&self) -> Result<(), StoreError> {
        self.remove_generations_but(&[Some(self.generation_directory())])
    }

    fn remove_generations_but(&self, kept: &[Option<PathBuf>]) -> Result<(), StoreError> {
        for number in generation_numbers(&self.directory)? {
            let path = self.directory.join(generation_name(number));
            if !kept.iter().flatten().any(|kept| *kept == path) {
                std::fs::remove_dir_all(&path).map_err(|source| io("remove", &path, source))?;
            }
        }
        Ok(())
    }

    /// Files, reports, outcomes.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Page texts and word boxes, as they were read; see [`Library::report`].
    pub fn texts(&self) -> &TextStore {
        &self.texts
    }

    /// What a service keeps, if it was opened.
    pub(super) fn opened_service(&self) -> Option<&ServiceStore> {
        self.service.get()
    }

    /// Keeps it; the first that is given.
    pub(super) fn open_service(&self, service: ServiceStore) {
        let _ = self.service.set(service);
    }
}

pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_owned(), source }
}

/// Creates a directory and those above it that do not exist, each so that its name survives power loss.
pub(super) fn create_directory(directory: &Path) -> Result<(), StoreError> {
    if directory.is_dir() {
        return Ok(());
    }
    let above = directory.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_directory(above)?;
    match std::fs::create_dir(directory) {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => Err(io("create", directory, source)),
        _ => sync_directory(above),
    }
}

/// Makes the names in a directory survive power loss.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    File::open(directory).and_then(|file| file.sync_all()).map_err(|source| io("sync", directory, source))
}

/// Refuses a directory that is not whole, and one that is no library but holds something already. Hidden files, databases
/// and the like of Recto's own are no obstacle.
pub(super) fn refuse_foreign(directory: &Path) -> Result<(), StoreError> {
    refuse_unfinished(directory)?;
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(io("list", directory, source)),
    };
    let mut foreign = None;
    for entry in entries {
        let name = entry.map_err(|source| io("list", directory, source))?.file_name();
        let name = name.to_string_lossy();
        if name == CURRENT || name == CATALOGUE {
            return Ok(());
        }
        let is_own = matches!(name.as_ref(), LOCK | TEXTS | "images" | "uploads" | "lost+found")
            || name.starts_with('.')
            || name.contains(".sqlite")
            || name.starts_with(CURRENT)
            || name.starts_with(GENERATION);
        if !is_own {
            foreign = Some(name.into_owned());
        }
    }
    match foreign {
        None => Ok(()),
        Some(entry) => Err(StoreError::Foreign { directory: directory.to_owned(), entry }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_and_any_number_of_readers() {
        let temporary = tempfile::tempdir().expect("a directory");
        let directory = temporary.path().join("deep/index");
        assert!(matches!(Library::open_for_reading(&directory), Err(StoreError::NoLibrary { .. })));
        let writer = Library::open_for_writing(&directory).expect("a new library");
        match Library::open_for_writing(&directory) {
            Err(StoreError::Locked { holder, .. }) => assert_eq!(holder, std::process::id().to_string()),
            other => panic!("a second writer got {other:?}"),
        }
        let reader = Library::open_for_reading(&directory).expect("readers are welcome");
        assert_eq!(reader.generation_directory(), directory.join("gen-000001"));
        drop(writer);
        Library::open_for_writing(&directory).expect("a lock file left behind is no obstacle");
        assert!(matches!(reader.catalogue().record(&[]), Err(StoreError::ReadOnly)));
    }

    #[test]
    fn generations_are_switched_for_readers_too() {
        let temporary = tempfile::tempdir().expect("a directory");
        let writer = Library::open_for_writing(temporary.path()).expect("a new library");
        let reader = Library::open_for_reading(temporary.path()).expect("a library");
        let next = writer.new_generation().expect("room");
        assert!(!reader.refresh().expect("readable"));
        writer.adopt_generation(&next).expect("room");
        assert!(reader.refresh().expect("readable"));
        assert_eq!(reader.generation_directory(), next);
        assert_eq!(writer.generation_directory(), next);
        assert!(writer.adopt_generation(Path::new("/etc")).is_err());
    }

    #[test]
    fn a_current_that_points_elsewhere_is_damage() {
        let temporary = tempfile::tempdir().expect("a directory");
        drop(Library::open_for_writing(temporary.path()).expect("a new library"));
        for content in ["", "../../etc", "gen-1/../..", "gen-00000x"] {
            std::fs::write(temporary.path().join(CURRENT), content).expect("room");
            assert!(
                matches!(Library::open_for_reading(temporary.path()), Err(StoreError::Damaged { .. })),
                "{content:?}"
            );
        }
    }

    #[test]
    fn foreign_directories_are_refused_and_hidden_files_are_not() {
        let temporary = tempfile::tempdir().expect("a directory");
        std::fs::write(temporary.path().join(".gitignore"), "*").expect("room");
        drop(Library::open_for_writing(temporary.path()).expect("a .gitignore is fine"));
        let other = tempfile::tempdir().expect("a directory");
        std::fs::write(other.path().join("thesis.odt"), "precious").expect("room");
        match Library::open_for_writing(other.path()) {
            Err(StoreError::Foreign { entry, .. }) => assert_eq!(entry, "thesis.odt"),
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read_dir(other.path()).expect("there").count(), 1, "nothing was added");
    }

    #[test]
    fn planning_leaves_no_trace() {
        let temporary = tempfile::tempdir().expect("a directory");
        let directory = temporary.path().join("index");
        let library = Library::open_for_planning(&directory).expect("an empty plan");
        assert_eq!(library.catalogue().coverage().expect("empty").reports, 0);
        assert!(!directory.exists());
    }
}
