//! Where words stand in a report, and where several of them stand as a phrase.
//!
//! The same code decides membership and evidence, so a report found by a phrase always has a page to show for it.

use crate::search::languages::LanguageSet;
use crate::search::terms::{Expansion, WeightedTerm};
use std::sync::Arc;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

/// The postings of one place of a clause: the words that can fill it.
pub(super) struct Place {
    postings: Vec<(SegmentPostings, WeightedTerm)>,
    /// The languages of each report of the segment.
    languages: Arc<[LanguageSet]>,
    buffer: Vec<u32>,
}

impl Place {
    /// Opens the words of an expansion in a field that has positions.
    pub(super) fn open(reader: &SegmentReader, field: Field, words: &Expansion) -> tantivy::Result<Place> {
        let index = reader.inverted_index(field)?;
        let mut postings = Vec::new();
        for word in &words.terms {
            if let Some(info) = index.terms().get(word.term.as_bytes())? {
                let list = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqsAndPositions)?;
                postings.push((list, word.clone()));
            }
        }
        Ok(Place { postings, languages: words.languages_of(reader), buffer: Vec::new() })
    }

    /// The first report from `target` on that has one of the words.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        let languages = &self.languages;
        let seek = |(list, word): &mut (SegmentPostings, WeightedTerm)| {
            let mut doc = if list.doc() < target { list.seek(target) } else { list.doc() };
            while doc != TERMINATED && !word.counts_in(doc, languages) {
                doc = list.advance();
            }
            doc
        };
        self.postings.iter_mut().map(seek).min().unwrap_or(TERMINATED)
    }

    /// Appends where the words stand in `doc`, with the word's weight, rising by position. Reports must be asked for
    /// in rising order.
    pub(super) fn occurrences(&mut self, doc: DocId, output: &mut Vec<(u32, f32)>) {
        let before = output.len();
        let mut lists = 0;
        for (list, word) in &mut self.postings {
            if list.doc() < doc {
                list.seek(doc);
            }
            if list.doc() == doc && word.counts_in(doc, &self.languages) {
                list.positions(&mut self.buffer);
                output.extend(self.buffer.iter().map(|position| (*position, word.weight)));
                lists += 1;
            }
        }
        if lists > 1 {
            output[before..].sort_unstable_by_key(|(position, _)| *position);
        }
    }
}

/// The first positions of the occurrences of a phrase, rising, given the rising positions of each of its places. With
/// `slop` 0 the places follow each other; else they may be moved by so many positions in all, out of order too
/// (as Lucene counts).
pub(super) fn phrase_starts(places: &[Vec<u32>], slop: u32) -> Vec<u32> {
    if slop == 0 { adjacent_starts(places) } else { sloppy_starts(places, slop) }
}

fn adjacent_starts(places: &[Vec<u32>]) -> Vec<u32> {
    let Some((first, others)) = places.split_first() else {
        return Vec::new();
    };
    let mut starts = first.clone();
    starts.dedup();
    for (offset, place) in (1u32..).zip(others) {
        let mut rest = place.as_slice();
        starts.retain(|start| {
            let Some(wanted) = start.checked_add(offset) else {
                return false;
            };
            let skip = rest.partition_point(|position| *position < wanted);
            rest = &rest[skip..];
            rest.first() == Some(&wanted)
        });
    }
    starts
}

fn sloppy_starts(places: &[Vec<u32>], slop: u32) -> Vec<u32> {
    let mut at = vec![0usize; places.len()];
    let mut starts: Vec<u32> = Vec::new();
    if places.is_empty() {
        return starts;
    }
    loop {
        let mut positions = Vec::with_capacity(places.len());
        for (place, index) in places.iter().zip(&at) {
            let Some(position) = place.get(*index) else {
                return starts;
            };
            positions.push(*position);
        }
        // A place's position less its number in the phrase is the same for all places of an exact phrase.
        let shifted = positions.iter().zip(0i64..).map(|(position, number)| i64::from(*position) - number);
        let (mut least, mut lowest, mut highest) = (0, i64::MAX, i64::MIN);
        for (place, shift) in shifted.enumerate() {
            if shift < lowest {
                (least, lowest) = (place, shift);
            }
            highest = highest.max(shift);
        }
        if highest - lowest <= i64::from(slop) && all_different(&positions) {
            let start = positions.iter().copied().min().unwrap_or(0);
            if starts.last().is_none_or(|last| *last < start) {
                starts.push(start);
            }
        }
        at[least] += 1;
    }
}

fn all_different(positions: &[u32]) -> bool {
    positions.iter().enumerate().all(|(index, position)| !positions[..index].contains(position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phrases_are_found_where_they_stand() {
        for (places, slop, expected) in [
            (vec![vec![1, 5, 9], vec![2, 7, 10]], 0, vec![1, 9]),
            (vec![vec![1, 5], vec![3, 5]], 0, vec![]),
            (vec![vec![1, 5], vec![3, 8]], 1, vec![1]),
            (vec![vec![1, 5], vec![3, 8]], 2, vec![1, 5]),
            // One word cannot fill two places.
            (vec![vec![4], vec![4]], 5, vec![]),
            (vec![vec![4, 6], vec![4, 6]], 5, vec![4]),
            // Out of order costs two.
            (vec![vec![2], vec![1]], 1, vec![]),
            (vec![vec![2], vec![1]], 2, vec![1]),
            (vec![vec![1], vec![]], 3, vec![]),
            (vec![], 0, vec![]),
            (vec![vec![u32::MAX], vec![0]], 0, vec![]),
        ] {
            assert_eq!(phrase_starts(&places, slop), expected, "{places:?}~{slop}");
        }
    }

    proptest! {
        #[test]
        fn slop_only_widens(first in prop::collection::btree_set(0u32..60, 0..12), second in prop::collection::btree_set(0u32..60, 0..12)) {
            let places = [first.into_iter().collect::<Vec<_>>(), second.into_iter().collect()];
            let exact = phrase_starts(&places, 0);
            let wide = phrase_starts(&places, 3);
            prop_assert!(exact.iter().all(|start| wide.contains(start)), "{:?} {:?}", exact, wide);
            prop_assert!(wide.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
