//! What a search page's address says: read leniently, written canonically.
//!
//! The API refuses unknown parameters; a page's address may have been lengthened by mailers and campaigns, so a page
//! leaves them out. What it knows but cannot accept is refused as in the API.

use crate::search::{Filter, Operator, SearchRequest};
use crate::serve::links::Links;
use crate::serve::problem::Problem;

/// Reports on a page of results.
pub const PAGE_SIZE: usize = 10;

/// The largest offset that a search accepts.
pub const MAX_OFFSET: usize = 10_000;

/// The filters that may be given several times in an address.
pub const CHOICES: [&str; 4] = ["language", "author", "tag", "section"];

/// The parameters of a search page; empty where not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryState {
    /// The query.
    pub q: String,
    /// ISO 639-1, any of them.
    pub languages: Vec<String>,
    /// Whole names, any of them.
    pub authors: Vec<String>,
    /// Whole tags, any of them.
    pub tags: Vec<String>,
    /// Names of sections, any of them.
    pub sections: Vec<String>,
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
    /// Where the results go on, if they are further than an offset reaches; the offset is then for showing only.
    pub cursor: String,
}

impl QueryState {
    /// Reads the pairs of an address. The first of repeated parameters counts, but for filters.
    pub fn from_pairs(pairs: &[(String, String)]) -> QueryState {
        let mut state = QueryState::default();
        for (name, value) in pairs.iter().rev() {
            let place = match name.as_str() {
                "q" => &mut state.q,
                "from" => &mut state.from,
                "to" => &mut state.to,
                "sort" => &mut state.sort,
                "op" => &mut state.op,
                "offset" => &mut state.offset,
                "cursor" => &mut state.cursor,
                _ => continue,
            };
            value.trim().clone_into(place);
        }
        for (name, value) in pairs {
            let value = value.trim().to_owned();
            if let Some(chosen) = state.chosen_mut(name).filter(|chosen| !value.is_empty() && !chosen.contains(&value))
            {
                chosen.push(value);
            }
        }
        state
    }

    /// The state of a page for a request of the API, from its start.
    pub fn of(request: &SearchRequest) -> QueryState {
        let mut state = QueryState { q: request.q.clone(), ..QueryState::default() };
        for filter in &request.filters {
            match filter {
                Filter::Language(language) => state.languages.push(language.clone()),
                Filter::Author(author) => state.authors.push(author.clone()),
                Filter::Tag(tag) => state.tags.push(tag.clone()),
                Filter::Section(section) => state.sections.push(section.clone()),
                Filter::Year(first, last) => {
                    let year = |year: &Option<i32>| year.map(|year| year.to_string()).unwrap_or_default();
                    (state.from, state.to) = (year(first), year(last));
                }
            }
        }
        if request.operator == Operator::Or {
            "or".clone_into(&mut state.op);
        }
        state
    }

    /// The chosen values of one of the [`CHOICES`].
    pub fn chosen(&self, name: &str) -> &[String] {
        match name {
            "language" => &self.languages,
            "author" => &self.authors,
            "tag" => &self.tags,
            "section" => &self.sections,
            _ => &[],
        }
    }

    fn chosen_mut(&mut self, name: &str) -> Option<&mut Vec<String>> {
        match name {
            "language" => Some(&mut self.languages),
            "author" => Some(&mut self.authors),
            "tag" => Some(&mut self.tags),
            "section" => Some(&mut self.sections),
            _ => None,
        }
    }

    /// The request it stands for, with the counts for the filters.
    pub fn request(&self) -> Result<SearchRequest, Problem> {
        let limit = PAGE_SIZE.to_string();
        let mut pairs = self.parameters();
        let start = match self.cursor.as_str() {
            "" => ("offset", self.offset.clone()),
            cursor => ("cursor", cursor.to_owned()),
        };
        let window = [("limit", limit), start, ("facets", CHOICES.join(","))];
        pairs.extend(window.into_iter().filter(|(_, value)| !value.is_empty()));
        Ok(SearchRequest::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))?)
    }

    /// What the API calls the parameters of the search; those without a value are left out.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let year = match (self.from.as_str(), self.to.as_str()) {
            ("", "") => String::new(),
            (from, to) => format!("{from}..{to}"),
        };
        let mut pairs = vec![("q", self.q.clone())];
        for (name, values) in [
            ("filter[language]", &self.languages),
            ("filter[author]", &self.authors),
            ("filter[tag]", &self.tags),
            ("filter[section]", &self.sections),
        ] {
            pairs.extend(values.iter().map(|value| (name, value.clone())));
        }
        pairs.extend([("filter[year]", year), ("sort", self.sort.clone()), ("op", self.op.clone())]);
        pairs.retain(|(name, value)| *name == "q" || !value.is_empty());
        pairs
    }

    /// Whether there is nothing to search for.
    pub fn is_empty(&self) -> bool {
        self.q.is_empty() && !self.has_filters()
    }

    /// Whether anything but the query narrows the search.
    pub fn has_filters(&self) -> bool {
        let has_year = !self.from.is_empty() || !self.to.is_empty();
        has_year || CHOICES.iter().any(|name| !self.chosen(name).is_empty())
    }

    /// The same search without filters.
    pub fn without_filters(&self) -> QueryState {
        QueryState { q: self.q.clone(), sort: self.sort.clone(), op: self.op.clone(), ..QueryState::default() }
    }

    /// The same search, its results from `offset`.
    pub fn at_offset(&self, offset: usize) -> QueryState {
        let offset = if offset == 0 { String::new() } else { offset.to_string() };
        QueryState { offset, cursor: String::new(), ..self.clone() }
    }

    /// The same search, its results from where a cursor leads, `offset` reports from the first.
    pub fn at_cursor(&self, offset: usize, cursor: &str) -> QueryState {
        QueryState { cursor: cursor.to_owned(), ..self.at_offset(offset) }
    }

    /// Its address.
    pub fn link(&self, links: &Links) -> String {
        links.search(&self.pairs())
    }

    /// What its address says; empty values are of no account.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut parameters = vec![("q", self.q.as_str())];
        for name in CHOICES {
            parameters.extend(self.chosen(name).iter().map(|value| (name, value.as_str())));
        }
        parameters.extend([("from", self.from.as_str()), ("to", &self.to), ("sort", &self.sort), ("op", &self.op)]);
        parameters.extend([("offset", self.offset.as_str()), ("cursor", &self.cursor)]);
        parameters.retain(|(_, value)| !value.is_empty());
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_the_same() {
        let pairs: Vec<(String, String)> =
            [("q", " cash  "), ("utm", "x"), ("language", "en"), ("offset", "20"), ("q", "b"), ("language", "fr")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec();
        let state = QueryState::from_pairs(&pairs);
        assert_eq!(state.link(&Links::new("")), "/?q=cash&language=en&language=fr&offset=20");
        assert_eq!(state.at_offset(0).link(&Links::new("/x")), "/x/?q=cash&language=en&language=fr");
        assert!(state.has_filters() && !state.without_filters().has_filters());
        assert!(QueryState::from_pairs(&[]).is_empty());
        let further = state.at_cursor(20_000, "ab12");
        assert_eq!(further.link(&Links::new("")), "/?q=cash&language=en&language=fr&offset=20000&cursor=ab12");
        let request = further.request().expect("an offset to show and a cursor to go on from");
        assert_eq!((request.offset, request.cursor.as_deref()), (0, Some("ab12")));
        let request = state.request().expect("valid");
        assert_eq!(QueryState { offset: "20".into(), ..QueryState::of(&request) }, state);
    }
}
