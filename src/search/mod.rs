//! Query → hits: reports, their best pages, passages with the matches marked, quads.
//!
//! What an engine has to answer is `backend::Backend`; the engine within is `embedded`.
//!
//! **Invariant:** knows neither HTTP nor terminals; it takes a [`SearchRequest`] and returns the contract's
//! [`SearchResponse`].

mod backend;
mod bare;
mod contributors;
mod copies;
mod cursor;
mod embedded;
mod engine;
mod every;
mod evidence;
mod explain;
mod facets;
mod found;
mod function_words;
mod holdings;
mod hydrate;
mod in_order;
mod kept;
mod languages;
mod page;
mod page_score;
mod passages;
mod place;
mod plan;
mod ranking;
mod related;
#[cfg(feature = "cluster")]
pub mod remote;
mod request;
mod response;
mod scope;
mod spelling;
mod stems;
mod stop;
mod suggest;
mod surroundings;
mod terms;
mod within;

#[cfg(test)]
mod tests;

pub use bare::BareQuery;
pub use contributors::{Contributor, ContributorList, Contributors, Letter};
pub use copies::{Copies, CopyKind, NearCopy};
pub use engine::{Engine, SearchError};
pub use every::EveryHit;
pub use holdings::{HeldField, HeldList, HeldOrder, HeldReport, Holdings};
pub use related::Related;
pub use request::{Filter, Operator, RequestError, SearchRequest, Sort};
pub use response::{
    ClauseExplanation, DidYouMean, Facet, FieldExplanation, Hit, IndexInfo, PageClauseExplanation, PageExplanation,
    PageHit, Passage, QueryInfo, Relation, ReportExplanation, SearchResponse, Total,
};
pub use stop::Stop;
pub use suggest::{Suggestion, Suggestions};
pub use within::PageMarks;
