//! The extracting threads: each takes the next of a list until it is done or the run is stopped.
//!
//! Handing out one at a time in order, rather than splitting the list, keeps the largest files first and all threads
//! busy to the end.

use crate::clock::Stages;
use crate::ingest::IngestError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Stack of an extracting thread; deeply nested objects of a PDF are walked on it.
const STACK_BYTES: usize = 16 << 20;

/// The threads.
#[derive(Debug)]
pub(crate) struct Pool {
    /// None where there is nothing for them to do.
    threads: Option<rayon::ThreadPool>,
    jobs: usize,
    stages: Option<Arc<Stages>>,
}

impl Pool {
    /// Starts `jobs` threads; 0 means one a core.
    pub(crate) fn new(jobs: usize) -> Result<Pool, IngestError> {
        let jobs = in_full(jobs);
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .stack_size(STACK_BYTES)
            .thread_name(|index| format!("extract-{index}"))
            .build()?;
        Ok(Pool { threads: Some(threads), jobs, stages: None })
    }

    /// The same for so many items: for none, no threads are started.
    pub(crate) fn for_items(jobs: usize, items: usize) -> Result<Pool, IngestError> {
        if items > 0 { Pool::new(jobs) } else { Ok(Pool { threads: None, jobs: in_full(jobs), stages: None }) }
    }

    /// The same, with the time of its threads counted by stage.
    pub(crate) fn counted(self, stages: Option<Arc<Stages>>) -> Pool {
        Pool { stages, ..self }
    }

    /// How many threads there are, or would be.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs
    }

    /// Calls `each` with every item, in order, until one returns false or `stop` is set; returns how many were taken.
    /// Without threads, the thread that asks does it.
    pub(crate) fn each<T: Sync>(
        &self,
        items: &[T],
        stop: &AtomicBool,
        each: impl Fn(usize, &T) -> bool + Sync,
    ) -> usize {
        let next = AtomicUsize::new(0);
        let is_over = AtomicBool::new(false);
        let work = || {
            let _listening = self.stages.as_ref().map(Stages::listen);
            while !stop.load(Ordering::Relaxed) && !is_over.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(index) else { break };
                if !each(index, item) {
                    is_over.store(true, Ordering::Relaxed);
                }
            }
        };
        match &self.threads {
            Some(threads) => drop(threads.broadcast(|_| work())),
            None => work(),
        }
        next.into_inner().min(items.len())
    }

    /// The results of `map` in the order of the items; `None` for those not reached before `stop` was set.
    pub(crate) fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        stop: &AtomicBool,
        map: impl Fn(&T) -> R + Sync,
    ) -> Vec<Option<R>> {
        let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
        self.each(items, stop, |index, item| {
            let result = map(item);
            if let Some(slot) = results.get(index) {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            }
            true
        });
        results.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// One a core for 0.
fn in_full(jobs: usize) -> usize {
    if jobs > 0 { jobs } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_taken_once() {
        let pool = Pool::new(3).expect("threads");
        let items: Vec<u64> = (0..1000).collect();
        let doubled = pool.map(&items, &AtomicBool::new(false), |item| item * 2);
        assert_eq!(doubled, items.iter().map(|item| Some(item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn without_threads_it_is_done_all_the_same() {
        let pool = Pool::for_items(3, 0).expect("nothing to start");
        assert_eq!((pool.jobs(), pool.threads.is_none()), (3, true));
        assert_eq!(pool.map(&[1, 2], &AtomicBool::new(false), |item| item + 1), [Some(2), Some(3)]);
        assert!(Pool::for_items(3, 1).expect("threads").threads.is_some());
    }

    #[test]
    fn nothing_is_begun_after_stop_or_false() {
        let pool = Pool::new(1).expect("threads");
        let items = [1, 2, 3, 4];
        let stop = AtomicBool::new(false);
        let taken = pool.each(&items, &stop, |_, item| {
            stop.store(*item == 2, Ordering::Relaxed);
            true
        });
        assert_eq!(taken, 2);
        assert_eq!(pool.each(&items, &AtomicBool::new(false), |_, item| *item < 3), 3);
    }
}
