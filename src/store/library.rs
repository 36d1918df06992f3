//! A data directory: its lock, catalogue, texts and live index generation.

use crate::store::{Catalogue, StoreError, TextStore};
use std::path::{Path, PathBuf};

/// An open data directory. Readers and one writer may have it open at once.
#[derive(Debug)]
pub struct Library {}

impl Library {
    /// Opens an existing library for searching; [`StoreError::NoLibrary`] if there is none.
    pub fn open_for_reading(directory: &Path) -> Result<Library, StoreError> {
        let _ = directory;
        unimplemented!()
    }

    /// Opens or creates a library for ingest, taking the writer's lock; [`StoreError::Locked`] if another holds it.
    pub fn open_for_writing(directory: &Path) -> Result<Library, StoreError> {
        let _ = directory;
        unimplemented!()
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        unimplemented!()
    }

    /// The directory of the live index generation.
    pub fn generation_directory(&self) -> PathBuf {
        unimplemented!()
    }

    /// Files, reports, outcomes.
    pub fn catalogue(&self) -> &Catalogue {
        unimplemented!()
    }

    /// Page texts and word boxes.
    pub fn texts(&self) -> &TextStore {
        unimplemented!()
    }
}
