//! The searcher: one library, the commit that answers, any number of threads.
//!
//! A search is one question to the engine for the reports (a few more if it has to be relaxed), one for the pages of the
//! best, and the store's texts for the few that are shown.

use crate::index::IndexError;
use crate::query::{self, QueryError};
use crate::report::ReportId;
use crate::search::backend::{Backend, Source};
use crate::search::copies::{self, Near, Sketches};
use crate::search::cursor::{SortKey, Start};
use crate::search::found::{Ask, Collected};
use crate::search::hydrate::{Hydrator, RankedReport};
use crate::search::page::{self, Page};
use crate::search::passages::Marker;
use crate::search::plan::{Plan, Planner, Strictness};
use crate::search::ranking::SearchedPlaces;
use crate::search::terms::Dictionary;
use crate::search::{
    Facet, IndexInfo, Operator, QueryInfo, Relation, SearchRequest, SearchResponse, Sort, Stop, Total,
};
use crate::search::{cursor, spelling};
use crate::store::{Library, StoreError};
use arc_swap::ArcSwapOption;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Answers searches on a library; cheap to share.
pub struct Engine {
    library: Arc<Library>,
    source: Source,
    /// `None` until there is an index.
    state: ArcSwapOption<State>,
}

/// What belongs to one commit.
pub(super) struct State {
    pub(super) backend: Arc<Backend>,
    pub(super) dictionary: Dictionary,
    searched: SearchedPlaces,
    /// Read when first asked for: an ingest commits more often than anyone searches.
    sketches: OnceLock<Sketches>,
}

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The query is over a limit.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The cursor is not one of ours or belongs to another query.
    #[error("the cursor is not valid for this search; start again without it")]
    Cursor,
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine elsewhere failed.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Quickwit(#[from] crate::quickwit::QuickwitError),
    /// What tells which revisions of reports are to be seen failed.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Revisions(#[from] crate::queue::QueueError),
    /// More revisions are hidden than one search can leave out.
    #[cfg(feature = "cluster")]
    #[error("{count} replaced revisions wait to be purged, and a search can leave out {most}; purge them")]
    Hidden {
        /// How many.
        count: usize,
        /// How many can be.
        most: usize,
    },
    /// `page:` or `section:` allow pages of more reports than are looked through.
    #[cfg(feature = "cluster")]
    #[error("more than {most} reports have such a page; add words or filters")]
    TooWide {
        /// How many are.
        most: usize,
    },
}

impl SearchError {
    /// The part of a library on many machines that does not answer now, if that is why; it may when it is asked again.
    pub fn part_down(&self) -> Option<&'static str> {
        match self {
            SearchError::Store(error) => error.part_down(),
            #[cfg(feature = "cluster")]
            SearchError::Quickwit(error) if error.is_down() => Some("search engine"),
            #[cfg(feature = "cluster")]
            SearchError::Revisions(crate::queue::QueueError::Unreachable(_)) => Some("database"),
            _ => None,
        }
    }

    /// Whether more is asked for than is looked through.
    pub fn is_too_wide(&self) -> bool {
        match self {
            #[cfg(feature = "cluster")]
            SearchError::TooWide { .. } => true,
            _ => false,
        }
    }

    /// Whether too much waits to be purged for any search to be answered.
    pub fn is_behind(&self) -> bool {
        match self {
            #[cfg(feature = "cluster")]
            SearchError::Hidden { .. } => true,
            _ => false,
        }
    }
}

/// The reports of one page of results with what the response says about the query.
#[derive(Debug, Default)]
struct Ranked {
    hits: Vec<RankedReport>,
    /// Where the next page of results starts, if there is one.
    next: Option<Start>,
    count: u64,
    facets: BTreeMap<String, Vec<Facet>>,
    is_relaxed: bool,
    did_you_mean: Option<String>,
    plan: Option<Plan>,
}

/// The reports that match, before their pages are looked at.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) plan: Plan,
    pub(super) collected: Collected,
    /// How strictly the words were required in the end.
    pub(super) strictness: Strictness,
}

impl Engine {
    /// Opens the live generation of a library. A library without an index yet answers with nothing.
    pub fn open(library: Arc<Library>) -> Result<Engine, SearchError> {
        let source = Source::open(&library)?;
        let state = State::of(source.latest()?)?;
        Ok(Engine { library, source, state: ArcSwapOption::from(state) })
    }

    /// Opens a library whose index is kept elsewhere.
    #[cfg(feature = "cluster")]
    pub fn open_remote(library: Arc<Library>, options: crate::search::remote::Options) -> Result<Engine, SearchError> {
        let source = Source::remote(Arc::clone(&library), options);
        let state = State::of(source.latest()?)?;
        Ok(Engine { library, source, state: ArcSwapOption::from(state) })
    }

