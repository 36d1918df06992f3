//! Clauses on pages: which pages of reports show a query, and which reports have a page that scopes allow.

use super::lower::NOTHING;
use super::{MOST_SCOPED, READ, Remote, search};
use crate::quickwit::{Clause as Asked, FacetRequest, Order, Search};
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::plan::{Clause, Plan};
use crate::search::scope::Scope;
use crate::search::terms::{Expansion, Way};
use serde::Deserialize;
use std::collections::HashMap;

/// Pages asked for of several reports at once.
const TOGETHER: usize = 2_000;
/// Pages asked for of one report.
const ALONE: usize = 1_000;
/// Words of an expansion that score.
const SCORED: usize = 16;

/// A page as the engine stores it.
#[derive(Debug, Deserialize)]
struct StoredPage {
    report_id: String,
    page: u32,
}

/// Pages of reports with the engine's scores, best first.
pub(super) type FoundPages = HashMap<ReportId, Vec<(u32, f32)>>;

impl Remote {
    /// The pages of these reports that have some clause of a plan where its scopes allow it. Of a report that has very many
    /// only the best are given.
    pub(super) fn showing(&self, plan: &Plan, ids: &[ReportId]) -> Result<FoundPages, SearchError> {
        let shown = Asked::AtLeast {
            minimum: 1,
            clauses: plan
                .shown()
                .map(|(_, clause)| on_allowed_page(plan, clause, &clause.scopes, words_in_order))
                .collect(),
        };
        let mut found = self.pages_of(&shown, ids)?;
        // A phrase over the end of a page stands on no page as a whole: its first words tell where it may begin.
        let missing: Vec<ReportId> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        if plan.reach() > 0 && !missing.is_empty() {
            let clauses =
                plan.shown().map(|(_, clause)| on_allowed_page(plan, clause, &clause.scopes, first_word)).collect();
            found.extend(self.pages_of(&Asked::AtLeast { minimum: 1, clauses }, &missing)?);
        }
        Ok(found)
    }

    fn pages_of(&self, clause: &Asked, ids: &[ReportId]) -> Result<FoundPages, SearchError> {
        let mut pages = FoundPages::new();
        if ids.is_empty() {
            return Ok(pages);
        }
        let facet = FacetRequest { field: "report_id", size: ids.len() };
        let found = self.in_pages::<StoredPage>(Search {
            facets: vec![facet],
            ..search(of_reports(clause, ids), TOGETHER, Order::BEST_PAGE_FIRST)
        })?;
        let counts = found.facets.first().map(|facet| facet.buckets.as_slice()).unwrap_or_default();
        let counted = |bucket: &crate::quickwit::Bucket| Some((bucket.key.as_str()?.parse().ok()?, bucket.pages));
        let counts: HashMap<ReportId, u64> = counts.iter().filter_map(counted).collect();
        let is_whole = found.hits.len() as u64 == found.total;
        add(found.hits, &mut pages);
        // The best pages of all reports together may leave some report short of its own.
        let is_short = |id: &&ReportId| {
            let known = pages.get(*id).map_or(0, Vec::len);
            (known as u64) < counts.get(*id).copied().unwrap_or(0).min(2 * READ as u64)
        };
        if !is_whole {
            let short: Vec<ReportId> = ids.iter().filter(is_short).copied().collect();
            for id in short {
                pages.remove(&id);
                let own = search(of_reports(clause, &[id]), ALONE, Order::BEST_PAGE_FIRST);
                add(self.in_pages::<StoredPage>(own)?.hits, &mut pages);
            }
        }
        Ok(pages)
    }

