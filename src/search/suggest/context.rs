//! The reports that the rest of a query finds: only what occurs in them is suggested.

use crate::index::Snapshot;
use crate::query::Node;
use crate::search::engine::State;
use crate::search::plan::Strictness;
use tantivy::query::EnableScoring;
use tantivy::{DocAddress, DocId, SegmentReader};

/// Reports by segment.
pub(super) struct Context {
    segments: Vec<Reports>,
    /// Whether the rest of the query names pages or sections, which bear on the completed word too.
    pub(super) has_scopes: bool,
}

/// Reports of a segment.
enum Reports {
    /// All that are not deleted.
    All(Box<SegmentReader>),
    /// Those marked, by number.
    Marked(Vec<bool>),
}

impl Context {
    /// What `rest` finds; everything without it.
    pub(super) fn new(state: &State, rest: Option<&Node>) -> tantivy::Result<Context> {
        let snapshot: &Snapshot = &state.snapshot;
        let readers = snapshot.searcher.segment_readers();
        let Some(rest) = rest else {
            let segments = readers.iter().cloned().map(|reader| Reports::All(Box::new(reader))).collect();
            return Ok(Context { segments, has_scopes: false });
        };
        let plan = state.planner().plan(Some(rest))?;
        let query = plan.query(Strictness::AsAsked, Vec::new());
        let weight = query.weight(EnableScoring::disabled_from_searcher(&snapshot.searcher))?;
        let mut segments = Vec::with_capacity(readers.len());
        for reader in readers {
            let mut marked = vec![false; reader.max_doc() as usize];
            weight.for_each_no_score(reader, &mut |docs| {
                for doc in docs.iter().filter(|&&doc| is_alive(reader, doc)) {
                    if let Some(mark) = marked.get_mut(*doc as usize) {
                        *mark = true;
                    }
                }
            })?;
            segments.push(Reports::Marked(marked));
        }
        Ok(Context { segments, has_scopes: !plan.scopes.is_empty() })
    }

    /// Whether a report is among them.
    pub(super) fn has(&self, address: DocAddress) -> bool {
        match self.segments.get(address.segment_ord as usize) {
            Some(Reports::All(reader)) => is_alive(reader, address.doc_id),
            Some(Reports::Marked(marked)) => marked.get(address.doc_id as usize).copied().unwrap_or(false),
            None => false,
        }
    }

    /// Whether it holds every report of a segment, deleted ones included: then the dictionary's counts are exact.
    pub(super) fn has_whole(&self, segment: usize) -> bool {
        matches!(self.segments.get(segment), Some(Reports::All(reader)) if reader.alive_bitset().is_none())
    }

    /// How many reports it holds.
    pub(super) fn count(&self) -> u64 {
        let count = |reports: &Reports| match reports {
            Reports::All(reader) => u64::from(reader.num_docs()),
            Reports::Marked(marked) => marked.iter().filter(|mark| **mark).count() as u64,
        };
        self.segments.iter().map(count).sum()
    }
}

fn is_alive(reader: &SegmentReader, doc: DocId) -> bool {
    reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
}
