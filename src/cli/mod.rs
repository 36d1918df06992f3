//! The command line: arguments, configuration, commands, printing.
//!
//! What was typed ([`args`]) is merged with files and environment into one typed [`config`]; the commands see only
//! that. Results go to standard output, everything else to standard error ([`console`]).
//!
//! **Invariant:** nothing else prints.

pub mod args;
pub mod config;
pub mod exit_code;

mod commands;
mod console;
mod error;
mod interrupt;
mod logging;
mod output;
mod paths;
mod progress;
mod session;
mod settings;

use crate::cli::args::Arguments;
use crate::cli::console::Console;
use crate::cli::exit_code::ExitCode;
use clap::Parser;
use std::ffi::OsString;

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
    logging::start(arguments.global.verbose, arguments.global.quiet, console.colors_messages());
    match commands::run(arguments, console) {
        Ok(code) => code,
        Err(error) => {
            let code = error.exit_code();
            if code != ExitCode::Success {
                console.error(&error);
            }
            code
        }
    }
}
