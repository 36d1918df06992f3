//! How much a page shows of a query: BM25 of the page as a small document, for what it covers of the query, and for
//! how close the words stand.

use crate::index::PageStarts;
use crate::search::plan::Plan;
use crate::search::ranking::{B, COVERAGE, K1, LIST_OF_PLACES, PROXIMITY_SHARE, PROXIMITY_WINDOW};

/// What a page has of the clauses.
pub(super) struct PageTally {
    /// Frequency of each clause, in the order of [`Plan::shown`].
    frequencies: Vec<f32>,
    /// How close each clause stands to the one before it.
    proximity: Vec<f32>,
}

impl PageTally {
    pub(super) fn new(clauses: usize) -> PageTally {
        PageTally { frequencies: vec![0.0; clauses], proximity: vec![0.0; clauses] }
    }

    /// Adds occurrences of a clause.
    pub(super) fn add(&mut self, clause: usize, occurrences: f32) {
        if let Some(frequency) = self.frequencies.get_mut(clause) {
            *frequency += occurrences;
        }
    }

    /// Adds what a clause gains by standing beside the one before it.
    pub(super) fn add_closeness(&mut self, clause: usize, closeness: f32) {
        if let Some(proximity) = self.proximity.get_mut(clause) {
            *proximity += closeness;
        }
    }
}

/// Where words of two clauses stand together, with 1 for one following the other, less the further they are apart.
pub(super) fn pairs(first: &[(u32, f32)], second: &[(u32, f32)]) -> Vec<(u32, f32)> {
    let mut found = Vec::new();
    let mut rest = first;
    for (position, _) in second {
        let skip = rest.partition_point(|(other, _)| other.saturating_add(PROXIMITY_WINDOW) < *position);
        rest = &rest[skip..];
        let near = rest.iter().take_while(|(other, _)| *other <= position.saturating_add(PROXIMITY_WINDOW));
        let closest = near.filter(|(other, _)| other != position).map(|(other, _)| {
            // In the order of the query one place apart is next to it; against it counts as one more.
            if other < position { position - other } else { other - position + 1 }
        });
        if let Some(distance) = closest.min() {
            found.push((*position, 1.0 / distance as f32));
        }
    }
    found
}

/// What a clause adds to the score of a page before the page's own factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ClausePart {
    /// Its place in the order of [`Plan::shown`].
    pub(super) clause: usize,
    /// Occurrences, less for stems and typos, some for words of the headings above.
    pub(super) frequency: f32,
    /// For its occurrences.
    pub(super) occurrences: f32,
    /// For standing beside the clause before it.
    pub(super) closeness: f32,
}

/// What the parts of all clauses are multiplied with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PageFactors {
    /// For covering less than the whole query.
    pub(super) coverage: f32,
    /// For being a list of places.
    pub(super) kind: f32,
}

/// Gives the part of each clause that the page has to `sink`, and returns the factors.
pub(super) fn page_parts(
    plan: &Plan,
    tally: &PageTally,
    page: u32,
    starts: &PageStarts,
    mut sink: impl FnMut(ClausePart),
) -> PageFactors {
    let mean = (starts.tokens() as f32 / starts.pages().max(1) as f32).max(1.0);
    let norm = K1 * (1.0 - B + B * starts.tokens_on(page) as f32 / mean);
    let (mut covered, mut whole) = (0.0, 0.0);
    let mut before = 0.0;
    let counts = tally.frequencies.iter().zip(&tally.proximity);
    for ((place, (_, clause)), (frequency, proximity)) in plan.shown().enumerate().zip(counts) {
        let idf = clause.page_idf;
        whole += idf;
        if *frequency > 0.0 {
            covered += idf;
            sink(ClausePart {
                clause: place,
                frequency: *frequency,
                occurrences: idf * (1.0 + K1) * frequency / (frequency + norm),
                closeness: PROXIMITY_SHARE * idf.min(before) * (1.0 + K1) * proximity / (proximity + K1),
            });
        }
        before = idf;
    }
    PageFactors {
        coverage: if whole > 0.0 { (covered / whole).powf(COVERAGE) } else { 0.0 },
        kind: if starts.is_list_of_places(page) { LIST_OF_PLACES } else { 1.0 },
    }
}

/// The score of a 1-based page with this tally.
pub(super) fn page_score(plan: &Plan, tally: &PageTally, page: u32, starts: &PageStarts) -> f32 {
    let mut score = 0.0;
    let factors = page_parts(plan, tally, page, starts, |part| score += part.occurrences + part.closeness);
    factors.kind * score * factors.coverage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_standing_together_are_paired() {
        let at = |positions: &[u32]| positions.iter().map(|position| (*position, 1.0)).collect::<Vec<_>>();
        for (first, second, expected) in [
            (&[1][..], &[2][..], vec![(2, 1.0)]),
            (&[2], &[1], vec![(1, 0.5)]),
            (&[1, 10], &[3, 40], vec![(3, 0.5)]),
            (&[5], &[5], vec![]),
            (&[], &[5], vec![]),
        ] {
            assert_eq!(pairs(&at(first), &at(second)), expected, "{first:?} {second:?}");
        }
    }
}
