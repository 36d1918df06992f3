//! What a search page's address says: read leniently, written canonically.
//!
//! The API refuses unknown parameters; a page's address may have been lengthened by mailers and campaigns, so a page
//! leaves them out. What it knows but cannot accept is refused as in the API.

use crate::search::SearchRequest;
use crate::serve::links::Links;
use crate::serve::problem::Problem;

/// Reports on a page of results.
pub const PAGE_SIZE: usize = 10;

/// The largest offset that a search accepts.
pub const MAX_OFFSET: usize = 10_000;

/// The parameters of a search page; empty where not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryState {
    /// The query.
    pub q: String,
    /// ISO 639-1.
    pub language: String,
    /// A whole name.
    pub author: String,
    /// First year.
    pub from: String,
    /// Last year.
    pub to: String,
    /// `date`, `-date`, `title`, `-title`.
    pub sort: String,
    /// `or`.
    pub op: String,
    /// Reports left out first.
    pub offset: String,
}

impl QueryState {
    /// Reads the pairs of an address. The first of repeated parameters counts.
    pub fn from_pairs(pairs: &[(String, String)]) -> QueryState {
        let mut state = QueryState::default();
        for (name, value) in pairs.iter().rev() {
            let place = match name.as_str() {
                "q" => &mut state.q,
                "language" => &mut state.language,
                "author" => &mut state.author,
                "from" => &mut state.from,
                "to" => &mut state.to,
                "sort" => &mut state.sort,
                "op" => &mut state.op,
                "offset" => &mut state.offset,
                _ => continue,
            };
            value.trim().clone_into(place);
        }
        state
    }

    /// The request it stands for, with the counts for the filters.
    pub fn request(&self) -> Result<SearchRequest, Problem> {
        let limit = PAGE_SIZE.to_string();
        let mut pairs = self.parameters();
        let window = [("limit", limit), ("offset", self.offset.clone()), ("facets", "language".to_owned())];
        pairs.extend(window.into_iter().filter(|(_, value)| !value.is_empty()));
        Ok(SearchRequest::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))?)
    }

    /// What the API calls the parameters of the search; those without a value are left out.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let year = match (self.from.as_str(), self.to.as_str()) {
            ("", "") => String::new(),
            (from, to) => format!("{from}..{to}"),
        };
        let pairs = [
            ("q", self.q.clone()),
            ("filter[language]", self.language.clone()),
            ("filter[author]", self.author.clone()),
            ("filter[year]", year),
            ("sort", self.sort.clone()),
            ("op", self.op.clone()),
        ];
        pairs.into_iter().filter(|(name, value)| *name == "q" || !value.is_empty()).collect()
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.q.is_empty() && !self.has_filters()
    }

    /// Whether anything but the query narrows the search.
    pub fn has_filters(&self) -> bool {
        [&self.language, &self.author, &self.from, &self.to].iter().any(|value| !value.is_empty())
    }

    /// The same search without filters.
    pub fn without_filters(&self) -> QueryState {
        QueryState { q: self.q.clone(), sort: self.sort.clone(), op: self.op.clone(), ..QueryState::default() }
    }

    /// The same search, its results from `offset`.
    pub fn at_offset(&self, offset: usize) -> QueryState {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        QueryState { offset, ..self.clone() }
    }

    /// Its address.
    pub fn link(&self, links: &Links) -> String {
        links.search(&[
            ("q", &self.q),
            ("language", &self.language),
            ("author", &self.author),
            ("from", &self.from),
            ("to", &self.to),
            ("sort", &self.sort),
            ("op", &self.op),
            ("offset", &self.offset),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_the_same() {
        let pairs: Vec<(String, String)> =
            [("q", " cash  "), ("utm", "x"), ("language", "en"), ("offset", "20"), ("q", "b")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec();
        let state = QueryState::from_pairs(&pairs);
        assert_eq!(state.link(&Links::new("")), "/?q=cash&language=en&offset=20");
        assert_eq!(state.at_offset(0).link(&Links::new("/x")), "/x/?q=cash&language=en");
        assert!(state.has_filters() && !state.without_filters().has_filters());
        assert!(QueryState::from_pairs(&[]).is_empty());
    }
}
