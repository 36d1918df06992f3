//! The engine's own queries on the words of the pages.

use super::Embedded;
use super::filters::filter_queries;
use crate::search::{BareQuery, Filter};
use tantivy::Term;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

/// Reports asked of the engine, as on a page of results.
const TOP: usize = 10;

impl Embedded {
    /// Finds, counts and ranks with the engine's own query; returns how many reports match.
    pub(in crate::search) fn bare(&self, query: &BareQuery, filters: &[Filter]) -> tantivy::Result<u64> {
        let snapshot = &self.commit.snapshot;
        let term = |word: &String| Term::from_field_text(snapshot.fields.body, word);
        let scored =
            |word: &String| -> Box<dyn Query> { Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)) };
        let joined = |words: &[String], occur| -> Box<dyn Query> {
            match words {
                [word] => scored(word),
                words => Box::new(BooleanQuery::new(words.iter().map(|word| (occur, scored(word))).collect())),
            }
        };
        let words = match query {
            BareQuery::All(words) => joined(words, Occur::Must),
            BareQuery::Any(words) => joined(words, Occur::Should),
            BareQuery::Phrase(words, slop) if words.len() > 1 => {
                let mut phrase = PhraseQuery::new(words.iter().map(term).collect());
                phrase.set_slop(*slop);
                Box::new(phrase)
            }
            BareQuery::Phrase(words, _) => joined(words, Occur::Must),
            BareQuery::Beginning(beginning) => Box::new(FuzzyTermQuery::new_prefix(term(beginning), 0, true)),
            BareQuery::Typo(word, typos) => Box::new(FuzzyTermQuery::new(term(word), *typos, true)),
        };
        let mut clauses = vec![(Occur::Must, words)];
        let filters = filter_queries(&snapshot.fields, filters, None);
        clauses.extend(filters.into_iter().map(|filter| (Occur::Must, filter)));
        let query: Box<dyn Query> = match clauses.pop() {
            Some((_, only)) if clauses.is_empty() => only,
            last => Box::new(BooleanQuery::new(clauses.into_iter().chain(last).collect())),
        };
        let collector = (TopDocs::with_limit(TOP).order_by_score(), Count);
        let (_, count) = snapshot.searcher.search(&query, &collector)?;
        Ok(count as u64)
    }
}
