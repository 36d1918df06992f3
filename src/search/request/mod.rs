//! A validated search request: every number bounded before it reaches the engine.
//!
//! Read from the pairs of a query string or from a JSON object with the same names; everything wrong is reported at
//! once, so that a client need not guess twice.

mod values;

use serde_json::Value;
use std::collections::HashSet;
use values::{cursor, facets, filter, number, scalars, sort};

/// Most filters of a request.
const MAX_FILTERS: usize = 64;

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
    /// Restrictions: of those on one field any has to hold, of those on different fields each.
    pub filters: Vec<Filter>,
    /// Facets to count: `language`, `author`, `section`, `tag`, `year`.
    pub facets: Vec<String>,
    /// Order of hits.
    pub sort: Sort,
    /// How bare words combine.
    pub operator: Operator,
    /// Whether the caller wants to know how scores came about.
    pub explain: bool,
}

/// A restriction on reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// ISO 639-1 code.
    Language(String),
    /// Whole name, compared folded.
    Author(String),
    /// Whole tag, compared folded.
    Tag(String),
    /// Name of one of its outermost sections, compared folded and without its number.
    Section(String),
    /// Both ends included.
    Year(Option<i32>, Option<i32>),
}

impl Filter {
    /// Reads a value for a field; the error says what would be right.
    pub fn read(field: &str, value: &str) -> Result<Filter, String> {
        filter(&format!("filter[{field}]"), value.trim())
    }

    /// The field it restricts, as in `filter[…]` and among the facets.
    pub fn field(&self) -> &'static str {
        match self {
            Filter::Language(_) => "language",
            Filter::Author(_) => "author",
            Filter::Tag(_) => "tag",
            Filter::Section(_) => "section",
            Filter::Year(..) => "year",
        }
    }
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
            explain: false,
        }
    }
}

impl SearchRequest {
    /// Reads `name=value` pairs named as in the contract (`q`, `limit`, `offset`, `cursor`, `pages`, `passages`,
    /// `filter[language]`, `filter[author]`, `filter[section]`, `filter[tag]`, `filter[year]`, `facets`, `sort`, `op`, `explain`).
    /// Unknown, repeated (but for filters) and malformed parameters are errors; all are reported. An empty value, as forms send it, is
    /// as good as none, but for numbers.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<SearchRequest, Vec<RequestError>> {
        let mut request = SearchRequest::default();
        let mut errors = Vec::new();
        let mut seen = HashSet::new();
        for (name, value) in pairs {
            let result = if !name.starts_with("filter[") && !seen.insert(name) {
                Err("is given more than once; give it once".to_owned())
            } else {
                request.set(name, value)
            };
            errors.extend(result.err().map(|detail| RequestError { parameter: shortened(name), detail }));
        }
        if request.cursor.is_some() && seen.contains("offset") {
            let detail = "cannot stand beside `offset`; leave one of them out".to_owned();
            errors.push(RequestError { parameter: "cursor".to_owned(), detail });
        }
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    /// Reads a JSON object with the names of [`SearchRequest::from_pairs`]. Filters may also stand together as
    /// `"filter": {"language": ["en", "fr"]}`, and `facets` may be an array; null is as good as none.
    pub fn from_json(body: &Value) -> Result<SearchRequest, Vec<RequestError>> {
        let error = |name: &str, detail: &str| RequestError { parameter: shortened(name), detail: detail.to_owned() };
        let Some(object) = body.as_object() else {
            return Err(vec![error("body", "must be a JSON object, such as {\"q\": \"cash transfers\"}")]);
        };
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut errors = Vec::new();
        for (name, value) in object {
            match value {
                Value::Object(filters) if name == "filter" => {
                    for (field, value) in filters {
                        let name = format!("filter[{field}]");
                        match scalars(value) {
                            Some(values) => pairs.extend(values.into_iter().map(|value| (name.clone(), value))),
                            None => errors.push(error(&name, "must be a string, a number or an array of them")),
                        }
                    }
                }
                Value::Array(_) if name == "facets" => match scalars(value) {
                    Some(values) => pairs.push((name.clone(), values.join(","))),
                    None => errors.push(error(name, "must be a string or an array of strings")),
                },
                Value::Array(_) if !name.starts_with("filter[") => {
                    errors.push(error(name, "must be a single value"));
                }
                _ => match scalars(value) {
                    Some(values) => pairs.extend(values.into_iter().map(|value| (name.clone(), value))),
                    None => errors.push(error(name, "must be a string, a number or a boolean")),
                },
            }
        }
        let read = SearchRequest::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        match read {
            Ok(request) if errors.is_empty() => Ok(request),
            Ok(_) => Err(errors),
            Err(more) => Err(errors.into_iter().chain(more).collect()),
        }
    }

    /// Sets one parameter; the error says what is wrong with it.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "q" => value.clone_into(&mut self.q),
            "limit" => self.limit = number(value, 1..=100)?,
            "offset" => self.offset = number(value, 0..=10_000)?,
            "pages" => self.pages = number(value, 0..=50)?,
            "passages" => self.passages = number(value, 0..=10)?,
            "cursor" => self.cursor = cursor(value)?,
            "facets" => self.facets = facets(value)?,
            "sort" => self.sort = sort(value)?,
            "op" => {
                self.operator = match value {
                    "" | "and" => Operator::And,
                    "or" => Operator::Or,
                    _ => return Err("must be `and` or `or`".to_owned()),
                }
            }
            "explain" => {
                self.explain = match value {
                    "" | "0" | "false" => false,
                    "1" | "true" => true,
                    _ => return Err("must be `true` or `false`".to_owned()),
                }
            }
            "filter[language]" | "filter[author]" | "filter[section]" | "filter[tag]" | "filter[year]" => {
                if value.trim().is_empty() {
                    return Ok(());
                }
                if self.filters.len() == MAX_FILTERS {
                    return Err(format!("is one of more than {MAX_FILTERS} filters"));
                }
                self.filters.push(filter(name, value.trim())?);
            }
            _ => {
                return Err("is not known; known are q, limit, offset, cursor, pages, passages, filter[language], \
                    filter[author], filter[section], filter[tag], filter[year], facets, sort, op, explain"
                    .to_owned());
            }
        }
        Ok(())
    }
}

