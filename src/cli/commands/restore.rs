//! `recto restore`: a library from a backup, verified before it is there.

use crate::cli::args::RestoreArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::cli::upkeep::ReportsReporter;
use crate::report::rfc3339;
use crate::store::Library;
use crate::upkeep::restore;

/// Restores into the data directory; exit code 3 if the text of a report had been damaged before the backup.
pub fn run(arguments: &RestoreArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let directory = session.library_directory();
    if !session.config().library.allow_network && !arguments.dry_run {
        Library::refuse_network(directory)?;
    }
    let console = session.console;
    let stop = interrupt::stop_flag(move || console.note("stopping; nothing is kept"));
    let reporter = ReportsReporter::new(session);
    let place = (!arguments.dry_run).then_some(directory);
    let jobs = session.config().ingest.jobs;
    let restored = restore(&arguments.file, place, jobs, &|done, total| reporter.show(done, total), &stop);
    reporter.finish();
    let restored = restored?;
    if arguments.json {
        console.results(&to_json(&restored)?)?;
    } else {
        let (reports, created, seconds) =
            (count(restored.reports, "report"), rfc3339(restored.created), restored.seconds);
        let what = if arguments.dry_run { "can be restored" } else { "restored and verified" };
        console.results(&format!("{reports} of {created} {what} in {seconds:.1} s\n"))?;
    }
    if restored.lost == 0 {
        return Ok(ExitCode::Success);
    }
    let lost = count(restored.lost, "report");
    console.warning(format!("the stored text of {lost} was damaged before; `recto ingest` reads their files again"));
    Ok(ExitCode::SomeFilesFailed)
}
