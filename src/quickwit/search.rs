//! Searching and counting. An answer that is not whole is none.

use crate::queue::RevisionId;
use crate::quickwit::calls::CALLS;
use crate::quickwit::http::{Method, Request};
use crate::quickwit::{Clause, IndexName, Quickwit, QuickwitError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Revisions that a search can leave out.
pub const MOST_HIDDEN: usize = 5_000;
/// Hits that one search can give.
const MOST_HITS: usize = 10_000;
/// The field with the revision of a page.
const REVISION: &str = "rev";
/// The field with the report of a page.
const REPORT: &str = "report_id";

/// A search.
#[derive(Debug, Clone)]
pub struct Search<'s> {
    /// What is looked for.
    pub clause: Clause,
    /// Revisions that must not be found, at most [`MOST_HIDDEN`].
    pub hidden: &'s [RevisionId],
    /// Hits wanted; 0 counts only.
    pub size: usize,
    /// In which order.
    pub order: Order,
    /// What [`FoundHit::sort`] said of the hit after which to begin.
    pub after: Option<Vec<Value>>,
    /// What is counted by value.
    pub facets: Vec<FacetRequest>,
}

/// The order of hits, by one key or two: more cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Decides first.
    pub first: Key,
    /// Decides among those that are equal in the first.
    pub second: Option<Key>,
}

impl Order {
    /// Reports, the best first, equal ones by identity.
    pub const BEST_FIRST: Order = Order { first: Key::Score, second: Some(Key::Ascending("id_order")) };
    /// Pages, the best first, equal ones by number.
    pub const BEST_PAGE_FIRST: Order = Order { first: Key::Score, second: Some(Key::Ascending("page")) };
}

/// What decides the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The best first.
    Score,
    /// The least first.
    Ascending(&'static str),
    /// The greatest first.
    Descending(&'static str),
}

/// Values of a field to be counted, by pages and by reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetRequest {
    /// Field.
    pub field: &'static str,
    /// Most values.
    pub size: usize,
}

/// The answer to a search, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<D> {
    /// Pages that match.
    pub total: u64,
    /// The first of them in order.
    pub hits: Vec<FoundHit<D>>,
    /// In the order asked for.
    pub facets: Vec<FoundFacet>,
}

/// A page that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundHit<D> {
    /// What is stored of it.
    pub document: D,
    /// By what it was ordered; first its score if that decides first.
    pub sort: Vec<Value>,
}

/// The values of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundFacet {
    /// Field.
    pub field: &'static str,
    /// The most frequent first.
    pub buckets: Vec<Bucket>,
    /// Whether there are no other values, and each is counted in every part of the index.
    pub is_exact: bool,
}

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Bucket {
    /// The value.
    pub key: Value,
    /// Pages that have it.
    #[serde(rename = "doc_count")]
    pub pages: u64,
    #[serde(rename = "reports")]
    cardinality: Cardinality,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Cardinality {
    value: f64,
}

impl Bucket {
    /// Reports that have it, about.
    pub fn reports(&self) -> u64 {
        // Saturates, as casts of floats do.
        self.cardinality.value.round() as u64
    }
}

impl<D> FoundHit<D> {
    /// Its score, if that decided first.
    pub fn score(&self) -> Option<f64> {
        self.sort.first().and_then(Value::as_f64)
    }
}

#[derive(Deserialize)]
struct Answer<D> {
    timed_out: bool,
    terminated_early: Option<bool>,
    #[serde(rename = "_shards")]
    shards: Shards,
    hits: Hits<D>,
    #[serde(default)]
    aggregations: Map<String, Value>,
}

#[derive(Deserialize)]
struct Shards {
    total: u64,
    successful: u64,
    #[serde(default)]
    skipped: u64,
    failed: u64,
}

#[derive(Deserialize)]
struct Hits<D> {
    total: Total,
    hits: Vec<Hit<D>>,
}

#[derive(Deserialize)]
struct Total {
    value: u64,
    relation: String,
}

#[derive(Deserialize)]
struct Hit<D> {
    #[serde(rename = "_source")]
    source: D,
    #[serde(default)]
    sort: Vec<Value>,
}

#[derive(Deserialize)]
struct Terms {
    buckets: Vec<Bucket>,
    sum_other_doc_count: u64,
    #[serde(default)]
    doc_count_error_upper_bound: u64,
}

impl Quickwit {
    /// Searches pages whose stored fields are `D`.
    pub fn search<D: DeserializeOwned>(
        &self,
        index: &IndexName,
        search: &Search<'_>,
    ) -> Result<Found<D>, QuickwitError> {
        let body = search.json()?.to_string();
        let path = format!("/api/v1/_elastic/{index}/_search?allow_partial_search_results=false");
        let request = Request { method: Method::Post(body.as_bytes()), path: &path };
        let answer = self.http.ask(&self.searchers, request, self.options.search_time)?;
        let found = found(search, &answer);
        if matches!(found, Err(QuickwitError::Partial { .. })) {
            CALLS.partial.inc();
        }
        found
    }

    /// Counts pages. Not by `_count`, whose answer does not say whether every part of the index was counted.
    pub fn count(&self, index: &IndexName, clause: Clause) -> Result<u64, QuickwitError> {
        let order = Order { first: Key::Score, second: None };
        let search = Search { clause, hidden: &[], size: 0, order, after: None, facets: Vec::new() };
        Ok(self.search::<Value>(index, &search)?.total)
    }

    /// Counts the pages of revisions, taken together.
    pub fn count_revisions(&self, index: &IndexName, revisions: &[RevisionId]) -> Result<u64, QuickwitError> {
        let words = revisions.iter().map(ToString::to_string).collect();
        self.count(index, Clause::AnyTerm { field: REVISION, words })
    }
}

impl Search<'_> {
    fn json(&self) -> Result<Value, QuickwitError> {
        if self.hidden.len() > MOST_HIDDEN {
            return Err(QuickwitError::TooLarge { what: format!("{} revisions to be left out", self.hidden.len()) });
        }
        if self.size > MOST_HITS {
            return Err(QuickwitError::TooLarge { what: format!("{} hits", self.size) });
        }
        let mut query = self.clause.json();
        if !self.hidden.is_empty() {
            let hidden: Vec<&str> = self.hidden.iter().map(RevisionId::as_str).collect();
            query = json!({"bool": {"must": [query], "must_not": [{"terms": {REVISION: hidden}}]}});
        }
        let mut body = json!({"query": query, "size": self.size, "track_total_hits": true});
        if self.size > 0 {
            body["sort"] = [Some(self.order.first), self.order.second].into_iter().flatten().map(Key::json).collect();
        }
        if let Some(after) = &self.after {
            body["search_after"] = after.as_slice().into();
        }
        if !self.facets.is_empty() {
            let facets: Map<String, Value> = self.facets.iter().map(FacetRequest::json).collect();
            body["aggs"] = facets.into();
        }
        Ok(body)
    }
}

