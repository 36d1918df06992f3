//! The tables in memory, with a clock that stands until it is moved: the rules without a database.

use crate::queue::tables::{Database, Tables, Work};
use crate::queue::{Counts, Item, Millis, Queue, QueueError, Revision, RevisionId, RevisionState, State, Token};
use crate::report::{Outcome, ReportId};
use crate::store::{Change, FileRow, Location};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) items: BTreeMap<Vec<u8>, Item>,
    pub(crate) revisions: BTreeMap<RevisionId, Revision>,
    /// The catalogue.
    pub(crate) files: BTreeMap<PathBuf, FileRow>,
    pub(crate) reports: BTreeMap<ReportId, Location>,
    turns: BTreeMap<String, Millis>,
}

/// Shared by all queues made of it, as a database is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    content: Arc<Mutex<Content>>,
    now: Arc<AtomicI64>,
}

impl Memory {
    pub(crate) fn queue(&self) -> Queue {
        Queue { database: Box::new(self.clone()) }
    }

    pub(crate) fn set_clock(&self, now: Millis) {
        self.now.store(now, Ordering::Relaxed);
    }

    pub(crate) fn content(&self) -> Content {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Database for Memory {
    fn transaction(&self, work: &mut Work<'_>) -> Result<(), QueueError> {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now.load(Ordering::Relaxed);
        let mut tables = MemoryTables { content: &mut content, now, before: Vec::new() };
        let done = work(&mut tables);
        if done.is_err() {
            tables.roll_back();
        }
        done
    }
}

struct MemoryTables<'c> {
    content: &'c mut Content,
    now: Millis,
    /// What was there before each change.
    before: Vec<Before>,
}

enum Before {
    Item(Vec<u8>, Option<Item>),
    Revision(RevisionId, Option<Revision>),
    File(PathBuf, Option<FileRow>),
    Report(ReportId, Option<Location>),
}

impl MemoryTables<'_> {
    fn roll_back(&mut self) {
        for before in self.before.drain(..).rev() {
            match before {
                Before::Item(place, Some(item)) => drop(self.content.items.insert(place, item)),
                Before::Item(place, None) => drop(self.content.items.remove(&place)),
                Before::Revision(id, Some(revision)) => drop(self.content.revisions.insert(id, revision)),
                Before::Revision(id, None) => drop(self.content.revisions.remove(&id)),
                Before::File(path, Some(file)) => drop(self.content.files.insert(path, file)),
                Before::File(path, None) => drop(self.content.files.remove(&path)),
                Before::Report(id, Some(location)) => drop(self.content.reports.insert(id, location)),
                Before::Report(id, None) => drop(self.content.reports.remove(&id)),
            }
        }
    }

    fn revisions(&self, is_meant: impl Fn(&Revision) -> bool) -> Vec<Revision> {
        self.content.revisions.values().filter(|revision| is_meant(revision)).cloned().collect()
    }
}

