//! Searches and readings of the store: on blocking threads, a bounded number at once, each with a deadline.
//!
//! The index and the catalogue block and cannot be cancelled. So a reading keeps its place until it really ends,
//! even when its client was answered already, and a panic in it is one client's error and nothing more.

use crate::serve::limits::Limits;
use crate::serve::problem::{Code, Problem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Runs what blocks.
#[derive(Debug)]
pub struct Reading {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
    deadline: Duration,
}

impl Reading {
    /// As many at once, and as many waiting, as the limits say.
    pub fn new(limits: &Limits) -> Reading {
        Reading {
            admitted: Arc::new(Semaphore::new(limits.running + limits.queued)),
            running: Arc::new(Semaphore::new(limits.running)),
            deadline: limits.reading,
        }
    }

    /// Runs `work` and waits for it, at most until the deadline.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Problem> + Send + 'static,
    {
        let Ok(admitted) = Arc::clone(&self.admitted).try_acquire_owned() else {
            return Err(Problem::new(Code::Overloaded, "too many searches at once; try again in a moment"));
        };
        let Ok(place) = Arc::clone(&self.running).acquire_owned().await else {
            return Err(Problem::new(Code::Unavailable, "the service is stopping"));
        };
        let task = tokio::task::spawn_blocking(move || {
            let _held_until_done = (admitted, place);
            work()
        });
        match tokio::time::timeout(self.deadline, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(failure)) => {
                tracing::error!(panicked = failure.is_panic(), "a search or reading failed");
                Err(Problem::internal())
            }
            Err(_) => Err(Problem::new(Code::SearchTimeout, "the search took too long; try a more specific one")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(running: usize, queued: usize, deadline: Duration) -> Reading {
        Reading::new(&Limits { running, queued, reading: deadline, ..Limits::default() })
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_and_the_next_reading_works() {
        let reading = reading(1, 0, Duration::from_secs(30));
        for _ in 0..3 {
            let failed = reading.run(|| -> Result<(), Problem> { panic!("on purpose") }).await;
            assert_eq!(failed.map_err(|problem| problem.code), Err(Code::Internal));
        }
        assert_eq!(reading.run(|| Ok(7)).await.ok(), Some(7));
    }

    #[tokio::test]
    async fn readings_beyond_the_queue_are_refused_and_slow_ones_keep_their_place() {
        let reading = reading(1, 0, Duration::from_millis(20));
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let slow = reading.run(move || {
            wait.recv().ok();
            Ok(())
        });
        assert_eq!(slow.await.map_err(|problem| problem.code), Err(Code::SearchTimeout));
        assert_eq!(reading.run(|| Ok(())).await.map_err(|problem| problem.code), Err(Code::Overloaded));
        release.send(()).expect("the reading still waits");
        let mut is_free = false;
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            is_free = reading.run(|| Ok(())).await.is_ok();
            if is_free {
                break;
            }
        }
        assert!(is_free);
    }
}
