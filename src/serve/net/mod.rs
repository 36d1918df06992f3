//! Connections: taken, counted, timed and ended.

pub mod accept;
pub mod client;
pub mod connections;

mod activity;
mod connection;
mod timed;

pub use accept::serve;
