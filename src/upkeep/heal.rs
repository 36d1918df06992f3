//! Brings the index in line with the catalogue when a writer opens a library: after a crash the one may be ahead of the
//! other, and a disk may have lost what was written.

use crate::index::{self, IndexWriter, IndexedReport};
use crate::ingest::{Pool, follow_corrections};
use crate::report::ReportId;
use crate::store::{Library, Repaired, StoreError};
use crate::upkeep::rebuild::{Rebuilt, add, forget, rebuild};
use crate::upkeep::verify::is_beyond_repair;
use crate::upkeep::{UpkeepError, facts};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// What had to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Healed {
    /// Nothing: index and catalogue agree.
    Nothing,
    /// Some reports were added from their stored texts, or taken out, or both.
    Reports {
        /// Added again.
        added: u64,
        /// Taken out of the index: unknown to the catalogue.
        removed: u64,
        /// Reports whose stored text is damaged.
        lost: u64,
    },
    /// The index was made again.
    Index {
        /// Why.
        reason: String,
        /// What it has now.
        rebuilt: Rebuilt,
    },
}

/// Makes the index have exactly the reports of the catalogue (writer only). Cheap if it has.
pub fn heal(
    library: &Library,
    jobs: usize,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Healed, UpkeepError> {
    library.remove_unfinished()?;
    library.remove_old_generations()?;
    let pool = Pool::new(jobs).map_err(UpkeepError::Threads)?;
    let lost = facts::put_right(library, &pool, stop)?;
    let healed = heal_index(library, &pool, done, stop)?;
    let corrected = follow_corrections(library, jobs, stop).map_err(UpkeepError::Following)?;
    if corrected > 0 {
        tracing::info!(corrected, "catalogue and index follow what persons say about reports");
    }
    Ok(healed.with_lost(lost))
}

/// Opens a library for writing, and makes its catalogue again if that is damaged; says what came of it then.
pub fn open(directory: &Path) -> Result<(Library, Option<Repaired>), UpkeepError> {
    match Library::open_for_writing(directory) {
        Err(StoreError::CatalogueDamaged { detail, .. }) => {
            let indexed = |generation: &Path| {
                let indexed = index::check(generation).ok()?;
                Some(indexed.into_iter().map(|report| report.id).collect())
            };
            let repaired = Library::repair_catalogue(directory, detail, indexed)?;
            Ok((Library::open_for_writing(directory)?, Some(repaired)))
        }
        other => Ok((other?, None)),
    }
}

impl Healed {
    fn with_lost(self, more: Vec<ReportId>) -> Healed {
        let count = more.len() as u64;
        match self {
            Healed::Nothing if count == 0 => Healed::Nothing,
            Healed::Nothing => Healed::Reports { added: 0, removed: 0, lost: count },
            Healed::Reports { added, removed, lost } => Healed::Reports { added, removed, lost: lost + count },
            Healed::Index { reason, mut rebuilt } => {
                rebuilt.lost.extend(more);
                Healed::Index { reason, rebuilt }
            }
        }
    }
}

/// Makes the index have exactly the reports of the catalogue.
fn heal_index(
    library: &Library,
    pool: &Pool,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Healed, UpkeepError> {
    let jobs = pool.jobs();
    let known: Vec<ReportId> = library.catalogue().locations()?.into_iter().map(|(id, _)| id).collect();
    let indexed = match index::check(&library.generation_directory()) {
        Ok(indexed) => indexed,
        Err(error) if is_beyond_repair(&error) => {
            let rebuilt = rebuild(library, jobs, done, stop)?;
            return Ok(Healed::Index { reason: error.to_string(), rebuilt });
        }
        Err(error) => return Err(error.into()),
    };
    if indexed.is_empty() && !known.is_empty() {
        let rebuilt = rebuild(library, jobs, done, stop)?;
        return Ok(Healed::Index { reason: "the index is gone".to_owned(), rebuilt });
    }
    if indexed.iter().map(|report| report.id).eq(known.iter().copied()) {
        return Ok(Healed::Nothing);
    }
    mend(library, pool, &known, &indexed, done, stop)
}

/// Adds and takes out single reports.
fn mend(
    library: &Library,
    pool: &Pool,
    known: &[ReportId],
    indexed: &[IndexedReport],
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Healed, UpkeepError> {
    let ids: BTreeSet<ReportId> = indexed.iter().map(|report| report.id).collect();
    let twice: BTreeSet<ReportId> =
        indexed.windows(2).filter(|pair| pair[0].id == pair[1].id).map(|pair| pair[0].id).collect();
    let catalogued: BTreeSet<ReportId> = known.iter().copied().collect();
    // Adding replaces whatever is there under the same identity.
    let missing: Vec<ReportId> = known.iter().filter(|id| !ids.contains(id) || twice.contains(id)).copied().collect();
    let mut writer = IndexWriter::open(&library.generation_directory(), pool.jobs())?;
    let unknown: Vec<ReportId> = ids.difference(&catalogued).copied().collect();
    unknown.iter().try_for_each(|id| writer.delete(*id))?;
    let damaged: Vec<ReportId> = add(library, pool, &writer, &missing, done, stop)?.into_iter().collect();
    damaged.iter().try_for_each(|id| writer.delete(*id))?;
    writer.commit()?;
    writer.finish()?;
    forget(library, &damaged)?;
    Ok(Healed::Reports {
        added: (missing.len() - damaged.len()) as u64,
        removed: unknown.len() as u64,
        lost: damaged.len() as u64,
    })
}