    /// Follows the latest commit, into another generation too; true if there was one. Cheap if there was none.
    pub fn reload(&self) -> Result<bool, SearchError> {
        self.library.refresh()?;
        self.source.follow(&self.library, |commit| {
            self.state.store(State::of(commit)?);
            Ok(())
        })
    }

    /// The generation and commit that answer: changes whenever results may.
    pub fn generation(&self) -> String {
        match self.state.load().as_ref() {
            Some(state) => state.backend.generation().to_owned(),
            None => self.source.generation(),
        }
    }

    /// Answers a search.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let started = Instant::now();
        let parsed = query::parse(&request.q, request.operator == Operator::Or)?;
        let state = self.state.load_full();
        let start = self.start(request)?;
        let ranked = match &state {
            Some(state) => state.ranked(request, parsed.root.as_ref(), &start)?,
            None => Ranked::default(),
        };
        let plan = ranked.plan.as_ref();
        let matchers = plan.map(Plan::matchers).unwrap_or_default();
        let hydrator = Hydrator { library: &self.library, request, marker: Marker::new(&matchers), plan };
        let mut hits = hydrator.hits(&ranked.hits)?;
        if request.explain
            && let (Some(state), Some(plan)) = (&state, plan)
        {
            for hit in &mut hits {
                if let Some(report) = ranked.hits.iter().find(|report| report.id == hit.id) {
                    state.explain(&request.q, plan, report, hit)?;
                }
            }
        }
        if let Some(state) = &state {
            copies::tell(&self.library, state, &mut hits)?;
        }
        Ok(SearchResponse {
            query: QueryInfo {
                q: request.q.clone(),
                interpreted: parsed.root.as_ref().map(query::interpret).unwrap_or_default(),
                warnings: parsed
                    .warnings
                    .into_iter()
                    .chain(plan.iter().flat_map(|plan| plan.warnings(&request.q)))
                    .collect(),
                did_you_mean: ranked.did_you_mean,
                relaxed: ranked.is_relaxed,
            },
            total: Total { value: ranked.count, relation: Relation::Eq },
            took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            index: IndexInfo { generation: self.generation(), incomplete: false },
            next_cursor: ranked.next.map(|next| cursor::encode(request, &self.generation(), &next)),
            hits,
            facets: ranked.facets,
        })
    }

    /// Where the hits asked for start.
    pub(super) fn start(&self, request: &SearchRequest) -> Result<Start, SearchError> {
        match &request.cursor {
            Some(token) => cursor::decode(request, &self.generation(), token),
            None => Ok(Start::At(request.offset)),
        }
    }

    /// The library searched.
    pub(super) fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// What belongs to the commit that answers; `None` without an index.
    pub(super) fn state(&self) -> Option<Arc<State>> {
        self.state.load_full()
    }

    /// The plan of a query against the commit that answers; `None` without words or without an index.
    pub(super) fn plan(&self, root: Option<&query::Node>) -> Result<Option<(Arc<State>, Plan)>, SearchError> {
        let (Some(state), Some(root)) = (self.state.load_full(), root) else {
            return Ok(None);
        };
        let plan = state.planner().plan(Some(root))?;
        Ok(Some((state, plan)))
    }
}

impl State {
    fn of(backend: Option<Backend>) -> Result<Option<Arc<State>>, SearchError> {
        let Some(backend) = backend.map(Arc::new) else { return Ok(None) };
        let searched = SearchedPlaces::new(&backend)?;
        let dictionary = Dictionary::new(Arc::clone(&backend));
        Ok(Some(Arc::new(State { backend, dictionary, searched, sketches: OnceLock::new() })))
    }

    /// For each of these reports its near-copies with their resemblance, the most alike first. They are no reason for a
    /// search to fail, so those that cannot be told are none.
    pub(super) fn near(&self, ids: &[ReportId]) -> Vec<Arc<Near>> {
        self.backend.alike(ids, &self.sketches).unwrap_or_else(|error| {
            tracing::warn!(%error, "near-copies cannot be told");
            ids.iter().map(|_| Arc::default()).collect()
        })
    }

    fn ranked(
        &self,
        request: &SearchRequest,
        root: Option<&query::Node>,
        start: &Start,
    ) -> Result<Ranked, SearchError> {
        let limit = page::reports_needed(start, request.limit);
        let Some(matched) = self.matched(request, root, start, limit)? else { return Ok(Ranked::default()) };
        let Matched { plan, collected: Collected { count, count_after, first, facets }, strictness } = matched;
        let facets = self.with_own_filters_apart(request, &plan, strictness, facets)?;
        let is_relaxed = strictness != Strictness::AsAsked;
        let did_you_mean = self.did_you_mean(request, &plan, count == 0 || is_relaxed)?;
        let Page { hits, next } = self.page(request, &plan, &first, count_after, start)?;
        Ok(Ranked { hits, next, count, facets, is_relaxed, did_you_mean, plan: Some(plan) })
    }

