//! How fast searches are: a mix of queries from one client and from many, beside the engine's own queries for the same
//! words, and what the library costs on disk.
//!
//! A time is that of the whole answer as the API gives it: from the request to the JSON with pages, passages and quads.
//! Every run opens the library anew, so that nothing but the operating system remembers the run before; in a service
//! that stays open, words asked for again cost less.

use crate::bench::made_reports::Source;
use crate::bench::mix::{Kind, MIX, MixedQuery, draw};
use crate::bench::statistics::{Statistic, nearest_rank, ratio};
use crate::bench::{BenchError, Corpus, LibrarySize};
use crate::ingest::{Progress, Summary, ingest_made};
use crate::search::{Engine, SearchError};
use crate::store::Library;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Pages of the library at hand that made reports are made of.
pub(super) const SOURCE_PAGES: usize = 10_000;

/// How to measure.
#[derive(Debug, Clone)]
pub struct SpeedOptions {
    /// The library searched, or whose text the one searched is made of.
    pub library: PathBuf,
    /// Make a library of about so many pages.
    pub pages: Option<u64>,
    /// Where the made library stays, which is otherwise thrown away: a new or empty folder.
    pub keep: Option<PathBuf>,
    /// Threads that make it; 0 = one a core.
    pub jobs: usize,
    /// Queries in the mix.
    pub queries: usize,
    /// What queries and made reports are drawn by.
    pub seed: u64,
    /// Runs before those that count.
    pub warmup: usize,
    /// Runs that count.
    pub runs: usize,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Speed {
    /// The files of the library searched.
    #[serde(skip)]
    pub corpus: Corpus,
    /// The library searched.
    pub library: LibrarySize,
    /// Over all kinds.
    pub all: KindSpeed,
    /// By kind, in the order of the mix.
    pub kinds: Vec<KindSpeed>,
    /// From run to run, over all kinds: how far the figures can be trusted.
    pub by_run: ByRun,
    /// With a client on every core at the same time.
    pub throughput: Throughput,
    /// Every query, the slowest first.
    pub queries: Vec<QuerySpeed>,
}

/// Times of the queries of a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindSpeed {
    /// The kind; `None` over all.
    pub kind: Option<Kind>,
    /// Queries of it.
    pub queries: usize,
    /// Reports that match, the median.
    pub found: u64,
    /// Of the whole answer.
    pub answer: Latency,
    /// Of the engine's own query for the same words.
    pub bare: Latency,
    /// The median of the one ÷ the median of the other.
    pub ratio: f64,
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Latency {
    /// Half of the queries take no longer.
    pub p50_ms: f64,
    /// Nine of ten.
    pub p90_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

/// Percentiles of each run, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByRun {
    /// The median of the whole answer.
    pub p50_ms: Statistic,
    /// What 99 of 100 do not exceed.
    pub p99_ms: Statistic,
}

impl ByRun {
    fn of(times: &[Times]) -> ByRun {
        let runs = times.iter().map(|times| times.answer.len()).max().unwrap_or(0);
        let of_run =
            |run: usize| -> Vec<Duration> { times.iter().filter_map(|times| times.answer.get(run).copied()).collect() };
        let latencies: Vec<Latency> = (0..runs).map(|run| Latency::of(&of_run(run))).collect();
        let statistic = |at: fn(&Latency) -> f64| Statistic::of(latencies.iter().map(at).collect());
        ByRun { p50_ms: statistic(|latency| latency.p50_ms), p99_ms: statistic(|latency| latency.p99_ms) }
    }
}

/// Many clients at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Throughput {
    /// Clients, one on every core.
    pub clients: usize,
    /// Answers a second of all of them.
    pub queries_per_second: f64,
}

/// A query by the median of its times.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuerySpeed {
    /// Its kind.
    pub kind: Kind,
    /// As typed.
    pub query: String,
    /// Reports that match.
    pub found: u64,
    /// The median.
    pub p50_ms: f64,
}

/// What one query took in every run.
struct Times {
    found: u64,
    answer: Vec<Duration>,
    bare: Vec<Duration>,
}

