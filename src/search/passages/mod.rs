//! Page text + matchers → passages with the matches marked, and the spans of every match on the page.
//!
//! Sentence-bounded pieces scored like small documents (Lucene's UnifiedHighlighter), covering different words of the
//! query before repeating one. A phrase is one range, and only where it matches as a phrase.

mod abbreviations;
mod flow;
mod occurrence;
mod select;
mod sentence;
#[cfg(test)]
mod tests;

use crate::report::Span;
use crate::search::Passage;
use crate::search::languages::LanguageSet;
use flow::Flow;
use occurrence::{Lookup, Occurrence};
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
    /// Any of these terms.
    Terms(HashMap<String, TermMark>),
    /// All of these in order; each place may be filled by several terms. `slop` words may stand between.
    Phrase {
        /// Terms for each place.
        places: Vec<Vec<String>>,
        /// Words that may stand between.
        slop: u32,
    },
}

/// How a term is marked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TermMark {
    /// 1 as typed, less for stems and typos: ranks passages.
    pub weight: f32,
    /// Only in reports of these languages.
    pub languages: LanguageSet,
}

/// What was found on a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageMatches {
    /// Best pieces in reading order.
    pub passages: Vec<Passage>,
    /// Every match on the page in bytes of the page's text, rising, not overlapping, without furniture: for the quads.
    pub spans: Vec<Span>,
    /// Matches by clause, in the order of [`Matchers::clauses`].
    pub counts: Vec<u32>,
}

/// A stretch of a page that is marked as one, with the occurrences that make it up.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Match {
    /// Its bytes in the page's text.
    span: Span,
    /// Indices of its occurrences.
    occurrences: std::ops::Range<usize>,
}

/// [`Matchers`] made ready for many pages.
#[derive(Debug)]
pub struct Marker<'m> {
    lookup: Lookup<'m>,
}

impl<'m> Marker<'m> {
    /// Makes matchers ready.
    pub fn new(matchers: &'m Matchers) -> Marker<'m> {
        Marker { lookup: Lookup::new(&matchers.clauses) }
    }

    /// Marks a page of a report in these languages. `skip` is its furniture; `next` is the head of the next page's text
    /// with its furniture, so that a phrase broken by the page's end is found (its part on this page is marked). At
    /// most `limit` passages; with no match, the first sentences unmarked.
    pub fn find(
        &self,
        languages: LanguageSet,
        text: &str,
        skip: &[Span],
        next: Option<(&str, &[Span])>,
        limit: usize,
    ) -> PageMatches {
        let occurrences = self.lookup.occurrences(languages, text, skip, next);
        let mut counts = vec![0u32; self.lookup.clause_count()];
        for occurrence in &occurrences {
            if let Some(count) = counts.get_mut(occurrence.clause) {
                *count = count.saturating_add(1);
            }
        }
        let matches = merge(&occurrences);
        let passages = if limit == 0 {
            Vec::new()
        } else if matches.is_empty() {
            select::opening(text, skip).into_iter().collect()
        } else {
            select::passages(&Flow::new(text, skip), &matches, &occurrences, &counts, limit)
        };
        PageMatches { passages, spans: without(text, &matches, skip), counts }
    }
}

/// Joins overlapping occurrences, which come in order of their starts.
fn merge(occurrences: &[Occurrence]) -> Vec<Match> {
    let mut matches: Vec<Match> = Vec::new();
    for (index, occurrence) in occurrences.iter().enumerate() {
        match matches.last_mut() {
            Some(last) if occurrence.span.overlaps(&last.span) => {
                last.span.end = last.span.end.max(occurrence.span.end);
                last.occurrences.end = index + 1;
            }
            _ => matches.push(Match { span: occurrence.span, occurrences: index..index + 1 }),
        }
    }
    matches
}

/// The spans of the matches without the furniture that a phrase may stand around.
fn without(text: &str, matches: &[Match], skip: &[Span]) -> Vec<Span> {
    let boundary = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut spans = Vec::with_capacity(matches.len());
    for found in matches {
        let mut rest = found.span;
        for gap in skip.iter().filter(|gap| gap.start < gap.end && gap.overlaps(&found.span)) {
            let start = boundary(text.floor_char_boundary(gap.start as usize));
            if rest.start < start {
                spans.push(Span { start: rest.start, end: start });
            }
            rest.start = rest.start.max(boundary(text.ceil_char_boundary(gap.end as usize)));
        }
        if rest.start < rest.end {
            spans.push(rest);
        }
    }
    spans
}
