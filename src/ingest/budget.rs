//! A bound on the bytes that wait between the extracting threads and the committing one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that may wait; who would exceed them waits until there is room.
#[derive(Debug)]
pub(super) struct Budget {
    capacity: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    is_closed: bool,
}

impl Budget {
    /// A budget of `capacity` bytes.
    pub(super) fn new(capacity: u64) -> Budget {
        Budget { capacity, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Takes `bytes`, waiting for room. More than the whole capacity passes when nothing else waits. False if the
    /// budget was closed.
    pub(super) fn take(&self, bytes: u64) -> bool {
        let mut state = self.lock();
        while !state.is_closed && state.used > 0 && state.used.saturating_add(bytes) > self.capacity {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.used = state.used.saturating_add(bytes);
        !state.is_closed
    }

    /// Gives `bytes` back.
    pub(super) fn give(&self, bytes: u64) {
        let mut state = self.lock();
        state.used = state.used.saturating_sub(bytes);
        self.changed.notify_all();
    }

    /// Lets everyone who waits go, as nobody will make room any more.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn never_more_than_the_capacity_unless_alone() {
        let budget = Budget::new(100);
        let waiting = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for size in [30, 60, 90, 500] {
                let (budget, waiting) = (&budget, &waiting);
                scope.spawn(move || {
                    for _ in 0..200 {
                        assert!(budget.take(size));
                        let now = waiting.fetch_add(size, Ordering::SeqCst) + size;
                        assert!(now <= 100 || now == size, "{now} bytes wait");
                        waiting.fetch_sub(size, Ordering::SeqCst);
                        budget.give(size);
                    }
                });
            }
        });
    }

    #[test]
    fn closing_frees_those_who_wait() {
        let budget = Budget::new(10);
        assert!(budget.take(10));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| budget.take(1));
            budget.close();
            assert!(!waiting.join().expect("no panic"));
        });
    }
}
