//! A query over a limit: the only way a query can be refused.

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
