//! Workers kept ready: one is taken for a file and given back, or replaced if it was lost or has served long enough.

use crate::extract::{ExtractError, ExtractOptions, Step};
use crate::pdf::Limits;
use crate::render::{Picture, RenderError, RenderOptions};
use crate::report::{Reason, ReportId};
use crate::store::TextStore;
use crate::worker::failure::Loss;
use crate::worker::pictures::{Drawing, undrawn};
use crate::worker::process::{Answer, Patience, Process};
use crate::worker::request::{Request, Task};
use crate::worker::sandbox::Enforcement;
use crate::worker::{Read, Reading};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Files after which a worker is replaced, so that nothing can pile up in it.
const FILES_PER_WORKER: u32 = 500;
/// Memory for showing files to a worker above which the worker is not kept, in bytes.
const KEPT_SHARED_BYTES: u64 = 64 << 20;
/// Pages of one file that may cost a worker before those after them are given up.
const MOST_BAD_PAGES: usize = 8;
/// What the reader is given beyond its own deadline, which it keeps by itself unless something is wrong.
const GRACE: Duration = Duration::from_secs(5);
/// Memory for a small file, in bytes, if the limit is not lower; every byte of a larger one adds [`MEMORY_PER_BYTE`].
const MEMORY: u64 = 1 << 30;
/// Further bytes of memory for every byte of a file.
const MEMORY_PER_BYTE: u64 = 6;
/// How long a worker may take to start.
const START: Duration = Duration::from_secs(20);
/// Workers started one after another for one file, if each is killed by somebody before it is ready.
const MOST_STARTS: u32 = 3;

/// Reads files in workers.
#[derive(Debug)]
pub struct WorkerPool {
    program: PathBuf,
    start: Duration,
    idle: Mutex<Vec<Process>>,
    /// Held by all who have a file read, and alone by who has one read again that may have been too much for the
    /// machine beside others.
    turns: RwLock<()>,
    at_work: AtomicUsize,
    peak_memory: AtomicU64,
    lost: Mutex<BTreeMap<Reason, u64>>,
}

/// What workers do, and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerCounts {
    /// Workers that read or are ready to.
    pub running: usize,
    /// Workers that were lost while they read, by what it meant for the file.
    pub lost: BTreeMap<Reason, u64>,
    /// The most memory that a worker has held which is not needed any more, in bytes; 0 if none is known.
    pub peak_memory_bytes: u64,
}

impl WorkerPool {
    /// A pool of workers that are started when they are needed. `program` is `recto`.
    pub fn new(program: &Path) -> WorkerPool {
        WorkerPool {
            program: program.to_owned(),
            start: START,
            idle: Mutex::new(Vec::new()),
            turns: RwLock::new(()),
            at_work: AtomicUsize::new(0),
            peak_memory: AtomicU64::new(0),
            lost: Mutex::default(),
        }
    }

    /// How far workers are confined on this machine; an error if none can be started.
    pub fn enforcement(&self) -> io::Result<Enforcement> {
        let worker = self.take()?;
        let enforcement = worker.enforcement;
        self.give(worker);
        Ok(enforcement)
    }

    /// What its workers do, and what became of them.
    pub fn counts(&self) -> WorkerCounts {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        let lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let running = idle + self.at_work.load(Ordering::Relaxed);
        WorkerCounts { running, lost, peak_memory_bytes: self.peak_memory.load(Ordering::Relaxed) }
    }

