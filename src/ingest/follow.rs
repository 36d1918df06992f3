//! Catalogue and index follow what persons say about reports: from the stored text, without a look at a PDF.
//!
//! A mark in the service's database stands for every report that was corrected; it is taken away when the corrected
//! report is in both, so that whatever stops in between, the next writer goes on.

use crate::index::IndexWriter;
use crate::ingest::pipeline::Index;
use crate::ingest::{IngestError, Pool};
use crate::store::{Change, Library, Mark, ReportFacts, ServiceStore, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Reports that are made ready at once.
const BATCH: usize = 128;

/// Makes catalogue and index follow (writer only), with an index of its own; how many reports were corrected.
pub fn follow_corrections(library: &Library, jobs: usize, stop: &AtomicBool) -> Result<u64, IngestError> {
    let Some(service) = library.service()? else { return Ok(0) };
    if !service.has_marks()? {
        return Ok(0);
    }
    let mut index = IndexWriter::open(&library.generation_directory(), jobs)?;
    let corrected = follow(library, service, &mut index, jobs, stop)?;
    index.finish()?;
    Ok(corrected)
}

/// Makes catalogue and index follow; how many reports were corrected.
pub(super) fn follow<I: Index>(
    library: &Library,
    service: &ServiceStore,
    index: &mut I,
    jobs: usize,
    stop: &AtomicBool,
) -> Result<u64, IngestError> {
    let begun = library.catalogue().withdrawal_mark();
    let marks = service.marks()?;
    let pool = Pool::new(if marks.len() > 1 { jobs } else { 1 })?;
    let mut corrected = 0;
    for batch in marks.chunks(BATCH) {
        let made = pool.map(batch, stop, |mark| corrected_report::<I>(library, service, mark));
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mut changes = Vec::new();
        for made in made.into_iter().flatten() {
            if let Some((document, change)) = made? {
                index.upsert(document)?;
                changes.push(change);
            }
        }
        if !changes.is_empty() {
            index.commit()?;
            let withdrawn = library.catalogue().record_read(&changes, begun)?;
            if !withdrawn.is_empty() {
                withdrawn.iter().try_for_each(|id| index.delete(*id))?;
                index.commit()?;
            }
            corrected += changes.len() as u64;
        }
        service.clear_marks(batch)?;
    }
    Ok(corrected)
}

/// A report as it is to be found and listed; `None` if it is not in the library, or its stored text is damaged, which
/// is mended elsewhere.
fn corrected_report<I: Index>(
    library: &Library,
    service: &ServiceStore,
    mark: &Mark,
) -> Result<Option<(I::Document, Change)>, IngestError> {
    let Some(mut row) = library.catalogue().report(mark.id)? else { return Ok(None) };
    if row.file.as_os_str().is_empty() {
        // No place is left of it: it is about to be taken out.
        return Ok(None);
    }
    row.correction = service.correction(mark.id)?.map(Arc::new);
    let detected = match library.texts().report(row.location) {
        Ok(detected) if detected.id == row.id => detected,
        Ok(_) | Err(StoreError::Damaged { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let report = match library.load(&row) {
        Ok(report) => report,
        Err(StoreError::Damaged { path, detail }) => {
            tracing::warn!(id = %row.id, path = %path.display(), detail, "a stored text is damaged");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let document = I::document(&report, &row.shown_file(), row.tags());
    let facts = ReportFacts::of_stored(&detected, row.correction);
    Ok(Some((document, Change::Report(facts, row.location))))
}
