//! The query language: any text → a bounded tree, with warnings for what was read as plain words.

mod ast;
mod error;
mod parse;

pub use ast::{Field, Node, TextClause, TextKind};
pub use error::QueryError;
pub use parse::{ParsedQuery, interpret, parse};
