//! The reports of a library that outgrows one machine and their pages, kept by Quickwit 0.9: its part is storing, retrieving, counting and
//! deleting; query tree, analysis, grouping, passages and quads stay Recto's.
//!
//! Spoken to by HTTP, in the subset of the Elasticsearch API that it honours and a few calls of its own. It has no
//! authentication: it belongs on a private network behind Recto.
//!
//! What it would let pass silently is an error here:
//!
//! * A search that some shards failed, that ran out of time or that was ended early gives **no** answer, never a shorter
//!   one ([`QuickwitError::Partial`]). It is asked for in the request and checked in the answer.
//! * Totals are always asked for whole, and a total that is not exact is an error.
//! * Order is always asked for: without it there is no ranking. At most two keys can be named.
//! * Several words are never one `match`, which fails on fields with positions: [`Clause`] has only terms, phrases,
//!   beginnings and the like, for which analyzed words are needed and Recto's analyzer has run.
//! * Nothing is concluded from an ingest that was not answered ([`QuickwitError::is_unknown`]); every row of an answer is
//!   looked at, as errors of rows come with status 200.
//! * A request for ingest has at most 8 MiB and 500 documents, and goes to indexers only, on a connection of its own.

mod calls;
mod control;
mod documents;
mod error;
mod http;
mod ingest;
mod name;
mod nodes;
mod publishing;
mod query;
mod search;

#[cfg(test)]
pub(crate) mod tests;

pub use calls::{CALLS, Calls};
pub use control::{Description, Ensured, NodeHealth};
pub use documents::{Document, Kept, PageDocument, ReportDocument, documents, pages_index, reports_index};
pub use error::QuickwitError;
pub use ingest::{Batch, PutReport, RowError};
pub use name::IndexName;
pub use publishing::QuickwitIndexes;
pub use query::Clause;
pub use search::{Bucket, FacetRequest, Found, FoundFacet, FoundHit, Key, MOST_HIDDEN, Order, Search};

use http::Http;
use nodes::Nodes;
use std::time::Duration;

/// Where Quickwit is and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Nodes that search, as `http://host:7280`.
    pub search_urls: Vec<String>,
    /// Nodes that index; others let an ingest hang.
    pub ingest_urls: Vec<String>,
    /// Longest time for a search, with its second try.
    pub search_time: Duration,
    /// Longest time for a request that stores.
    pub ingest_time: Duration,
    /// Longest time to reach a node.
    pub connect_time: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            search_urls: Vec::new(),
            ingest_urls: Vec::new(),
            search_time: Duration::from_secs(2),
            ingest_time: Duration::from_secs(60),
            connect_time: Duration::from_millis(500),
        }
    }
}

/// A client; cheap to share among threads.
#[derive(Debug)]
pub struct Quickwit {
    searchers: Nodes,
    indexers: Nodes,
    /// Keeps connections.
    http: Http,
    /// Keeps none: a connection that the other side has closed meanwhile would leave unknown what became of a request.
    ingest_http: Http,
    options: Options,
}

impl Quickwit {
    /// A client of these nodes; none of them is spoken to yet.
    pub fn new(options: Options) -> Result<Quickwit, QuickwitError> {
        Ok(Quickwit {
            searchers: Nodes::new(&options.search_urls)?,
            indexers: Nodes::new(&options.ingest_urls)?,
            http: Http::keeping_connections(options.connect_time),
            ingest_http: Http::new(options.connect_time),
            options,
        })
    }
}
