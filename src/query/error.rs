//! A query over a limit: the only way a query can be refused.
//!
//! Everything else is read as words with a warning, because a reader's text is never wrong.

use crate::query::{MAX_BYTES, MAX_CLAUSES, MAX_LEVELS};

/// The query is over a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail} (at byte {position} of the query)")]
pub struct QueryError {
    /// Stable code: `query_too_long`, `query_too_many_clauses`, `query_too_deep`.
    pub code: &'static str,
    /// Which limit; lower case, no full stop.
    pub detail: String,
    /// Byte of the query where the limit was passed.
    pub position: usize,
}

impl QueryError {
    /// More than [`MAX_BYTES`].
    pub(super) fn too_long(position: usize) -> QueryError {
        QueryError { code: "query_too_long", detail: format!("the query is longer than {MAX_BYTES} bytes"), position }
    }

    /// More than [`MAX_CLAUSES`].
    pub(super) fn too_many_clauses(position: usize) -> QueryError {
        let detail = format!("the query has more than {MAX_CLAUSES} words, phrases and restrictions");
        QueryError { code: "query_too_many_clauses", detail, position }
    }

    /// More than [`MAX_LEVELS`].
    pub(super) fn too_deep(position: usize) -> QueryError {
        let detail = format!("the query nests parentheses and negations deeper than {MAX_LEVELS} levels");
        QueryError { code: "query_too_deep", detail, position }
    }
}
