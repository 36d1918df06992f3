//! Where pictures are drawn: a queue with a bound, and a few threads that take from it.
//!
//! Large pictures go first, since somebody looks at the place where they will be; small ones of the same report are
//! drawn together, so that its file is opened once for all of them.

use crate::extract::READER_STACK_BYTES;
use crate::render::{Picture, RenderError};
use crate::report::{Reason, ReportId};
use crate::serve::pictures::artist::Artist;
use crate::serve::pictures::shelf::Shelf;
use crate::serve::pictures::{Key, Source, THUMBNAIL};
use crate::serve::problem::{Code, Problem};
use axum::body::Bytes;
use std::collections::{HashMap, VecDeque};
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Small pictures of one report that are drawn together.
const TOGETHER: usize = 16;

/// How long a page that could not be drawn is not tried again: it may have cost a worker, or all of its time.
const FAILURE_AGE: Duration = Duration::from_secs(600);

/// Failures remembered; then all are forgotten.
const MOST_FAILURES: usize = 10_000;

/// How long there must be nothing to draw before those who draw are let go.
const REST: Duration = Duration::from_secs(60);

/// What came of a picture.
type Outcome = Result<Bytes, RenderError>;

/// A picture that is being drawn.
#[derive(Debug, Clone)]
pub struct Order(watch::Receiver<Option<Outcome>>);

impl Order {
    /// Waits for it.
    pub async fn picture(mut self) -> Outcome {
        let lost = || RenderError { reason: Reason::Crashed, detail: "drawing it ended abnormally".to_owned() };
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(lost())),
            Err(_) => Err(lost()),
        }
    }
}

/// Draws what is ordered.
pub struct Desk {
    shared: Arc<Shared>,
    threads: usize,
    queued: usize,
}

struct Shared {
    artist: Box<dyn Artist>,
    shelf: Arc<Shelf>,
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    underway: HashMap<Key, Order>,
    failed: HashMap<(ReportId, u32), (Instant, RenderError)>,
    threads: usize,
    /// Threads that have nothing to do.
    idle: usize,
    is_closed: bool,
}

struct Job {
    key: Key,
    source: Source,
    outcome: watch::Sender<Option<Outcome>>,
}

impl Desk {
    /// A desk with so many threads, which are started when they are needed, and so many pictures waiting.
    pub fn new(artist: Box<dyn Artist>, shelf: Arc<Shelf>, threads: usize, queued: usize) -> Desk {
        let shared = Shared { artist, shelf, state: Mutex::default(), woken: Condvar::new() };
        Desk { shared: Arc::new(shared), threads: threads.max(1), queued }
    }

    /// Why a page could not be drawn a short while ago.
    pub fn failure(&self, id: ReportId, page: u32) -> Option<RenderError> {
        let state = self.shared.lock();
        let (failed, error) = state.failed.get(&(id, page))?;
        (failed.elapsed() < FAILURE_AGE).then(|| error.clone())
    }

    /// Has a picture drawn, or joins those who wait for it.
    pub fn order(&self, key: Key, source: Source) -> Result<Order, Problem> {
        let mut state = self.shared.lock();
        // A thread that ended abnormally has left its orders behind, and dropped what would have answered them.
        if let Some(order) = state.underway.get(&key).filter(|order| order.0.has_changed().is_ok()) {
            return Ok(order.clone());
        }
        if state.waiting.len() >= self.queued {
            return Err(Problem::new(Code::Overloaded, "too many pages are being drawn; try again in a moment"));
        }
        let (outcome, receiver) = watch::channel(None);
        let order = Order(receiver);
        state.underway.insert(key, order.clone());
        state.waiting.push_back(Job { key, source, outcome });
        if state.idle < state.waiting.len() && state.threads < self.threads {
            let shared = Arc::clone(&self.shared);
            let thread = std::thread::Builder::new().name("recto-draw".to_owned()).stack_size(READER_STACK_BYTES);
            match thread.spawn(move || shared.work()) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => {
                    tracing::error!(%error, "no thread to draw pages");
                    state.waiting.clear();
                    state.underway.clear();
                    return Err(Problem::internal());
                }
                Err(error) => tracing::warn!(%error, "no further thread to draw pages"),
            }
        }
        drop(state);
        self.shared.woken.notify_one();
        Ok(order)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.woken.notify_all();
    }
}

