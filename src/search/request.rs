//! A validated search request: every number bounded before it reaches the engine.

/// What to search and how much to return.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The query as typed.
    pub q: String,
    /// Reports to return, 1..=100.
    pub limit: usize,
    /// Reports to leave out first, 0..=10,000.
    pub offset: usize,
    /// Continue after this point instead of `offset`.
    pub cursor: Option<String>,
    /// Page hits for each report, 0..=50.
    pub pages: usize,
    /// Passages for each page hit, 0..=10.
    pub passages: usize,
    /// Restrictions.
    pub filters: Vec<Filter>,
    /// Facets to count: `language`, `author`, `year`.
    pub facets: Vec<String>,
    /// Order of hits.
    pub sort: Sort,
    /// How bare words combine.
    pub operator: Operator,
}

/// A restriction on reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// ISO 639-1 code.
    Language(String),
    /// Whole name, compared folded.
    Author(String),
    /// Both ends included.
    Year(Option<i32>, Option<i32>),
}

/// Order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first.
    #[default]
    Relevance,
    /// `date`: oldest first, undated last.
    DateAscending,
    /// `-date`: newest first, undated last.
    DateDescending,
    /// `title`: by title.
    TitleAscending,
    /// `-title`: by title, reversed.
    TitleDescending,
}

/// How bare words combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operator {
    /// All must occur in the report.
    #[default]
    And,
    /// One must.
    Or,
}

/// A parameter that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}`: {detail}")]
pub struct RequestError {
    /// Its name, as in the query string.
    pub parameter: String,
    /// What is wrong and what would be right; lower case, no full stop.
    pub detail: String,
}

impl Default for SearchRequest {
    fn default() -> SearchRequest {
        SearchRequest {
            q: String::new(),
            limit: 10,
            offset: 0,
            cursor: None,
            pages: 3,
            passages: 2,
            filters: Vec::new(),
            facets: Vec::new(),
            sort: Sort::Relevance,
            operator: Operator::And,
        }
    }
}

impl SearchRequest {
    /// Reads `name=value` pairs named as in the contract (`q`, `limit`, `offset`, `cursor`, `pages`, `passages`,
    /// `filter[language]`, `filter[author]`, `filter[year]`, `facets`, `sort`, `op`). Unknown, repeated
    /// (but for filters) and malformed parameters are errors; all are reported.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<SearchRequest, Vec<RequestError>> {
        let _ = pairs.into_iter().count();
        unimplemented!()
    }
}
