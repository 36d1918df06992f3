//! Several words counted as one: a set of terms over a set of places as one clause of the engine's query.
//!
//! The engine would score each word of a stem as a clause of its own, so that rare forms outweigh common ones. Here the
//! frequencies are added before they are saturated, as in Lucene's SynonymQuery. Documents are whole reports, so lists
//! are short and are read to their end at once.

use super::commit::Commit;
use super::languages::counts_in;
use crate::search::Stop;
use crate::search::place::Place;
use crate::search::ranking::SearchedPlace;
use crate::search::terms::Expansion;
use std::sync::Arc;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

/// Matches reports with any of the words in any of the places.
#[derive(Debug, Clone)]
pub(super) struct UnionQuery {
    pub(super) commit: Arc<Commit>,
    pub(super) words: Arc<Expansion>,
    pub(super) places: Arc<Vec<SearchedPlace>>,
    pub(super) idf: f32,
}

impl Query for UnionQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for UnionQuery {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(Scored::new(self.scores(reader, boost * self.idf)?)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain("sum over fields of idf × saturated frequency of any of the words", self, reader, doc)
    }
}

impl UnionQuery {
    /// Every report of the segment that has one of the words, with its score, by document.
    fn scores(&self, reader: &SegmentReader, factor: f32) -> tantivy::Result<Vec<(DocId, Score)>> {
        let mut totals = Tally::new(reader.max_doc());
        let mut frequencies = Tally::new(reader.max_doc());
        for searched in self.places.iter() {
            frequencies.add_words(reader, &self.commit, searched.place, &self.words)?;
            let lengths = reader.fieldnorms_readers().get_field(self.commit.field(searched.place))?;
            frequencies.drain(|doc, frequency| {
                let length = lengths.as_ref().map_or(1, |lengths| lengths.fieldnorm(doc));
                totals.add(doc, factor * searched.saturated(frequency, length));
            });
        }
        Ok(totals.into_sorted())
    }
}

fn add_frequencies(
    postings: &mut BlockSegmentPostings,
    counted: bool,
    weight: f32,
    frequencies: &mut Tally,
    counts: impl Fn(DocId) -> bool,
) {
    loop {
        Stop::look();
        let docs = postings.docs();
        if docs.is_empty() {
            return;
        }
        if counted {
            for (doc, frequency) in docs.iter().zip(postings.freqs()).filter(|(doc, _)| counts(**doc)) {
                frequencies.add(*doc, weight * *frequency as f32);
            }
        } else {
            docs.iter().filter(|doc| counts(**doc)).for_each(|doc| frequencies.add(*doc, weight));
        }
        postings.advance();
    }
}

/// Sums by document: an array over the segment and the documents touched.
pub(super) struct Tally {
    sums: Vec<f32>,
    touched: Vec<DocId>,
}

impl Tally {
    pub(super) fn new(documents: u32) -> Tally {
        Tally { sums: vec![0.0; documents as usize], touched: Vec::new() }
    }

    /// Adds how often each report of a segment has any of the words in a place.
    pub(super) fn add_words(
        &mut self,
        reader: &SegmentReader,
        commit: &Commit,
        place: Place,
        words: &Expansion,
    ) -> tantivy::Result<()> {
        let languages = commit.languages.of_segment(reader);
        let index = reader.inverted_index(commit.field(place))?;
        for word in &words.terms {
            let Some(info) = index.terms().get(word.term.as_bytes())? else {
                continue;
            };
            let option = if place.has_frequencies() { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
            let mut postings = index.read_block_postings_from_terminfo(&info, option)?;
            let counts = |doc: DocId| counts_in(word, doc, &languages);
            add_frequencies(&mut postings, place.has_frequencies(), word.weight, self, counts);
        }
        Ok(())
    }

    fn add(&mut self, doc: DocId, amount: f32) {
        // A document beyond the segment's end can only come from damage.
        if let Some(sum) = self.sums.get_mut(doc as usize) {
            if *sum == 0.0 {
                self.touched.push(doc);
            }
            *sum += amount.max(f32::MIN_POSITIVE);
        }
    }

    fn drain(&mut self, mut sink: impl FnMut(DocId, f32)) {
        for doc in self.touched.drain(..) {
            if let Some(sum) = self.sums.get_mut(doc as usize) {
                sink(doc, std::mem::take(sum));
            }
        }
    }

    pub(super) fn into_sorted(mut self) -> Vec<(DocId, f32)> {
        self.touched.sort_unstable();
        let sums = &self.sums;
        self.touched.iter().filter_map(|doc| sums.get(*doc as usize).map(|sum| (*doc, *sum))).collect()
    }
}

/// Documents already found and scored, rising.
pub(super) struct Scored {
    documents: Vec<(DocId, Score)>,
    at: usize,
}

impl Scored {
    pub(super) fn new(documents: Vec<(DocId, Score)>) -> Scored {
        Scored { documents, at: 0 }
    }
}

impl DocSet for Scored {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.documents.len());
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let rest = self.documents.get(self.at..).unwrap_or(&[]);
        self.at += rest.partition_point(|(doc, _)| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).map_or(TERMINATED, |(doc, _)| *doc)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.documents.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Scored {
    fn score(&mut self) -> Score {
        self.documents.get(self.at).map_or(0.0, |(_, score)| *score)
    }
}

/// Explains a score by computing it again.
pub(super) fn explain(
    what: &'static str,
    weight: &dyn Weight,
    reader: &SegmentReader,
    doc: DocId,
) -> tantivy::Result<Explanation> {
    let mut scorer = weight.scorer(reader, 1.0)?;
    if scorer.doc() > doc || scorer.seek(doc) != doc {
        return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
    }
    Ok(Explanation::new(what, scorer.score()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_documents_are_walked_and_sought() {
        let mut scored = Scored::new(vec![(2, 1.0), (5, 2.0), (9, 3.0)]);
        assert_eq!((scored.doc(), scored.score()), (2, 1.0));
        assert_eq!(scored.seek(3), 5);
        assert_eq!(scored.seek(5), 5);
        assert_eq!(scored.advance(), 9);
        assert_eq!(scored.seek(10), TERMINATED);
        assert_eq!(scored.advance(), TERMINATED);
        assert_eq!(Scored::new(Vec::new()).doc(), TERMINATED);
    }
}
