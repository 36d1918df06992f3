//! Connections: taken, counted, timed and ended.

pub mod accept;
pub mod client;
pub mod connections;
pub mod tls;

mod activity;
mod connection;
mod lingering;
mod refusal;
mod starting;
mod timed;

pub use accept::serve;
pub use starting::{Awaited, answer_until};
