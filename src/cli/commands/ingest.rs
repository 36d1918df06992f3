//! `recto ingest`: indexes every PDF under the paths and says what became of each.

use crate::cli::args::IngestArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{SummaryText, to_json};
use crate::cli::session::Session;
use crate::cli::{interrupt, paths, upkeep};
use crate::ingest::{IngestOptions, Summary, ingest};
use crate::store::Library;

/// Indexes the paths.
pub fn run(arguments: &IngestArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let mut all_paths = arguments.paths.clone();
    if let Some(list) = &arguments.files_from {
        all_paths.extend(paths::read_paths(list)?);
    }
    if arguments.enqueue {
        let options = IngestOptions {
            paths: all_paths,
            prune: arguments.prune,
            prune_many: arguments.yes,
            shard: arguments.shard,
            dry_run: arguments.dry_run,
            ..IngestOptions::default()
        };
        return enqueue(&options, arguments.json, session);
    }
    let options = IngestOptions {
        paths: all_paths,
        prune: arguments.prune,
        prune_many: arguments.yes,
        dry_run: arguments.dry_run,
        shard: arguments.shard,
        ..session.ingest_options()?
    };
    let directory = session.library_directory();
    let library =
        if arguments.dry_run { Library::open_for_planning(directory)? } else { session.open_for_writing()? };
    carry_out(&library, &options, arguments.json, session)
}

#[cfg(feature = "cluster")]
use crate::cli::commands::enqueue::run as enqueue;

#[cfg(not(feature = "cluster"))]
fn enqueue(_options: &IngestOptions, _json: bool, _session: &Session) -> Result<ExitCode, CommandError> {
    Err(CommandError::Usage(crate::cli::config::NO_QUICKWIT.to_owned()))
}

/// Runs an ingest with progress and prints its summary.
pub fn carry_out(
    library: &Library,
    options: &IngestOptions,
    json: bool,
    session: &Session,
) -> Result<ExitCode, CommandError> {
    let console = session.console;
    let stop = interrupt::stop_flag(move || {
        console.note("stopping: what was read is being saved; interrupt again to stop at once");
    });
    if !options.dry_run {
        upkeep::heal(library, session, &stop)?;
    }
    let reporter = session.reporter();
    let outcome = ingest(library, options, &reporter, &stop);
    reporter.finish();
    let summary = outcome?;
    if json {
        console.results(&to_json(&summary)?)?;
    } else {
        let (failures, failures_total) = reporter.failures();
        console.results(&SummaryText { summary: &summary, failures: &failures, failures_total }.to_string())?;
    }
    Ok(exit_code(&summary))
}

fn exit_code(summary: &Summary) -> ExitCode {
    if summary.interrupted {
        ExitCode::Interrupted
    } else if summary.failed.values().any(|files| *files > 0) {
        ExitCode::SomeFilesFailed
    } else {
        ExitCode::Success
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_tells_failures_and_interruption() {
        let failed = Summary { failed: [("damaged".to_owned(), 1)].into(), ..Summary::default() };
        let nothing_failed = Summary { failed: [("damaged".to_owned(), 0)].into(), ..Summary::default() };
        assert_eq!(exit_code(&Summary::default()), ExitCode::Success);
        assert_eq!(exit_code(&nothing_failed), ExitCode::Success);
        assert_eq!(exit_code(&failed), ExitCode::SomeFilesFailed);
        assert_eq!(exit_code(&Summary { interrupted: true, ..failed }), ExitCode::Interrupted);
    }
}
