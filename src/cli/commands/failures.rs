//! `recto failures`: the files that could not be read, why, and what can be done about each.

use crate::cli::args::FailuresArguments;
use crate::cli::commands::parse_reason;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{printable, to_json};
use crate::cli::session::Session;
use crate::report::{Outcome, Reason};
use crate::store::{FileRow, Library};
use serde::Serialize;

/// One line of `--json`.
#[derive(Serialize)]
struct FailureLine<'f> {
    path: &'f str,
    size: u64,
    reason: Reason,
    detail: &'f str,
    advice: &'static str,
}

/// Prints the failures, by path.
pub fn run(arguments: &FailuresArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let reason = parse_reason(arguments.reason.as_deref())?;
    let library = Library::open_for_reading(session.library_directory())?;
    let failures = library.catalogue().failures(reason)?;
    let mut text = String::new();
    for (file, reason) in failures.iter().filter_map(|file| Some((file, failed_for(file)?))) {
        let path = file.path.to_string_lossy();
        if arguments.json {
            let line =
                FailureLine { path: &path, size: file.size, reason, detail: &file.detail, advice: reason.advice() };
            text.push_str(&to_json(&line)?);
        } else {
            let detail = if file.detail.is_empty() { String::new() } else { format!(": {}", printable(&file.detail)) };
            text.push_str(&format!("{}: {reason}{detail}\n    {}\n", printable(&path), reason.advice()));
        }
    }
    session.console.results(&text)?;
    if text.is_empty() {
        session.console.note("no file failed");
    }
    Ok(ExitCode::Success)
}

/// Why a file failed, if it did.
fn failed_for(file: &FileRow) -> Option<Reason> {
    match file.outcome {
        Outcome::Failed(reason) | Outcome::Partial(reason) => Some(reason),
        Outcome::Indexed | Outcome::Duplicate | Outcome::Unchanged => None,
    }
}
