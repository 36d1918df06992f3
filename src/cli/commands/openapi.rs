//! `recto openapi`: the description of the HTTP API, as `/openapi.json` of a service gives it.

use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::serve::openapi_document;

/// Prints it.
pub fn run(console: &Console) -> Result<ExitCode, CommandError> {
    console.results(&format!("{:#}\n", openapi_document("")))?;
    Ok(ExitCode::Success)
}