impl Tables for MemoryTables<'_> {
    fn now(&mut self) -> Result<Millis, QueueError> {
        Ok(self.now)
    }

    fn queue_up(&mut self) -> Result<(), QueueError> {
        Ok(())
    }

    fn items(&mut self, places: &[&[u8]]) -> Result<Vec<Item>, QueueError> {
        let mut items: Vec<Item> = places.iter().filter_map(|place| self.content.items.get(*place)).cloned().collect();
        items.sort_by(|a, b| a.source.place.cmp(&b.source.place));
        items.dedup_by(|a, b| a.source.place == b.source.place);
        Ok(items)
    }

    fn due(&mut self, now: Millis, most: u32) -> Result<Vec<Item>, QueueError> {
        let is_due = |item: &&Item| matches!(item.state, State::Waiting | State::Leased) && item.due <= now;
        let mut due: Vec<Item> = self.content.items.values().filter(is_due).cloned().collect();
        due.sort_by_key(|item| item.due);
        due.truncate(most as usize);
        Ok(due)
    }

    fn held(&mut self, lease: &Token) -> Result<Vec<Item>, QueueError> {
        Ok(self.content.items.values().filter(|item| item.is_held_by(lease)).cloned().collect())
    }

    fn failed(&mut self, reason: Option<&str>) -> Result<Vec<Item>, QueueError> {
        let is_meant =
            |item: &&Item| item.state == State::Failed && (reason.is_none() || item.reason.as_deref() == reason);
        Ok(self.content.items.values().filter(is_meant).cloned().collect())
    }

    fn put_items(&mut self, items: &[Item]) -> Result<(), QueueError> {
        for item in items {
            let place = item.source.place.clone();
            let before = self.content.items.insert(place.clone(), item.clone());
            self.before.push(Before::Item(place, before));
        }
        Ok(())
    }

    fn remove_items(&mut self, places: &[&[u8]]) -> Result<(), QueueError> {
        for place in places {
            let before = self.content.items.remove(*place);
            self.before.push(Before::Item(place.to_vec(), before));
        }
        Ok(())
    }

    fn is_placed(&mut self, report: ReportId) -> Result<bool, QueueError> {
        Ok(self.content.items.values().any(|item| item.report == Some(report)))
    }

    fn revision(&mut self, id: &RevisionId) -> Result<Option<Revision>, QueueError> {
        Ok(self.content.revisions.get(id).cloned())
    }

    fn revision_of(&mut self, report: ReportId, state: RevisionState) -> Result<Option<Revision>, QueueError> {
        Ok(self.revisions(|revision| revision.report == report && revision.state == state).pop())
    }

    fn written_from(&mut self, places: &[&[u8]]) -> Result<Vec<Revision>, QueueError> {
        let is_meant =
            |revision: &Revision| revision.state == RevisionState::Writing && places.contains(&&revision.place[..]);
        Ok(self.revisions(is_meant))
    }

    fn since_before(&mut self, state: RevisionState, time: Millis, most: u32) -> Result<Vec<Revision>, QueueError> {
        let mut revisions = self.revisions(|revision| revision.state == state && revision.since <= time);
        revisions.sort_by_key(|revision| revision.since);
        revisions.truncate(most as usize);
        Ok(revisions)
    }

    fn live(&mut self, reports: &[ReportId]) -> Result<Vec<Revision>, QueueError> {
        Ok(self.revisions(|revision| revision.state == RevisionState::Live && reports.contains(&revision.report)))
    }

    fn masked(&mut self) -> Result<Vec<RevisionId>, QueueError> {
        let revisions = self.revisions(|revision| revision.state != RevisionState::Live);
        Ok(revisions.into_iter().map(|revision| revision.id).collect())
    }

    fn put_revision(&mut self, revision: &Revision) -> Result<(), QueueError> {
        let before = self.content.revisions.insert(revision.id.clone(), revision.clone());
        self.before.push(Before::Revision(revision.id.clone(), before));
        // What the unique indexes of the database refuse.
        if matches!(revision.state, RevisionState::Live | RevisionState::Writing) {
            let same = self.revisions(|other| other.report == revision.report && other.state == revision.state);
            assert_eq!(same.len(), 1, "one {:?} revision of a report", revision.state);
        }
        Ok(())
    }

    fn remove_purging(&mut self, ids: &[RevisionId]) -> Result<u64, QueueError> {
        let purging = self.revisions(|revision| revision.state == RevisionState::Purging && ids.contains(&revision.id));
        for revision in &purging {
            let before = self.content.revisions.remove(&revision.id);
            self.before.push(Before::Revision(revision.id.clone(), before));
        }
        Ok(purging.len() as u64)
    }

    fn record(&mut self, changes: &[Change]) -> Result<(), QueueError> {
        for change in changes {
            let before = match change {
                Change::File(row) => {
                    Before::File(row.path.clone(), self.content.files.insert(row.path.clone(), row.clone()))
                }
                Change::Forget(path) => Before::File(path.clone(), self.content.files.remove(path)),
                Change::Report(facts, texts) => Before::Report(facts.id, self.content.reports.insert(facts.id, *texts)),
                Change::Vanished(..) => continue,
            };
            self.before.push(before);
        }
        Ok(())
    }

    fn unlist(&mut self, report: ReportId) -> Result<(), QueueError> {
        let before = self.content.reports.remove(&report);
        self.before.push(Before::Report(report, before));
        Ok(())
    }

    fn promote(&mut self, report: ReportId) -> Result<(), QueueError> {
        let files = || self.content.files.values().filter(|file| file.id == Some(report));
        let is_first = |file: &&FileRow| matches!(file.outcome, Outcome::Indexed | Outcome::Partial(_));
        if files().any(|file| is_first(&file)) {
            return Ok(());
        }
        let copy = files().find(|file| file.outcome == Outcome::Duplicate).cloned();
        match copy {
            Some(copy) => self.record(&[Change::File(FileRow { outcome: Outcome::Indexed, ..copy })]),
            None => Ok(()),
        }
    }

    fn longest_due(&mut self, now: Millis) -> Result<Option<Millis>, QueueError> {
        let waits = |item: &&Item| item.state == State::Waiting && item.due <= now;
        Ok(self.content.items.values().filter(waits).map(|item| item.due).min())
    }

    fn take_turn(&mut self, name: &str, now: Millis, next: Millis) -> Result<bool, QueueError> {
        let is_due = self.content.turns.get(name).is_none_or(|due| *due <= now);
        if is_due {
            self.content.turns.insert(name.to_owned(), next);
        }
        Ok(is_due)
    }

    fn counts(&mut self) -> Result<Counts, QueueError> {
        let mut counts = Counts::default();
        for item in self.content.items.values() {
            *match item.state {
                State::Waiting => &mut counts.waiting,
                State::Leased => &mut counts.leased,
                State::Done => &mut counts.done,
                State::Failed => &mut counts.failed,
            } += 1;
        }
        for revision in self.content.revisions.values() {
            *match revision.state {
                RevisionState::Writing => &mut counts.writing,
                RevisionState::Live => &mut counts.live,
                RevisionState::Retired | RevisionState::Purging => &mut counts.retired,
            } += 1;
        }
        Ok(counts)
    }
}
