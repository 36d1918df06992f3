//! Publishing a report into both indexes.

use crate::queue::{PageEngine, PutError, RevisionId};
use crate::quickwit::documents::{pages_index, reports_index};
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
}

impl PageEngine for QuickwitIndexes {
    type Page = Document;

    /// The first of these that belong to one index.
    fn put(&self, revision: &RevisionId, documents: &[Document]) -> Result<usize, PutError> {
        let Some(index) = documents.first().map(|first| self.index_of(first)) else { return Ok(0) };
        let mut batch = Batch::default();
        for document in documents.iter().take_while(|document| self.index_of(document) == index) {
            let row = Row { rev: revision.as_str(), document };
            match batch.push(&format!("{revision}-{}", document.name()), &row) {
                Ok(true) => {}
                Ok(false) => break,
                // Those before it do not matter: without it the report is not whole.
                Err(error) => return Err(PutError::Refused(error.to_string())),
            }
        }
        match self.quickwit.put(index, &batch) {
            Ok(report) if report.refused.is_empty() => Ok(batch.len()),
            Ok(report) => Err(refused(&report.refused)),
            Err(error) if error.is_unknown() => {
                Err(PutError::Unknown { pages: batch.len(), detail: error.to_string() })
            }
            // Nothing was stored, and what is wrong is wrong for every report.
            Err(error) => Err(PutError::Busy(error.to_string())),
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
