//! Where words and phrases stand in a report, read from the postings.
//!
//! The same code decides membership and evidence, so a report found by a phrase always has a page to show for it.

use crate::search::in_order::Offsets;
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

    /// How often the words stand in `doc`, which was sought.
    fn frequency(&self, doc: DocId) -> u32 {
        let here =
            self.postings.iter().filter(|(list, word)| list.doc() == doc && word.counts_in(doc, &self.languages));
        here.fold(0, |sum, (list, _)| sum.saturating_add(list.term_freq()))
    }

    /// Where the words stand in `doc`, which was sought: rising, each position once.
    fn positions(&mut self, doc: DocId, output: &mut Vec<u32>) {
        output.clear();
        for (list, word) in &mut self.postings {
            if list.doc() == doc && word.counts_in(doc, &self.languages) {
                list.positions(&mut self.buffer);
                output.extend_from_slice(&self.buffer);
            }
        }
        if self.postings.len() > 1 {
            output.sort_unstable();
        }
        output.dedup();
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

/// A phrase opened on a field of a segment. Reports must be asked for in rising order.
pub(super) struct PhraseReader {
    /// Its different words.
    words: Vec<Place>,
    /// Which of them fills each place.
    filled_by: Vec<usize>,
    slop: u32,
    /// Where each of the words stands in the report at hand.
    positions: Vec<Vec<u32>>,
    offsets: Offsets,
    starts: Vec<u32>,
}

impl PhraseReader {
    /// Opens a phrase in a field that has positions.
    pub(super) fn open(
        reader: &SegmentReader,
        field: Field,
        places: &[Arc<Expansion>],
        slop: u32,
    ) -> tantivy::Result<PhraseReader> {
        let mut different: Vec<&Arc<Expansion>> = Vec::new();
        let mut filled_by = Vec::with_capacity(places.len());
        for place in places {
            let known = different.iter().position(|known| known.terms == place.terms);
            filled_by.push(known.unwrap_or(different.len()));
            if known.is_none() {
                different.push(place);
            }
        }
        let words = different.into_iter().map(|words| Place::open(reader, field, words));
        let words = words.collect::<tantivy::Result<Vec<Place>>>()?;
        let positions = vec![Vec::new(); words.len()];
        Ok(PhraseReader { words, filled_by, slop, positions, offsets: Offsets::default(), starts: Vec::new() })
    }

    /// The first report from `target` on that has all of the words.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        if self.words.is_empty() {
            return TERMINATED;
        }
        let mut candidate = target;
        loop {
            let furthest = self.words.iter_mut().map(|word| word.seek(candidate)).find(|doc| *doc > candidate);
            match furthest {
                None | Some(TERMINATED) => return furthest.unwrap_or(candidate),
                Some(doc) => candidate = doc,
            }
        }
    }

    /// Where the phrase begins in a report, rising. The rarest words are looked at first: most often they tell that
    /// there is no match before the frequent ones need be read.
    pub(super) fn starts(&mut self, doc: DocId) -> &[u32] {
        self.starts.clear();
        if !self.words.iter_mut().all(|word| word.seek(doc) == doc) {
            return &self.starts;
        }
        let mut order: Vec<(u32, usize)> = Vec::with_capacity(self.words.len());
        order.extend(self.words.iter().zip(0..).map(|(word, index)| (word.frequency(doc), index)));
        order.sort_unstable();
        self.offsets.clear();
        for (_, index) in order {
            self.words[index].positions(doc, &mut self.positions[index]);
            for (place, _) in self.filled_by.iter().enumerate().filter(|(_, word)| **word == index) {
                if !self.offsets.narrow(place, &self.positions[index], self.slop) {
                    return &self.starts;
                }
            }
        }
        let places: Vec<&[u32]> = self.filled_by.iter().map(|word| self.positions[*word].as_slice()).collect();
        let starts = &mut self.starts;
        self.offsets.each_match(&places, self.slop, |chosen| {
            let positions = places.iter().zip(chosen).filter_map(|(positions, index)| positions.get(*index));
            starts.extend(positions.min());
        });
        self.starts.sort_unstable();
        self.starts.dedup();
        &self.starts
    }
}
