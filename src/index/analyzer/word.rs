//! The analyzer for single words and short texts: tokens that own their terms, grouped as typed.
//!
//! A query has to look for all variants of a word, so they are grouped here once instead of wherever a query is read.

use super::character::{Class, class};
use super::tables::ELIDED_WORDS;
use super::{Token, analyze};
use crate::report::Span;

/// A [`Token`] that owns its term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedToken {
    /// Folded form, as indexed.
    pub term: String,
    /// The bytes of the text it stands for.
    pub span: Span,
    /// Its place in the order of words.
    pub position: u32,
}

/// A word with its variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its terms at successive positions: one, or several for `e-mail` and `12.05.2023`.
    pub parts: Vec<String>,
    /// Terms that stand for all of it at the first position: `email`.
    pub variants: Vec<String>,
    /// The bytes of the text it stands for.
    pub span: Span,
}

/// The tokens of a short text.
pub fn analyze_words(text: &str) -> Vec<OwnedToken> {
    let mut tokens = Vec::new();
    analyze(text, &[], 0, &mut |Token { term, span, position }| {
        tokens.push(OwnedToken { term: term.to_owned(), span, position });
    });
    tokens
}

/// Whether a folded word stands before an apostrophe for want of its vowel (`l'`), and is a word of its own.
pub fn is_elided(term: &str) -> bool {
    ELIDED_WORDS.contains(&term)
}

/// Where the last character of a script without spaces begins, with its marks, if the text ends with one.
pub fn last_unspaced(text: &str) -> Option<usize> {
    let (at, last) = text.char_indices().rfind(|&(_, character)| class(character) != Class::Mark)?;
    (class(last) == Class::Unspaced).then_some(at)
}

/// Whether a term is one character, with its marks, of a script without spaces: the index holds it by itself only where
/// it stands alone, elsewhere in pairs with its neighbours.
pub fn is_unspaced_character(term: &str) -> bool {
    !term.is_ascii() && words(term).len() == 1 && words(&term.repeat(3)).len() == 2
}

/// The words of a short text, each with its variants. The bigrams of a run without spaces are words of their own.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut tokens = analyze_words(text).into_iter().peekable();
    while let Some(token) = tokens.next() {
        let mut word = Word { parts: Vec::new(), variants: Vec::new(), span: token.span };
        let first = token.position;
        let mut last = token;
        // Several terms at the first position: the last of them begins the parts.
        while let Some(part) = tokens.next_if(|next| next.position == first) {
            word.variants.push(std::mem::replace(&mut last, part).term);
        }
        let mut end = last.span.end;
        word.parts.push(last.term);
        if !word.variants.is_empty() {
            while let Some(part) = tokens.next_if(|next| next.span.end <= word.span.end) {
                end = part.span.end;
                word.parts.push(part.term);
            }
        }
        if end < word.span.end && !word.variants.is_empty() {
            // A word without its note mark: who types the raised digit means it (`m²`).
            word.parts = std::mem::take(&mut word.variants);
        }
        words.push(word);
    }
    words
}