/// Measures; `stop` ends it early, without figures.
pub fn measure(options: &SpeedOptions, progress: &dyn Progress, stop: &AtomicBool) -> Result<Speed, BenchError> {
    let temporary = tempfile::tempdir().map_err(BenchError::io("create", &std::env::temp_dir()))?;
    let (directory, made) = match options.pages {
        Some(pages) => {
            let room = options.keep.as_deref().unwrap_or(temporary.path());
            super::claim(room)?;
            let directory = room.join("index");
            let made = make_library(&directory, pages, options, progress, stop)?;
            (directory, Some(made))
        }
        None => (options.library.clone(), None),
    };
    let (library, engine) = open(&directory)?;
    let queries = draw(&library, &engine, options.queries, options.seed)?;
    if queries.is_empty() {
        return Err(BenchError::NoText(options.library.clone()));
    }
    let (text, seconds) = (made.as_ref().map(|made| made.text_bytes), made.as_ref().map(|made| made.seconds));
    let (size, corpus) = (LibrarySize::of(&library, text, seconds)?, Corpus::of(&library)?);
    drop((library, engine));
    let times = time_queries(&directory, &queries, options, stop)?;
    let throughput = throughput(&directory, &queries, options.runs, stop)?;
    if stop.load(Ordering::Relaxed) {
        return Err(BenchError::Interrupted);
    }
    let of_kind = |kind: Kind| {
        let times: Vec<&Times> =
            queries.iter().zip(&times).filter(|(query, _)| query.kind == kind).map(|it| it.1).collect();
        (!times.is_empty()).then(|| KindSpeed::of(Some(kind), &times))
    };
    Ok(Speed {
        corpus,
        library: size,
        all: KindSpeed::of(None, &times.iter().collect::<Vec<_>>()),
        kinds: MIX.iter().filter_map(|(kind, _)| of_kind(*kind)).collect(),
        by_run: ByRun::of(&times),
        throughput,
        queries: by_slowness(&queries, &times),
    })
}

/// Makes a library of about so many pages, and says what that did.
fn make_library(
    directory: &Path,
    pages: u64,
    options: &SpeedOptions,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Summary, BenchError> {
    let source = Source::read(&Library::open_for_reading(&options.library)?, SOURCE_PAGES)?;
    if source.is_empty() {
        return Err(BenchError::NoText(options.library.clone()));
    }
    let make = |number| source.make(options.seed, number);
    let numbers = source.numbers_for(options.seed, pages);
    let library = Library::open_for_writing(directory)?;
    let summary = ingest_made(&library, options.jobs, &numbers, &make, progress, stop)?;
    if summary.interrupted { Err(BenchError::Interrupted) } else { Ok(summary) }
}

fn open(directory: &Path) -> Result<(Arc<Library>, Engine), BenchError> {
    let library = Arc::new(Library::open_for_reading(directory)?);
    let engine = Engine::open(Arc::clone(&library))?;
    Ok((library, engine))
}

/// Answers a query down to its JSON; returns how many reports match.
fn answer(engine: &Engine, query: &MixedQuery) -> Result<u64, SearchError> {
    let response = engine.search(&query.request)?;
    std::hint::black_box(serde_json::to_vec(&response).map_or(0, |json| json.len()));
    Ok(response.total.value)
}

fn time_queries(
    directory: &Path,
    queries: &[MixedQuery],
    options: &SpeedOptions,
    stop: &AtomicBool,
) -> Result<Vec<Times>, BenchError> {
    let empty = || Times { found: 0, answer: Vec::new(), bare: Vec::new() };
    let mut times: Vec<Times> = queries.iter().map(|_| empty()).collect();
    for run in 0..options.warmup + options.runs {
        let counts = run >= options.warmup;
        let (_library, engine) = open(directory)?;
        for (query, times) in queries.iter().zip(&mut times) {
            let start = Instant::now();
            times.found = answer(&engine, query)?;
            times.answer.extend(counts.then(|| start.elapsed()));
            if stop.load(Ordering::Relaxed) {
                return Err(BenchError::Interrupted);
            }
        }
        let (_library, engine) = open(directory)?;
        for (query, times) in queries.iter().zip(&mut times) {
            let start = Instant::now();
            engine.bare(&query.bare, &query.request.filters)?;
            times.bare.extend(counts.then(|| start.elapsed()));
        }
    }
    Ok(times)
}

/// Every core takes the next query until the mix has been answered as often as there are runs.
fn throughput(
    directory: &Path,
    queries: &[MixedQuery],
    runs: usize,
    stop: &AtomicBool,
) -> Result<Throughput, BenchError> {
    let (_library, engine) = open(directory)?;
    let clients = std::thread::available_parallelism().map_or(1, usize::from);
    let total = queries.len() * runs;
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), SearchError> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= total || stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            answer(&engine, &queries[number % queries.len()])?;
        }
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(Throughput { clients, queries_per_second: total as f64 / start.elapsed().as_secs_f64() })
}

