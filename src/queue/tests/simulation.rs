//! A hundred workers, some of which die, pause or are cut off, an engine that forgets to answer and answers too late, and
//! a database that breaks off, all on a clock of their own: the real rules and the real publishing.

use super::memory::Memory;
use super::rules::{id, read, source};
use crate::queue::tables::{Database, Work};
use crate::queue::{
    Item, Pace, PageEngine, Publication, Published, PurgeError, PutError, Queue, QueueError, RevisionId, RevisionState,
    State, Step, Subject, Token, purge,
};
use fastrand::Rng;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

const WORKERS: usize = 100;
const LEASE: u64 = 60_000;
/// The longest that a request may still be under way after whoever sent it was given up.
const LATEST: u64 = 90_000;
/// How long a revision is retired before it is deleted: longer than that.
const PURGE_AGE: Duration = Duration::from_millis(LATEST + 30_000);
const PURGE_INTERVAL: u64 = 60_000;
/// Files that one worker leases at once.
const BATCH: u32 = 3;

/// How often things go wrong; chances at each step.
#[derive(Clone, Copy)]
struct Faults {
    death: f64,
    pause: f64,
    queue: f64,
    engine: f64,
}

const NONE: Faults = Faults { death: 0.0, pause: 0.0, queue: 0.0, engine: 0.0 };
const MANY: Faults = Faults { death: 0.004, pause: 0.002, queue: 0.01, engine: 0.05 };

/// A database that breaks off before or after it has done what it was asked.
struct Flaky {
    memory: Memory,
    random: Mutex<Rng>,
    chance: f64,
}

impl Database for Flaky {
    fn transaction(&self, work: &mut Work<'_>) -> Result<(), QueueError> {
        let draw = self.random.lock().expect("random numbers").f64();
        if draw >= self.chance / 2.0 {
            self.memory.transaction(work)?;
        }
        if draw < self.chance { Err(QueueError::Unreachable("broken off".to_owned())) } else { Ok(()) }
    }
}

/// An engine that only adds: pages by revision, each from when it shows.
struct Engine {
    pages: RefCell<HashMap<RevisionId, Vec<(u32, u64)>>>,
    random: RefCell<Rng>,
    now: Cell<u64>,
    faults: Faults,
}

impl Engine {
    fn store(&self, revision: &RevisionId, pages: &[u32], earliest: u64, latest: u64) {
        let shows = self.now.get() + self.random.borrow_mut().u64(earliest..=latest);
        self.pages.borrow_mut().entry(revision.clone()).or_default().extend(pages.iter().map(|page| (*page, shows)));
    }

    fn shown(&self, revision: &RevisionId) -> Vec<u32> {
        let pages = self.pages.borrow();
        let shown = pages.get(revision).into_iter().flatten().filter(|(_, shows)| *shows <= self.now.get());
        shown.map(|(page, _)| *page).collect()
    }
}

impl PageEngine for Engine {
    type Page = u32;

    fn put(&self, revision: &RevisionId, pages: &[u32]) -> Result<usize, PutError> {
        let batch = &pages[..pages.len().min(20)];
        let unknown = || PutError::Unknown { pages: batch.len(), detail: "no answer".to_owned() };
        let (is_fault, kind) = {
            let mut random = self.random.borrow_mut();
            (random.f64() < self.faults.engine, random.u32(0..6))
        };
        if !is_fault {
            self.store(revision, batch, 0, 6_000);
            return Ok(batch.len());
        }
        match kind {
            0 => self.store(revision, batch, 0, 6_000),
            1 => self.store(revision, batch, 30_000, LATEST),
            2 => self.store(revision, &batch[..batch.len() / 2], 0, 6_000),
            3 => {}
            4 => return Err(PutError::Busy("429".to_owned())),
            _ => {
                self.store(revision, &batch[..batch.len() / 2], 0, 6_000);
                return Err(PutError::Busy("429 for some".to_owned()));
            }
        }
        Err(unknown())
    }

    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String> {
        if self.random.borrow_mut().f64() < self.faults.engine {
            return Err("no answer".to_owned());
        }
        Ok(revisions.iter().map(|revision| self.shown(revision).len() as u64).sum())
    }

    /// Deletes what shows by now; what comes later stays.
    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String> {
        let now = self.now.get();
        let mut pages = self.pages.borrow_mut();
        for revision in revisions {
            if let Some(pages) = pages.get_mut(revision) {
                pages.retain(|(_, shows)| *shows > now);
            }
        }
        pages.retain(|_, pages| !pages.is_empty());
        if self.random.borrow_mut().f64() < self.faults.engine { Err("no answer".to_owned()) } else { Ok(()) }
    }
}

/// A file and what is in it.
struct File {
    place: String,
    report: String,
    pages: Vec<u32>,
    reading: u64,
}

