//! A search within one report: its matching pages, and what to mark on one of them.
//!
//! The report need not match as a whole: a reader who looks for two words on its pages wants to see the pages that have
//! one of them, too.

use crate::query;
use crate::report::{ReportId, Span};
use crate::search::evidence::Evidence;
use crate::search::found::Seated;
use crate::search::hydrate::{Hydrator, RankedReport, mark};
use crate::search::passages::{Marker, PageText};
use crate::search::surroundings::Surroundings;
use crate::search::{Engine, Hit, Operator, SearchError, SearchRequest};
use crate::store::StoredPage;

/// What of a report matches a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageMarks {
    /// Bytes of the page's text that match, rising.
    pub spans: Vec<Span>,
    /// All pages of the report with matches, 1-based, rising.
    pub pages: Vec<u32>,
    /// How many matches those of them have that are nearest to the page, by page, rising.
    pub counts: Vec<(u32, u32)>,
}

/// Pages whose matches are counted.
const COUNTED: usize = 12;

impl Engine {
    /// The report with its best pages for the request, as in a search that found it; `None` if it is not in the
    /// index. Filters, facets, order and window of the request mean nothing here.
    pub fn search_within(&self, request: &SearchRequest, id: ReportId) -> Result<Option<Hit>, SearchError> {
        let parsed = query::parse(&request.q, request.operator == Operator::Or)?;
        let Some((state, plan)) = self.plan(parsed.root.as_ref())? else { return Ok(None) };
        let Some(seat) = state.backend.seat(id)? else { return Ok(None) };
        let matchers = plan.matchers();
        let marker = Marker::new(&matchers);
        let hydrator = Hydrator { library: self.library(), request, marker, plan: Some(&plan) };
        let evidence = state.backend.evidence(&plan, &[Seated { id, seat }])?.pop().unwrap_or_default();
        if evidence.pages.is_empty() {
            return Ok(None);
        }
        let score = evidence.best();
        Ok(hydrator.hits(&[RankedReport { id, score, lift: 0.0, evidence }])?.pop())
    }

    /// What to mark on a page of a report, given its number and text, and which of the report's pages have matches.
    pub fn page_marks(&self, q: &str, id: ReportId, number: u32, page: &StoredPage) -> Result<PageMarks, SearchError> {
        let parsed = query::parse(q, false)?;
        let Some((state, plan)) = self.plan(parsed.root.as_ref())? else { return Ok(PageMarks::default()) };
        let Some(row) = self.library().catalogue().report(id)? else { return Ok(PageMarks::default()) };
        let evidence = match state.backend.seat(id)? {
            Some(seat) => state.backend.evidence(&plan, &[Seated { id, seat }])?.pop().unwrap_or_default(),
            None => Evidence::default(),
        };
        let list = self.library().texts().page_list(row.location)?;
        let mut pages: Vec<u32> = evidence.pages.iter().map(|page| page.page).collect();
        pages.sort_unstable();
        let near = nearest(&pages, number);
        let around = std::iter::once(number).chain(near.iter().copied()).map(|page| evidence.around(&plan, page));
        let texts = Surroundings::read(self.library(), row.location, &list, around)?;
        let matchers = plan.matchers();
        let marker = Marker::new(&matchers);
        let spans =
            |number: u32, page: PageText<'_>| mark(&marker, Some(&plan), &evidence, number, page, &texts, 0).spans;
        let count = |near: &u32| {
            let found = spans(*near, texts.page(*near)?.into()).len();
            Some((*near, u32::try_from(found).unwrap_or(u32::MAX)))
        };
        Ok(PageMarks { spans: spans(number, page.into()), counts: near.iter().filter_map(count).collect(), pages })
    }
}

/// Those of `pages` (rising) that are nearest to `number`, rising.
fn nearest(pages: &[u32], number: u32) -> Vec<u32> {
    let mut near = pages.to_vec();
    near.sort_by_key(|page| page.abs_diff(number));
    near.truncate(COUNTED);
    near.sort_unstable();
    near
}
