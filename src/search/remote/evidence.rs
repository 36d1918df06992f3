//! The evidence of reports: the engine says on which pages, the pages' texts how well.

use super::facts::ReportFacts;
use super::occurrences::{PlanTerms, TextOccurrences};
use super::{READ, Remote};
use crate::report::ReportId;
use crate::search::evidence::{self, Evidence, Ground, PageEvidence};
use crate::search::explain::{ClausePart, Parts};
use crate::search::found::Seated;
use crate::search::page_score::Tallies;
use crate::search::plan::{Clause, Plan};
use crate::search::ranking::{OPENING, PROXIMITY_WINDOW};
use crate::search::scope::{AllowedPages, Scope};
use crate::search::{SearchError, Stop};
use crate::store::{Location, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Pages read where a phrase runs over the end of a page, which the engine cannot tell from others with its words.
const READ_FOR_PHRASE: usize = 40;

impl Remote {
    /// The pages of these reports that show why they match, in the order given.
    pub(in crate::search) fn evidence(&self, plan: &Plan, reports: &[Seated]) -> Result<Vec<Evidence>, SearchError> {
        let ids: Vec<ReportId> = reports.iter().map(|report| report.id).collect();
        let facts = self.facts(&ids)?;
        let found = if plan.shown().next().is_some() { self.showing(plan, &ids)? } else { Default::default() };
        let rows = self.shared.library.catalogue().reports_of(&ids)?;
        let locations: Vec<Location> = rows.iter().flatten().map(|row| row.location).collect();
        self.shared.library.texts().fetch_ahead(&locations);
        let mut terms = PlanTerms::of(plan);
        let mut all = Vec::with_capacity(ids.len());
        for ((id, facts), row) in ids.iter().zip(&facts).zip(rows) {
            Stop::look();
            let (Some(facts), Some(row)) = (facts, row) else {
                all.push(Evidence::default());
                continue;
            };
            let pages = found.get(id).map(Vec::as_slice).unwrap_or_default();
            let read = match self.read(plan, facts, row.location, pages, &mut terms) {
                // It is told where the pages are shown. Where its words stand is known to the engine all the same.
                Err(SearchError::Store(StoreError::Damaged { .. })) => {
                    terms.clear();
                    Vec::new()
                }
                read => read?,
            };
            let mut occurrences = occurrences(plan, facts, &terms, &read);
            let mut evidence = evidence::gather(plan, ground(plan, facts), &mut occurrences);
            add_unread(&mut evidence.pages, pages, &read);
            all.push(evidence);
        }
        Ok(all)
    }

    /// How the score of a report and those of its pages come about. Fields the engine does not tell apart.
    pub(in crate::search) fn parts(&self, plan: &Plan, report: Seated) -> Result<Parts, SearchError> {
        let (Some(facts), Some(row)) =
            (self.facts(&[report.id])?.pop().flatten(), self.shared.library.catalogue().report(report.id)?)
        else {
            return Ok(Parts::default());
        };
        let mut clauses = Vec::new();
        for (place, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| !clause.is_negative) {
            if let Some(contribution) = self.score_of(self.clause(plan, clause), report.id)?
                && contribution > 0.0
            {
                clauses.push(ClausePart { clause: place, contribution: contribution as f32, fields: Vec::new() });
            }
        }
        let found = self.showing(plan, &[report.id])?;
        let pages = found.get(&report.id).map(Vec::as_slice).unwrap_or_default();
        let mut terms = PlanTerms::of(plan);
        let read = self.read(plan, &facts, row.location, pages, &mut terms)?;
        let mut occurrences = occurrences(plan, &facts, &terms, &read);
        let tallies: Tallies = evidence::tallies(plan, &ground(plan, &facts), &mut occurrences);
        Ok(Parts { clauses, sections: 0.0, tallies })
    }

    /// Reads the best pages of a report and, where something stands so near an edge that it may belong with what stands
    /// beyond, the pages there. Returns the pages read, rising.
    fn read(
        &self,
        plan: &Plan,
        facts: &ReportFacts,
        location: Location,
        pages: &[(u32, f32)],
        terms: &mut PlanTerms,
    ) -> Result<Vec<u32>, SearchError> {
        terms.clear();
        let most = if plan.reach() > 0 { READ_FOR_PHRASE } else { READ };
        let mut wanted: BTreeSet<u32> = pages.iter().take(most).map(|(page, _)| *page).collect();
        // What opens the report counts for it whichever pages are best; its page is then scored by all of it.
        terms.read_opening(&facts.opening);
        let opened = terms.all().into_iter().filter(|position| *position < OPENING);
        let opened: BTreeSet<u32> = opened.map(|position| facts.starts.page_of(position)).collect();
        wanted.extend(opened.into_iter().filter(|page| pages.iter().any(|(found, _)| found == page)));
        let mut read = BTreeSet::new();
        self.read_pages(facts, location, &wanted, terms, &mut read)?;
        let reach = plan.reach().max(if plan.shown().nth(1).is_some() { PROXIMITY_WINDOW + 1 } else { 0 });
        let mut beyond = BTreeSet::new();
        for position in if reach > 0 { terms.all() } else { BTreeSet::new() } {
            let page = facts.starts.page_of(position);
            if !read.contains(&page) {
                continue;
            }
            for edge in [position.saturating_sub(reach), position.saturating_add(reach)] {
                let last = facts.starts.page_of(edge);
                beyond.extend(page.min(last)..=page.max(last));
            }
        }
        self.read_pages(facts, location, &beyond, terms, &mut read)?;
        Ok(read.into_iter().collect())
    }

    fn read_pages(
        &self,
        facts: &ReportFacts,
        location: Location,
        pages: &BTreeSet<u32>,
        terms: &mut PlanTerms,
        read: &mut BTreeSet<u32>,
    ) -> Result<(), SearchError> {
        // A page without words in the index may have a text that is not to be searched.
        let is_new = |page: &u32| facts.starts.tokens_on(*page) > 0 && !read.contains(page);
        let numbers: Vec<u32> = pages.iter().copied().filter(is_new).collect();
        let texts = self.shared.library.texts().page_texts(location, &numbers)?;
        for (page, text) in numbers.iter().zip(&texts) {
            terms.read(text, facts.starts.start_of(*page));
        }
        read.extend(numbers);
        Ok(())
    }
}

fn occurrences<'r>(
    plan: &'r Plan,
    facts: &'r ReportFacts,
    terms: &'r PlanTerms,
    pages: &'r [u32],
) -> TextOccurrences<'r> {
    let clauses: Vec<&Clause> = plan.shown().map(|(_, clause)| clause).collect();
    TextOccurrences { clauses, facts, terms, pages }
}