    fn count_loss(&self, reason: Reason) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += 1;
    }

    /// Reads a file whose bytes have this identity. `begun` is told of every step; a page that costs a worker
    /// is left out and the rest read again, as long as there is time; after that, only the pages before it. If the worker was lost through no fault of the file, as when the system is
    /// short of memory, the file is read once more, with no other beside it.
    pub fn read(
        &self,
        bytes: &[u8],
        id: ReportId,
        name: &str,
        options: &ExtractOptions,
        begun: &mut dyn FnMut(Step),
    ) -> Read {
        let mut options = options.clone();
        let mut is_alone = false;
        let (started, time) = (Instant::now(), options.limits.time(bytes.len() as u64));
        loop {
            let (loss, page) = match self.take_turn(bytes, id, name, &options, is_alone, begun) {
                Ok(reading) => return Ok(reading),
                Err(Missed::For(error)) => return Err(error),
                Err(Missed::Lost(loss, page)) => (loss, page),
            };
            let error = loss.error();
            self.count_loss(error.reason);
            tracing::warn!(name, page, reason = %error, "a reading process was lost");
            if loss.is_from_outside() {
                if is_alone {
                    return Err(error);
                }
                is_alone = true;
                continue;
            }
            let is_new = |page: &u32| !options.without_pages.iter().any(|(without, _)| without == page);
            let Some(page) = page.filter(is_new) else { return Err(error) };
            let is_in_time = !matches!(loss, Loss::Late(_)) && started.elapsed() < time;
            if is_in_time && options.without_pages.len() < MOST_BAD_PAGES && options.until_page.is_none() {
                options.without_pages.push((page, error.reason));
            } else if options.until_page.is_none() && page > 0 {
                // The last attempt, for what stands before.
                options.until_page = Some(page);
            } else {
                return Err(error);
            }
        }
    }

    /// One attempt beside others, or alone.
    fn take_turn(
        &self,
        bytes: &[u8],
        id: ReportId,
        name: &str,
        options: &ExtractOptions,
        is_alone: bool,
        begun: &mut dyn FnMut(Step),
    ) -> Result<Reading, Missed> {
        if is_alone {
            let _turn = self.turns.write().unwrap_or_else(PoisonError::into_inner);
            // By one that has read nothing else.
            self.dismiss();
            self.attempt(bytes, id, name, options, begun)
        } else {
            let _turn = self.turns.read().unwrap_or_else(PoisonError::into_inner);
            self.attempt(bytes, id, name, options, begun)
        }
    }

    fn attempt(
        &self,
        bytes: &[u8],
        id: ReportId,
        name: &str,
        options: &ExtractOptions,
        begun: &mut dyn FnMut(Step),
    ) -> Result<Reading, Missed> {
        let task = Task::Read(id, options.clone());
        let asked = self.asking(bytes, name, task, &options.limits);
        let (mut worker, request, patience) = asked.map_err(|loss| Missed::For(loss.error()))?;
        self.at_work.fetch_add(1, Ordering::Relaxed);
        let answer = worker.ask(&request, patience, begun);
        self.at_work.fetch_sub(1, Ordering::Relaxed);
        match answer {
            Answer::Lost(loss, _) if worker.files > 1 && loss.error().reason == Reason::OutOfMemory => {
                Err(Missed::Lost(Loss::Crowded, None))
            }
            Answer::Lost(loss, page) => Err(Missed::Lost(loss, page)),
            Answer::Failure(error) => {
                self.give(worker);
                Err(Missed::For(error))
            }
            Answer::Record(record) => match reading(record, id) {
                Ok(reading) => {
                    self.give(worker);
                    Ok(reading)
                }
                // It may be of a file that it had read before.
                Err(_) if worker.files > 1 => Err(Missed::Lost(Loss::Early, None)),
                // Who sends another file's record, or a damaged one, is not asked again.
                Err(error) => Err(Missed::For(error)),
            },
        }
    }

    /// Draws pages, numbered from 1, of a file called `name`: `drawn` is told of each in turn, and says whether to go
    /// on. The file is shown once; a page that costs a worker is told of, and the rest are drawn by another.
    pub fn render(
        &self,
        bytes: &[u8],
        name: &str,
        pages: &[u32],
        options: &RenderOptions,
        drawn: &mut dyn FnMut(u32, Result<Picture, RenderError>) -> bool,
    ) {
        let mut pages = pages;
        let mut tried_again = None;
        for _ in 0..=MOST_BAD_PAGES {
            if pages.is_empty() {
                return;
            }
            let (loss, told) = match self.draw(bytes, name, pages, options, drawn) {
                Drawing::Done | Drawing::Stopped => return,
                Drawing::Lost(loss, told) => (loss, told),
            };
            let error = undrawn(loss.error());
            let Some((page, rest)) = pages.get(told..).and_then(<[u32]>::split_first) else { return };
            self.count_loss(error.reason);
            tracing::warn!(name, page, reason = %error, "a drawing process was lost");
            // What is no fault of the page is not held against it, once.
            if loss.is_from_outside() && tried_again != Some(*page) {
                tried_again = Some(*page);
                pages = pages.get(told..).unwrap_or_default();
                continue;
            }
            if !drawn(*page, Err(error)) {
                return;
            }
            pages = rest;
        }
        for page in pages {
            let detail = "too many pages of this file cost a drawing process".to_owned();
            if !drawn(*page, Err(RenderError { reason: Reason::Crashed, detail })) {
                return;
            }
        }
    }

    /// Draws one page, numbered from 1.
    pub fn picture(
        &self,
        bytes: &[u8],
        name: &str,
        page: u32,
        options: &RenderOptions,
    ) -> Result<Picture, RenderError> {
        let mut picture = None;
        self.render(bytes, name, &[page], options, &mut |_, result| {
            picture = Some(result);
            true
        });
        let none = || RenderError { reason: Reason::Crashed, detail: "no picture was made".to_owned() };
        picture.unwrap_or_else(|| Err(none()))
    }

    fn draw(
        &self,
        bytes: &[u8],
        name: &str,
        pages: &[u32],
        options: &RenderOptions,
        drawn: &mut dyn FnMut(u32, Result<Picture, RenderError>) -> bool,
    ) -> Drawing {
        let task = Task::Render(pages.to_vec(), options.clone());
        let (mut worker, request, patience) = match self.asking(bytes, name, task, &options.limits) {
            Ok(asked) => asked,
            Err(loss) => return Drawing::Lost(loss, 0),
        };
        self.at_work.fetch_add(1, Ordering::Relaxed);
        let drawing = worker.draw(&request, (pages, options), patience, drawn);
        self.at_work.fetch_sub(1, Ordering::Relaxed);
        if matches!(drawing, Drawing::Done) {
            self.give(worker);
        }
        drawing
    }

    /// A worker that is shown a file, what to ask of it, and how long that may take.
    fn asking(
        &self,
        bytes: &[u8],
        name: &str,
        task: Task,
        limits: &Limits,
    ) -> Result<(Process, Request, Patience), Loss> {
        let failed = |what, error| Loss::Unstarted(format!("{what}: {error}"));
        let mut worker = self.take().map_err(|error| failed("no reading process could be started", error))?;
        let room = worker.show(bytes).map_err(|error| failed("no memory to show the file to its reader", error))?;
        let length = bytes.len() as u64;
        let memory = MEMORY.saturating_add(length.saturating_mul(MEMORY_PER_BYTE)).min(limits.memory_bytes);
        let stall = Duration::from_millis(limits.stall_milliseconds);
        let request = Request { name: name.to_owned(), task, length, room, memory };
        Ok((worker, request, Patience { stall, whole: limits.time(length) + GRACE, pages: limits.pages }))
    }

    /// Ends the idle workers. A worker dies with the thread that started it, so whoever ends threads that have read
    /// files lets go of the workers as well.
    pub fn dismiss(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        idle.into_iter().for_each(|worker| self.end(worker));
    }

    /// Ends a worker, whose memory is looked at as long as it is there.
    fn end(&self, worker: Process) {
        self.peak_memory.fetch_max(worker.peak_memory().unwrap_or(0), Ordering::Relaxed);
        drop(worker);
    }

    fn take(&self) -> io::Result<Process> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut worker) = idle else { break };
            // Somebody may have ended it while it had nothing to do.
            if worker.is_waiting() {
                return Ok(worker);
            }
        }
        let mut starts = 1;
        loop {
            match Process::start(&self.program, self.start) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted && starts < MOST_STARTS => starts += 1,
                other => return other,
            }
        }
    }

    fn give(&self, worker: Process) {
        if worker.files < FILES_PER_WORKER && worker.shared_bytes() <= KEPT_SHARED_BYTES {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        } else {
            self.end(worker);
        }
    }
}

/// Why one attempt at a file gave nothing.
enum Missed {
    /// For this reason, whoever tries again.
    For(ExtractError),
    /// The worker was lost, and was on this page last, if on any.
    Lost(Loss, Option<u32>),
}

/// The report of a record that a worker sent, if it is one of the bytes that it was given.
fn reading(record: Vec<u8>, id: ReportId) -> Read {
    match TextStore::decode_without_boxes(&record) {
        Some(report) if report.id == id => Ok(Reading { report, record, unrecognised: 0 }),
        _ => {
            let detail = "the reading process sent a record that is not of this file".to_owned();
            Err(ExtractError { reason: Reason::Crashed, detail })
        }
    }
}

#[cfg(test)]
mod tests;
