//! What cannot be reached, and how long no more files are taken therefore.
//!
//! A worker that went on reading while the engine is down would read every file of the queue and publish none.

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The first pause; twice as long after each further failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The trouble that a worker has.
#[derive(Debug)]
pub(super) struct Trouble {
    longest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Until when no more files are taken.
    until: Option<Instant>,
    failures: u32,
}

impl Trouble {
    /// None yet; pauses are never longer than this.
    pub(super) fn new(longest: Duration) -> Trouble {
        Trouble { longest, state: Mutex::default() }
    }

    /// Something failed that may pass. What fails during the pause is the same trouble.
    pub(super) fn note(&self, action: &str, error: &dyn Display) {
        let mut state = self.lock();
        let now = Instant::now();
        if state.until.is_some_and(|until| now < until) {
            return;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << state.failures.min(16)).min(self.longest);
        state.failures = state.failures.saturating_add(1);
        state.until = Some(now + pause);
        tracing::warn!(%error, seconds = pause.as_secs_f64(), "cannot {action}; no files are taken for a while");
    }

    /// Something went well that fails where there is trouble.
    pub(super) fn clear(&self) {
        let mut state = self.lock();
        if state.failures > 0 {
            tracing::info!("files are taken again");
            *state = State::default();
        }
    }

    /// How long the pause still is, if there is one.
    pub(super) fn pause(&self) -> Option<Duration> {
        let until = self.lock().until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_something_goes_well() {
        let trouble = Trouble::new(Duration::from_secs(2));
        assert_eq!(trouble.pause(), None);
        let fail = || {
            trouble.lock().until = None;
            trouble.note("reach it", &"no");
            trouble.pause().expect("a pause").as_secs_f64()
        };
        let pauses = [fail(), fail(), fail(), fail()];
        assert!(pauses.iter().zip([0.5, 1.0, 2.0, 2.0]).all(|(is, was)| (was - 0.1..=was).contains(is)), "{pauses:?}");
        // Many threads that fail at once are one trouble.
        trouble.note("reach it", &"no");
        assert_eq!(trouble.lock().failures, 4);
        trouble.clear();
        assert_eq!(trouble.pause(), None);
        assert!(fail() <= 0.5);
    }
}
