//! Ctrl-C and termination: the first time work is finished cleanly, the second time the program ends at once.
//!
//! SIGTERM and SIGHUP count as well, so that a service manager gets the same clean end.

use crate::cli::exit_code::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Lets interrupts set the flag that is returned. `announce` runs at the first one, in a thread of its own.
///
/// If the system refuses a handler, interrupts keep their default effect, which is to end the program.
pub fn stop_flag(announce: impl Fn() + Send + 'static) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let installed = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            end_now();
        }
        announce();
    });
    if let Err(error) = installed {
        tracing::warn!(%error, "interrupts end the program at once");
    }
    stop
}

#[expect(clippy::exit, reason = "the second interrupt asks for exactly this; the library is safe against it")]
fn end_now() -> ! {
    std::process::exit(i32::from(ExitCode::Interrupted.number()))
}
