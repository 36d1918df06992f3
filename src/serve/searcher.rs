//! What the service needs of a search engine: the seam at which its tests put an engine of their own.

use crate::report::ReportId;
use crate::search::{
    Copies, Engine, Hit, Holdings, PageMarks, Related, SearchError, SearchRequest, SearchResponse, Suggestions,
};
use crate::store::StoredPage;

/// The hits of a search to the last one, some at a time; taking them blocks.
pub type Pieces = Box<dyn Iterator<Item = Result<Vec<Hit>, SearchError>> + Send>;

/// Answers searches; blocks.
pub trait Searcher: Send + Sync {
    /// See [`Engine::generation`].
    fn generation(&self) -> String;

    /// See [`Engine::reload`].
    fn reload(&self) -> Result<bool, SearchError>;

    /// See [`Engine::search`].
    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError>;

    /// See [`Engine::every_hit`].
    fn every_hit(&self, request: SearchRequest, limit: usize) -> Result<Pieces, SearchError>;

    /// See [`Engine::suggest`].
    fn suggest(&self, q: &str, limit: usize) -> Result<Suggestions, SearchError>;

    /// See [`Engine::search_within`].
    fn search_within(&self, request: &SearchRequest, id: ReportId) -> Result<Option<Hit>, SearchError>;

    /// See [`Engine::copies`].
    fn copies(&self, id: ReportId) -> Result<Copies, SearchError>;

    /// See [`Engine::related`].
    fn related(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, SearchError>;

    /// See [`Engine::holdings`].
    fn holdings(&self) -> Result<Holdings, SearchError>;

    /// See [`Engine::page_marks`].
    fn page_marks(&self, q: &str, id: ReportId, number: u32, page: &StoredPage) -> Result<PageMarks, SearchError>;
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

    fn every_hit(&self, request: SearchRequest, limit: usize) -> Result<Pieces, SearchError> {
        Ok(Box::new(Engine::every_hit(self, request, limit)?))
    }

    fn suggest(&self, q: &str, limit: usize) -> Result<Suggestions, SearchError> {
        Engine::suggest(self, q, limit)
    }

    fn search_within(&self, request: &SearchRequest, id: ReportId) -> Result<Option<Hit>, SearchError> {
        Engine::search_within(self, request, id)
    }

    fn copies(&self, id: ReportId) -> Result<Copies, SearchError> {
        Engine::copies(self, id)
    }

    fn related(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, SearchError> {
        Engine::related(self, id, limit)
    }

    fn holdings(&self) -> Result<Holdings, SearchError> {
        Engine::holdings(self)
    }

    fn page_marks(&self, q: &str, id: ReportId, number: u32, page: &StoredPage) -> Result<PageMarks, SearchError> {
        Engine::page_marks(self, q, id, number, page)
    }
}
