//! Words in order as clauses of the engine's query, where each place may be filled by several words.
//!
//! All phrases of a query are looked for in one pass over the reports, so that a frequent word is read once however many
//! phrases have it, and what was found is kept for as long as the plan: a query may be asked again with fewer words.

use super::commit::Commit;
use super::positions::{Phrase, PhraseWords};
use super::union::{Scored, explain};
use crate::search::plan::{Clause, Plan};
use crate::search::ranking::SearchedPlace;
use crate::search::terms::Expansion;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tantivy::index::SegmentId;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TERMINATED};

/// A phrase of a query.
#[derive(Debug, Clone)]
struct PhraseClause {
    way: Vec<Arc<Expansion>>,
    slop: u32,
    /// All with positions.
    places: Arc<Vec<SearchedPlace>>,
    idf: f32,
}

/// Reports with their scores, by document.
type Found = Vec<(DocId, Score)>;

/// All phrases of a query, and where they were found in one commit.
#[derive(Debug)]
pub(in crate::search) struct Phrases {
    phrases: Vec<PhraseClause>,
    found: Mutex<HashMap<SegmentId, Arc<Vec<Found>>>>,
}

/// Matches reports with one of the phrases in any of its places.
#[derive(Debug, Clone)]
pub(super) struct PhraseQuery {
    pub(super) commit: Arc<Commit>,
    pub(super) phrases: Arc<Phrases>,
    /// Which of them.
    pub(super) index: usize,
}

impl Phrases {
    /// Those of a plan, the ways of several words of all its clauses, clause by clause; none are looked for yet.
    pub(super) fn of(plan: &Plan) -> Phrases {
        let phrases = plan.clauses.iter().flat_map(of_clause).collect();
        Phrases { phrases, found: Mutex::new(HashMap::new()) }
    }

    /// For each phrase the reports of a segment that have it.
    fn found(&self, reader: &SegmentReader, commit: &Commit) -> tantivy::Result<Arc<Vec<Found>>> {
        let segment = reader.segment_id();
        if let Ok(found) = self.found.lock()
            && let Some(found) = found.get(&segment)
        {
            return Ok(Arc::clone(found));
        }
        let new = Arc::new(self.find(reader, commit)?);
        if let Ok(mut found) = self.found.lock() {
            found.insert(segment, Arc::clone(&new));
        }
        Ok(new)
    }

    fn find(&self, reader: &SegmentReader, commit: &Commit) -> tantivy::Result<Vec<Found>> {
        let mut found: Vec<Found> = vec![Vec::new(); self.phrases.len()];
        let mut places: Vec<_> = self.phrases.iter().flat_map(|phrase| phrase.places.iter()).collect();
        places.sort_by_key(|searched| searched.place);
        places.dedup_by_key(|searched| searched.place);
        for place in places.into_iter().map(|searched| searched.place) {
            let lengths = reader.fieldnorms_readers().get_field(commit.field(place))?;
            let mut words = PhraseWords::default();
            let mut opened = Vec::new();
            for (clause, found) in self.phrases.iter().zip(&mut found) {
                if let Some(searched) = clause.places.iter().find(|searched| searched.place == place) {
                    let phrase = Phrase::open(&mut words, commit, reader, place, &clause.way, clause.slop)?;
                    opened.push((phrase, searched, clause.idf, found));
                }
            }
            let mut doc = words.seek(0);
            while doc != TERMINATED {
                for (phrase, searched, idf, found) in &mut opened {
                    let frequency = phrase.starts(&mut words, doc).len();
                    if frequency > 0 {
                        let length = lengths.as_ref().map_or(1, |lengths| lengths.fieldnorm(doc));
                        found.push((doc, *idf * searched.saturated(frequency as f32, length)));
                    }
                }
                doc = words.seek(doc + 1);
            }
        }
        found.iter_mut().for_each(add_up);
        Ok(found)
    }
}

/// The ways of several words of a clause.
fn of_clause(clause: &Clause) -> impl Iterator<Item = PhraseClause> {
    clause.phrases().map(|way| PhraseClause {
        way: way.clone(),
        slop: clause.slop,
        places: Arc::clone(&clause.places),
        idf: clause.idf,
    })
}

/// Adds up the scores of each report; those of one place come before those of the next.
fn add_up(found: &mut Found) {
    found.sort_by_key(|(doc, _)| *doc);
    found.dedup_by(|(doc, score), (before, sum)| {
        let is_same = doc == before;
        *sum += if is_same { *score } else { 0.0 };
        is_same
    });
}

impl Query for PhraseQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for PhraseQuery {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let found = self.phrases.found(reader, &self.commit)?;
        let of_phrase = found.get(self.index).map_or(&[][..], Vec::as_slice);
        Ok(Box::new(Scored::new(of_phrase.iter().map(|(doc, score)| (*doc, boost * score)).collect())))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain("sum over fields of idf × saturated frequency of the phrase", self, reader, doc)
    }
}
