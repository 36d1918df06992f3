//! Which revisions are live, and which are to be deleted.

use crate::queue::operations::{milliseconds, put_as};
use crate::queue::tables::Tables;
use crate::queue::{Millis, QueueError, Revision, RevisionId, RevisionState};
use crate::report::ReportId;
use std::collections::HashMap;
use std::time::Duration;

pub(super) fn live(tables: &mut dyn Tables, reports: &[ReportId]) -> Result<Vec<Option<RevisionId>>, QueueError> {
    Ok(live_revisions(tables, reports)?.into_iter().map(|revision| revision.map(|revision| revision.id)).collect())
}

pub(super) fn live_editions(tables: &mut dyn Tables, reports: &[ReportId]) -> Result<Vec<Option<String>>, QueueError> {
    Ok(live_revisions(tables, reports)?.into_iter().map(|revision| revision.map(|revision| revision.edition)).collect())
}

fn live_revisions(tables: &mut dyn Tables, reports: &[ReportId]) -> Result<Vec<Option<Revision>>, QueueError> {
    let live: HashMap<ReportId, Revision> =
        tables.live(reports)?.into_iter().map(|revision| (revision.report, revision)).collect();
    Ok(reports.iter().map(|report| live.get(report).cloned()).collect())
}

pub(super) fn to_purge(tables: &mut dyn Tables, age: Duration, most: u32) -> Result<Vec<RevisionId>, QueueError> {
    let now = tables.now()?;
    let time = now.saturating_sub(milliseconds(age));
    let mut revisions = tables.since_before(RevisionState::Purging, time, most)?;
    let left = most.saturating_sub(u32::try_from(revisions.len()).unwrap_or(u32::MAX));
    revisions.extend(tables.since_before(RevisionState::Retired, time, left)?);
    let ids = revisions.iter().map(|revision| revision.id.clone()).collect();
    revisions.into_iter().try_for_each(|revision| put_as(tables, revision, RevisionState::Purging, now))?;
    Ok(ids)
}

pub(super) fn purging(tables: &mut dyn Tables) -> Result<Vec<RevisionId>, QueueError> {
    let revisions = tables.since_before(RevisionState::Purging, Millis::MAX, u32::MAX)?;
    Ok(revisions.into_iter().map(|revision| revision.id).collect())
}

pub(super) fn purged(tables: &mut dyn Tables, revisions: &[RevisionId]) -> Result<u64, QueueError> {
    tables.remove_purging(revisions)
}
