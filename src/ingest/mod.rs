//! Walks folders and runs extraction, store and index over all cores; one bad file never harms another.

mod beside;
mod budget;
mod commit;
mod estimate;
#[cfg(feature = "cluster")]
pub mod fleet;
mod follow;
mod made;
mod pipeline;
mod plan;
mod pool;
mod read;
mod resolve;
mod shard;
mod sidecar;
mod told;
mod walk;

use crate::clock::{Stage, Stages, within};
use crate::extract::{self, ExtractOptions, Step};
use crate::index::{IndexError, IndexWriter};
use crate::ocr::{Ocr, Source};
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{Change, Library, SidecarChange, StoreError, seconds_now};
use crate::worker::{self, Read, Reading, Shortage, WorkerPool};
pub use commit::COMMIT_PAGES;
use commit::{Committer, Pace};
pub use estimate::Estimate;
pub use follow::follow_corrections;
pub use made::ingest_made;
use pipeline::{Extract, Index, Worker};
use plan::Plan;
pub(crate) use pool::Pool;
use serde::{Deserialize, Serialize};
pub use shard::Shard;
use sidecar::Sidecars;
pub use sidecar::{SidecarText, read_text as read_sidecar};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// What to ingest and how.
#[derive(Debug, Clone, Default)]
pub struct IngestOptions {
    /// Files and folders; every PDF under them.
    pub paths: Vec<PathBuf>,
    /// Extracting threads; 0 = one a core.
    pub jobs: usize,
    /// Forget files that vanished from under `paths`.
    pub prune: bool,
    /// Prune even if more than a fifth vanished.
    pub prune_many: bool,
    /// Of the files under `paths` only those of this share.
    pub shard: Option<Shard>,
    /// Say what would be done, change nothing.
    pub dry_run: bool,
    /// Read again files that failed for this reason or any (`Some(None)`) although they are unchanged.
    pub retry: Option<Option<Reason>>,
    /// Files changed less than this long ago are left for a later run: somebody may still be writing them.
    pub settle: Duration,
    /// What files are called, where that is not their path's last part: shown and searched for in the path's stead, and
    /// the title of last resort.
    pub names: Arc<HashMap<PathBuf, String>>,
    /// Pages after which what was read is made searchable; 0 = [`COMMIT_PAGES`].
    pub commit_pages: u64,
    /// Bytes to be left free on the disk: the run stops after a commit that leaves fewer.
    pub minimum_free_bytes: u64,
    /// How files are read.
    pub extract: ExtractOptions,
    /// Reads them, each in a process of its own; without, this process does, as in benchmarks.
    pub workers: Option<Arc<WorkerPool>>,
    /// Recognises text in pictures of pages; without, pages without text have none.
    pub ocr: Option<Arc<Ocr>>,
    /// Counts the time by stage that the threads of this process take; what `workers` do is not in it.
    pub stages: Option<Arc<Stages>>,
}

impl IngestOptions {
    fn pace(&self) -> Pace {
        let commit_pages = if self.commit_pages == 0 { COMMIT_PAGES } else { self.commit_pages };
        Pace { commit_pages, minimum_free_bytes: self.minimum_free_bytes }
    }
}

