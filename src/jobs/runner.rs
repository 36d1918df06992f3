//! The thread that does the jobs, one after the other.

use crate::index::IndexWriter;
use crate::ingest::{IngestError, IngestOptions, Summary, follow_corrections, ingest};
use crate::jobs::queue::{Live, Next};
use crate::jobs::{JobError, JobKind, Shared, Watch};
use crate::ocr::{Ocr, OcrMode};
use crate::report::ReportId;
use crate::store::{JobState, Library, StoreError};
use crate::upkeep::UpkeepError;
use crossbeam_channel::RecvTimeoutError;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long the library stays open after the last work.
const LINGER: Duration = Duration::from_millis(500);
/// Between two attempts to open a library that another process writes.
const LOCKED_PAUSE: Duration = Duration::from_secs(1);
/// Between two attempts to go on with a job that a full disk has stopped.
const WAIT_FOR_ROOM: Duration = Duration::from_secs(10);
/// Between two attempts to have corrections followed that failed.
const FOLLOW_PAUSE: Duration = Duration::from_secs(10);
/// For how long corrections may wait for an ingest, which follows them by itself when it comes to write.
const CORRECTIONS_WAIT: Duration = Duration::from_secs(3);
/// Between two looks whether something urgent waits.
const ROOM_INTERVAL: Duration = Duration::from_millis(200);

/// Why an ingest did not come to its end.
enum Stopped {
    /// There is no room; it goes on when there is.
    DiskFull(String),
    /// Anything else.
    Failed(String),
}

/// Works until everything is to end.
pub(super) fn run(shared: &Arc<Shared>) {
    let watch = shared.config.watch.as_ref();
    let mut looked = Instant::now();
    let mut follow_at = looked;
    loop {
        if Instant::now() >= follow_at {
            follow_at = Instant::now() + follow(shared);
        }
        let patience = watch.map_or(LINGER, |watch| watch.settle.saturating_sub(looked.elapsed()).min(LINGER));
        match shared.queue.next(patience) {
            Next::Stop => break,
            Next::Remove(ids) => remove(shared, &ids),
            Next::Job(live) => job(shared, live),
            Next::Idle => match watch {
                Some(watch) if looked.elapsed() >= watch.settle => {
                    look(shared, watch);
                    looked = Instant::now();
                }
                Some(_) => {}
                None => shared.writer.close(),
            },
        }
    }
    // What still waits is told as interrupted; it is asked for again by whoever wants it.
    if let Err(error) = shared.config.interrupt_jobs() {
        tracing::warn!(%error, "the jobs that wait could not be told as interrupted");
    }
}

/// Has catalogue and index follow what was corrected; how long to wait before the next attempt.
fn follow(shared: &Shared) -> Duration {
    let followed = || -> Result<bool, JobError> {
        if shared.config.is_elsewhere || !shared.config.store.has_marks()? {
            return Ok(false);
        }
        let library = shared.writer.library()?;
        Ok(follow_corrections(&library, shared.config.options.jobs, &shared.stop)? > 0)
    };
    let followed = followed();
    shared.is_behind.store(followed.is_err(), Ordering::SeqCst);
    match followed {
        Ok(true) => (shared.config.changed)(),
        Ok(false) => {}
        // Who writes follows them, too.
        Err(JobError::Store(StoreError::Locked { .. })) => return LOCKED_PAUSE,
        Err(error) => {
            tracing::error!(%error, "reports that were corrected are not found by it yet");
            return FOLLOW_PAUSE;
        }
    }
    Duration::ZERO
}

