//! `recto rebuild`: makes the index again from the stored text, beside the one that answers, then swaps them.

use crate::cli::args::RebuildArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::cli::upkeep::ReportsReporter;
use crate::store::{Library, StoreError};
use crate::upkeep::{rebuild, roll_back};

/// Rebuilds, or goes back to the index before; exit code 3 if the text of a report is lost.
pub fn run(arguments: &RebuildArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let directory = session.library_directory();
    // A library that does not exist must not come to be by a rebuild.
    if !Library::exists(directory) {
        return Err(StoreError::NoLibrary { directory: directory.to_owned() }.into());
    }
    let library = session.open_for_writing()?;
    let console = session.console;
    let jobs = session.config().ingest.jobs;
    if arguments.rollback {
        let stop = interrupt::stop_flag(move || console.note("stopping; the next ingest goes on"));
        let generation = roll_back(&library, jobs, &stop)?;
        console.results(&format!("{generation} is live again\n"))?;
        return Ok(ExitCode::Success);
    }
    let stop = interrupt::stop_flag(move || console.note("stopping; the index stays as it was"));
    let reporter = ReportsReporter::new(session);
    let rebuilt = rebuild(&library, jobs, &|done, total| reporter.show(done, total), &stop);
    reporter.finish();
    let rebuilt = rebuilt?;
    if arguments.json {
        console.results(&to_json(&rebuilt)?)?;
    } else {
        let (reports, generation) = (count(rebuilt.reports, "report"), &rebuilt.generation);
        console
            .results(&format!("{reports} of {} pages in {generation}, {:.1} s\n", rebuilt.pages, rebuilt.seconds))?;
    }
    if rebuilt.lost.is_empty() {
        return Ok(ExitCode::Success);
    }
    for id in &rebuilt.lost {
        console.warning(format!("the stored text of report {id} is damaged"));
    }
    console.note("`recto ingest` reads the files of these reports again; `recto failures` lists them");
    Ok(ExitCode::SomeFilesFailed)
}
