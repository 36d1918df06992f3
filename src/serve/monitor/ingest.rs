//! What ingests do while the service runs, counted beside whoever shows their progress.

use crate::ingest::{FileDone, Progress, Summary};
use crate::jobs::Observer;
use crate::serve::monitor::metrics::Registration;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;

/// Counts over all ingests of this process.
#[derive(Debug, Clone, Default)]
pub struct IngestCounts {
    files: Family<Outcome, Counter>,
    pages: Counter,
    committed: Counter,
    running: Gauge,
    runs: Family<Run, Counter>,
    last_end: Gauge,
    last_seconds: Gauge<f64, AtomicU64>,
    waiting_files: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Run {
    result: &'static str,
}

impl IngestCounts {
    /// Registers what is counted.
    pub fn register(&self, to: &mut Registration<'_>) {
        let files = "Files done by ingests, by outcome and reason of failure";
        to.add("recto_ingest_files", files, self.files.clone());
        to.add("recto_ingest_pages", "Pages read by ingests", self.pages.clone());
        to.add("recto_ingest_committed_reports", "Reports made searchable by ingests", self.committed.clone());
        to.add("recto_ingest_running", "Ingests running in this process", self.running.clone());
        to.add("recto_ingest_files_waiting", "Files the running ingest has still to read", self.waiting_files.clone());
        to.add("recto_ingest_runs", "Ingests that ended, by result", self.runs.clone());
        to.add("recto_ingest_last_end_timestamp_seconds", "When the last ingest ended", self.last_end.clone());
        to.add("recto_ingest_last_duration_seconds", "How long the last ingest took", self.last_seconds.clone());
    }
}

impl Observer for IngestCounts {
    fn begun(&self) {
        self.running.inc();
    }

    fn ended(&self, outcome: Result<&Summary, String>) {
        self.running.dec();
        self.waiting_files.set(0);
        let name = match &outcome {
            Ok(summary) if summary.interrupted => "interrupted",
            Ok(_) => "ended",
            Err(_) => "failed",
        };
        self.runs.get_or_create(&Run { result: name }).inc();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.last_end.set(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        if let Ok(summary) = outcome {
            self.last_seconds.set(summary.seconds);
        }
    }
}

impl Progress for IngestCounts {
    fn planned(&self, files: u64, unchanged: u64, _bytes: u64) {
        self.waiting_files.set(i64::try_from(files.saturating_sub(unchanged)).unwrap_or(i64::MAX));
    }

    fn pages_found(&self, _pages: u64) {}

    fn pages_done(&self, pages: u64) {
        self.pages.inc_by(pages);
    }

    fn file_done(&self, file: &FileDone<'_>) {
        let outcome = match file.failure {
            None => Outcome { outcome: "read", reason: "" },
            Some((reason, _)) => Outcome { outcome: "failed", reason: reason.code() },
        };
        self.files.get_or_create(&outcome).inc();
        self.waiting_files.dec();
    }

    fn committed(&self, reports: u64) {
        self.committed.inc_by(reports);
    }
}
