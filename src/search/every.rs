//! Every hit of a search to the last one, piece by piece, as of one commit.
//!
//! The order is decided once; pages and passages are read for a few hits at a time, so that what is held does not grow
//! with what is found.

use crate::query;
use crate::search::collect::FoundReport;
use crate::search::engine::{Engine, Matched, State};
use crate::search::hydrate::{Hydrator, RankedReport};
use crate::search::passages::{Marker, Matchers};
use crate::search::plan::{Plan, Strictness};
use crate::search::ranking::RESCORED;
use crate::search::{Hit, Operator, SearchError, SearchRequest, copies, cursor};
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
    ranked: std::vec::IntoIter<RankedReport>,
    is_relaxed: bool,
}

impl Engine {
    /// The hits of a search from its offset or cursor on, at most `limit`; the request's own limit and its facets mean
    /// nothing here.
    pub fn every_hit(&self, request: SearchRequest, limit: usize) -> Result<EveryHit, SearchError> {
        let parsed = query::parse(&request.q, request.operator == Operator::Or)?;
        let at = match &request.cursor {
            Some(token) => cursor::decode(&request, token)?,
            None => request.offset,
        };
        let request = SearchRequest { facets: Vec::new(), ..request };
        let mut walk = None;
        if let Some(state) = self.state()
            && let Some(matched) =
                state.matched(&request, parsed.root.as_ref(), at.saturating_add(limit).max(RESCORED))?
        {
            let matchers = matched.plan.matchers();
            let Matched { plan, collected, strictness } = matched;
            let is_relaxed = strictness != Strictness::AsAsked;
            let (reports, ranked) = (collected.first, Vec::new().into_iter());
            walk = Some(Walk { state, plan, matchers, reports, at, ranked, is_relaxed });
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
        if reports.is_empty() {
            walk.rank(&self.request)?;
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
        copies::tell(&self.library, walk.state.sketches(), &mut hits)?;
        Ok(Some(hits))
    }
}

impl Walk {
    /// Ranks the next reports, those that are ranked again at once.
    fn rank(&mut self, request: &SearchRequest) -> Result<(), SearchError> {
        let limit = RESCORED - self.at % RESCORED;
        let window = SearchRequest { limit, ..request.clone() };
        let ranked = self.state.window(&window, &self.plan, &self.reports, self.at)?;
        self.at += ranked.len();
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
