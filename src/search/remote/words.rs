//! The words of the library, and what all its reports have.

use super::Remote;
use super::lower::fields;
use super::vocabulary::PLACES;
use crate::index::{Sketch, date_numbers, folded};
use crate::quickwit::Clause;
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::copies::{Near, alike};
use crate::search::holdings::HeldReport;
use crate::search::place::Place;
use crate::search::terms::Expansion;
use crate::store::SketchesNear;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Reports read from the catalogue at once.
const READ_AT_ONCE: u64 = 5_000;
/// Words remembered of which the index was asked.
const MOST_REMEMBERED: usize = 10_000;

impl Remote {
    /// Reports.
    pub(in crate::search) fn documents(&self) -> u64 {
        self.documents
    }

    /// Their pages.
    pub(in crate::search) fn pages(&self) -> u64 {
        self.vocabulary.facts().pages.max(self.documents)
    }

    /// Their languages, the most frequent first.
    pub(in crate::search) fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The mean length of a place in words, at least 1.
    pub(in crate::search) fn mean_length(&self, place: Place) -> Result<f32, SearchError> {
        Ok(self.vocabulary.mean_length(place.name()))
    }

    /// In how many reports a word stands in a place. Of a word that the vocabulary does not know the index is asked: it may
    /// have come since.
    pub(in crate::search) fn frequency(&self, place: Place, word: &str) -> Result<u64, SearchError> {
        let vocabulary = &self.vocabulary;
        if vocabulary.knows(word) {
            return Ok(vocabulary.reports(word, &[place.name()]));
        }
        // Most such words are nowhere: two that were typed side by side joined into one, say.
        if self.is_nowhere(word)? {
            return Ok(0);
        }
        self.reports_with(word, fields(place))
    }

    /// Whether no place of any report has a word, asked once a look.
    fn is_nowhere(&self, word: &str) -> Result<bool, SearchError> {
        let remembered = |known: &Mutex<HashMap<String, bool>>| {
            known.lock().unwrap_or_else(PoisonError::into_inner).get(word).copied()
        };
        if let Some(is_nowhere) = remembered(&self.nowhere) {
            return Ok(is_nowhere);
        }
        let is_nowhere = self.reports_with(word, PLACES.into_iter().chain(["whole"]))? == 0;
        let mut known = self.nowhere.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(word.to_owned(), is_nowhere);
        Ok(is_nowhere)
    }

    /// In how many reports a word stands in any of these fields.
    fn reports_with(&self, word: &str, fields: impl Iterator<Item = &'static str>) -> Result<u64, SearchError> {
        let in_field = |field| Clause::AnyTerm { field, words: vec![word.to_owned()] };
        self.counted(Clause::AtLeast { minimum: 1, clauses: fields.map(in_field).collect() })
    }

    /// See [`super::Vocabulary::scan`].
    pub(in crate::search) fn scan(
        &self,
        start: &str,
        most: usize,
        places: &[Place],
        within: impl Fn(&str) -> bool,
        keep: impl FnMut(&str) -> bool,
    ) -> Result<BTreeMap<String, u64>, SearchError> {
        Ok(self.vocabulary.scan(start, most, &names(places), within, keep))
    }

    /// See [`super::Vocabulary::near`].
    pub(in crate::search) fn near(
        &self,
        word: &str,
        typos: u8,
        beginning: &str,
        places: &[Place],
    ) -> Result<BTreeMap<String, u64>, SearchError> {
        Ok(self.vocabulary.near(word, typos, beginning, &names(places))?)
    }

    /// Pages with any of the words, were they never on one page together.
    pub(in crate::search) fn pages_with(&self, words: &Expansion) -> Result<f64, SearchError> {
        let pages: u64 = words.terms.iter().map(|word| self.vocabulary.pages(&word.term)).sum();
        Ok(pages.min(self.pages()) as f64)
    }

    /// The words with their accents that fold to this one, with the reports that print them so.
    pub(in crate::search) fn accented(&self, word: &str) -> Result<BTreeMap<String, u64>, SearchError> {
        Ok(self.vocabulary.accented(word))
    }

    /// Every report, its times left out.
    pub(in crate::search) fn held(&self) -> Result<Vec<HeldReport>, SearchError> {
        let catalogue = self.shared.library.catalogue();
        let (mut held, mut last): (Vec<HeldReport>, Option<ReportId>) = (Vec::new(), None);
        loop {
            let rows = catalogue.reports_after(last, READ_AT_ONCE)?;
            let Some(row) = rows.last() else { return Ok(held) };
            last = Some(row.id);
            held.extend(
                rows.into_iter().map(|row| HeldReport {
                    id: row.id,
                    title: folded(&row.title),
                    added: 0,
                    changed: 0,
                    date: row
                        .date
                        .as_deref()
                        .and_then(date_numbers)
                        .and_then(|(_, day)| u32::try_from(day).ok())
                        .unwrap_or(0),
                    tags: row.tags().to_vec(),
                    contributors: row.authors,
                    languages: row.language.into_iter().collect(),
                }),
            );
        }
    }

    /// For each of these reports the others that resemble it, by the sketches of the catalogue.
    pub(in crate::search) fn alike(&self, ids: &[ReportId]) -> Result<Vec<Arc<Near>>, SearchError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let near = |SketchesNear { own, others }: &SketchesNear| {
            let Some(own) = Sketch::decode(own) else { return Arc::default() };
            let others = others.iter().filter_map(|(id, sketch)| Some((*id, Sketch::decode(sketch)?)));
            Arc::new(alike(&own, others))
        };
        Ok(self.shared.library.catalogue().sketches_near(ids)?.iter().map(near).collect())
    }
}

fn names(places: &[Place]) -> Vec<&'static str> {
    places.iter().map(|place| place.name()).collect()
}
