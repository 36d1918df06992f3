//! Pages as documents, the index that holds them, and publishing into it.

use crate::queue::{PageEngine, PutError, RevisionId};
use crate::quickwit::{Batch, IndexName, Quickwit, QuickwitError, RowError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// Distinct values up to which Quickwit passes over parts of an index by them.
const MOST_PARTITIONS: u32 = 64;

/// A page as it is stored. Its words are Recto's: analyzed, in order, parted by spaces; Quickwit analyzes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageDocument {
    /// The report, 32 hexadecimal digits.
    pub report_id: String,
    /// Generation of the index, raised with its schema.
    pub generation: u64,
    /// Number of the page, from 1.
    pub page: u32,
    /// Pages of the report.
    pub page_count: u32,
    /// Languages of the report.
    #[serde(default)]
    pub language: Vec<String>,
    /// Authors, folded.
    #[serde(default)]
    pub author: Vec<String>,
    /// Tags, folded.
    #[serde(default)]
    pub tag: Vec<String>,
    /// Year of the report. A number rather than a date: dates before 1678 and after 2261 would come out as others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// Words of the title; not stored.
    #[serde(default)]
    pub title: String,
    /// Words of the page as printed; not stored.
    #[serde(default)]
    pub body: String,
    /// Their stems, one for each; not stored.
    #[serde(default)]
    pub stem: String,
}

/// A page with the revision that it is sent under.
#[derive(Serialize)]
struct Row<'p> {
    rev: &'p str,
    #[serde(flatten)]
    page: &'p PageDocument,
}

/// The configuration of an index of pages.
///
/// `partitions` keep the pages of a report together, so that a search for some reports passes over the rest; about twice
/// as many as there are searchers. There is no timestamp field: pages without a date would be refused.
pub fn pages_index(index: &IndexName, partitions: u32) -> Value {
    let exact = |name: &str| json!({"name": name, "type": "text", "tokenizer": "raw", "fast": true});
    let several = |name: &str| json!({"name": name, "type": "array<text>", "tokenizer": "raw", "fast": true});
    let number = |name: &str| json!({"name": name, "type": "u64", "fast": true});
    let words = |name: &str| {
        json!({"name": name, "type": "text", "tokenizer": "whitespace", "record": "position", "fieldnorms": true,
            "stored": false})
    };
    let partitions = partitions.clamp(1, MOST_PARTITIONS);
    json!({
        "version": "0.9",
        "index_id": index.to_string(),
        "doc_mapping": {
            "mode": "strict",
            "field_mappings": [
                exact("report_id"), exact("rev"), number("generation"), number("page"), number("page_count"),
                several("language"), several("author"), several("tag"),
                {"name": "year", "type": "i64", "fast": true},
                words("title"), words("body"), words("stem"),
            ],
            "partition_key": format!("hash_mod(report_id, {partitions})"),
            "max_num_partitions": partitions,
            "store_source": false,
        },
        "indexing_settings": {
            "commit_timeout_secs": 5,
            // Deletions wait until a split is this old.
            "merge_policy": {"type": "stable_log", "maturation_period": "2h"},
        },
        "search_settings": {"default_search_fields": ["body"]},
    })
}

/// The pages of one index.
#[derive(Debug, Clone)]
pub struct QuickwitPages {
    /// The client.
    pub quickwit: Arc<Quickwit>,
    /// The index.
    pub index: IndexName,
}

impl PageEngine for QuickwitPages {
    type Page = PageDocument;

    fn put(&self, revision: &RevisionId, pages: &[PageDocument]) -> Result<usize, PutError> {
        let mut batch = Batch::default();
        for page in pages {
            let row = Row { rev: revision.as_str(), page };
            match batch.push(&format!("{revision}-{}", page.page), &row) {
                Ok(true) => {}
                Ok(false) => break,
                // Those before it do not matter: without it the report is not whole.
                Err(error) => return Err(PutError::Refused(error.to_string())),
            }
        }
        if batch.is_empty() {
            return Ok(0);
        }
        match self.quickwit.put(&self.index, &batch) {
            Ok(report) if report.refused.is_empty() => Ok(batch.len()),
            Ok(report) => Err(refused(&report.refused)),
            Err(error) if error.is_unknown() => {
                Err(PutError::Unknown { pages: batch.len(), detail: error.to_string() })
            }
            // Nothing was stored, and what is wrong is wrong for every report.
            Err(error) => Err(PutError::Busy(error.to_string())),
        }
    }

    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String> {
        self.quickwit.count_revisions(&self.index, revisions).map_err(|error: QuickwitError| error.to_string())
    }

    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String> {
        self.quickwit.delete_revisions(&self.index, revisions).map(|_| ()).map_err(|error| error.to_string())
    }
}

/// A document that does not fit never will; anything else may pass.
fn refused(rows: &[RowError]) -> PutError {
    match rows.iter().find(|row| row.status == 400) {
        Some(row) => PutError::Refused(format!("row {}: {}", row.row, row.reason)),
        None => PutError::Busy(rows.first().map_or_else(String::new, |row| format!("{}: {}", row.status, row.reason))),
    }
}
