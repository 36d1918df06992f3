//! The time of day, for what expires.

use crate::store::seconds_now;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time: the system's, or one that is set by hand.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// A clock that stands at this time until it is moved.
    pub fn by_hand(seconds: &Arc<AtomicI64>) -> Clock {
        Clock(Some(Arc::clone(seconds)))
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        self.0.as_ref().map_or_else(seconds_now, |seconds| seconds.load(Ordering::Relaxed))
    }
}
