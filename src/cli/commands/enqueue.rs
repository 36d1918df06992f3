//! `recto ingest --enqueue`: offers files to the workers of a library on many machines.

use crate::cli::cluster::{Cluster, process_name};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::ingest::IngestOptions;
use crate::ingest::fleet::{self, Enqueued};
use crate::report::Reason;

/// Offers the files under the paths.
pub fn run(options: &IngestOptions, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let cluster = Cluster::new(&session.config().engine, "`--enqueue`")?;
    let queue = cluster.queue(&process_name("enqueue")).map_err(CommandError::cluster)?;
    let directory = session.library_directory();
    let service = cluster.service(&process_name("enqueue"))?;
    let enqueued = fleet::enqueue(&queue, Some(&service), options, directory).map_err(CommandError::cluster)?;
    session.console.results(&if json { to_json(&enqueued)? } else { text(&enqueued) })?;
    Ok(if enqueued.unreadable == 0 { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}

/// Has files read again that failed, all or for one reason.
pub fn offer_again(reason: Option<Reason>, json: bool, session: &Session) -> Result<ExitCode, CommandError> {
    let cluster = Cluster::new(&session.config().engine, "`recto retry`")?;
    let queue = cluster.queue(&process_name("retry")).map_err(CommandError::cluster)?;
    let again = fleet::offer_again(&queue, reason).map_err(CommandError::cluster)?;
    let again = Enqueued { again, ..Enqueued::default() };
    session.console.results(&if json {
        to_json(&again)?
    } else {
        format!("{} that failed before to be tried again\n", count(again.again, "file"))
    })?;
    Ok(ExitCode::Success)
}

fn text(enqueued: &Enqueued) -> String {
    let Enqueued { files, new, changed, known, again, unreadable, vanished, pruned, sidecar_problems, .. } = enqueued;
    let mut text = format!("{}: {new} new, {changed} changed, {known} known\n", count(*files, "file"));
    if *again > 0 {
        text.push_str(&format!("{} that failed before to be tried again\n", count(*again, "file")));
    }
    if *vanished > 0 {
        let what = if *pruned > 0 { "forgotten" } else { "kept; `--prune` forgets them" };
        text.push_str(&format!("{} gone: {what}\n", count(*vanished, "file")));
    }
    if *sidecar_problems > 0 {
        let files = count(*sidecar_problems, "file");
        text.push_str(&format!("{files} beside PDFs that cannot be understood whole; `recto failures` tells why\n"));
    }
    if *unreadable > 0 {
        text.push_str(&format!("{} that cannot be looked at\n", count(*unreadable, "path")));
    }
    text
}
