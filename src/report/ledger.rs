//! The ledger's vocabulary: one status for every page, one outcome for every file.

use crate::report::Reason;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageStatus {
    /// Its text was read.
    Text,
    /// Its text was recognised from the picture of the page.
    Ocr,
    /// It has none: blank, or a picture.
    NoText,
    /// Its codes could not be turned into words; not indexed.
    Garbled,
    /// It could not be decrypted.
    Encrypted,
    /// A limit was reached; what was read before it is indexed.
    Truncated,
    /// Nothing of it could be read.
    Failed,
}

impl PageStatus {
    /// Every status, in the order they are reported.
    pub const ALL: [PageStatus; 7] = [
        PageStatus::Text,
        PageStatus::Ocr,
        PageStatus::NoText,
        PageStatus::Garbled,
        PageStatus::Encrypted,
        PageStatus::Truncated,
        PageStatus::Failed,
    ];

    /// Whether a search can find the page's words.
    pub fn is_searchable(self) -> bool {
        matches!(self, PageStatus::Text | PageStatus::Ocr | PageStatus::Truncated)
    }

    /// The stable code used in JSON, the catalogue and on the terminal.
    pub fn code(self) -> &'static str {
        match self {
            PageStatus::Text => "text",
            PageStatus::Ocr => "ocr",
            PageStatus::NoText => "no_text",
            PageStatus::Garbled => "garbled",
            PageStatus::Encrypted => "encrypted",
            PageStatus::Truncated => "truncated",
            PageStatus::Failed => "failed",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<PageStatus> {
        PageStatus::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl fmt::Display for PageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What became of a file in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "reason")]
pub enum Outcome {
    /// Read whole and searchable.
    Indexed,
    /// Searchable, but not all of it could be read.
    Partial(Reason),
    /// The same bytes are in the library already: another place of the same report.
    Duplicate,
    /// Unchanged since the last run.
    Unchanged,
    /// Not searchable.
    Failed(Reason),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_agree_with_json() {
        for status in PageStatus::ALL {
            assert_eq!(PageStatus::from_code(status.code()), Some(status));
            assert_eq!(serde_json::to_string(&status).expect("plain enum"), format!("\"{status}\""));
        }
    }
}
