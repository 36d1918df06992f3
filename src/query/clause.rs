//! The text of one word or phrase → a clause: its words by the analyzer, its other spellings, its kind.
//!
//! A word that the analyzer gives in several ways (`e-mail`, `1.234`) becomes a clause with alternatives, so that the
//! engine need not know the analyzer's variants.

use crate::index::analyzer::{Word, is_elided, is_unspaced_character, words};
use crate::query::lex::{is_star, is_tilde};
use crate::query::parse::Warnings;
use crate::query::{Field, MAX_PHRASE_WORDS, MAX_SLOP, TextClause, TextKind};
use crate::report::Span;

/// Most ways to print the words of a clause.
const MAX_WAYS: usize = 8;
/// Fewest characters before `*`.
const MIN_PREFIX_CHARACTERS: usize = 3;
/// Lengths of words that may have typos, in characters.
const FUZZY_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=32;
/// From this length on, in characters, `word~` allows two letters to differ.
const LONG_WORD_CHARACTERS: usize = 8;

/// A phrase from the text between its quotes; `None` if it has no words.
pub(super) fn phrase(
    text: &str,
    start: u32,
    slop: Option<u32>,
    field: Option<Field>,
    warnings: &mut Warnings,
) -> Option<TextClause> {
    if slop.is_some_and(|slop| slop > MAX_SLOP) {
        warnings.add(format!("at most {MAX_SLOP} words may stand between those of a phrase"));
    }
    let kind = TextKind::Phrase { slop: slop.unwrap_or(0).min(MAX_SLOP) };
    let typed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let span = Span { start, end: start.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX)) };
    let words = words(text);
    let kind = if single_term(&words).is_some_and(is_unspaced_character) { TextKind::Prefix } else { kind };
    assemble(&words, kind, field, typed, span, warnings)
}

/// A word with its ending (`*`, `~1`) from text without spaces; `None` if it has no words.
pub(super) fn word(text: &str, start: u32, field: Option<Field>, warnings: &mut Warnings) -> Option<TextClause> {
    let (plain, kind) = ending(text, warnings);
    let mut words = words(plain);
    if let [elided, _] = words.as_slice()
        && let [term] = elided.parts.as_slice()
        && is_elided(term)
        && plain.get(elided.span.end as usize..).is_some_and(|rest| rest.starts_with(['\'', '\u{2019}', '＇']))
    {
        // `l'eau` asks for water, whatever article stands before it.
        words.remove(0);
    }
    let (first, last) = (words.first()?, words.last()?);
    let inner = Span { start: first.span.start, end: last.span.end };
    let typed = inner.of(plain).to_owned();
    let span = Span { start: start.saturating_add(inner.start), end: start.saturating_add(inner.end) };
    let kind = settle(kind, &words, warnings);
    assemble(&words, kind, field, typed, span, warnings)
}

/// Splits a word from its ending, and says what the ending asks for.
fn ending<'t>(text: &'t str, warnings: &mut Warnings) -> (&'t str, TextKind) {
    let bare = text.trim_end_matches(is_star);
    let mut kind = TextKind::Word;
    let mut plain = text;
    if bare.len() < text.len() {
        plain = bare;
        kind = TextKind::Prefix;
    } else if let Some((before, after)) = text.rsplit_once(is_tilde) {
        match after {
            "" | "1" | "2" => {
                plain = before;
                let is_long = before.chars().count() >= LONG_WORD_CHARACTERS;
                kind = TextKind::Fuzzy { distance: if after == "2" || after.is_empty() && is_long { 2 } else { 1 } };
            }
            "0" => plain = before,
            _ if !before.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit()) => {
                warnings.add("at most two letters of a word may differ: `word~2`");
                plain = before;
                kind = TextKind::Fuzzy { distance: 2 };
            }
            _ => {}
        }
    }
    if plain.contains(is_star) && plain.chars().any(char::is_alphanumeric) {
        warnings.add("`*` works only at the end of a word; it was ignored elsewhere");
    }
    (plain, kind)
}

/// What a word's ending means for the words it was typed at: plain words if it cannot be kept.
fn settle(kind: TextKind, words: &[Word], warnings: &mut Warnings) -> TextKind {
    let single = single_term(words);
    let characters = single.map_or(0, |term| term.chars().count());
    match kind {
        _ if single.is_some_and(is_unspaced_character) => TextKind::Prefix,
        TextKind::Prefix if characters < MIN_PREFIX_CHARACTERS => {
            warnings.add(format!("`*` needs one word of at least {MIN_PREFIX_CHARACTERS} characters; it was ignored"));
            TextKind::Word
        }
        TextKind::Fuzzy { .. } if !FUZZY_CHARACTERS.contains(&characters) => {
            let (least, most) = (FUZZY_CHARACTERS.start(), FUZZY_CHARACTERS.end());
            warnings.add(format!("`~` needs one word of {least} to {most} characters; it was ignored"));
            TextKind::Word
        }
        kind => kind,
    }
}

/// The one term of words that can be read in one way only.
fn single_term(words: &[Word]) -> Option<&str> {
    match words {
        [word] if word.variants.is_empty() => match word.parts.as_slice() {
            [term] => Some(term),
            _ => None,
        },
        _ => None,
    }
}

/// A clause of all ways to print `words`; `None` if there are none.
fn assemble(
    words: &[Word],
    kind: TextKind,
    field: Option<Field>,
    typed: String,
    span: Span,
    warnings: &mut Warnings,
) -> Option<TextClause> {
    let mut ways: Vec<Vec<String>> = vec![Vec::new()];
    for word in words {
        let mut choices: Vec<&[String]> = vec![&word.parts];
        choices.extend(word.variants.iter().map(std::slice::from_ref));
        if ways.len() * choices.len() > MAX_WAYS {
            choices.truncate(1);
        }
        ways = choices
            .iter()
            .flat_map(|choice| ways.iter().map(|way| way.iter().chain(*choice).cloned().collect::<Vec<_>>()))
            .collect();
    }
    if ways.iter().any(|way| way.len() > MAX_PHRASE_WORDS) {
        warnings.add(format!("only the first {MAX_PHRASE_WORDS} words of a phrase count"));
        ways.truncate(1);
        ways.iter_mut().for_each(|way| way.truncate(MAX_PHRASE_WORDS));
    }
    let mut ways = ways.into_iter();
    let words = ways.next().filter(|words| !words.is_empty())?;
    Some(TextClause { field, kind, words, alternatives: ways.collect(), typed, span })
}
