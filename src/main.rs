//! The `recto` program: hands its arguments to [`recto::cli`] and ends with the exit code that comes back.
//!
//! Everything it does is in the library, where it is documented and tested.

use std::process::ExitCode;

fn main() -> ExitCode {
    recto::cli::run(std::env::args_os()).into()
}
