//! The word at the end of a query that is still being typed, and what stands around it.
//!
//! Suggestions complete that word alone: operators, quotes, fields and other words before it stay as typed.

use crate::index::analyzer::words;
use crate::query::Field;
use crate::query::lex::{Kind, Scope, field_name, is_close, is_dash, is_open, is_quote, is_space, lex};
use crate::query::parse::Warnings;
use crate::report::Span;

/// The end of a query as typed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished<'q> {
    /// The query before the word, for parsing: an open phrase is closed, and what belongs to the word left out.
    pub rest: String,
    /// The word as typed; empty after a space, a bracket or a closing quote.
    pub word: &'q str,
    /// The bytes of the word in the query.
    pub span: Span,
    /// Words of the open phrase before it, in order, as analyzed.
    pub phrase: Vec<String>,
    /// Whether a quotation mark before it is still open.
    pub is_quoted: bool,
    /// Whether reports with it are to be left out.
    pub is_negative: bool,
    /// Whether it stands after `OR`, so that the words before it need not occur.
    pub is_alternative: bool,
    /// What it is looked for in.
    pub place: Place,
}

/// What an unfinished word is looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere in the report.
    Anywhere,
    /// Words of one field.
    Field(Field),
    /// Codes and numbers, which are not words: `lang:`, `year:`, `page:`.
    Values,
}

/// Splits a query at the word that is being typed.
pub fn unfinished(query: &str) -> Unfinished<'_> {
    let is_end =
        |character: char| is_space(character) || is_quote(character) || is_open(character) || is_close(character);
    let last_end = query.char_indices().rfind(|&(_, character)| is_end(character));
    let start = last_end.map_or(0, |(at, character)| at + character.len_utf8());
    let quote = open_quote(query);
    let before = query.get(..start).unwrap_or("");
    let mut chunk = query.get(start..).unwrap_or("");
    let (mut is_negative, mut is_alternative, mut place) = (false, false, Place::Anywhere);
    let operators = query.get(..quote.map_or(start, |(at, _)| at)).unwrap_or("");
    match last_kind(operators) {
        Some(Kind::Or) => is_alternative = true,
        Some(Kind::Not) => is_negative = true,
        Some(Kind::Field(scope)) => place = place_of(scope),
        _ => {}
    }
    if quote.is_none() {
        let boundary = last_end.is_none_or(|(_, character)| is_space(character) || is_open(character));
        if let Some(dash) = chunk.chars().next().filter(|&first| boundary && is_dash(first)) {
            is_negative = !is_negative;
            chunk = chunk.get(dash.len_utf8()..).unwrap_or("");
        }
        if let Some((name, value)) = field_name(chunk)
            && let Some(scope) = Scope::named(name)
        {
            place = place_of(scope);
            chunk = value;
        }
    }
    let at = |part: &str| u32::try_from(query.len() - part.len()).unwrap_or(u32::MAX);
    let (rest, phrase) = match quote {
        Some((at, after)) => {
            let phrase = query.get(after..start).unwrap_or("");
            let parts = words(phrase).into_iter().flat_map(|word| word.parts).collect();
            (format!("{}\"{phrase}\"", query.get(..at).unwrap_or("")), parts)
        }
        None => (before.to_owned(), Vec::new()),
    };
    Unfinished {
        rest,
        word: chunk,
        span: Span { start: at(chunk), end: at("") },
        phrase,
        is_quoted: quote.is_some(),
        is_negative,
        is_alternative,
        place,
    }
}

/// What the last lexeme is; brackets closed for want of a partner do not count.
fn last_kind(query: &str) -> Option<Kind> {
    lex(query, &mut Warnings::default()).iter().map(|lexeme| lexeme.kind).rfind(|kind| *kind != Kind::Close)
}

fn place_of(scope: Scope) -> Place {
    match scope {
        Scope::Text(field) => Place::Field(field),
        Scope::Language | Scope::Year | Scope::Page => Place::Values,
    }
}

/// Where the last quotation mark without its partner stands, and where its phrase begins.
fn open_quote(query: &str) -> Option<(usize, usize)> {
    let mut open = None;
    for (at, character) in query.char_indices().filter(|&(_, character)| is_quote(character)) {
        open = if open.is_some() { None } else { Some((at, at + character.len_utf8())) };
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_told_from_what_stands_before_it() {
        let plain = |rest: &str, word: &'static str| Unfinished {
            rest: rest.to_owned(),
            word,
            span: Span { start: 0, end: 0 },
            phrase: Vec::new(),
            is_quoted: false,
            is_negative: false,
            is_alternative: false,
            place: Place::Anywhere,
        };
        for (query, expected) in [
            ("", plain("", "")),
            ("cash", plain("", "cash")),
            ("cash ", plain("cash ", "")),
            ("cash  tra", plain("cash  ", "tra")),
            ("(cash OR tra", Unfinished { is_alternative: true, ..plain("(cash OR ", "tra") }),
            ("cash -tra", Unfinished { is_negative: true, ..plain("cash ", "tra") }),
            ("cash NOT tra", Unfinished { is_negative: true, ..plain("cash NOT ", "tra") }),
            ("cash title:tra", Unfinished { place: Place::Field(Field::Title), ..plain("cash ", "tra") }),
            ("author: mül", Unfinished { place: Place::Field(Field::Author), ..plain("author: ", "mül") }),
            ("year:20", Unfinished { place: Place::Values, ..plain("", "20") }),
            ("e-mai", plain("", "e-mai")),
            ("\"cash\" tra", plain("\"cash\" ", "tra")),
            (
                "year:2020 “cash tra",
                Unfinished { phrase: vec!["cash".into()], is_quoted: true, ..plain("year:2020 \"cash \"", "tra") },
            ),
            (
                "title:\"tra",
                Unfinished { is_quoted: true, place: Place::Field(Field::Title), ..plain("title:\"\"", "tra") },
            ),
        ] {
            let found = unfinished(query);
            let span = Span { start: (query.len() - expected.word.len()) as u32, end: query.len() as u32 };
            assert_eq!(found, Unfinished { span, ..expected }, "{query}");
        }
    }
}
