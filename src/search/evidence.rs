//! Which pages of a report show why it matches, read from the positions of the query's words.
//!
//! No page is a document of the index: positions run through the report and are cut at its page starts. A page scores
//! as a small document, more the more of the different words it has and the closer they stand.

use crate::index::PageStarts;
use crate::search::languages::LanguageSet;
use crate::search::page_score::{Tallies, page_score, pairs};
use crate::search::plan::{Clause, Plan};
use crate::search::ranking::{OPENING, OPENING_SHARE, PAGE_SHARE, SECTION_OCCURRENCES};
use crate::search::scope::AllowedPages;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// The pages of one report that show why it matches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    /// The languages that the report is in.
    pub(super) languages: LanguageSet,
    /// Best first; equal ones in page order.
    pub(super) pages: Vec<PageEvidence>,
    /// The weight of the words found among the report's first.
    opening: f32,
    /// Where its pages begin among the positions of its words.
    starts: Arc<PageStarts>,
    /// Where matches begin, rising, that may run over the end of their page.
    near_ends: Vec<u32>,
    /// The pages that each scope of the plan allows.
    allowed: Vec<AllowedPages>,
}

/// A page that shows why its report matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PageEvidence {
    /// 1-based.
    pub(super) page: u32,
    pub(super) score: f32,
}

impl Default for Evidence {
    fn default() -> Evidence {
        let (pages, starts, near_ends, allowed) = (Vec::new(), Arc::default(), Vec::new(), Vec::new());
        Evidence { languages: LanguageSet::ANY, pages, opening: 0.0, starts, near_ends, allowed }
    }
}

impl Evidence {
    /// The score of the best page.
    pub(super) fn best(&self) -> f32 {
        self.pages.first().map_or(0.0, |page| page.score)
    }

    /// What it adds to the score of its report.
    pub(super) fn lift(&self) -> f32 {
        self.page_lift() + self.opening_lift()
    }

    /// What the best page adds to the score of its report.
    pub(super) fn page_lift(&self) -> f32 {
        PAGE_SHARE * self.best()
    }

    /// What the words found among the report's first add to its score.
    pub(super) fn opening_lift(&self) -> f32 {
        OPENING_SHARE * self.opening
    }

    /// Where its pages begin among the positions of its words.
    pub(super) fn starts(&self) -> &PageStarts {
        &self.starts
    }

    /// The pages over which a match that touches `page` may run; of the others only the report's index knows, so they
    /// are not read for nothing.
    pub(super) fn around(&self, plan: &Plan, page: u32) -> RangeInclusive<u32> {
        let reach = plan.reach();
        if reach == 0 || self.starts.tokens_on(page) == 0 {
            return page..=page;
        }
        let (start, end) = (self.starts.start_of(page), self.starts.end_of(page));
        let (first, last) = (start.saturating_sub(reach), end.saturating_add(reach - 1));
        let from = if self.has_near_end(first..start) { self.starts.page_of(first) } else { page };
        let to = if self.has_near_end(end.saturating_sub(reach)..end) { self.starts.page_of(last) } else { page };
        from..=to
    }

    /// Whether a match that may run over the end of its page begins in this range of positions.
    fn has_near_end(&self, range: Range<u32>) -> bool {
        let next = self.near_ends.partition_point(|position| *position < range.start);
        self.near_ends.get(next).is_some_and(|position| *position < range.end)
    }

    /// The clauses that scopes keep from being shown on `page`, a bit for each in the order of [`Plan::shown`].
    pub(super) fn hidden(&self, plan: &Plan, page: u32) -> u64 {
        let is_hidden = |clause: &Clause| {
            clause.scopes.iter().any(|scope| !self.allowed.get(*scope).is_none_or(|allowed| allowed.allows(page)))
        };
        (0..64).zip(plan.shown()).filter(|(_, (_, clause))| is_hidden(clause)).fold(0, |bits, (bit, _)| bits | 1 << bit)
    }
}

/// Where the clauses of a plan stand in one report, as an engine reads it from what it keeps.
pub(super) trait Occurrences {
    /// Appends where a clause begins among the words of the pages, with its weight there, rising. Clauses are counted in
    /// the order of [`Plan::shown`] and asked for once each, in order.
    fn on_pages(&mut self, clause: usize, output: &mut Vec<(u32, f32)>);

    /// Appends the pages that stand under headings with a word of a clause, with its weight there, rising; none for a
    /// phrase.
    fn in_headings(&mut self, clause: usize, output: &mut Vec<(u32, f32)>);
}

/// What is known of a report before its words are looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ground {
    pub(super) languages: LanguageSet,
    pub(super) starts: Arc<PageStarts>,
    /// The pages that each scope of the plan allows.
    pub(super) allowed: Vec<AllowedPages>,
}

