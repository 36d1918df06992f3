//! The terms that tell most of what a report is about: frequent in it, rare in the other reports of its language.
//!
//! How rare a term is counts within the language of the report: in a library of many languages the common words of the
//! rarer ones would pass for telling.

use crate::index::analyzer::analyze;
use crate::index::folded;
use crate::search::SearchError;
use crate::search::engine::State;
use crate::search::found::Seated;
use crate::search::function_words::is_function_word;
use crate::search::languages::LanguageSet;
use crate::search::place::Place;
use crate::search::ranking::idf;
use crate::search::related::dull_words::is_dull_word;
use crate::search::related::reading::Reading;
use crate::search::terms::Expansion;
use crate::store::StoredReport;
use foldhash::{HashMap, HashSet};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Terms of a report that are asked for.
pub(super) const MOST_TERMS: usize = 25;
/// Most frequent terms of a report whose rarity is looked up.
const MOST_COUNTED: usize = 300;
/// Most telling of these, whose forms in other reports are looked up.
const MOST_EXPANDED: usize = 40;
/// In a text of at least so many words a term that occurs once is a passing remark.
const SHORT_TEXT: usize = 1_000;
/// How much more a term tells that stands in the title or the abstract.
const STATED: f32 = 1.5;

/// A term that tells what a report is about, with its other forms.
#[derive(Debug)]
pub(in crate::search) struct KeyTerm {
    pub(in crate::search) words: Expansion,
    /// Its forms in the report, by their numbers in the [`Reading`].
    pub(super) forms: Vec<u32>,
    /// How often it occurs in the report.
    pub(super) count: f32,
    /// How much it tells.
    pub(super) weight: f32,
    /// See [`Having::frequencies`].
    pub(in crate::search) frequencies: Vec<Vec<(u32, f32)>>,
}

/// The reports that have a term.
#[derive(Debug, Default)]
pub(in crate::search) struct Having {
    /// How often they do: for each part of the index, rising by the number of the report in it. Parts and numbers mean
    /// something to the engine alone.
    pub(in crate::search) frequencies: Vec<Vec<(u32, f32)>>,
    /// How many of them are in the languages asked for.
    pub(in crate::search) in_languages: u64,
}

impl KeyTerm {
    /// How much it tells.
    #[cfg(feature = "cluster")]
    pub(in crate::search) fn weight(&self) -> f32 {
        self.weight
    }

    /// What the term adds to the closeness of a report of this length that has it so often: all of its weight if it is
    /// as dense there as in the report itself, of `own_length`. `whole` is the weight of all terms.
    pub(in crate::search) fn share(&self, frequency: f32, length: u32, whole: f32, own_length: f32) -> f32 {
        let density = (frequency / length.max(1) as f32) / (self.count / own_length);
        self.weight / whole * density.sqrt().min(1.0)
    }
}

/// The forms of a term that occur in the report, before those of other reports are known.
struct Candidate {
    /// The most frequent one first.
    forms: Vec<u32>,
    count: u32,
    emphasis: f32,
    weight: f32,
}

/// Finds the key terms of a report, the most telling first.
pub(super) fn key_terms(
    state: &State,
    report: &StoredReport,
    reading: &Reading,
    own: Seated,
) -> Result<Vec<KeyTerm>, SearchError> {
    let languages = state.backend.languages_of(own);
    let reports = state.backend.reports_in(languages);
    let mut candidates = candidates(state, report, reading, languages);
    for candidate in &mut candidates {
        let form = candidate.forms.first().map_or("", |form| reading.term(*form));
        let rarity = idf(state.backend.frequency_in(languages, form)?, reports);
        candidate.weight = weight(candidate.count, rarity) * candidate.emphasis;
    }
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.forms.cmp(&b.forms)));
    candidates.truncate(MOST_EXPANDED);
    let terms = candidates.into_iter().map(|candidate| {
        let Candidate { forms, count, emphasis, .. } = candidate;
        let form = forms.first().map_or("", |form| reading.term(*form));
        let words = state.dictionary.forms(form, languages, Place::Body)?;
        let Having { frequencies, in_languages } = state.backend.having(&words, languages)?;
        let weight = weight(count, idf(in_languages as f64, reports)) * emphasis;
        Ok(KeyTerm { words, forms, count: count as f32, weight, frequencies })
    });
    let mut terms = terms.collect::<Result<Vec<KeyTerm>, SearchError>>()?;
    terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.forms.cmp(&b.forms)));
    terms.truncate(MOST_TERMS);
    Ok(terms)
}

