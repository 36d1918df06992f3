//! The places on a page where a clause matches: one pass of the analyzer, then phrases checked by position.
//!
//! Nearly all words of a page match nothing, so they are turned away by first byte and length before any hashing.

use super::{ClauseMatcher, TermMark};
use crate::index::analyzer::analyze;
use crate::report::Span;
use crate::search::languages::LanguageSet;
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

/// A word in a place of a phrase.
#[derive(Debug, Clone, Copy)]
struct Filled {
    position: u32,
    span: Span,
}

/// Terms by what they stand for.
#[derive(Debug)]
pub(super) struct Lookup<'m> {
    roles: HashMap<&'m str, Vec<Role>>,
    /// For each first byte the lengths that occur, one bit a length, the last for all longer.
    lengths: Box<[u64; 256]>,
    phrases: Vec<Phrase>,
    places: usize,
    clauses: usize,
}

impl<'m> Lookup<'m> {
    pub(super) fn new(clauses: &'m [ClauseMatcher]) -> Lookup<'m> {
        let mut lookup = Lookup {
            roles: HashMap::new(),
            lengths: Box::new([0; 256]),
            phrases: Vec::new(),
            places: 0,
            clauses: clauses.len(),
        };
        for (clause, matcher) in clauses.iter().enumerate() {
            match matcher {
                ClauseMatcher::Terms(terms) => {
                    for (term, &mark) in terms {
                        lookup.add(term, Role::Term { clause, mark });
                    }
                }
                ClauseMatcher::Phrase { places, slop } => {
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
        if let Some(&first) = term.as_bytes().first() {
            self.lengths[first as usize] |= length_bit(term);
            self.roles.entry(term).or_default().push(role);
        }
    }

    /// What a term stands for.
    #[inline]
    fn roles(&self, term: &str) -> &[Role] {
        let may_occur =
            term.as_bytes().first().is_some_and(|&first| self.lengths[first as usize] & length_bit(term) != 0);
        if may_occur { self.roles.get(term).map_or(&[], Vec::as_slice) } else { &[] }
    }

    /// All matches on a page in order of their starts; see [`super::Marker::find`].
    pub(super) fn occurrences(
        &self,
        languages: LanguageSet,
        text: &str,
        skip: &[Span],
        next: Option<(&str, &[Span])>,
    ) -> Vec<Occurrence> {
        let mut found = Vec::new();
        if self.roles.is_empty() {
            return found;
        }
        let mut filled: Vec<Vec<Filled>> = vec![Vec::new(); self.places];
        let after = analyze(text, skip, 0, &mut |token| {
            for role in self.roles(token.term) {
                match *role {
                    Role::Term { clause, mark } if mark.languages.meets(languages) => {
                        found.push(Occurrence { span: token.span, clause, weight: mark.weight });
                    }
                    Role::Term { .. } => {}
                    Role::Place(place) => fill(&mut filled, place, token.position, token.span),
                }
            }
        });
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if let Some((head, skip)) = next.filter(|_| !self.phrases.is_empty()) {
            let head = head_of(head);
            // Not on this page: never the first word of a match, nor its end.
            let elsewhere = Span { start: end, end: 0 };
            analyze(head, skip, after, &mut |token| {
                for role in self.roles(token.term) {
                    if let Role::Place(place) = *role {
                        fill(&mut filled, place, token.position, elsewhere);
                    }
                }
            });
        }
        for phrase in &self.phrases {
            let places = filled.get(phrase.places.clone()).unwrap_or(&[]);
            phrase_spans(places, phrase.slop, &mut |span| {
                if span.start < end {
                    found.push(Occurrence { span, clause: phrase.clause, weight: 1.0 });
                }
            });
        }
        found.sort_by_key(|occurrence| (occurrence.span.start, occurrence.span.end, occurrence.clause));
        found.dedup_by_key(|occurrence| (occurrence.span, occurrence.clause));
        found
    }
}

/// The bit of a term's length.
#[inline]
fn length_bit(term: &str) -> u64 {
    1 << term.len().min(63)
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
fn fill(filled: &mut [Vec<Filled>], place: usize, position: u32, span: Span) {
    if let Some(list) = filled.get_mut(place)
        && list.last().is_none_or(|last| last.position < position)
    {
        list.push(Filled { position, span });
    }
}

/// Gives the span of each match of a phrase whose places are filled as listed.
///
/// As in Lucene, a word is out of place by its distance from where the phrase wants it, and all distances together
/// span at most `slop`.
fn phrase_spans(places: &[Vec<Filled>], slop: u32, sink: &mut dyn FnMut(Span)) {
    if places.is_empty() || places.iter().any(Vec::is_empty) {
        return;
    }
    let mut at = vec![0usize; places.len()];
    loop {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        let mut least_place = 0;
        for (place, list) in places.iter().enumerate() {
            let Some(word) = list.get(at[place]) else { return };
            let shift = i64::from(word.position) - place as i64;
            if shift < least {
                (least, least_place) = (shift, place);
            }
            most = most.max(shift);
        }
        if most - least <= i64::from(slop) && (slop == 0 || are_distinct(places, &at)) {
            let words = places.iter().zip(&at).filter_map(|(list, &index)| list.get(index));
            let (start, end) =
                words.fold((u32::MAX, 0), |(start, end), word| (start.min(word.span.start), end.max(word.span.end)));
            sink(Span { start, end });
        }
        at[least_place] += 1;
    }
}

/// Whether no word fills two places.
fn are_distinct(places: &[Vec<Filled>], at: &[usize]) -> bool {
    let mut positions: Vec<u32> =
        places.iter().zip(at).filter_map(|(list, &index)| list.get(index)).map(|word| word.position).collect();
    positions.sort_unstable();
    positions.windows(2).all(|pair| pair[0] != pair[1])
}