/// The evidence of one report.
pub(super) fn gather(plan: &Plan, ground: Ground, occurrences: &mut impl Occurrences) -> Evidence {
    if plan.shown().next().is_none() {
        let pages = pages_of_scopes(plan, &ground.allowed, &ground.starts);
        let Ground { languages, starts, allowed } = ground;
        return Evidence { languages, pages, opening: 0.0, starts, near_ends: Vec::new(), allowed };
    }
    let Tallied { tallies, opening, near_ends } = tally(plan, &ground, occurrences);
    let Ground { languages, starts, allowed } = ground;
    let mut pages: Vec<PageEvidence> = tallies
        .pages()
        .map(|(page, tally)| PageEvidence { page, score: page_score(plan, &tally, page, &starts) })
        .collect();
    pages.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.page.cmp(&b.page)));
    Evidence { languages, pages, opening, starts, near_ends, allowed }
}

/// What every page of one report that shows why it matches has of the clauses.
pub(super) fn tallies(plan: &Plan, ground: &Ground, occurrences: &mut impl Occurrences) -> Tallies {
    tally(plan, ground, occurrences).tallies
}

/// What the positions of the clauses in a report say.
struct Tallied {
    tallies: Tallies,
    /// See [`Evidence::opening`].
    opening: f32,
    /// See [`Evidence::near_ends`].
    near_ends: Vec<u32>,
}

fn tally(plan: &Plan, ground: &Ground, occurrences: &mut impl Occurrences) -> Tallied {
    let Ground { starts, allowed, .. } = ground;
    let mut tallies = Tallies::new(plan.shown().count(), starts.pages());
    let (mut opening, mut near_ends) = (0.0, Vec::new());
    let (mut before, mut here) = (Vec::new(), Vec::new());
    for (index, (_, clause)) in plan.shown().enumerate() {
        here.clear();
        occurrences.on_pages(index, &mut here);
        add_near_ends(&here, clause.reach(), starts, &mut near_ends);
        if !clause.scopes.is_empty() {
            let scopes: Vec<&AllowedPages> = clause.scopes.iter().filter_map(|scope| allowed.get(*scope)).collect();
            here.retain(|(position, _)| {
                let page = starts.page_of(*position);
                scopes.iter().all(|scope| scope.allows(page))
            });
        }
        let early = here.iter().take_while(|(position, _)| *position < OPENING).map(|(_, weight)| *weight);
        opening += clause.page_idf * early.fold(0.0, f32::max);
        // Occurrences rise, so those of one page stand together.
        let mut rest = here.as_slice();
        while let Some((position, _)) = rest.first() {
            let page = starts.page_of(*position);
            let end = starts.end_of(page);
            let (run, later) = rest.split_at(rest.partition_point(|(position, _)| *position < end).max(1));
            tallies.add(page, index, run.iter().map(|(_, weight)| weight).sum());
            rest = later;
        }
        let (mut page, mut end) = (0, 0);
        for (position, closeness) in pairs(&before, &here) {
            if position >= end {
                page = starts.page_of(position);
                end = starts.end_of(page);
            }
            tallies.add_closeness(page, index, closeness);
        }
        std::mem::swap(&mut before, &mut here);
    }
    near_ends.sort_unstable();
    add_headings(plan, occurrences, &mut tallies);
    Tallied { tallies, opening, near_ends }
}

/// Counts words of the headings that pages stand under, on pages that have some word of the query.
fn add_headings(plan: &Plan, occurrences: &mut impl Occurrences, tallies: &mut Tallies) {
    let mut found = Vec::new();
    for clause in 0..plan.shown().count() {
        found.clear();
        occurrences.in_headings(clause, &mut found);
        found.dedup_by_key(|(page, _)| *page);
        for (page, weight) in &found {
            tallies.add_known(*page, clause, SECTION_OCCURRENCES * weight);
        }
    }
}

/// Adds those of the occurrences (rising) of a clause from which a match of this reach may run over the end of its page.
fn add_near_ends(occurrences: &[(u32, f32)], reach: u32, starts: &PageStarts, near_ends: &mut Vec<u32>) {
    if reach == 0 {
        return;
    }
    let mut end = 0;
    for (position, _) in occurrences {
        if *position >= end {
            end = starts.end_of(starts.page_of(*position));
        }
        if position.saturating_add(reach) >= end {
            near_ends.push(*position);
        }
    }
}

/// Without words, the pages that the scopes of the whole query allow.
fn pages_of_scopes(plan: &Plan, allowed: &[AllowedPages], starts: &PageStarts) -> Vec<PageEvidence> {
    let mut scopes = plan.root_scopes.iter().filter_map(|scope| allowed.get(*scope));
    let Some(first) = scopes.next() else {
        return Vec::new();
    };
    let others: Vec<&AllowedPages> = scopes.collect();
    let pages = first.pages(starts.pages()).into_iter().filter(|page| others.iter().all(|other| other.allows(*page)));
    pages.map(|page| PageEvidence { page, score: 0.0 }).collect()
}