fn files(count: usize, random: &mut Rng) -> Vec<File> {
    let file = |number: usize| {
        // One in twenty is a copy of the one before.
        let report = if number % 20 == 1 { number - 1 } else { number };
        let mut of_report = Rng::with_seed(report as u64);
        let pages = (1..=of_report.u32(0..90)).collect();
        File { place: format!("f{number}"), report: format!("r{report}"), pages, reading: random.u64(500..20_000) }
    };
    (0..count).map(file).collect()
}

/// One worker: what it leased and what it is doing.
struct Worker {
    lease: Option<Token>,
    left: Vec<Item>,
    publication: Option<Publication<u32>>,
    /// Whether the first of `left` was read.
    is_read: bool,
    renewed: u64,
}

impl Worker {
    fn new() -> Self {
        Worker { lease: None, left: Vec::new(), publication: None, is_read: false, renewed: 0 }
    }
}

struct Simulation<'f> {
    files: &'f [File],
    by_place: BTreeMap<Vec<u8>, &'f File>,
    memory: Memory,
    queue: Queue,
    engine: Engine,
    random: Rng,
    faults: Faults,
    workers: Vec<Worker>,
    deaths: u32,
    pauses: u32,
}

impl<'f> Simulation<'f> {
    fn new(files: &'f [File], faults: Faults, seed: u64) -> Simulation<'f> {
        let memory = Memory::default();
        let database =
            Flaky { memory: memory.clone(), random: Mutex::new(Rng::with_seed(seed + 1)), chance: faults.queue };
        let engine = Engine {
            pages: RefCell::default(),
            random: RefCell::new(Rng::with_seed(seed + 2)),
            now: Cell::new(0),
            faults,
        };
        let offered: Vec<_> = files.iter().map(|file| source(&file.place, "1")).collect();
        memory.queue().offer(&offered).expect("offers");
        Simulation {
            files,
            by_place: files.iter().map(|file| (file.place.clone().into_bytes(), file)).collect(),
            memory,
            queue: Queue { database: Box::new(database) },
            engine,
            random: Rng::with_seed(seed),
            faults,
            workers: (0..WORKERS).map(|_| Worker::new()).collect(),
            deaths: 0,
            pauses: 0,
        }
    }

    /// Runs until every file is done; gives the milliseconds it took.
    fn run(&mut self) -> u64 {
        let mut events: BinaryHeap<Reverse<(u64, usize)>> = (0..WORKERS).map(|worker| Reverse((0, worker))).collect();
        let mut next_purge = PURGE_INTERVAL;
        loop {
            let Reverse((now, worker)) = events.pop().expect("workers");
            assert!(now < 48 * 3_600_000, "it does not end: {:?}", self.memory.queue().counts());
            self.set_clock(now);
            if now >= next_purge {
                self.purge();
                self.check();
                next_purge = now + PURGE_INTERVAL;
            }
            let counts = self.memory.queue().counts().expect("counts");
            if counts.done == self.files.len() as u64 {
                return now;
            }
            if counts.waiting + counts.leased == 0 {
                self.memory.queue().retry(Some("abandoned")).expect("retries");
            }
            let wait = self.act(worker, now);
            events.push(Reverse((now + wait.max(1), worker)));
        }
    }

    fn set_clock(&self, now: u64) {
        self.memory.set_clock(now as i64);
        self.engine.now.set(now);
    }

    /// What a worker does at this moment; gives how long until it does something again.
    fn act(&mut self, place: usize, now: u64) -> u64 {
        let draw = self.random.f64();
        if draw < self.faults.death {
            self.deaths += 1;
            // A new one comes in its place and knows nothing.
            self.workers[place] = Worker::new();
            return 30_000;
        }
        if draw < self.faults.death + self.faults.pause {
            self.pauses += 1;
            return 3 * LEASE;
        }
        match self.work(place, now) {
            Ok(wait) => wait,
            Err(QueueError::Unreachable(_)) => 1_000,
            Err(error) => panic!("{error}"),
        }
    }

    fn work(&mut self, place: usize, now: u64) -> Result<u64, QueueError> {
        let worker = &mut self.workers[place];
        let time = Duration::from_millis(LEASE);
        let lease = match &worker.lease {
            Some(lease) => lease.clone(),
            None => worker.lease.insert(Token::random()?).clone(),
        };
        if worker.left.is_empty() {
            worker.left = self.queue.lease(&lease, "worker", BATCH, time)?;
            worker.renewed = now;
            worker.is_read = false;
            return Ok(if worker.left.is_empty() { 5_000 } else { 0 });
        }
        if now - worker.renewed > LEASE / 3 {
            let held = self.queue.renew(&lease, time)?;
            worker.renewed = now;
            let current = worker.left[0].source.place.clone();
            worker.left.retain(|item| held.contains(&item.source.place));
            if worker.left.first().is_none_or(|item| item.source.place != current) {
                (worker.publication, worker.is_read) = (None, false);
            }
        }
        let Some(item) = worker.left.first() else {
            worker.lease = None;
            return Ok(0);
        };
        let file = self.by_place[&item.source.place];
        if !worker.is_read {
            worker.is_read = true;
            return Ok(file.reading);
        }
        let publication = match &mut worker.publication {
            Some(publication) => publication,
            none => {
                let subject = Subject {
                    lease,
                    place: item.source.place.clone(),
                    returns: item.returns,
                    read: read(&file.report),
                    edition: "1".to_owned(),
                    pages: file.pages.clone(),
                };
                none.insert(Publication::new(subject, Pace::default())?)
            }
        };
        match publication.step(&self.queue, &self.engine, Duration::from_millis(now))? {
            Step::Wait(time) => Ok(time.as_millis() as u64),
            Step::Done(published) => {
                assert!(!matches!(published, Published::Failed(_)), "{published:?}");
                worker.left.remove(0);
                (worker.publication, worker.is_read) = (None, false);
                if worker.left.is_empty() {
                    worker.lease = None;
                }
                Ok(0)
            }
        }
    }

    fn purge(&self) {
        // What the engine does not answer, the next round asks again.
        match purge(&self.memory.queue(), &self.engine, PURGE_AGE, 1_000) {
            Ok(_) | Err(PurgeError::Engine(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// What a search would see at this moment: of every report nothing or each page once.
    fn check(&self) {
        let content = self.memory.content();
        let pages_of: HashMap<_, _> = self.files.iter().map(|file| (id(&file.report), &file.pages)).collect();
        let masked: BTreeSet<RevisionId> = self.memory.queue().masked().expect("lists").into_iter().collect();
        let stored: Vec<RevisionId> = self.engine.pages.borrow().keys().cloned().collect();
        for revision in stored.iter().filter(|revision| !masked.contains(revision)) {
            let known = content.revisions.get(revision).expect("what the engine has is written down");
            assert_eq!(known.state, RevisionState::Live);
        }
        let live = content.revisions.values().filter(|revision| revision.state == RevisionState::Live);
        let live: BTreeSet<_> = live.map(|revision| revision.report).collect();
        let known: BTreeSet<_> = content.reports.keys().copied().collect();
        assert_eq!(live, known, "the catalogue knows what is live and nothing else");
        for item in content.items.values().filter(|item| item.state == State::Done) {
            let file = content.files.get(Path::new(OsStr::from_bytes(&item.source.place))).expect("its file is known");
            assert_eq!(file.id, item.report);
        }
        for revision in content.revisions.values().filter(|revision| revision.state == RevisionState::Live) {
            let mut shown = self.engine.shown(&revision.id);
            shown.sort_unstable();
            assert_eq!(&&shown, &pages_of[&revision.report], "each page of a live report once");
        }
    }

    /// Lets all that is under way arrive, purges, and looks whether all is there and nothing else.
    fn settle(&mut self, end: u64) {
        self.check();
        let mut now = end;
        for worker in 0..WORKERS {
            // A worker that paused comes back to what it held.
            let _ = self.work(worker, now);
        }
        while now < end + 8 * PURGE_AGE.as_millis() as u64 {
            now += PURGE_INTERVAL;
            self.set_clock(now);
            self.purge();
        }
        self.check();
        let content = self.memory.content();
        let reports: BTreeSet<_> = self.files.iter().map(|file| id(&file.report)).collect();
        let is_live = |state: RevisionState| state == RevisionState::Live;
        assert!(content.items.values().all(|item| item.state == State::Done));
        assert!(content.revisions.values().all(|revision| is_live(revision.state)), "the rest is purged");
        let live: BTreeSet<_> = content.revisions.values().map(|revision| revision.report).collect();
        assert_eq!(live, reports, "no report lost");
        let expected: usize = content.revisions.values().map(|revision| revision.pages as usize).sum();
        assert_eq!(self.engine.pages.borrow().values().map(Vec::len).sum::<usize>(), expected, "no page too many");
    }
}

#[test]
fn a_hundred_workers_of_which_some_die_lose_and_double_nothing() {
    let files = files(1_200, &mut Rng::with_seed(7));
    let mut undisturbed = Simulation::new(&files, NONE, 1);
    let best = undisturbed.run();
    undisturbed.settle(best);
    for seed in [11, 12, 13] {
        let mut simulation = Simulation::new(&files, MANY, seed);
        let time = simulation.run();
        simulation.settle(time);
        assert!(simulation.deaths > 20 && simulation.pauses > 10, "the faults have happened");
        println!(
            "seed {seed}: {} deaths, {} pauses, {} s instead of {} s",
            simulation.deaths,
            simulation.pauses,
            time / 1_000,
            best / 1_000
        );
    }
}
