//! What an ingest costs: time, processor time, memory and room on disk, stage by stage, and what it costs beside nothing
//! but reading the files, with one job beside two, and once more when nothing has changed.
//!
//! Every run has a new library, and is a process of its own as a user's is, which is started by a [`Runner`].

use crate::bench::corpus::files;
use crate::bench::statistics::{Statistic, ratio};
use crate::bench::{BenchError, Corpus, LibrarySize, Once, Task};
use crate::clock::{Stage, StageTime};
use crate::store::Library;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Does a task in a process of its own. Its seconds are those from the start of that process to its end.
pub type Runner<'r> = dyn Fn(&Task) -> Result<Once, BenchError> + 'r;

/// How to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostOptions {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Extracting threads; 0 = one a core.
    pub jobs: usize,
    /// Runs before those that count.
    pub warmup: usize,
    /// Runs that count.
    pub runs: usize,
    /// Whether files are read by the ingesting process instead of by others.
    pub is_in_process: bool,
}

/// The figures; statistics are over the runs that count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// The files.
    #[serde(skip)]
    pub corpus: Corpus,
    /// Extracting threads.
    pub jobs: usize,
    /// Whether files were read by the ingesting process.
    pub in_process: bool,
    /// Runs before those that count.
    pub warmup: usize,
    /// Runs that count.
    pub runs: usize,
    /// Files that failed, by reason code.
    pub failed: BTreeMap<String, u64>,
    /// Seconds from start to end.
    pub seconds: Statistic,
    /// Pages a second.
    pub pages_per_second: Statistic,
    /// Millions of bytes of PDF a second.
    pub megabytes_per_second: Statistic,
    /// Seconds of processor time of all processes.
    pub cpu_seconds: Statistic,
    /// Of these, of the ingesting process.
    pub own_cpu_seconds: Statistic,
    /// Of these, of the processes that read, and of recognisers.
    pub reader_cpu_seconds: Statistic,
    /// Bytes of memory that the ingesting process has held at most; `None` where the system does not tell.
    pub peak_memory_bytes: Option<Statistic>,
    /// Bytes of memory that the largest of the processes that read has held at most.
    pub reader_peak_memory_bytes: Option<Statistic>,
    /// What the library costs on disk.
    pub library: LibrarySize,
    /// Seconds with one job, and with two; `None` on a machine with one core.
    pub one_job_seconds: Option<Statistic>,
    /// See `one_job_seconds`.
    pub two_jobs_seconds: Option<Statistic>,
    /// Seconds of another ingest of the same files, none of which has changed.
    pub unchanged_seconds: Statistic,
    /// Seconds of processor time that reading the files takes, one after another in one process, and nothing else.
    pub extraction_cpu_seconds: Statistic,
    /// By the medians.
    pub ratios: Ratios,
    /// Time by stage, from one more run in one process.
    pub stages: Vec<StageTime>,
    /// Processor time of that run in seconds, the engine's own threads included.
    pub stages_cpu_seconds: f64,
}

/// Figures that mean the same on any machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratios {
    /// Processor time of the ingest ÷ that of reading alone.
    pub ingest_to_extraction_cpu: f64,
    /// Processor time of extraction ÷ that of having the files' bytes and decoding their streams, which no reader is
    /// spared; of the stages.
    pub extraction_to_floor_cpu: f64,
    /// Time with one job ÷ time with two.
    pub one_job_to_two: Option<f64>,
    /// Time of an ingest that finds nothing new ÷ time of the first.
    pub unchanged_to_first: f64,
}

