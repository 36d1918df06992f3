//! Pages as documents.

use super::words::{PageWords, joined};
use serde::{Deserialize, Serialize};

/// A page as it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageDocument {
    /// The report, 32 hexadecimal digits.
    pub report_id: String,
    /// Generation of the index, raised with its schema.
    pub generation: u64,
    /// Number of the page, from 1.
    pub page: u32,
    /// Words of the page, furniture left out; not stored.
    #[serde(default)]
    pub body: String,
    /// Other readings of them; not stored.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub whole: String,
    /// Words of the headings that the page stands under; not stored.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub section: String,
}

impl PageDocument {
    pub(super) fn new(report_id: &str, generation: u64, page: u32, words: &PageWords) -> PageDocument {
        PageDocument {
            report_id: report_id.to_owned(),
            generation,
            page,
            body: words.body.clone(),
            whole: words.whole.clone(),
            section: joined(&words.section),
        }
    }
}
