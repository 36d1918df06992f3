//! `/metrics`: what is counted, for Prometheus.
//!
//! Labels have few values whatever is asked: routes are templates, methods and codes come from tables.

use crate::serve::Options;
#[cfg(feature = "cluster")]
use crate::serve::monitor::PartGauges;
use crate::serve::monitor::process::Process;
use crate::serve::net::client::Client;
use crate::serve::pool::Pool;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::worker::WorkerPool;
use axum::extract::State;
use axum::http::{Method, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};
use std::sync::Arc;
use std::time::Duration;

/// The route of requests for addresses that do not exist.
pub const UNMATCHED: &str = "unmatched";

/// Upper bounds of the buckets of durations, in seconds; those of the bars are among them.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// What is asked of the searcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchKind {
    /// A page of results.
    Search,
    /// The pages of one report.
    Within,
    /// A page with its matches.
    Marks,
    /// Suggestions.
    Suggest,
    /// Related reports.
    Related,
    /// Near-copies.
    Copies,
    /// Every hit.
    Export,
}

impl SearchKind {
    fn name(self) -> &'static str {
        match self {
            SearchKind::Search => "search",
            SearchKind::Within => "within",
            SearchKind::Marks => "marks",
            SearchKind::Suggest => "suggest",
            SearchKind::Related => "related",
            SearchKind::Copies => "copies",
            SearchKind::Export => "export",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SearchLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabels {
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct GenerationLabels {
    generation: String,
}

/// Where metrics are registered.
pub struct Registration<'r>(&'r mut Registry);

impl<'r> Registration<'r> {
    /// Into this registry.
    pub fn of(registry: &'r mut Registry) -> Registration<'r> {
        Registration(registry)
    }

    /// Adds one; the help ends without full stop.
    pub fn add(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.0.register(name, help, metric);
    }
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    /// Requests under way.
    pub in_flight: Gauge,
    /// Bytes of bodies sent.
    pub sent_bytes: Counter,
    /// Panics of handlers.
    pub panics: Counter,
    /// Connections that found no place.
    pub refused_connections: Counter,
    searches: Family<SearchLabels, Counter>,
    search_durations: Family<KindLabels, Histogram>,
    now: Now,
    process: Process,
    workers: Option<Arc<WorkerPool>>,
}

/// What is looked up when it is asked for.
#[derive(Debug, Default)]
struct Now {
    connections: Gauge,
    queued_searches: Gauge,
    queued_readings: Gauge,
    is_ingesting: Gauge,
    is_suspect: Gauge,
    generation: Family<GenerationLabels, Gauge>,
    reports: Gauge,
    files: Gauge,
    pages: Family<StatusLabels, Gauge>,
    failures: Family<ReasonLabels, Gauge>,
    workers: Gauge,
    damage: Gauge,
    workers_lost: Family<ReasonLabels, Gauge>,
    #[cfg(feature = "cluster")]
    parts: PartGauges,
}

impl Metrics {
    /// Registers everything.
    pub fn new(searches: &Pool, readings: &Pool, options: &Options) -> Metrics {
        let mut registry = Registry::default();
        let mut to = Registration::of(&mut registry);
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let metrics = Metrics {
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            in_flight: Gauge::default(),
            sent_bytes: Counter::default(),
            panics: Counter::default(),
            refused_connections: Counter::default(),
            searches: Family::default(),
            search_durations: Family::new_with_constructor(histogram),
            now: Now::default(),
            process: Process::register(&mut to),
            workers: options.workers.clone(),
            registry: Registry::default(),
        };
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        to.add("recto_build", "The program", build);
        to.add("recto_http_requests", "Requests by route, method and status", metrics.requests.clone());
        let durations = "Seconds from a request's head to its answer's";
        to.add("recto_http_request_duration_seconds", durations, metrics.durations.clone());
        to.add("recto_http_requests_in_flight", "Requests under way", metrics.in_flight.clone());
        to.add("recto_http_sent_bytes", "Bytes of bodies sent", metrics.sent_bytes.clone());
        to.add("recto_http_panics", "Requests that ended in a panic", metrics.panics.clone());
        let refused = "Connections that found no place";
        to.add("recto_connections_refused", refused, metrics.refused_connections.clone());
        to.add("recto_searches", "Searches by kind and outcome", metrics.searches.clone());
        let durations = "Seconds that searches took, waiting included";
        to.add("recto_search_duration_seconds", durations, metrics.search_durations.clone());
        for (name, pool) in [("searches", searches), ("readings", readings)] {
            let counts = pool.counts().clone();
            to.add(&format!("recto_{name}_running"), "Running now", counts.running);
            to.add(&format!("recto_{name}_refused"), "Refused because too many waited", counts.refused);
            to.add(&format!("recto_{name}_late"), "Given up because they took too long", counts.late);
            to.add(&format!("recto_{name}_abandoned"), "Not begun as the client had gone", counts.abandoned);
            to.add(&format!("recto_{name}_panicked"), "Ended by a panic", counts.panicked);
        }
        options.ingest_counts.register(&mut to);
        #[cfg(feature = "cluster")]
        if options.parts.is_some() {
            metrics.now.parts.register(&mut to);
        }
        metrics.now.register(&mut to);
        Metrics { registry, ..metrics }
    }

    /// Counts an answered request.
    pub fn answered(&self, route: &str, method: &Method, status: u16, time: Duration) {
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            Method::OPTIONS => "OPTIONS",
            _ => "other",
        };
        let route = route.to_owned();
        self.requests.get_or_create(&RequestLabels { route: route.clone(), method, status }).inc();
        self.durations.get_or_create(&RouteLabels { route }).observe(time.as_secs_f64());
    }

    /// Counts a search.
    pub fn searched(&self, kind: SearchKind, problem: Option<&Problem>, time: Duration) {
        let outcome = match problem.map(|problem| problem.code) {
            None => "ok",
            Some(Code::Overloaded) => "refused",
            Some(Code::SearchTimeout) => "timeout",
            Some(Code::Internal) => "failed",
            Some(_) => "rejected",
        };
        self.searches.get_or_create(&SearchLabels { kind: kind.name(), outcome }).inc();
        self.search_durations.get_or_create(&KindLabels { kind: kind.name() }).observe(time.as_secs_f64());
    }
}

impl Now {
    fn register(&self, to: &mut Registration<'_>) {
        to.add("recto_connections", "Open connections", self.connections.clone());
        to.add("recto_searches_queued", "Searches waiting for their turn", self.queued_searches.clone());
        to.add("recto_readings_queued", "Readings waiting for their turn", self.queued_readings.clone());
        to.add("recto_index_incomplete", "Whether an ingest is running", self.is_ingesting.clone());
        to.add("recto_index_suspect", "Whether a search ended in a panic", self.is_suspect.clone());
        to.add("recto_index_generation", "The commit that answers", self.generation.clone());
        to.add("recto_reports", "Reports in the library", self.reports.clone());
        to.add("recto_files", "Files known to the library", self.files.clone());
        to.add("recto_pages", "Pages in the library by status", self.pages.clone());
        to.add("recto_files_failed", "Files in the library that failed, by reason", self.failures.clone());
        let damage = "Times that a text was asked for which is damaged or gone, since the service started";
        to.add("recto_texts_damage_met", damage, self.damage.clone());
        to.add("recto_workers_running", "Processes that read files", self.workers.clone());
        to.add("recto_workers_lost", "Processes that were lost while they read, by reason", self.workers_lost.clone());
    }

    /// Looks everything up; blocks.
    fn refresh(&self, service: &Service) {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let large = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let [searches, readings] = service.queued();
        self.connections.set(number(service.connections.count()));
        self.queued_searches.set(number(searches));
        self.queued_readings.set(number(readings));
        self.is_ingesting.set(service.is_ingesting().into());
        self.is_suspect.set(service.is_index_suspect().into());
        self.generation.clear();
        let generation = service.searcher.generation();
        self.generation.get_or_create(&GenerationLabels { generation }).set(1);
        self.damage.set(large(service.library().texts().damage_met()));
        match service.library().catalogue().coverage() {
            Ok(coverage) => {
                self.reports.set(large(coverage.reports));
                self.files.set(large(coverage.files));
                self.pages.clear();
                for (status, count) in &coverage.pages {
                    let status = status.code().to_owned();
                    self.pages.get_or_create(&StatusLabels { status }).set(large(*count));
                }
                self.failures.clear();
                for (reason, count) in &coverage.failures {
                    let reason = reason.clone();
                    self.failures.get_or_create(&ReasonLabels { reason }).set(large(*count));
                }
            }
            Err(error) => tracing::warn!(%error, "the ledger cannot be counted"),
        }
        #[cfg(feature = "cluster")]
        if let Some(parts) = &service.options.parts {
            self.parts.set(&parts.status());
        }
        if let Some(workers) = &service.metrics.workers {
            let counts = workers.counts();
            self.workers.set(number(counts.running));
            for (reason, count) in counts.lost {
                let reason = reason.code().to_owned();
                self.workers_lost.get_or_create(&ReasonLabels { reason }).set(large(count));
            }
        }
    }
}

/// `GET /metrics`, for programs on this machine unless the operator opens it to all.
pub async fn metrics(State(service): State<Arc<Service>>, client: Client) -> Result<Response, Problem> {
    if !client.is_local && !service.options.has_open_metrics {
        return Err(Problem::new(Code::NotFound, "metrics are shown on the machine of the service only"));
    }
    let text = service
        .read(|service| {
            let metrics = &service.metrics;
            metrics.now.refresh(service);
            metrics.process.refresh();
            let mut text = String::new();
            encode(&mut text, &metrics.registry).map_err(|_| Problem::internal())?;
            Ok(text)
        })
        .await?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], text).into_response())
}
