//! `recto worker`: reads what the queue of a library on many machines holds.

use crate::cli::args::WorkerArguments;
use crate::cli::cluster::{Cluster, process_name};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::ingest::fleet::{self, Ends, FleetOptions, Worked};
use crate::quickwit::QuickwitIndexes;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Indexes are split by report into so many parts, so that searches for some reports pass over the rest.
const PARTITIONS: u32 = 8;
/// Between two looks whether the engine is there, at first.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest of these.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Works until it is told to stop, or until nothing waits any more.
pub fn run(arguments: &WorkerArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let config = &session.config().engine;
    let cluster = Cluster::new(config, "`recto worker`")?;
    let console = session.console;
    let stop = interrupt::stop_flag(move || {
        console.note("stopping: what is being published is finished; interrupt again to stop at once");
    });
    let options = FleetOptions {
        ends: if arguments.until_empty { Ends::WhenNothingIsLeft } else { Ends::Never },
        lease: Duration::from_secs(config.lease_seconds.max(2)),
        purge: Duration::from_secs(config.purge_seconds.max(1)),
        ..FleetOptions::new(session.ingest_options()?, process_name("worker"))
    };
    let shelf = cluster.shelf()?;
    if !is_made(&shelf.indexes, &stop) {
        return Ok(ExitCode::Interrupted);
    }
    let reporter = session.reporter();
    let connect = || cluster.queue(&options.name);
    let worked = fleet::work(&options, &shelf, &connect, &reporter, &stop);
    reporter.finish();
    let worked = Worked { interrupted: stop.load(Ordering::SeqCst), ..worked.map_err(CommandError::cluster)? };
    console.results(&if arguments.json { to_json(&worked)? } else { text(&worked) })?;
    // To be told to stop is how a worker ends.
    Ok(if worked.failed.is_empty() { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}

/// Whether the indexes are there or were made; waits for the engine unless it is told to stop.
fn is_made(indexes: &QuickwitIndexes, stop: &AtomicBool) -> bool {
    let mut pause = PAUSE;
    while !stop.load(Ordering::SeqCst) {
        match indexes.ensure(PARTITIONS) {
            Ok(()) => return true,
            Err(error) => tracing::warn!(%error, "the engine is waited for"),
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    false
}

fn text(worked: &Worked) -> String {
    let Worked { indexed, partial, known, given_back, lost, pages, purged, .. } = worked;
    let failed: u64 = worked.failed.values().sum();
    let mut text = format!("{} published, {}\n", count(*indexed, "report"), count(*pages, "page"));
    let others = [
        (*partial, "read in part"),
        (*known, "known already"),
        (failed, "failed"),
        (*given_back, "given back"),
        (*lost, "taken over by others"),
    ];
    for (files, what) in others.into_iter().filter(|(files, _)| *files > 0) {
        text.push_str(&format!("{} {what}\n", count(files, "file")));
    }
    if *purged > 0 {
        text.push_str(&format!("{} purged\n", count(*purged, "revision")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_happen_is_not_told() {
        let worked = Worked { indexed: 2, pages: 1, lost: 1, ..Worked::default() };
        assert_eq!(text(&worked), "2 reports published, 1 page\n1 file taken over by others\n");
    }
}
