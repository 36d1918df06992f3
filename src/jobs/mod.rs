//! Ingests of a service: one queue and one thread for all of them, whoever asks: the command line, a look at watched
//! folders, a client, a file that was handed over.
//!
//! ```text
//! start, watch, request, upload ─→ queue ─→ runner (one thread) ─→ ingest ─→ library
//!                                    └→ what is known of each job, live and remembered
//! ```
//!
//! A file that was handed over does not wait for a long job: the job pauses, as an ingest can be interrupted and taken
//! up again at any moment, and goes on afterwards. The library's lock is taken when there is work and let go when there
//! is none, so that other processes can write meanwhile; if one of them does, jobs wait for it.
//!
//! Between jobs, and within them, catalogue and index follow what persons correct (see [`crate::ingest`]).
//!
//! **Invariant:** a path of a client becomes work only if it lies, without its links, under a configured root.

mod progress;
mod queue;
mod request;
mod roots;
mod runner;
mod writer;

#[cfg(test)]
mod tests;

pub use progress::JobProgress;
pub use queue::Job;
pub use request::{JobKind, JobRequest, Retry};
pub use roots::{RootError, Roots};

use crate::index::IndexError;
use crate::ingest::{IngestError, IngestOptions, Progress, Summary};
use crate::ocr::{Ocr, OcrMode};
use crate::report::ReportId;
use crate::store::{Library, ServiceStore, StoreError, seconds_now};
use queue::Queue;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use writer::Writer;

/// The folder of files that were handed over, in the data directory.
const UPLOADS: &str = "uploads";
/// Between two looks whether the thread has ended.
const LOOK_FOR_END: Duration = Duration::from_millis(20);

/// What the queue works with.
pub struct JobsConfig {
    /// The data directory.
    pub directory: PathBuf,
    /// Where clients may have files read.
    pub roots: Roots,
    /// How files are read; paths are those of each job.
    pub options: IngestOptions,
    /// Recognises text for jobs that say themselves on which pages.
    pub recogniser: Option<Arc<Ocr>>,
    /// Remembers jobs and files handed over.
    pub store: Arc<ServiceStore>,
    /// A library that is open for writing already, and stays so.
    pub library: Option<Arc<Library>>,
    /// Whether the library is on many machines, so that its workers read all files and nothing is done here.
    pub is_elsewhere: bool,
    /// What removes a report of such a library.
    pub take_away: Option<TakeAway>,
    /// Folders to look at again and again.
    pub watch: Option<Watch>,
    /// Told of all ingests, whoever asked for them.
    pub counted: Option<Arc<dyn Observer + Sync>>,
    /// Told whenever the index has changed.
    pub changed: Box<dyn Fn() + Send + Sync>,
}

impl JobsConfig {
    /// What has not been done counts as interrupted. On many machines no job is done here, and those of another service
    /// are not this one's to end.
    fn interrupt_jobs(&self) -> Result<u64, StoreError> {
        if self.is_elsewhere { Ok(0) } else { self.store.interrupt_jobs(seconds_now()) }
    }
}

/// Removes a report, and the file that was handed over with this hash, if it was; false if there was none, and why not for
/// people.
pub type TakeAway = Box<dyn Fn(ReportId, Option<&str>) -> Result<bool, String> + Send + Sync>;

/// Told what an ingest did.
pub type Told = Box<dyn Fn(Result<&Summary, String>) + Send + Sync>;

/// Folders to look at again and again.
pub struct Watch {
    /// The folders.
    pub paths: Vec<PathBuf>,
    /// For how long files must not have changed before they are read, and the time between two looks.
    pub settle: Duration,
    /// Told what each look did.
    pub told: Told,
}

