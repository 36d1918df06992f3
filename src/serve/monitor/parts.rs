//! The parts of a library on many machines, for `/readyz` and `/metrics`: which is down, what waits, what is hidden.

use crate::quickwit::CALLS;
use crate::serve::monitor::metrics::Registration;
use crate::upkeep::ClusterStatus;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long what was seen serves whoever asks: many may ask, and each look asks every part.
const FRESH: Duration = Duration::from_secs(5);

/// Looks at the parts.
type Look = dyn Fn() -> ClusterStatus + Send + Sync;

/// How the parts are, looked at when somebody asks.
pub struct Parts {
    look: Box<Look>,
    seen: Mutex<Option<(Instant, Arc<ClusterStatus>)>>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Parts {
    /// Parts that this looks at.
    pub fn new(look: impl Fn() -> ClusterStatus + Send + Sync + 'static) -> Parts {
        Parts { look: Box::new(look), seen: Mutex::default() }
    }

    /// How they were some seconds ago at most; blocks. Whoever asks during a look waits for it.
    pub fn status(&self) -> Arc<ClusterStatus> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((time, status)) = &*seen
            && time.elapsed() < FRESH
        {
            return Arc::clone(status);
        }
        let status = Arc::new((self.look)());
        if let Some(warning) = status.warning() {
            tracing::warn!("{warning}");
        }
        *seen = Some((Instant::now(), Arc::clone(&status)));
        status
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartLabels {
    part: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// What is told of them.
#[derive(Debug, Default)]
pub struct PartGauges {
    up: Family<PartLabels, Gauge>,
    files: Family<StateLabels, Gauge>,
    oldest: Gauge,
    hidden: Gauge,
}

impl PartGauges {
    /// Registers them.
    pub fn register(&self, to: &mut Registration<'_>) {
        to.add("recto_cluster_part_up", "Whether a part of the library can be used", self.up.clone());
        to.add("recto_queue_files", "Files of the queue by state", self.files.clone());
        let oldest = "For how long the file could have been read that waits longest";
        to.add("recto_queue_oldest_waiting_seconds", oldest, self.oldest.clone());
        let hidden = "Revisions that searches leave out, which refuse from 5000 on";
        to.add("recto_revisions_hidden", hidden, self.hidden.clone());
        to.add("recto_engine_requests", "Requests to the engine, by what came of them", CALLS.requests.clone());
        to.add("recto_engine_request_seconds", "Times of requests to the engine", CALLS.seconds.clone());
        let partial = "Answers of the engine that lacked a part of the index, which were not shown";
        to.add("recto_engine_partial_answers", partial, CALLS.partial.clone());
    }

    /// Sets them. What the database does not say stays as it was.
    pub fn set(&self, status: &ClusterStatus) {
        let parts = [("database", status.database.is_none()), ("storage", status.storage.is_none())];
        let nodes = status.nodes.iter().map(|node| (node.url.as_str(), node.trouble.is_none()));
        for (part, is_up) in parts.into_iter().chain(nodes) {
            self.up.get_or_create(&PartLabels { part: part.to_owned() }).set(is_up.into());
        }
        let Some(queue) = &status.queue else { return };
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let states =
            [("waiting", queue.waiting), ("leased", queue.leased), ("done", queue.done), ("failed", queue.failed)];
        for (state, files) in states {
            self.files.get_or_create(&StateLabels { state }).set(number(files));
        }
        self.oldest.set(number(queue.oldest_waiting.map_or(0, |time| time.as_secs())));
        self.hidden.set(number(queue.hidden));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upkeep::{NodeStatus, QueueStatus};
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn status() -> ClusterStatus {
        let node = NodeStatus { url: "http://a".to_owned(), searches: true, trouble: Some("down".to_owned()) };
        let queue = QueueStatus {
            waiting: 3,
            leased: 2,
            done: 1,
            failed: 0,
            oldest_waiting: Some(Duration::from_secs(9)),
            reports: 1,
            hidden: 4,
        };
        ClusterStatus { database: None, storage: None, nodes: vec![node], documents: None, queue: Some(queue) }
    }

    #[test]
    fn many_who_ask_are_one_look() {
        let looks = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&looks);
        let parts = Parts::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            status()
        });
        assert_eq!(parts.status(), parts.status());
        assert_eq!(looks.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn what_is_down_waits_and_is_hidden_is_counted() {
        let mut registry = Registry::default();
        let gauges = PartGauges::default();
        gauges.register(&mut Registration::of(&mut registry));
        gauges.set(&status());
        let mut text = String::new();
        encode(&mut text, &registry).expect("text");
        for line in [
            "recto_cluster_part_up{part=\"database\"} 1",
            "recto_cluster_part_up{part=\"http://a\"} 0",
            "recto_queue_files{state=\"waiting\"} 3",
            "recto_queue_oldest_waiting_seconds 9",
            "recto_revisions_hidden 4",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
