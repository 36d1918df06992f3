//! Where words and phrases stand in a report, read from the postings.
//!
//! The same code decides membership and evidence, so a report found by a phrase always has a page to show for it.

use super::commit::Commit;
use super::languages::counts_in;
use crate::search::Stop;
use crate::search::in_order::Offsets;
use crate::search::languages::LanguageSet;
use crate::search::place::Place;
use crate::search::terms::{Expansion, WeightedTerm};
use std::sync::Arc;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED};

/// The postings of one place of a clause: the words that can fill it.
pub(super) struct WordReader {
    postings: Vec<(SegmentPostings, WeightedTerm)>,
    /// The languages of each report of the segment.
    languages: Arc<[LanguageSet]>,
    buffer: Vec<u32>,
}

impl WordReader {
    /// Opens the words of an expansion in a place that has positions.
    pub(super) fn open(
        commit: &Commit,
        reader: &SegmentReader,
        place: Place,
        words: &Expansion,
    ) -> tantivy::Result<WordReader> {
        let index = reader.inverted_index(commit.field(place))?;
        let mut postings = Vec::new();
        for word in &words.terms {
            if let Some(info) = index.terms().get(word.term.as_bytes())? {
                let list = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqsAndPositions)?;
                postings.push((list, word.clone()));
            }
        }
        Ok(WordReader { postings, languages: commit.languages.of_segment(reader), buffer: Vec::new() })
    }

    /// The first report from `target` on that has one of the words.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        let languages = &self.languages;
        let seek = |(list, word): &mut (SegmentPostings, WeightedTerm)| {
            let mut doc = if list.doc() < target { list.seek(target) } else { list.doc() };
            while doc != TERMINATED && !counts_in(word, doc, languages) {
                doc = list.advance();
            }
            doc
        };
        self.postings.iter_mut().map(seek).min().unwrap_or(TERMINATED)
    }

    /// How often the words stand in `doc`, which was sought.
    fn frequency(&self, doc: DocId) -> u32 {
        let here =
            self.postings.iter().filter(|(list, word)| list.doc() == doc && counts_in(word, doc, &self.languages));
        here.fold(0, |sum, (list, _)| sum.saturating_add(list.term_freq()))
    }

    /// Where the words stand in `doc`, which was sought: rising, each position once.
    fn positions(&mut self, doc: DocId, output: &mut Vec<u32>) {
        output.clear();
        for (list, word) in &mut self.postings {
            if list.doc() == doc && counts_in(word, doc, &self.languages) {
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
            if list.doc() == doc && counts_in(word, doc, &self.languages) {
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

/// The words of phrases opened on a place in a segment, each read once a report however many phrases have it. Reports
/// must be asked for in rising order.
#[derive(Default)]
pub(super) struct PhraseWords {
    words: Vec<PhraseWord>,
}

struct PhraseWord {
    terms: Arc<Expansion>,
    reader: WordReader,
    /// The report whose positions were read last.
    read: Option<DocId>,
    positions: Vec<u32>,
}

impl PhraseWords {
    /// Opens a word, unless it is open; returns its index.
    fn open(
        &mut self,
        commit: &Commit,
        reader: &SegmentReader,
        place: Place,
        terms: &Arc<Expansion>,
    ) -> tantivy::Result<usize> {
        if let Some(known) = self.words.iter().position(|known| known.terms.terms == terms.terms) {
            return Ok(known);
        }
        let words = WordReader::open(commit, reader, place, terms)?;
        self.words.push(PhraseWord { terms: Arc::clone(terms), reader: words, read: None, positions: Vec::new() });
        Ok(self.words.len() - 1)
    }

    /// The first report from `target` on that has any of the words.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        self.words.iter_mut().map(|word| word.reader.seek(target)).min().unwrap_or(TERMINATED)
    }

    /// The positions of a word in a report that has it.
    fn read(&mut self, word: usize, doc: DocId) {
        let word = &mut self.words[word];
        if word.read != Some(doc) {
            word.reader.positions(doc, &mut word.positions);
            word.read = Some(doc);
        }
    }
}

/// A phrase of [`PhraseWords`].
pub(super) struct Phrase {
    /// Its different words by index, each with the places it fills.
    words: Vec<(usize, Vec<usize>)>,
    /// Which word fills each place.
    filled_by: Vec<usize>,
    slop: u32,
    order: Vec<(u32, usize)>,
    offsets: Offsets,
    starts: Vec<u32>,
}

impl Phrase {
    /// Opens the words of a phrase in a place that has positions.
    pub(super) fn open(
        words: &mut PhraseWords,
        commit: &Commit,
        reader: &SegmentReader,
        place: Place,
        places: &[Arc<Expansion>],
        slop: u32,
    ) -> tantivy::Result<Phrase> {
        let open = |terms| words.open(commit, reader, place, terms);
        let filled_by = places.iter().map(open).collect::<tantivy::Result<Vec<usize>>>()?;
        let mut different: Vec<(usize, Vec<usize>)> = Vec::new();
        for (place, word) in filled_by.iter().enumerate() {
            match different.iter_mut().find(|(known, _)| known == word) {
                Some((_, places)) => places.push(place),
                None => different.push((*word, vec![place])),
            }
        }
        let (order, offsets, starts) = (Vec::new(), Offsets::default(), Vec::new());
        Ok(Phrase { words: different, filled_by, slop, order, offsets, starts })
    }

    /// The first report from `target` on that has all of its words.
    fn seek(&self, words: &mut PhraseWords, target: DocId) -> DocId {
        let mut candidate = target;
        loop {
            Stop::look();
            let mut docs = self.words.iter().map(|(word, _)| words.words[*word].reader.seek(candidate));
            match docs.find(|doc| *doc > candidate) {
                None | Some(TERMINATED) if self.words.is_empty() => return TERMINATED,
                None => return candidate,
                Some(TERMINATED) => return TERMINATED,
                Some(doc) => candidate = doc,
            }
        }
    }

    /// Where the phrase begins in a report, rising. The rarest words are looked at first: most often they tell that
    /// there is no match before the frequent ones need be read.
    pub(super) fn starts(&mut self, words: &mut PhraseWords, doc: DocId) -> &[u32] {
        self.starts.clear();
        self.order.clear();
        for (index, (word, _)) in self.words.iter().enumerate() {
            let reader = &mut words.words[*word].reader;
            if reader.seek(doc) != doc {
                return &self.starts;
            }
            self.order.push((reader.frequency(doc), index));
        }
        self.order.sort_unstable();
        self.offsets.clear();
        for (_, index) in &self.order {
            let (word, places) = &self.words[*index];
            words.read(*word, doc);
            if !self.offsets.narrow(places, &words.words[*word].positions, self.slop) {
                return &self.starts;
            }
        }
        let places: Vec<&[u32]> = self.filled_by.iter().map(|word| words.words[*word].positions.as_slice()).collect();
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

/// One phrase with its words, opened on a place in a segment. Reports must be asked for in rising order.
pub(super) struct PhraseReader {
    words: PhraseWords,
    phrase: Phrase,
}

impl PhraseReader {
    /// Opens a phrase in a place that has positions.
    pub(super) fn open(
        commit: &Commit,
        reader: &SegmentReader,
        place: Place,
        places: &[Arc<Expansion>],
        slop: u32,
    ) -> tantivy::Result<PhraseReader> {
        let mut words = PhraseWords::default();
        let phrase = Phrase::open(&mut words, commit, reader, place, places, slop)?;
        Ok(PhraseReader { words, phrase })
    }

    /// The first report from `target` on that has all of the words.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        self.phrase.seek(&mut self.words, target)
    }

    /// Where the phrase begins in a report, rising.
    pub(super) fn starts(&mut self, doc: DocId) -> &[u32] {
        self.phrase.starts(&mut self.words, doc)
    }
}
