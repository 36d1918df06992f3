//! Reading for a library that outgrows one machine: files are offered to a queue, and workers on any number of machines
//! take them from there.
//!
//! ```text
//! queue ─lease▶ coordinator ─▶ readers ─(budget of bytes)▶ publishers ─▶ engine, queue
//!                              read in the sandbox,          many reports each, one step at a time:
//!                              keep texts and boxes          begin, put, count, finish
//! ```
//!
//! What persons say about a report (editors, or a file beside the PDF) is laid over what was read before it is published,
//! and is part of its edition. If they say something else of a report that is live, a mark in the service's store stands
//! for it; one of the workers at a time has such reports published again from what is stored of them, and takes a mark away
//! once the edition that is live says the same (`follow`).
//!
//! A worker may be killed at any moment: what it held is taken over when its lease ends, and what it had sent stays hidden
//! under a revision that is never live. Nothing that it cannot reach for a while ends it: the database, the engine and the
//! storage are asked again, with longer and longer pauses, and meanwhile it takes no more files.

mod beside;
mod enqueue;
mod follow;
mod handed;
mod leases;
mod options;
mod publish;
mod purge;
mod read;
mod refill;
mod said;
mod shelf;
#[cfg(test)]
mod tests;
mod trouble;

pub use enqueue::{EnqueueError, Enqueued, enqueue, offer_again};
pub use handed::{HandedError, hand_over, take_away};
pub use options::{Ends, FleetOptions, Shelf, Stored, Worked};
pub use refill::{RefillError, Refilled, refill};
pub use shelf::{ClusterShelf, GENERATION};

use crate::extract::READER_STACK_BYTES;
use crate::ingest::budget::Budget;
use crate::ingest::pipeline::{Closing, WAITING_BYTES};
use crate::ingest::{Progress, reader};
use crate::queue::{Item, PageEngine, Queue, QueueError, Token};
use crossbeam_channel::Sender;
use leases::Leases;
use publish::{Parcel, Publisher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use trouble::Trouble;

/// Threads that publish; each looks after many reports.
const PUBLISHERS: usize = 4;
/// How soon a thread that waits notices that it is to stop.
const GLANCE: Duration = Duration::from_millis(100);
/// Between two looks for files where there were none.
const IDLE: Duration = Duration::from_secs(1);

/// Connects to the queue; called by each thread that asks it, as a connection serves one at a time.
pub type Connect<'c> = dyn Fn() -> Result<Queue, QueueError> + Sync + 'c;

/// What the threads of a worker share.
struct Fleet<'f, S: Shelf> {
    options: &'f FleetOptions,
    shelf: &'f S,
    connect: &'f Connect<'f>,
    progress: &'f dyn Progress,
    stop: &'f AtomicBool,
    leases: Leases,
    trouble: Trouble,
    budget: Budget,
    worked: Mutex<Worked>,
    /// Set when there is nothing left to renew or to purge for.
    is_over: AtomicBool,
}

/// A file that a worker holds.
struct Work {
    lease: Token,
    item: Item,
}

