//! Reports that somebody had removed, and files that bring them back only if that is wanted.
//!
//! A report that was withdrawn is written down by its identity, so whoever meets its bytes again, wherever, and whoever
//! was about to publish it at that moment, finds it. It is taken back by handing the same file over again, or by name.

use crate::queue::operations::{
    WITHDRAWN, failed, held_item, place_of, put_as, retire_unplaced, retire_written, slices,
};
use crate::queue::tables::Tables;
use crate::queue::{Held, Item, QueueError, RevisionState, State};
use crate::report::ReportId;
use crate::store::Change;

pub(super) fn withdraw(tables: &mut dyn Tables, report: ReportId, gone: Option<&[u8]>) -> Result<bool, QueueError> {
    tables.guard(report)?;
    let now = tables.now()?;
    let mut items = tables.placed(report)?;
    let gone: Vec<Item> = tables.items(&gone.into_iter().collect::<Vec<_>>())?;
    let gone: Vec<Vec<u8>> = gone.iter().map(place_of).collect();
    items.retain(|item| !gone.contains(&item.source.place));
    let places: Vec<Vec<u8>> =
        items.iter().filter(|item| !item.is_replaced).map(place_of).chain(gone.clone()).collect();
    retire_written(tables, &slices(&places), now)?;
    let mut was_there = !items.is_empty() || !gone.is_empty();
    for state in [RevisionState::Writing, RevisionState::Live] {
        if let Some(revision) = tables.revision_of(report, state)? {
            put_as(tables, revision, RevisionState::Retired, now)?;
            was_there = true;
        }
    }
    if !was_there {
        return Ok(false);
    }
    let marked = items.into_iter().map(|item| match item.is_replaced {
        // Its bytes are others by now.
        true => Item { report: None, is_replaced: false, ..item },
        false => withheld(item, report),
    });
    tables.put_items(&marked.collect::<Vec<_>>())?;
    tables.remove_items(&slices(&gone))?;
    tables.set_withdrawn(&[report], true)?;
    tables.withdraw(report, gone.first().map(Vec::as_slice))?;
    Ok(true)
}

/// Takes a withdrawal back; the files that were not read for it are read again.
pub(super) fn readmit(tables: &mut dyn Tables, report: ReportId) -> Result<bool, QueueError> {
    tables.guard(report)?;
    if !tables.is_withdrawn(report)? {
        return Ok(false);
    }
    let now = tables.now()?;
    tables.set_withdrawn(&[report], false)?;
    let is_withheld = |item: &Item| item.state == State::Failed && item.reason.as_deref() == Some(WITHDRAWN);
    let items = tables.placed(report)?.into_iter().filter(is_withheld);
    tables.put_items(&items.map(|item| item.tried_again(now)).collect::<Vec<_>>())?;
    Ok(true)
}

/// Has a file fail that turned out to be a report that was withdrawn; false if it was not.
pub(super) fn withhold(tables: &mut dyn Tables, held: Held<'_>, report: ReportId) -> Result<bool, QueueError> {
    if !tables.is_withdrawn(report)? {
        return Ok(false);
    }
    let item = held_item(tables, held)?;
    let now = tables.now()?;
    let before = item.report.filter(|before| *before != report);
    let item = withheld(item, report);
    tables.put_items(std::slice::from_ref(&item))?;
    tables.record(&[Change::File(failed(&item, now))])?;
    retire_written(tables, &[held.place], now)?;
    before.map_or(Ok(()), |before| retire_unplaced(tables, before, now))?;
    Ok(true)
}

fn withheld(item: Item, report: ReportId) -> Item {
    let (reason, detail) = (Some(WITHDRAWN.to_owned()), String::new());
    let (is_replaced, is_corrected) = (false, false);
    Item { state: State::Failed, report: Some(report), is_replaced, is_corrected, reason, detail, ..item }
}
