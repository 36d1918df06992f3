//! The searcher: one library, one index reader, any number of threads.

use crate::index::IndexError;
use crate::query::QueryError;
use crate::search::{SearchRequest, SearchResponse};
use crate::store::{Library, StoreError};
use std::sync::Arc;

/// Answers searches on a library; cheap to share.
pub struct Engine {}

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The query is over a limit.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The cursor is not one of ours or belongs to another query.
    #[error("the cursor is not valid for this search; start again without it")]
    Cursor,
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Opens the live generation of a library.
    pub fn open(library: Arc<Library>) -> Result<Engine, SearchError> {
        let _ = library;
        unimplemented!()
    }

    /// Follows the latest commit; true if there was one.
    pub fn reload(&self) -> Result<bool, SearchError> {
        unimplemented!()
    }

    /// The generation and commit that answer: changes whenever results may.
    pub fn generation(&self) -> String {
        unimplemented!()
    }

    /// Answers a search.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let _ = request;
        unimplemented!()
    }
}
