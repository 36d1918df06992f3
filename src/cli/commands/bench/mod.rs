//! `recto bench`: the built-in measurements, as a table or JSON, with the machine they were made on.

mod quality;
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
    if cfg!(debug_assertions) {
        session.console.warning("this is a debug build, whose times mean nothing");
    }
    match command {
        BenchCommand::Quality(arguments) => quality::run(arguments, session),
        BenchCommand::Search(arguments) => search::run(arguments, session),
    }
}
