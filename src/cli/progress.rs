//! Progress of an ingest by pages: a bar on a terminal, or JSON lines for programs.

use crate::cli::args::ProgressMode;
use crate::cli::console::Console;
use crate::cli::output::{duration, printable, to_json};
use crate::ingest::{Estimate, FileDone, Progress};
use crate::report::Reason;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures kept for the closing summary; the catalogue has all of them.
pub const FAILURES_KEPT: usize = 20;
/// Between two lines of JSON progress.
const JSON_INTERVAL: Duration = Duration::from_millis(500);

/// Shows the progress of one run and remembers its first failures.
pub struct Reporter {
    display: Display,
    state: Mutex<RunState>,
}

enum Display {
    Nothing,
    Bar(ProgressBar),
    Json,
}

/// A file that failed in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// What exactly was wrong.
    pub detail: String,
}

/// What is known of the run so far.
#[derive(Debug, Default)]
struct RunState {
    run: Estimate,
    /// The first by path, so that the list does not depend on the order of threads.
    first_failures: BTreeMap<PathBuf, Failure>,
    reported: Option<Instant>,
}

/// One line of `--progress json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'e> {
    Planned {
        files: u64,
        unchanged: u64,
        bytes: u64,
    },
    Progress {
        files_done: u64,
        files_total: u64,
        pages_done: u64,
        pages_estimated: Option<u64>,
        failures: u64,
        pages_per_second: f64,
        seconds_left: Option<u64>,
    },
    Failed {
        path: &'e str,
        reason: Reason,
        detail: &'e str,
    },
    Committed {
        reports: u64,
    },
}

impl Reporter {
    /// Shows progress as asked for; `verbose` log lines would tear a bar apart, so then `auto` shows none.
    pub fn new(mode: ProgressMode, console: &Console, verbose: bool) -> Reporter {
        let display = match mode {
            ProgressMode::Json => Display::Json,
            ProgressMode::Never => Display::Nothing,
            ProgressMode::Auto if verbose || console.is_quiet() || !io::stderr().is_terminal() => Display::Nothing,
            ProgressMode::Auto | ProgressMode::Always => Display::Bar(bar()),
        };
        Reporter { display, state: Mutex::default() }
    }

    /// The first failures by path, at most [`FAILURES_KEPT`], and how many there were in all.
    pub fn failures(&self) -> (BTreeMap<PathBuf, Failure>, u64) {
        let state = self.state();
        (state.first_failures.clone(), state.run.failures)
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, RunState> {
        // Only counters: a panic elsewhere cannot have left them in a bad state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, state: &mut RunState) {
        match &self.display {
            Display::Nothing => {}
            Display::Bar(bar) => {
                if let Some(total) = state.run.pages() {
                    bar.set_length(total);
                }
                bar.set_position(state.run.pages_done);
                bar.set_message(state.message());
            }
            Display::Json => {
                let is_due = state.reported.is_none_or(|reported| reported.elapsed() >= JSON_INTERVAL);
                if is_due || state.run.files_done == state.run.files_total {
                    state.reported = Some(Instant::now());
                    emit(&state.event());
                }
            }
        }
    }
}

impl Progress for Reporter {
    fn planned(&self, files: u64, unchanged: u64, bytes: u64) {
        let mut state = self.state();
        state.run.files_total = files.saturating_sub(unchanged);
        state.run.bytes_total = bytes;
        state.run.started = Instant::now();
        if let Display::Json = self.display {
            emit(&Event::Planned { files, unchanged, bytes });
        }
        self.show(&mut state);
    }

    fn pages_found(&self, pages: u64) {
        let mut state = self.state();
        state.run.pages_found += pages;
        self.show(&mut state);
    }

    fn pages_done(&self, pages: u64) {
        let mut state = self.state();
        state.run.pages_done += pages;
        self.show(&mut state);
    }

    fn file_done(&self, file: &FileDone<'_>) {
        let mut state = self.state();
        state.run.file_done(file);
        if let Some((reason, detail)) = file.failure {
            state.first_failures.insert(file.path.to_path_buf(), Failure { reason, detail: detail.to_owned() });
            if state.first_failures.len() > FAILURES_KEPT {
                state.first_failures.pop_last();
            }
            if let Display::Json = self.display {
                emit(&Event::Failed { path: &file.path.to_string_lossy(), reason, detail });
            }
        }
        self.show(&mut state);
    }

    fn committed(&self, reports: u64) {
        if let Display::Json = self.display {
            emit(&Event::Committed { reports });
        }
    }
}

impl RunState {
    fn message(&self) -> String {
        let mut message = format!("{}/{} files", self.run.files_done, self.run.files_total);
        if self.run.failures > 0 {
            let _ = write!(message, ", {} failed", self.run.failures);
        }
        message
    }

    fn event(&self) -> Event<'static> {
        Event::Progress {
            files_done: self.run.files_done,
            files_total: self.run.files_total,
            pages_done: self.run.pages_done,
            pages_estimated: self.run.pages(),
            failures: self.run.failures,
            pages_per_second: (self.run.pages_per_second() * 10.0).round() / 10.0,
            seconds_left: self.run.seconds_left(),
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{estimate} pages  {rate} pages/s  {left} left  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("estimate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let _ = match state.len() {
                Some(total) => write!(text, "{total}"),
                None => write!(text, "?"),
            };
        })
        .with_key("rate", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let _ = write!(text, "{:.0}", state.per_sec());
        })
        .with_key("left", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
            let _ = match state.len() {
                Some(_) => write!(text, "{}", duration(state.eta())),
                None => write!(text, "?"),
            };
        });
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10)).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn emit(event: &Event<'_>) {
    if let Ok(line) = to_json(event) {
        // A reader of the progress that has gone must not stop the work.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

/// One line about a failed file: `reports/a.pdf: needs_password: …`.
pub fn failure_line(path: &Path, failure: &Failure) -> String {
    let path = path.display().to_string();
    let mut line = format!("{}: {}", printable(&path), failure.reason);
    if !failure.detail.is_empty() {
        let _ = write!(line, ": {}", printable(&failure.detail));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failures_by_path_are_kept_and_all_are_counted() {
        let reporter = Reporter { display: Display::Nothing, state: Mutex::default() };
        for number in (0..50).rev() {
            let path = PathBuf::from(format!("/no/such/{number:02}.pdf"));
            let failure = Some((Reason::Damaged, "no pages"));
            reporter.file_done(&FileDone { path: &path, bytes: 1, pages: 0, failure });
        }
        let (first, all) = reporter.failures();
        assert_eq!((first.len(), all), (FAILURES_KEPT, 50));
        let (path, failure) = first.last_key_value().expect("20 failures");
        assert_eq!(failure_line(path, failure), "/no/such/19.pdf: damaged: no pages");
    }
}
