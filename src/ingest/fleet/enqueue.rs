//! Offering the files of folders to the queue, and telling it which are gone.

use super::beside::BesidePdfs;
use crate::ingest::plan::refuse_many;
use crate::ingest::walk::{self, Found, Walk};
use crate::ingest::{IngestError, IngestOptions};
use crate::queue::{ABANDONED, Queue, QueueError, REFUSED, Source};
use crate::report::Reason;
use crate::store::{ServiceStore, StoreError};
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files that the queue is asked or told of at once.
const AT_ONCE: u32 = 5_000;

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
    /// Known files that are gone.
    pub vanished: u64,
    /// Of these, forgotten.
    pub pruned: u64,
    /// Files beside PDFs that could not be understood whole.
    pub sidecar_problems: u64,
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
    /// What stands beside the PDFs could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Offers every PDF under the paths, or those of a share, has those read again that failed for reasons that may have passed,
/// and marks those that have vanished, or forgets them if that is asked for. No PDF is opened; what stands beside them is.
pub fn enqueue(
    queue: &Queue,
    service: Option<&ServiceStore>,
    options: &IngestOptions,
    except: &Path,
) -> Result<Enqueued, EnqueueError> {
    let mut walk = walk::walk(&options.paths, except)?;
    walk.leave_unsettled(options.settle, SystemTime::now());
    let there: HashSet<PathBuf> = walk.files.iter().map(|file| file.path.clone()).collect();
    if let Some(shard) = options.shard {
        walk.leave_others(shard);
    }
    for unreadable in &walk.unreadable {
        tracing::warn!(path = %unreadable.path.display(), detail = unreadable.detail, "a path cannot be looked at");
    }
    let vanished = vanished(queue, &walk, &there, options)?;
    let sources: Vec<Source> = walk.files.iter().map(source).collect();
    let mut enqueued = Enqueued {
        files: sources.len() as u64,
        bytes: sources.iter().map(|source| source.bytes).sum(),
        unreadable: walk.unreadable.len() as u64,
        vanished: vanished.len() as u64,
        pruned: if options.prune { vanished.len() as u64 } else { 0 },
        ..Enqueued::default()
    };
    if options.dry_run {
        return Ok(enqueued);
    }
    let beside = service.map(|service| BesidePdfs::look(service, queue, &mut walk, &there)).transpose()?;
    let offered = queue.offer(&sources)?;
    (enqueued.new, enqueued.changed, enqueued.known) = (offered.new, offered.changed, offered.known);
    for reason in PASSING {
        enqueued.again += offer_again(queue, Some(reason))?;
    }
    if let Some(beside) = beside {
        enqueued.sidecar_problems = beside.problems;
        beside.finish(queue, &vanished, options.prune)?;
    }
    for vanished in vanished.chunks(AT_ONCE as usize) {
        let places: Vec<Vec<u8>> = vanished.iter().map(|path| path.as_os_str().as_bytes().to_vec()).collect();
        if options.prune { queue.forget(&places).map(drop)? } else { queue.vanish(&places)? }
    }
    Ok(enqueued)
}

/// Has files read again that failed for a reason, or for any but that their report was withdrawn; gives how many.
pub fn offer_again(queue: &Queue, reason: Option<Reason>) -> Result<u64, QueueError> {
    let Some(reason) = reason else { return queue.retry(None) };
    // What the queue calls otherwise than the catalogue.
    let own = match reason {
        Reason::Killed => Some(ABANDONED),
        Reason::LimitReached => Some(REFUSED),
        _ => None,
    };
    [Some(reason.code()), own].into_iter().flatten().map(|code| queue.retry(Some(code))).sum()
}

fn source(file: &Found) -> Source {
    Source { place: file.path.as_os_str().as_bytes().to_vec(), version: version_of(file), bytes: file.size }
}

/// A file's version in the queue.
pub(super) fn version_of(file: &Found) -> String {
    format!("{}:{}", file.size, file.modified)
}

/// Files that the queue knows under the paths and that are gone, by path. Refuses if they are to be forgotten and are so many
/// that a disk may be unmounted.
fn vanished(
    queue: &Queue,
    walk: &Walk,
    there: &HashSet<PathBuf>,
    options: &IngestOptions,
) -> Result<Vec<PathBuf>, EnqueueError> {
    let is_hidden = |path: &Path| walk.unreadable.iter().any(|unreadable| path.starts_with(&unreadable.path));
    let (mut known, mut vanished) = (0, BTreeSet::new());
    for root in &walk.roots {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let places = queue.places_under(root, after.as_deref(), AT_ONCE)?;
            known += places.len() as u64;
            let paths = places.iter().map(|place| Path::new(OsStr::from_bytes(place)));
            let missed = paths.filter(|path| !there.contains(*path) && !is_hidden(path) && is_gone(path));
            vanished.extend(missed.map(Path::to_owned));
            after = places.last().cloned();
            if places.len() < AT_ONCE as usize {
                break;
            }
        }
    }
    if options.prune && !options.prune_many {
        refuse_many(&vanished.iter().map(PathBuf::as_path).collect::<Vec<_>>(), known)?;
    }
    Ok(vanished.into_iter().collect())
}

/// Whether the file system says that nothing is there; that it cannot be asked says nothing.
fn is_gone(path: &Path) -> bool {
    let error = std::fs::symlink_metadata(path).err().map(|error| error.kind());
    matches!(error, Some(ErrorKind::NotFound | ErrorKind::NotADirectory))
}
