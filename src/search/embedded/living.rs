//! Counts without deleted reports, which stay in their segment until it is merged: the same library answers the same
//! whatever was deleted from it before.

use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, InvertedIndexReader, Searcher, SegmentReader, Term};

/// The reports of a segment that are not deleted.
pub(super) fn reports(segment: &SegmentReader) -> impl Iterator<Item = DocId> + '_ {
    let alive = segment.alive_bitset();
    (0..segment.max_doc()).filter(move |doc| alive.is_none_or(|alive| alive.is_alive(*doc)))
}

/// The reports of a segment that have a term, given the index it is from.
pub(super) fn frequency(segment: &SegmentReader, index: &InvertedIndexReader, term: &TermInfo) -> tantivy::Result<u64> {
    let Some(alive) = segment.alive_bitset() else { return Ok(u64::from(term.doc_freq)) };
    let mut postings = index.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    let mut count = 0;
    while !postings.docs().is_empty() {
        count += postings.docs().iter().filter(|doc| alive.is_alive(**doc)).count() as u64;
        postings.advance();
    }
    Ok(count)
}

/// The reports of all segments that have a word in a field.
pub(super) fn reports_with(searcher: &Searcher, field: Field, word: &str) -> tantivy::Result<u64> {
    let term = Term::from_field_text(field, word);
    let mut sum = 0;
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        if let Some(info) = index.get_term_info(&term)? {
            sum += frequency(segment, &index, &info)?;
        }
    }
    Ok(sum)
}
