//! The rules of the queue, over the tables of one transaction.
//!
//! Files are locked before revisions, and several of either in order of their names, so that transactions seldom stand in
//! each other's way; where they do, the database breaks one off and it is run again.

use crate::extract::READER_VERSION;
use crate::queue::tables::Tables;
use crate::queue::{Item, Millis, QueueError, Read, Revision, RevisionId, RevisionState, Source, State, Token};
use crate::queue::{corrected, withdrawn};
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{Change, FileRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

/// Workers that may be lost over one version of a file before it is taken for the cause: those that had not read it yet.
/// Files are read in processes of their own, so it seldom is: machines that are taken away or die are the rule.
pub(super) const MOST_LOSSES: u32 = 8;
/// Why a file failed over which too many workers were lost.
pub const ABANDONED: &str = "abandoned";
/// Why a file failed whose report the engine will not take.
pub const REFUSED: &str = "engine_refused";
/// Why a file is not read whose report somebody had removed.
pub(super) const WITHDRAWN: &str = Reason::Withdrawn.code();

/// What became of files that were offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offered {
    /// Never seen before.
    pub new: u64,
    /// Known in another version.
    pub changed: u64,
    /// Known as they are.
    pub known: u64,
}

/// A file that a worker holds.
#[derive(Debug, Clone, Copy)]
pub struct Held<'h> {
    /// The lease it is under.
    pub lease: &'h Token,
    /// Where it lies.
    pub place: &'h [u8],
}

/// What to do about a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Send its pages.
    Write,
    /// The report is live in this edition: there is nothing to send.
    Same,
    /// Another worker is sending the same report, read from another place; try later.
    Busy,
    /// The report was withdrawn and does not come back by itself: the file has failed for that.
    Withdrawn,
}

/// How a file was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// The engine has every page of this revision.
    Written(RevisionId),
    /// Its report was live already.
    Same(ReportId),
}

/// How much is in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Files to be read.
    pub waiting: u64,
    /// Files being read.
    pub leased: u64,
    /// Files read.
    pub done: u64,
    /// Files that cannot be read.
    pub failed: u64,
    /// Revisions being written.
    pub writing: u64,
    /// Reports that searches show.
    pub live: u64,
    /// Revisions to be deleted, or being deleted.
    pub retired: u64,
}

pub(super) fn offer(tables: &mut dyn Tables, sources: &[Source]) -> Result<Offered, QueueError> {
    // Two that offer the same new file would both find it new.
    tables.queue_up()?;
    let now = tables.now()?;
    let by_place: BTreeMap<&[u8], &Source> = sources.iter().map(|source| (&source.place[..], source)).collect();
    let places: Vec<&[u8]> = by_place.keys().copied().collect();
    let mut known: HashMap<Vec<u8>, Item> =
        tables.items(&places)?.into_iter().map(|item| (item.source.place.clone(), item)).collect();
    let mut offered = Offered::default();
    let (mut changes, mut changed) = (Vec::new(), Vec::new());
    for (place, source) in by_place {
        match known.remove(place) {
            None => {
                offered.new += 1;
                changes.push(Item::new(source.clone(), now));
            }
            Some(item) if item.source.version == source.version => offered.known += 1,
            Some(item) => {
                offered.changed += 1;
                changed.push(place);
                changes.push(item.replaced(source.clone(), now));
            }
        }
    }
    tables.put_items(&changes)?;
    tables.returned(&places)?;
    retire_written(tables, &changed, now)?;
    Ok(offered)
}