    /// The first `limit` reports from the start's key on, or from the first, in order before the best are ranked again;
    /// `None` if nothing can be looked for.
    pub(super) fn matched(
        &self,
        request: &SearchRequest,
        root: Option<&query::Node>,
        start: &Start,
        limit: usize,
    ) -> Result<Option<Matched>, SearchError> {
        // Signs without a word ask for something that cannot be looked for; nothing at all asks for everything.
        if root.is_none() && !request.q.trim().is_empty() {
            return Ok(None);
        }
        let plan = self.planner().plan(root)?;
        let after = match start {
            Start::After { key, .. } => Some(key),
            _ => None,
        };
        let mut collected = self.collect(request, &plan, Strictness::AsAsked, after, limit)?;
        let mut strictness = Strictness::AsAsked;
        if collected.count == 0 {
            for minimum in relaxations(plan.parts_with_words()) {
                let relaxed = Strictness::AtLeast(minimum);
                collected = self.collect(request, &plan, relaxed, after, limit)?;
                if collected.count > 0 {
                    strictness = relaxed;
                    break;
                }
            }
        }
        Ok(Some(Matched { plan, collected, strictness }))
    }

    /// The facets, the values of a filtered field counted as if it were not: they are what else could be chosen.
    fn with_own_filters_apart(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        strictness: Strictness,
        mut facets: BTreeMap<String, Vec<Facet>>,
    ) -> Result<BTreeMap<String, Vec<Facet>>, SearchError> {
        for name in request.facets.iter().filter(|name| request.filters.iter().any(|it| it.field() == *name)) {
            let apart = self.backend.collect(&Ask {
                plan,
                strictness,
                filters: &request.filters,
                except: Some(name),
                after: None,
                limit: 0,
                sort: Sort::Relevance,
                facets: std::slice::from_ref(name),
            })?;
            facets.extend(apart.facets);
        }
        Ok(facets)
    }

    /// How many reports match a query as it asks.
    pub(super) fn count(&self, root: Option<&query::Node>) -> Result<u64, SearchError> {
        self.backend.count(&self.planner().plan(root)?)
    }

    /// The likeliest correction of the query that finds something.
    fn did_you_mean(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        found_nothing: bool,
    ) -> Result<Option<String>, SearchError> {
        for proposal in spelling::proposals(&request.q, plan, &self.dictionary, found_nothing)? {
            Stop::look();
            let Ok(parsed) = query::parse(&proposal.query, request.operator == Operator::Or) else { continue };
            let plan = self.planner().plan(parsed.root.as_ref())?;
            let strictness = match proposal.left {
                0 => Strictness::AsAsked,
                left => Strictness::AtLeast(plan.parts_with_words().saturating_sub(left).max(1)),
            };
            if parsed.root.is_some() && self.collect(request, &plan, strictness, None, 0)?.count > 0 {
                return Ok(Some(proposal.query));
            }
        }
        Ok(None)
    }

    pub(super) fn planner(&self) -> Planner<'_> {
        let (dictionary, searched) = (&self.dictionary, &self.searched);
        Planner { dictionary, searched, documents: self.backend.documents(), pages: self.backend.pages() }
    }

    fn collect(
        &self,
        request: &SearchRequest,
        plan: &Plan,
        strictness: Strictness,
        after: Option<&SortKey>,
        limit: usize,
    ) -> Result<Collected, SearchError> {
        let SearchRequest { filters, facets, sort, .. } = request;
        self.backend.collect(&Ask { plan, strictness, filters, except: None, after, limit, sort: *sort, facets })
    }
}

/// How many of so many parts to require when all together find nothing: three quarters, half, one.
fn relaxations(parts: usize) -> Vec<usize> {
    let most = parts.saturating_sub(1);
    let minima = [(parts * 3).div_ceil(4).min(most), parts / 2, 1];
    let mut minima: Vec<usize> = minima.into_iter().filter(|minimum| (1..=most).contains(minimum)).collect();
    minima.dedup();
    minima
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_and_fewer_words_are_required() {
        for (parts, expected) in
            [(0, &[][..]), (1, &[]), (2, &[1]), (3, &[2, 1]), (4, &[3, 2, 1]), (5, &[4, 2, 1]), (8, &[6, 4, 1])]
        {
            assert_eq!(relaxations(parts), expected, "{parts}");
        }
    }
}
