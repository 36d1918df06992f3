//! What the tools ask: the searcher, the library, and the address the world knows it by.

use crate::search::{Engine, SearchError, Stop};
use crate::store::Library;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest time for a tool.
const PATIENCE: Duration = Duration::from_secs(20);

/// A library that is served.
pub struct Served {
    /// The library.
    pub library: Arc<Library>,
    /// Searches it.
    pub engine: Engine,
    /// The address of a service on the same library with its base path, which does not end in `/`; without, there are no links.
    pub address: Option<String>,
}

/// Why a tool gives no answer, and what to do about it.
#[derive(Debug)]
pub struct Complaint(pub String);

impl Served {
    /// The searcher on what was committed last.
    pub fn engine(&self) -> Result<&Engine, Complaint> {
        self.engine.reload()?;
        Ok(&self.engine)
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The whole address of a path of the service, if it is known.
    pub fn link(&self, path: &str) -> Option<String> {
        self.address.as_ref().map(|address| format!("{address}{path}"))
    }

    /// Searches within the time there is for it.
    pub fn in_time<T>(&self, search: impl FnOnce() -> Result<T, SearchError>) -> Result<T, Complaint> {
        let stop = Stop { deadline: Instant::now() + PATIENCE, asked: Arc::default() };
        match stop.run(search) {
            Some(result) => Ok(result?),
            None => Err(Complaint("the search took too long; ask for something more specific".to_owned())),
        }
    }
}

impl From<SearchError> for Complaint {
    fn from(error: SearchError) -> Complaint {
        match error {
            SearchError::Query(error) => {
                Complaint(format!("the query cannot be used: {}; make it simpler", error.detail))
            }
            SearchError::Cursor => Complaint(error.to_string()),
            error if error.is_too_wide() => Complaint(error.to_string()),
            error => {
                tracing::error!(%error, "the library cannot be searched");
                if let Some(part) = error.part_down() {
                    return Complaint(format!(
                        "the library cannot be searched just now, as its {part} does not answer; try again"
                    ));
                }
                Complaint(
                    "the library cannot be searched just now; try again, or have `recto verify` look at it".to_owned(),
                )
            }
        }
    }
}

impl From<crate::store::StoreError> for Complaint {
    fn from(error: crate::store::StoreError) -> Complaint {
        SearchError::from(error).into()
    }
}
