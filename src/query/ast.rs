//! The query tree: what the user asked for, before any engine.

use crate::report::Span;

/// Fields a clause can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `title:`
    Title,
    /// `author:`
    Author,
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
    /// The analyzed words in order: one for a plain word, more for a phrase. A word that the analyzer splits
    /// (`e-mail`, a CJK run) is a phrase of its parts.
    pub words: Vec<String>,
    /// As typed, for messages (`interpreted`, `did_you_mean`).
    pub typed: String,
    /// Bytes of the query it was read from.
    pub span: Span,
}

/// How the words of a [`TextClause`] are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A word and all words of its stem.
    Word,
    /// In this order, unstemmed; `slop` 0 = adjacent, n = within n words.
    Phrase {
        /// Words that may stand between or out of order.
        slop: u32,
    },
    /// `wor*`.
    Prefix,
    /// `word~1`.
    Fuzzy {
        /// Letters that may differ, 1 or 2.
        distance: u8,
    },
}