/// What happens during a run, for progress bars and events; called from many threads.
pub trait Progress: Sync {
    /// The walk is done: files found, of which `unchanged` need no work, and bytes to read.
    fn planned(&self, files: u64, unchanged: u64, bytes: u64);
    /// A file was opened: this many more pages are to be read.
    fn pages_found(&self, pages: u64);
    /// Pages read.
    fn pages_done(&self, pages: u64);
    /// A file is done, failed or not.
    fn file_done(&self, file: &FileDone<'_>);
    /// A commit made `reports` more searchable.
    fn committed(&self, reports: u64);
}

/// What became of a file.
#[derive(Debug, Clone, Copy)]
pub struct FileDone<'f> {
    /// The file.
    pub path: &'f Path,
    /// Its bytes.
    pub bytes: u64,
    /// Pages that it was found to have in this run.
    pub pages: u64,
    /// Why it failed, if it did.
    pub failure: Option<(Reason, &'f str)>,
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn planned(&self, _files: u64, _unchanged: u64, _bytes: u64) {}
    fn pages_found(&self, _pages: u64) {}
    fn pages_done(&self, _pages: u64) {}
    fn file_done(&self, _file: &FileDone<'_>) {}
    fn committed(&self, _reports: u64) {}
}

/// What a run did: the summary of the contract.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Summary {
    /// PDFs found.
    pub files: u64,
    /// Read whole and searchable.
    pub indexed: u64,
    /// Searchable in part.
    pub partial: u64,
    /// Further places of reports already in the library.
    pub duplicates: u64,
    /// Unchanged and skipped.
    pub unchanged: u64,
    /// Not searchable, by reason code.
    pub failed: BTreeMap<String, u64>,
    /// Reports that persons have said otherwise about, made searchable so without being read again.
    #[serde(default)]
    pub corrected: u64,
    /// Files beside PDFs that could not be understood whole.
    #[serde(default)]
    pub sidecar_problems: u64,
    /// Files that vanished since the last run.
    pub vanished: u64,
    /// Of these, forgotten by `--prune`.
    pub pruned: u64,
    /// Pages read in this run, by status code.
    pub pages: BTreeMap<String, u64>,
    /// Of these, pages with something on them whose text could not be recognised.
    pub pages_unrecognised: u64,
    /// Whether there was nothing to recognise text with.
    pub ocr_is_missing: bool,
    /// Bytes of PDF read.
    pub bytes: u64,
    /// Bytes of text found.
    pub text_bytes: u64,
    /// Seconds the run took.
    pub seconds: f64,
    /// Whether it was interrupted before the end.
    pub interrupted: bool,
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The extracting threads could not be started.
    #[error("cannot start the extracting threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A path given does not exist.
    #[error("`{}` does not exist", .0.display())]
    NoSuchPath(PathBuf),
    /// A folder has nothing in it any more, for `--prune`.
    #[error(
        "`{}` is empty, and {vanished} of the known files were below it; is a disk unmounted? Use --yes to forget them \
         all the same", folder.display()
    )]
    Emptied {
        /// The folder.
        folder: PathBuf,
        /// Files known from it.
        vanished: u64,
    },
    /// Too much vanished at once for `--prune`.
    #[error("{vanished} of {known} files have vanished; is a disk unmounted? Use --yes to forget them all the same")]
    TooManyVanished {
        /// Files gone.
        vanished: u64,
        /// Files known under the paths.
        known: u64,
    },
}

impl IngestError {
    /// Whether there was no room on the disk: the same run may go on when there is.
    pub fn is_disk_full(&self) -> bool {
        match self {
            IngestError::Store(error) => error.is_disk_full(),
            IngestError::Index(error) => error.is_disk_full(),
            _ => false,
        }
    }
}

/// Runs an ingest to its end, or until `stop` is set (then what was read is committed and the rest left for later).
pub fn ingest(
    library: &Library,
    options: &IngestOptions,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, IngestError> {
    let extract = reader(options, stop);
    let mut summary = run::<IndexWriter>(library, options, progress, &extract, stop);
    if let (Ok(summary), Some(ocr)) = (&mut summary, &options.ocr) {
        // Looked for only where it was needed.
        summary.ocr_is_missing = summary.pages_unrecognised > 0 && !ocr.is_available();
    }
    // The threads that started them have ended, also where it failed.
    options.workers.iter().for_each(|workers| workers.dismiss());
    summary
}

/// How files are read: by workers if there are any, and with what can be recognised in pictures of pages.
fn reader<'o>(
    options: &'o IngestOptions,
    stop: &'o AtomicBool,
) -> impl Fn(&[u8], ReportId, &str, &mut dyn FnMut(Step)) -> Read + Sync + 'o {
    move |bytes, id, name, begun| {
        let workers = options.workers.as_deref();
        let read = |how: &ExtractOptions, begun: &mut dyn FnMut(Step)| match workers {
            Some(workers) => workers.read(bytes, id, name, how, begun),
            None => {
                let begun = RefCell::new(begun);
                extract::extract_known(bytes, id, name, how, &|step| (begun.borrow_mut())(step)).map(Reading::of)
            }
        };
        let reading = read(&options.extract, begun)?;
        match &options.ocr {
            Some(ocr) => {
                let source = Source { bytes, name, extract: &options.extract, workers };
                // Its pages have been told of already.
                within(Stage::Recognise, || ocr.complete(reading, source, &|how| read(how, &mut |_| {}), stop))
            }
            None => Ok(reading),
        }
    }
}

