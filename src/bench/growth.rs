//! How cost grows with the library: libraries of more and more pages, made of the real text of one; each is ingested, opened,
//! searched, and ingested once more when nothing has changed.
//!
//! The reports are made, not read from PDFs: what reading a page costs does not depend on the library, so that what is
//! measured is what may grow: text store, index, commits, merges, catalogue. Each report has a file of its own that an
//! ingest finds unchanged; nothing but its length is on the disk.

use crate::bench::made_reports::Source;
use crate::bench::speed::{self, KindSpeed, SpeedOptions, Throughput};
use crate::bench::statistics::{Statistic, ratio};
use crate::bench::{BenchError, Corpus, LibrarySize};
use crate::clock::{Usage, forget_peak_memory, peak_memory, thread_cpu};
use crate::ingest::{IngestOptions, Progress, Summary, ingest, ingest_made};
use crate::report::Report;
use crate::search::Engine;
use crate::store::Library;
use serde::Serialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Times a library is opened, for the median.
const OPENINGS: usize = 5;

/// How to measure.
#[derive(Debug, Clone)]
pub struct GrowthOptions {
    /// The library whose text the others are made of.
    pub library: PathBuf,
    /// Pages of each, about.
    pub pages: Vec<u64>,
    /// Where the made libraries stay, which are otherwise thrown away: a new or empty folder.
    pub keep: Option<PathBuf>,
    /// Threads that make them; 0 = one a core.
    pub jobs: usize,
    /// Queries asked of each.
    pub queries: usize,
    /// What queries and made reports are drawn by.
    pub seed: u64,
    /// Runs of the queries before those that count.
    pub warmup: usize,
    /// Runs that count.
    pub runs: usize,
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Growth {
    /// The files whose text the libraries are made of.
    #[serde(skip)]
    pub corpus: Corpus,
    /// Library by library, the smallest first.
    pub points: Vec<Point>,
    /// How much more processor time a page takes in the library where it takes most than where it takes least, as a share
    /// of the latter; 0 where the system does not tell.
    pub ingest_spread: f64,
}

/// What a library of one size costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// What is in it and what it costs on disk.
    pub library: LibrarySize,
    /// Seconds of the first ingest, the making of the reports included.
    pub ingest_seconds: f64,
    /// Milliseconds of processor time for each page, the making of the reports left out.
    pub ingest_cpu_ms_per_page: f64,
    /// Bytes of memory held at most during the first ingest, the text that reports are made of included; `None` where the
    /// system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// Milliseconds to open it for searching, the median.
    pub open_ms: f64,
    /// Searches of all kinds.
    pub search: KindSpeed,
    /// The same by kind.
    pub kinds: Vec<KindSpeed>,
    /// With a client on every core at the same time.
    pub throughput: Throughput,
    /// Seconds of an ingest that finds nothing new.
    pub unchanged_seconds: f64,
}

/// Measures; `stop` ends it early, without figures. `told` hears what is done next.
pub fn measure(
    options: &GrowthOptions,
    progress: &dyn Progress,
    told: &dyn Fn(&str),
    stop: &AtomicBool,
) -> Result<Growth, BenchError> {
    let temporary = tempfile::tempdir().map_err(BenchError::io("create", &std::env::temp_dir()))?;
    let room = options.keep.as_deref().unwrap_or(temporary.path());
    super::claim(room)?;
    // An ingest finds files by their paths without links.
    let room = room.canonicalize().map_err(BenchError::io("find", room))?;
    let library = Library::open_for_reading(&options.library)?;
    let (corpus, source) = (Corpus::of(&library)?, Source::read(&library, speed::SOURCE_PAGES)?);
    drop(library);
    if source.is_empty() {
        return Err(BenchError::NoText(options.library.clone()));
    }
    let mut sizes = options.pages.clone();
    sizes.sort_unstable();
    sizes.dedup();
    let mut points = Vec::new();
    for pages in sizes {
        told(&format!("a library of {pages} pages"));
        let making = Making { source: &source, options, folder: room.join(pages.to_string()), cpu: AtomicU64::new(0) };
        points.push(making.point(pages, progress, stop)?);
        if options.keep.is_none() {
            std::fs::remove_dir_all(&making.folder).map_err(BenchError::io("remove", &making.folder))?;
        }
    }
    let ingest_spread = spread(points.iter().map(|point| point.ingest_cpu_ms_per_page));
    Ok(Growth { corpus, points, ingest_spread })
}

