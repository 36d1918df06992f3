//! `recto completions`: a shell's completion script, made from the definition of the arguments.

use crate::cli::args::{Arguments, CompletionsArguments};
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use clap::CommandFactory;

/// Prints the script.
pub fn run(arguments: &CompletionsArguments, console: &Console) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "recto", &mut script);
    console.bytes(&script)?;
    Ok(ExitCode::Success)
}
