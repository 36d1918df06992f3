//! `recto ingest`: indexes every PDF under the paths and says what became of each.

use crate::cli::args::IngestArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{SummaryText, to_json};
use crate::cli::session::Session;
use crate::cli::{interrupt, paths};
use crate::ingest::{IngestOptions, Summary, ingest};
use crate::store::{Library, StoreError};
use std::path::{Path, PathBuf};

/// Indexes the paths.
pub fn run(arguments: &IngestArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let mut all_paths = arguments.paths.clone();
    if let Some(list) = &arguments.files_from {
        all_paths.extend(paths::read_paths(list)?);
    }
    let options = IngestOptions {
        paths: all_paths,
        jobs: session.config().ingest.jobs,
        prune: arguments.prune,
        prune_many: arguments.yes,
        dry_run: arguments.dry_run,
        retry: None,
        extract: session.extract_options()?,
    };
    if arguments.dry_run {
        return dry_run(&options, arguments.json, session);
    }
    let library = Library::open_for_writing(session.library_directory())?;
    carry_out(&library, &options, arguments.json, session)
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

/// Says what an ingest would do. Where there is no library yet, an empty one beside the system's temporary files
/// stands for it, so that none is made.
fn dry_run(options: &IngestOptions, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    match Library::open_for_reading(session.library_directory()) {
        Ok(library) => carry_out(&library, options, json, session),
        Err(StoreError::NoLibrary { .. }) => {
            let scratch = ScratchDirectory::new()?;
            let library = Library::open_for_writing(&scratch.path)?;
            carry_out(&library, options, json, session)
        }
        Err(error) => Err(error.into()),
    }
}

/// A directory that goes when it is dropped.
struct ScratchDirectory {
    path: PathBuf,
}

impl ScratchDirectory {
    fn new() -> Result<ScratchDirectory, CommandError> {
        let path = std::env::temp_dir().join(format!("recto-dry-run-{}", std::process::id()));
        create_new(&path).map_err(CommandError::file("create", &path))?;
        Ok(ScratchDirectory { path })
    }
}

/// Fails if the directory exists: it could be somebody else's.
fn create_new(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir(path)
}

impl Drop for ScratchDirectory {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "cannot remove a temporary directory");
        }
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
