//! What the service needs of a search engine: the seam at which its tests put an engine of their own.

use crate::report::Span;
use crate::search::{Engine, SearchError, SearchRequest, SearchResponse};
use crate::store::StoredPage;

/// Answers searches; blocks.
pub trait Searcher: Send + Sync {
    /// See [`Engine::generation`].
    fn generation(&self) -> String;

    /// See [`Engine::reload`].
    fn reload(&self) -> Result<bool, SearchError>;

    /// See [`Engine::search`].
    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError>;

    /// The bytes of a page's text that match a query, rising. `next` is the page after it, over whose start a phrase
    /// may go on.
    fn marks(&self, q: &str, page: &StoredPage, next: Option<&StoredPage>) -> Result<Vec<Span>, SearchError>;
}

impl Searcher for Engine {
    fn generation(&self) -> String {
        Engine::generation(self)
    }

    fn reload(&self) -> Result<bool, SearchError> {
        Engine::reload(self)
    }

    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        Engine::search(self, request)
    }

    fn marks(&self, _q: &str, _page: &StoredPage, _next: Option<&StoredPage>) -> Result<Vec<Span>, SearchError> {
        Ok(Vec::new())
    }
}