/// Does a job, or as much of it as there is room for.
fn job(shared: &Arc<Shared>, live: Arc<Live>) {
    let request = live.request();
    let library = match open(shared, &live) {
        Ok(library) => library,
        Err(UpkeepError::Store(StoreError::Locked { holder, .. })) => {
            live.say(Some(format!("waits for process {holder}, which writes the library")));
            if live.is_cancelled.load(Ordering::SeqCst) {
                return shared.queue.end(&live, JobState::Cancelled, None, None);
            }
            shared.queue.put_back(live);
            return pause(shared, LOCKED_PAUSE);
        }
        Err(error) => return failed(shared, &live, &error.to_string()),
    };
    live.say(None);
    let mut paths = request.paths.clone();
    if request.kind == JobKind::Upload {
        // Whoever handed one over may have taken it back.
        paths.retain(|path| path.exists());
    }
    if request.kind == JobKind::Retry && paths.is_empty() {
        let failed = library.catalogue().failures(request.retry.option().flatten());
        match failed {
            Ok(failed) => paths.extend(failed.into_iter().map(|file| file.path).filter(|path| path.exists())),
            Err(error) => return self::failed(shared, &live, &error.to_string()),
        }
    }
    let options = IngestOptions {
        paths,
        retry: request.retry.option(),
        prune: request.prune,
        ocr: recogniser(shared, request.ocr),
        names: Arc::new(if request.kind == JobKind::Upload {
            names(shared, &library, &request.paths)
        } else {
            HashMap::new()
        }),
        ..shared.config.options.clone()
    };
    let outcome = ingest_with_room(shared, &library, &options, &live);
    (shared.config.changed)();
    let summary = match outcome {
        Ok(summary) => summary,
        Err(Stopped::DiskFull(why)) if !live.is_cancelled.load(Ordering::SeqCst) => {
            live.counter.wait(&why);
            live.say(Some(why));
            shared.queue.put_back(live);
            return pause(shared, WAIT_FOR_ROOM);
        }
        Err(Stopped::DiskFull(error) | Stopped::Failed(error)) => return failed(shared, &live, &error),
    };
    let so_far = live.take_before();
    let summary = match so_far {
        Some(before) => together(before, summary),
        None => summary,
    };
    let state = match summary.interrupted {
        false => JobState::Done,
        true if live.is_cancelled.load(Ordering::SeqCst) => JobState::Cancelled,
        true if shared.stop.load(Ordering::SeqCst) => JobState::Interrupted,
        true => {
            live.keep_before(summary);
            return shared.queue.put_back(live);
        }
    };
    shared.queue.end(&live, state, Some(&summary), None);
    live.counter.end(Ok(&summary));
}

/// Recognises text as the job wants it, or as configured.
fn recogniser(shared: &Shared, wanted: Option<OcrMode>) -> Option<Arc<Ocr>> {
    let config = &shared.config;
    match wanted {
        None => config.options.ocr.clone(),
        Some(OcrMode::Off) => None,
        Some(mode) => config.recogniser.as_ref().map(|ocr| Arc::new(ocr.with_mode(mode))),
    }
}

fn failed(shared: &Shared, live: &Live, error: &str) {
    tracing::error!(job = live.id(), error, "a job stopped");
    shared.queue.end(live, JobState::Failed, None, Some(error.to_owned()));
    live.counter.end(Err(error));
}

fn open(shared: &Shared, live: &Live) -> Result<Arc<Library>, UpkeepError> {
    shared.writer.sound_library(shared.config.options.jobs, &live.stop)
}

/// Ingests, and looks meanwhile whether something urgent wants room. A panic is the job's failure and nobody else's.
fn ingest_with_room(
    shared: &Shared,
    library: &Library,
    options: &IngestOptions,
    live: &Arc<Live>,
) -> Result<Summary, Stopped> {
    let is_look = live.id() == 0;
    shared.busy.store(!is_look, Ordering::SeqCst);
    live.counter.begin();
    let (ended, has_ended) = crossbeam_channel::bounded::<()>(0);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut corrected: Option<Instant> = None;
            while has_ended.recv_timeout(ROOM_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                let waits =
                    !shared.is_behind.load(Ordering::SeqCst) && shared.config.store.has_marks().unwrap_or(false);
                corrected = corrected.or_else(|| waits.then(Instant::now)).filter(|_| waits);
                if corrected.is_some_and(|since| since.elapsed() >= CORRECTIONS_WAIT) {
                    shared.queue.make_room_at_once();
                }
                if live.counter.has_read() {
                    shared.queue.adopt(live);
                }
                shared.queue.make_room();
            }
        });
        let outcome = catch_unwind(AssertUnwindSafe(|| ingest(library, options, &live.counter, &live.stop)));
        drop(ended);
        outcome
    });
    shared.busy.store(false, Ordering::SeqCst);
    match outcome {
        Ok(Err(error)) if error.is_disk_full() => Err(Stopped::DiskFull(format!("the disk is full: {error}"))),
        Ok(outcome) => outcome.map_err(|error: IngestError| Stopped::Failed(error.to_string())),
        Err(_) => Err(Stopped::Failed("a defect of the program; the log has more".to_owned())),
    }
}

