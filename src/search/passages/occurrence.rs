//! The places on a page where a clause matches: one pass of the analyzer, then phrases checked by position.
//!
//! Nearly all words of a page match nothing, so they are turned away by first byte and length before any hashing.

use super::{PageText, PageToMark, TermMark, WayMatcher};
use crate::index::analyzer::{SoughtTerms, analyze_sought};
use crate::report::Span;
use crate::search::in_order::each_match;
use std::collections::HashMap;

/// Bytes of the next page that can hold the end of a phrase: 32 words with 10 between them, and running heads.
const NEXT_HEAD_BYTES: usize = 4_096;

/// A match of one clause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Occurrence {
    /// Its bytes in the page's text.
    pub(super) span: Span,
    /// Index of the clause.
    pub(super) clause: usize,
    /// 1 = as typed.
    pub(super) weight: f32,
}

/// What a term stands for.
#[derive(Debug, Clone, Copy)]
enum Role {
    /// A match of its own.
    Term { clause: usize, mark: TermMark },
    /// A place of a phrase: an index into the lists of places.
    Place(usize),
}

/// A phrase among the clauses.
#[derive(Debug)]
struct Phrase {
    clause: usize,
    /// Indices of its lists of places.
    places: std::ops::Range<usize>,
    slop: u32,
}

/// The words that can fill a place of a phrase, in the order of the text.
#[derive(Debug, Clone, Default)]
struct Filled {
    positions: Vec<u32>,
    /// `None` on another page.
    spans: Vec<Option<Span>>,
}

/// Terms by what they stand for.
#[derive(Debug)]
pub(super) struct Lookup<'m> {
    roles: HashMap<&'m str, Vec<Role>>,
    sought: SoughtTerms,
    phrases: Vec<Phrase>,
    places: usize,
    clauses: usize,
}

impl<'m> Lookup<'m> {
    pub(super) fn new(clauses: &'m [Vec<WayMatcher>]) -> Lookup<'m> {
        let mut lookup = Lookup {
            roles: HashMap::new(),
            sought: SoughtTerms::default(),
            phrases: Vec::new(),
            places: 0,
            clauses: clauses.len(),
        };
        let ways = clauses.iter().enumerate().flat_map(|(clause, ways)| ways.iter().map(move |way| (clause, way)));
        for (clause, way) in ways {
            match way {
                WayMatcher::Terms(terms) => {
                    for (term, &mark) in terms {
                        lookup.add(term, Role::Term { clause, mark });
                    }
                }
                WayMatcher::Phrase { places, slop } => {
                    let first = lookup.places;
                    for terms in places {
                        for term in terms {
                            lookup.add(term, Role::Place(lookup.places));
                        }
                        lookup.places += 1;
                    }
                    lookup.phrases.push(Phrase { clause, places: first..lookup.places, slop: *slop });
                }
            }
        }
        lookup
    }

    pub(super) fn clause_count(&self) -> usize {
        self.clauses
    }

    fn add(&mut self, term: &'m str, role: Role) {
        self.sought.add(term);
        self.roles.entry(term).or_default().push(role);
    }

    /// What a term stands for.
    #[inline]
    fn roles(&self, term: &str) -> &[Role] {
        let may_occur = term.as_bytes().first().is_some_and(|first| self.sought.may_have(*first, term.len()));
        if may_occur { self.roles.get(term).map_or(&[], Vec::as_slice) } else { &[] }
    }

    /// All matches on a page in order of their starts; see [`super::Marker::find`].
    pub(super) fn occurrences(&self, page: &PageToMark<'_>) -> Vec<Occurrence> {
        let mut found = Vec::new();
        if self.roles.is_empty() {
            return found;
        }
        let is_shown = |clause: usize| u32::try_from(clause).is_ok_and(|bit| bit > 63 || page.hidden >> bit & 1 == 0);
        let mut filled: Vec<Filled> = vec![Filled::default(); self.places];
        let mut position = 0;
        for PageText { text, furniture } in page.before {
            position = self.fill_elsewhere(text, furniture, position, &mut filled);
        }
        let PageText { text, furniture } = page.page;
        position = analyze_sought(text, furniture, position, &self.sought, &mut |token| {
            for role in self.roles(token.term) {
                match *role {
                    Role::Term { clause, mark } if mark.languages.meets(page.languages) && is_shown(clause) => {
                        let span = mark.part.within(token.span, text);
                        found.push(Occurrence { span, clause, weight: mark.weight });
                    }
                    Role::Term { .. } => {}
                    Role::Place(place) => fill(&mut filled, place, token.position, Some(token.span)),
                }
            }
        });
        for PageText { text, furniture } in page.after {
            let head = head_of(text);
            position = self.fill_elsewhere(head, furniture, position, &mut filled);
            if head.len() < text.len() {
                break;
            }
        }
        for phrase in self.phrases.iter().filter(|phrase| is_shown(phrase.clause)) {
            let places = filled.get(phrase.places.clone()).unwrap_or(&[]);
            phrase_spans(places, phrase.slop, &mut |span| {
                found.push(Occurrence { span, clause: phrase.clause, weight: 1.0 });
            });
        }
        found.sort_by_key(|occurrence| (occurrence.span.start, occurrence.span.end, occurrence.clause));
        found.dedup_by_key(|occurrence| (occurrence.span, occurrence.clause));
        found
    }

    /// Notes the words of a page beside the one to be marked that fill places; returns the position after its last.
    fn fill_elsewhere(&self, text: &str, furniture: &[Span], first: u32, filled: &mut [Filled]) -> u32 {
        analyze_sought(text, furniture, first, &self.sought, &mut |token| {
            for role in self.roles(token.term) {
                if let Role::Place(place) = *role {
                    fill(filled, place, token.position, None);
                }
            }
        })
    }
}

/// The part of the next page that is looked at, up to a space.
fn head_of(text: &str) -> &str {
    if text.len() <= NEXT_HEAD_BYTES {
        return text;
    }
    let head = &text[..text.floor_char_boundary(NEXT_HEAD_BYTES)];
    head.rfind(char::is_whitespace).map_or(head, |space| &head[..space])
}

/// Notes a word in a place; of variants at one position the first, which is the longest, counts.
fn fill(filled: &mut [Filled], place: usize, position: u32, span: Option<Span>) {
    if let Some(Filled { positions, spans }) = filled.get_mut(place)
        && positions.last().is_none_or(|last| *last < position)
    {
        positions.push(position);
        spans.push(span);
    }
}

/// Gives the span, as far as it lies on the page, of each match of a phrase whose places are filled so.
fn phrase_spans(filled: &[Filled], slop: u32, sink: &mut dyn FnMut(Span)) {
    let places: Vec<&[u32]> = filled.iter().map(|place| place.positions.as_slice()).collect();
    each_match(&places, slop, |chosen| {
        let words = filled.iter().zip(chosen).filter_map(|(place, index)| place.spans.get(*index).copied().flatten());
        let here =
            words.reduce(|whole, span| Span { start: whole.start.min(span.start), end: whole.end.max(span.end) });
        here.into_iter().for_each(&mut *sink);
    });
}
