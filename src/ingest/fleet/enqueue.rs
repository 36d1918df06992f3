//! Offering the files of folders to the queue.

use crate::ingest::{IngestError, IngestOptions, walk};
use crate::queue::{Queue, QueueError, Source};
use crate::report::Reason;
use serde::Serialize;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::SystemTime;

/// Why files fail that does not depend on their bytes: they are tried again whenever they are offered.
const PASSING: [Reason; 4] = [Reason::Unreadable, Reason::Changed, Reason::TextLost, Reason::Killed];

/// What became of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Enqueued {
    /// PDFs found.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Never seen before.
    pub new: u64,
    /// Known with other bytes.
    pub changed: u64,
    /// Known as they are.
    pub known: u64,
    /// Failed before for reasons that may have passed, offered or not.
    pub again: u64,
    /// Files and folders that could not be looked at.
    pub unreadable: u64,
}

/// Why a listing was not offered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The folders could not be walked.
    #[error(transparent)]
    Walk(#[from] IngestError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Offers every PDF under the paths, or those of a share, and has those read again that failed for reasons that may have
/// passed. Nothing is opened.
pub fn enqueue(queue: &Queue, options: &IngestOptions, except: &Path) -> Result<Enqueued, EnqueueError> {
    let mut walk = walk::walk(&options.paths, except)?;
    walk.leave_unsettled(options.settle, SystemTime::now());
    if let Some(shard) = options.shard {
        walk.leave_others(shard);
    }
    for unreadable in &walk.unreadable {
        tracing::warn!(path = %unreadable.path.display(), detail = unreadable.detail, "a path cannot be looked at");
    }
    let source = |file: &walk::Found| Source {
        place: file.path.as_os_str().as_bytes().to_vec(),
        version: format!("{}:{}", file.size, file.modified),
        bytes: file.size,
    };
    let sources: Vec<Source> = walk.files.iter().map(source).collect();
    let mut enqueued = Enqueued {
        files: sources.len() as u64,
        bytes: sources.iter().map(|source| source.bytes).sum(),
        unreadable: walk.unreadable.len() as u64,
        ..Enqueued::default()
    };
    if options.dry_run {
        return Ok(enqueued);
    }
    let offered = queue.offer(&sources)?;
    (enqueued.new, enqueued.changed, enqueued.known) = (offered.new, offered.changed, offered.known);
    for reason in PASSING {
        enqueued.again += queue.retry(Some(reason.code()))?;
    }
    Ok(enqueued)
}
