//! The search response of the contract: the same JSON for HTTP and the command line.

use crate::report::{Quad, ReportId};
use crate::search::NearCopy;
use serde::Serialize;
use std::collections::BTreeMap;

/// Answer to one search.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SearchResponse {
    /// How the query was read.
    pub query: QueryInfo,
    /// Reports that match.
    pub total: Total,
    /// Time from request to response within the program, in milliseconds.
    pub took_ms: u64,
    /// State of the index that answered.
    pub index: IndexInfo,
    /// This page of results, best first.
    pub hits: Vec<Hit>,
    /// Counts by report for the facets asked for.
    pub facets: BTreeMap<String, Vec<Facet>>,
    /// Where the next page of results starts, if there is one.
    pub next_cursor: Option<String>,
}

/// How the query was read.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct QueryInfo {
    /// As typed.
    pub q: String,
    /// With explicit operators, as understood.
    pub interpreted: String,
    /// What could not be read as syntax and was read as words, and what stands for more words than are looked for;
    /// lower case, no full stop.
    pub warnings: Vec<String>,
    /// The query with unknown words replaced by the nearest words that occur.
    #[schema(value_type = Option<String>)]
    pub did_you_mean: DidYouMean,
    /// Whether reports with fewer of the words are shown because none had all.
    pub relaxed: bool,
}

/// A corrected query, if a word was unknown.
pub type DidYouMean = Option<String>;

/// How many reports match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Total {
    /// The number.
    pub value: u64,
    /// Whether it is exact.
    pub relation: Relation,
}

/// Whether a total is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Exact.
    Eq,
    /// At least.
    Gte,
}

/// State of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct IndexInfo {
    /// Changes with every commit: usable as an entity tag.
    pub generation: String,
    /// Whether an ingest is running, so that more may be found later.
    pub incomplete: bool,
}

/// A report that matches.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Hit {
    /// Its identity.
    pub id: ReportId,
    /// Higher is better; comparable within one response only.
    pub score: f32,
    /// Its title.
    pub title: String,
    /// Contributors.
    pub authors: Vec<String>,
    /// As precise as known.
    pub date: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// What it is about, in the library's own words.
    pub tags: Vec<String>,
    /// A place where the file lies, as given at ingest.
    pub file: String,
    /// Size of the file in bytes.
    pub size: u64,
    /// Pages of the PDF.
    pub pages_total: u32,
    /// Pages whose words can be found.
    pub pages_searchable: u32,
    /// Landing page, relative to the site's base path.
    pub url: String,
    /// The pages that show why, best first.
    pub pages: Vec<PageHit>,
    /// Pages with matches beyond those shown.
    pub more_pages: u32,
    /// Reports with much the same text, the most alike first, whether they are among the hits or not.
    pub copies: Vec<NearCopy>,
    /// Such reports beyond those told.
    pub more_copies: u32,
    /// How its score came about, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<ReportExplanation>,
}

impl Hit {
    /// Puts the links under a base path, or under the address of a site with its base path.
    pub fn put_under(&mut self, base: &str) {
        self.url.insert_str(0, base);
        self.copies.iter_mut().for_each(|copy| copy.url.insert_str(0, base));
        for page in &mut self.pages {
            page.url.insert_str(0, base);
            page.pdf_url.insert_str(0, base);
        }
    }
}

/// A page that shows why its report matches.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageHit {
    /// 1-based index in the PDF.
    pub page: u32,
    /// The number printed on it.
    pub label: Option<String>,
    /// Higher is better; comparable within one response only.
    pub score: f32,
    /// Page view with the matches drawn.
    pub url: String,
    /// The PDF itself at this page.
    pub pdf_url: String,
    /// Pieces of its text with the matches.
    pub passages: Vec<Passage>,
    /// Boxes of every matched word on the page.
    pub quads: Vec<Quad>,
    /// How its score came about, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<PageExplanation>,
}

/// A sentence-bounded piece of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Passage {
    /// On one line, line-end hyphens resolved.
    pub text: String,
    /// Matches as Unicode code-point offsets into `text`, `[start, end)`, rising; a phrase is one range.
    pub ranges: Vec<[u32; 2]>,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Facet {
    /// The value.
    pub value: String,
    /// Matching reports with it.
    pub count: u64,
}

/// How the score of a report came about: it is the sum of all contributions here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReportExplanation {
    /// What each word or phrase of the query that the report has adds.
    pub clauses: Vec<ClauseExplanation>,
    /// What sections asked for by name add.
    pub sections: f32,
    /// What the best page adds; nothing if the report was not among those ranked again by their pages.
    pub best_page: f32,
    /// What words of the query among the report's first add.
    pub opening: f32,
}

/// What a word or phrase adds to the score of a report.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ClauseExplanation {
    /// As typed.
    pub text: String,
    /// How telling it is of a report: its inverse document frequency.
    pub idf: f32,
    /// What it adds.
    pub contribution: f32,
    /// Where it was found.
    pub fields: Vec<FieldExplanation>,
}

/// What a word or phrase adds by being found in one field.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FieldExplanation {
    /// The field of the index.
    pub field: String,
    /// How often it is there, stems and typos counting less.
    pub frequency: f32,
    /// Words of the field, about.
    pub length: u32,
    /// What it adds.
    pub contribution: f32,
}

/// How the score of a page came about: the sum of all contributions, times coverage and kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageExplanation {
    /// Words on the page.
    pub length: u32,
    /// What each word or phrase of the query that the page has adds.
    pub clauses: Vec<PageClauseExplanation>,
    /// Below 1 for a page without some words of the query.
    pub coverage: f32,
    /// Below 1 for a list of places, such as contents.
    pub kind: f32,
}

/// What a word or phrase adds to the score of a page.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PageClauseExplanation {
    /// As typed.
    pub text: String,
    /// How telling it is of a page: its inverse page frequency.
    pub idf: f32,
    /// How often it is there, stems and typos counting less; a word of the headings above counts a half.
    pub frequency: f32,
    /// What its occurrences add.
    pub occurrences: f32,
    /// What standing beside the word before it in the query adds.
    pub closeness: f32,
}
