//! The catalogue's rows against the stored records they stand for: what a disk has changed in a row is put right from the
//! record, and a record that is damaged is given up.

use crate::ingest::Pool;
use crate::report::{PageStatus, ReportId};
use crate::store::{Change, Library, ReportFacts, ReportRow, ServiceStore, StoreError};
use crate::upkeep::UpkeepError;
use crate::upkeep::rebuild::forget;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Larger text stores are not read at every start, in bytes; `recto verify` reads them.
const READ_AT_START: u64 = 20 << 30;

/// What is to be done about one row.
enum Finding {
    /// Its record says otherwise.
    Other(Change),
    /// Its record is damaged, or that of another report.
    Lost(ReportId),
}

/// Puts rows right (writer only); gives the reports whose text is damaged, which are taken out until their files are read
/// again.
pub(super) fn put_right(library: &Library, pool: &Pool, stop: &AtomicBool) -> Result<Vec<ReportId>, UpkeepError> {
    let catalogue = library.catalogue();
    let dangling = catalogue.forget_dangling_files()?;
    if dangling > 0 {
        tracing::warn!(files = dangling, "files named reports that are not there; they are read again");
    }
    let reads_all = library.texts().size()? <= READ_AT_START;
    let corrections = library.service()?.map_or_else(|| Ok(HashMap::new()), ServiceStore::corrections)?;
    let ids: Vec<ReportId> = catalogue.locations()?.into_iter().map(|(id, _)| id).collect();
    let marks = Mutex::new(Vec::new());
    let findings = Mutex::new(Vec::new());
    let failure = Mutex::new(None);
    let batches: Vec<&[ReportId]> = ids.chunks(64).collect();
    pool.each(&batches, stop, |_, batch| {
        let result = catalogue.reports_of(batch).and_then(|rows| {
            let rows: Vec<ReportRow> = rows.into_iter().flatten().collect();
            let is_behind = |row: &&ReportRow| row.correction.as_deref() != corrections.get(&row.id);
            let behind = rows.iter().filter(is_behind).map(|row| row.id);
            marks.lock().unwrap_or_else(PoisonError::into_inner).extend(behind);
            let pages = catalogue.page_statuses_of(&rows.iter().map(|row| row.id).collect::<Vec<_>>())?;
            rows.iter()
                .zip(&pages)
                .filter_map(|(row, pages)| look_at(library, row, pages, reads_all).transpose())
                .collect::<Result<Vec<_>, _>>()
        });
        match result {
            Ok(found) => {
                findings.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                true
            }
            Err(error) => {
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                false
            }
        }
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error.into());
    }
    if stop.load(Ordering::Relaxed) {
        return Err(UpkeepError::Interrupted);
    }
    let behind = marks.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !behind.is_empty() {
        tracing::warn!(reports = behind.len(), "the catalogue was behind what persons say about reports");
        library.service_or_new()?.mark(&behind)?;
    }
    let (mut changes, mut lost) = (Vec::new(), Vec::new());
    for finding in findings.into_inner().unwrap_or_else(PoisonError::into_inner) {
        match finding {
            Finding::Other(change) => changes.push(change),
            Finding::Lost(id) => lost.push(id),
        }
    }
    catalogue.record(&changes)?;
    lost.sort_unstable();
    forget(library, &lost)?;
    Ok(lost)
}

/// Holds a row and its pages by status against its record; only a failure to read is an error.
fn look_at(
    library: &Library,
    row: &ReportRow,
    pages: &[(PageStatus, u32)],
    reads_all: bool,
) -> Result<Option<Finding>, StoreError> {
    let texts = library.texts();
    let stored = if reads_all { texts.check(row.location) } else { texts.report(row.location) };
    let stored = match stored {
        Ok(stored) if stored.id == row.id => stored,
        Ok(_) => return Ok(Some(Finding::Lost(row.id))),
        Err(StoreError::Damaged { path, detail }) => {
            tracing::warn!(id = %row.id, path = %path.display(), detail, "a stored text is damaged");
            return Ok(Some(Finding::Lost(row.id)));
        }
        Err(error) => return Err(error),
    };
    let facts = ReportFacts::of_stored(&stored, row.correction.clone());
    if facts.fit(row, pages) {
        return Ok(None);
    }
    tracing::warn!(id = %row.id, "the catalogue said otherwise about a report than its stored text");
    Ok(Some(Finding::Other(Change::Report(facts, row.location))))
}
