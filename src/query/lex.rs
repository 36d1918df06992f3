//! Query text → lexemes: words, phrases, operators, parentheses, fields, each with its bytes.
//!
//! Curly quotes, typographic dashes and full-width forms are told apart here and nowhere else. Parentheses leave
//! balanced: one without its partner is dropped or closed at the end, with a warning.

use crate::index::analyzer::words;
use crate::query::Field;
use crate::query::parse::Warnings;
use crate::report::Span;

/// What a field limits words to, or what its value is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Words in this field.
    Text(Field),
    /// ISO 639-1 codes.
    Language,
    /// Years.
    Year,
    /// Page numbers.
    Page,
}

impl Scope {
    /// As written in a query.
    pub(super) fn name(self) -> &'static str {
        match self {
            Scope::Text(field) => field.name(),
            Scope::Language => "lang",
            Scope::Year => "year",
            Scope::Page => "page",
        }
    }

    /// The scope with this name in any case.
    pub(super) fn named(name: &str) -> Option<Scope> {
        Some(match name.to_ascii_lowercase().as_str() {
            "title" => Scope::Text(Field::Title),
            "author" => Scope::Text(Field::Author),
            "tag" => Scope::Text(Field::Tag),
            "file" => Scope::Text(Field::File),
            "section" => Scope::Text(Field::Section),
            "lang" | "language" => Scope::Language,
            "year" => Scope::Year,
            "page" => Scope::Page,
            _ => return None,
        })
    }
}

/// The kind of a lexeme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text without spaces, quotes and parentheses.
    Word,
    /// The text between quotes, with what followed the closing one: `~5` is 5.
    Phrase {
        /// As typed.
        slop: Option<u32>,
    },
    /// `AND`, `&&`.
    And,
    /// `OR`, `|`, `||`.
    Or,
    /// `NOT`, `-`.
    Not,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `title:` and so on; belongs to what follows.
    Field(Scope),
}

/// A piece of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme {
    /// What it is.
    pub(super) kind: Kind,
    /// Its bytes; of a phrase those between the quotes, of a field the name.
    pub(super) span: Span,
}

/// Parts a query, which is short enough for `u32`.
pub(super) fn lex(query: &str, warnings: &mut Warnings) -> Vec<Lexeme> {
    let mut lexer = Lexer { query, at: 0, lexemes: Vec::new(), warnings };
    while let Some(character) = lexer.peek() {
        lexer.step(character);
    }
    balance(lexer.lexemes, warnings)
}

/// Drops closing parentheses without an opening one; closes open ones at the end.
fn balance(lexemes: Vec<Lexeme>, warnings: &mut Warnings) -> Vec<Lexeme> {
    let mut open = 0usize;
    let mut balanced = Vec::with_capacity(lexemes.len());
    for lexeme in lexemes {
        match lexeme.kind {
            Kind::Open => open += 1,
            Kind::Close if open == 0 => {
                warnings.add("a closing parenthesis without an opening one was ignored");
                continue;
            }
            Kind::Close => open -= 1,
            _ => {}
        }
        balanced.push(lexeme);
    }
    if open > 0 {
        warnings.add("a parenthesis was not closed; it was read as closed at the end");
        let end = balanced.last().map_or(0, |last| last.span.end);
        let close = Lexeme { kind: Kind::Close, span: Span { start: end, end } };
        balanced.extend(std::iter::repeat_n(close, open));
    }
    balanced
}

struct Lexer<'q, 'w> {
    query: &'q str,
    at: usize,
    lexemes: Vec<Lexeme>,
    warnings: &'w mut Warnings,
}

