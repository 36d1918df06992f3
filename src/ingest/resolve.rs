//! Which of the files to be read have bytes that are known already, and which are copies of each other.
//!
//! The same bytes have the same length, so only files of equal length are hashed ahead; of copies the first by path is
//! read, whatever the number of threads.

use crate::clock::{Stage, within};
use crate::extract::READER_VERSION;
use crate::ingest::IngestOptions;
use crate::ingest::plan::Task;
use crate::ingest::pool::Pool;
use crate::ingest::read::{self, Refusal};
use crate::ingest::walk::Found;
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{Catalogue, FileRow, StoreError};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

/// A file whose fate is known, with what it counts as in this run.
pub(super) type Settled = (FileRow, Outcome);

/// A file to be read, and its copies.
#[derive(Debug)]
pub(super) struct Item {
    /// The file.
    pub task: Task,
    /// The identity of its bytes, if they were hashed ahead.
    pub id: Option<ReportId>,
    /// Other files with the same bytes, by path.
    pub copies: Vec<Task>,
}

/// What hashing ahead found.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// Files that need no reading.
    pub settled: Vec<Settled>,
    /// Files to be read, the largest first: a large one begun last would keep one thread busy alone.
    pub items: Vec<Item>,
}

/// The row of a file that was looked at now.
pub(super) fn row(found: &Found, id: Option<ReportId>, outcome: Outcome, detail: &str, now: i64) -> FileRow {
    FileRow {
        path: found.path.clone(),
        size: found.size,
        modified: found.modified,
        id,
        outcome,
        detail: detail.to_owned(),
        reader_version: READER_VERSION,
        checked: now,
        vanished: None,
        name: None,
    }
}

/// The row of a file whose bytes could not be had. What does not depend on them leaves the report that was read there
/// before in its place.
pub(super) fn refused(task: &Task, refusal: &Refusal, now: i64) -> FileRow {
    let is_passing = matches!(refusal.reason, Reason::Unreadable | Reason::Changed);
    let id = task.known.filter(|_| is_passing).and_then(|known| known.id);
    row(&task.found, id, Outcome::Failed(refusal.reason), &refusal.detail, now)
}

/// Decides by the identity of a file's bytes; `None` if they are to be read.
pub(super) fn settle(
    task: &Task,
    found: &Found,
    id: ReportId,
    catalogue: &Catalogue,
    options: &IngestOptions,
    now: i64,
) -> Result<Option<Settled>, StoreError> {
    let settled = |outcome, counts_as| Ok(Some((row(found, Some(id), outcome, "", now), counts_as)));
    if !catalogue.has_report(id)? {
        let withdrawn = Outcome::Failed(Reason::Withdrawn);
        let is_withdrawn = options.retry != Some(Some(Reason::Withdrawn)) && catalogue.is_withdrawn(id)?;
        return if is_withdrawn { settled(withdrawn, withdrawn) } else { Ok(None) };
    }
    match task.known.filter(|known| known.id == Some(id)) {
        // Only its time was changed.
        Some(known) if !matches!(known.outcome, Outcome::Failed(_)) => {
            if known.is_settled(options) {
                settled(known.outcome, Outcome::Unchanged)
            } else {
                Ok(None)
            }
        }
        // Out of reach for a while.
        Some(known) if matches!(known.outcome, Outcome::Failed(Reason::Unreadable | Reason::Changed)) => {
            settled(Outcome::Duplicate, Outcome::Unchanged)
        }
        _ => settled(Outcome::Duplicate, Outcome::Duplicate),
    }
}

/// Hashes files that may be copies (all of them for a dry run), settles those whose bytes are known, and gathers copies.
pub(super) fn resolve(
    work: Vec<Task>,
    catalogue: &Catalogue,
    options: &IngestOptions,
    pool: &Pool,
    stop: &AtomicBool,
    now: i64,
) -> Result<Resolved, StoreError> {
    let mut of_size: HashMap<u64, u32> = HashMap::new();
    for task in &work {
        *of_size.entry(task.found.size).or_default() += 1;
    }
    let limit = options.extract.limits.file_bytes;
    let may_be_copy =
        |task: &Task| options.dry_run || (task.found.size > 0 && of_size.get(&task.found.size).is_some_and(|n| *n > 1));
    let identify = |task: &Task| within(Stage::Read, || read::identify(&task.found.path, limit));
    let identities = pool.map(&work, stop, |task| may_be_copy(task).then(|| identify(task)));

    let mut resolved = Resolved::default();
    let mut item_of: HashMap<ReportId, usize> = HashMap::new();
    for (mut task, identity) in work.into_iter().zip(identities) {
        let (found, id) = match identity.flatten() {
            Some(Ok(identity)) => identity,
            Some(Err(refusal)) if options.dry_run => {
                let outcome = Outcome::Failed(refusal.reason);
                resolved.settled.push((refused(&task, &refusal, now), outcome));
                continue;
            }
            // Not hashed, or refused now: reading it will tell.
            _ => {
                resolved.items.push(Item { task, id: None, copies: Vec::new() });
                continue;
            }
        };
        task.found = found;
        if let Some(settled) = settle(&task, &task.found, id, catalogue, options, now)? {
            resolved.settled.push(settled);
            continue;
        }
        let index = *item_of.entry(id).or_insert(resolved.items.len());
        match resolved.items.get_mut(index) {
            Some(item) => item.copies.push(task),
            None => resolved.items.push(Item { task, id: Some(id), copies: Vec::new() }),
        }
    }
    resolved.items.sort_by_key(|item| Reverse(item.task.found.size));
    Ok(resolved)
}
