//! Every request of this process to the engine, counted and timed for `/metrics`.

use super::QuickwitError;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use std::sync::LazyLock;
use std::time::Duration;

/// Upper bounds of the buckets of a duration, in seconds: from a count at hand to an ingest that is given up.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// The requests of this process, whichever of its clients made them.
pub static CALLS: LazyLock<Calls> = LazyLock::new(Calls::default);

/// Requests counted by what was asked of whom and what came of it, and their times.
#[derive(Debug)]
pub struct Calls {
    /// Requests.
    pub requests: Family<RequestLabels, Counter>,
    /// Their times, in seconds.
    pub seconds: Family<CallLabels, Histogram>,
    /// Answers that lacked a part of the index, which are none.
    pub partial: Counter,
}

/// What came of requests to a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    call: &'static str,
    node: String,
    outcome: &'static str,
}

/// A kind of request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CallLabels {
    call: &'static str,
}

impl Default for Calls {
    fn default() -> Calls {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        Calls {
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            partial: Counter::default(),
        }
    }
}

impl Calls {
    /// Counts a request to this path of a node.
    pub(super) fn count<T>(&self, node: &str, path: &str, time: Duration, answer: &Result<T, QuickwitError>) {
        let (call, outcome) = (call(path), outcome(answer));
        self.requests.get_or_create(&RequestLabels { call, node: node.to_owned(), outcome }).inc();
        self.seconds.get_or_create(&CallLabels { call }).observe(time.as_secs_f64());
    }
}

/// What is asked at a path.
fn call(path: &str) -> &'static str {
    let path = path.split('?').next().unwrap_or(path);
    match path.rsplit('/').next().unwrap_or_default() {
        "_search" if path.contains("-pages-g") => "search_pages",
        "_search" => "search_reports",
        "_bulk" => "ingest",
        "delete-tasks" => "delete",
        "describe" => "describe",
        "readyz" => "health",
        _ => "index",
    }
}

fn outcome<T>(answer: &Result<T, QuickwitError>) -> &'static str {
    match answer {
        Ok(_) => "answered",
        Err(QuickwitError::Unreachable { .. }) => "unreachable",
        Err(QuickwitError::Late { .. }) => "late",
        Err(QuickwitError::Refused { status: 429, .. }) => "busy",
        Err(QuickwitError::Refused { .. }) => "refused",
        Err(QuickwitError::Failed { .. }) => "failed",
        Err(_) => "broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    #[test]
    fn requests_are_told_apart_by_what_was_asked_and_what_came_of_it() {
        let late = || QuickwitError::Late { node: "a".to_owned(), time: Duration::from_secs(2) };
        let refused = |status| QuickwitError::Refused { status, reason: String::new() };
        let table: [(&str, Result<(), QuickwitError>, &str, &str); 8] = [
            ("/api/v1/_elastic/recto-reports-g1/_search?a=false", Ok(()), "search_reports", "answered"),
            ("/api/v1/_elastic/recto-pages-g1/_search?a=false", Err(late()), "search_pages", "late"),
            ("/api/v1/_elastic/recto-pages-g1/_bulk?refresh=false", Err(refused(429)), "ingest", "busy"),
            ("/api/v1/_elastic/recto-pages-g1/_bulk?refresh=false", Err(refused(413)), "ingest", "refused"),
            ("/api/v1/recto-pages-g1/delete-tasks", Ok(()), "delete", "answered"),
            ("/api/v1/indexes/recto-pages-g1/describe", Ok(()), "describe", "answered"),
            ("/health/readyz", Ok(()), "health", "answered"),
            ("/api/v1/indexes", Ok(()), "index", "answered"),
        ];
        let calls = Calls::default();
        for (path, answer, ..) in &table {
            calls.count("http://a", path, Duration::from_millis(30), answer);
        }
        let mut registry = Registry::default();
        registry.register("requests", "Requests", calls.requests.clone());
        registry.register("seconds", "Times", calls.seconds.clone());
        let mut text = String::new();
        encode(&mut text, &registry).expect("room");
        for (path, _, call, outcome) in table {
            let line = format!("requests_total{{call=\"{call}\",node=\"http://a\",outcome=\"{outcome}\"}} 1");
            assert!(text.contains(&line), "{path}: {line}\n{text}");
        }
        assert!(text.contains("seconds_bucket{le=\"0.05\",call=\"ingest\"} 2"), "{text}");
    }
}
