//! The query tree: what the user asked for, before any engine.

use crate::report::Span;

/// Fields a clause can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `title:`
    Title,
    /// `author:`
    Author,
    /// `tag:`
    Tag,
    /// `file:`
    File,
    /// `section:`: only evidence on pages whose section path has these words.
    Section,
}

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// All must hold.
    And(Vec<Node>),
    /// One must hold.
    Or(Vec<Node>),
    /// Must not hold.
    Not(Box<Node>),
    /// A word, phrase, prefix or typo-tolerant word.
    Text(TextClause),
    /// `lang:en`, ISO 639-1, lower case.
    Language(String),
    /// `year:2020..2023`, both ends included; an open end is `None`.
    Year(Option<i32>, Option<i32>),
    /// `page:3`, `page:3..7`, both ends included: only evidence on these pages.
    Page(Option<u32>, Option<u32>),
}

/// Words to be found in the body (and title, authors, running heads) or in one field.
#[derive(Debug, Clone, PartialEq)]
pub struct TextClause {
    /// `None`: anywhere.
    pub field: Option<Field>,
    /// How the words are meant.
    pub kind: TextKind,
    /// The analyzed words in order, 1..=32: one for a plain word, more for a phrase. A word that the analyzer splits
    /// (`e-mail`, a CJK run) is a phrase of its parts, adjacent, though its kind is [`TextKind::Word`].
    pub words: Vec<String>,
    /// Other sequences of words, adjacent as in `words`, that match as well: `email` for `e-mail`, `1.234` for `1234`.
    /// Never for prefixes and typo-tolerant words; at most seven.
    pub alternatives: Vec<Vec<String>>,
    /// As typed, without quotes, operators and field, for messages (`interpreted`, `did_you_mean`).
    pub typed: String,
    /// Bytes of the query that `typed` stands at.
    pub span: Span,
}

/// How the words of a [`TextClause`] are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A word and all words of its stem; several words (see [`TextClause::words`]) are adjacent.
    Word,
    /// In this order, unstemmed; `slop` 0 = adjacent, n = within n words. One word alone is that very word.
    Phrase {
        /// Words that may stand between or out of order, 0..=10.
        slop: u32,
    },
    /// `wor*`: one word, at least three characters, or one character of a script without spaces, wherever it stands.
    Prefix,
    /// `word~1`: one word of 4..=32 characters.
    Fuzzy {
        /// Letters that may differ, 1 or 2.
        distance: u8,
    },
}

impl Field {
    /// As written in a query, without the colon.
    pub fn name(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Author => "author",
            Field::Tag => "tag",
            Field::File => "file",
            Field::Section => "section",
        }
    }
}
