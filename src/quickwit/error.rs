//! What can go wrong with Quickwit, told apart by what may be concluded from it.

use serde::Deserialize;
use std::time::Duration;

/// Bytes of an answer that is not understood which are shown.
const SHOWN: usize = 300;

/// A failure of Quickwit or of the way to it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuickwitError {
    /// An address in the configuration cannot be used.
    #[error("`{address}` is no address of a Quickwit node: {detail}")]
    Address {
        /// As configured.
        address: String,
        /// What is wrong.
        detail: &'static str,
    },
    /// A name that no index can have.
    #[error("`{0}` is no name of an index")]
    Name(String),
    /// A node could not be reached; nothing was asked of it.
    #[error("cannot reach {node}: {detail}")]
    Unreachable {
        /// Its address.
        node: String,
        /// What happened.
        detail: String,
    },
    /// The connection broke off after something was asked.
    #[error("{node} broke off: {detail}")]
    Broken {
        /// Its address.
        node: String,
        /// What happened.
        detail: String,
    },
    /// There was no answer in time.
    #[error("{node} did not answer within {:.1} s", time.as_secs_f32())]
    Late {
        /// Its address.
        node: String,
        /// The time it had.
        time: Duration,
    },
    /// It will not do what was asked (status 4xx).
    #[error("Quickwit refuses ({status}): {reason}")]
    Refused {
        /// Status.
        status: u16,
        /// What it says.
        reason: String,
    },
    /// It failed (status 5xx).
    #[error("Quickwit failed ({status}): {reason}")]
    Failed {
        /// Status.
        status: u16,
        /// What it says.
        reason: String,
    },
    /// Part of the index did not answer, whatever the status says; what was found is not shown.
    #[error("Quickwit answered in part only: {detail}")]
    Partial {
        /// Which part.
        detail: String,
    },
    /// An answer that does not hold together.
    #[error("Quickwit's answer is not understood: {0}")]
    Malformed(String),
    /// More than one request may hold.
    #[error("{what} is more than one request may hold")]
    TooLarge {
        /// What, with its size.
        what: String,
    },
}

impl QuickwitError {
    /// Whether it is unknown if what was asked has been done.
    pub fn is_unknown(&self) -> bool {
        use QuickwitError::{Broken, Failed, Late, Malformed, Partial};
        matches!(self, Broken { .. } | Late { .. } | Failed { .. } | Malformed(_) | Partial { .. })
    }

    /// Whether the nodes do not answer as they should now, and may another time.
    pub fn is_down(&self) -> bool {
        match self {
            QuickwitError::Refused { status, .. } => matches!(status, 408 | 429),
            error => error.is_unknown() || matches!(error, QuickwitError::Unreachable { .. }),
        }
    }

    /// Whether there was no answer in time.
    pub(super) fn is_late(&self) -> bool {
        matches!(self, QuickwitError::Late { .. })
    }

    /// Whether another node may answer the same question: this one is not there, broke off or failed.
    pub(super) fn is_of_the_node(&self) -> bool {
        use QuickwitError::{Broken, Failed, Unreachable};
        matches!(self, Unreachable { .. } | Broken { .. } | Failed { .. })
    }

    /// The error of an answer with a status other than 2xx. There are two shapes of them.
    pub(super) fn of_answer(status: u16, body: &[u8]) -> QuickwitError {
        let reason = reason(body);
        if status >= 500 { QuickwitError::Failed { status, reason } } else { QuickwitError::Refused { status, reason } }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Shape {
    Own { message: String },
    Elasticsearch { error: Cause },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cause {
    Object { reason: String },
    Text(String),
}

fn reason(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(
            Shape::Own { message: text }
            | Shape::Elasticsearch { error: Cause::Object { reason: text } | Cause::Text(text) },
        ) => text,
        Err(_) => String::from_utf8_lossy(body.get(..SHOWN).unwrap_or(body)).into_owned(),
    }
}
