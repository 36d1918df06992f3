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
    #[cfg(feature = "cluster")]
    if crate::cli::library::is_elsewhere(session) {
        return elsewhere(arguments, session);
    }
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

/// Sends the engine of a library on many machines what it lacks; exit code 3 if something is still missing.
#[cfg(feature = "cluster")]
fn elsewhere(arguments: &RebuildArguments, session: &Session) -> Result<ExitCode, CommandError> {
    use crate::cli::cluster::{Cluster, process_name};

    let console = session.console;
    let cluster = Cluster::new(&session.config().engine, "`recto rebuild`")?;
    let name = process_name("rebuild");
    let library = cluster.library(session.library_directory(), &name)?;
    let reports = cluster.queue(&name).and_then(|queue| queue.counts()).map_err(CommandError::cluster)?.live;
    let stop = interrupt::stop_flag(move || console.note("stopping; another run goes on"));
    let reporter = ReportsReporter::new(session);
    let refilled = cluster.refill(&library, &name, &|done| reporter.show(done, reports), &stop);
    reporter.finish();
    let refilled = refilled?;
    if arguments.json {
        console.results(&to_json(&refilled)?)?;
    } else {
        let (sent, documents) = (count(refilled.sent, "report"), count(refilled.documents, "document"));
        let present = count(refilled.present, "report");
        console.results(&format!("{sent} of {documents} sent, {present} there before\n"))?;
    }
    for id in &refilled.lost {
        console.warning(format!("report {id} cannot be sent; the log says why"));
    }
    if !refilled.incomplete.is_empty() {
        let reports = count(refilled.incomplete.len() as u64, "report");
        console.warning(format!(
            "of {reports} the engine had some documents; it was told to delete them, which takes from minutes to hours: \
             run this again"
        ));
    }
    let is_whole = refilled.lost.is_empty() && refilled.incomplete.is_empty();
    Ok(if is_whole { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}
