//! `recto ingest --enqueue`: offers files to the workers of a library on many machines.

use crate::cli::cluster::{Cluster, process_name};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::ingest::IngestOptions;
use crate::ingest::fleet::{self, Enqueued};

/// Offers the files under the paths.
pub fn run(options: &IngestOptions, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let cluster = Cluster::new(&session.config().engine, "`--enqueue`")?;
    let queue = cluster.queue(&process_name("enqueue")).map_err(CommandError::cluster)?;
    let enqueued = fleet::enqueue(&queue, options, session.library_directory()).map_err(CommandError::cluster)?;
    session.console.results(&if json { to_json(&enqueued)? } else { text(&enqueued) })?;
    Ok(if enqueued.unreadable == 0 { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}

fn text(enqueued: &Enqueued) -> String {
    let Enqueued { files, new, changed, known, again, unreadable, .. } = enqueued;
    let mut text = format!("{}: {new} new, {changed} changed, {known} known\n", count(*files, "file"));
    if *again > 0 {
        text.push_str(&format!("{} that failed before to be tried again\n", count(*again, "file")));
    }
    if *unreadable > 0 {
        text.push_str(&format!("{} that cannot be looked at\n", count(*unreadable, "path")));
    }
    text
}