pub(super) fn lease(
    tables: &mut dyn Tables,
    lease: &Token,
    worker: &str,
    most: u32,
    time: Duration,
) -> Result<Vec<Item>, QueueError> {
    let held = tables.held(lease)?;
    if !held.is_empty() {
        return Ok(held);
    }
    let now = tables.now()?;
    // Somebody waits for what was corrected, however much there is to read.
    let mut items = tables.due(now, most, true)?;
    let left = most.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
    items.extend(tables.due(now, left, false)?);
    let lost: Vec<Vec<u8>> = items.iter().filter(|item| item.state == State::Leased).map(place_of).collect();
    // What was being sent had been read: whatever its worker was lost over, it was not this file.
    let written = tables.written_from(&slices(&lost))?;
    let was_read: BTreeSet<&[u8]> = written.iter().map(|revision| revision.place.as_slice()).collect();
    let (mut leased, mut abandoned) = (Vec::new(), Vec::new());
    for item in items.drain(..) {
        let is_suspect = item.state == State::Leased && !was_read.contains(item.source.place.as_slice());
        let losses = item.losses + u32::from(is_suspect);
        let item = Item { losses, ..item };
        if losses >= MOST_LOSSES {
            abandoned.push(item);
        } else {
            let (lease, worker) = (Some(lease.clone()), Some(worker.to_owned()));
            leased.push(Item { state: State::Leased, due: after(now, time), lease, worker, ..item });
        }
    }
    tables.put_items(&leased)?;
    written.into_iter().try_for_each(|revision| put_as(tables, revision, RevisionState::Retired, now))?;
    for item in abandoned {
        let detail = format!("{} workers were lost while they read it", item.losses);
        give_up(tables, item, ABANDONED, &detail)?;
    }
    Ok(leased)
}

pub(super) fn renew(tables: &mut dyn Tables, lease: &Token, time: Duration) -> Result<Vec<Vec<u8>>, QueueError> {
    let due = after(tables.now()?, time);
    let items: Vec<Item> = tables.held(lease)?.into_iter().map(|item| Item { due, ..item }).collect();
    tables.put_items(&items)?;
    Ok(items.iter().map(place_of).collect())
}

pub(super) fn begin(tables: &mut dyn Tables, held: Held<'_>, revision: &Revision) -> Result<Begun, QueueError> {
    if withdrawn::withhold(tables, held, revision.report)? {
        return Ok(Begun::Withdrawn);
    }
    let item = held_item(tables, held)?;
    let now = tables.now()?;
    if let Some(known) = tables.revision(&revision.id)? {
        return if known.state == RevisionState::Writing { Ok(Begun::Write) } else { Err(QueueError::Lost) };
    }
    retire_written(tables, &[&item.source.place], now)?;
    let live = tables.revision_of(revision.report, RevisionState::Live)?;
    if live.is_some_and(|live| live.edition == revision.edition) {
        return Ok(Begun::Same);
    }
    if tables.revision_of(revision.report, RevisionState::Writing)?.is_some() {
        return Ok(Begun::Busy);
    }
    let place = item.source.place;
    tables.put_revision(&Revision { place, state: RevisionState::Writing, since: now, ..revision.clone() })?;
    Ok(Begun::Write)
}

pub(super) fn finish(
    tables: &mut dyn Tables,
    held: Held<'_>,
    finished: &Finished,
    read: &Read,
) -> Result<(), QueueError> {
    // Whoever withdraws the report, or finishes a copy of it, comes before or after.
    tables.guard(read.facts.id)?;
    let item = known_item(tables, held)?;
    let report = match finished {
        Finished::Written(id) => tables.revision(id)?.map(|revision| revision.report),
        Finished::Same(report) => Some(*report),
    };
    let report = report.ok_or(QueueError::Lost)?;
    if !item.is_held_by(held.lease) {
        // Asked again, as the answer was lost?
        let is_done = item.state == State::Done && item.report == Some(report);
        return if is_done { Ok(()) } else { Err(QueueError::Lost) };
    }
    if read.facts.id != report {
        return Err(QueueError::Damaged("what was read is not the report that was written".to_owned()));
    }
    if tables.is_withdrawn(report)? {
        return Err(QueueError::Withdrawn);
    }
    let now = tables.now()?;
    match finished {
        Finished::Written(id) => make_live(tables, id, now)?,
        // The last file that was this report may have gone since [`begin`] found it live.
        Finished::Same(report) if tables.revision_of(*report, RevisionState::Live)?.is_none() => {
            return Err(QueueError::Withdrawn);
        }
        Finished::Same(_) => {}
    }
    let written = matches!(finished, Finished::Written(_)).then(|| Change::Report(read.facts.clone(), read.texts));
    if item.is_corrected && item.report == Some(report) {
        tables.record(&written.into_iter().collect::<Vec<_>>())?;
        tables.promote(report)?;
        return corrected::put_back(tables, item);
    }
    // Of several files one is the first, which has the outcome of the report.
    let outcome = match finished {
        Finished::Written(_) if !tables.has_first(report, held.place)? => read.file.outcome,
        _ => Outcome::Duplicate,
    };
    let file = FileRow { path: path_of(held.place), id: Some(report), outcome, ..read.file.clone() };
    tables.record(&std::iter::once(Change::File(file)).chain(written).collect::<Vec<_>>())?;
    if outcome == Outcome::Duplicate {
        tables.promote(report)?;
    }
    let before = item.report.filter(|before| *before != report);
    let (reason, detail) = (None, String::new());
    let (is_replaced, is_corrected) = (false, false);
    let item = Item {
        state: State::Done,
        report: Some(report),
        is_replaced,
        is_corrected,
        returns: 0,
        reason,
        detail,
        ..item
    };
    tables.put_items(&[item])?;
    before.map_or(Ok(()), |before| retire_unplaced(tables, before, now))
}

