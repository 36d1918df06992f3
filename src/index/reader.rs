//! A view of the live index that follows commits.

use crate::index::IndexError;
use std::path::Path;

/// Opens searchers on a generation.
#[derive(Clone)]
pub struct IndexReader {}

impl IndexReader {
    /// Opens the index of a generation.
    pub fn open(directory: &Path) -> Result<IndexReader, IndexError> {
        let _ = directory;
        unimplemented!()
    }

    /// Looks for a newer commit; true if there was one.
    pub fn reload(&self) -> Result<bool, IndexError> {
        unimplemented!()
    }
}
