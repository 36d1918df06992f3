//! `recto retry`: reads again only the files that failed, all or for one reason.

use crate::cli::args::RetryArguments;
use crate::cli::commands::{ingest, parse_reason};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library::is_elsewhere;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::ingest::IngestOptions;
#[cfg(not(feature = "cluster"))]
use crate::report::Reason;
use crate::store::Library;
use std::path::PathBuf;

/// Reads the failed files again.
pub fn run(arguments: &RetryArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let reason = parse_reason(arguments.reason.as_deref())?;
    if is_elsewhere(session) {
        return offer_again(reason, arguments.json, session);
    }
    let directory = session.library_directory();
    // Opened for reading first: a library that does not exist must not come to be by a retry.
    let failures = Library::open_for_reading(directory)?.catalogue().failures(reason)?;
    let (paths, vanished): (Vec<PathBuf>, Vec<PathBuf>) =
        failures.into_iter().map(|file| file.path).partition(|path| path.exists());
    if !vanished.is_empty() {
        let files = count(vanished.len() as u64, "failed file");
        session.console.warning(format!("{files} cannot be found any more; `recto ingest --prune` forgets them"));
    }
    if paths.is_empty() {
        session.console.note("no failed file to read again");
        return Ok(ExitCode::Success);
    }
    let library = session.open_for_writing()?;
    let options = IngestOptions { paths, retry: Some(reason), ..session.ingest_options()? };
    ingest::carry_out(&library, &options, arguments.json, session)
}

#[cfg(feature = "cluster")]
use crate::cli::commands::enqueue::offer_again;

#[cfg(not(feature = "cluster"))]
fn offer_again(_reason: Option<Reason>, _json: bool, _session: &Session) -> Result<ExitCode, CommandError> {
    Err(CommandError::Usage(crate::cli::config::NO_QUICKWIT.to_owned()))
}
