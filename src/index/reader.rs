//! A view of the live index that follows commits when told to.

use crate::index::reading_directory::ReadingDirectory;
use crate::index::schema::Fields;
use crate::index::tokens::{EncodedTokenizer, TOKENIZER};
use crate::index::{IndexError, generation};
use arc_swap::ArcSwapOption;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, ReloadPolicy, Searcher};

/// Opens searchers on a generation. Clones share the view.
#[derive(Clone)]
pub struct IndexReader {
    shared: Arc<Shared>,
}

struct Shared {
    directory: PathBuf,
    /// The engine's reader, once there is an index; also keeps reloads apart.
    opened: Mutex<Option<Opened>>,
    snapshot: ArcSwapOption<Snapshot>,
}

pub(super) struct Opened {
    pub(super) index: Index,
    fields: Fields,
    pub(super) reader: tantivy::IndexReader,
}

/// The index as of one commit: unchanged by later commits, merges and deletions.
pub struct Snapshot {
    /// The engine's searcher.
    pub searcher: Searcher,
    /// The fields.
    pub fields: Fields,
    /// Which commit: grows with every one.
    pub opstamp: u64,
}

impl IndexReader {
    /// Opens the index of a generation. A generation without an index yet reads as empty until [`IndexReader::reload`]
    /// finds one.
    pub fn open(directory: &Path) -> Result<IndexReader, IndexError> {
        let shared =
            Shared { directory: directory.to_owned(), opened: Mutex::new(None), snapshot: ArcSwapOption::from(None) };
        let reader = IndexReader { shared: Arc::new(shared) };
        reader.reload()?;
        Ok(reader)
    }

    /// Looks for a newer commit; true if there was one.
    pub fn reload(&self) -> Result<bool, IndexError> {
        let mut opened = match self.shared.opened.lock() {
            Ok(opened) => opened,
            Err(poisoned) => poisoned.into_inner(),
        };
        if opened.is_none() {
            *opened = open(&self.shared.directory)?;
        }
        let Some(Opened { index, fields, reader }) = opened.as_ref() else {
            return Ok(false);
        };
        let opstamp = index.load_metas()?.opstamp;
        if self.snapshot().is_some_and(|snapshot| snapshot.opstamp == opstamp) {
            return Ok(false);
        }
        reader.reload()?;
        let snapshot = Snapshot { searcher: reader.searcher(), fields: *fields, opstamp };
        self.shared.snapshot.store(Some(Arc::new(snapshot)));
        Ok(true)
    }

    /// The index as of the last reload; `None` while there is none.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.shared.snapshot.load_full()
    }

    /// The directory of the generation.
    pub fn directory(&self) -> &Path {
        &self.shared.directory
    }
}

/// Opens the index of a generation for searching, if it has one.
fn open(directory: &Path) -> Result<Option<Opened>, IndexError> {
    open_index(directory)?.map(open_reader).transpose()
}

/// Opens the index of a generation, if it has one; only the lists of its files are read.
pub(super) fn open_index(directory: &Path) -> Result<Option<Index>, IndexError> {
    if !generation::check(directory)? {
        return Ok(None);
    }
    let engine_directory = MmapDirectory::open(directory).map_err(tantivy::TantivyError::from)?;
    let engine_directory = ReadingDirectory::new(engine_directory);
    if !Index::exists(&engine_directory).map_err(tantivy::TantivyError::from)? {
        return Ok(None);
    }
    Ok(Some(Index::open(engine_directory)?))
}

/// Opens the segments of an index.
pub(super) fn open_reader(index: Index) -> Result<Opened, IndexError> {
    index.tokenizers().register(TOKENIZER, EncodedTokenizer::default());
    let fields = Fields::of(&index.schema())?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Opened { index, fields, reader })
}
