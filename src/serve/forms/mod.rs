//! A search in other forms: every hit as rows, a feed, a browser's search box.

pub mod feed;
pub mod opensearch;
pub mod rows;