impl Key {
    fn json(self) -> Value {
        match self {
            Key::Score => json!("_score"),
            Key::Ascending(field) => json!({field: "asc"}),
            Key::Descending(field) => json!({field: "desc"}),
        }
    }
}

impl FacetRequest {
    fn json(&self) -> (String, Value) {
        let values = json!({
            "terms": {"field": self.field, "size": self.size},
            "aggs": {"reports": {"cardinality": {"field": REPORT}}},
        });
        (self.field.to_owned(), values)
    }
}

/// An answer with status 200, which says little.
fn found<D: DeserializeOwned>(search: &Search<'_>, body: &[u8]) -> Result<Found<D>, QuickwitError> {
    let malformed = |error: serde_json::Error| QuickwitError::Malformed(error.to_string());
    let answer: Answer<D> = serde_json::from_slice(body).map_err(malformed)?;
    refuse_parts(&answer)?;
    let Answer { hits: Hits { total, hits }, mut aggregations, .. } = answer;
    if total.relation != "eq" {
        return Err(QuickwitError::Malformed(format!("a total of `{}` {}", total.relation, total.value)));
    }
    let expected = total.value.min(search.size as u64);
    let is_short = search.after.is_none() && (hits.len() as u64) != expected;
    if is_short || hits.len() > search.size {
        return Err(QuickwitError::Partial { detail: format!("{} hits where {expected} were to be", hits.len()) });
    }
    let facet = |asked: &FacetRequest| {
        let value = aggregations.remove(asked.field);
        let value = value.ok_or_else(|| QuickwitError::Malformed(format!("no counts of `{}`", asked.field)))?;
        let terms: Terms = serde_json::from_value(value).map_err(malformed)?;
        let is_exact = terms.sum_other_doc_count == 0 && terms.doc_count_error_upper_bound == 0;
        Ok(FoundFacet { field: asked.field, buckets: terms.buckets, is_exact })
    };
    let facets = search.facets.iter().map(facet).collect::<Result<_, QuickwitError>>()?;
    let hits = hits.into_iter().map(|hit| FoundHit { document: hit.source, sort: hit.sort }).collect();
    Ok(Found { total: total.value, hits, facets })
}

fn refuse_parts<D>(answer: &Answer<D>) -> Result<(), QuickwitError> {
    let Shards { total, successful, skipped, failed } = answer.shards;
    let detail = if failed > 0 || successful.saturating_add(skipped) < total {
        format!("{failed} of {total} shards failed")
    } else if answer.timed_out {
        "its own time was up".to_owned()
    } else if answer.terminated_early == Some(true) {
        "it was ended early".to_owned()
    } else {
        return Ok(());
    };
    Err(QuickwitError::Partial { detail })
}