/// A parameter's name, cut so that an error stays short.
fn shortened(name: &str) -> String {
    name.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn reads_every_parameter() {
        let request = SearchRequest::from_pairs([
            ("q", "cash"),
            ("limit", "20"),
            ("offset", "40"),
            ("pages", "0"),
            ("passages", "10"),
            ("filter[language]", "EN"),
            ("filter[language]", "fr"),
            ("filter[author]", " Jane Roe "),
            ("filter[section]", "Findings"),
            ("filter[tag]", "Water"),
            ("filter[year]", "2019..2021"),
            ("facets", "year,section,tag,year"),
            ("sort", "-date"),
            ("op", "or"),
            ("explain", "1"),
        ]);
        let expected = SearchRequest {
            q: "cash".to_owned(),
            limit: 20,
            offset: 40,
            cursor: None,
            pages: 0,
            passages: 10,
            filters: vec![
                Filter::Language("en".to_owned()),
                Filter::Language("fr".to_owned()),
                Filter::Author("Jane Roe".to_owned()),
                Filter::Section("Findings".to_owned()),
                Filter::Tag("Water".to_owned()),
                Filter::Year(Some(2019), Some(2021)),
            ],
            facets: ["year", "section", "tag"].map(str::to_owned).to_vec(),
            sort: Sort::DateDescending,
            operator: Operator::Or,
            explain: true,
        };
        assert_eq!(request, Ok(expected.clone()));
        let body = json!({
            "q": "cash", "limit": 20, "offset": 40, "pages": 0, "passages": "10",
            "filter": {"author": "Jane Roe", "language": ["en", "fr"], "section": "Findings", "tag": "Water",
                       "year": "2019..2021"},
            "facets": ["year", "section", "tag"], "sort": "-date", "op": "or", "explain": true, "cursor": null,
        });
        let mut read = SearchRequest::from_json(&body).expect("all of it is valid");
        read.filters.sort_by_key(|filter| matches!(filter, Filter::Author(_)));
        let mut expected = expected;
        expected.filters.sort_by_key(|filter| matches!(filter, Filter::Author(_)));
        assert_eq!(read, expected);
    }

    #[test]
    fn empty_values_of_a_form_are_defaults() {
        let form = ["q", "filter[year]", "filter[author]", "sort", "op", "facets", "cursor"].map(|name| (name, ""));
        assert_eq!(SearchRequest::from_pairs(form), Ok(SearchRequest::default()));
        assert_eq!(SearchRequest::from_json(&json!({})), Ok(SearchRequest::default()));
    }

    #[test]
    fn refuses_numbers_out_of_bounds() {
        let wrong =
            ["-1", "+1", "1.0", "1e2", "1e400", "9223372036854775808", "abc", "", " 1", "0x1", "١", "101000", "NaN"];
        for name in ["limit", "offset", "pages", "passages"] {
            for value in wrong {
                let errors = SearchRequest::from_pairs([(name, value)]).expect_err(value);
                assert_eq!((errors.len(), errors[0].parameter.as_str()), (1, name), "{value}");
            }
        }
        for (name, value) in
            [("limit", "0"), ("limit", "101"), ("offset", "10001"), ("pages", "51"), ("passages", "11")]
        {
            assert!(SearchRequest::from_pairs([(name, value)]).is_err(), "{name}={value}");
        }
        for (name, value) in [("limit", "100"), ("offset", "10000"), ("pages", "50"), ("passages", "0")] {
            assert!(SearchRequest::from_pairs([(name, value)]).is_ok(), "{name}={value}");
        }
    }

    #[test]
    fn reports_everything_wrong() {
        let errors = SearchRequest::from_pairs([
            ("limit", "5"),
            ("limit", "6"),
            ("page", "1"),
            ("sort", "size"),
            ("op", "AND"),
            ("facets", "language,title"),
            ("filter[language]", "english"),
            ("filter[year]", "20x"),
            ("filter[mime]", "pdf"),
            ("cursor", "a b"),
            ("explain", "maybe"),
        ])
        .expect_err("nearly all is wrong");
        let names: Vec<&str> = errors.iter().map(|error| error.parameter.as_str()).collect();
        assert_eq!(
            names,
            [
                "limit",
                "page",
                "sort",
                "op",
                "facets",
                "filter[language]",
                "filter[year]",
                "filter[mime]",
                "cursor",
                "explain",
            ]
        );
        assert!(SearchRequest::from_pairs([("cursor", "abc"), ("offset", "1")]).is_err());
        assert!(SearchRequest::from_pairs(vec![("filter[language]", "en"); MAX_FILTERS + 1]).is_err());
        for body in
            [json!([]), json!("q"), json!({"q": ["a"]}), json!({"limit": 1.5}), json!({"filter": {"language": {}}})]
        {
            assert!(SearchRequest::from_json(&body).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_within_bounds(name in "limit|offset|pages|passages", value in "[0-9]{1,12}|\\PC{0,6}") {
            if let Ok(request) = SearchRequest::from_pairs([(name.as_str(), value.as_str())]) {
                prop_assert!((1..=100).contains(&request.limit) && request.offset <= 10_000);
                prop_assert!(request.pages <= 50 && request.passages <= 10);
            }
        }
    }
}
