//! Reports about which persons say something else: published again from what is stored, by whoever has time.
//!
//! One of the files that are such a report is offered again with a mark. It goes the way of every other, so whatever
//! becomes of the worker that takes it, another goes on; and it is afterwards what it was before.

use crate::queue::operations::{ABANDONED, REFUSED, WITHDRAWN};
use crate::queue::tables::Tables;
use crate::queue::{Item, QueueError, State};
use crate::report::ReportId;

/// Has live reports published again; gives how many are offered now that were not before.
pub(super) fn republish(tables: &mut dyn Tables, reports: &[ReportId]) -> Result<u64, QueueError> {
    let now = tables.now()?;
    let mut offered = Vec::new();
    for report in reports {
        if tables.live(&[*report])?.is_empty() {
            continue;
        }
        let items = tables.placed(*report)?;
        if items.iter().any(|item| item.is_corrected) {
            continue;
        }
        let done = items.iter().find(|item| item.state == State::Done);
        if let Some(item) = done.or_else(|| items.iter().find(|item| may_be_tried(item))).cloned() {
            offered.push(Item { state: State::Waiting, due: now, losses: 0, returns: 0, is_corrected: true, ..item });
        }
    }
    tables.put_items(&offered)?;
    Ok(offered.len() as u64)
}

/// Whether a file that failed may have its report published again: the reason is not the report's.
fn may_be_tried(item: &Item) -> bool {
    let of_report = [WITHDRAWN, REFUSED, ABANDONED].map(Some);
    item.state == State::Failed && !of_report.contains(&item.reason.as_deref())
}

/// A file whose report was published again is what it was before.
pub(super) fn put_back(tables: &mut dyn Tables, item: Item) -> Result<(), QueueError> {
    let state = if item.reason.is_some() { State::Failed } else { State::Done };
    tables.put_items(&[Item { state, is_corrected: false, returns: 0, ..item }])
}
