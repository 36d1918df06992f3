//! What stands around every handler.

pub mod headers;