/// Counts a thread out, however it ends.
struct Leaving<'s>(&'s Shared);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.lock().threads -= 1;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread's life.
    fn work(&self) {
        let _leaving = Leaving(self);
        while let Some(jobs) = self.next() {
            self.draw(jobs);
        }
    }

    /// Waits for jobs on one report, in one width; nothing when the desk is closed.
    fn next(&self) -> Option<Vec<Job>> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(jobs) = state.take() {
                return Some(jobs);
            }
            state.idle += 1;
            let (woken, waited) = self.woken.wait_timeout(state, REST).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.waiting.is_empty() {
                self.artist.rest();
            }
        }
    }

    fn draw(&self, mut jobs: Vec<Job>) {
        let Some(first) = jobs.first_mut() else { return };
        let key = first.key;
        let bytes = match read(key.id, &mut first.source) {
            Ok(bytes) => bytes,
            Err(error) => {
                for job in jobs {
                    self.finish(&job, Err(error.clone()));
                }
                return;
            }
        };
        let name = first.source.name.clone();
        let pages: Vec<u32> = jobs.iter().map(|job| job.key.page).collect();
        let started = Instant::now();
        self.artist.draw(bytes, &name, &pages, key.width, &mut |page, result| {
            if let Some(place) = jobs.iter().position(|job| job.key.page == page) {
                let job = jobs.swap_remove(place);
                self.finish(&job, result.and_then(|picture| encode(&picture)));
            }
        });
        tracing::debug!(id = %key.id, width = key.width, pages = pages.len(), elapsed = ?started.elapsed(), "drawn");
        for job in jobs {
            let detail = "no picture was made".to_owned();
            self.finish(&job, Err(RenderError { reason: Reason::Crashed, detail }));
        }
    }

    /// Tells everybody who waits. What is kept is so before anybody asks again.
    fn finish(&self, job: &Job, outcome: Outcome) {
        if let Ok(bytes) = &outcome {
            self.shelf.put(&job.key, bytes);
        }
        let mut state = self.lock();
        state.underway.remove(&job.key);
        if let Err(error) = &outcome {
            tracing::info!(id = %job.key.id, page = job.key.page, %error, "a page cannot be drawn");
            // What came from outside the file may have passed by the next time.
            if !matches!(error.reason, Reason::Unreadable | Reason::Killed) {
                if state.failed.len() >= MOST_FAILURES {
                    state.failed.clear();
                }
                state.failed.insert((job.key.id, job.key.page), (Instant::now(), error.clone()));
            }
        }
        drop(state);
        job.outcome.send_replace(Some(outcome));
    }
}

impl State {
    /// The next jobs: a large picture, or small ones of one report.
    fn take(&mut self) -> Option<Vec<Job>> {
        let large = self.waiting.iter().position(|job| job.key.width > THUMBNAIL);
        let first = self.waiting.remove(large.unwrap_or(0))?;
        let key = first.key;
        let mut jobs = vec![first];
        if key.width <= THUMBNAIL {
            let is_alike = |job: &Job| job.key.id == key.id && job.key.width == key.width;
            while jobs.len() < TOGETHER
                && let Some(job) = self.waiting.iter().position(is_alike).and_then(|place| self.waiting.remove(place))
            {
                jobs.push(job);
            }
            jobs.sort_by_key(|job| job.key.page);
        }
        Some(jobs)
    }
}

/// The bytes of an original; an error if they are others by now.
fn read(id: ReportId, source: &mut Source) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    let read = source.file.seek(SeekFrom::Start(0)).and_then(|_| source.file.read_to_end(&mut bytes));
    match read {
        Ok(_) if ReportId::of_bytes(&bytes) == id => Ok(bytes),
        Ok(_) => {
            let detail = "the file was changed since it was read".to_owned();
            Err(RenderError { reason: Reason::Changed, detail })
        }
        Err(error) => {
            Err(RenderError { reason: Reason::Unreadable, detail: format!("the file cannot be read: {error}") })
        }
    }
}

