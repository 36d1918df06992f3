//! The words of a library whose engine does not tell them: what a beginning, a typo or a stem may stand for, how many
//! reports and pages have a word, and how long reports are.
//!
//! Made from what the engine is sent, so it counts the same words. It is a list of another day: words of reports added
//! since are unknown to it, and those of reports removed since are still counted, until lists of the newer reports are
//! added ([`Vocabulary::merged`]) or it is made again.
//!
//! ```text
//! mark, length of the facts, facts (JSON), length of the terms, terms (FST: term → place of its row), rows, BLAKE3 of all
//! row: places that have the term (bits), for each of them the reports, then the pages; numbers in LEB128
//! ```

mod build;
mod kept;
mod numbers;

#[cfg(test)]
mod tests;

pub use build::VocabularyBuilder;
pub use kept::{KeptError, KeptVocabularies, Refresh, Refreshed};

use crate::search::embedded::FoldsTo;
use numbers::Numbers;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tantivy::Term;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy_fst::{IntoStreamer, Map, Streamer};

/// Begins a vocabulary; the version is that of rows, facts and analysis.
const MARK: &[u8] = b"recto vocabulary 1\n";
/// Bytes of the checksum.
const CHECKSUM: usize = 32;

/// Where words are counted apart, by the names of their fields. New ones go to the end: rows know them by number.
pub(super) const PLACES: [&str; 11] =
    ["body", "title", "author", "subject", "file", "heading", "statement", "furniture", "accented", "section", "tag"];

/// A vocabulary that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VocabularyError {
    /// It was made by another version.
    #[error("the vocabulary was made by another version of Recto; make it again")]
    OtherVersion,
    /// It does not match its checksum or does not hold together.
    #[error("the vocabulary is damaged; make it again")]
    Damaged,
}

/// What is known of the reports that a vocabulary was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// How many there are.
    pub reports: u64,
    /// Their pages.
    pub pages: u64,
    /// Reports of each language, ISO 639-1.
    pub languages: BTreeMap<String, u64>,
    /// Words of all reports, by place.
    pub lengths: BTreeMap<String, u64>,
}

/// See the module.
pub struct Vocabulary {
    facts: Facts,
    terms: Map<Vec<u8>>,
    rows: Vec<u8>,
}

/// How often a term occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Row {
    /// Reports that have it, by place.
    reports: [u64; PLACES.len()],
    /// Pages that have it.
    pages: u64,
}

impl std::fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vocabulary").field("facts", &self.facts).field("terms", &self.terms.len()).finish()
    }
}

