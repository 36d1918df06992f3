//! Jobs in their order, and what is known of each: live while they wait or run, remembered afterwards.

use crate::ingest::Summary;
use crate::jobs::progress::{Counter, JobProgress};
use crate::jobs::{JobError, JobKind, JobRequest, Observer, Retry};
use crate::report::ReportId;
use crate::store::{JobRow, JobState, ServiceStore, seconds_now};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Unfinished jobs, that under way among them, from which on clients get no more.
const MOST_UNFINISHED: usize = 100;
/// Time that a job runs before it makes room for a file that was handed over.
const UNDISTURBED: Duration = Duration::from_secs(2);

/// A job as it is now; times are seconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What it was asked to do.
    pub request: JobRequest,
    /// How far it is.
    pub state: JobState,
    /// When it was asked for.
    pub created: i64,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// How far it is, counted.
    pub progress: JobProgress,
    /// What it did, once it is done.
    pub summary: Option<Summary>,
    /// More about its state, for people.
    pub detail: Option<String>,
}

/// A job that waits or runs.
pub(super) struct Live {
    /// Its number; 0 for a look at watched folders that has found nothing yet.
    id: AtomicI64,
    request: Mutex<JobRequest>,
    pub(super) counter: Counter,
    /// Has its ingest stop.
    pub(super) stop: AtomicBool,
    /// Whether somebody wants it to end, and not only to pause.
    pub(super) is_cancelled: AtomicBool,
    created: i64,
    started: Mutex<Option<i64>>,
    detail: Mutex<Option<String>>,
    /// What it did before it was paused.
    before: Mutex<Option<Summary>>,
}

/// What the runner does next.
pub(super) enum Next {
    /// Takes these reports out of the index.
    Remove(Vec<ReportId>),
    /// Does a job.
    Job(Arc<Live>),
    /// Nothing was asked for within the time.
    Idle,
    /// Everything is to end.
    Stop,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Arc<Live>>,
    running: Option<(Arc<Live>, Instant)>,
    removals: Vec<ReportId>,
    is_stopping: bool,
}

/// The jobs.
pub(super) struct Queue {
    store: Arc<ServiceStore>,
    counted: Option<Arc<dyn Observer + Sync>>,
    inner: Mutex<Inner>,
    news: Condvar,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    fn new(id: i64, request: JobRequest, created: i64, observers: Vec<Arc<dyn Observer + Sync>>) -> Live {
        Live {
            id: AtomicI64::new(id),
            request: Mutex::new(request),
            counter: Counter::new(observers),
            stop: AtomicBool::new(false),
            is_cancelled: AtomicBool::new(false),
            created,
            started: Mutex::default(),
            detail: Mutex::default(),
            before: Mutex::default(),
        }
    }

    /// A look at watched folders: no job yet, and none unless it finds something.
    pub(super) fn look(paths: Vec<PathBuf>, counted: Option<Arc<dyn Observer + Sync>>) -> Live {
        let request = JobRequest { kind: JobKind::Watch, paths, retry: Retry::None, prune: false, ocr: None };
        let live = Live::new(0, request, seconds_now(), counted.into_iter().collect());
        *locked(&live.started) = Some(seconds_now());
        live
    }

    pub(super) fn id(&self) -> i64 {
        self.id.load(Ordering::SeqCst)
    }

    pub(super) fn request(&self) -> JobRequest {
        locked(&self.request).clone()
    }

    pub(super) fn take_before(&self) -> Option<Summary> {
        locked(&self.before).take()
    }

    pub(super) fn keep_before(&self, summary: Summary) {
        *locked(&self.before) = Some(summary);
    }

    pub(super) fn say(&self, detail: Option<String>) {
        *locked(&self.detail) = detail;
    }

    fn job(&self, state: JobState) -> Job {
        Job {
            id: self.id(),
            request: self.request(),
            state,
            created: self.created,
            started: *locked(&self.started),
            ended: None,
            progress: self.counter.progress(),
            summary: None,
            detail: locked(&self.detail).clone(),
        }
    }

    fn row(&self, state: JobState) -> JobRow {
        JobRow {
            id: self.id(),
            request: serde_json::to_string(&self.request()).unwrap_or_default(),
            state,
            created: self.created,
            started: *locked(&self.started),
            ended: None,
            summary: None,
            detail: locked(&self.detail).clone(),
        }
    }
}

impl Queue {
    pub(super) fn new(store: Arc<ServiceStore>, counted: Option<Arc<dyn Observer + Sync>>) -> Queue {
        Queue { store, counted, inner: Mutex::default(), news: Condvar::new() }
    }

