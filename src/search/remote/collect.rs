//! Which reports match, in what order, with which facets.

use super::facts::StoredReport;
use super::{MOST_VALUES, Remote, search};
use crate::quickwit::{Clause, FacetRequest, Found, FoundFacet, FoundHit, Key, Order, ReportDocument, Search};
use crate::report::ReportId;
use crate::search::cursor::SortKey;
use crate::search::facets::most_frequent;
use crate::search::found::{Ask, Collected, FoundReport, Seat, score_rank};
use crate::search::plan::{Plan, Strictness};
use crate::search::{Facet, SearchError, Sort, Stop};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Hits of one search: with what is stored of each, an answer stays within some megabytes.
const AT_ONCE: usize = 1_000;

impl Remote {
    /// The reports that match.
    pub(in crate::search) fn collect(&self, ask: &Ask<'_>) -> Result<Collected, SearchError> {
        let clause = self.lowered(ask.plan, ask.strictness, ask.filters, ask.except)?;
        let after = match ask.after {
            Some(key) => Some(self.after(ask.sort, &clause, key)?),
            None => None,
        };
        let facets: Vec<FacetRequest> = ask
            .facets
            .iter()
            .filter_map(|name| facet_field(name))
            .map(|field| FacetRequest { field, size: MOST_VALUES })
            .collect();
        // One more tells whether there are others after these.
        let size = if ask.after.is_some() { ask.limit + 1 } else { ask.limit };
        let search = Search { after, facets, ..search(clause, size, order(ask.sort)) };
        let (found, mut first) = self.seen(&search, ask.sort)?;
        let count_after = if ask.after.is_some() { first.len() as u64 } else { found.total };
        first.truncate(ask.limit);
        let facets = ask.facets.iter().map(|name| (name.clone(), counts(name, &found.facets))).collect();
        Ok(Collected { count: found.total, count_after, first, facets })
    }

    /// How many reports match a plan as it asks.
    pub(in crate::search) fn count(&self, plan: &Plan) -> Result<u64, SearchError> {
        self.counted(self.lowered(plan, Strictness::AsAsked, &[], None)?)
    }

    /// What is found, of each report the revision to be seen. One that is neither that nor known as hidden was replaced
    /// since the list was read: with the list of now it is asked once more.
    fn seen(&self, search: &Search<'_>, sort: Sort) -> Result<(Found<StoredReport>, Vec<FoundReport>), SearchError> {
        let (found, reports, stale) = self.looked(search, sort)?;
        if stale == 0 {
            return Ok((found, reports));
        }
        self.shared.hidden.forget();
        let (found, reports, stale) = self.looked(search, sort)?;
        if stale > 0 {
            tracing::warn!(stale, "the engine has revisions of reports that nobody knows of; they are not shown");
        }
        Ok((found, reports))
    }

    fn looked(
        &self,
        search: &Search<'_>,
        sort: Sort,
    ) -> Result<(Found<StoredReport>, Vec<FoundReport>, usize), SearchError> {
        let found = self.hits(search)?;
        let names: Vec<_> = found.hits.iter().map(|hit| hit.document.names()).collect();
        let ids: Vec<ReportId> = names.iter().flatten().map(|(id, _)| *id).collect();
        let live = if ids.is_empty() { Vec::new() } else { self.shared.revisions.live(&ids)? };
        let mut live = live.into_iter();
        let (mut reports, mut stale) = (Vec::with_capacity(ids.len()), 0);
        let mut seen = HashSet::new();
        for (hit, name) in found.hits.iter().zip(names) {
            let Some((id, revision)) = name else { continue };
            if live.next().flatten() != Some(revision) {
                stale += 1;
                continue;
            }
            // Between two pieces the order may have changed.
            if !seen.insert(id) {
                continue;
            }
            self.remember(id, &hit.document);
            let decides = hit.sort.first();
            let rank = match sort {
                Sort::Relevance => score_rank(hit.score().unwrap_or(0.0) as f32),
                _ => decides.and_then(Value::as_u64).unwrap_or(0),
            };
            let score = if sort == Sort::Relevance { hit.score().unwrap_or(0.0) as f32 } else { 0.0 };
            reports.push(FoundReport { seat: Seat(0), id, score, rank, title: None });
        }
        Ok((found, reports, stale))
    }

    /// The hits of a search, however many: the engine gives a number of them at a time, and none beyond its window unless
    /// it is told after which to go on.
    fn hits(&self, search: &Search<'_>) -> Result<Found<StoredReport>, SearchError> {
        let piece = |left: usize| left.min(AT_ONCE);
        let mut found = self.in_reports::<StoredReport>(Search { size: piece(search.size), ..search.clone() })?;
        let mut is_last = found.hits.len() < AT_ONCE;
        while !is_last && found.hits.len() < search.size {
            Stop::look();
            let after = found.hits.last().map(|hit| hit.sort.clone());
            let size = piece(search.size - found.hits.len());
            let next = Search { size, after, facets: Vec::new(), ..search.clone() };
            let next = self.in_reports::<StoredReport>(next)?.hits;
            is_last = next.len() < size;
            found.hits.extend(next);
        }
        Ok(found)
    }

    /// Where a report stands in the order of now.
    fn after(&self, sort: Sort, clause: &Clause, key: &SortKey) -> Result<Vec<Value>, SearchError> {
        let first = match sort {
            Sort::Relevance => {
                let then = f64::from(f32::from_bits(u32::try_from(key.rank).unwrap_or(0)));
                json!(self.score_of(clause.clone(), key.id)?.unwrap_or(then))
            }
            _ => json!(key.rank),
        };
        Ok(vec![first, json!(ReportDocument::id_order(key.id))])
    }

    /// The score of a report; `None` if it does not match.
    pub(super) fn score_of(&self, clause: Clause, id: ReportId) -> Result<Option<f64>, SearchError> {
        let own = Clause::AnyTerm { field: "report_id", words: vec![id.to_string()] };
        let clause = Clause::All(vec![clause, Clause::Filter(vec![own])]);
        let found = self.in_reports::<Value>(search(clause, 1, Order::BEST_FIRST))?;
        Ok(found.hits.first().and_then(FoundHit::score))
    }
}

fn order(sort: Sort) -> Order {
    let first = match sort {
        Sort::Relevance => return Order::BEST_FIRST,
        Sort::DateAscending => Key::Ascending("date_rising"),
        Sort::DateDescending => Key::Descending("date"),
        Sort::TitleAscending => Key::Ascending("title_order"),
        Sort::TitleDescending => Key::Descending("title_order"),
    };
    Order { first, second: Some(Key::Ascending("id_order")) }
}

/// The field of a facet; `None` for what is none.
fn facet_field(name: &str) -> Option<&'static str> {
    Some(match name {
        "language" => "language",
        "author" => "author_name",
        "section" => "section_name",
        "tag" => "tag_name",
        "year" => "year",
        _ => return None,
    })
}

fn counts(name: &str, facets: &[FoundFacet]) -> Vec<Facet> {
    let field = facet_field(name);
    let Some(facet) = facets.iter().find(|facet| Some(facet.field) == field) else { return Vec::new() };
    let value = |key: &Value| key.as_str().map_or_else(|| number(key), str::to_owned);
    let counts: HashMap<String, u64> = facet.buckets.iter().map(|bucket| (value(&bucket.key), bucket.pages)).collect();
    most_frequent(name, counts)
}

/// A number as it is printed; the engine counts them as floats.
fn number(key: &Value) -> String {
    key.as_f64().map_or_else(|| key.to_string(), |number| format!("{number:.0}"))
}
