//! `recto bench ingest`: what an ingest costs.

use super::{Measured, count, runner};
use crate::bench::Machine;
use crate::bench::cost::{CostOptions, measure};
use crate::cli::args::BenchIngestArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{CostText, to_json};
use crate::cli::session::Session;

/// Measures and prints the figures.
pub fn run(arguments: &BenchIngestArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let options = CostOptions {
        paths: arguments.paths.clone(),
        jobs: session.config().ingest.jobs,
        warmup: count(arguments.runs.warmup),
        runs: count(arguments.runs.runs),
        is_in_process: arguments.in_process,
    };
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping"));
    let cost = measure(&options, &runner::runner(session)?, &|step| console.note(step), &stop)?;
    let machine = Machine::current();
    if arguments.json {
        let corpus = &cost.corpus;
        console.results(&to_json(&Measured { bench: "ingest", machine, corpus, figures: &cost })?)?;
    } else {
        console.results(&CostText { cost: &cost, machine: &machine }.to_string())?;
    }
    Ok(ExitCode::Success)
}
