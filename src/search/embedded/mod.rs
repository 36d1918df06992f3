//! The engine within: the index of one library on this machine answers what the searcher asks.
//!
//! **Invariant:** beside `index/` the only room that names the engine; what goes in and out are the plain types of
//! `search/`.

mod accents;
mod bare;
mod beginnings;
mod boundary;
mod collect;
mod commit;
mod completions;
mod context;
mod explain;
mod filters;
mod gatherer;
mod held;
mod kin;
mod known_starts;
mod languages;
mod living;
mod lower;
mod phrase;
mod positions;
mod scope;
mod source;
mod titles;
mod union;
mod vocabulary;

#[cfg(feature = "cluster")]
pub(super) use accents::FoldsTo;
pub(super) use phrase::Phrases;
pub(super) use source::Source;

use crate::index::{IndexError, Snapshot};
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::found::Seat;
use beginnings::Beginnings;
use commit::{Commit, seat_at};
use std::sync::{Arc, OnceLock};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, TERMINATED, Term};
use titles::Titles;
use vocabulary::pages_of_reports;

/// The engine within, as of one commit.
pub(super) struct Embedded {
    commit: Arc<Commit>,
    generation: String,
    /// Pages of each report, by segment.
    pages_of_reports: Vec<Vec<u32>>,
    pages: u64,
    beginnings: Beginnings,
    /// Read when first asked for.
    titles: OnceLock<Titles>,
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> SearchError {
        SearchError::Index(IndexError::Engine(error))
    }
}

impl Embedded {
    fn of(snapshot: Arc<Snapshot>, generation: String) -> tantivy::Result<Embedded> {
        let pages_of_reports = pages_of_reports(&snapshot)?;
        let pages = pages_of_reports.iter().flatten().map(|pages| u64::from(*pages)).sum();
        let commit = Arc::new(Commit::of(snapshot)?);
        let (beginnings, titles) = (Beginnings::default(), OnceLock::new());
        Ok(Embedded { commit, generation, pages_of_reports, pages, beginnings, titles })
    }

    /// Which commit it is.
    pub(super) fn generation(&self) -> &str {
        &self.generation
    }

    /// Where a report is; `None` if it is not in the index.
    pub(super) fn seat(&self, id: ReportId) -> tantivy::Result<Option<Seat>> {
        let key = Term::from_field_text(self.commit.snapshot.fields.key, &id.to_string());
        for (segment_ord, segment) in (0..).zip(self.commit.segments()) {
            let index = segment.inverted_index(key.field())?;
            let Some(mut postings) = index.read_postings(&key, IndexRecordOption::Basic)? else { continue };
            let mut doc_id = postings.doc();
            while doc_id != TERMINATED {
                if segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc_id)) {
                    return Ok(Some(seat_at(DocAddress { segment_ord, doc_id })));
                }
                doc_id = postings.advance();
            }
        }
        Ok(None)
    }
}