fn ground(plan: &Plan, facts: &ReportFacts) -> Ground {
    let allowed = plan.scopes.iter().map(|scope| allowed(scope, facts)).collect();
    Ground { languages: facts.languages, starts: Arc::clone(&facts.starts), allowed }
}

/// The pages that a scope allows.
fn allowed(scope: &Scope, facts: &ReportFacts) -> AllowedPages {
    let places = match scope {
        Scope::Pages(first, last) => return AllowedPages::Range(*first, *last),
        Scope::Section(places) => places,
    };
    let has_all = |path: &BTreeSet<String>| {
        let has = |word: &crate::search::terms::WeightedTerm| {
            word.languages.meets(facts.languages) && path.contains(&word.term)
        };
        places.iter().all(|words| words.terms.iter().any(has))
    };
    let runs = facts.sections.iter().filter(|(.., path)| has_all(path));
    let last_page = facts.starts.pages();
    AllowedPages::Listed(runs.flat_map(|(first, end, _)| *first..(*end).min(last_page + 1)).collect())
}

/// Adds the pages that were not read, in the engine's order and below those that were.
fn add_unread(pages: &mut Vec<PageEvidence>, found: &[(u32, f32)], read: &[u32]) {
    let mut unread = found.iter().filter(|(page, _)| read.binary_search(page).is_err()).peekable();
    let Some((_, best)) = unread.peek() else { return };
    let least = pages.last().map_or(1.0, |page| page.score);
    let scale = if *best > 0.0 { least / best } else { 0.0 };
    let known: BTreeSet<u32> = pages.iter().map(|page| page.page).collect();
    let unread = unread.filter(|(page, _)| !known.contains(page));
    pages.extend(unread.map(|(page, score)| PageEvidence { page: *page, score: scale * score }));
}
