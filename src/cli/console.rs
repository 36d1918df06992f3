//! Standard output and standard error: results on the one, everything else on the other.
//!
//! Text is styled with ANSI sequences where it is made and stripped here if the stream is not to be coloured. Messages
//! pass [`printable`], so that a file name cannot move the cursor. Writing a message never fails: there is nobody left
//! to tell.

use crate::cli::args::When;
use crate::cli::output::printable;
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The two streams and how to write on them.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    quiet: bool,
    color_results: bool,
    color_messages: bool,
}

impl Console {
    /// Decides on colour for both streams: `--color`, then `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR` and `TERM`, then
    /// whether the stream is a terminal.
    pub fn new(color: When, quiet: bool) -> Console {
        let choice = match color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        choice.write_global();
        Console {
            quiet,
            color_results: AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            color_messages: AutoStream::choice(&io::stderr()) != ColorChoice::Never,
        }
    }

    /// Whether only failures are to be said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether messages may be coloured.
    pub fn colors_messages(&self) -> bool {
        self.color_messages
    }

    /// Columns of the terminal that shows the results; `None` if they go elsewhere.
    pub fn columns(&self) -> Option<usize> {
        if !self.shows_results() {
            return None;
        }
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
    }

    /// Whether results go to a terminal.
    pub fn shows_results(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Writes styled results and flushes them.
    pub fn results(&self, styled: &str) -> io::Result<()> {
        if self.color_results {
            return self.bytes(styled.as_bytes());
        }
        self.bytes(strip_str(styled).to_string().as_bytes())
    }

    /// Writes results as they are, in one piece, and flushes them.
    pub fn bytes(&self, results: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(results)?;
        stdout.flush()
    }

    /// Says what stopped the command or a file.
    pub fn error(&self, message: impl Display) {
        self.message(Some(("error", ERROR)), message);
    }

    /// Says what may not be as expected; not with `--quiet`.
    pub fn warning(&self, message: impl Display) {
        if !self.quiet {
            self.message(Some(("warning", WARNING)), message);
        }
    }

    /// Says what is going on; not with `--quiet`.
    pub fn note(&self, message: impl Display) {
        if !self.quiet {
            self.message(None, message);
        }
    }

    fn message(&self, label: Option<(&str, Style)>, message: impl Display) {
        let text = message.to_string();
        let text = printable(&text);
        let line = match label {
            Some((name, style)) if self.color_messages => format!("{style}{name}:{style:#} {text}\n"),
            Some((name, _)) => format!("{name}: {text}\n"),
            None => format!("{text}\n"),
        };
        let _ = io::stderr().write_all(line.as_bytes());
    }
}
