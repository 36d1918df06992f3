//! The commits of a library's live generation, followed when told to.

use super::Embedded;
use crate::index::IndexReader;
use crate::search::SearchError;
use crate::store::Library;
use arc_swap::ArcSwap;
use std::path::Path;

/// Opens the commits of one library.
pub(in crate::search) struct Source {
    reader: ArcSwap<IndexReader>,
}

impl Source {
    /// Opens the live generation, which may have no commit yet.
    pub(in crate::search) fn open(library: &Library) -> Result<Source, SearchError> {
        Ok(Source { reader: ArcSwap::from_pointee(IndexReader::open(&library.generation_directory())?) })
    }

    /// The commit last seen; `None` while there is none.
    pub(in crate::search) fn latest(&self) -> Result<Option<Embedded>, SearchError> {
        latest(&self.reader.load())
    }

    /// Gives a later commit to `take`, of another generation too, and returns true, if there is one. Cheap if there is
    /// none. A generation that cannot be taken is tried again.
    pub(in crate::search) fn follow(
        &self,
        library: &Library,
        take: impl FnOnce(Option<Embedded>) -> Result<(), SearchError>,
    ) -> Result<bool, SearchError> {
        let directory = library.generation_directory();
        let reader = self.reader.load_full();
        if reader.directory() != directory {
            let reader = IndexReader::open(&directory)?;
            take(latest(&reader)?)?;
            self.reader.store(reader.into());
            return Ok(true);
        }
        if !reader.reload()? {
            return Ok(false);
        }
        take(latest(&reader)?)?;
        Ok(true)
    }

    /// What stands for the generation while it has no commit.
    pub(in crate::search) fn generation(&self) -> String {
        format!("{}.0", name(self.reader.load().directory()))
    }
}

fn latest(reader: &IndexReader) -> Result<Option<Embedded>, SearchError> {
    let Some(snapshot) = reader.snapshot() else { return Ok(None) };
    let generation = format!("{}.{}", name(reader.directory()), snapshot.opstamp);
    Ok(Some(Embedded::of(snapshot, generation)?))
}

fn name(directory: &Path) -> String {
    directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
