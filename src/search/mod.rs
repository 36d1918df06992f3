//! Query → hits: reports, their best pages, passages with the matches marked, quads.
//!
//! **Invariant:** knows neither HTTP nor terminals; it takes a [`SearchRequest`] and returns the contract's
//! [`SearchResponse`].

mod engine;
pub mod passages;
mod request;
mod response;

pub use engine::{Engine, SearchError};
pub use request::{Filter, Operator, RequestError, SearchRequest, Sort};
pub use response::{DidYouMean, Facet, Hit, IndexInfo, PageHit, Passage, QueryInfo, Relation, SearchResponse, Total};
