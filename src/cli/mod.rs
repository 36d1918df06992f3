//! The command line: arguments, configuration, commands, printing.
//!
//! What was typed ([`args`]) is merged with files and environment into one typed [`config`]; the commands see only
//! that. Results go to standard output, everything else to standard error (`console`).
//!
//! **Invariant:** nothing else prints.

pub mod args;
pub mod config;
pub mod exit_code;

#[cfg(feature = "cluster")]
mod cluster;
mod commands;
mod console;
mod error;
mod interrupt;
mod library;
mod log_entry;
mod logging;
mod output;
mod paths;
mod progress;
mod service_jobs;
mod session;
mod settings;
mod upkeep;

use crate::cli::args::Arguments;
use crate::cli::console::Console;
use crate::cli::exit_code::ExitCode;
use clap::Parser;
use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};

/// Runs the program with its arguments, the first of which is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way as well; a closed pipe is no error.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Failure } else { ExitCode::Success };
        }
    };
    let console = Console::new(arguments.global.color, arguments.global.quiet);
    // A defect must not look like an answer: scripts get the exit code of a failure, not that of a panic.
    match panic::catch_unwind(AssertUnwindSafe(|| commands::run(arguments, console))) {
        Ok(Ok(code)) => code,
        Err(payload) => {
            let detail = logging::panic_message(&*payload);
            console.error(format!("internal failure: {detail}; run again with -vv to see where"));
            ExitCode::Failure
        }
        Ok(Err(error)) => {
            let code = error.exit_code();
            if code != ExitCode::Success {
                match error.advice() {
                    Some(advice) => console.error(format!("{error}; {advice}")),
                    None => console.error(&error),
                }
            }
            code
        }
    }
}
