//! The reports of a context, by segment.

use super::Embedded;
use super::lower::Lowering;
use crate::search::plan::{Plan, Strictness};
use crate::search::suggest::Context;
use tantivy::query::EnableScoring;
use tantivy::{DocAddress, DocId, SegmentReader};

/// The reports of a context.
#[derive(Clone, Copy)]
pub(super) struct Reports<'c> {
    segments: &'c [SegmentReader],
    /// Those of each segment by number; `None` for all that are not deleted.
    marked: Option<&'c [Vec<bool>]>,
}

impl Embedded {
    /// The reports of a context, found when first asked for.
    pub(super) fn reports<'c>(&'c self, context: &'c Context) -> tantivy::Result<Reports<'c>> {
        let marked = match (&context.plan, context.marked.get()) {
            (None, _) => None,
            (Some(_), Some(marked)) => Some(marked),
            (Some(plan), None) => {
                let found = self.marked(plan)?;
                Some(context.marked.get_or_init(|| found))
            }
        };
        Ok(Reports { segments: self.commit.segments(), marked: marked.map(Vec::as_slice) })
    }

    fn marked(&self, plan: &Plan) -> tantivy::Result<Vec<Vec<bool>>> {
        let query = Lowering { commit: &self.commit, plan }.query(Strictness::AsAsked, Vec::new());
        let weight = query.weight(EnableScoring::disabled_from_searcher(self.commit.searcher()))?;
        let mut segments = Vec::with_capacity(self.commit.segments().len());
        for reader in self.commit.segments() {
            let mut marked = vec![false; reader.max_doc() as usize];
            weight.for_each_no_score(reader, &mut |docs| {
                for doc in docs.iter().filter(|&&doc| is_alive(reader, doc)) {
                    if let Some(mark) = marked.get_mut(*doc as usize) {
                        *mark = true;
                    }
                }
            })?;
            segments.push(marked);
        }
        Ok(segments)
    }
}

impl Reports<'_> {
    /// Whether a report is among them.
    pub(super) fn has(&self, address: DocAddress) -> bool {
        let segment = address.segment_ord as usize;
        match self.marked {
            None => self.segments.get(segment).is_some_and(|reader| is_alive(reader, address.doc_id)),
            Some(marked) => {
                marked.get(segment).and_then(|marked| marked.get(address.doc_id as usize)).copied().unwrap_or(false)
            }
        }
    }

    /// Whether they are every report of a segment, deleted ones included: then the dictionary's counts are exact.
    pub(super) fn has_whole(&self, reader: &SegmentReader) -> bool {
        self.marked.is_none() && reader.alive_bitset().is_none()
    }

    /// How many they are.
    pub(super) fn count(&self) -> u64 {
        match self.marked {
            None => self.segments.iter().map(|reader| u64::from(reader.num_docs())).sum(),
            Some(marked) => marked.iter().flatten().filter(|mark| **mark).count() as u64,
        }
    }
}

fn is_alive(reader: &SegmentReader, doc: DocId) -> bool {
    reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
}
