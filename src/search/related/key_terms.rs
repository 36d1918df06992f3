//! The terms that tell most of what a report is about: frequent in it, rare in the other reports of its language.
//!
//! How rare a term is counts within the language of the report: in a library of many languages the common words of the
//! rarer ones would pass for telling.

use crate::index::analyzer::analyze;
use crate::index::{Snapshot, folded};
use crate::search::engine::State;
use crate::search::function_words::is_function_word;
use crate::search::languages::{LanguageSet, Languages};
use crate::search::living;
use crate::search::place::Place;
use crate::search::ranking::idf;
use crate::search::related::dull_words::is_dull_word;
use crate::search::related::reading::Reading;
use crate::search::terms::Expansion;
use crate::search::union::Tally;
use crate::store::StoredReport;
use foldhash::{HashMap, HashSet};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, SegmentReader};

/// Terms of a report that are asked for.
pub(super) const MOST_TERMS: usize = 25;
/// Most frequent terms of a report whose rarity is looked up.
const MOST_COUNTED: usize = 300;
/// Most telling of these, whose forms in other reports are looked up.
const MOST_EXPANDED: usize = 40;
/// In a text of at least so many words a term that occurs once is a passing remark.
const SHORT_TEXT: usize = 1_000;
/// Reports looked at to tell how rare a term is in a language.
const SAMPLED: u32 = 4_096;
/// How much more a term tells that stands in the title or the abstract.
const STATED: f32 = 1.5;

/// A term that tells what a report is about, with its other forms.
#[derive(Debug)]
pub(super) struct KeyTerm {
    pub(super) words: Expansion,
    /// Its forms in the report, by their numbers in the [`Reading`].
    pub(super) forms: Vec<u32>,
    /// How often it occurs in the report.
    pub(super) count: f32,
    /// How much it tells.
    pub(super) weight: f32,
    /// For each segment how often the reports that have it do, rising by document.
    pub(super) frequencies: Vec<Vec<(DocId, f32)>>,
}

/// The forms of a term that occur in the report, before those of other reports are known.
struct Candidate {
    /// The most frequent one first.
    forms: Vec<u32>,
    count: u32,
    emphasis: f32,
    weight: f32,
}

/// Finds the key terms of the report at `own`, the most telling first.
pub(super) fn key_terms(
    state: &State,
    report: &StoredReport,
    reading: &Reading,
    own: DocAddress,
) -> tantivy::Result<Vec<KeyTerm>> {
    let finder = Finder::new(state, own);
    let mut candidates = candidates(state, report, reading, finder.own_languages);
    for candidate in &mut candidates {
        let form = candidate.forms.first().map_or("", |form| reading.term(*form));
        candidate.weight = weight(candidate.count, finder.rarity_of_form(form)?) * candidate.emphasis;
    }
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.forms.cmp(&b.forms)));
    candidates.truncate(MOST_EXPANDED);
    let terms = candidates.into_iter().map(|candidate| {
        let Candidate { forms, count, emphasis, .. } = candidate;
        let form = forms.first().map_or("", |form| reading.term(*form));
        let words = state.dictionary.forms(form, finder.own_languages, Place::Body)?;
        let frequencies = finder.frequencies(&words)?;
        let weight = weight(count, finder.rarity(&frequencies)) * emphasis;
        Ok(KeyTerm { words, forms, count: count as f32, weight, frequencies })
    });
    let mut terms = terms.collect::<tantivy::Result<Vec<KeyTerm>>>()?;
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

/// Asks how rare terms are in the reports of the languages of one report.
struct Finder<'s> {
    snapshot: &'s Snapshot,
    languages: Arc<Languages>,
    body: Field,
    own_languages: LanguageSet,
    /// Reports in one of these languages.
    reports: u64,
}

impl Finder<'_> {
    fn new(state: &State, own: DocAddress) -> Finder<'_> {
        let snapshot = &state.snapshot;
        let languages = state.dictionary.languages();
        let segments = snapshot.searcher.segment_readers();
        let own_segment = segments.get(own.segment_ord as usize).map(|segment| languages.of_segment(segment));
        let own_languages =
            own_segment.and_then(|sets| sets.get(own.doc_id as usize).copied()).unwrap_or(LanguageSet::ANY);
        let in_segment = |segment: &SegmentReader| {
            let sets = languages.of_segment(segment);
            living::reports(segment).filter(|doc| is_in(&sets, *doc, own_languages)).count() as u64
        };
        let reports = segments.iter().map(in_segment).sum();
        Finder { snapshot, languages, body: snapshot.fields.body, own_languages, reports }
    }

    /// How rare a form is, estimated from the first reports that have it.
    fn rarity_of_form(&self, term: &str) -> tantivy::Result<f32> {
        let (mut with, mut seen, mut in_language) = (0u64, 0u32, 0u32);
        for segment in self.snapshot.searcher.segment_readers() {
            let index = segment.inverted_index(self.body)?;
            let Some(info) = index.terms().get(term.as_bytes())? else { continue };
            with += u64::from(info.doc_freq);
            let sets = self.languages.of_segment(segment);
            let mut postings = index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while seen < SAMPLED && !postings.docs().is_empty() {
                seen += postings.docs().len() as u32;
                let is_alive = |doc| segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
                let is_counted = |doc: &&DocId| is_in(&sets, **doc, self.own_languages) && is_alive(**doc);
                let of_language = postings.docs().iter().filter(is_counted);
                in_language += of_language.count() as u32;
                postings.advance();
            }
        }
        let estimated = with as f64 * f64::from(in_language) / f64::from(seen.max(1));
        Ok(idf(estimated, self.reports))
    }

    /// How rare a term with these frequencies is.
    fn rarity(&self, frequencies: &[Vec<(DocId, f32)>]) -> f32 {
        let in_segment = |(segment, found): (&SegmentReader, &Vec<(DocId, f32)>)| {
            let sets = self.languages.of_segment(segment);
            found.iter().filter(|(doc, _)| is_in(&sets, *doc, self.own_languages)).count()
        };
        let segments = self.snapshot.searcher.segment_readers();
        let reports: usize = segments.iter().zip(frequencies).map(in_segment).sum();
        idf(reports as f64, self.reports)
    }

    /// How often each report has one of the words; deleted reports do not.
    fn frequencies(&self, words: &Expansion) -> tantivy::Result<Vec<Vec<(DocId, f32)>>> {
        let mut all = Vec::new();
        for segment in self.snapshot.searcher.segment_readers() {
            let mut tally = Tally::new(segment.max_doc());
            tally.add_words(segment, &self.snapshot.fields, Place::Body, words)?;
            let mut found = tally.into_sorted();
            if let Some(alive) = segment.alive_bitset() {
                found.retain(|(doc, _)| alive.is_alive(*doc));
            }
            all.push(found);
        }
        Ok(all)
    }
}

/// Whether a report is in one of the languages.
fn is_in(sets: &[LanguageSet], doc: DocId, languages: LanguageSet) -> bool {
    sets.get(doc as usize).is_none_or(|set| set.meets(languages))
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
