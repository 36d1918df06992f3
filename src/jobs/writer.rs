//! The library as it is written: opened when there is work, closed when there is none.

use crate::store::{Library, StoreError};
use crate::upkeep;
use crate::upkeep::UpkeepError;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Opens and closes the library.
pub(super) struct Writer {
    directory: PathBuf,
    held: Mutex<Held>,
}

/// What is open.
struct Held {
    library: Option<Arc<Library>>,
    /// Whether index and catalogue were made to agree since it was opened.
    is_sound: bool,
    /// Whether it stays open.
    is_kept: bool,
}

impl Writer {
    /// A library given is sound, and stays open.
    pub(super) fn new(directory: &Path, library: Option<Arc<Library>>) -> Writer {
        let given = library.is_some();
        let held = Mutex::new(Held { library, is_sound: given, is_kept: given });
        Writer { directory: directory.to_owned(), held }
    }

    /// The library, opened if need be; [`StoreError::Locked`] while another process writes.
    pub(super) fn library(&self) -> Result<Arc<Library>, StoreError> {
        let mut held = self.held();
        if let Some(library) = &held.library {
            return Ok(Arc::clone(library));
        }
        let library = Arc::new(Library::open_for_writing(&self.directory)?);
        held.library = Some(Arc::clone(&library));
        held.is_sound = false;
        Ok(library)
    }

    /// The library with index and catalogue in agreement.
    pub(super) fn sound_library(&self, jobs: usize, stop: &AtomicBool) -> Result<Arc<Library>, UpkeepError> {
        let library = self.library()?;
        if !self.held().is_sound {
            let healed = upkeep::heal(&library, jobs, &|_, _| {}, stop)?;
            tracing::debug!(?healed, "the library was opened for writing");
            self.held().is_sound = true;
        }
        Ok(library)
    }

    /// Closes it, unless it stays open or somebody uses it just now.
    pub(super) fn close(&self) {
        let mut held = self.held();
        if !held.is_kept && held.library.as_ref().is_some_and(|library| Arc::strong_count(library) == 1) {
            held.library = None;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
