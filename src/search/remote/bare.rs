//! The engine's own queries on the words of the pages.

use super::Remote;
use super::lower::NOTHING;
use crate::quickwit::{Clause, Order, Search};
use crate::search::{BareQuery, Filter, SearchError};

/// Reports asked of the engine, as on a page of results.
const TOP: usize = 10;

impl Remote {
    /// Finds, counts and ranks with the engine's own query; returns how many reports match.
    pub(in crate::search) fn bare(&self, query: &BareQuery, filters: &[Filter]) -> Result<u64, SearchError> {
        let term = |word: &String| Clause::Term { field: "body", word: word.clone(), boost: 1.0 };
        let clause = match query {
            BareQuery::All(words) => Clause::All(words.iter().map(term).collect()),
            BareQuery::Any(words) => Clause::AtLeast { minimum: 1, clauses: words.iter().map(term).collect() },
            BareQuery::Phrase(words, slop) => Clause::Phrase { field: "body", words: words.clone(), slop: *slop },
            BareQuery::Beginning(beginning) => Clause::Beginning { field: "body", beginning: beginning.clone() },
            BareQuery::Typo(word, typos) => match self.vocabulary.near(word, *typos, "", &["body"])? {
                near if near.is_empty() => NOTHING,
                near => Clause::AtLeast { minimum: 1, clauses: near.keys().map(term).collect() },
            },
        };
        let clause = Clause::All(vec![clause, Clause::Filter(super::lower::filtering(filters, None))]);
        let search =
            Search { clause, hidden: &[], size: TOP, order: Order::BEST_FIRST, after: None, facets: Vec::new() };
        Ok(self.in_reports::<serde_json::Value>(search)?.total)
    }
}
