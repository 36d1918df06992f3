//! The purge loop of a worker: one of all workers does a round at a time.

use super::{Fleet, GLANCE, Shelf};
use crate::queue::{PurgeError, Purged, Queue, QueueError, purge};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What the rounds are called in the queue.
const TURN: &str = "purge";
/// Revisions that the engine is told to delete in one request.
const MOST: u32 = 1_000;
/// Between two looks whether it is time for a round.
const LOOK: Duration = Duration::from_secs(30);

impl<S: Shelf> Fleet<'_, S> {
    /// Purges by turns until the worker ends.
    pub(super) fn purge(&self) -> Result<(), QueueError> {
        let Some(queue) = self.connected()? else { return Ok(()) };
        let mut looked: Option<Instant> = None;
        let look = LOOK.min(self.options.purge);
        while !self.is_over.load(Ordering::Relaxed) && !self.is_stopping() {
            std::thread::sleep(GLANCE);
            if looked.is_some_and(|looked| looked.elapsed() < look) {
                continue;
            }
            looked = Some(Instant::now());
            match self.round(&queue) {
                Ok(None) => {}
                Ok(Some(Purged { gone, told, left })) => {
                    self.count(|worked| worked.purged += gone);
                    if gone + told + left > 0 {
                        tracing::info!(gone, told, left, "revisions were purged");
                    }
                }
                // The next turn goes on.
                Err(error) => tracing::warn!(%error, "a round of purging was not finished"),
            }
        }
        Ok(())
    }

    fn round(&self, queue: &Queue) -> Result<Option<Purged>, PurgeError> {
        if !queue.take_turn(TURN, self.options.purge)? {
            return Ok(None);
        }
        purge(queue, self.engine(), self.options.purge, MOST).map(Some)
    }
}
