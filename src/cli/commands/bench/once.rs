//! `recto bench once`: one run of what is measured, which tells what it took: the process that a measurement starts.

use crate::bench::{extract_all, observed};
use crate::cli::args::BenchOnceArguments;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::to_json;
use crate::cli::session::Session;
use crate::cli::{interrupt, paths, upkeep};
use crate::clock::{Stages, Usage};
use crate::extract::READER_STACK_BYTES;
use crate::ingest::{IngestOptions, Silent, ingest};
use std::sync::Arc;

/// Does it and prints what it took as JSON.
pub fn run(arguments: &BenchOnceArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let stop = interrupt::stop_flag(|| {});
    // The process does nothing else, so that what it took from its start on counts.
    let since = Usage::default();
    let once = if let Some(list) = &arguments.extract {
        let (files, options) = (paths::read_paths(list)?, session.extract_options()?);
        let read = || extract_all(&files, &options, &stop);
        observed(since, None, None, || stacker::grow(READER_STACK_BYTES, read))?
    } else {
        let stages = arguments.stages.then(|| Arc::new(Stages::default()));
        let options = session.ingest_options()?;
        let workers = options.workers.clone().filter(|_| !arguments.in_process);
        let options = IngestOptions {
            paths: arguments.paths.clone(),
            workers: workers.clone(),
            stages: stages.clone(),
            ..options
        };
        observed(since, workers.as_deref(), stages.as_deref(), || -> Result<_, CommandError> {
            // As `recto ingest` does, with all that it looks at before it begins.
            let library = session.open_for_writing()?;
            upkeep::heal(&library, session, &stop)?;
            Ok(ingest(&library, &options, &Silent, &stop)?)
        })?
    };
    session.console.results(&to_json(&once)?)?;
    Ok(ExitCode::Success)
}
