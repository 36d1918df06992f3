//! One run and what it took of the machine, looked at from within: by a process that does nothing else, if the figures are
//! to mean anything.

use crate::bench::BenchError;
use crate::clock::{StageTime, Stages, Usage, peak_memory};
use crate::extract::{ExtractOptions, extract};
use crate::ingest::Summary;
use crate::worker::WorkerPool;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Everything under `paths` goes into a library.
    Ingest {
        /// Where the library is or is to be.
        library: PathBuf,
        /// Files and folders.
        paths: Vec<PathBuf>,
        /// Extracting threads; 0 = one a core.
        jobs: usize,
        /// Whether files are read by the ingesting process instead of by others.
        is_in_process: bool,
        /// Whether the time of stages is counted, which costs some itself.
        counts_stages: bool,
    },
    /// These files are read, one after another, and nothing is kept of them.
    Extract {
        /// The files.
        files: Vec<PathBuf>,
    },
}

/// What a run took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Once {
    /// Seconds that passed.
    pub seconds: f64,
    /// Seconds of processor time of the process itself, all threads; 0 where the system does not tell.
    pub own_cpu_seconds: f64,
    /// Seconds of processor time of the processes that it started: those that read files, and recognisers.
    pub reader_cpu_seconds: f64,
    /// Bytes of memory that the process has held at most.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes of memory that the largest of the processes that read has held at most.
    pub reader_peak_memory_bytes: Option<u64>,
    /// What the stages took, if they were counted; without the engine's own threads.
    pub stages: Vec<StageTime>,
    /// What was done.
    pub summary: Summary,
}

impl Once {
    /// Of all processes, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        self.own_cpu_seconds + self.reader_cpu_seconds
    }
}

/// Does something and says what it took of processor time since `since`.
pub fn observed<E>(
    since: Usage,
    workers: Option<&WorkerPool>,
    stages: Option<&Stages>,
    run: impl FnOnce() -> Result<Summary, E>,
) -> Result<Once, E> {
    let start = Instant::now();
    let summary = run()?;
    let used = Usage::now().unwrap_or(since).since(since);
    let reader_peak = workers.map(|workers| workers.counts().peak_memory_bytes);
    Ok(Once {
        seconds: start.elapsed().as_secs_f64(),
        own_cpu_seconds: used.own.as_secs_f64(),
        reader_cpu_seconds: used.children.as_secs_f64(),
        peak_memory_bytes: peak_memory(None),
        reader_peak_memory_bytes: reader_peak.filter(|bytes| *bytes > 0),
        stages: stages.map(Stages::times).unwrap_or_default(),
        summary,
    })
}

/// Reads files as an ingest does, keeps nothing. Call it on a thread with [`crate::extract::READER_STACK_BYTES`] of stack.
pub fn extract_all(files: &[PathBuf], options: &ExtractOptions, stop: &AtomicBool) -> Result<Summary, BenchError> {
    let mut summary = Summary { files: files.len() as u64, ..Summary::default() };
    for file in files {
        if stop.load(Ordering::Relaxed) {
            return Err(BenchError::Interrupted);
        }
        let Ok(bytes) = std::fs::read(file) else {
            *summary.failed.entry("unreadable".to_owned()).or_default() += 1;
            continue;
        };
        summary.bytes += bytes.len() as u64;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match extract(&bytes, &name, options) {
            Ok(report) => {
                summary.indexed += 1;
                for page in &report.pages {
                    *summary.pages.entry(page.status.code().to_owned()).or_default() += 1;
                    summary.text_bytes += page.text.len() as u64;
                }
            }
            Err(error) => *summary.failed.entry(error.reason.code().to_owned()).or_default() += 1,
        }
    }
    Ok(summary)
}

/// Does a task in this process; stages are always counted.
#[cfg(test)]
pub(super) fn here(task: &Task) -> Result<Once, BenchError> {
    use crate::ingest::{IngestOptions, Silent, ingest};
    use std::sync::Arc;
    let (stop, since) = (AtomicBool::new(false), Usage::now().unwrap_or_default());
    match task {
        Task::Ingest { library, paths, jobs, .. } => {
            let stages = Arc::new(Stages::default());
            observed(since, None, Some(&stages), || {
                let library = crate::store::Library::open_for_writing(library)?;
                let stages = Some(Arc::clone(&stages));
                let options = IngestOptions { paths: paths.clone(), jobs: *jobs, stages, ..IngestOptions::default() };
                Ok(ingest(&library, &options, &Silent, &stop)?)
            })
        }
        Task::Extract { files } => {
            let read = || extract_all(files, &ExtractOptions::default(), &stop);
            observed(since, None, None, || stacker::grow(crate::extract::READER_STACK_BYTES, read))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Stage;
    use std::path::Path;

    fn fixture(name: &str) -> PathBuf {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")).join(name)
    }

    #[test]
    fn every_stage_of_an_ingest_is_counted_and_none_twice() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let task = Task::Ingest {
            library: directory.path().to_owned(),
            paths: vec![fixture("waste-circular.pdf")],
            jobs: 1,
            is_in_process: true,
            counts_stages: true,
        };
        let once = here(&task).expect("an ingest");
        for time in &once.stages {
            assert_eq!(time.seconds > 0.0, time.stage != Stage::Recognise, "{time:?}");
        }
        let all: f64 = once.stages.iter().map(|time| time.seconds).sum();
        // Two threads work at a time: one reads, one writes.
        assert!(all <= 2.0 * once.seconds, "{all} s of {} s", once.seconds);
        let again = here(&task).expect("another").stages;
        assert!(again.iter().filter(|time| time.seconds > 0.0).all(|time| time.stage == Stage::Store), "{again:?}");
    }

    #[test]
    fn files_are_read_and_those_that_cannot_be_are_counted() {
        let files = ["waste-circular.pdf", "encrypted-secret.pdf", "absent.pdf"].map(fixture).to_vec();
        let once = here(&Task::Extract { files }).expect("read");
        let failed: Vec<&str> = once.summary.failed.keys().map(String::as_str).collect();
        assert_eq!((once.summary.files, once.summary.indexed, failed), (3, 1, vec!["needs_password", "unreadable"]));
        assert!(once.summary.text_bytes > 1_000 && once.summary.pages["text"] > 0, "{:?}", once.summary);
        assert!(once.own_cpu_seconds > 0.0 || !cfg!(target_os = "linux"));
    }
}
