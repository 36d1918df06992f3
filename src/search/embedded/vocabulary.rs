//! The words of a commit: its dictionaries, and how often the words of one stand in reports and on pages.

use super::{Embedded, living};
use crate::index::Snapshot;
use crate::search::place::Place;
use crate::search::terms::Expansion;
use std::collections::BTreeMap;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{SegmentReader, Term};

/// Parts of a page that estimates are counted in.
const PARTS_OF_PAGE: f64 = 65_536.0;

impl Embedded {
    /// Reports of the commit.
    pub(in crate::search) fn documents(&self) -> u64 {
        self.commit.searcher().num_docs()
    }

    /// Pages of the commit.
    pub(in crate::search) fn pages(&self) -> u64 {
        self.pages
    }

    /// The languages of the reports, the most frequent first.
    pub(in crate::search) fn languages(&self) -> &[String] {
        self.commit.languages.codes()
    }

    /// The mean length of a place in words, at least 1.
    pub(in crate::search) fn mean_length(&self, place: Place) -> tantivy::Result<f32> {
        // From the lengths that scores are computed with: the engine's own sums change with merges.
        let (mut tokens, mut documents) = (0u64, 0u64);
        for segment in self.commit.segments() {
            let lengths = segment.fieldnorms_readers().get_field(self.commit.field(place))?;
            for doc in living::reports(segment) {
                tokens += lengths.as_ref().map_or(0, |lengths| u64::from(lengths.fieldnorm(doc)));
                documents += 1;
            }
        }
        Ok((tokens as f32 / documents.max(1) as f32).max(1.0))
    }

    /// The reports that have a word in a place.
    pub(in crate::search) fn frequency(&self, place: Place, word: &str) -> tantivy::Result<u64> {
        living::reports_with(self.commit.searcher(), self.commit.field(place), word)
    }

    /// Estimated pages with any of the words: as many as they would be on, were their occurrences in each report spread
    /// over its pages at random.
    pub(in crate::search) fn pages_with(&self, words: &Expansion) -> tantivy::Result<f64> {
        let mut estimate = 0;
        for (segment, pages) in self.commit.segments().iter().zip(&self.pages_of_reports) {
            let index = segment.inverted_index(self.commit.snapshot.fields.body)?;
            for word in &words.terms {
                let Some(info) = index.terms().get(word.term.as_bytes())? else { continue };
                let mut postings = index.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
                while !postings.docs().is_empty() {
                    for (doc, frequency) in postings.docs().iter().zip(postings.freqs()) {
                        let pages = pages.get(*doc as usize).copied().unwrap_or(1);
                        // In whole parts, so that the sum is the same in whatever order reports come.
                        estimate += (occupied(pages, *frequency) * PARTS_OF_PAGE) as u64;
                    }
                    postings.advance();
                }
            }
        }
        Ok(estimate as f64 / PARTS_OF_PAGE)
    }

    /// Terms of these places to keep, with their frequencies, from `start` on for as long as they are `within`, but not
    /// more than `most` of each dictionary.
    pub(in crate::search) fn scan(
        &self,
        start: &str,
        most: usize,
        places: &[Place],
        within: impl Fn(&str) -> bool,
        mut keep: impl FnMut(&str) -> bool,
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut found = Found::default();
        for place in places {
            for segment in self.commit.segments() {
                let index = segment.inverted_index(self.commit.field(*place))?;
                let mut stream = index.terms().range().ge(start).into_stream()?;
                let mut scanned = 0;
                while stream.advance() && scanned < most {
                    scanned += 1;
                    let Ok(term) = std::str::from_utf8(stream.key()) else {
                        continue;
                    };
                    if !within(term) {
                        break;
                    }
                    if found.knows(term) || keep(term) {
                        found.add(term, living::frequency(segment, &index, stream.value())?);
                    }
                }
            }
            found.end_place();
        }
        Ok(found.frequencies)
    }

    /// Words of these places that begin with `beginning` and lie at most so many typos away, with their frequencies.
    pub(in crate::search) fn near(
        &self,
        word: &str,
        typos: u8,
        beginning: &str,
        places: &[Place],
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut found = Found::default();
        let Some(any) = places.first() else { return Ok(found.frequencies) };
        // Making the automaton takes longer than a walk, and it is the same for all fields and segments.
        let automaton =
            FuzzyTermQuery::new(Term::from_field_text(self.commit.field(*any), word), typos, true).automaton()?;
        let last = format!("{beginning}{}", char::MAX);
        for place in places {
            for segment in self.commit.segments() {
                let index = segment.inverted_index(self.commit.field(*place))?;
                let search = index.terms().search(&automaton);
                let search = if beginning.is_empty() { search } else { search.ge(beginning).le(&last) };
                let mut stream = search.into_stream()?;
                while stream.advance() {
                    if let Ok(term) = std::str::from_utf8(stream.key()) {
                        found.add(term, living::frequency(segment, &index, stream.value())?);
                    }
                }
            }
            found.end_place();
        }
        Ok(found.frequencies)
    }
}

/// Terms with the reports that have them: summed over segments, the greatest over places.
#[derive(Default)]
struct Found {
    frequencies: BTreeMap<String, u64>,
    in_place: BTreeMap<String, u64>,
}

impl Found {
    fn knows(&self, term: &str) -> bool {
        self.in_place.contains_key(term) || self.frequencies.contains_key(term)
    }

    fn add(&mut self, term: &str, frequency: u64) {
        match self.in_place.get_mut(term) {
            Some(sum) => *sum += frequency,
            None if frequency == 0 => {}
            None => {
                self.in_place.insert(term.to_owned(), frequency);
            }
        }
    }

    fn end_place(&mut self) {
        for (term, sum) in std::mem::take(&mut self.in_place) {
            let frequency = self.frequencies.entry(term).or_insert(0);
            *frequency = (*frequency).max(sum);
        }
    }
}

/// Pages of each report of a commit, by segment; none for deleted ones.
pub(super) fn pages_of_reports(snapshot: &Snapshot) -> tantivy::Result<Vec<Vec<u32>>> {
    let of_segment = |segment: &SegmentReader| {
        let column = segment.fast_fields().column_opt::<u64>("pages")?;
        let pages =
            |doc| column.as_ref().and_then(|column| column.first(doc)).and_then(|pages| u32::try_from(pages).ok());
        let mut of_reports = vec![0; segment.max_doc() as usize];
        for doc in living::reports(segment) {
            if let Some(of_report) = of_reports.get_mut(doc as usize) {
                *of_report = pages(doc).unwrap_or(1);
            }
        }
        Ok(of_reports)
    };
    snapshot.searcher.segment_readers().iter().map(of_segment).collect()
}

/// How many of so many pages have at least one of so many occurrences, on average.
fn occupied(pages: u32, occurrences: u32) -> f64 {
    if pages <= 1 || occurrences <= 1 {
        return f64::from(pages.min(1));
    }
    let pages = f64::from(pages);
    pages * (1.0 - (1.0 - 1.0 / pages).powi(occurrences.min(i32::MAX as u32) as i32))
}
