//! Words in order as one clause of the engine's query, where each place may be filled by several words.

use crate::search::positions::{Place, phrase_starts};
use crate::search::ranking::SearchedField;
use crate::search::terms::Expansion;
use crate::search::union::{Scored, explain};
use std::collections::BTreeMap;
use std::sync::Arc;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TERMINATED};

/// Matches reports with the phrase in any of the fields.
#[derive(Debug, Clone)]
pub(super) struct PhraseQuery {
    pub(super) places: Arc<Vec<Arc<Expansion>>>,
    pub(super) slop: u32,
    /// All with positions.
    pub(super) fields: Arc<Vec<SearchedField>>,
    pub(super) idf: f32,
}

impl Query for PhraseQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for PhraseQuery {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut totals: BTreeMap<DocId, Score> = BTreeMap::new();
        for searched in self.fields.iter() {
            let lengths = reader.fieldnorms_readers().get_field(searched.field)?;
            let mut places = self
                .places
                .iter()
                .map(|words| Place::open(reader, searched.field, words))
                .collect::<tantivy::Result<Vec<Place>>>()?;
            each_phrase(&mut places, self.slop, |doc, starts| {
                let length = lengths.as_ref().map_or(1, |lengths| lengths.fieldnorm(doc));
                let score = boost * self.idf * searched.saturated(starts.len() as f32, length);
                *totals.entry(doc).or_insert(0.0) += score;
            });
        }
        Ok(Box::new(Scored::new(totals.into_iter().collect())))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain("sum over fields of idf × saturated frequency of the phrase", self, reader, doc)
    }
}

/// Calls `sink` with every report that has the phrase and where it begins.
pub(super) fn each_phrase(places: &mut [Place], slop: u32, mut sink: impl FnMut(DocId, &[u32])) {
    let mut positions: Vec<Vec<u32>> = vec![Vec::new(); places.len()];
    let mut occurrences = Vec::new();
    let mut doc = 0;
    loop {
        doc = match next_with_all(places, doc) {
            TERMINATED => return,
            doc => doc,
        };
        for (place, positions) in places.iter_mut().zip(&mut positions) {
            occurrences.clear();
            place.occurrences(doc, &mut occurrences);
            positions.clear();
            positions.extend(occurrences.iter().map(|(position, _)| *position));
        }
        let starts = phrase_starts(&positions, slop);
        if !starts.is_empty() {
            sink(doc, &starts);
        }
        doc += 1;
    }
}

/// The first report from `target` on in which every place can be filled.
fn next_with_all(places: &mut [Place], target: DocId) -> DocId {
    if places.is_empty() {
        return TERMINATED;
    }
    let mut candidate = target;
    loop {
        let mut agreed = true;
        for place in &mut *places {
            let doc = place.seek(candidate);
            if doc == TERMINATED {
                return TERMINATED;
            }
            if doc > candidate {
                candidate = doc;
                agreed = false;
                break;
            }
        }
        if agreed {
            return candidate;
        }
    }
}
