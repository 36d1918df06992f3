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
use crate::store::{OpenedPage, StoredPage};
use flow::Flow;
use occurrence::{Lookup, Occurrence};
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

/// Longest sentence given whole by [`first_sentence`], in characters.
const LONGEST_SENTENCE: usize = 300;

/// What to mark on a page: the positive text clauses of a query, with their words expanded.
#[derive(Debug, Clone, Default)]
pub struct Matchers {
    /// One for each positive clause: the ways to print it.
    pub clauses: Vec<Vec<WayMatcher>>,
}

/// What to mark for one way to print a clause.
#[derive(Debug, Clone)]
pub enum WayMatcher {
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
    /// What of it.
    pub part: TermPart,
}

/// What of a term is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermPart {
    /// All of it.
    Whole,
    /// The first character of a pair.
    First,
    /// The last character of a pair.
    Last,
}

impl TermPart {
    /// The bytes marked where the term stands at `span`.
    fn within(self, span: Span, text: &str) -> Span {
        let mut characters = span.of(text).grapheme_indices(true).filter(|(_, piece)| !piece.trim().is_empty());
        let found = match self {
            TermPart::Whole => None,
            TermPart::First => characters.next(),
            TermPart::Last => characters.next_back(),
        };
        let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        found.map_or(span, |(at, piece)| {
            let start = span.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            Span { start, end: start.saturating_add(length(piece)) }
        })
    }
}

/// The text of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageText<'t> {
    /// All of it.
    pub text: &'t str,
    /// Its furniture, rising: never shown, and not in the way of a phrase.
    pub furniture: &'t [Span],
}

/// A page to be marked.
#[derive(Debug, Clone, Copy)]
pub struct PageToMark<'t> {
    /// The languages that its report is in.
    pub languages: LanguageSet,
    /// The page.
    pub page: PageText<'t>,
    /// Pages before it from which a phrase may run on to it, in order.
    pub before: &'t [PageText<'t>],
    /// Pages after it on which a phrase may run on, in order.
    pub after: &'t [PageText<'t>],
    /// The clauses not to be marked here, a bit for each in the order of [`Matchers::clauses`].
    pub hidden: u64,
}

impl<'t> From<&'t StoredPage> for PageText<'t> {
    fn from(page: &'t StoredPage) -> PageText<'t> {
        PageText { text: &page.text, furniture: &page.furniture }
    }
}

impl<'t> From<&'t OpenedPage> for PageText<'t> {
    fn from(page: &'t OpenedPage) -> PageText<'t> {
        PageText { text: &page.text().text, furniture: &page.text().furniture }
    }
}

/// The first sentence of a text whose paragraphs end in `\n`, cut after a word if it is long; `None` if there is none.
pub fn first_sentence(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let sentence = line.get(..sentence::end(line, line.chars().next().map_or(0, char::len_utf8)))?.trim_end();
    if sentence.chars().count() <= LONGEST_SENTENCE {
        return Some(sentence.to_owned());
    }
    let cut = sentence.char_indices().nth(LONGEST_SENTENCE).map_or(sentence.len(), |(at, _)| at);
    let cut = sentence.get(..cut).unwrap_or(sentence);
    let words = cut.rsplit_once(char::is_whitespace).map_or(cut, |(words, _)| words);
    Some(format!("{}…", words.trim_end_matches([',', ';', ':', ' '])))
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

    /// Marks a page; of a phrase broken by the page's start or end the part on this page. At most `limit` passages;
    /// with no match, the first sentences unmarked.
    pub fn find(&self, page: &PageToMark<'_>, limit: usize) -> PageMatches {
        let PageText { text, furniture: skip } = page.page;
        let occurrences = self.lookup.occurrences(page);
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
