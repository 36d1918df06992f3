//! Deleting what searches must not see, and forgetting it when the engine has nothing of it any more.

use crate::queue::{PageEngine, Queue, QueueError, RevisionId};
use std::time::Duration;

/// What one round of purging did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Revisions of which nothing is left.
    pub gone: u64,
    /// Revisions that the engine was told to delete.
    pub told: u64,
    /// Revisions told earlier of which something is left.
    pub left: u64,
}

/// Why a round was not finished. Whatever it did stays done, and the next round goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PurgeError {
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The engine failed.
    #[error("the engine does not purge: {0}")]
    Engine(String),
}

/// One round, of which an hour takes one: looks what is left of the revisions told before, then has the engine delete up
/// to `most` that have been retired for `age`, in one request. `age` has to be longer than a page that was sent may take
/// to show, or it would show after its revision was forgotten.
pub fn purge<P>(
    queue: &Queue,
    engine: &dyn PageEngine<Page = P>,
    age: Duration,
    most: u32,
) -> Result<Purged, PurgeError> {
    let mut purged = Purged::default();
    forget_gone(queue, engine, &queue.purging()?, &mut purged)?;
    let revisions = queue.to_purge(age, most)?;
    if !revisions.is_empty() {
        purged.told = revisions.len() as u64;
        engine.delete(&revisions).map_err(PurgeError::Engine)?;
    }
    Ok(purged)
}

/// Counts many revisions at once, and halves of them where something is left.
fn forget_gone<P>(
    queue: &Queue,
    engine: &dyn PageEngine<Page = P>,
    revisions: &[RevisionId],
    purged: &mut Purged,
) -> Result<(), PurgeError> {
    if revisions.is_empty() {
        return Ok(());
    }
    if engine.count(revisions).map_err(PurgeError::Engine)? == 0 {
        purged.gone += queue.purged(revisions)?;
        return Ok(());
    }
    if revisions.len() == 1 {
        purged.left += 1;
        return Ok(());
    }
    let (first, second) = revisions.split_at(revisions.len() / 2);
    forget_gone(queue, engine, first, purged)?;
    forget_gone(queue, engine, second, purged)
}
