//! The tables in memory, with a clock that stands until it is moved: the rules without a database.

use crate::queue::tables::{Database, Tables, Work};
use crate::queue::{Counts, Item, Millis, Queue, QueueError, Revision, RevisionId, RevisionState, State, Token};
use crate::report::{Outcome, Reason, ReportId};
use crate::store::{Change, FileRow, Location, ReportFacts};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) items: BTreeMap<Vec<u8>, Item>,
    pub(crate) revisions: BTreeMap<RevisionId, Revision>,
    /// The catalogue.
    pub(crate) files: BTreeMap<PathBuf, FileRow>,
    pub(crate) reports: BTreeMap<ReportId, (ReportFacts, Location)>,
    pub(crate) withdrawn: BTreeSet<ReportId>,
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
    Report(ReportId, Option<(ReportFacts, Location)>),
    Withdrawn(ReportId, bool),
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
                Before::Report(id, Some(known)) => drop(self.content.reports.insert(id, known)),
                Before::Withdrawn(id, true) => drop(self.content.withdrawn.insert(id)),
                Before::Withdrawn(id, false) => drop(self.content.withdrawn.remove(&id)),
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

    fn guard(&mut self, _report: ReportId) -> Result<(), QueueError> {
        Ok(())
    }

    fn items(&mut self, places: &[&[u8]]) -> Result<Vec<Item>, QueueError> {
        let mut items: Vec<Item> = places.iter().filter_map(|place| self.content.items.get(*place)).cloned().collect();
        items.sort_by(|a, b| a.source.place.cmp(&b.source.place));
        items.dedup_by(|a, b| a.source.place == b.source.place);
        Ok(items)
    }

    fn due(&mut self, now: Millis, most: u32, is_corrected: bool) -> Result<Vec<Item>, QueueError> {
        let is_due = |item: &&Item| {
            matches!(item.state, State::Waiting | State::Leased) && item.due <= now && item.is_corrected == is_corrected
        };
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

    fn placed(&mut self, report: ReportId) -> Result<Vec<Item>, QueueError> {
        Ok(self.content.items.values().filter(|item| item.report == Some(report)).cloned().collect())
    }

    fn places_under(&mut self, folder: &Path, after: Option<&[u8]>, most: u32) -> Result<Vec<Vec<u8>>, QueueError> {
        let places = self.content.items.keys().filter(|place| Path::new(OsStr::from_bytes(place)).starts_with(folder));
        Ok(places.filter(|place| after.is_none_or(|after| &place[..] > after)).take(most as usize).cloned().collect())
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
                Change::Report(facts, texts) => {
                    Before::Report(facts.id, self.content.reports.insert(facts.id, (facts.clone(), *texts)))
                }
                Change::Vanished(path, when) => {
                    let Some(file) = self.content.files.get_mut(path) else { continue };
                    let before = file.clone();
                    file.vanished.get_or_insert(*when);
                    Before::File(path.clone(), Some(before))
                }
            };
            self.before.push(before);
        }
        Ok(())
    }

    fn is_withdrawn(&mut self, report: ReportId) -> Result<bool, QueueError> {
        Ok(self.content.withdrawn.contains(&report))
    }

    fn set_withdrawn(&mut self, reports: &[ReportId], is_withdrawn: bool) -> Result<(), QueueError> {
        for report in reports {
            let before = match is_withdrawn {
                true => !self.content.withdrawn.insert(*report),
                false => self.content.withdrawn.remove(report),
            };
            self.before.push(Before::Withdrawn(*report, before));
        }
        Ok(())
    }

    fn withdraw(&mut self, report: ReportId, gone: Option<&[u8]>) -> Result<(), QueueError> {
        let gone = gone.map(|place| Change::Forget(PathBuf::from(OsStr::from_bytes(place))));
        self.record(&gone.into_iter().collect::<Vec<_>>())?;
        let files = self.content.files.values().filter(|file| file.id == Some(report));
        let (outcome, checked) = (Outcome::Failed(Reason::Withdrawn), self.now / 1_000);
        let files = files.map(|file| FileRow { outcome, detail: String::new(), checked, ..file.clone() });
        let files: Vec<Change> = files.map(Change::File).collect();
        self.record(&files)?;
        self.unlist(report)
    }

    fn has_first(&mut self, report: ReportId, except: &[u8]) -> Result<bool, QueueError> {
        let except = Path::new(OsStr::from_bytes(except));
        let is_first = |file: &FileRow| matches!(file.outcome, Outcome::Indexed | Outcome::Partial(_));
        let mut files = self.content.files.values();
        Ok(files.any(|file| file.id == Some(report) && is_first(file) && file.path != except))
    }

    fn returned(&mut self, places: &[&[u8]]) -> Result<(), QueueError> {
        for place in places {
            let path = Path::new(OsStr::from_bytes(place));
            if let Some(file) = self.content.files.get(path).filter(|file| file.vanished.is_some()).cloned() {
                self.record(&[Change::File(FileRow { vanished: None, ..file })])?;
            }
        }
        Ok(())
    }

    fn unlist(&mut self, report: ReportId) -> Result<(), QueueError> {
        let before = self.content.reports.remove(&report);
        self.before.push(Before::Report(report, before));
        Ok(())
    }

    fn promote(&mut self, report: ReportId) -> Result<(), QueueError> {
        let Some((facts, _)) = self.content.reports.get(&report) else { return Ok(()) };
        let outcome = facts.partial.map_or(Outcome::Indexed, Outcome::Partial);
        let files = || self.content.files.values().filter(|file| file.id == Some(report));
        let is_first = |file: &&FileRow| matches!(file.outcome, Outcome::Indexed | Outcome::Partial(_));
        let first = files().find(is_first).or_else(|| files().find(|file| file.outcome == Outcome::Duplicate)).cloned();
        let first = first.map(|file| Change::File(FileRow { outcome, ..file }));
        self.record(&first.into_iter().collect::<Vec<_>>())
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
