//! Words in order as one clause of the engine's query, where each place may be filled by several words.

use crate::search::positions::PhraseReader;
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
            let mut phrase = PhraseReader::open(reader, searched.field, &self.places, self.slop)?;
            let mut doc = phrase.seek(0);
            while doc != TERMINATED {
                let frequency = phrase.starts(doc).len();
                if frequency > 0 {
                    let length = lengths.as_ref().map_or(1, |lengths| lengths.fieldnorm(doc));
                    let score = boost * self.idf * searched.saturated(frequency as f32, length);
                    *totals.entry(doc).or_insert(0.0) += score;
                }
                doc = phrase.seek(doc + 1);
            }
        }
        Ok(Box::new(Scored::new(totals.into_iter().collect())))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain("sum over fields of idf × saturated frequency of the phrase", self, reader, doc)
    }
}
