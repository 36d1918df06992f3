//! The query language: any text → a bounded tree, with warnings for what was read as plain words.
//!
//! The parser is Recto's own because every text has to be a legal query: within the limits it is total, linear, and
//! the tree is never deeper than [`MAX_LEVELS`], so that walking and dropping it is safe on any stack.
//!
//! ```text
//! query    = group (OR group)*            OR, |, ||
//! group    = item (AND? item)*            AND, &&, or nothing between
//! item     = (NOT | -)* (field:)? (word | "phrase"~n | ( query ))
//! word     = text, text*, text~, text~1, text~2
//! field    = title author file section | lang: en | year:, page: 3, 3..7, 3.., ..7, >=3, <=7
//! ```

// A request must never end in a panic, whatever it says.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing, clippy::string_slice))]

mod ast;
mod clause;
mod error;
mod interpret;
mod lex;
mod parse;
mod range;
#[cfg(test)]
mod tests;
mod unfinished;

pub use ast::{Field, Node, TextClause, TextKind};
pub use error::QueryError;
pub use interpret::interpret;
pub use parse::{ParsedQuery, parse};
pub(crate) use range::range;
pub use unfinished::{Place, Unfinished, unfinished};

/// Longest query in bytes.
pub const MAX_BYTES: usize = 1_024;
/// Most words, phrases and restrictions in a query.
pub const MAX_CLAUSES: usize = 64;
/// Deepest nesting of parentheses and negations.
pub const MAX_LEVELS: usize = 16;
/// Most words in a phrase; the rest is left out with a warning.
pub const MAX_PHRASE_WORDS: usize = 32;
/// Most words that may stand between those of a phrase; more is read as this many, with a warning.
pub const MAX_SLOP: u32 = 10;
