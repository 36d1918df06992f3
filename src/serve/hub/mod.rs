//! Ways into the library without a query: the start page, the list of reports and what it can be narrowed by, feeds to
//! follow, and what search engines are told.
//!
//! All of it is told from [`crate::search::Holdings`], so that counts, lists and feeds agree with each other and with
//! what a search can find.

pub mod contributors;
pub mod feeds;
pub mod front;
pub mod list;
pub mod sitemap;
pub mod values;
pub mod wanted;

pub use wanted::Wanted;