fn encode(picture: &Picture) -> Outcome {
    let packed = picture.png().map(Bytes::from);
    packed.map_err(|error| RenderError { reason: Reason::Crashed, detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Shades;
    use crate::serve::pictures::artist::Drawn;
    use std::io::Write;

    /// Draws when it is let, and tells what of.
    struct Slow {
        begin: Mutex<std::sync::mpsc::Receiver<()>>,
        drawn: Arc<Mutex<Vec<Vec<u32>>>>,
    }

    impl Artist for Slow {
        fn draw(&self, _: Vec<u8>, _: &str, pages: &[u32], width: u32, drawn: &mut Drawn<'_>) {
            self.begin.lock().expect("held by nobody who panics").recv().expect("the test goes on");
            self.drawn.lock().expect("held by nobody who panics").push(pages.to_vec());
            for page in pages {
                let picture = Picture::new(width, 1, Shades::Grey, vec![7; width as usize]);
                let failed = || RenderError { reason: Reason::Damaged, detail: "page 9".to_owned() };
                assert_ne!(*page, 13, "a defect");
                drawn(*page, picture.filter(|_| *page != 9).ok_or_else(failed));
            }
        }

        fn rest(&self) {}
    }

    struct Bench {
        folder: tempfile::TempDir,
        desk: Desk,
        shelf: Arc<Shelf>,
        begin: std::sync::mpsc::Sender<()>,
        drawn: Arc<Mutex<Vec<Vec<u32>>>>,
    }

    fn bench(queued: usize) -> Bench {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (begin, wait) = std::sync::mpsc::channel();
        let drawn = Arc::default();
        let artist = Slow { begin: Mutex::new(wait), drawn: Arc::clone(&drawn) };
        let shelf = Arc::new(Shelf::new(folder.path().join("pictures/1"), 1 << 20));
        let desk = Desk::new(Box::new(artist), Arc::clone(&shelf), 1, queued);
        Bench { folder, desk, shelf, begin, drawn }
    }

    impl Bench {
        fn order(&self, page: u32, width: u32, written: &[u8]) -> Result<Order, Code> {
            let path = self.folder.path().join("a.pdf");
            std::fs::File::create(&path).and_then(|mut file| file.write_all(written)).expect("written");
            let source = Source { file: std::fs::File::open(path).expect("there"), name: "a.pdf".to_owned() };
            let key = Key::new(ReportId::of_bytes(b"bytes"), page, width);
            self.desk.order(key, source).map_err(|problem| problem.code)
        }

        /// Waits until the one thread has taken what was ordered.
        fn until_taken(&self) {
            while !self.desk.shared.lock().waiting.is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    #[tokio::test]
    async fn what_several_want_is_drawn_once_large_pictures_first_and_small_ones_together() {
        let bench = bench(10);
        let first = bench.order(1, 900, b"bytes").expect("room");
        bench.until_taken();
        let orders: Vec<Order> = [(4, 180), (2, 180), (1, 900), (3, 1_350), (2, 100), (1, 900)]
            .into_iter()
            .map(|(page, width)| bench.order(page, width, b"bytes").expect("room"))
            .collect();
        for _ in 0..3 {
            bench.begin.send(()).expect("a thread waits");
        }
        for order in orders.into_iter().chain([first]) {
            assert!(order.picture().await.is_ok());
        }
        assert_eq!(*bench.drawn.lock().expect("whole"), [vec![1], vec![3], vec![2, 4]]);
        assert!(bench.shelf.get(&Key::new(ReportId::of_bytes(b"bytes"), 4, 180)).is_some());
    }

    #[tokio::test]
    async fn a_full_queue_refuses() {
        let bench = bench(1);
        let first = bench.order(1, 900, b"bytes").expect("room");
        bench.until_taken();
        let second = bench.order(2, 900, b"bytes").expect("room for one");
        assert_eq!(bench.order(3, 900, b"bytes").err(), Some(Code::Overloaded));
        assert!(bench.order(2, 900, b"bytes").is_ok(), "no room is needed to join");
        bench.begin.send(()).and_then(|()| bench.begin.send(())).expect("a thread waits");
        assert!(first.picture().await.is_ok() && second.picture().await.is_ok());
    }

    #[tokio::test]
    async fn failures_are_told_and_remembered_but_for_those_of_others() {
        let bench = bench(10);
        let id = ReportId::of_bytes(b"bytes");
        bench.begin.send(()).expect("kept");
        let failed = bench.order(9, 900, b"bytes").expect("room").picture().await.expect_err("cannot be drawn");
        assert_eq!(failed.reason, Reason::Damaged);
        assert_eq!(bench.desk.failure(id, 9), Some(failed));
        let changed = bench.order(8, 900, b"other").expect("room").picture().await.expect_err("other bytes");
        assert_eq!(changed.reason, Reason::Changed);
        // A thread that ends abnormally costs the picture it was at.
        bench.begin.send(()).expect("kept");
        let lost = bench.order(13, 900, b"bytes").expect("room").picture().await.expect_err("lost");
        assert_eq!(lost.reason, Reason::Crashed);
        assert_eq!(bench.desk.failure(id, 13), None);
        while bench.desk.shared.lock().threads > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.begin.send(()).expect("kept");
        assert!(bench.order(1, 900, b"bytes").expect("room").picture().await.is_ok());
    }
}