    pub(super) fn submit(&self, request: JobRequest) -> Result<Job, JobError> {
        let mut inner = locked(&self.inner);
        let running = inner.running.as_ref().map(|(live, _)| live);
        let unfinished = || inner.waiting.iter().chain(running);
        if let Some(same) = unfinished().find(|live| *locked(&live.request) == request) {
            return Err(JobError::Exists(same.id()));
        }
        // The job under way counts: it is put back whenever it has to wait, which must not make the others too many.
        let jobs = unfinished().filter(|live| live.id() != 0).count();
        if jobs >= MOST_UNFINISHED {
            return Err(JobError::Full(jobs));
        }
        self.add(&mut inner, request, None)
    }

    pub(super) fn submit_observed(
        &self,
        request: JobRequest,
        observer: Arc<dyn Observer + Sync>,
    ) -> Result<Job, JobError> {
        self.add(&mut locked(&self.inner), request, Some(observer))
    }

    /// Files that wait to be read are read together; they stand before all others, and a job under way makes room.
    pub(super) fn submit_upload(&self, path: PathBuf) -> Result<Job, JobError> {
        let mut inner = locked(&self.inner);
        let waiting = inner.waiting.iter().find(|live| locked(&live.request).kind == JobKind::Upload);
        if let Some(live) = waiting {
            let mut request = locked(&live.request);
            if !request.paths.contains(&path) {
                request.paths.push(path);
            }
            drop(request);
            return Ok(live.job(JobState::Queued));
        }
        let request =
            JobRequest { kind: JobKind::Upload, paths: vec![path], retry: Retry::None, prune: false, ocr: None };
        let job = self.add(&mut inner, request, None)?;
        if let Some(live) = inner.waiting.pop_back() {
            inner.waiting.push_front(live);
        }
        Ok(job)
    }

    fn add(
        &self,
        inner: &mut Inner,
        request: JobRequest,
        observer: Option<Arc<dyn Observer + Sync>>,
    ) -> Result<Job, JobError> {
        let now = seconds_now();
        let id = self.store.add_job(&serde_json::to_string(&request).unwrap_or_default(), now)?;
        let observers = observer.into_iter().chain(self.counted.clone()).collect();
        let live = Arc::new(Live::new(id, request, now, observers));
        let job = live.job(JobState::Queued);
        inner.waiting.push_back(live);
        self.news.notify_all();
        Ok(job)
    }

    pub(super) fn remove_from_index(&self, id: ReportId) {
        locked(&self.inner).removals.push(id);
        self.news.notify_all();
    }

    pub(super) fn stop(&self) {
        let mut inner = locked(&self.inner);
        inner.is_stopping = true;
        if let Some((live, _)) = &inner.running {
            live.stop.store(true, Ordering::SeqCst);
        }
        self.news.notify_all();
    }

