//! A new index generation from the stored texts, beside the one that answers; verified, then swapped.

use crate::index::{self, IndexWriter, ReportDocument};
use crate::ingest::{Pool, follow_corrections};
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{Change, FileRow, Library, ReportRow, StoreError};
use crate::upkeep::UpkeepError;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Rebuilt {
    /// The generation that is live now.
    pub generation: String,
    /// Reports in it.
    pub reports: u64,
    /// Their pages.
    pub pages: u64,
    /// Reports whose stored text is damaged: taken out until their files are read again.
    pub lost: Vec<ReportId>,
    /// Seconds it took.
    pub seconds: f64,
}

/// Makes the index again from the stored texts (writer only). `done` is told of reports done and of all. The generation
/// it replaces stays on disk for [`roll_back`]; older ones go.
pub fn rebuild(
    library: &Library,
    jobs: usize,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Rebuilt, UpkeepError> {
    let start = Instant::now();
    let pool = Pool::new(jobs).map_err(UpkeepError::Threads)?;
    let generation = library.new_generation()?;
    let result = fill(library, &pool, &generation, done, stop);
    let (reports, pages, lost) = match result {
        Ok(filled) => filled,
        Err(error) => {
            // What is left of it is taken away by the next one, too.
            let _ = std::fs::remove_dir_all(&generation);
            return Err(error);
        }
    };
    forget(library, &lost)?;
    library.adopt_generation(&generation)?;
    library.remove_old_generations()?;
    let generation = generation.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Rebuilt { generation, reports, pages, lost, seconds: start.elapsed().as_secs_f64() })
}

/// Makes the generation before the live one live again (writer only), if it is whole and has exactly the reports of the
/// catalogue. What persons have said about reports since is found in it when this returns. Returns its name.
pub fn roll_back(library: &Library, jobs: usize, stop: &AtomicBool) -> Result<String, UpkeepError> {
    let Some(earlier) = library.earlier_generation()? else {
        return Err(UpkeepError::NothingToRollBackTo("none was kept".to_owned()));
    };
    let refuse = |detail: String| Err(UpkeepError::NothingToRollBackTo(detail));
    let indexed = match index::check(&earlier) {
        Ok(indexed) => indexed,
        Err(error) => return refuse(error.to_string()),
    };
    let ids: Vec<ReportId> = indexed.iter().map(|report| report.id).collect();
    let known: Vec<ReportId> = library.catalogue().locations()?.into_iter().map(|(id, _)| id).collect();
    if ids != known {
        return refuse("reports were added or removed since it was live".to_owned());
    }
    // It may be older than what persons say about some, or than what they have taken back; marked first, so that the next
    // writer goes on if this one is stopped.
    if let Some(service) = library.service()? {
        service.mark(&service.ever_corrected()?)?;
    }
    library.adopt_generation(&earlier)?;
    follow_corrections(library, jobs, stop).map_err(UpkeepError::Following)?;
    Ok(earlier.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

/// Fills a generation and verifies it; gives its reports, their pages, and those whose text is damaged.
fn fill(
    library: &Library,
    pool: &Pool,
    generation: &Path,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<(u64, u64, Vec<ReportId>), UpkeepError> {
    let mut writer = IndexWriter::open(generation, pool.jobs())?;
    // Even an empty library has an index to answer from.
    writer.commit()?;
    let ids: Vec<ReportId> = library.catalogue().locations()?.into_iter().map(|(id, _)| id).collect();
    let damaged = add(library, pool, &writer, &ids, done, stop)?;
    writer.finish()?;
    let indexed = index::check(generation)?;
    let expected: Vec<ReportId> = ids.iter().filter(|id| !damaged.contains(id)).copied().collect();
    if !indexed.iter().map(|report| report.id).eq(expected.iter().copied()) {
        return Err(UpkeepError::Unverified { found: indexed.len() as u64, expected: expected.len() as u64 });
    }
    let pages = indexed.iter().map(|report| u64::from(report.pages)).sum();
    Ok((indexed.len() as u64, pages, damaged.into_iter().collect()))
}

/// Adds these reports to an index from their stored texts; gives those whose text is damaged.
pub(super) fn add(
    library: &Library,
    pool: &Pool,
    writer: &IndexWriter,
    ids: &[ReportId],
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<BTreeSet<ReportId>, UpkeepError> {
    let damaged = Mutex::new(BTreeSet::new());
    let failure: Mutex<Option<UpkeepError>> = Mutex::new(None);
    let count = Mutex::new(0u64);
    let batches: Vec<&[ReportId]> = ids.chunks(64).collect();
    pool.each(&batches, stop, |_, batch| {
        let result = library.catalogue().reports_of(batch).map_err(UpkeepError::from).and_then(|rows| {
            for row in rows.into_iter().flatten() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                match document(library, &row) {
                    Ok(document) => writer.upsert(document)?,
                    Err(StoreError::Damaged { path, detail }) => {
                        tracing::warn!(id = %row.id, path = %path.display(), detail, "a stored text is damaged");
                        locked(&damaged).insert(row.id);
                    }
                    Err(error) => return Err(error.into()),
                }
                let mut count = locked(&count);
                *count += 1;
                done(*count, ids.len() as u64);
            }
            Ok(())
        });
        match result {
            Ok(()) => true,
            Err(error) => {
                locked(&failure).get_or_insert(error);
                false
            }
        }
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    if stop.load(Ordering::Relaxed) {
        return Err(UpkeepError::Interrupted);
    }
    Ok(damaged.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn document(library: &Library, row: &ReportRow) -> Result<ReportDocument, StoreError> {
    let report = library.load(row)?;
    if report.id != row.id {
        let detail = format!("the record of {} is that of {}", row.id, report.id);
        return Err(StoreError::Damaged { path: library.directory().to_owned(), detail });
    }
    Ok(ReportDocument::new(&report, &row.shown_file(), row.tags()))
}

/// Takes reports without a readable text out of the catalogue and leaves their files to be read again.
pub(super) fn forget(library: &Library, lost: &[ReportId]) -> Result<(), StoreError> {
    if lost.is_empty() {
        return Ok(());
    }
    let catalogue = library.catalogue();
    let mut changes = Vec::new();
    for id in lost {
        let lost = |row: FileRow| {
            let outcome = Outcome::Failed(Reason::TextLost);
            Change::File(FileRow { outcome, id: None, detail: "its stored text is damaged".to_owned(), ..row })
        };
        changes.extend(catalogue.places(*id)?.into_iter().map(lost));
    }
    catalogue.record(&changes)?;
    catalogue.remove_reports(lost)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
