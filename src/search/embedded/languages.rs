//! The languages of the reports of one commit, kept in memory.

use super::living;
use crate::index::Snapshot;
use crate::search::languages::{LanguageSet, MOST_LANGUAGES};
use crate::search::terms::WeightedTerm;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tantivy::index::SegmentId;
use tantivy::{DocId, SegmentReader};

/// The languages of the reports of one commit.
#[derive(Debug)]
pub(super) struct Languages {
    /// ISO 639-1, by number, the most frequent first.
    codes: Vec<String>,
    reports: HashMap<SegmentId, Arc<[LanguageSet]>>,
}

impl Languages {
    pub(super) fn of(snapshot: &Snapshot) -> tantivy::Result<Languages> {
        let codes = codes(snapshot)?;
        let mut reports = HashMap::new();
        for segment in snapshot.searcher.segment_readers() {
            reports.insert(segment.segment_id(), sets(segment, &codes)?.into());
        }
        Ok(Languages { codes, reports })
    }

    /// Codes by number, the most frequent first.
    pub(super) fn codes(&self) -> &[String] {
        &self.codes
    }

    /// The languages of each report of a segment; empty for a segment of another commit.
    pub(super) fn of_segment(&self, segment: &SegmentReader) -> Arc<[LanguageSet]> {
        self.reports.get(&segment.segment_id()).cloned().unwrap_or_default()
    }
}

/// The languages of the library, the most frequent first.
fn codes(snapshot: &Snapshot) -> tantivy::Result<Vec<String>> {
    let mut frequencies: BTreeMap<String, u64> = BTreeMap::new();
    for segment in snapshot.searcher.segment_readers() {
        let index = segment.inverted_index(snapshot.fields.language)?;
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            if let Ok(language) = std::str::from_utf8(stream.key()) {
                let frequency = living::frequency(segment, &index, stream.value())?;
                *frequencies.entry(language.to_owned()).or_insert(0) += frequency;
            }
        }
    }
    let mut languages: Vec<(String, u64)> = frequencies.into_iter().filter(|(_, frequency)| *frequency > 0).collect();
    languages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(languages.into_iter().map(|(language, _)| language).take(MOST_LANGUAGES).collect())
}

/// The languages of each report of a segment; a report of no known language may be in any.
fn sets(segment: &SegmentReader, codes: &[String]) -> tantivy::Result<Vec<LanguageSet>> {
    let mut sets = vec![LanguageSet::NONE; segment.max_doc() as usize];
    if let Some(column) = segment.fast_fields().str("language")? {
        let ords: Vec<u64> = (0..column.dictionary().num_terms() as u64).collect();
        let mut numbers = Vec::with_capacity(ords.len());
        column.dictionary().sorted_ords_to_term_cb(&ords, |code| {
            numbers.push(codes.iter().position(|known| known.as_bytes() == code).unwrap_or(MOST_LANGUAGES));
        })?;
        for (doc, set) in (0..).zip(&mut sets) {
            for ord in column.ords().values_for_doc(doc) {
                let number = usize::try_from(ord).ok().and_then(|ord| numbers.get(ord));
                *set = set.with(LanguageSet::one(number.copied().unwrap_or(MOST_LANGUAGES)));
            }
        }
    }
    sets.iter_mut().filter(|set| **set == LanguageSet::NONE).for_each(|set| *set = LanguageSet::ANY);
    Ok(sets)
}

/// Whether a word stands for that of the query in a report, given the languages of the reports of its segment.
pub(super) fn counts_in(word: &WeightedTerm, doc: DocId, languages: &[LanguageSet]) -> bool {
    word.languages == LanguageSet::ANY
        || languages.get(doc as usize).is_none_or(|of_report| word.languages.meets(*of_report))
}