    /// Reports with any of the clauses on a page that all scopes around it allow, or, without clauses, with a page that all
    /// of `own` allow.
    pub(super) fn with_allowed_page(
        &self,
        plan: &Plan,
        clauses: &[usize],
        own: &[usize],
    ) -> Result<Asked, SearchError> {
        let clauses: Vec<&Clause> = clauses.iter().filter_map(|clause| plan.clauses.get(*clause)).collect();
        let on_page = match clauses.as_slice() {
            [] => Asked::Filter(own.iter().filter_map(|scope| plan.scopes.get(*scope)).map(allowed).collect()),
            clauses => {
                let on_page = |clause: &&Clause| on_allowed_page(plan, clause, &clause.scopes, words_in_order);
                Asked::AtLeast { minimum: 1, clauses: clauses.iter().map(on_page).collect() }
            }
        };
        let facets = vec![FacetRequest { field: "report_id", size: MOST_SCOPED }];
        let found =
            self.in_pages::<serde_json::Value>(Search { facets, ..search(on_page, 0, Order::BEST_PAGE_FIRST) })?;
        let facet = found.facets.into_iter().next();
        let (buckets, is_exact) = facet.map_or((Vec::new(), true), |facet| (facet.buckets, facet.is_exact));
        if !is_exact {
            return Err(SearchError::TooWide { most: MOST_SCOPED });
        }
        let words = buckets.iter().filter_map(|bucket| bucket.key.as_str().map(str::to_owned)).collect();
        Ok(Asked::Filter(vec![Asked::AnyTerm { field: "report_id", words }]))
    }
}

fn add(hits: Vec<crate::quickwit::FoundHit<StoredPage>>, pages: &mut FoundPages) {
    for hit in hits {
        let score = hit.score().unwrap_or(0.0) as f32;
        if let Ok(id) = hit.document.report_id.parse() {
            pages.entry(id).or_default().push((hit.document.page, score));
        }
    }
}

fn of_reports(clause: &Asked, ids: &[ReportId]) -> Asked {
    let words = ids.iter().map(ToString::to_string).collect();
    Asked::All(vec![clause.clone(), Asked::Filter(vec![Asked::AnyTerm { field: "report_id", words }])])
}

/// A clause on a page that scopes allow.
fn on_allowed_page(plan: &Plan, clause: &Clause, scopes: &[usize], way: fn(&Clause, &Way) -> Asked) -> Asked {
    let ways = clause.ways.iter().map(|words| way(clause, words)).collect();
    let any = Asked::AtLeast { minimum: 1, clauses: ways };
    if scopes.is_empty() {
        return any;
    }
    let scopes = scopes.iter().filter_map(|scope| plan.scopes.get(*scope)).map(allowed).collect();
    Asked::All(vec![any, Asked::Filter(scopes)])
}

fn words_in_order(clause: &Clause, way: &Way) -> Asked {
    match way.as_slice() {
        [words] => any_word(words),
        places => {
            let words: Option<Vec<String>> =
                places.iter().map(|words| words.terms.first().map(|word| word.term.clone())).collect();
            words.map_or(NOTHING, |words| Asked::Phrase { field: "body", words, slop: clause.slop })
        }
    }
}

/// Where a phrase may begin: with slop any of its words may be the first.
fn first_word(clause: &Clause, way: &Way) -> Asked {
    let places = if clause.slop == 0 { way.get(..1).unwrap_or_default() } else { way.as_slice() };
    Asked::AtLeast { minimum: 1, clauses: places.iter().map(|words| any_word(words)).collect() }
}

fn any_word(words: &Expansion) -> Asked {
    let (scored, others) = words.terms.split_at(SCORED.min(words.terms.len()));
    let term =
        |field| scored.iter().map(move |word| Asked::Term { field, word: word.term.clone(), boost: word.weight });
    let mut clauses: Vec<Asked> = term("body").chain(term("whole")).collect();
    if !others.is_empty() {
        let words: Vec<String> = others.iter().map(|word| word.term.clone()).collect();
        clauses.extend(["body", "whole"].map(|field| Asked::AnyTerm { field, words: words.clone() }));
    }
    if clauses.is_empty() { NOTHING } else { Asked::AtLeast { minimum: 1, clauses } }
}

/// Pages that a scope allows.
fn allowed(scope: &Scope) -> Asked {
    match scope {
        Scope::Pages(first, last) => {
            Asked::Between { field: "page", from: Some(i64::from(*first)), to: Some(i64::from(*last)) }
        }
        Scope::Section(places) => {
            let any = |words: &Expansion| Asked::AnyTerm { field: "section", words: words.all() };
            Asked::All(places.iter().map(|words| any(words)).collect())
        }
    }
}