/// Measures; `stop` ends it early, without figures. `told` hears what is done next.
pub fn measure(
    options: &CostOptions,
    run: &Runner<'_>,
    told: &dyn Fn(&str),
    stop: &AtomicBool,
) -> Result<Cost, BenchError> {
    let room = tempfile::tempdir().map_err(BenchError::io("create", &std::env::temp_dir()))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let measuring = Measuring { options, jobs: if options.jobs == 0 { cores } else { options.jobs }, cores, run, stop };
    for number in 1..=options.warmup {
        told(&format!("warming up, run {number} of {}", options.warmup));
        measuring.round(&room.path().join(format!("warmup-{number}")))?;
    }
    let mut rounds = Vec::new();
    for number in 1..=options.runs {
        told(&format!("run {number} of {}", options.runs));
        rounds.push(measuring.round(&room.path().join(format!("run-{number}")))?);
    }
    told("one more run in one process, for the stages");
    let staged = measuring.task(&room.path().join("stages"), measuring.jobs, true)?;
    let last = rounds.last().ok_or(BenchError::Interrupted)?.clone();
    let of = |figure: fn(&Round) -> f64| Statistic::of(rounds.iter().map(figure).collect());
    let known = |figure: fn(&Round) -> Option<f64>| {
        rounds.iter().map(figure).collect::<Option<Vec<f64>>>().filter(|values| !values.is_empty()).map(Statistic::of)
    };
    let mut cost = Cost {
        corpus: last.corpus,
        jobs: measuring.jobs,
        in_process: options.is_in_process,
        warmup: options.warmup,
        runs: options.runs,
        failed: last.first.summary.failed,
        seconds: of(|round| round.first.seconds),
        pages_per_second: of(|round| ratio(round.corpus.pages as f64, round.first.seconds)),
        megabytes_per_second: of(|round| ratio(round.first.summary.bytes as f64 / 1e6, round.first.seconds)),
        cpu_seconds: of(|round| round.first.cpu_seconds()),
        own_cpu_seconds: of(|round| round.first.own_cpu_seconds),
        reader_cpu_seconds: of(|round| round.first.reader_cpu_seconds),
        peak_memory_bytes: known(|round| round.first.peak_memory_bytes.map(|bytes| bytes as f64)),
        reader_peak_memory_bytes: known(|round| round.first.reader_peak_memory_bytes.map(|bytes| bytes as f64)),
        library: last.size,
        one_job_seconds: known(|round| round.one_job_seconds),
        two_jobs_seconds: known(|round| round.two_jobs_seconds),
        unchanged_seconds: of(|round| round.unchanged_seconds),
        extraction_cpu_seconds: of(|round| round.extraction_cpu_seconds),
        ratios: Ratios {
            ingest_to_extraction_cpu: 0.0,
            extraction_to_floor_cpu: 0.0,
            one_job_to_two: None,
            unchanged_to_first: 0.0,
        },
        stages_cpu_seconds: staged.own_cpu_seconds,
        stages: staged.stages,
    };
    cost.ratios = Ratios::of(&cost);
    Ok(cost)
}

impl Ratios {
    fn of(cost: &Cost) -> Ratios {
        let jobs = cost.one_job_seconds.as_ref().zip(cost.two_jobs_seconds.as_ref());
        Ratios {
            ingest_to_extraction_cpu: ratio(cost.cpu_seconds.median, cost.extraction_cpu_seconds.median),
            extraction_to_floor_cpu: ratio(cpu_of(&cost.stages, &EXTRACTION), cpu_of(&cost.stages, &FLOOR)),
            one_job_to_two: jobs.map(|(one, two)| ratio(one.median, two.median)),
            unchanged_to_first: ratio(cost.unchanged_seconds.median, cost.seconds.median),
        }
    }
}

/// The stages of extraction.
const EXTRACTION: [Stage; 7] =
    [Stage::Read, Stage::Parse, Stage::Decode, Stage::Fonts, Stage::Interpret, Stage::Layout, Stage::Text];

/// Those without which there is nothing to read.
const FLOOR: [Stage; 2] = [Stage::Read, Stage::Decode];

/// Seconds of processor time of some of the stages.
fn cpu_of(times: &[StageTime], stages: &[Stage]) -> f64 {
    times.iter().filter(|time| stages.contains(&time.stage)).map(|time| time.cpu_seconds).sum()
}

/// What is the same for all runs.
struct Measuring<'m> {
    options: &'m CostOptions,
    jobs: usize,
    cores: usize,
    run: &'m Runner<'m>,
    stop: &'m AtomicBool,
}

