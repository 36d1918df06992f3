//! Text → words to index: the one analyzer for ingest, query, highlighting and suggestions.
//!
//! Splits on letters, marks and digits; folds case, accents, width and ligatures; Han, kana, Thai, Lao, Khmer and
//! Myanmar runs become overlapping bigrams; a word joined over a line end (U+00AD) or broken with a printed hyphen
//! (`-\n`) is found joined and, for the latter, by its parts.
//!
//! # Rules
//!
//! | text | terms |
//! |---|---|
//! | `Café`, NFC or NFD; `ﬁnance`, `CO₂`, `Ｆｕｌｌ` | `cafe`; `finance`, `co2`, `full` |
//! | `U.S.`, `e.g.`: single letters with full stops | `us`, `eg` |
//! | `e-mail`, also broken as `e-⏎mail` | `email` and `e` at p, `mail` at p + 1 |
//! | `2019-2021`: a hyphen between numbers | `2019`, `2021` |
//! | `council's`, `we'll`: possessive and clitics | `council`, `we` |
//! | `don't` | `dont` |
//! | `l'eau`, `dell'acqua`: elision | `l`, `eau`; `dell`, `acqua` |
//! | `O'Brien`: any other apostrophe | `obrien` and `o` at p, `brien` at p + 1 |
//! | `1,234.56`, `1.234,56`, `1'234.56` | `1234.56` |
//! | `3.5`; `1.234` (a decimal, or thousands) | `3.5`; `1.234` and `1234` at p |
//! | `3,5`; `12.05.2023` | `3.5` and `3` at p, `5` at p + 1; `12.05.2023` and its parts |
//! | `targets¹`: a raised digit may be a note | `targets1` and `targets` at p |
//! | `東京都`, with a line end within it or not | `東京`, `京都` |
//!
//! A query has to try both ways to read a word with variants: see [`words`].

mod accented;
mod character;
mod cluster;
mod fold;
mod number;
mod scan;
mod sought;
mod tables;
mod whole;
mod word;

pub use accented::accented;
pub use fold::fold;
pub use sought::SoughtTerms;
pub use whole::WholeWords;
pub use word::{OwnedToken, Word, analyze_words, is_elided, is_unspaced_character, last_unspaced, words};

use crate::report::Span;

/// Raised whenever the same text may give other tokens: an index made under another version is rebuilt.
pub const ANALYZER_VERSION: u32 = 1;

/// Longest term kept, in characters; the rest of a longer run is cut.
pub const MAX_TERM_CHARACTERS: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'t> {
    /// Folded form, as indexed; borrowed from the text or from the analyzer's buffer, for the call only.
    pub term: &'t str,
    /// The bytes of the text it stands for.
    pub span: Span,
    /// Its place in the order of words; variants of one word share it (`e-mail`: `email` and `e` at p, `mail` at p + 1).
    pub position: u32,
}

/// Gives the tokens of `text` outside `skip` (rising spans, such as furniture) to `sink`, in order of position, and
/// returns the position after the last one. `first_position` numbers the first.
///
/// A skipped span parts words but leaves no gap in the positions. The starts of the spans never fall; a variant that
/// stands for several words comes before them.
pub fn analyze(text: &str, skip: &[Span], first_position: u32, sink: &mut dyn FnMut(Token<'_>)) -> u32 {
    scan_outside(scan::Scanner::new(text, first_position, sink), text, skip)
}

/// As [`analyze`] for whoever seeks a few terms: of the others those that are plain ASCII words may be left out, which
/// are most of most texts.
pub fn analyze_sought(
    text: &str,
    skip: &[Span],
    first_position: u32,
    sought: &SoughtTerms,
    sink: &mut dyn FnMut(Token<'_>),
) -> u32 {
    scan_outside(scan::Scanner::new(text, first_position, sink).seeking(sought), text, skip)
}

fn scan_outside(mut scanner: scan::Scanner<'_, '_>, text: &str, skip: &[Span]) -> u32 {
    let mut from = 0;
    for span in skip.iter().filter(|span| span.start < span.end) {
        let start = text.floor_char_boundary(span.start as usize);
        let end = text.ceil_char_boundary(span.end as usize);
        if from < start {
            scanner.scan(from, start);
        }
        from = from.max(end);
    }
    if from < text.len() {
        scanner.scan(from, text.len());
    }
    scanner.position()
}

#[cfg(test)]
mod tests;
