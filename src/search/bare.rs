//! The engine's own queries on the words of the pages, with nothing of Recto's around them: the measure of what finding
//! and counting costs at least.
//!
//! Words go to the engine as they are indexed: no stems, no other fields, no pages, no passages.

use crate::search::place::Place;
use crate::search::{Engine, Filter, SearchError};

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
        self.state().map_or(Ok(0), |state| state.backend.bare(query, filters))
    }

    /// In how many reports' pages a word stands, as it is indexed.
    pub fn frequency(&self, word: &str) -> Result<u64, SearchError> {
        self.state().map_or(Ok(0), |state| state.backend.frequency(Place::Body, word))
    }
}