/// A look at watched folders. What it finds is done as a job. One that fails, as when a disk is full or gone, is tried
/// again at the next.
fn look(shared: &Arc<Shared>, watch: &Watch) {
    let live = Arc::new(Live::look(watch.paths.clone(), shared.config.counted.clone()));
    let library = match open(shared, &live) {
        Ok(library) => library,
        // That process will have found what there is.
        Err(UpkeepError::Store(StoreError::Locked { .. })) => return,
        Err(error) => return (watch.told)(Err(error.to_string())),
    };
    let options = IngestOptions { paths: watch.paths.clone(), settle: watch.settle, ..shared.config.options.clone() };
    shared.queue.begin_look(&live);
    let outcome = ingest_with_room(shared, &library, &options, &live);
    let outcome = outcome.map_err(|(Stopped::DiskFull(error) | Stopped::Failed(error))| error);
    let state = match &outcome {
        Ok(summary) if summary.indexed + summary.partial + summary.duplicates + summary.corrected > 0 => {
            shared.queue.adopt(&live);
            (shared.config.changed)();
            if summary.interrupted { JobState::Interrupted } else { JobState::Done }
        }
        Ok(_) => JobState::Done,
        Err(_) => JobState::Failed,
    };
    shared.queue.end(&live, state, outcome.as_ref().ok(), outcome.as_ref().err().cloned());
    live.counter.end(outcome.as_ref().map_err(String::as_str));
    (watch.told)(outcome.as_ref().map_err(Clone::clone));
}

/// What files that were handed over are called. Whoever hands over a report that was withdrawn wants it back.
fn names(shared: &Shared, library: &Library, paths: &[PathBuf]) -> HashMap<PathBuf, String> {
    let mut names = HashMap::new();
    for path in paths {
        let hash = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(Ok(id)) = hash.get(..32).map(str::parse::<ReportId>) else { continue };
        let withdrawn = library.catalogue().is_withdrawn(id).unwrap_or(false);
        if withdrawn && let Err(error) = library.catalogue().readmit(id) {
            tracing::error!(%error, %id, "a withdrawn report cannot be taken back");
        }
        if let Ok(Some(upload)) = shared.config.store.upload(id) {
            names.insert(path.clone(), upload.name);
        }
    }
    names
}

/// Takes reports out of the index that the catalogue does not have any more.
fn remove(shared: &Shared, ids: &[ReportId]) {
    let removed = || -> Result<(), JobError> {
        let library = shared.writer.library()?;
        let mut writer = IndexWriter::open(&library.generation_directory(), 1)?;
        for id in ids {
            // It may have come back meanwhile.
            if !library.catalogue().has_report(*id)? {
                writer.delete(*id)?;
            }
        }
        writer.commit()?;
        Ok(writer.finish()?)
    };
    // They are not shown in any case, and the next writer that opens the library mends the index.
    if let Err(error) = removed() {
        tracing::error!(%error, "reports that were removed are still in the index");
    }
    (shared.config.changed)();
}

/// Waits, but not for what is to end.
fn pause(shared: &Shared, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end && !shared.stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a job did in two pieces.
fn together(before: Summary, after: Summary) -> Summary {
    let mut whole = Summary { unchanged: before.unchanged, ..after };
    whole.indexed += before.indexed;
    whole.partial += before.partial;
    whole.duplicates += before.duplicates;
    whole.corrected += before.corrected;
    whole.pruned += before.pruned;
    whole.bytes += before.bytes;
    whole.text_bytes += before.text_bytes;
    whole.seconds += before.seconds;
    for (reason, files) in before.failed {
        *whole.failed.entry(reason).or_default() += files;
    }
    for (status, pages) in before.pages {
        *whole.pages.entry(status).or_default() += pages;
    }
    whole
}
