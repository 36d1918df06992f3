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
use crate::search::found::Seated;
use crate::search::{Engine, SearchError, passages};
use crate::store::ReportRow;
pub(super) use key_terms::{Having, KeyTerm};
use key_terms::{MOST_TERMS, key_terms};
use reading::Reading;
use serde::Serialize;
use shared::SharedTerms;
use std::collections::HashSet;

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

/// A report that has key terms of another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Akin {
    pub(super) report: Seated,
    /// 0 to 1.
    pub(super) score: f32,
}

impl Engine {
    /// At most `limit` reports related to this one, the closest first; of near-copies the closest. None for a report that
    /// is not in the index, has no text or stands alone.
    pub fn related(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, SearchError> {
        let (Some(state), Some(row)) = (self.state(), self.library().catalogue().report(id)?) else {
            return Ok(Vec::new());
        };
        let Some(seat) = state.backend.seat(id)? else { return Ok(Vec::new()) };
        let stored = self.library().report(&row)?;
        let reading = Reading::of(self.library(), row.location, &stored)?;
        let terms = key_terms(&state, &stored, &reading, Seated { id, seat })?;
        let kin = Kin::new(&terms, reading.length());
        let mut known: HashSet<ReportId> =
            state.near(&[id]).iter().flat_map(|near| near.iter()).map(|(near, _)| *near).collect();
        known.insert(id);
        let hidden =
            row.correction.as_ref().and_then(|correction| correction.hidden_related.as_ref()).map_or(0, Vec::len);
        let most = limit + known.len() + hidden + SPARE;
        let found = state.backend.akin(&kin, &stored.about.authors, most)?;
        let shared = SharedTerms::new(&reading, &terms);
        let is_hidden = |other| row.correction.as_ref().is_some_and(|correction| correction.hides_related(other));
        let mut related = Vec::new();
        for Akin { report, score } in found {
            let other = report.id;
            if related.len() >= limit {
                break;
            }
            if known.contains(&other) || is_hidden(other) {
                continue;
            }
            // It may have been removed since the index was committed.
            let Some(row_of_other) = self.library().catalogue().report(other)? else { continue };
            let shares = state.backend.shares(&kin, report)?;
            if shares.iter().filter(|share| **share > 0.0).count() < LEAST_SHARED {
                continue;
            }
            let terms = shared.with(&state, report, &shares)?;
            related.push(self.described(row_of_other, score, terms)?);
            known.extend(state.near(&[other]).iter().flat_map(|near| near.iter()).map(|(near, _)| *near));
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

/// How close reports are to one, by its key terms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kin<'t> {
    terms: &'t [KeyTerm],
    /// Words of the report.
    length: f32,
}

impl<'t> Kin<'t> {
    /// Reports that share less of the weight are not shown: what they share is chance.
    pub(super) const FLOOR: f32 = 0.14;

    /// Of a report with these key terms and so many words.
    fn new(terms: &'t [KeyTerm], length: usize) -> Kin<'t> {
        Kin { terms, length: length as f32 }
    }

    /// The key terms.
    pub(super) fn terms(&self) -> &'t [KeyTerm] {
        self.terms
    }

    /// The weight that all terms of a report would have together. Few terms are little to go by.
    pub(super) fn whole(&self) -> f32 {
        let known: f32 = self.terms.iter().map(|term| term.weight).sum();
        known * MOST_TERMS as f32 / self.terms.len().max(1) as f32
    }

    /// Words of the report.
    pub(super) fn length(&self) -> f32 {
        self.length
    }

    /// The score of a report that has an author of the other, too.
    pub(super) fn lifted(score: f32) -> f32 {
        (score * (1.0 + SAME_AUTHOR)).min(1.0)
    }
}