/// By how much the largest exceeds the least, as a share of the least; 0 of none.
fn spread(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let (least, most) = (values.clone().fold(f64::INFINITY, f64::min), values.fold(0.0, f64::max));
    if least.is_finite() { ratio(most - least, least) } else { 0.0 }
}

/// One library in the making: its index in `index/` of the folder, a file for each report in `files/`.
struct Making<'m> {
    source: &'m Source,
    options: &'m GrowthOptions,
    folder: PathBuf,
    /// Nanoseconds of processor time that making reports took.
    cpu: AtomicU64,
}

impl Making<'_> {
    fn point(&self, pages: u64, progress: &dyn Progress, stop: &AtomicBool) -> Result<Point, BenchError> {
        let (index, files) = (self.folder.join("index"), self.folder.join("files"));
        std::fs::create_dir_all(&files).map_err(BenchError::io("create", &files))?;
        let has_forgotten = forget_peak_memory();
        let (before, start) = (Usage::now().unwrap_or_default(), Instant::now());
        let summary = self.ingest(&index, &files, pages, progress, stop)?;
        let ingest_seconds = start.elapsed().as_secs_f64();
        let used = Usage::now().unwrap_or_default().since(before);
        let peak_memory_bytes = peak_memory(None).filter(|_| has_forgotten);
        let unmade = used.own.saturating_sub(Duration::from_nanos(self.cpu.load(Ordering::Relaxed)));
        let library =
            LibrarySize::of(&Library::open_for_reading(&index)?, Some(summary.text_bytes), Some(summary.seconds))?;
        let GrowthOptions { jobs, queries, seed, warmup, runs, .. } = *self.options;
        let search =
            SpeedOptions { library: index.clone(), pages: None, keep: None, jobs, queries, seed, warmup, runs };
        let search = speed::measure(&search, progress, stop)?;
        Ok(Point {
            ingest_seconds,
            ingest_cpu_ms_per_page: ratio(unmade.as_secs_f64() * 1_000.0, library.pages as f64),
            peak_memory_bytes,
            open_ms: open_ms(&index)?,
            search: search.all,
            kinds: search.kinds,
            throughput: search.throughput,
            unchanged_seconds: self.again(&index, &files, stop)?,
            library,
        })
    }

    fn ingest(
        &self,
        index: &Path,
        files: &Path,
        pages: u64,
        progress: &dyn Progress,
        stop: &AtomicBool,
    ) -> Result<Summary, BenchError> {
        let numbers = self.source.numbers_for(self.options.seed, pages);
        let library = Library::open_for_writing(index)?;
        let summary =
            ingest_made(&library, self.options.jobs, &numbers, &|number| self.make(number, files), progress, stop)?;
        if summary.interrupted { Err(BenchError::Interrupted) } else { Ok(summary) }
    }

    /// A report and its file.
    fn make(&self, number: u64, files: &Path) -> (PathBuf, Report) {
        let before = thread_cpu().unwrap_or_default();
        let (name, report) = self.source.make(self.options.seed, number);
        let path = files.join(name.file_name().unwrap_or_default());
        // One that cannot be made is found to have vanished, which is seen then.
        let _ = File::create(&path).and_then(|file| file.set_len(report.size));
        let took = thread_cpu().unwrap_or_default().saturating_sub(before);
        self.cpu.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        (path, report)
    }

    /// Seconds of an ingest that finds nothing new.
    fn again(&self, index: &Path, files: &Path, stop: &AtomicBool) -> Result<f64, BenchError> {
        let start = Instant::now();
        let library = Library::open_for_writing(index)?;
        let options = IngestOptions { paths: vec![files.to_owned()], jobs: self.options.jobs, ..Default::default() };
        let summary = ingest(&library, &options, &crate::ingest::Silent, stop)?;
        match summary.unchanged == summary.files && summary.vanished == 0 {
            true => Ok(start.elapsed().as_secs_f64()),
            false => Err(BenchError::Run("files that were just ingested were not found unchanged".to_owned())),
        }
    }
}

