//! Storing documents: batches within the limits, and every row of the answer looked at.

use crate::quickwit::http::{Method, Request};
use crate::quickwit::{IndexName, Quickwit, QuickwitError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Largest request of several documents: over 10 MiB a node breaks off while it is still being sent to, unless it is set
/// to take more.
const MOST_BYTES: usize = 8 << 20;
/// What a node takes as it is delivered. A larger document is sent all the same, alone.
pub(super) const TAKEN: usize = 10 << 20;
/// Largest document that is sent at all.
const LARGEST_DOCUMENT: usize = 256 << 20;
/// Most documents of a request.
const MOST_DOCUMENTS: usize = 500;

/// Documents of one request.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    body: Vec<u8>,
    documents: usize,
}

/// What became of the rows of a batch that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PutReport {
    /// Rows stored; searchable within some seconds.
    pub stored: usize,
    /// Rows not stored, in order.
    pub refused: Vec<RowError>,
}

/// A row that was not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Its place in the batch, from 0.
    pub row: usize,
    /// Its own status: 400 for a document that does not fit, 404 for a missing index, 429 if there is too much at once.
    pub status: u16,
    /// What Quickwit says.
    pub reason: String,
}

/// What stands before each document.
#[derive(Serialize)]
struct Action<'a> {
    create: Id<'a>,
}

#[derive(Serialize)]
struct Id<'a> {
    #[serde(rename = "_id")]
    id: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    errors: bool,
    items: Vec<BTreeMap<String, Item>>,
}

#[derive(Deserialize)]
struct Item {
    status: u16,
    error: Option<Cause>,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(default)]
    reason: String,
}

impl Batch {
    /// Adds a document; false if it belongs into the next batch, where one that is larger than others together may be is
    /// alone. `id` is named in answers, and nothing else: the same
    /// one twice is two documents.
    pub fn push(&mut self, id: &str, document: &impl Serialize) -> Result<bool, QuickwitError> {
        let before = self.body.len();
        let malformed = |error: serde_json::Error| QuickwitError::Malformed(error.to_string());
        serde_json::to_writer(&mut self.body, &Action { create: Id { id } }).map_err(malformed)?;
        self.body.push(b'\n');
        serde_json::to_writer(&mut self.body, document).map_err(malformed)?;
        self.body.push(b'\n');
        let own = self.body.len() - before;
        if own > LARGEST_DOCUMENT {
            self.body.truncate(before);
            return Err(QuickwitError::TooLarge { what: format!("a document of {own} bytes") });
        }
        let is_full = self.body.len() > MOST_BYTES && self.documents > 0;
        if is_full || self.documents == MOST_DOCUMENTS {
            self.body.truncate(before);
            return Ok(false);
        }
        self.documents += 1;
        Ok(true)
    }

    /// Bytes of the request.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// Documents in it.
    pub fn len(&self) -> usize {
        self.documents
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.documents == 0
    }
}

impl Quickwit {
    /// Stores a batch, asking once: after an error for which [`QuickwitError::is_unknown`] holds, some rows, all or none
    /// may be stored. Answered when the indexer has them in its log; who has to know when they can be searched counts
    /// them.
    pub fn put(&self, index: &IndexName, batch: &Batch) -> Result<PutReport, QuickwitError> {
        let path = format!("/api/v1/_elastic/{index}/_bulk?refresh=false");
        let request = Request { method: Method::PostLines(&batch.body), path: &path };
        let answer = self.ingest_http.ask_once(&self.indexers, request, self.options.ingest_time)?;
        report(batch, &answer)
    }
}

/// An answer with status 200, which says nothing of the rows.
fn report(batch: &Batch, body: &[u8]) -> Result<PutReport, QuickwitError> {
    let malformed = |detail: String| QuickwitError::Malformed(detail);
    let answer: Answer = serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    if answer.items.len() != batch.documents {
        return Err(malformed(format!("{} rows of {} were answered", answer.items.len(), batch.documents)));
    }
    let mut report = PutReport::default();
    for (row, item) in answer.items.into_iter().enumerate() {
        let item = item.into_values().next().ok_or_else(|| malformed(format!("row {row} was not answered")))?;
        if (200..300).contains(&item.status) && item.error.is_none() {
            report.stored += 1;
        } else {
            let reason = item.error.map(|error| error.reason).unwrap_or_default();
            report.refused.push(RowError { row, status: item.status, reason });
        }
    }
    if answer.errors && report.refused.is_empty() {
        return Err(malformed("rows are said to have failed, and none has".to_owned()));
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn batches_keep_within_both_limits() {
        let mut batch = Batch::default();
        for _ in 0..MOST_DOCUMENTS {
            assert!(batch.push("a", &json!({"page": 1})).expect("small"));
        }
        assert!(!batch.push("a", &json!({"page": 1})).expect("small"), "too many");
        assert_eq!(batch.len(), MOST_DOCUMENTS);
        let mut batch = Batch::default();
        let large = json!({"body": "x".repeat(3 << 20)});
        assert!(batch.push("a", &large).expect("fits"));
        assert!(batch.push("a", &large).expect("fits"));
        assert!(!batch.push("a", &large).expect("fits alone"), "too much");
        assert!(batch.push("a", &json!({})).expect("small"), "what was left out is left out whole");
        assert!(batch.body.len() < MOST_BYTES && batch.body.ends_with(b"\n{}\n"));
        let larger = json!({"body": "x".repeat(11 << 20)});
        assert!(!batch.push("a", &larger).expect("may be taken"), "it goes alone");
        let mut alone = Batch::default();
        assert!(alone.push("a", &larger).expect("may be taken"));
        assert!(!alone.push("a", &json!({})).expect("small"), "nothing goes with it");
    }
}
