//! The parser: total within the limits, linear, not recursive without bound.

use crate::query::{Node, QueryError};

/// A query as understood.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedQuery {
    /// The tree; `None` if the query holds no word at all.
    pub root: Option<Node>,
    /// What could not be read as syntax and was read as words; lower case, no full stop.
    pub warnings: Vec<String>,
}

/// Reads a query. `or_by_default` joins bare words by OR instead of AND.
pub fn parse(query: &str, or_by_default: bool) -> Result<ParsedQuery, QueryError> {
    let _ = (query, or_by_default);
    unimplemented!()
}

/// The query with explicit operators and normalised words: `cash AND (transfer OR grant) AND NOT "food aid"`.
pub fn interpret(root: &Node) -> String {
    let _ = root;
    unimplemented!()
}
