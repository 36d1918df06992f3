//! The engine's own queries on the words of the pages, with nothing of Recto's around them: the measure of what finding
//! and counting costs at least.
//!
//! Words go to the engine as they are indexed: no stems, no other fields, no pages, no passages.

use crate::search::filters::filter_queries;
use crate::search::{Engine, Filter, SearchError};
use tantivy::Term;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

/// Reports asked of the engine, as on a page of results.
const TOP: usize = 10;

/// A query of the engine's own, of words as they are indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BareQuery {
    /// All of the words.
    All(Vec<String>),
    /// Any of the words.
    Any(Vec<String>),
    /// The words in order, moved by so many places at most.
    Phrase(Vec<String>, u32),
    /// Words that begin so.
    Beginning(String),
    /// Words at most so many letters away.
    Typo(String, u8),
}

impl Engine {
    /// Finds, counts and ranks with the engine's own query; returns how many reports match.
    pub fn bare(&self, query: &BareQuery, filters: &[Filter]) -> Result<u64, SearchError> {
        let Some(state) = self.state() else { return Ok(0) };
        let snapshot = &state.snapshot;
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

    /// In how many reports' pages a word stands, as it is indexed.
    pub fn frequency(&self, word: &str) -> Result<u64, SearchError> {
        let Some(state) = self.state() else { return Ok(0) };
        let snapshot = &state.snapshot;
        Ok(snapshot.searcher.doc_freq(&Term::from_field_text(snapshot.fields.body, word))?)
    }
}
