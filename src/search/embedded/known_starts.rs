//! Where the pages of reports begin, kept once read: the index holds them compressed, and every search asks for those of
//! its best reports.
//!
//! Four bytes a page of the reports that searches have come upon, for as long as their commit answers.

use super::scope::PageStartsReader;
use crate::index::{PageStarts, Snapshot};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use tantivy::index::SegmentId;
use tantivy::{DocId, SegmentReader};

/// The page starts of the reports of one commit, as far as they were read.
#[derive(Debug)]
pub(super) struct KnownStarts {
    segments: HashMap<SegmentId, Vec<OnceLock<Arc<PageStarts>>>>,
}

impl KnownStarts {
    /// None are read yet.
    pub(super) fn none_of(snapshot: &Snapshot) -> KnownStarts {
        let unread = |segment: &SegmentReader| {
            let reports = (0..segment.max_doc()).map(|_| OnceLock::new()).collect();
            (segment.segment_id(), reports)
        };
        KnownStarts { segments: snapshot.searcher.segment_readers().iter().map(unread).collect() }
    }

    /// Those of the reports of a segment.
    pub(super) fn of_segment<'k>(&'k self, segment: &'k SegmentReader) -> SegmentStarts<'k> {
        let known = self.segments.get(&segment.segment_id()).map_or(&[][..], Vec::as_slice);
        SegmentStarts { segment, known, reader: None }
    }
}

/// The page starts of the reports of one segment.
pub(super) struct SegmentStarts<'k> {
    segment: &'k SegmentReader,
    known: &'k [OnceLock<Arc<PageStarts>>],
    /// Opened when first needed.
    reader: Option<PageStartsReader>,
}

impl SegmentStarts<'_> {
    /// Those of one report; none if the index is damaged.
    pub(super) fn of(&mut self, doc: DocId) -> tantivy::Result<Arc<PageStarts>> {
        let known = self.known.get(doc as usize);
        if let Some(starts) = known.and_then(OnceLock::get) {
            return Ok(Arc::clone(starts));
        }
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => none.insert(PageStartsReader::open(self.segment)?),
        };
        let starts = Arc::new(reader.of(doc)?);
        Ok(match known {
            Some(known) => Arc::clone(known.get_or_init(|| starts)),
            None => starts,
        })
    }
}