impl Lexer<'_, '_> {
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.query.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.lexemes.push(Lexeme { kind, span: Span { start: offset(start), end: offset(end) } });
    }

    /// Reads what begins with `character`.
    fn step(&mut self, character: char) {
        let (start, next) = (self.at, self.at + character.len_utf8());
        if is_space(character) {
            self.at = next;
        } else if is_quote(character) {
            self.phrase(next);
        } else if is_open(character) {
            self.push(Kind::Open, start, next);
            self.at = next;
        } else if is_close(character) {
            self.push(Kind::Close, start, next);
            self.at = next;
        } else if is_dash(character) && self.is_minus(next) {
            self.push(Kind::Not, start, next);
            self.at = next;
        } else {
            self.chunk();
        }
    }

    /// Whether the dash before `next` negates: it begins a word and stands directly before it. More than one dash
    /// is a rule or an option of a command, not a negation.
    fn is_minus(&self, next: usize) -> bool {
        let before = self.query.get(..self.at).and_then(|before| before.chars().next_back());
        let after = self.query.get(next..).and_then(|after| after.chars().next());
        before.is_none_or(|before| is_space(before) || is_open(before))
            && after.is_some_and(|after| !is_space(after) && !is_dash(after) && !is_close(after))
    }

    /// Reads a phrase whose text begins at `start`.
    fn phrase(&mut self, start: usize) {
        let rest = self.query.get(start..).unwrap_or("");
        let Some((length, quote)) = rest.char_indices().find(|&(_, character)| is_quote(character)) else {
            self.warnings.add("a quotation mark was not closed; it was ignored");
            self.at = start;
            return;
        };
        let end = start + length;
        self.at = end + quote.len_utf8();
        let mut slop = None;
        if let Some(tilde) = self.peek().filter(|&character| is_tilde(character)) {
            self.at += tilde.len_utf8();
            let digits = self.rest().chars().take_while(char::is_ascii_digit).count();
            if digits == 0 {
                self.warnings.add("`~` after a phrase needs a number, such as \"a b\"~5; it was ignored");
            } else {
                slop = Some(self.rest().get(..digits).and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX));
            }
            self.at += digits;
        }
        self.push(Kind::Phrase { slop }, start, end);
    }

    /// Reads text up to a space, quote or parenthesis: an operator, a field, or a word.
    fn chunk(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let is_end =
            |character: char| is_space(character) || is_quote(character) || is_open(character) || is_close(character);
        let end = rest.char_indices().find(|&(at, character)| is_end(character) && !is_within_number(rest, at));
        let end = start + end.map_or(rest.len(), |(at, _)| at);
        let chunk = self.query.get(start..end).unwrap_or("");
        let operator = match chunk {
            "AND" | "&&" => Some(Kind::And),
            "OR" | "|" | "||" => Some(Kind::Or),
            "NOT" => Some(Kind::Not),
            _ => None,
        };
        let follows_field = self.lexemes.last().is_some_and(|last| matches!(last.kind, Kind::Field(_)));
        if let Some(operator) = operator.filter(|_| !follows_field) {
            self.push(operator, start, end);
        } else if let Some((name, value)) = field_name(chunk) {
            let name_end = end - value.len() - 1;
            let name_end = self.query.floor_char_boundary(name_end);
            let name_start = name_end - name.len();
            if let Some(scope) = Scope::named(name) {
                self.push(Kind::Field(scope), name_start, name_end);
            } else {
                if !value.is_empty() {
                    self.warnings.add(format!("there is no field `{name}`; it was read as a word"));
                }
                self.push(Kind::Word, name_start, name_end);
            }
            self.at = end - value.len();
            return;
        } else {
            self.push(Kind::Word, start, end);
        }
        self.at = end;
    }
}

/// The name and value of a chunk such as `title:cash`, punctuation before the name left out. An address or a time of
/// day is no field.
pub(super) fn field_name(chunk: &str) -> Option<(&str, &str)> {
    let mut rest = chunk;
    loop {
        let (before, value) = rest.split_once([':', '：'])?;
        let punctuation = before.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        if !words(punctuation).is_empty() {
            return None;
        }
        let name = before.get(punctuation.len()..).unwrap_or("");
        if !name.is_empty() {
            return (!value.starts_with("//")).then_some((name, value));
        }
        rest = value;
    }
}

/// Whether the character at a byte is a space that no line is broken at, before the thousands of a number.
fn is_within_number(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let Some(after) = rest.strip_prefix(['\u{A0}', '\u{2009}', '\u{202F}']) else { return false };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    digits == 3 && before.ends_with(|character: char| character.is_ascii_digit())
}

pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

pub(super) fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '〝' | '〞' | '〟' | '＂' | '「' | '」' | '『' | '』')
}

pub(super) fn is_open(character: char) -> bool {
    matches!(character, '(' | '（')
}

pub(super) fn is_close(character: char) -> bool {
    matches!(character, ')' | '）')
}

/// Dashes that negate at the start of a word.
pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// The tilde and its full-width form.
pub(super) fn is_tilde(character: char) -> bool {
    matches!(character, '~' | '～')
}

/// The asterisk and its full-width form.
pub(super) fn is_star(character: char) -> bool {
    matches!(character, '*' | '＊')
}
