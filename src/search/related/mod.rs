//! Related reports: those that share the key terms of a report, with the terms they share as the reason.
//!
//! A report's score is the share of the weight of the key terms that it has: each term counts up to its weight, by a
//! saturated frequency that is discounted for length, so that a long report is not related to everything. The engine's
//! own query for reports like another fails once reports were deleted, and knows neither languages nor reasons.

mod dull_words;
mod key_terms;
mod reading;
mod shared;

use crate::report::ReportId;
use crate::search::engine::State;
use crate::search::within::address;
use crate::search::{Engine, SearchError, passages};
use crate::store::ReportRow;
use key_terms::{KeyTerm, MOST_TERMS, key_terms};
use reading::Reading;
use serde::Serialize;
use shared::SharedTerms;
use std::collections::HashSet;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, SegmentReader, Term};

/// Reports that share less of the weight are not shown: what they share is chance.
const FLOOR: f32 = 0.14;
/// Reports that share fewer terms are not shown.
const LEAST_SHARED: usize = 3;
/// How much a common author adds, as a share of the score.
const SAME_AUTHOR: f32 = 0.1;
/// Candidates whose identities are looked up beyond those wanted: equal ones stand by identity, and of near-copies one
/// is shown.
const SPARE: usize = 100;

/// A report related to another.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Related {
    /// Its identity.
    pub id: ReportId,
    /// Its title.
    pub title: String,
    /// Contributors.
    pub authors: Vec<String>,
    /// As precise as known.
    pub date: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// Landing page, relative to the site's base path.
    pub url: String,
    /// 0 to 1: how much of what the other report is about this one has.
    pub score: f32,
    /// The first sentence of its abstract, if it has one.
    pub description: Option<String>,
    /// Terms that both have, as the other report prints them, the most telling first.
    pub shared: Vec<String>,
}

/// A report that has key terms.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    address: DocAddress,
    score: f32,
}

impl Engine {
    /// At most `limit` reports related to this one, the closest first; of near-copies the closest. None for a report that is not in the index, has
    /// no text or stands alone.
    pub fn related(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, SearchError> {
        let (Some(state), Some(row)) = (self.state(), self.library().catalogue().report(id)?) else {
            return Ok(Vec::new());
        };
        let Some(own) = address(&state.snapshot, id)? else { return Ok(Vec::new()) };
        let stored = self.library().report(&row)?;
        let reading = Reading::of(self.library(), row.location, &stored)?;
        let terms = key_terms(&state, &stored, &reading, own)?;
        let kin =
            Kin { state: &state, terms: &terms, body: state.snapshot.fields.body, length: reading.length() as f32 };
        let mut candidates = kin.candidates()?;
        kin.lift(&stored.about.authors, &mut candidates)?;
        let mut known: HashSet<ReportId> = state.sketches().near(id).iter().map(|(near, _)| *near).collect();
        known.insert(id);
        let hidden =
            row.correction.as_ref().and_then(|correction| correction.hidden_related.as_ref()).map_or(0, Vec::len);
        let found = kin.closest(candidates, limit + known.len() + hidden + SPARE)?;
        let shared = SharedTerms::new(&reading, &terms);
        let is_hidden = |other| row.correction.as_ref().is_some_and(|correction| correction.hides_related(other));
        let mut related = Vec::new();
        for (other, candidate) in found {
            if related.len() >= limit {
                break;
            }
            if known.contains(&other) || is_hidden(other) {
                continue;
            }
            // It may have been removed since the index was committed.
            let Some(row_of_other) = self.library().catalogue().report(other)? else { continue };
            let shares = kin.shares(candidate.address)?;
            if shares.iter().filter(|share| **share > 0.0).count() < LEAST_SHARED {
                continue;
            }
            let terms = shared.with(&state, candidate.address, &shares)?;
            related.push(self.described(row_of_other, candidate.score, terms)?);
            known.extend(state.sketches().near(other).iter().map(|(near, _)| *near));
        }
        Ok(related)
    }

    fn described(&self, row: ReportRow, score: f32, shared: Vec<String>) -> Result<Related, SearchError> {
        let stored = self.library().report(&row)?;
        let summary = stored.statements.summary.as_ref();
        let description = summary.and_then(|summary| passages::first_sentence(&summary.text));
        let ReportRow { id, title, authors, date, language, .. } = row;
        let url = format!("/reports/{id}");
        Ok(Related { id, title, authors, date, language, url, score, description, shared })
    }
}

/// The reports that have key terms of one.
struct Kin<'s> {
    state: &'s State,
    terms: &'s [KeyTerm],
    body: Field,
    /// Words of the report.
    length: f32,
}

