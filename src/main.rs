//! The `recto` program: hands its arguments to [`recto::cli`] and ends with the exit code that comes back.
//!
//! Everything it does is in the library, where it is documented and tested.

use std::process::ExitCode;

/// Reading a report makes and drops many small objects, on which this one spends far less time than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    recto::cli::run(std::env::args_os()).into()
}
