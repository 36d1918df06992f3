//! `recto bench`: the built-in measurements, as a table or JSON, with the machine they were made on and what they are of.

mod bars;
mod growth;
mod ingest;
mod once;
mod quality;
mod runner;
mod search;

use crate::bench::Machine;
use crate::cli::args::BenchCommand;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::session::Session;
use serde::Serialize;

/// What the figures of every measurement come with in JSON.
#[derive(Serialize)]
struct Measured<'f, C: Serialize, F: Serialize> {
    bench: &'static str,
    machine: Machine,
    corpus: C,
    #[serde(flatten)]
    figures: &'f F,
}

/// Runs the measurement.
pub fn run(command: &BenchCommand, session: &Session) -> Result<ExitCode, CommandError> {
    if cfg!(debug_assertions) && !matches!(command, BenchCommand::Once(_)) {
        session.console.warning("this is a debug build, whose times mean nothing");
    }
    match command {
        BenchCommand::Ingest(arguments) => ingest::run(arguments, session),
        BenchCommand::Bars(arguments) => bars::run(arguments, session),
        BenchCommand::Growth(arguments) => growth::run(arguments, session),
        BenchCommand::Quality(arguments) => quality::run(arguments, session),
        BenchCommand::Search(arguments) => search::run(arguments, session),
        BenchCommand::Once(arguments) => once::run(arguments, session),
    }
}

/// A number that was typed.
fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
