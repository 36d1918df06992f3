//! Holds an index against its own checksums and says which reports it has.
//!
//! Opening an index verifies nothing, so damage would be served silently.

use crate::index::reader::{open_index, open_reader};
use crate::index::{IndexError, seals};
use crate::report::ReportId;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use tantivy::SegmentReader;

/// A report as the index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexedReport {
    /// Its identity.
    pub id: ReportId,
    /// Its pages.
    pub pages: u32,
}

/// Every report of a generation by identity, one that stands there twice twice. [`IndexError::Damaged`] if a file is
/// missing, does not match its checksum or is not the file that was written under its name; nothing if the generation
/// has no index yet.
pub fn check(directory: &Path) -> Result<Vec<IndexedReport>, IndexError> {
    // On some damage the engine panics.
    let checked = panic::catch_unwind(AssertUnwindSafe(|| checked(directory)));
    checked.unwrap_or_else(|_| Err(IndexError::Damaged { path: directory.to_owned() }))
}

fn checked(directory: &Path) -> Result<Vec<IndexedReport>, IndexError> {
    let Some(index) = open_index(directory)? else { return Ok(Vec::new()) };
    let seals = seals::read(directory);
    // Before anything is taken from them: lengths in a damaged file may ask for any amount of memory.
    for file in index.load_metas()?.list_segment_files() {
        let path = directory.join(&file);
        let noted = seals.get(&*file.to_string_lossy());
        let seal = seals::seal_of(&path)?;
        // Not every segment has a file of every kind.
        if seal.is_none() && noted.is_none() {
            continue;
        }
        let is_other = seal.is_none() || noted.is_some_and(|noted| Some(noted) != seal.as_ref());
        if is_other || !index.directory().validate_checksum(&file).map_err(tantivy::TantivyError::from)? {
            return Err(IndexError::Damaged { path });
        }
    }
    let mut reports = Vec::new();
    for segment in open_reader(index)?.reader.searcher().segment_readers() {
        list(segment, directory, &mut reports)?;
    }
    reports.sort_unstable();
    Ok(reports)
}

/// Appends the reports of a segment that are not deleted.
fn list(segment: &SegmentReader, directory: &Path, reports: &mut Vec<IndexedReport>) -> Result<(), IndexError> {
    let damaged = || IndexError::Damaged { path: directory.to_owned() };
    let keys = segment.fast_fields().str("key")?.ok_or_else(damaged)?;
    let pages = segment.fast_fields().column_opt::<u64>("pages")?;
    let mut key = String::new();
    for doc in segment.doc_ids_alive() {
        key.clear();
        let ord = keys.ords().first(doc).ok_or_else(damaged)?;
        keys.ord_to_str(ord, &mut key)?;
        let id = key.parse().map_err(|_| damaged())?;
        let pages = pages.as_ref().and_then(|pages| pages.first(doc)).unwrap_or(0);
        reports.push(IndexedReport { id, pages: u32::try_from(pages).unwrap_or(u32::MAX) });
    }
    Ok(())
}
