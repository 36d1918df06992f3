//! Threads for what blocks: searches on their own, readings of the store and of originals on others.
//!
//! A bounded number runs and a bounded number waits, so that load beyond both is told to come again instead of piling
//! up. Work whose client has gone, or was told to come again, is not begun; a panic in it is one client's error and
//! nothing more.

use crate::search::Stop;
use crate::serve::problem::{Code, Problem};
use crossbeam_channel::{Sender, TrySendError, bounded};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A bounded number of threads and a bounded queue before them.
#[derive(Debug)]
pub struct Pool {
    queue: Sender<Work>,
    deadline: Duration,
    late: (Code, &'static str),
    counts: Counts,
}

type Work = Box<dyn FnOnce() + Send>;

/// What a pool has done and does.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Running now.
    pub running: Gauge,
    /// Refused because too many waited, or because their turn did not come in time.
    pub refused: Counter,
    /// Given up because they took too long.
    pub late: Counter,
    /// Not begun because the client had gone.
    pub abandoned: Counter,
    /// Ended by a panic.
    pub panicked: Counter,
}

impl Pool {
    /// `running` threads, and room for `queued` before them. `deadline` holds for waiting and for running;
    /// `late` is what to say of work that passes it.
    pub fn new(name: &str, running: usize, queued: usize, deadline: Duration, late: (Code, &'static str)) -> Pool {
        let (queue, work) = bounded::<Work>(queued);
        for number in 0..running.max(1) {
            let work = work.clone();
            let run = move || work.iter().for_each(|work| work());
            if let Err(error) = std::thread::Builder::new().name(format!("{name}-{number}")).spawn(run) {
                tracing::error!(%error, "a thread could not be started");
            }
        }
        Pool { queue, deadline, late, counts: Counts::default() }
    }

    /// What it has done and does.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How many wait.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Runs `work` and waits for it, at most until the deadline.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Problem> + Send + 'static,
    {
        let (begin, begun) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let counts = self.counts.clone();
        let asked = Arc::new(AtomicBool::new(false));
        let _asks_when_dropped = Asking(Arc::clone(&asked));
        let (deadline, late) = (self.deadline, self.late);
        let work = move || {
            if end.is_closed() || begin.send(()).is_err() {
                counts.abandoned.inc();
                return;
            }
            counts.running.inc();
            // Whoever waits gives up first.
            let stop = Stop { deadline: Instant::now() + deadline + Duration::from_millis(50), asked };
            let result = match catch_unwind(AssertUnwindSafe(|| stop.run(work))) {
                Ok(Some(result)) => result,
                Ok(None) => Err(Problem::new(late.0, late.1)),
                Err(_) => {
                    counts.panicked.inc();
                    Err(Problem::internal())
                }
            };
            counts.running.dec();
            // The client may have gone meanwhile.
            let _ = end.send(result);
        };
        match self.queue.try_send(Box::new(work)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(self.refused()),
            Err(TrySendError::Disconnected(_)) => {
                return Err(Problem::new(Code::Unavailable, "the service is stopping"));
            }
        }
        if tokio::time::timeout(self.deadline, begun).await.is_err() {
            return Err(self.refused());
        }
        match tokio::time::timeout(self.deadline, ended).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Problem::internal()),
            Err(_) => {
                self.counts.late.inc();
                Err(Problem::new(self.late.0, self.late.1))
            }
        }
    }

    fn refused(&self) -> Problem {
        self.counts.refused.inc();
        Problem::new(Code::Overloaded, "too much is asked at once; try again in a moment")
    }
}

/// Asks a search to end when nobody waits for it any more.
struct Asking(Arc<AtomicBool>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn pool(running: usize, queued: usize, deadline: Duration) -> Pool {
        Pool::new("test", running, queued, deadline, (Code::SearchTimeout, "too slow"))
    }

    /// Work that runs until it is released.
    fn blocking() -> (mpsc::Sender<()>, impl FnOnce() -> Result<(), Problem> + Send + 'static) {
        let (release, wait) = mpsc::channel::<()>();
        (release, move || {
            wait.recv().ok();
            Ok(())
        })
    }

    async fn code_of<T>(result: impl Future<Output = Result<T, Problem>>) -> Option<Code> {
        result.await.err().map(|problem| problem.code)
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_and_the_next_work_is_done() {
        let pool = pool(1, 4, Duration::from_secs(30));
        for _ in 0..100 {
            let failed = pool.run(|| -> Result<(), Problem> { panic!("on purpose") });
            assert_eq!(code_of(failed).await, Some(Code::Internal));
        }
        assert_eq!(pool.run(|| Ok(7)).await.ok(), Some(7));
        assert_eq!(pool.counts().panicked.get(), 100);
        assert_eq!(pool.counts().running.get(), 0);
    }

    #[tokio::test]
    async fn what_is_late_is_given_up_and_keeps_its_place_until_it_ends() {
        let pool = pool(1, 1, Duration::from_millis(50));
        let (release, work) = blocking();
        assert_eq!(code_of(pool.run(work)).await, Some(Code::SearchTimeout));
        let is_begun = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&is_begun);
        let waiting = pool.run(move || {
            begun.store(true, Ordering::Relaxed);
            Ok(())
        });
        assert_eq!(code_of(waiting).await, Some(Code::Overloaded), "its turn does not come");
        assert_eq!(code_of(pool.run(|| Ok(()))).await, Some(Code::Overloaded), "the one before still has the place");
        release.send(()).expect("the work still waits");
        let mut is_free = false;
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            is_free = pool.run(|| Ok(())).await.is_ok();
            if is_free {
                break;
            }
        }
        assert!(is_free);
        assert!(!is_begun.load(Ordering::Relaxed), "nobody waits for it any more");
        let counts = pool.counts();
        assert_eq!((counts.late.get(), counts.abandoned.get()), (1, 1));
    }

    #[tokio::test]
    async fn searches_end_when_they_are_late_or_nobody_waits() {
        let pool = pool(1, 4, Duration::from_millis(200));
        let endless = || loop {
            Stop::look();
        };
        assert_eq!(code_of(pool.run::<(), _>(endless)).await, Some(Code::SearchTimeout));
        assert_eq!(pool.run(|| Ok(7)).await.ok(), Some(7), "its thread is free again");
        let gone = tokio::time::timeout(Duration::from_millis(20), pool.run::<(), _>(endless));
        assert!(gone.await.is_err());
        assert_eq!(pool.run(|| Ok(7)).await.ok(), Some(7));
        assert_eq!(pool.counts().late.get(), 1);
        assert_eq!(pool.counts().panicked.get(), 0);
    }

    #[tokio::test]
    async fn work_whose_client_has_gone_is_not_begun() {
        let pool = pool(1, 4, Duration::from_secs(30));
        let (release, work) = blocking();
        let is_begun = Arc::new(AtomicBool::new(false));
        let begun = Arc::clone(&is_begun);
        let (first, (), ()) = tokio::join!(
            pool.run(work),
            async {
                let second = pool.run(move || {
                    begun.store(true, Ordering::Relaxed);
                    Ok(())
                });
                assert!(tokio::time::timeout(Duration::from_millis(50), second).await.is_err());
            },
            async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                release.send(()).expect("the work still waits");
            }
        );
        assert!(first.is_ok());
        assert!(pool.run(|| Ok(())).await.is_ok());
        assert!(!is_begun.load(Ordering::Relaxed));
    }
}