/// [`ingest`] with any reader and index.
fn run<I: Index>(
    library: &Library,
    options: &IngestOptions,
    progress: &dyn Progress,
    extract: &Extract<'_>,
    stop: &AtomicBool,
) -> Result<Summary, IngestError> {
    let start = Instant::now();
    let _listening = options.stages.as_ref().map(Stages::listen);
    let now = seconds_now();
    let mark = library.catalogue().withdrawal_mark();
    let mut walk = walk::walk(&options.paths, library.directory())?;
    walk.leave_unsettled(options.settle, SystemTime::now());
    let there: HashSet<PathBuf> = walk.files.iter().map(|file| file.path.clone()).collect();
    if let Some(shard) = options.shard {
        walk.leave_others(shard);
    }
    let beside = std::mem::take(&mut walk.beside);
    let roots = walk.roots.clone();
    let mut plan = Plan::new(walk, library.catalogue(), options, now)?;
    let sidecars =
        if options.dry_run { Sidecars::default() } else { Sidecars::new(library, &roots, beside, &there, &plan.work)? };
    let mut summary = Summary {
        files: plan.files(),
        unchanged: plan.unchanged,
        vanished: plan.vanished.len() as u64,
        dry_run: options.dry_run,
        ..Summary::default()
    };
    progress.planned(summary.files, plan.unchanged, plan.work.iter().map(|task| task.found.size).sum());
    let pool = Pool::for_items(options.jobs, plan.work.len())?.counted(options.stages.clone());
    if !plan.work.is_empty() && !options.dry_run {
        warn_of_shortage(options, pool.jobs());
    }
    let work = std::mem::take(&mut plan.work);
    let mut resolved = resolve::resolve(work, library.catalogue(), options, &pool, stop, now)?;
    let unreadable = std::mem::take(&mut plan.unreadable).into_iter();
    resolved.settled.extend(unreadable.map(|row| (row, Outcome::Failed(Reason::Unreadable))));
    if options.dry_run {
        foresee(&mut summary, &plan, &resolved, options);
        summary.interrupted = stop.load(Ordering::Relaxed);
    } else {
        let sidecars = Arc::new(sidecars);
        let own = Arc::clone(&sidecars);
        let committer = Committer::<I>::new(library, progress, pool.jobs(), options.pace(), summary, own)?;
        let mut committer = committer.called(&options.names).begun_at(mark);
        committer.change_sidecars(sidecars.changes().iter().cloned());
        committer.change_sidecars(plan.returned.iter().map(|row| SidecarChange::Returned(row.path.clone())));
        committer.change(plan.returned.drain(..).map(Change::File));
        committer.change(plan.obsolete.drain(..).map(Change::Forget));
        let newly = plan.vanished.iter().filter(|row| row.vanished.is_none());
        let newly: Vec<PathBuf> = newly.map(|row| row.path.clone()).collect();
        committer.change_sidecars(newly.iter().map(|path| SidecarChange::Vanished(path.clone(), now)));
        committer.change(newly.into_iter().map(|path| Change::Vanished(path, now)));
        let worker = Worker { library, options, progress, extract, sidecars: &sidecars, now };
        let is_done = pipeline::run(&worker, &pool, resolved, &mut committer, stop)?;
        // What was not looked at may be where a vanished file has gone to.
        let forget = if options.prune && is_done { plan.vanished } else { Vec::new() };
        summary = committer.finish(forget.into_iter().map(|row| row.path).collect(), !is_done)?;
        summary.sidecar_problems = sidecars.problems();
    }
    summary.seconds = start.elapsed().as_secs_f64();
    // What memory they took can be seen only as long as the threads that started them are there.
    options.workers.iter().for_each(|workers| workers.dismiss());
    Ok(summary)
}

/// Says so before the kernel does it by ending processes.
fn warn_of_shortage(options: &IngestOptions, jobs: usize) {
    if let Some(shortage) = options.workers.as_ref().and_then(|_| worker::shortage(jobs)) {
        let Shortage { needed, available } = shortage;
        tracing::warn!(
            jobs,
            needed,
            available,
            "files that need much memory may fail with out_of_memory; use fewer --jobs"
        );
    }
}

/// Counts what would be done; whether files can be read is not known before they are.
fn foresee(summary: &mut Summary, plan: &Plan, resolved: &resolve::Resolved, options: &IngestOptions) {
    for (_, outcome) in &resolved.settled {
        commit::count(summary, *outcome);
    }
    for item in &resolved.items {
        summary.indexed += 1;
        summary.duplicates += item.copies.len() as u64;
        summary.bytes += item.task.found.size;
    }
    summary.pruned = if options.prune { plan.vanished.len() as u64 } else { 0 };
}

#[cfg(test)]
mod tests;
