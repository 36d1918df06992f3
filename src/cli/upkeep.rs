//! Upkeep from the command line: progress by reports, and what healing had to do.

use crate::cli::args::ProgressMode;
use crate::cli::error::CommandError;
use crate::cli::output::{count, to_json};
use crate::cli::session::Session;
use crate::store::Library;
use crate::upkeep::{self, Healed};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two lines of JSON progress.
const JSON_INTERVAL: Duration = Duration::from_millis(500);

/// Shows reports done of reports in all.
pub struct ReportsReporter {
    display: Display,
}

enum Display {
    Nothing,
    Bar(ProgressBar),
    Json(Mutex<Option<Instant>>),
}

/// One line of `--progress json`.
#[derive(Serialize)]
struct Event {
    event: &'static str,
    reports_done: u64,
    reports_total: u64,
}

impl ReportsReporter {
    /// Shows progress as asked for.
    pub fn new(session: &Session) -> ReportsReporter {
        let display = match session.progress_mode() {
            ProgressMode::Json => Display::Json(Mutex::new(None)),
            ProgressMode::Never => Display::Nothing,
            ProgressMode::Auto if session.console.is_quiet() || !io::stderr().is_terminal() => Display::Nothing,
            ProgressMode::Auto | ProgressMode::Always => Display::Bar(bar()),
        };
        ReportsReporter { display }
    }

    /// So many of so many reports are done.
    pub fn show(&self, done: u64, total: u64) {
        match &self.display {
            Display::Nothing => {}
            Display::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Display::Json(reported) => {
                let mut reported = reported.lock().unwrap_or_else(PoisonError::into_inner);
                if done == total || reported.is_none_or(|reported| reported.elapsed() >= JSON_INTERVAL) {
                    *reported = Some(Instant::now());
                    let event = Event { event: "progress", reports_done: done, reports_total: total };
                    if let Ok(line) = to_json(&event) {
                        // A closed standard error is no reason to stop.
                        let _ = io::stderr().write_all(line.as_bytes());
                    }
                }
            }
        }
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} reports, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Makes index and catalogue agree before they are used, and says so if it had to do something.
pub fn heal(library: &Library, session: &Session, stop: &AtomicBool) -> Result<(), CommandError> {
    let reporter = ReportsReporter::new(session);
    let healed = upkeep::heal(library, session.config().ingest.jobs, &|done, total| reporter.show(done, total), stop);
    reporter.finish();
    let lost = match healed? {
        Healed::Nothing => 0,
        Healed::Reports { added, removed, lost } => {
            let (added, removed) = (count(added, "report"), count(removed, "report"));
            session.console.note(format!("the index was behind the library: {added} added, {removed} taken out"));
            lost
        }
        Healed::Index { reason, rebuilt } => {
            let reports = count(rebuilt.reports, "report");
            session.console.note(format!("{reason}; it was made again from the stored text of {reports}"));
            rebuilt.lost.len() as u64
        }
    };
    if lost > 0 {
        session.console.warning(format!(
            "the stored text of {} is damaged; `recto ingest` reads their files again",
            count(lost, "report")
        ));
    }
    Ok(())
}
