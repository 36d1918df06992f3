//! Holds catalogue, texts and index against each other, and makes the index again from the stored texts.
//!
//! Truth is what the catalogue and the text store hold; the index is derived from them and can always be made again
//! without a look at a PDF. A text that is damaged cannot: its report is taken out, and its files are listed as failed
//! until the next ingest has read them again.

mod facts;
mod heal;
mod rebuild;
mod verify;

pub use heal::{Healed, heal, open};
pub use rebuild::{Rebuilt, rebuild, roll_back};
pub use verify::{Finding, Verification, verify};

use crate::index::IndexError;
use crate::ingest::IngestError;
use crate::store::StoreError;

/// Why upkeep stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpkeepError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The threads could not be started.
    #[error(transparent)]
    Threads(IngestError),
    /// Catalogue and index could not follow what persons say about reports.
    #[error(transparent)]
    Following(IngestError),
    /// It was interrupted; the index that was live still is.
    #[error("interrupted; the index is as it was")]
    Interrupted,
    /// The index just made does not have what it should: the disk or the memory cannot be relied on.
    #[error("the new index has {found} of {expected} reports; the old one was kept")]
    Unverified {
        /// Reports in it.
        found: u64,
        /// Reports it should have.
        expected: u64,
    },
    /// There is no earlier index that fits the library.
    #[error("there is no earlier index to go back to: {0}")]
    NothingToRollBackTo(String),
}
