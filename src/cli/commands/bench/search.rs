//! `recto bench search`: times a mix of queries.

use super::{Measured, count};
use crate::bench::speed::{SpeedOptions, measure};
use crate::bench::{Corpus, Machine};
use crate::cli::args::{BenchSearchArguments, RunsArguments};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{SpeedText, to_json};
use crate::cli::session::Session;
use serde::Serialize;
use std::borrow::Cow;

/// The slowest queries that are named unless all are.
const SLOWEST: usize = 10;

/// What was asked of which library, in JSON.
#[derive(Serialize)]
struct Searched<'c> {
    library: Cow<'c, str>,
    seed: u64,
    warmup: u64,
    runs: u64,
    #[serde(flatten)]
    files: &'c Corpus,
}

/// Measures and prints the figures.
pub fn run(arguments: &BenchSearchArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let options = SpeedOptions {
        library: session.library_directory().to_owned(),
        pages: arguments.pages,
        keep: arguments.keep.clone(),
        jobs: session.config().ingest.jobs,
        queries: count(arguments.queries),
        seed: arguments.seed,
        warmup: count(arguments.runs.warmup),
        runs: count(arguments.runs.runs),
    };
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping"));
    let reporter = session.reporter();
    let outcome = measure(&options, &reporter, &stop);
    reporter.finish();
    let (mut speed, machine) = (outcome?, Machine::current());
    if !arguments.per_query {
        speed.queries.truncate(SLOWEST);
    }
    if arguments.json {
        let library = options.library.to_string_lossy();
        let RunsArguments { warmup, runs } = arguments.runs;
        let corpus = Searched { library, seed: arguments.seed, warmup, runs, files: &speed.corpus };
        console.results(&to_json(&Measured { bench: "search", machine, corpus, figures: &speed })?)?;
    } else {
        console.results(&SpeedText { speed: &speed, machine: &machine, runs: arguments.runs.runs }.to_string())?;
    }
    if let Some(keep) = &arguments.keep {
        console.note(format!("kept: recto bench search --index '{}'", keep.join("index").display()));
    }
    Ok(ExitCode::Success)
}
