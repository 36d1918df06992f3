//! `recto verify`: reads every byte of the library and says what does not fit. Changes nothing.

use crate::cli::args::VerifyArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{count, printable, to_json};
use crate::cli::session::Session;
use crate::cli::upkeep::ReportsReporter;
use crate::store::Library;
use crate::upkeep::{Finding, verify};
use std::fmt::Write;

/// Verifies the library; exit code 3 if something does not fit.
pub fn run(arguments: &VerifyArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let library = Library::open_for_reading(session.library_directory())?;
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping"));
    let reporter = ReportsReporter::new(session);
    let verified = verify(&library, session.config().ingest.jobs, &|done, total| reporter.show(done, total), &stop);
    reporter.finish();
    let verification = verified?;
    let is_whole = verification.findings.is_empty();
    let text = if arguments.json {
        to_json(&verification)?
    } else {
        let mut text = String::new();
        for finding in &verification.findings {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", printable(&finding.message()));
        }
        if verification.interrupted > 0 {
            let reports = count(verification.interrupted, "report");
            let _ = writeln!(text, "{reports} of an ingest that was cut off will be read again by the next one");
        }
        let _ = writeln!(
            text,
            "{} of {} pages verified in {:.1} s: {}",
            count(verification.reports, "report"),
            verification.pages,
            verification.seconds,
            if is_whole { "all is well".to_owned() } else { count(verification.findings.len() as u64, "fault") },
        );
        text
    };
    console.results(&text)?;
    if !is_whole {
        let is_text = verification.findings.iter().any(|finding| matches!(finding, Finding::Text { .. }));
        console.note(if is_text {
            "`recto rebuild` makes the index again and lists what is lost; `recto ingest` then reads those files again"
        } else {
            "`recto rebuild` makes the index again from the stored text"
        });
    }
    Ok(if is_whole { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}
