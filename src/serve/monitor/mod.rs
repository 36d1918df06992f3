//! What tells operators how the service does.

pub mod health;
pub mod metrics;

mod ingest;
#[cfg(feature = "cluster")]
mod parts;
mod process;

pub use ingest::IngestCounts;
#[cfg(feature = "cluster")]
pub use parts::{PartGauges, Parts};