fn make_live(tables: &mut dyn Tables, id: &RevisionId, now: Millis) -> Result<(), QueueError> {
    let written = tables.revision(id)?.filter(|revision| revision.state == RevisionState::Writing);
    let written = written.ok_or(QueueError::Lost)?;
    // The one before first: two live ones are refused even within a transaction.
    if let Some(live) = tables.revision_of(written.report, RevisionState::Live)? {
        put_as(tables, live, RevisionState::Retired, now)?;
    }
    put_as(tables, written, RevisionState::Live, now)
}

pub(super) fn fail(tables: &mut dyn Tables, held: Held<'_>, reason: &str, detail: &str) -> Result<(), QueueError> {
    let item = known_item(tables, held)?;
    if item.is_held_by(held.lease) {
        return give_up(tables, item, reason, detail);
    }
    if item.state == State::Failed { Ok(()) } else { Err(QueueError::Lost) }
}

/// A file that is not tried again. What it was before goes with it if its bytes are others now.
fn give_up(tables: &mut dyn Tables, item: Item, reason: &str, detail: &str) -> Result<(), QueueError> {
    let now = tables.now()?;
    let (report, before) = if item.is_replaced { (None, item.report) } else { (item.report, None) };
    let (reason, detail) = (Some(reason.to_owned()), detail.to_owned());
    let (is_replaced, is_corrected) = (false, false);
    let item = Item { state: State::Failed, report, is_replaced, is_corrected, reason, detail, ..item };
    tables.put_items(std::slice::from_ref(&item))?;
    tables.record(&[Change::File(failed(&item, now))])?;
    retire_written(tables, &[&item.source.place], now)?;
    before.map_or(Ok(()), |before| retire_unplaced(tables, before, now))
}

pub(super) fn give_back(tables: &mut dyn Tables, held: Held<'_>, wait: Duration) -> Result<(), QueueError> {
    let item = known_item(tables, held)?;
    if !item.is_held_by(held.lease) {
        return if item.state == State::Waiting { Ok(()) } else { Err(QueueError::Lost) };
    }
    let now = tables.now()?;
    let returns = item.returns.saturating_add(1);
    tables.put_items(&[Item { state: State::Waiting, due: after(now, wait), returns, ..item }])?;
    retire_written(tables, &[held.place], now)
}

pub(super) fn retry(tables: &mut dyn Tables, reason: Option<&str>) -> Result<u64, QueueError> {
    let now = tables.now()?;
    let is_meant = |item: &Item| reason.is_some() || item.reason.as_deref() != Some(WITHDRAWN);
    let items: Vec<Item> = tables.failed(reason)?.into_iter().filter(is_meant).collect();
    if reason == Some(WITHDRAWN) {
        let reports: Vec<ReportId> = items.iter().filter_map(|item| item.report).collect();
        tables.set_withdrawn(&reports, false)?;
    }
    let items: Vec<Item> = items.into_iter().map(|item| item.tried_again(now)).collect();
    tables.put_items(&items)?;
    Ok(items.len() as u64)
}

pub(super) fn vanish(tables: &mut dyn Tables, places: &[Vec<u8>]) -> Result<(), QueueError> {
    let now = tables.now()? / 1_000;
    tables.record(&places.iter().map(|place| Change::Vanished(path_of(place), now)).collect::<Vec<_>>())
}

