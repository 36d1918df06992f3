//! Log lines on standard error, for who looks into what the program does.
//!
//! `RUST_LOG` decides if it is set, else the number of `-v`; results and messages to the user do not go through here.

use std::any::Any;
use std::panic;
use tracing_subscriber::EnvFilter;

/// Sets up logging for the process. `ansi` colours the lines.
pub fn start(verbose: u8, quiet: bool, ansi: bool) {
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
    // A subscriber that is set already belongs to a test or an embedding program.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(ansi).try_init();
    // Panics of the reader are contained and told as failures of a file; where they happened is for developers.
    panic::set_hook(Box::new(|information| {
        let place = information.location().map(ToString::to_string).unwrap_or_default();
        tracing::debug!(place, "panic: {}", panic_message(information.payload()));
    }));
}

/// What a panic said.
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".to_owned())
}