/// The queue and its thread.
pub struct Jobs {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the queue's users and its thread share.
struct Shared {
    config: JobsConfig,
    queue: Queue,
    writer: Writer,
    /// Whether everything is to end.
    stop: AtomicBool,
    /// Whether an ingest is under way.
    busy: Arc<AtomicBool>,
    /// Whether the last attempt to follow corrections failed.
    is_behind: AtomicBool,
}

/// Told what becomes of ingests.
pub trait Observer: Progress + Send {
    /// One begins.
    fn begun(&self) {}

    /// One waits for what it cannot go on without, and will.
    fn waits(&self, _why: &str) {}

    /// One has ended.
    fn ended(&self, outcome: Result<&Summary, String>);
}

/// How the thread has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With everything saved.
    Regularly,
    /// It has not, within the time.
    NotInTime,
    /// By a defect.
    Abnormally,
}

/// Why a job cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// So many are not done yet.
    #[error("{0} jobs wait or run already")]
    Full(usize),
    /// Nothing is done here.
    #[error("the workers of the library do this; `recto ingest --enqueue` offers them files")]
    Elsewhere,
    /// A part of the library that is elsewhere does not answer.
    #[error("the library cannot be changed now: {0}")]
    Unreachable(String),
    /// The same was asked for and has not been done yet.
    #[error("job {0} does the same and is not done yet")]
    Exists(i64),
    /// The store failed, or another process has the library.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Corrections could not be followed.
    #[error(transparent)]
    Following(#[from] IngestError),
}

impl Jobs {
    /// Starts the thread. What was left unfinished by a service before counts as interrupted; files that were handed
    /// over and not read yet are read now.
    pub fn start(mut config: JobsConfig) -> Result<Jobs, JobError> {
        let io = |source| StoreError::Io { action: "find", path: config.directory.clone(), source };
        // Of a library on many machines there may be nothing here yet.
        if config.is_elsewhere {
            std::fs::create_dir_all(&config.directory).map_err(io)?;
        }
        // As the catalogue knows the files in it: without links, from the root.
        config.directory = config.directory.canonicalize().map_err(io)?;
        let interrupted = config.interrupt_jobs()?;
        if interrupted > 0 {
            tracing::info!(interrupted, "jobs were interrupted when the service ended");
        }
        let is_elsewhere = config.is_elsewhere;
        let writer = Writer::new(&config.directory, config.library.clone());
        let shared = Arc::new(Shared {
            queue: Queue::new(Arc::clone(&config.store), config.counted.clone()),
            writer,
            config,
            stop: AtomicBool::new(false),
            busy: Arc::default(),
            is_behind: AtomicBool::new(false),
        });
        let running = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("jobs".to_owned()).spawn(move || runner::run(&running));
        let io = |source| StoreError::Io { action: "start a thread for", path: PathBuf::from("jobs"), source };
        let jobs = Jobs { shared, thread: Mutex::new(Some(thread.map_err(io)?)) };
        if !is_elsewhere {
            jobs.read_left_uploads()?;
        }
        Ok(jobs)
    }

