//! Why a worker gave nothing: the reason for the ledger from how the process ended and what it said last.

use crate::extract::ExtractError;
use crate::report::Reason;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// How a worker was lost.
#[derive(Debug)]
pub(super) enum Loss {
    /// It ended by itself, or the system ended it; with the end of what it wrote to standard error.
    Ended(ExitStatus, String),
    /// It was not done in time and was killed.
    Late(Duration),
    /// It said nothing for too long and was killed.
    Stalled(Duration),
    /// What it said made no sense, and it was killed.
    Nonsense(&'static str),
    /// It could not be started, or not be shown the file.
    Unstarted(String),
    /// It answered before it can have known the file, and was killed.
    Early,
    /// Somebody else had halted it, and it was killed.
    Halted,
    /// It ran out of memory, of which other files had left it less.
    Crowded,
}

impl Loss {
    /// Whether the file may be innocent: somebody else ended the worker (the system, short of memory, or a person), it
    /// spoke without knowing the file, or it had read others before.
    pub(super) fn is_from_outside(&self) -> bool {
        match self {
            Loss::Ended(status, _) => status.signal() == Some(SIGKILL),
            Loss::Early | Loss::Halted | Loss::Crowded => true,
            Loss::Late(_) | Loss::Stalled(_) | Loss::Nonsense(_) | Loss::Unstarted(_) => false,
        }
    }

    /// What the ledger says of the file.
    pub(super) fn error(&self) -> ExtractError {
        let (reason, detail) = match self {
            Loss::Late(limit) => (Reason::Timeout, format!("not read within {} seconds", limit.as_secs())),
            Loss::Stalled(limit) => (Reason::Timeout, format!("no page was finished for {} seconds", limit.as_secs())),
            Loss::Nonsense(what) => (Reason::Crashed, format!("the reading process {what}")),
            // Nothing of this is the file's doing.
            Loss::Unstarted(why) => (Reason::Killed, why.clone()),
            Loss::Crowded => (Reason::OutOfMemory, "more memory was needed than other files had left".to_owned()),
            Loss::Early => (Reason::Crashed, "the reading process answered without knowing the file".to_owned()),
            Loss::Ended(_, said) if is_out_of_memory(said) => {
                (Reason::OutOfMemory, "more memory was needed than a file may have".to_owned())
            }
            Loss::Ended(_, said) if said.contains("overflowed its stack") => {
                (Reason::Crashed, "the reading process overflowed its stack".to_owned())
            }
            Loss::Halted => (Reason::Killed, "the reading process was halted by another one".to_owned()),
            Loss::Ended(status, _) => match status.signal() {
                Some(SIGKILL) => {
                    (Reason::Killed, "the reading process was killed by the system or another process".to_owned())
                }
                Some(SIGXCPU) => (Reason::Timeout, "more processor time was needed than a file may have".to_owned()),
                Some(signal) => (Reason::Crashed, format!("the reading process was ended by signal {signal}")),
                None => {
                    let code = status.code().unwrap_or_default();
                    (Reason::Crashed, format!("the reading process ended with exit code {code}"))
                }
            },
        };
        ExtractError { reason, detail }
    }
}

/// Sent by nobody but others: workers end themselves in other ways.
const SIGKILL: i32 = 9;
/// Sent when the limit on processor time is reached.
const SIGXCPU: i32 = 24;

/// What the allocator and the standard library say when memory cannot be had.
fn is_out_of_memory(said: &str) -> bool {
    said.contains("memory allocation of") || said.contains("out of memory") || said.contains("unable to allocate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_have_their_reasons() {
        let ended = |raw, said: &str| Loss::Ended(ExitStatus::from_raw(raw), said.to_owned());
        for (loss, reason) in [
            (ended(6, "memory allocation of 99 bytes failed"), Reason::OutOfMemory),
            (ended(6, "thread 'reader' has overflowed its stack"), Reason::Crashed),
            (ended(11, ""), Reason::Crashed),
            (ended(24, ""), Reason::Timeout),
            (ended(9, ""), Reason::Killed),
            (Loss::Halted, Reason::Killed),
            (ended(0, ""), Reason::Crashed),
            (Loss::Late(Duration::from_secs(30)), Reason::Timeout),
            (Loss::Stalled(Duration::from_secs(15)), Reason::Timeout),
            (Loss::Nonsense("sent garbage"), Reason::Crashed),
            (Loss::Early, Reason::Crashed),
            (Loss::Crowded, Reason::OutOfMemory),
            (Loss::Unstarted("none".to_owned()), Reason::Killed),
        ] {
            let error = loss.error();
            assert_eq!(error.reason, reason, "{error}");
            assert!(!error.detail.is_empty());
            let is_from_outside = matches!(loss, Loss::Early | Loss::Halted | Loss::Crowded)
                || reason == Reason::Killed && matches!(loss, Loss::Ended(..));
            assert_eq!(loss.is_from_outside(), is_from_outside, "{error}");
        }
    }
}
