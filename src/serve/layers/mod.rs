//! What stands around every handler.

pub mod access;
pub mod headers;