pub(super) fn forget(tables: &mut dyn Tables, places: &[Vec<u8>]) -> Result<u64, QueueError> {
    let now = tables.now()?;
    let known = tables.items(&slices(places))?;
    let places: Vec<Vec<u8>> = known.iter().map(place_of).collect();
    retire_written(tables, &slices(&places), now)?;
    tables.remove_items(&slices(&places))?;
    tables.record(&places.iter().map(|place| Change::Forget(path_of(place))).collect::<Vec<_>>())?;
    for report in known.iter().filter_map(|item| item.report) {
        retire_unplaced(tables, report, now)?;
    }
    Ok(known.len() as u64)
}

pub(super) fn oldest_waiting(tables: &mut dyn Tables) -> Result<Option<Duration>, QueueError> {
    let now = tables.now()?;
    let since = tables.longest_due(now)?;
    Ok(since.map(|since| Duration::from_millis(u64::try_from(now.saturating_sub(since)).unwrap_or(0))))
}

pub(super) fn take_turn(tables: &mut dyn Tables, name: &str, every: Duration) -> Result<bool, QueueError> {
    let now = tables.now()?;
    tables.take_turn(name, now, after(now, every))
}

/// What the catalogue is told of a file that cannot be read.
pub(super) fn failed(item: &Item, now: Millis) -> FileRow {
    let reason = match item.reason.as_deref() {
        Some(ABANDONED) => Reason::Killed,
        Some(REFUSED) => Reason::LimitReached,
        code => code.and_then(Reason::from_code).unwrap_or(Reason::Unreadable),
    };
    FileRow {
        path: path_of(&item.source.place),
        size: item.source.bytes,
        modified: 0,
        id: item.report,
        outcome: Outcome::Failed(reason),
        detail: item.detail.clone(),
        reader_version: READER_VERSION,
        checked: now / 1_000,
        vanished: None,
        name: None,
    }
}

/// Retires a live report that no file is left of. Its revision is locked before files are looked for, so of two that give
/// up its last two places at once, the second does it.
pub(super) fn retire_unplaced(tables: &mut dyn Tables, report: ReportId, now: Millis) -> Result<(), QueueError> {
    match tables.revision_of(report, RevisionState::Live)? {
        Some(live) if !tables.is_placed(report)? => {
            put_as(tables, live, RevisionState::Retired, now)?;
            tables.unlist(report)
        }
        Some(_) => tables.promote(report),
        None => Ok(()),
    }
}

/// Retires what was begun for files and is not to be finished.
pub(super) fn retire_written(tables: &mut dyn Tables, places: &[&[u8]], now: Millis) -> Result<(), QueueError> {
    if places.is_empty() {
        return Ok(());
    }
    let written = tables.written_from(places)?;
    written.into_iter().try_for_each(|revision| put_as(tables, revision, RevisionState::Retired, now))
}

pub(super) fn put_as(
    tables: &mut dyn Tables,
    revision: Revision,
    state: RevisionState,
    now: Millis,
) -> Result<(), QueueError> {
    tables.put_revision(&Revision { state, since: now, ..revision })
}

/// The file that a worker says it holds, whoever holds it.
fn known_item(tables: &mut dyn Tables, held: Held<'_>) -> Result<Item, QueueError> {
    let item = tables.items(&[held.place])?.pop();
    item.filter(|item| item.lease.as_ref() == Some(held.lease)).ok_or(QueueError::Lost)
}

/// The file that a worker holds.
pub(super) fn held_item(tables: &mut dyn Tables, held: Held<'_>) -> Result<Item, QueueError> {
    known_item(tables, held).and_then(|item| if item.is_held_by(held.lease) { Ok(item) } else { Err(QueueError::Lost) })
}

/// A place as the catalogue has it.
fn path_of(place: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(place))
}

pub(super) fn place_of(item: &Item) -> Vec<u8> {
    item.source.place.clone()
}

pub(super) fn slices(places: &[Vec<u8>]) -> Vec<&[u8]> {
    places.iter().map(Vec::as_slice).collect()
}

fn after(now: Millis, time: Duration) -> Millis {
    now.saturating_add(milliseconds(time))
}

pub(super) fn milliseconds(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}
