//! Searches that end before their end: when their time is up, or when nobody waits for them any more.
//!
//! The engine calls back for every report it finds and cannot be told to stop, so a search unwinds from where it looks,
//! as it would from a panic, but without one: nothing is told or printed, and what it has read is only let go.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Looks between two at the clock: a look is made for every report or block of them.
const LOOKS: u32 = 64;

thread_local! {
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
    static LOOKED: Cell<u32> = const { Cell::new(0) };
}

/// When a search must end.
#[derive(Debug, Clone)]
pub struct Stop {
    /// At the latest.
    pub deadline: Instant,
    /// As soon as this is true.
    pub asked: Arc<AtomicBool>,
}

/// What a search that was stopped unwinds with.
struct Stopped;

impl Stop {
    /// Runs a search on this thread; `None` if it was stopped.
    pub fn run<T>(self, search: impl FnOnce() -> T) -> Option<T> {
        LOOKED.set(0);
        CURRENT.set(Some(self));
        let result = catch_unwind(AssertUnwindSafe(search));
        CURRENT.set(None);
        match result {
            Ok(result) => Some(result),
            Err(payload) if payload.is::<Stopped>() => None,
            Err(payload) => resume_unwind(payload),
        }
    }

    /// Ends the search on this thread if it must end. Cheap; to be called wherever something is done many times, and
    /// never while a lock is held.
    pub fn look() {
        let looked = LOOKED.get();
        LOOKED.set((looked + 1) % LOOKS);
        if looked == 0 && CURRENT.with_borrow(|stop| stop.as_ref().is_some_and(Stop::is_due)) {
            resume_unwind(Box::new(Stopped));
        }
    }

    fn is_due(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_search_ends_when_it_must_and_the_next_does_not() {
        let stop = |seconds| Stop { deadline: Instant::now() + Duration::from_secs(seconds), asked: Arc::default() };
        let endless = || loop {
            Stop::look();
        };
        assert_eq!(stop(0).run(endless), None::<()>);
        let asked = stop(600);
        asked.asked.store(true, Ordering::Relaxed);
        assert_eq!(asked.run(endless), None::<()>);
        let long = || (0..1_000).for_each(|_| Stop::look());
        assert_eq!(stop(600).run(long), Some(()));
        long();
    }

    #[test]
    fn a_panic_stays_a_panic() {
        let stop = Stop { deadline: Instant::now() + Duration::from_secs(600), asked: Arc::default() };
        let panicked = catch_unwind(|| stop.run(|| panic!("on purpose")));
        assert!(panicked.is_err_and(|payload| payload.is::<&str>()));
    }
}
