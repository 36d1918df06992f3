//! The accounts of people: pages to register, log in and out, and look after one's
//! account; what administrators do to accounts and keys; and all of it for programs.
//!
//! **Invariants:** nothing here tells whether an account exists but to its owner; every password costs one hash,
//! whatever becomes of it; sessions begin with a token of their own, never with one that was sent.

pub mod account;
pub mod administer;
pub mod api;
pub mod attempts;
pub mod desk;
pub mod login;
pub mod passwords;
pub mod register;
pub mod reset;
pub mod session_api;
pub mod tickets_api;

mod entry;

pub use entry::{Entry, begin, end, next_of, require_encryption, shown};
