//! What stands around every handler.

pub mod access;
pub mod csrf;
pub mod deadline;
pub mod headers;
pub mod observe;
pub mod rates;
