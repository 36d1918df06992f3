//! What a connection is doing: known to its timers, to the accept loop and to the shutdown.

use crate::serve::limits::Limits;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The states of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing has come yet.
    First,
    /// A request's head is coming.
    Head,
    /// A request is being read, answered or its answer sent.
    Request,
    /// Between two requests.
    Idle,
    /// The last answer is out; what still comes is not looked at.
    Over,
}

/// A connection's state and since when.
#[derive(Debug)]
pub struct Activity {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// Since when there was no whole request.
    without_request: Instant,
    /// Requests there have been.
    requests: u64,
    has_upload: bool,
    is_writing: bool,
    /// Whether bytes may still come that nobody reads.
    has_unread: bool,
}

/// A request under way on a connection; over when dropped.
#[derive(Debug)]
pub struct UnderWay(Arc<Activity>);

impl Activity {
    /// Of a connection that was just made.
    pub fn new() -> Arc<Activity> {
        let now = Instant::now();
        let state = State {
            phase: Phase::First,
            since: now,
            without_request: now,
            requests: 0,
            has_upload: false,
            is_writing: false,
            has_unread: false,
        };
        Arc::new(Activity { state: Mutex::new(state) })
    }

    /// Bytes came.
    pub fn received(&self) {
        let mut state = self.lock();
        if matches!(state.phase, Phase::First | Phase::Idle) {
            (state.phase, state.since) = (Phase::Head, Instant::now());
        }
    }

    /// A request's head is complete. `has_upload`: its body is large and may take its time.
    pub fn begin(self: &Arc<Self>, has_upload: bool) -> UnderWay {
        let mut state = self.lock();
        (state.phase, state.since, state.has_upload) = (Phase::Request, Instant::now(), has_upload);
        state.requests += 1;
        drop(state);
        UnderWay(Arc::clone(self))
    }

    /// What a client sends is answered before all of it was read.
    pub fn leave_unread(&self) {
        self.lock().has_unread = true;
    }

    /// The last answer is out. Tells whether the client may still be sending.
    pub fn end(&self) -> bool {
        let mut state = self.lock();
        (state.phase, state.since) = (Phase::Over, Instant::now());
        state.has_unread
    }

    /// Whether a request's head is coming.
    pub fn is_in_head(&self) -> bool {
        self.lock().phase == Phase::Head
    }

    /// How many requests there have been; `None` while one of them is under way.
    pub fn requests_over(&self) -> Option<u64> {
        let state = self.lock();
        (state.phase != Phase::Request).then_some(state.requests)
    }

    /// Whether bytes wait for a client that does not take them.
    pub fn set_writing(&self, is_writing: bool) {
        self.lock().is_writing = is_writing;
    }

    /// When the next bytes must have come, or the last of all; `None` while a request is under way, which has deadlines
    /// of its own.
    pub fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let state = self.lock();
        let time = match state.phase {
            Phase::First => limits.first_byte,
            Phase::Head => limits.header_read,
            Phase::Idle => limits.keep_alive,
            Phase::Over => limits.linger,
            Phase::Request => return None,
        };
        Some(state.since + time)
    }

    /// Since when the connection waits for a whole request; `None` if one is under way.
    pub fn waits_since(&self) -> Option<Instant> {
        let state = self.lock();
        (state.phase != Phase::Request && !state.is_writing).then_some(state.without_request)
    }

    /// Whether a large body is coming in.
    pub fn has_upload(&self) -> bool {
        let state = self.lock();
        state.phase == Phase::Request && state.has_upload
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.0.lock();
        (state.phase, state.since, state.without_request) = (Phase::Idle, now, now);
    }
}
