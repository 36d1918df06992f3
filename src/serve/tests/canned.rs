//! What the tests' own searcher finds.

use super::{HOSTILE, copies, related};
use crate::query::QueryError;
use crate::report::{ReportId, Span};
use crate::search::{
    Copies, HeldReport, Hit, Holdings, IndexInfo, PageHit, PageMarks, Passage, QueryInfo, Related, Relation,
    SearchError, SearchRequest, SearchResponse, Suggestion, Suggestions, Total,
};
use crate::serve::searcher::{Pieces, Searcher};
use crate::store::{Library, StoredPage};
use std::sync::Arc;
use std::time::Duration;

/// Answers every query with the one report of the library, some queries otherwise.
pub struct Canned {
    pub id: ReportId,
    pub library: Arc<Library>,
}

impl Searcher for Canned {
    fn generation(&self) -> String {
        "gen-000001.7".to_owned()
    }

    fn reload(&self) -> Result<bool, SearchError> {
        Ok(false)
    }

    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        match request.q.as_str() {
            "panic" => panic!("on purpose"),
            "slow" => {
                std::thread::sleep(Duration::from_millis(500));
                Ok(response(request, vec![hit(self.id)]))
            }
            "deep" => {
                let detail = "more than 16 levels".to_owned();
                Err(QueryError { code: "query_too_deep", detail, position: 17 }.into())
            }
            "nothing" => Ok(response(request, Vec::new())),
            "copies" => Ok(response(request, copies::hits(self.id))),
            _ => Ok(response(request, vec![hit(self.id)])),
        }
    }

    /// `many` finds so many hits that they cannot all be ahead of the client; `break` ends in an error.
    fn every_hit(&self, request: SearchRequest, limit: usize) -> Result<Pieces, SearchError> {
        self.search(&request)?;
        let all = if request.q == "many" { 10_000 } else { 3 };
        let id = self.id;
        let hits = (0..all.min(limit)).map(move |_| Ok(vec![hit(id)]));
        if request.q == "break" {
            return Ok(Box::new(hits.chain(std::iter::once_with(|| Err(SearchError::Cursor)))));
        }
        Ok(Box::new(hits))
    }

    fn suggest(&self, q: &str, limit: usize) -> Result<Suggestions, SearchError> {
        let word = Suggestion::Word { text: "transfer".to_owned(), query: format!("{q}transfer"), reports: 3 };
        let url = format!("/reports/{}", self.id);
        let title = Suggestion::Title { text: HOSTILE.to_owned(), id: self.id, url };
        let suggestions = [word, title].into_iter().take(limit).collect();
        Ok(Suggestions { q: q.to_owned(), suggestions })
    }

    fn search_within(&self, request: &SearchRequest, id: ReportId) -> Result<Option<Hit>, SearchError> {
        Ok((request.q != "nothing").then(|| hit(id)))
    }

    fn copies(&self, _: ReportId) -> Result<Copies, SearchError> {
        Ok(Copies { copies: vec![copies::copy("edition", HOSTILE)], more_copies: 3 })
    }

    fn related(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, SearchError> {
        Ok(related::related(id).into_iter().take(limit).collect())
    }

    fn holdings(&self) -> Result<Holdings, SearchError> {
        let held = HeldReport {
            id: self.id,
            title: "held".to_owned(),
            added: 1_700_000_000,
            changed: 1_700_000_000,
            date: 20_230_500,
            contributors: vec![HOSTILE.to_owned()],
            languages: vec!["en".to_owned()],
            tags: Vec::new(),
        };
        let is_there = self.library.catalogue().has_report(self.id)?;
        Ok(Holdings::new(is_there.then_some(held).into_iter().collect()))
    }

    fn page_marks(&self, q: &str, _: ReportId, _: u32, page: &StoredPage) -> Result<PageMarks, SearchError> {
        let span = |(start, part): (usize, &str)| Span {
            start: u32::try_from(start).unwrap_or(0),
            end: u32::try_from(start + part.len()).unwrap_or(0),
        };
        Ok(PageMarks {
            spans: page.text.match_indices(q).map(span).collect(),
            pages: vec![1, 2],
            counts: vec![(1, 1), (2, 3)],
        })
    }
}

fn response(request: &SearchRequest, hits: Vec<Hit>) -> SearchResponse {
    SearchResponse {
        query: QueryInfo {
            q: request.q.clone(),
            interpreted: format!("{} AND {HOSTILE}", request.q),
            warnings: vec![HOSTILE.to_owned()],
            did_you_mean: Some(HOSTILE.to_owned()),
            relaxed: true,
        },
        total: Total { value: if hits.is_empty() { 0 } else { 128 }, relation: Relation::Eq },
        took_ms: 4,
        index: IndexInfo { generation: "gen-000001.7".to_owned(), incomplete: false },
        hits,
        facets: std::collections::BTreeMap::new(),
        next_cursor: None,
    }
}

pub(in crate::serve) fn hit(id: ReportId) -> Hit {
    Hit {
        id,
        score: 7.1,
        title: HOSTILE.to_owned(),
        authors: vec![HOSTILE.to_owned()],
        date: Some("2023-05".to_owned()),
        language: Some("en\" onclick=\"x".to_owned()),
        tags: vec![format!("water & {HOSTILE}")],
        file: format!("/library/{HOSTILE}.pdf"),
        size: 274_400,
        pages_total: 88,
        pages_searchable: 84,
        url: format!("/reports/{id}"),
        pages: vec![PageHit {
            page: 12,
            label: Some("<b>iv".to_owned()),
            score: 5.0,
            url: format!("/reports/{id}/pages/12?q=cash"),
            pdf_url: format!("/reports/{id}/file.pdf#page=12"),
            passages: vec![Passage { text: format!("A cash transfer. {HOSTILE}"), ranges: vec![[2, 15], [17, 99]] }],
            quads: Vec::new(),
            explanation: None,
        }],
        more_pages: 5,
        copies: Vec::new(),
        more_copies: 0,
        explanation: None,
    }
}
