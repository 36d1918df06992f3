//! Page text + matchers → passages with the matches marked, and the spans of every match on the page.
//!
//! Sentence-bounded pieces scored like small documents (Lucene's UnifiedHighlighter), covering different words of the
//! query before repeating one. A phrase is one range, and only where it matches as a phrase.

use crate::report::Span;
use crate::search::Passage;
use std::collections::HashMap;

/// What to mark on a page: the positive text clauses of a query, with their words expanded.
#[derive(Debug, Clone, Default)]
pub struct Matchers {
    /// One for each positive clause.
    pub clauses: Vec<ClauseMatcher>,
}

/// What to mark for one clause.
#[derive(Debug, Clone)]
pub enum ClauseMatcher {
    /// Any of these terms; the weight of each (1 = as typed, less for stems and typos) ranks passages.
    Terms(HashMap<String, f32>),
    /// All of these in order; each place may be filled by several terms. `slop` words may stand between.
    Phrase {
        /// Terms for each place.
        places: Vec<Vec<String>>,
        /// Words that may stand between.
        slop: u32,
    },
}

/// What was found on a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageMatches {
    /// Best pieces in reading order.
    pub passages: Vec<Passage>,
    /// Every match on the page in bytes of the page's text, rising: for the quads.
    pub spans: Vec<Span>,
    /// Matches by clause, in the order of [`Matchers::clauses`].
    pub counts: Vec<u32>,
}

/// Marks a page. `skip` is its furniture; `next` is the head of the next page's text with its furniture, so that a
/// phrase broken by the page's end is found (its part on this page is marked). At most `limit` passages; with no
/// match, the first sentences unmarked.
pub fn find(
    text: &str,
    skip: &[Span],
    next: Option<(&str, &[Span])>,
    matchers: &Matchers,
    limit: usize,
) -> PageMatches {
    let _ = (text, skip, next, matchers, limit);
    unimplemented!()
}