    /// Files that were handed over to a service that ended before it had read them.
    fn read_left_uploads(&self) -> Result<(), JobError> {
        let store = &self.shared.config.store;
        let uploads = store.uploads()?;
        if uploads.is_empty() {
            return Ok(());
        }
        let library = match Library::open_for_reading(&self.shared.config.directory) {
            Ok(library) => Some(library),
            Err(StoreError::NoLibrary { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        for id in uploads {
            let Some(upload) = store.upload(id)? else { continue };
            let path = self.upload_path(&upload.hash);
            let is_read = match &library {
                Some(library) => library.catalogue().file(&path)?.is_some() || library.catalogue().has_report(id)?,
                None => false,
            };
            if !is_read && path.exists() {
                self.submit_upload(path)?;
            }
        }
        Ok(())
    }

    /// Where clients may have files read.
    pub fn roots(&self) -> &Roots {
        &self.shared.config.roots
    }

    /// Whether text can be recognised for a job that wants it; looked for anew, as it may have been installed.
    pub fn can_recognise(&self) -> bool {
        self.shared.config.recogniser.as_ref().is_some_and(|ocr| ocr.with_mode(OcrMode::Auto).is_available())
    }

    /// The folder of files that were handed over.
    pub fn uploads_directory(&self) -> PathBuf {
        self.shared.config.directory.join(UPLOADS)
    }

    /// Where the file with this hash is kept.
    pub fn upload_path(&self, hash: &str) -> PathBuf {
        self.uploads_directory().join(format!("{hash}.pdf"))
    }

    /// Whether an ingest is under way; the flag itself.
    pub fn busy(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.shared.busy)
    }

    /// Has a client's request done when its turn comes.
    pub fn submit(&self, request: JobRequest) -> Result<Job, JobError> {
        self.check_here()?;
        self.shared.queue.submit(request)
    }

    /// Has the program's own request done, telling how it goes.
    pub fn submit_observed(&self, request: JobRequest, observer: Arc<dyn Observer + Sync>) -> Result<Job, JobError> {
        self.shared.busy.store(true, Ordering::SeqCst);
        self.shared.queue.submit_observed(request, observer)
    }

    /// Has a file that was handed over read soon, with others that wait; the job that does it.
    pub fn submit_upload(&self, path: PathBuf) -> Result<Job, JobError> {
        self.check_here()?;
        self.shared.queue.submit_upload(path)
    }

    fn check_here(&self) -> Result<(), JobError> {
        if self.shared.config.is_elsewhere { Err(JobError::Elsewhere) } else { Ok(()) }
    }

    /// A job.
    pub fn job(&self, id: i64) -> Result<Option<Job>, JobError> {
        self.shared.queue.job(id)
    }

    /// Jobs, the youngest first, from `offset`, at most `limit`; and how many there are.
    pub fn jobs(&self, offset: u64, limit: u64) -> Result<(Vec<Job>, u64), JobError> {
        self.shared.queue.jobs(offset, limit)
    }

    /// Takes a job from the queue, or has it stop soon if it is under way. `None` if there is no such job.
    pub fn cancel(&self, id: i64) -> Result<Option<Job>, JobError> {
        self.shared.queue.cancel(id)
    }

    /// Removes a report from the library, and the file if it was handed over; false if there is no such report. From
    /// now on it is neither found nor shown; its words leave the index a moment later.
    pub fn withdraw(&self, id: ReportId) -> Result<bool, JobError> {
        let store = &self.shared.config.store;
        let upload = store.upload(id)?;
        let path = upload.as_ref().map(|upload| self.upload_path(&upload.hash));
        let take_away = self.shared.config.take_away.as_ref();
        let was_there = match take_away {
            Some(take_away) => {
                take_away(id, upload.as_ref().map(|upload| upload.hash.as_str())).map_err(JobError::Unreachable)?
            }
            None => {
                self.check_here()?;
                self.shared.writer.library()?.catalogue().withdraw(id, path.as_deref(), seconds_now())?
            }
        };
        if let Some(path) = path {
            store.remove_upload(id)?;
            remove_file(&path)?;
        }
        if was_there && take_away.is_none() {
            self.shared.queue.remove_from_index(id);
        }
        Ok(was_there)
    }

    /// Lets the job under way save what it has and stops; nothing is begun any more.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.shared.queue.stop();
    }

    /// Stops, and waits for the job under way to save what it has, but for no longer than until `end`: what it has
    /// committed is safe.
    pub fn join(&self, end: Instant) -> Ended {
        self.stop();
        let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ended::Regularly;
        };
        while !thread.is_finished() {
            if Instant::now() >= end {
                return Ended::NotInTime;
            }
            std::thread::sleep(LOOK_FOR_END);
        }
        if thread.join().is_ok() { Ended::Regularly } else { Ended::Abnormally }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Removes a file that may be gone already.
fn remove_file(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Io { action: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
