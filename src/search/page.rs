//! The reports of one page of results: in order, the best ranked again by their pages, and where the next page starts.
//!
//! The first [`RESCORED`] are ranked again whatever the page of results, so that pages of results neither repeat nor
//! miss a report; what follows keeps its order and never scores above them, as a page only adds to a score.

use crate::search::cursor::{Mark, Start, mark};
use crate::search::engine::State;
use crate::search::evidence::Evidence;
use crate::search::found::{FoundReport, Seated};
use crate::search::hydrate::RankedReport;
use crate::search::plan::Plan;
use crate::search::ranking::RESCORED;
use crate::search::{SearchError, SearchRequest, Sort};

/// A page of results.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) hits: Vec<RankedReport>,
    /// Where the next one starts, if there is one.
    pub(super) next: Option<Start>,
}

/// How many reports have to be known in order for a page.
pub(super) fn reports_needed(start: &Start, limit: usize) -> usize {
    match start {
        Start::At(offset) => offset.saturating_add(limit).max(RESCORED),
        // One more tells whether there is a next page.
        Start::Past { shown, .. } => shown.len().saturating_add(limit).saturating_add(RESCORED + 1),
        Start::After { .. } => limit,
    }
}

impl State {
    /// A page of the reports that match, of which `first` are the first in order; `count` is how many there are.
    pub(super) fn page(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        first: &[FoundReport],
        count: u64,
        start: &Start,
    ) -> Result<Page, SearchError> {
        let (skipped, shown): (usize, &[Mark]) = match start {
            Start::At(offset) if request.sort == Sort::Relevance && *offset < RESCORED => (*offset, &[]),
            Start::At(offset) => return self.plain_page(request, plan, first, *offset, count, start),
            Start::After { .. } => return self.plain_page(request, plan, first, 0, count, start),
            Start::Past { shown, .. } => (0, shown),
        };
        let is_new = |report: &&FoundReport| !shown.contains(&mark(report.id));
        let (again, rest) = first.split_at(RESCORED.min(first.len()));
        let mut rescored = self.rescored(plan, again)?;
        rescored.retain(|report| !shown.contains(&mark(report.id)));
        let known = rescored.len() + rest.iter().filter(is_new).count();
        let mut hits = rescored.split_off(skipped.min(rescored.len()));
        hits.truncate(request.limit);
        let more: Vec<&FoundReport> = rest.iter().filter(is_new).take(request.limit - hits.len()).collect();
        let marks = shown.iter().copied().chain(rescored.iter().chain(&hits).map(|report| mark(report.id))).collect();
        hits.extend(self.with_evidence(plan, &more)?);
        let reached = start.reached().saturating_add(hits.len());
        let has_more = match start {
            Start::Past { .. } => hits.len() < known,
            _ => (reached as u64) < count,
        };
        let next = match more.last() {
            Some(last) => Start::After { reached, key: last.key() },
            None => Start::Past { reached, shown: marks, is_start: matches!(start, Start::At(_)) },
        };
        Ok(Page { next: (has_more && !hits.is_empty()).then_some(next), hits })
    }

    /// The first reports ranked again by their best pages.
    pub(super) fn rescored(&self, plan: &Plan, first: &[FoundReport]) -> Result<Vec<RankedReport>, SearchError> {
        let mut reports = self.with_evidence(plan, &first.iter().collect::<Vec<_>>())?;
        for report in &mut reports {
            report.lift = report.evidence.lift();
            report.score += report.lift;
        }
        reports.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        Ok(reports)
    }

    /// Reports with the pages that show why they match.
    pub(super) fn with_evidence(
        &self,
        plan: &Plan,
        reports: &[&FoundReport],
    ) -> Result<Vec<RankedReport>, SearchError> {
        let seated: Vec<Seated> = reports.iter().map(|report| report.seated()).collect();
        let evidence = self.backend.evidence(plan, &seated)?;
        let with = reports.iter().zip(evidence);
        let ranked = |(report, evidence): (&&FoundReport, Evidence)| RankedReport {
            id: report.id,
            score: report.score,
            lift: 0.0,
            evidence,
        };
        Ok(with.map(ranked).collect())
    }

    /// Reports that are not ranked again, from `skipped` on.
    fn plain_page(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        first: &[FoundReport],
        skipped: usize,
        count: u64,
        start: &Start,
    ) -> Result<Page, SearchError> {
        let page: Vec<&FoundReport> = first.iter().skip(skipped).take(request.limit).collect();
        let hits = self.with_evidence(plan, &page)?;
        let reached = start.reached().saturating_add(hits.len());
        let next = page.last().map(|last| Start::After { reached, key: last.key() });
        Ok(Page { next: next.filter(|_| ((skipped + hits.len()) as u64) < count), hits })
    }
}