impl Kin<'_> {
    fn segments(&self) -> &[SegmentReader] {
        self.state.snapshot.searcher.segment_readers()
    }

    /// All of them in any order.
    fn candidates(&self) -> tantivy::Result<Vec<Candidate>> {
        let mut found = Vec::new();
        for (segment_ord, segment) in (0..).zip(self.segments()) {
            let mut scores = vec![0.0; segment.max_doc() as usize];
            let share_of = self.share_in(segment)?;
            for term in self.terms {
                for (doc, frequency) in term.frequencies.get(segment_ord as usize).into_iter().flatten() {
                    if let Some(score) = scores.get_mut(*doc as usize) {
                        *score += share_of(term, *doc, *frequency);
                    }
                }
            }
            let scored = (0..).zip(scores).filter(|(_, score)| *score > 0.0);
            found
                .extend(scored.map(|(doc_id, score)| Candidate { address: DocAddress { segment_ord, doc_id }, score }));
        }
        Ok(found)
    }

    /// What a term that occurs so often adds to the score of a report of the segment: all of its weight if it is as
    /// dense there as in the report itself.
    fn share_in(&self, segment: &SegmentReader) -> tantivy::Result<impl Fn(&KeyTerm, DocId, f32) -> f32> {
        let lengths = segment.fieldnorms_readers().get_field(self.body)?;
        let known: f32 = self.terms.iter().map(|term| term.weight).sum();
        // Few terms are little to go by.
        let whole = known * MOST_TERMS as f32 / self.terms.len().max(1) as f32;
        let own_length = self.length;
        Ok(move |term: &KeyTerm, doc: DocId, frequency: f32| {
            let length = lengths.as_ref().map_or(1, |lengths| lengths.fieldnorm(doc)).max(1) as f32;
            let density = (frequency / length) / (term.count / own_length);
            term.weight / whole * density.sqrt().min(1.0)
        })
    }

    /// What each term adds to the score of one report.
    fn shares(&self, address: DocAddress) -> tantivy::Result<Vec<f32>> {
        let Some(segment) = self.segments().get(address.segment_ord as usize) else { return Ok(Vec::new()) };
        let share_of = self.share_in(segment)?;
        let share = |term: &KeyTerm| {
            let frequencies = term.frequencies.get(address.segment_ord as usize)?;
            let place = frequencies.binary_search_by_key(&address.doc_id, |(doc, _)| *doc).ok()?;
            frequencies.get(place).map(|(doc, frequency)| share_of(term, *doc, *frequency))
        };
        Ok(self.terms.iter().map(|term| share(term).unwrap_or(0.0)).collect())
    }

    /// Raises the scores of reports by one of these authors.
    fn lift(&self, authors: &[String], candidates: &mut [Candidate]) -> tantivy::Result<()> {
        let mut by_author: HashSet<DocAddress> = HashSet::new();
        for author in authors {
            let term = Term::from_field_text(self.state.snapshot.fields.author_key, &crate::index::folded(author));
            for (segment_ord, segment) in (0..).zip(self.segments()) {
                let index = segment.inverted_index(term.field())?;
                let Some(info) = index.get_term_info(&term)? else { continue };
                let mut postings = index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                while !postings.docs().is_empty() {
                    by_author.extend(postings.docs().iter().map(|doc| DocAddress::new(segment_ord, *doc)));
                    postings.advance();
                }
            }
        }
        for candidate in candidates.iter_mut().filter(|candidate| by_author.contains(&candidate.address)) {
            candidate.score = (candidate.score * (1.0 + SAME_AUTHOR)).min(1.0);
        }
        Ok(())
    }

    /// The closest ones above the floor with their identities, in order.
    fn closest(&self, mut candidates: Vec<Candidate>, limit: usize) -> tantivy::Result<Vec<(ReportId, Candidate)>> {
        candidates.retain(|candidate| candidate.score >= FLOOR);
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.address.cmp(&b.address)));
        candidates.truncate(limit);
        let mut found = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            if let Some(id) = self.identity(candidate.address)? {
                found.push((id, candidate));
            }
        }
        found.sort_by(|(id, a), (other, b)| b.score.total_cmp(&a.score).then(id.cmp(other)));
        Ok(found)
    }

    fn identity(&self, address: DocAddress) -> tantivy::Result<Option<ReportId>> {
        let Some(segment) = self.segments().get(address.segment_ord as usize) else { return Ok(None) };
        let Some(keys) = segment.fast_fields().str("key")? else { return Ok(None) };
        let Some(ord) = keys.ords().first(address.doc_id) else { return Ok(None) };
        let mut key = String::new();
        keys.ord_to_str(ord, &mut key)?;
        Ok(key.parse().ok())
    }
}
