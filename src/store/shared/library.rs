//! A library that many machines fill and read.

use super::FetchedOriginals;
use crate::objects::Place;
use crate::sources::Sources;
use crate::store::{Catalogue, Library, ServiceStore, StoreError, TextStore};
use std::path::Path;
use std::sync::Arc;

/// What is shared of a library.
#[derive(Debug)]
pub struct SharedParts<'p> {
    /// The database of the catalogue, the queue, and what its services keep, as `postgres://user@host/database?…`.
    pub database_url: &'p str,
    /// What this process is called among the connections of the database.
    pub name: &'p str,
    /// Where the segments of page texts and word boxes are.
    pub texts: Arc<Place>,
    /// Where the PDFs are.
    pub originals: Sources,
    /// Bytes of texts that are kept in memory, at most.
    pub kept_bytes: u64,
}

impl Library {
    /// Opens a library that others fill, for searching. Any number of processes may have it open; what this one has of its
    /// own, as files on their way, is in `directory`, which need not hold anything.
    pub fn open_shared(directory: &Path, parts: SharedParts<'_>) -> Result<Library, StoreError> {
        let SharedParts { database_url, name, texts, originals, kept_bytes } = parts;
        let catalogue = Catalogue::connect(database_url, name)?;
        let texts = TextStore::shared(texts, kept_bytes);
        let library = Library::of_parts(directory, catalogue, texts, FetchedOriginals::new(originals));
        library.open_service(ServiceStore::connect(database_url, name)?);
        Ok(library)
    }
}
