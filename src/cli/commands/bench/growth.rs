//! `recto bench growth`: how cost grows with the library.

use super::{Measured, count};
use crate::bench::growth::{GrowthOptions, measure};
use crate::bench::{Corpus, Machine};
use crate::cli::args::{BenchGrowthArguments, RunsArguments};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{GrowthSvg, GrowthText, to_json};
use crate::cli::session::Session;
use serde::Serialize;
use std::borrow::Cow;

/// Of what the libraries were made, and how they were asked, in JSON.
#[derive(Serialize)]
struct Lender<'c> {
    library: Cow<'c, str>,
    seed: u64,
    queries: u64,
    warmup: u64,
    runs: u64,
    #[serde(flatten)]
    files: &'c Corpus,
}

/// Measures, prints the figures and draws them.
pub fn run(arguments: &BenchGrowthArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let options = GrowthOptions {
        library: session.library_directory().to_owned(),
        pages: arguments.pages.clone(),
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
    let outcome = measure(&options, &reporter, &|step| console.note(step), &stop);
    reporter.finish();
    let (growth, machine) = (outcome?, Machine::current());
    if let Some(file) = &arguments.svg {
        let picture = GrowthSvg { growth: &growth, machine: &machine }.to_string();
        std::fs::write(file, picture).map_err(CommandError::file("write", file))?;
    }
    if arguments.json {
        let RunsArguments { warmup, runs } = arguments.runs;
        let library = options.library.to_string_lossy();
        let (seed, queries) = (arguments.seed, arguments.queries);
        let corpus = Lender { library, seed, queries, warmup, runs, files: &growth.corpus };
        console.results(&to_json(&Measured { bench: "growth", machine, corpus, figures: &growth })?)?;
    } else {
        console.results(&GrowthText { growth: &growth, machine: &machine }.to_string())?;
    }
    Ok(ExitCode::Success)
}
