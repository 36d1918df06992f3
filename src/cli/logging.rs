//! Log lines on standard error, for who looks into what the program does, and for programs that gather them.
//!
//! `RUST_LOG` decides if it is set, else the number of `-v`; results and messages to the user do not go through here.

use crate::cli::config::LogFormat;
use crate::cli::log_entry;
use std::any::Any;
use std::io::{self, Write};
use std::panic;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::format;

/// Sets up logging for the process. `ansi` colours the lines of text.
pub fn start(verbose: u8, quiet: bool, ansi: bool, format: LogFormat) {
    // What the libraries below warn of is mostly damage in files, which the ledger tells better.
    let directives = match verbose {
        0 if quiet => "error,lopdf=off",
        0 => "error,lopdf=off,recto=warn",
        1 => "warn,recto=info",
        2 => "info,recto=debug",
        _ => "debug,recto=trace",
    };
    let filter = match std::env::var("RUST_LOG") {
        Ok(directives) if !directives.is_empty() => EnvFilter::new(directives),
        _ => EnvFilter::new(directives),
    };
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || Entries { format });
    // A subscriber that is set already belongs to a test or an embedding program.
    let _ = match format {
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
        LogFormat::Text => {
            let field = |writer: &mut format::Writer<'_>,
                         field: &tracing::field::Field,
                         value: &dyn std::fmt::Debug| {
                let shown = format!("{value:?}");
                let value = log_entry::field(&shown);
                if field.name() == "message" { write!(writer, "{value}") } else { write!(writer, "{field}={value}") }
            };
            subscriber.fmt_fields(format::debug_fn(field).delimited(" ")).with_ansi(ansi).try_init()
        }
    };
    // Panics of the reader are contained and told as failures of a file; where they happened is for developers.
    panic::set_hook(Box::new(|information| {
        let place = information.location().map(ToString::to_string).unwrap_or_default();
        tracing::debug!(place, "panic: {}", panic_message(information.payload()));
    }));
}

/// Writes entries to standard error; each comes in one piece.
struct Entries {
    format: LogFormat,
}

impl Write for Entries {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        let bounded = match self.format {
            LogFormat::Json => log_entry::json(&text),
            LogFormat::Text => log_entry::text(&text),
        };
        io::stderr().write_all(bounded.as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// What a panic said.
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".to_owned())
}