impl Vocabulary {
    /// Reads what [`Vocabulary::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Result<Vocabulary, VocabularyError> {
        let rest = bytes.strip_prefix(MARK).ok_or(VocabularyError::OtherVersion)?;
        let content = bytes.len().checked_sub(CHECKSUM).and_then(|end| bytes.split_at_checked(end));
        let (content, checksum) = content.ok_or(VocabularyError::Damaged)?;
        if blake3::hash(content).as_bytes() != checksum {
            return Err(VocabularyError::Damaged);
        }
        let rest = rest.get(..rest.len() - CHECKSUM).ok_or(VocabularyError::Damaged)?;
        let (facts, rest) = sized(rest).ok_or(VocabularyError::Damaged)?;
        let (terms, rows) = sized(rest).ok_or(VocabularyError::Damaged)?;
        Ok(Vocabulary {
            facts: serde_json::from_slice(facts).map_err(|_| VocabularyError::Damaged)?,
            terms: Map::from_bytes(terms.to_vec()).map_err(|_| VocabularyError::Damaged)?,
            rows: rows.to_vec(),
        })
    }

    /// The form to keep.
    pub fn to_bytes(&self) -> Vec<u8> {
        let facts = serde_json::to_vec(&self.facts).unwrap_or_default();
        let terms = self.terms.as_fst().to_vec();
        let mut bytes = MARK.to_vec();
        for part in [&facts, &terms] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes.extend(&self.rows);
        let checksum = blake3::hash(&bytes);
        bytes.extend(checksum.as_bytes());
        bytes
    }

    /// Another one has another mark, in all likelihood.
    pub(super) fn mark(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        for number in [self.facts.reports, self.facts.pages, self.terms.len() as u64, self.rows.len() as u64] {
            hasher.update(&number.to_le_bytes());
        }
        self.facts.lengths.values().for_each(|words| _ = hasher.update(&words.to_le_bytes()));
        hasher.finalize().into()
    }

    /// What is known of the reports.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Languages, the most frequent first.
    pub fn languages(&self) -> Vec<&str> {
        let mut languages: Vec<(&str, u64)> =
            self.facts.languages.iter().map(|(language, reports)| (language.as_str(), *reports)).collect();
        languages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        languages.into_iter().map(|(language, _)| language).collect()
    }

    /// Mean number of words in a place, at least 1.
    pub fn mean_length(&self, place: &str) -> f32 {
        let words = self.facts.lengths.get(place).copied().unwrap_or(0);
        (words as f32 / self.facts.reports.max(1) as f32).max(1.0)
    }

    /// Whether a term occurs anywhere.
    pub fn knows(&self, term: &str) -> bool {
        self.terms.contains_key(term)
    }

    /// Reports that have a term in these places: the greatest number of any of them.
    pub fn reports(&self, term: &str, places: &[&str]) -> u64 {
        self.terms.get(term).map_or(0, |row| self.row(row).within(places))
    }

    /// Pages that have a term.
    pub fn pages(&self, term: &str) -> u64 {
        self.terms.get(term).map_or(0, |row| self.row(row).pages)
    }

    /// Terms of these places to keep, with their reports, from `start` on for as long as they are `within`, looking at
    /// `most` of the list.
    pub fn scan(
        &self,
        start: &str,
        most: usize,
        places: &[&str],
        within: impl Fn(&str) -> bool,
        mut keep: impl FnMut(&str) -> bool,
    ) -> BTreeMap<String, u64> {
        let mut found = BTreeMap::new();
        let mut stream = self.terms.range().ge(start).into_stream();
        let mut scanned = 0;
        while let Some((term, row)) = stream.next()
            && scanned < most
        {
            scanned += 1;
            let Ok(term) = std::str::from_utf8(term) else { continue };
            if !within(term) {
                break;
            }
            let reports = self.row(row).within(places);
            if reports > 0 && keep(term) {
                found.insert(term.to_owned(), reports);
            }
        }
        found
    }

    /// Terms of these places that begin with `beginning` and lie at most so many typos (1 or 2) away, with their reports.
    pub fn near(
        &self,
        word: &str,
        typos: u8,
        beginning: &str,
        places: &[&str],
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let term = Term::from_field_text(Field::from_field_id(0), word);
        let automaton = FuzzyTermQuery::new(term, typos, true).automaton()?;
        let last = format!("{beginning}{}", char::MAX);
        let search = self.terms.search(&automaton);
        let search = if beginning.is_empty() { search } else { search.ge(beginning).le(&last) };
        let mut stream = search.into_stream();
        let mut found = BTreeMap::new();
        while let Some((term, row)) = stream.next() {
            let reports = self.row(row).within(places);
            if let Ok(term) = std::str::from_utf8(term)
                && reports > 0
            {
                found.insert(term.to_owned(), reports);
            }
        }
        Ok(found)
    }

    /// The words with their accents that fold to this one, with the reports that print them so.
    pub(super) fn accented(&self, folded: &str) -> BTreeMap<String, u64> {
        let mut stream = self.terms.search(FoldsTo { folded }).into_stream();
        let mut found = BTreeMap::new();
        while let Some((term, row)) = stream.next() {
            let reports = self.row(row).within(&["accented"]);
            if let Ok(term) = std::str::from_utf8(term)
                && reports > 0
            {
                found.insert(term.to_owned(), reports);
            }
        }
        found
    }

    /// The row that begins so; all of it 0 if there is none.
    fn row(&self, start: u64) -> Row {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let mut numbers = Numbers::new(self.rows.get(start..).unwrap_or_default());
        let mut row = Row::default();
        let places = numbers.next();
        for (_, reports) in row.reports.iter_mut().enumerate().filter(|(place, _)| places >> place & 1 == 1) {
            *reports = numbers.next();
        }
        row.pages = numbers.next();
        row
    }
}

impl Row {
    /// The greatest number of reports of any of these places.
    fn within(&self, places: &[&str]) -> u64 {
        let asked = PLACES.iter().zip(self.reports).filter(|(place, _)| places.contains(place));
        asked.map(|(_, reports)| reports).max().unwrap_or(0)
    }

    fn add(&mut self, other: &Row) {
        self.reports.iter_mut().zip(other.reports).for_each(|(own, others)| *own += others);
        self.pages += other.pages;
    }
}

/// What stands behind its length, and the rest.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}