/// All that is run once for every figure, so that what changes on the machine meanwhile changes all of them.
#[derive(Debug, Clone)]
struct Round {
    first: Once,
    corpus: Corpus,
    size: LibrarySize,
    unchanged_seconds: f64,
    one_job_seconds: Option<f64>,
    two_jobs_seconds: Option<f64>,
    extraction_cpu_seconds: f64,
}

impl Measuring<'_> {
    fn round(&self, room: &Path) -> Result<Round, BenchError> {
        let directory = room.join("library");
        let first = self.task(&directory, self.jobs, false)?;
        let library = Library::open_for_reading(&directory)?;
        let (corpus, size) = (Corpus::of(&library)?, LibrarySize::of(&library, Some(first.summary.text_bytes), None)?);
        if corpus.pages == 0 {
            return Err(BenchError::NoPages);
        }
        let files = files(&library)?.into_iter().map(|row| row.path).collect();
        drop(library);
        let unchanged_seconds = self.task(&directory, self.jobs, false)?.seconds;
        let with_jobs = |jobs: usize| -> Result<Option<f64>, BenchError> {
            if self.cores < 2 {
                return Ok(None);
            }
            let seconds = match jobs == self.jobs {
                true => first.seconds,
                false => self.task(&room.join(format!("jobs-{jobs}")), jobs, false)?.seconds,
            };
            Ok(Some(seconds))
        };
        let (one_job_seconds, two_jobs_seconds) = (with_jobs(1)?, with_jobs(2)?);
        let extraction_cpu_seconds = (self.run)(&Task::Extract { files })?.cpu_seconds();
        // Nothing is timed while the disk is busy with what is not needed any more.
        std::fs::remove_dir_all(room).map_err(BenchError::io("remove", room))?;
        Ok(Round { first, corpus, size, unchanged_seconds, one_job_seconds, two_jobs_seconds, extraction_cpu_seconds })
    }

    fn task(&self, library: &Path, jobs: usize, counts_stages: bool) -> Result<Once, BenchError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(BenchError::Interrupted);
        }
        let once = (self.run)(&Task::Ingest {
            library: library.to_owned(),
            paths: self.options.paths.clone(),
            jobs,
            is_in_process: self.options.is_in_process || counts_stages,
            counts_stages,
        })?;
        if once.summary.interrupted { Err(BenchError::Interrupted) } else { Ok(once) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bench::DiskPerPage;
    use crate::bench::once::here;
    use std::cell::RefCell;

    /// Figures to print and to judge.
    pub(crate) fn cost() -> Cost {
        let seconds = |seconds: f64| Statistic::of(vec![seconds, seconds * 0.9, seconds * 1.2]);
        let list_hash = "00112233445566778899aabbccddeeff".to_owned();
        Cost {
            corpus: Corpus { files: 1_400, reports: 1_399, pages: 100_004, bytes: 63_100_000, list_hash },
            jobs: 2,
            in_process: false,
            warmup: 1,
            runs: 3,
            failed: [("damaged".to_owned(), 1)].into(),
            seconds: seconds(0.56),
            pages_per_second: seconds(3_694.6),
            megabytes_per_second: seconds(112.7),
            cpu_seconds: seconds(1.02),
            own_cpu_seconds: seconds(0.32),
            reader_cpu_seconds: seconds(0.7),
            peak_memory_bytes: Some(seconds(81e6)),
            reader_peak_memory_bytes: Some(seconds(64e6)),
            library: LibrarySize {
                is_made: false,
                made_seconds: None,
                reports: 1_399,
                pages: 100_004,
                text_bytes_per_page: 2_948.0,
                disk_bytes_per_text_byte: 0.87,
                disk_bytes_per_page: DiskPerPage {
                    total: 2_567.0,
                    text: 1_073.0,
                    geometry: 470.0,
                    index: 1_010.0,
                    catalogue: 14.0,
                },
            },
            one_job_seconds: Some(seconds(1.04)),
            two_jobs_seconds: Some(seconds(0.56)),
            unchanged_seconds: seconds(0.0043),
            extraction_cpu_seconds: seconds(0.75),
            ratios: Ratios {
                ingest_to_extraction_cpu: 1.36,
                extraction_to_floor_cpu: 4.2,
                one_job_to_two: Some(1.857),
                unchanged_to_first: 0.00768,
            },
            stages: Stage::ALL.map(|stage| StageTime { stage, seconds: 0.1, cpu_seconds: 0.09 }).to_vec(),
            stages_cpu_seconds: 1.0,
        }
    }

    fn options(paths: &[&str]) -> CostOptions {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"));
        let paths = paths.iter().map(|path| folder.join(path)).collect();
        CostOptions { paths, jobs: 1, warmup: 1, runs: 2, is_in_process: true }
    }

    #[test]
    fn an_ingest_is_measured_from_every_side() {
        let tasks = RefCell::new(Vec::new());
        let run = |task: &Task| {
            tasks.borrow_mut().push(match task {
                Task::Ingest { jobs, counts_stages, .. } => format!("{jobs} {counts_stages}"),
                Task::Extract { files } => format!("{} files", files.len()),
            });
            here(task)
        };
        let options = options(&["waste-circular.pdf", "encrypted-secret.pdf"]);
        let cost = measure(&options, &run, &|_| {}, &AtomicBool::new(false)).expect("figures");
        assert_eq!((cost.corpus.files, cost.corpus.reports, cost.failed["needs_password"]), (2, 1, 1));
        let expected = ["1 false", "1 false", "2 false", "2 files"];
        let two = if std::thread::available_parallelism().map_or(1, usize::from) > 1 { 4 } else { 3 };
        let round: Vec<&str> = expected.into_iter().filter(|task| two == 4 || *task != "2 false").collect();
        let all: Vec<&str> = [&round[..], &round, &round, &["1 true"]].concat();
        assert_eq!(*tasks.borrow(), all);
        assert_eq!((cost.seconds.values.len(), cost.unchanged_seconds.values.len()), (2, 2));
        assert!(cost.unchanged_seconds.median < cost.seconds.median, "{cost:?}");
        assert!(cost.pages_per_second.min > 0.0 && cost.megabytes_per_second.min > 0.0);
        assert!(cost.ratios.unchanged_to_first < 1.0 && cost.ratios.ingest_to_extraction_cpu >= 0.0);
        let disk = cost.library.disk_bytes_per_page;
        assert!(disk.text > 0.0 && disk.geometry > 0.0 && disk.index > 0.0 && disk.catalogue > 0.0, "{disk:?}");
    }

    #[test]
    fn ratios_are_of_medians() {
        let run = |task: &Task| {
            let mut once = here(task)?;
            (once.seconds, once.own_cpu_seconds, once.reader_cpu_seconds) = match task {
                Task::Ingest { jobs: 1, .. } => (1.8, 1.0, 0.5),
                Task::Ingest { .. } => (1.0, 1.0, 0.75),
                Task::Extract { .. } => (9.0, 1.25, 0.0),
            };
            once.stages = Stage::ALL.map(|stage| StageTime { stage, seconds: 9.0, cpu_seconds: 0.25 }).to_vec();
            Ok(once)
        };
        let options = CostOptions { jobs: 2, warmup: 0, ..options(&["waste-circular.pdf"]) };
        let cost = measure(&options, &run, &|_| {}, &AtomicBool::new(false)).expect("figures");
        let two_to_one = if cost.one_job_seconds.is_some() { Some(1.8) } else { None };
        let expected = Ratios {
            ingest_to_extraction_cpu: 1.4,
            extraction_to_floor_cpu: 3.5,
            one_job_to_two: two_to_one,
            unchanged_to_first: 1.0,
        };
        assert_eq!(cost.ratios, expected);
    }

    #[test]
    fn without_pages_or_when_interrupted_there_are_no_figures() {
        let nothing = measure(&options(&["encrypted-secret.pdf"]), &here, &|_| {}, &AtomicBool::new(false));
        assert!(matches!(nothing, Err(BenchError::NoPages)), "{nothing:?}");
        let interrupted = measure(&options(&["waste-circular.pdf"]), &here, &|_| {}, &AtomicBool::new(true));
        assert!(matches!(interrupted, Err(BenchError::Interrupted)), "{interrupted:?}");
    }
}