/// The most frequent telling terms of a report, those of one stem joined.
fn candidates(state: &State, report: &StoredReport, reading: &Reading, languages: LanguageSet) -> Vec<Candidate> {
    let stop_words = stop_words(report);
    let stated = stated_terms(report);
    let least_count = if reading.length() < SHORT_TEXT { 1 } else { 2 };
    let tells = |term: &str, count: u32| count >= least_count && is_telling(term) && !stop_words.contains(term);
    let mut forms: Vec<(u32, &str, u32)> = reading.terms().filter(|(_, term, count)| tells(term, *count)).collect();
    forms.sort_unstable_by_key(|(number, _, count)| (std::cmp::Reverse(*count), *number));
    forms.truncate(MOST_COUNTED);
    let mut by_stem: HashMap<Cow<'_, str>, usize> = HashMap::default();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (number, term, count) in forms {
        let place = *by_stem.entry(state.dictionary.stems().stem(term, languages)).or_insert(candidates.len());
        if place == candidates.len() {
            candidates.push(Candidate { forms: Vec::new(), count: 0, emphasis: 1.0, weight: 0.0 });
        }
        if let Some(candidate) = candidates.get_mut(place) {
            candidate.forms.push(number);
            candidate.count += count;
            if stated.contains(term) {
                candidate.emphasis = STATED;
            }
        }
    }
    candidates
}

/// How much a term tells: less than proportional to its count, or two or three words would decide alone.
fn weight(count: u32, rarity: f32) -> f32 {
    (count as f32).sqrt() * rarity
}

/// Whether a term can tell anything: a word, no number, and none of the dull ones.
fn is_telling(term: &str) -> bool {
    let letters = term.chars().filter(|character| character.is_alphabetic()).count();
    let is_long = letters >= if term.is_ascii() { 3 } else { 2 };
    let is_number = term.starts_with(|first: char| first.is_numeric());
    is_long && !is_number && !is_function_word(term) && !is_dull_word(term)
}

/// The words of grammar of the languages of a report, folded.
fn stop_words(report: &StoredReport) -> HashSet<String> {
    let of_pages = report.pages.iter().filter_map(|page| page.language.as_deref());
    let codes: BTreeSet<&str> = of_pages.chain(report.about.language.as_deref()).collect();
    let words = codes.into_iter().filter_map(stop_words::lookup).flatten();
    words.map(|word| folded(word)).collect()
}

/// The terms of what the report says of itself in brief.
fn stated_terms(report: &StoredReport) -> HashSet<String> {
    let mut terms = HashSet::default();
    let summary = report.statements.summary.as_ref().map(|summary| summary.text.as_str());
    for text in [report.about.title.as_str()].into_iter().chain(summary) {
        analyze(text, &[], 0, &mut |token| {
            terms.insert(token.term.to_owned());
        });
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_short_words_and_dull_words_tell_nothing() {
        for (term, expected) in [
            ("water", true),
            ("co2", false),
            ("ch4x", true),
            ("2023", false),
            ("4g", false),
            ("un", false),
            ("which", false),
            ("january", false),
            ("東京", true),
            ("вода", true),
            ("", false),
        ] {
            assert_eq!(is_telling(term), expected, "{term}");
        }
    }
}
