//! Connections: taken, counted, timed and ended.

pub mod accept;

pub use accept::serve;
