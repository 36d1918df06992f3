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
    threads: rayon::ThreadPool,
    stages: Option<Arc<Stages>>,
}

impl Pool {
    /// Starts `jobs` threads; 0 means one a core.
    pub(crate) fn new(jobs: usize) -> Result<Pool, IngestError> {
        let jobs = if jobs > 0 { jobs } else { std::thread::available_parallelism().map_or(1, usize::from) };
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .stack_size(STACK_BYTES)
            .thread_name(|index| format!("extract-{index}"))
            .build()?;
        Ok(Pool { threads, stages: None })
    }

    /// The same, with the time of its threads counted by stage.
    pub(crate) fn counted(self, stages: Option<Arc<Stages>>) -> Pool {
        Pool { stages, ..self }
    }

    /// How many threads there are.
    pub(crate) fn jobs(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Calls `each` with every item, in order, until one returns false or `stop` is set; returns how many were taken.
    pub(crate) fn each<T: Sync>(
        &self,
        items: &[T],
        stop: &AtomicBool,
        each: impl Fn(usize, &T) -> bool + Sync,
    ) -> usize {
        let next = AtomicUsize::new(0);
        let is_over = AtomicBool::new(false);
        self.threads.broadcast(|_| {
            let _listening = self.stages.as_ref().map(Stages::listen);
            while !stop.load(Ordering::Relaxed) && !is_over.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(index) else { break };
                if !each(index, item) {
                    is_over.store(true, Ordering::Relaxed);
                }
            }
        });
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
