//! Holds catalogue, texts and index against each other, makes the index again from the stored texts, and backs all of it
//! up.
//!
//! Truth is what the catalogue and the text store hold; the index is derived from them and can always be made again
//! without a look at a PDF. A text that is damaged cannot: its report is taken out, and its files are listed as failed
//! until the next ingest has read them again.

mod archive;
mod backup;
#[cfg(feature = "cluster")]
mod cluster;
mod facts;
mod files;
mod heal;
mod rebuild;
mod restore;
mod verify;

pub use backup::{BackedUp, backup};
#[cfg(feature = "cluster")]
pub use cluster::{ClusterStatus, MANY_HIDDEN, NodeStatus, QueueStatus};
pub use heal::{Healed, heal, open};
pub use rebuild::{Rebuilt, rebuild, roll_back};
pub use restore::{Restored, restore};
pub use verify::{Finding, Verification, verify};

use crate::index::IndexError;
use crate::ingest::IngestError;
use crate::store::StoreError;
use std::io;
use std::path::PathBuf;

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

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The library failed, or cannot be opened.
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    /// A file could not be used.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// A verb: read, write, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// The archive could not be written.
    #[error("cannot write the backup: {0}")]
    Write(io::Error),
    /// The archive is not whole, or is none.
    #[error("`{}` cannot be restored: {detail}; nothing was kept of it", archive.display())]
    Damaged {
        /// The archive.
        archive: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// What was restored does not agree with itself.
    #[error("what was restored is not whole, and was not kept: {0}")]
    Unverified(String),
    /// It was interrupted.
    #[error("interrupted; nothing was kept")]
    Interrupted,
}

impl BackupError {
    /// Whether there was no room on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            BackupError::Upkeep(UpkeepError::Store(error)) => error.is_disk_full(),
            BackupError::Upkeep(UpkeepError::Index(error)) => error.is_disk_full(),
            BackupError::Io { source, .. } | BackupError::Write(source) => source.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
