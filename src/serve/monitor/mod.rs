//! What tells operators how the service does.

pub mod health;
