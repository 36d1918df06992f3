//! PDFs handed over: by programs one at a time ([`api`]), by people as a form of several ([`page`]).

pub mod api;
pub mod page;

mod incoming;
mod kept;
