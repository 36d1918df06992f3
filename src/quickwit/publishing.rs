//! Publishing a report into both indexes.

use crate::queue::{PageEngine, PutError, RevisionId};
use crate::quickwit::documents::{pages_index, reports_index};
use crate::quickwit::ingest::TAKEN;
use crate::quickwit::{Batch, Document, IndexName, Quickwit, QuickwitError, RowError};
use serde::Serialize;
use std::sync::Arc;

/// The two indexes of one generation of a library.
#[derive(Debug, Clone)]
pub struct QuickwitIndexes {
    /// The client.
    pub quickwit: Arc<Quickwit>,
    /// One document a report.
    pub reports: IndexName,
    /// One document a page.
    pub pages: IndexName,
}

/// A document with the revision that it is sent under.
#[derive(Serialize)]
struct Row<'d> {
    rev: &'d str,
    #[serde(flatten)]
    document: &'d Document,
}

impl QuickwitIndexes {
    /// The indexes of a generation of the library called `name`: `NAME-reports-gN` and `NAME-pages-gN`.
    pub fn new(quickwit: Arc<Quickwit>, name: &str, generation: u64) -> Result<QuickwitIndexes, QuickwitError> {
        let index = |kind: &str| format!("{name}-{kind}-g{generation}").parse();
        Ok(QuickwitIndexes { quickwit, reports: index("reports")?, pages: index("pages")? })
    }

    /// Makes those that are not there, with so many partitions each: about twice as many as there are searchers.
    pub fn ensure(&self, partitions: u32) -> Result<(), QuickwitError> {
        self.quickwit.ensure_index(&reports_index(&self.reports, partitions))?;
        self.quickwit.ensure_index(&pages_index(&self.pages, partitions))?;
        Ok(())
    }

    fn index_of(&self, document: &Document) -> &IndexName {
        match document {
            Document::Report(_) => &self.reports,
            Document::Page(_) => &self.pages,
        }
    }

    /// Sends the first of these that belong to one index, as many as a request may hold.
    fn put_first(&self, revision: &RevisionId, documents: &[Document]) -> Result<usize, Refusal> {
        let Some(index) = documents.first().map(|first| self.index_of(first)) else { return Ok(0) };
        let mut batch = Batch::default();
        for document in documents.iter().take_while(|document| self.index_of(document) == index) {
            let row = Row { rev: revision.as_str(), document };
            match batch.push(&format!("{revision}-{}", document.name()), &row) {
                Ok(true) => {}
                Ok(false) => break,
                // Those before it do not matter: without it the report is not whole.
                Err(error) => return Err(Refusal::Other(PutError::Refused(error.to_string()))),
            }
        }
        let too_large = Refusal::TooLarge { documents: batch.len(), bytes: batch.bytes() };
        let put = self.quickwit.put(index, &batch);
        Err(Refusal::Other(match put {
            Ok(report) if report.refused.is_empty() => return Ok(batch.len()),
            Ok(report) => refused(&report.refused),
            Err(QuickwitError::Refused { status: 413, .. }) => return Err(too_large),
            // A node that has read enough to refuse it breaks off.
            Err(QuickwitError::Broken { .. }) if batch.bytes() > TAKEN => return Err(too_large),
            Err(error) if error.is_unknown() => PutError::Unknown { pages: batch.len(), detail: error.to_string() },
            // Nothing was stored, and what is wrong is wrong for every report.
            Err(error) => PutError::Busy(error.to_string()),
        }))
    }
}

/// Why documents were not stored.
enum Refusal {
    /// There were too many bytes of them.
    TooLarge {
        documents: usize,
        bytes: usize,
    },
    Other(PutError),
}

impl PageEngine for QuickwitIndexes {
    type Page = Document;

    /// The first of these that belong to one index.
    fn put(&self, revision: &RevisionId, documents: &[Document]) -> Result<usize, PutError> {
        let mut most = documents.len();
        loop {
            match self.put_first(revision, documents.get(..most).unwrap_or(documents)) {
                // A node that takes less than others is sent less; nothing of it was stored.
                Err(Refusal::TooLarge { documents: sent, .. }) if sent > 1 => most = sent.div_ceil(2),
                Err(Refusal::TooLarge { bytes, .. }) => {
                    return Err(PutError::Refused(format!(
                        "a document of {bytes} bytes is larger than the engine takes; its nodes' setting \
                         `ingest_api.content_length_limit` says how much that is"
                    )));
                }
                Err(Refusal::Other(error)) => return Err(error),
                Ok(taken) => return Ok(taken),
            }
        }
    }

    /// In both indexes together.
    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String> {
        let count = |index| self.quickwit.count_revisions(index, revisions);
        let both = count(&self.reports).and_then(|reports| Ok(reports + count(&self.pages)?));
        both.map_err(|error: QuickwitError| error.to_string())
    }

    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String> {
        let delete = |index| self.quickwit.delete_revisions(index, revisions);
        // Both may be told again.
        delete(&self.reports).and_then(|_| delete(&self.pages)).map(|_| ()).map_err(|error| error.to_string())
    }
}

/// A document that does not fit never will; anything else may pass.
fn refused(rows: &[RowError]) -> PutError {
    match rows.iter().find(|row| row.status == 400) {
        Some(row) => PutError::Refused(format!("row {}: {}", row.row, row.reason)),
        None => PutError::Busy(rows.first().map_or_else(String::new, |row| format!("{}: {}", row.status, row.reason))),
    }
}