fn open_ms(index: &Path) -> Result<f64, BenchError> {
    let mut times = Vec::new();
    for _ in 0..OPENINGS {
        let start = Instant::now();
        let engine = Engine::open(Arc::new(Library::open_for_reading(index)?))?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        drop(engine);
    }
    Ok(Statistic::of(times).median)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bench::Kind;
    use crate::bench::cost::tests::cost;
    use crate::bench::made_reports::tests::library;
    use crate::bench::speed::Latency;
    use crate::ingest::Silent;

    /// Figures to print, to draw and to judge, for libraries of these sizes.
    pub(crate) fn growth(pages: &[u64]) -> Growth {
        let point = |pages: &u64| {
            let size = *pages as f64 / 100_000.0;
            let latency =
                |p50_ms: f64| Latency { p50_ms, p90_ms: 2.0 * p50_ms, p99_ms: 5.0 * p50_ms, max_ms: 9.0 * p50_ms };
            let search = KindSpeed {
                kind: None,
                queries: 500,
                found: 190,
                answer: latency(3.0 + size),
                bare: latency(2.0 + size),
                ratio: 1.33,
            };
            Point {
                library: LibrarySize {
                    is_made: true,
                    made_seconds: Some(22.0 * size),
                    pages: pages + 4,
                    reports: pages / 30,
                    ..cost().library
                },
                ingest_seconds: 22.0 * size,
                ingest_cpu_ms_per_page: 0.3 + size / 250.0,
                peak_memory_bytes: Some(100_000_000 + pages * 40),
                open_ms: 4.0 + size,
                kinds: vec![KindSpeed { kind: Some(Kind::Phrase), ..search.clone() }],
                search,
                throughput: Throughput { clients: 2, queries_per_second: 486.0 },
                unchanged_seconds: 0.05 * size,
            }
        };
        let points: Vec<Point> = pages.iter().map(point).collect();
        let ingest_spread = spread(points.iter().map(|point| point.ingest_cpu_ms_per_page));
        Growth { corpus: cost().corpus, points, ingest_spread }
    }

    fn options(directory: &Path) -> GrowthOptions {
        GrowthOptions {
            library: directory.to_owned(),
            pages: vec![120, 40, 120],
            keep: None,
            jobs: 1,
            queries: 30,
            seed: 1,
            warmup: 0,
            runs: 1,
        }
    }

    #[test]
    fn libraries_of_every_size_are_measured_and_kept_on_request() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(library(&directory.path().join("source")));
        let keep = directory.path().join("kept");
        let options = GrowthOptions { keep: Some(keep.clone()), ..options(&directory.path().join("source")) };
        let growth = measure(&options, &Silent, &|_| {}, &AtomicBool::new(false)).expect("figures");
        let pages: Vec<u64> = growth.points.iter().map(|point| point.library.pages).collect();
        assert!(matches!(pages[..], [40..45, 120..125]), "{pages:?}");
        assert_eq!(growth.corpus.reports, 3);
        for point in &growth.points {
            assert!(point.open_ms > 0.0 && point.search.answer.p99_ms > 0.0 && point.search.bare.p50_ms > 0.0);
            assert_eq!(point.kinds.iter().map(|kind| kind.queries).sum::<usize>(), point.search.queries);
            assert!(point.unchanged_seconds > 0.0 && point.library.disk_bytes_per_page.index > 0.0);
            assert!(point.ingest_cpu_ms_per_page > 0.0 || !cfg!(target_os = "linux"), "{point:?}");
        }
        assert!(Library::open_for_reading(&keep.join("40/index")).is_ok());
        let again = measure(&options, &Silent, &|_| {}, &AtomicBool::new(false));
        assert!(matches!(again, Err(BenchError::KeepNotEmpty(_))));
    }

    #[test]
    fn growth_is_the_most_beside_the_least() {
        let cases: [(&[f64], f64); 5] =
            [(&[2.0, 3.0, 2.5], 0.5), (&[4.0, 4.0], 0.0), (&[1.0], 0.0), (&[], 0.0), (&[0.0, 0.0], 0.0)];
        for (values, expected) in cases {
            assert_eq!(spread(values.iter().copied()), expected, "{values:?}");
        }
    }

    #[test]
    fn an_interrupted_measurement_has_no_figures() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(library(directory.path()));
        let result = measure(&options(directory.path()), &Silent, &|_| {}, &AtomicBool::new(true));
        assert!(matches!(result, Err(BenchError::Interrupted)), "{result:?}");
    }
}
