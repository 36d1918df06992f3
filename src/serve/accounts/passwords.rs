//! Hashing passwords beside everything else: a few at once, as each takes 19 MiB and a core for a while; the others
//! wait, which costs nothing.

use crate::serve::problem::Problem;
use crate::store::{PasswordError, hash_password, is_password};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Hashes at once.
pub const HASHES_AT_ONCE: usize = 4;

/// Hashes passwords, off the async threads.
#[derive(Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
    counts: Arc<Counts>,
}

/// What was done.
#[derive(Debug, Default)]
struct Counts {
    hashed: AtomicU64,
    running: AtomicUsize,
    most: AtomicUsize,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { places: Arc::new(Semaphore::new(HASHES_AT_ONCE)), counts: Arc::default() }
    }
}

impl Passwords {
    /// The hash of a password that was found good.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        let hash = self.run(move || hash_password(&password)).await?;
        hash.map_err(|error: PasswordError| {
            tracing::error!(%error, "a password could not be hashed");
            Problem::internal()
        })
    }

    /// Whether a hash is of this password; as much work without one.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        self.run(move || is_password(&password, hash.as_deref())).await
    }

    /// Passwords hashed so far.
    #[cfg(test)]
    pub fn hashed(&self) -> u64 {
        self.counts.hashed.load(Ordering::Relaxed)
    }

    /// Most passwords that were ever hashed at once.
    #[cfg(test)]
    pub fn most_at_once(&self) -> usize {
        self.counts.most.load(Ordering::Relaxed)
    }

    /// Does what takes one hash in a place of its own, which is given back when that is done even if nobody waits for it
    /// any more.
    pub async fn run<T: Send + 'static>(&self, hash: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Problem::internal())?;
        let counts = Arc::clone(&self.counts);
        let task = tokio::task::spawn_blocking(move || {
            let running = counts.running.fetch_add(1, Ordering::Relaxed) + 1;
            counts.most.fetch_max(running, Ordering::Relaxed);
            let result = hash();
            counts.hashed.fetch_add(1, Ordering::Relaxed);
            counts.running.fetch_sub(1, Ordering::Relaxed);
            drop(place);
            result
        });
        task.await.map_err(|error| {
            tracing::error!(%error, "hashing a password failed");
            Problem::internal()
        })
    }
}
