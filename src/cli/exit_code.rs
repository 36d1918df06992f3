//! The exit codes of the program: stable numbers that scripts test.
//!
//! Every way a command can end maps to one of these; nothing else decides on a number.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: done, or something was found. A reader that closed the pipe early is no error either.
    Success,
    /// 1: the search was answered and nothing was found, as in grep; or a figure is on the wrong side of its bar.
    NothingFound,
    /// 2: wrong usage or configuration, or a failure that stopped the command.
    Failure,
    /// 3: done, but some files failed; `recto failures` lists them.
    SomeFilesFailed,
    /// 75: another process holds the library (`EX_TEMPFAIL` of sysexits.h): the same command may succeed later.
    Locked,
    /// 130: interrupted (128 + SIGINT, as shells report it).
    Interrupted,
}

impl ExitCode {
    /// The number the shell sees.
    pub fn number(self) -> u8 {
        match self {
            ExitCode::Success => 0,
            ExitCode::NothingFound => 1,
            ExitCode::Failure => 2,
            ExitCode::SomeFilesFailed => 3,
            ExitCode::Locked => 75,
            ExitCode::Interrupted => 130,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.number())
    }
}
