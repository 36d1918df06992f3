//! `recto failures`: the files that could not be read, why, and what can be done about each.

use crate::cli::args::FailuresArguments;
use crate::cli::commands::parse_reason;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library::{is_elsewhere, open_library, open_service};
use crate::cli::output::{printable, to_json};
use crate::cli::session::Session;
use crate::report::{Outcome, Reason};
use crate::store::{FileRow, Library, ServiceStore, SidecarRow};
use serde::Serialize;

/// One line of `--json`.
#[derive(Serialize)]
struct FailureLine<'f> {
    path: &'f str,
    size: u64,
    reason: &'static str,
    detail: &'f str,
    advice: &'static str,
}

/// The code for a file beside a PDF that cannot be understood whole: nothing failed, but somebody wanted something.
const SIDECAR: &str = "sidecar";
/// What can be done about it.
const SIDECAR_ADVICE: &str = "put it right; the next ingest reads it again, the PDF need not be";

/// Prints the failures, by path.
pub fn run(arguments: &FailuresArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let reason = parse_reason(arguments.reason.as_deref())?;
    let library = open_library(session, "failures")?;
    let failures = library.catalogue().failures(reason)?;
    let mut text = String::new();
    for (file, reason) in failures.iter().filter_map(|file| Some((file, failed_for(file)?))) {
        let path = file.path.to_string_lossy();
        if arguments.json {
            let line = FailureLine {
                path: &path,
                size: file.size,
                reason: reason.code(),
                detail: &file.detail,
                advice: reason.advice(),
            };
            text.push_str(&to_json(&line)?);
        } else {
            let detail = if file.detail.is_empty() { String::new() } else { format!(": {}", printable(&file.detail)) };
            text.push_str(&format!("{}: {reason}{detail}\n    {}\n", printable(&path), reason.advice()));
        }
    }
    let beside = if reason.is_none() { beside_pdfs(&library, session) } else { Vec::new() };
    for file in &beside {
        let (path, detail) = (file.file.to_string_lossy(), file.problems.join("; "));
        if arguments.json {
            let line =
                FailureLine { path: &path, size: file.size, reason: SIDECAR, detail: &detail, advice: SIDECAR_ADVICE };
            text.push_str(&to_json(&line)?);
        } else {
            let (path, detail) = (printable(&path), printable(&detail));
            text.push_str(&format!("{path}: {SIDECAR}: {detail}\n    {SIDECAR_ADVICE}\n"));
        }
    }
    session.console.results(&text)?;
    if text.is_empty() {
        session.console.note("no file failed");
    }
    Ok(ExitCode::Success)
}

/// Files beside PDFs that cannot be understood whole.
fn beside_pdfs(library: &Library, session: &Session) -> Vec<SidecarRow> {
    let found = match is_elsewhere(session) {
        true => open_service(session, "failures").and_then(|service| Ok(service.sidecar_problems()?)),
        false => {
            let service = library.service();
            let problems = service.and_then(|service| service.map_or(Ok(Vec::new()), ServiceStore::sidecar_problems));
            problems.map_err(CommandError::from)
        }
    };
    found.unwrap_or_else(|error| {
        session.console.warning(format!("what stands beside the PDFs cannot be told: {error}"));
        Vec::new()
    })
}

/// Why a file failed, if it did.
fn failed_for(file: &FileRow) -> Option<Reason> {
    match file.outcome {
        Outcome::Failed(reason) | Outcome::Partial(reason) => Some(reason),
        Outcome::Indexed | Outcome::Duplicate | Outcome::Unchanged => None,
    }
}
