//! What tells operators how the service does.

pub mod health;
pub mod metrics;

mod ingest;
mod process;

pub use ingest::IngestCounts;