/// Takes files from the queue and publishes their reports until `stop` is set, or as long as there are any if the options
/// say so. Then what was not begun is given back at once, and what is being published within the time to finish.
pub fn work<S: Shelf>(
    options: &FleetOptions,
    shelf: &S,
    connect: &Connect<'_>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Worked, QueueError> {
    let fleet = Fleet {
        options,
        shelf,
        connect,
        progress,
        stop,
        leases: Leases::default(),
        trouble: Trouble::new(options.longest_pause),
        budget: Budget::new(WAITING_BYTES),
        worked: Mutex::default(),
        is_over: AtomicBool::new(false),
    };
    let Some(queue) = fleet.connected()? else { return Ok(Worked::default()) };
    let outcome = fleet.run(&queue);
    options.read.workers.iter().for_each(|workers| workers.dismiss());
    outcome?;
    Ok(fleet.worked.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

impl<S: Shelf> Fleet<'_, S> {
    /// A connection of one's own, waited for; `None` if the worker is to stop before. Only what no waiting mends is an
    /// error.
    fn connected(&self) -> Result<Option<Queue>, QueueError> {
        let mut pause = Duration::from_millis(250);
        loop {
            match (self.connect)() {
                Ok(queue) => return Ok(Some(queue)),
                Err(QueueError::Unreachable(detail)) => {
                    tracing::warn!(detail, "the database of the queue is waited for");
                    if !self.sleep(pause) {
                        return Ok(None);
                    }
                    pause = (pause * 2).min(self.options.longest_pause);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Sleeps; false if the worker is to stop.
    fn sleep(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.is_stopping() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(GLANCE));
        }
        false
    }

    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn run(&self, queue: &Queue) -> Result<(), QueueError> {
        let jobs = self.options.jobs();
        let (work, taken) = crossbeam_channel::bounded::<Work>(jobs);
        let (parcels, to_publish) = crossbeam_channel::unbounded::<Parcel<S::Document>>();
        let extract = reader(&self.options.read, self.stop);
        let extract = &extract;
        std::thread::scope(|scope| {
            let mut readers = Vec::new();
            for _ in 0..jobs {
                let (taken, parcels) = (taken.clone(), parcels.clone());
                let thread = std::thread::Builder::new().stack_size(READER_STACK_BYTES);
                let reader = thread.spawn_scoped(scope, move || self.read_all(&taken, &parcels, extract));
                readers.push(reader.map_err(|error| QueueError::Unreachable(error.to_string()))?);
            }
            drop((taken, parcels));
            let publishers: Vec<_> = (0..PUBLISHERS)
                .map(|_| {
                    let to_publish = to_publish.clone();
                    scope.spawn(move || {
                        // Whoever waits for room is let go if this ends otherwise than by having done all.
                        let closing = Closing(&self.budget);
                        if let Some(queue) = self.connected()? {
                            Publisher::new(self, queue).run(&to_publish);
                            std::mem::forget(closing);
                        }
                        Ok(())
                    })
                })
                .collect();
            drop(to_publish);
            let renewing = scope.spawn(|| self.renew());
            let purging = scope.spawn(|| self.purge());
            let following = scope.spawn(|| self.follow());
            let coordinated = self.take(queue, &work);
            // Those who read end when nobody hands them anything any more.
            drop(work);
            // Whoever panics takes the worker with it: its leases end, and others go on.
            readers.into_iter().for_each(|reader| reader.join().unwrap_or_else(resume));
            let published: Vec<Result<(), QueueError>> =
                publishers.into_iter().map(|publisher| publisher.join().unwrap_or_else(resume)).collect();
            self.is_over.store(true, Ordering::Relaxed);
            let others = [renewing, purging, following].map(|thread| thread.join().unwrap_or_else(resume));
            published.into_iter().chain(others).chain([coordinated]).collect()
        })
    }

    /// Leases files and hands them to the readers, until there is a reason to end.
    fn take(&self, queue: &Queue, work: &Sender<Work>) -> Result<(), QueueError> {
        let batch = u32::try_from(2 * self.options.jobs()).unwrap_or(u32::MAX);
        while !self.is_stopping() {
            if let Some(pause) = self.trouble.pause() {
                self.sleep(pause.min(IDLE));
                continue;
            }
            let lease = Token::random()?;
            let items = match queue.lease(&lease, &self.options.name, batch, self.options.lease) {
                Ok(items) => items,
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    self.trouble.note("lease files", &error);
                    continue;
                }
            };
            if items.is_empty() {
                if self.options.ends == Ends::WhenNothingIsLeft && self.is_done(queue) {
                    return Ok(());
                }
                self.sleep(IDLE);
                continue;
            }
            self.leases.took(&lease, &items);
            for item in items {
                self.hand_over(queue, work, Work { lease: lease.clone(), item });
            }
        }
        Ok(())
    }

    /// Waits for a reader; gives the file back if the worker is to stop before one is free.
    fn hand_over(&self, queue: &Queue, work: &Sender<Work>, mut one: Work) {
        loop {
            if self.is_stopping() {
                return self.give_back(queue, &one, Duration::ZERO);
            }
            match work.send_timeout(one, GLANCE) {
                Ok(()) => return,
                Err(error) => one = error.into_inner(),
            }
        }
    }

    /// Whether no file waits or is being read, by anybody, and no report is to be published again.
    fn is_done(&self, queue: &Queue) -> bool {
        match self.follow_once(queue) {
            Ok(0) => {}
            Ok(_) => return false,
            Err(error) => {
                self.trouble.note("follow corrections", &error);
                return false;
            }
        }
        queue.counts().is_ok_and(|counts| counts.waiting == 0 && counts.leased == 0)
    }

    /// Renews what is held, well before its time is over.
    fn renew(&self) -> Result<(), QueueError> {
        let Some(queue) = self.connected()? else { return Ok(()) };
        let mut renewed = Instant::now();
        while !self.is_over.load(Ordering::Relaxed) {
            std::thread::sleep(GLANCE);
            if renewed.elapsed() < self.options.lease / 4 {
                continue;
            }
            renewed = Instant::now();
            for lease in self.leases.all() {
                match queue.renew(&lease, self.options.lease) {
                    Ok(held) => self.leases.keep(&lease, &held),
                    // Whoever publishes is told by the queue whether the lease still holds.
                    Err(error) => tracing::warn!(%error, "a lease was not renewed"),
                }
            }
        }
        Ok(())
    }

    /// Lets go of a file. If that cannot be said, its lease ends by itself.
    fn give_back(&self, queue: &Queue, work: &Work, wait: Duration) {
        let held = crate::queue::Held { lease: &work.lease, place: &work.item.source.place };
        if let Err(error) = queue.give_back(held, wait) {
            tracing::warn!(%error, "a file is left to its lease");
        }
        self.leases.done(&work.lease, &work.item.source.place);
        self.count(|worked| worked.given_back += 1);
    }

    fn count(&self, count: impl FnOnce(&mut Worked)) {
        count(&mut self.worked.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    fn engine(&self) -> &dyn PageEngine<Page = S::Document> {
        self.shelf.engine()
    }
}

fn resume<T>(panic: Box<dyn std::any::Any + Send>) -> T {
    std::panic::resume_unwind(panic)
}