fn by_slowness(queries: &[MixedQuery], times: &[Times]) -> Vec<QuerySpeed> {
    let mut slow: Vec<QuerySpeed> = queries
        .iter()
        .zip(times)
        .map(|(query, times)| QuerySpeed {
            kind: query.kind,
            query: query.request.q.clone(),
            found: times.found,
            p50_ms: Latency::of(&times.answer).p50_ms,
        })
        .collect();
    slow.sort_by(|a, b| b.p50_ms.total_cmp(&a.p50_ms));
    slow
}

impl KindSpeed {
    fn of(kind: Option<Kind>, times: &[&Times]) -> KindSpeed {
        let all = |times_of: fn(&Times) -> &Vec<Duration>| -> Vec<Duration> {
            times.iter().flat_map(|times| times_of(times)).copied().collect()
        };
        let (answer, bare) = (Latency::of(&all(|times| &times.answer)), Latency::of(&all(|times| &times.bare)));
        let mut found: Vec<u64> = times.iter().map(|times| times.found).collect();
        found.sort_unstable();
        KindSpeed {
            kind,
            queries: times.len(),
            found: found.get(found.len() / 2).copied().unwrap_or(0),
            answer,
            bare,
            ratio: ratio(answer.p50_ms, bare.p50_ms),
        }
    }
}

impl Latency {
    fn of(times: &[Duration]) -> Latency {
        let mut milliseconds: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1_000.0).collect();
        milliseconds.sort_by(f64::total_cmp);
        let at = |share| nearest_rank(&milliseconds, share);
        Latency { p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), max_ms: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::made_reports::tests::library;
    use crate::ingest::Silent;

    fn options(directory: &Path) -> SpeedOptions {
        SpeedOptions {
            library: directory.to_owned(),
            pages: None,
            keep: None,
            jobs: 1,
            queries: 30,
            seed: 1,
            warmup: 0,
            runs: 2,
        }
    }

    fn measured(options: &SpeedOptions) -> Result<Speed, BenchError> {
        measure(options, &Silent, &AtomicBool::new(false))
    }

    #[test]
    fn a_library_is_measured_as_it_is() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(library(directory.path()));
        let speed = measured(&options(directory.path())).expect("figures");
        assert_eq!((speed.library.reports, speed.library.pages, speed.library.is_made), (3, 8, false));
        assert!(speed.all.queries >= 20, "{}", speed.all.queries);
        assert_eq!(speed.kinds.iter().map(|kind| kind.queries).sum::<usize>(), speed.all.queries);
        assert_eq!((speed.corpus.files, speed.by_run.p50_ms.values.len()), (3, 2));
        assert!(speed.all.answer.p50_ms > 0.0 && speed.all.answer.max_ms >= speed.all.answer.p99_ms);
        assert!(speed.queries.windows(2).all(|pair| pair[0].p50_ms >= pair[1].p50_ms));
        assert!(speed.throughput.queries_per_second > 0.0);
        let disk = speed.library.disk_bytes_per_page;
        assert!(disk.geometry > 0.0 && disk.text > 0.0 && disk.index > 0.0, "{disk:?}");
    }

    #[test]
    fn a_larger_library_is_made_and_kept_on_request() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(library(directory.path()));
        let keep = directory.path().join("made");
        let larger = SpeedOptions { pages: Some(200), keep: Some(keep.clone()), ..options(directory.path()) };
        let speed = measured(&larger).expect("figures");
        assert!((200..210).contains(&speed.library.pages), "{}", speed.library.pages);
        assert!(speed.library.is_made && Library::open_for_reading(&keep.join("index")).is_ok());
        assert!(matches!(measured(&larger), Err(BenchError::KeepNotEmpty(_))));
    }

    #[test]
    fn there_is_nothing_to_measure_without_text() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(Library::open_for_writing(directory.path()).expect("a new library"));
        assert!(matches!(measured(&options(directory.path())), Err(BenchError::NoText(_))));
    }

    #[test]
    fn an_interrupted_measurement_has_no_figures() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(library(directory.path()));
        let result = measure(&options(directory.path()), &Silent, &AtomicBool::new(true));
        assert!(matches!(result, Err(BenchError::Interrupted)));
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let expected = Latency { p50_ms: 100.0, p90_ms: 180.0, p99_ms: 198.0, max_ms: 200.0 };
        assert_eq!(Latency::of(&times), expected);
        assert_eq!(Latency::of(&[]), Latency::default());
        assert!((Latency::of(&[Duration::from_millis(7)]).p50_ms - 7.0).abs() < 1e-9);
    }
}