    /// What to do next; waits for it at most so long.
    pub(super) fn next(&self, patience: Duration) -> Next {
        let deadline = Instant::now() + patience;
        let mut inner = locked(&self.inner);
        loop {
            if inner.is_stopping {
                return Next::Stop;
            }
            if !inner.removals.is_empty() {
                return Next::Remove(std::mem::take(&mut inner.removals));
            }
            if let Some(live) = inner.waiting.pop_front() {
                locked(&live.started).get_or_insert_with(seconds_now);
                inner.running = Some((Arc::clone(&live), Instant::now()));
                drop(inner);
                self.remember(&live.row(JobState::Running));
                return Next::Job(live);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Idle;
            }
            inner = self.news.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A look at watched folders is under way: not a job, but whatever is urgent has it stop.
    pub(super) fn begin_look(&self, live: &Arc<Live>) {
        locked(&self.inner).running = Some((Arc::clone(live), Instant::now()));
    }

    /// A look that found something becomes a job, so that everybody can see what it does.
    pub(super) fn adopt(&self, live: &Live) {
        if live.id() != 0 {
            return;
        }
        match self.store.add_job(&serde_json::to_string(&live.request()).unwrap_or_default(), live.created) {
            Ok(id) => {
                live.id.store(id, Ordering::SeqCst);
                self.remember(&live.row(JobState::Running));
            }
            Err(error) => tracing::warn!(%error, "a look at watched folders cannot be told as a job"),
        }
    }

    /// Has the job under way pause if something urgent waits and it has run for a while.
    pub(super) fn make_room(&self) {
        let inner = locked(&self.inner);
        let Some((live, since)) = &inner.running else { return };
        let is_upload = |live: &Arc<Live>| locked(&live.request).kind == JobKind::Upload;
        let is_urgent = !inner.removals.is_empty() || inner.waiting.front().is_some_and(is_upload);
        if is_urgent && !is_upload(live) && since.elapsed() >= UNDISTURBED {
            live.stop.store(true, Ordering::SeqCst);
        }
    }

    /// Has the job under way pause, unless it is over soon in any case.
    pub(super) fn make_room_at_once(&self) {
        let inner = locked(&self.inner);
        if let Some((live, _)) = &inner.running
            && locked(&live.request).kind != JobKind::Upload
        {
            live.stop.store(true, Ordering::SeqCst);
        }
    }

    /// The job under way is put back to the front, behind what is urgent.
    pub(super) fn put_back(&self, live: Arc<Live>) {
        let mut inner = locked(&self.inner);
        inner.running = None;
        live.stop.store(inner.is_stopping, Ordering::SeqCst);
        let is_upload = |live: &Arc<Live>| locked(&live.request).kind == JobKind::Upload;
        let place = usize::from(inner.waiting.front().is_some_and(is_upload) && !is_upload(&live));
        inner.waiting.insert(place, live);
    }

    /// The job under way has ended.
    pub(super) fn end(&self, live: &Live, state: JobState, summary: Option<&Summary>, detail: Option<String>) {
        locked(&self.inner).running = None;
        if live.id() == 0 {
            return;
        }
        let summary = summary.and_then(|summary| serde_json::to_string(summary).ok());
        self.remember(&JobRow { ended: Some(seconds_now()), summary, detail, ..live.row(state) });
    }

    /// What cannot be remembered must not stop the work.
    fn remember(&self, row: &JobRow) {
        if let Err(error) = self.store.set_job(row) {
            tracing::warn!(%error, job = row.id, "the state of a job could not be written");
        }
    }

    fn live(&self, id: i64) -> Option<Job> {
        let inner = locked(&self.inner);
        if let Some((live, _)) = inner.running.as_ref().filter(|(live, _)| live.id() == id) {
            return Some(live.job(JobState::Running));
        }
        let waiting = inner.waiting.iter().find(|live| live.id() == id);
        // One that was paused has begun.
        waiting.map(|live| live.job(if locked(&live.started).is_some() { JobState::Running } else { JobState::Queued }))
    }

    pub(super) fn job(&self, id: i64) -> Result<Option<Job>, JobError> {
        if let Some(job) = self.live(id) {
            return Ok(Some(job));
        }
        Ok(self.store.job(id)?.and_then(remembered))
    }

    pub(super) fn jobs(&self, offset: u64, limit: u64) -> Result<(Vec<Job>, u64), JobError> {
        let (rows, total) = self.store.jobs(offset, limit)?;
        let jobs = rows.into_iter().filter_map(|row| self.live(row.id).or_else(|| remembered(row)));
        Ok((jobs.collect(), total))
    }

    pub(super) fn cancel(&self, id: i64) -> Result<Option<Job>, JobError> {
        let mut inner = locked(&self.inner);
        if let Some((live, _)) = inner.running.as_ref().filter(|(live, _)| live.id() == id && id != 0) {
            live.is_cancelled.store(true, Ordering::SeqCst);
            live.stop.store(true, Ordering::SeqCst);
            return Ok(Some(live.job(JobState::Running)));
        }
        if let Some(place) = inner.waiting.iter().position(|live| live.id() == id)
            && let Some(live) = inner.waiting.remove(place)
        {
            self.remember(&JobRow { ended: Some(seconds_now()), ..live.row(JobState::Cancelled) });
        }
        drop(inner);
        self.job(id)
    }
}

/// A job that ended. A row that does not read is of another version, and not worth an error.
fn remembered(row: JobRow) -> Option<Job> {
    let summary: Option<Summary> = row.summary.as_deref().and_then(|summary| serde_json::from_str(summary).ok());
    let progress = summary.as_ref().map(progress_of).unwrap_or_default();
    Some(Job {
        id: row.id,
        request: serde_json::from_str(&row.request).ok()?,
        state: row.state,
        created: row.created,
        started: row.started,
        ended: row.ended,
        progress,
        summary,
        detail: row.detail,
    })
}

/// How far a job had come that did this.
fn progress_of(summary: &Summary) -> JobProgress {
    let failures = summary.failed.values().sum();
    let files = summary.indexed + summary.partial + summary.duplicates + failures;
    let pages = summary.pages.values().sum();
    JobProgress {
        files_done: files,
        files_total: if summary.interrupted {
            summary.files.saturating_sub(summary.unchanged).max(files)
        } else {
            files
        },
        pages_done: pages,
        pages_estimated: (!summary.interrupted).then_some(pages),
        failures,
        reports_committed: summary.indexed + summary.partial,
        seconds_left: (!summary.interrupted).then_some(0),
    }
}
