//! Bytes → [`Report`]: drives `pdf`, `layout` and `text` over one file.

use crate::pdf::Limits;
use crate::report::{Reason, Report};

/// Raised whenever the text, boxes or facts read from the same bytes may differ; files that failed under an older
/// version are tried again.
pub const READER_VERSION: u32 = 1;

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct ExtractError {
    /// The stable code for the ledger.
    pub reason: Reason,
    /// What exactly was wrong, lower case, for the person who looks into it.
    pub detail: String,
}

/// How to read a file.
#[derive(Debug, Clone, Default)]
pub struct ExtractOptions {
    /// What it may cost.
    pub limits: Limits,
    /// Tried in order after the empty password.
    pub passwords: Vec<String>,
}

/// Reads a whole PDF. `name` is the file's name, for the title of a report that has none better.
///
/// A panic of the reader is contained and comes back as [`Reason::Crashed`].
pub fn extract(bytes: &[u8], name: &str, options: &ExtractOptions) -> Result<Report, ExtractError> {
    let _ = (bytes, name, options);
    unimplemented!()
}
