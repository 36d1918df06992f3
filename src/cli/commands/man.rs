//! `recto man`: the manual page in roff, made from the definition of the arguments.

use crate::cli::args::{Arguments, ManArguments};
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use clap::CommandFactory;
use clap_mangen::Man;

/// Prints the page of the program, or of one of its commands.
pub fn run(arguments: &ManArguments, console: &Console) -> Result<ExitCode, CommandError> {
    let mut program = Arguments::command();
    program.build();
    let command = match &arguments.command {
        Some(name) => {
            let known = program.get_subcommands().find(|command| command.get_name() == name).cloned();
            let command = known.ok_or_else(|| CommandError::Usage(format!("there is no command `{name}`")))?;
            command.display_name(format!("recto-{name}")).version(env!("CARGO_PKG_VERSION"))
        }
        None => program,
    };
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    console.bytes(&page)?;
    Ok(ExitCode::Success)
}
