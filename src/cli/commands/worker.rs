//! `recto worker`: reads what the queue of a library on many machines holds.

use crate::cli::args::WorkerArguments;
use crate::cli::cluster::{Cluster, PARTITIONS, process_name};
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::interrupt;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::ingest::fleet::{self, ClusterShelf, Ends, FleetOptions, Worked};
use crate::quickwit::QuickwitIndexes;
use crate::search::remote::{KeptError, Refresh, Refreshed};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two looks whether the list of words is still good.
const LOOK: Duration = Duration::from_secs(30);
/// How soon a thread that waits notices that it is to stop.
const GLANCE: Duration = Duration::from_millis(100);
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
    let Some(shelf) = shelf(&cluster, session, &options.name, &stop)? else { return Ok(ExitCode::Interrupted) };
    if !is_made(&shelf.indexes, &stop) {
        return Ok(ExitCode::Interrupted);
    }
    let reporter = session.reporter();
    let connect = || cluster.queue(&options.name);
    let words = Words { cluster: &cluster, session, name: &options.name };
    let is_over = AtomicBool::new(false);
    let worked = std::thread::scope(|scope| {
        scope.spawn(|| words.keep_good(|| !stop.load(Ordering::SeqCst) && !is_over.load(Ordering::SeqCst)));
        let worked = fleet::work(&options, &shelf, &connect, &reporter, &stop);
        is_over.store(true, Ordering::SeqCst);
        worked
    });
    reporter.finish();
    if arguments.until_empty && worked.is_ok() {
        words.finish(|| !stop.load(Ordering::SeqCst));
    }
    let worked = Worked { interrupted: stop.load(Ordering::SeqCst), ..worked.map_err(CommandError::cluster)? };
    console.results(&if arguments.json { to_json(&worked)? } else { text(&worked) })?;
    // To be told to stop is how a worker ends.
    Ok(if worked.failed.is_empty() { ExitCode::Success } else { ExitCode::SomeFilesFailed })
}

/// Where it puts what it reads, once what it needs for that is there; `None` if the worker is told to stop before.
fn shelf(
    cluster: &Cluster,
    session: &Session,
    name: &str,
    stop: &AtomicBool,
) -> Result<Option<ClusterShelf>, CommandError> {
    let mut pause = PAUSE;
    while !stop.load(Ordering::SeqCst) {
        match cluster.shelf(session.library_directory(), name) {
            Err(error) if error.part_down().is_some() => tracing::warn!(%error, "the library is waited for"),
            shelf => return shelf.map(Some),
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(None)
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

/// The list of words of the library, which one of all workers makes at a time.
struct Words<'w> {
    cluster: &'w Cluster,
    session: &'w Session,
    name: &'w str,
}

impl Words<'_> {
    /// Makes it whenever that is worth it.
    fn keep_good(&self, goes_on: impl Fn() -> bool) {
        let mut waited = LOOK;
        while goes_on() {
            if waited >= LOOK {
                waited = Duration::ZERO;
                self.refresh(Refresh::WhenWorthIt, &goes_on);
            }
            std::thread::sleep(GLANCE);
            waited += GLANCE;
        }
    }

    /// Makes it once more, so that it has all that was read, unless another worker does.
    fn finish(&self, goes_on: impl Fn() -> bool) {
        while goes_on() && self.refresh(Refresh::WhenBehind, &goes_on) == Some(Refreshed::NotOurTurn) {
            std::thread::sleep(PAUSE);
        }
    }

    /// What failed is tried again the next time.
    fn refresh(&self, when: Refresh, goes_on: &impl Fn() -> bool) -> Option<Refreshed> {
        match self.try_refresh(when, goes_on) {
            Ok(refreshed) => {
                if let Refreshed::Made(name) = &refreshed {
                    tracing::info!(name, "the list of words was made");
                }
                Some(refreshed)
            }
            Err(error) => {
                tracing::warn!(%error, "the list of words was not made");
                None
            }
        }
    }

    fn try_refresh(&self, when: Refresh, goes_on: &impl Fn() -> bool) -> Result<Refreshed, CommandError> {
        let library = self.cluster.library(self.session.library_directory(), self.name)?;
        let queue = self.cluster.queue(self.name).map_err(CommandError::cluster)?;
        let refreshed: Result<Refreshed, KeptError> =
            self.cluster.vocabularies().refresh(&library, &queue, when, goes_on);
        refreshed.map_err(CommandError::cluster)
    }
}

fn text(worked: &Worked) -> String {
    let Worked { indexed, partial, corrected, known, given_back, lost, pages, purged, .. } = worked;
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
    if *corrected > 0 {
        text.push_str(&format!("{} published again as corrected\n", count(*corrected, "report")));
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
