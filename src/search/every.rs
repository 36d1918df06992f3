//! Every hit of a search to the last one, piece by piece, as of one commit.
//!
//! The order is decided once; pages and passages are read for a few hits at a time, so that what is held does not grow
//! with what is found.

use crate::query;
use crate::search::cursor::{Mark, Start, mark};
use crate::search::engine::{Engine, Matched, State};
use crate::search::found::FoundReport;
use crate::search::hydrate::{Hydrator, RankedReport};
use crate::search::passages::{Marker, Matchers};
use crate::search::plan::{Plan, Strictness};
use crate::search::ranking::RESCORED;
use crate::search::{Hit, Operator, SearchError, SearchRequest, Sort, copies, page};
use crate::store::Library;
use std::sync::Arc;

/// Hits of one piece.
const PIECE: usize = 10;

/// The hits of a search in order, some at a time. Later commits and merges change nothing in them, but a report that
/// is removed meanwhile is left out.
pub struct EveryHit {
    library: Arc<Library>,
    request: SearchRequest,
    /// Hits still wanted.
    left: usize,
    /// `None` if nothing can be found.
    walk: Option<Walk>,
}

struct Walk {
    state: Arc<State>,
    plan: Plan,
    matchers: Matchers,
    /// In order, before the best are ranked again.
    reports: Vec<FoundReport>,
    /// How many of them were ranked.
    at: usize,
    /// How many of the first to leave out once they are ranked again; `None` if they are not to be.
    skipped: Option<usize>,
    /// Those to leave out.
    shown: Vec<Mark>,
    ranked: std::vec::IntoIter<RankedReport>,
    is_relaxed: bool,
}

impl Engine {
    /// The hits of a search from its offset or cursor on, at most `limit`; the request's own limit and its facets mean
    /// nothing here.
    pub fn every_hit(&self, request: SearchRequest, limit: usize) -> Result<EveryHit, SearchError> {
        let parsed = query::parse(&request.q, request.operator == Operator::Or)?;
        let request = SearchRequest { facets: Vec::new(), ..request };
        let start = self.start(&request)?;
        let needed = page::reports_needed(&start, limit);
        let mut walk = None;
        if let Some(state) = self.state()
            && let Some(matched) = state.matched(&request, parsed.root.as_ref(), &start, needed)?
        {
            let Matched { plan, collected, strictness } = matched;
            let (matchers, is_relaxed) = (plan.matchers(), strictness != Strictness::AsAsked);
            let (reports, ranked) = (collected.first, Vec::new().into_iter());
            let (at, skipped, shown) = match start {
                Start::At(offset) if request.sort == Sort::Relevance && offset < RESCORED => (0, Some(offset), vec![]),
                Start::At(offset) => (offset, None, vec![]),
                Start::Past { shown, .. } => (0, Some(0), shown),
                Start::After { .. } => (0, None, vec![]),
            };
            walk = Some(Walk { state, plan, matchers, reports, at, skipped, shown, ranked, is_relaxed });
        }
        Ok(EveryHit { library: Arc::clone(self.library()), request, left: limit, walk })
    }
}

impl EveryHit {
    /// Whether reports with fewer of the words come because none has all.
    pub fn is_relaxed(&self) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.is_relaxed)
    }

    fn piece(&mut self) -> Result<Option<Vec<Hit>>, SearchError> {
        let Some(walk) = self.walk.as_mut().filter(|_| self.left > 0) else { return Ok(None) };
        let mut reports: Vec<RankedReport> = walk.ranked.by_ref().take(PIECE.min(self.left)).collect();
        while reports.is_empty() && walk.at < walk.reports.len() {
            walk.rank()?;
            reports = walk.ranked.by_ref().take(PIECE.min(self.left)).collect();
        }
        if reports.is_empty() {
            return Ok(None);
        }
        self.left -= reports.len();
        let marker = Marker::new(&walk.matchers);
        let plan = Some(&walk.plan);
        let hydrator = Hydrator { library: &self.library, request: &self.request, marker, plan };
        let mut hits = hydrator.hits(&reports)?;
        copies::tell(&self.library, &walk.state, &mut hits)?;
        Ok(Some(hits))
    }
}

impl Walk {
    /// Ranks the next reports, those that are ranked again at once.
    fn rank(&mut self) -> Result<(), SearchError> {
        let end = self.at.saturating_add(RESCORED).min(self.reports.len());
        let next = self.reports.get(self.at..end).unwrap_or_default();
        self.at = end;
        let mut ranked = match self.skipped.take() {
            Some(skipped) => {
                let mut ranked = self.state.rescored(&self.plan, next)?;
                ranked.split_off(skipped.min(ranked.len()))
            }
            None => self.state.with_evidence(&self.plan, &next.iter().collect::<Vec<_>>())?,
        };
        ranked.retain(|report| !self.shown.contains(&mark(report.id)));
        self.ranked = ranked.into_iter();
        Ok(())
    }
}

impl Iterator for EveryHit {
    type Item = Result<Vec<Hit>, SearchError>;

    fn next(&mut self) -> Option<Result<Vec<Hit>, SearchError>> {
        let piece = self.piece().transpose();
        if matches!(piece, Some(Err(_))) {
            self.left = 0;
        }
        piece
    }
}
