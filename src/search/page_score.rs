//! How much a page shows of a query: BM25 of the page as a small document, for what it covers of the query, and for
//! how close the words stand.

use crate::index::PageStarts;
use crate::search::plan::Plan;
use crate::search::ranking::{B, COVERAGE, K1, LIST_OF_PLACES, PROXIMITY_SHARE, PROXIMITY_WINDOW};

/// What the pages of a report have of the clauses. A search counts a hundred reports, so all pages of one share a list.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    clauses: usize,
    /// The pages that have any, as they were met.
    pages: Vec<u32>,
    /// One more than the place of a page in `pages`, by 1-based page; 0 if it has none.
    places: Vec<u32>,
    /// For each of `pages` the frequency of each clause, then how close each stands to the one before it.
    counts: Vec<f32>,
}

/// What a page has of the clauses, each in the order of [`Plan::shown`].
#[derive(Debug, Clone, Copy)]
pub(super) struct PageTally<'t> {
    frequencies: &'t [f32],
    /// How close each clause stands to the one before it.
    proximity: &'t [f32],
}

impl Tallies {
    /// Of a report with so many pages, none of which has any yet.
    pub(super) fn new(clauses: usize, pages: u32) -> Tallies {
        let places = vec![0; (pages.max(1) as usize).saturating_add(1)];
        Tallies { clauses, pages: Vec::new(), places, counts: Vec::new() }
    }

    /// Adds occurrences of a clause on a page.
    pub(super) fn add(&mut self, page: u32, clause: usize, occurrences: f32) {
        let Some(place) = self.places.get_mut(page as usize) else { return };
        if *place == 0 {
            self.pages.push(page);
            self.counts.resize(self.counts.len() + 2 * self.clauses, 0.0);
            *place = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        }
        self.add_known(page, clause, occurrences);
    }

    /// Adds occurrences of a clause on a page that has some already.
    pub(super) fn add_known(&mut self, page: u32, clause: usize, occurrences: f32) {
        self.add_count(page, clause, occurrences);
    }

    /// Adds what a clause gains by standing beside the one before it, on a page that has some already.
    pub(super) fn add_closeness(&mut self, page: u32, clause: usize, closeness: f32) {
        self.add_count(page, self.clauses + clause, closeness);
    }

    fn add_count(&mut self, page: u32, count: usize, amount: f32) {
        if let Some(first) = self.first_count(page)
            && let Some(count) = self.counts.get_mut(first + count)
        {
            *count += amount;
        }
    }

    /// Where the counts of a page begin.
    fn first_count(&self, page: u32) -> Option<usize> {
        let place = self.places.get(page as usize).and_then(|place| place.checked_sub(1))?;
        Some(place as usize * 2 * self.clauses)
    }

    /// What a 1-based page has; `None` if that is nothing.
    pub(super) fn of_page(&self, page: u32) -> Option<PageTally<'_>> {
        let first = self.first_count(page)?;
        let (frequencies, proximity) = self.counts.get(first..first + 2 * self.clauses)?.split_at(self.clauses);
        Some(PageTally { frequencies, proximity })
    }

    /// The pages that have any, in no order, with what they have.
    pub(super) fn pages(&self) -> impl Iterator<Item = (u32, PageTally<'_>)> {
        self.pages.iter().filter_map(|page| Some((*page, self.of_page(*page)?)))
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
    tally: &PageTally<'_>,
    page: u32,
    starts: &PageStarts,
    mut sink: impl FnMut(ClausePart),
) -> PageFactors {
    let mean = (starts.tokens() as f32 / starts.pages().max(1) as f32).max(1.0);
    let norm = K1 * (1.0 - B + B * starts.tokens_on(page) as f32 / mean);
    let (mut covered, mut whole) = (0.0, 0.0);
    let mut before = 0.0;
    let counts = tally.frequencies.iter().zip(tally.proximity);
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
pub(super) fn page_score(plan: &Plan, tally: &PageTally<'_>, page: u32, starts: &PageStarts) -> f32 {
    let mut score = 0.0;
    let factors = page_parts(plan, tally, page, starts, |part| score += part.occurrences + part.closeness);
    factors.kind * score * factors.coverage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_apart() {
        let mut tallies = Tallies::new(2, 3);
        tallies.add(3, 1, 1.0);
        tallies.add(1, 0, 2.0);
        tallies.add(3, 1, 0.5);
        tallies.add_known(2, 0, 9.0);
        tallies.add_closeness(2, 0, 9.0);
        tallies.add_closeness(3, 1, 0.25);
        tallies.add(4, 0, 9.0);
        let of = |page| tallies.of_page(page).map(|tally| (tally.frequencies.to_vec(), tally.proximity.to_vec()));
        let counts = |frequencies: [f32; 2], proximity: [f32; 2]| Some((frequencies.to_vec(), proximity.to_vec()));
        assert_eq!([of(0), of(2), of(4)], [None, None, None]);
        assert_eq!([of(1), of(3)], [counts([2.0, 0.0], [0.0, 0.0]), counts([0.0, 1.5], [0.0, 0.25])]);
        assert_eq!(tallies.pages().map(|(page, _)| page).collect::<Vec<_>>(), [3, 1]);
    }

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
