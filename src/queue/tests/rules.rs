//! The rules, each on the tables in memory and on PostgreSQL.

use super::memory::Memory;
use crate::queue::{
    Begun, Counts, Finished, Held, Millis, Offered, Queue, QueueError, REFUSED, Read, Revision, RevisionId,
    RevisionState, Source, State, Token,
};
use crate::report::{Outcome, PageStatus, ReportId};
use crate::store::DatabaseServer;
use crate::store::{FileRow, Location, ReportFacts};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// How long leases hold here.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// A beginning of the time, for clocks that are set.
const START: Millis = 1_000_000;
/// A second of the clocks that are set.
const SECOND: Duration = Duration::from_secs(1);

/// A queue whose clock is set by hand.
struct Bench<'b> {
    queue: Queue,
    clock: Box<dyn Fn(Millis) + 'b>,
    now: Mutex<Millis>,
}

impl Bench<'_> {
    fn pass(&self, time: Duration) {
        let mut now = self.now.lock().expect("the clock");
        *now += time.as_millis() as Millis;
        (self.clock)(*now);
    }

    fn lease(&self, worker: &str, most: u32) -> (Token, Vec<String>) {
        let token = Token::random().expect("random bytes");
        let items = self.queue.lease(&token, worker, most, LEASE).expect("leases");
        (token, items.iter().map(|item| String::from_utf8_lossy(&item.source.place).into_owned()).collect())
    }

    fn state(&self, place: &str) -> State {
        self.queue.item(place.as_bytes()).expect("asks").expect(place).state
    }

    fn live(&self, report: &str) -> Option<RevisionId> {
        self.queue.live(&[id(report)]).expect("asks").pop().flatten()
    }

    /// Leases and publishes one file as a report.
    fn publish(&self, place: &str, report: &str, edition: &str) -> RevisionId {
        let (token, leased) = self.lease("one", 1);
        assert_eq!(leased, [place]);
        let revision = revision(report, edition);
        assert_eq!(self.queue.begin(held(&token, place), &revision).expect("begins"), Begun::Write);
        self.queue
            .finish(held(&token, place), &Finished::Written(revision.id.clone()), &read(report))
            .expect("finishes");
        revision.id
    }
}

pub(super) fn id(report: &str) -> ReportId {
    ReportId::of_bytes(report.as_bytes())
}

/// What was read of a report; the queue knows the file.
pub(super) fn read(report: &str) -> Read {
    let file = FileRow {
        path: PathBuf::new(),
        size: 1,
        modified: 0,
        id: None,
        outcome: Outcome::Indexed,
        detail: String::new(),
        reader_version: 1,
        checked: 1,
        vanished: None,
        name: None,
    };
    let facts = ReportFacts {
        id: id(report),
        title: report.to_owned(),
        authors: Vec::new(),
        date: None,
        language: None,
        size: 1,
        partial: None,
        pages: [(PageStatus::Text, 3)].into(),
        correction: None,
        sketch: None,
    };
    Read { file, facts, texts: Location { segment: 1, offset: 0, length: 100 } }
}

pub(super) fn source(place: &str, version: &str) -> Source {
    Source { place: place.as_bytes().to_vec(), version: version.to_owned(), bytes: 1 }
}

pub(super) fn held<'h>(lease: &'h Token, place: &'h str) -> Held<'h> {
    Held { lease, place: place.as_bytes() }
}

fn one(id: &RevisionId) -> &[RevisionId] {
    std::slice::from_ref(id)
}

fn revision(report: &str, edition: &str) -> Revision {
    Revision {
        id: RevisionId::random().expect("random bytes"),
        report: id(report),
        place: Vec::new(),
        edition: edition.to_owned(),
        pages: 3,
        state: RevisionState::Writing,
        since: 0,
    }
}

/// Runs a test on both.
fn on_both(test: fn(&Bench<'_>)) {
    let memory = Memory::default();
    memory.set_clock(START);
    let clock = |now| memory.set_clock(now);
    test(&Bench { queue: memory.queue(), clock: Box::new(clock), now: Mutex::new(START) });
    let Some(server) = DatabaseServer::start() else { return };
    let clock = clock_of(&server);
    clock(START);
    let queue = Queue::connect(&server.url(), "recto test").expect("connects");
    test(&Bench { queue, clock: Box::new(clock), now: Mutex::new(START) });
}

/// Sets the clock of the queue in a database.
pub(super) fn clock_of(server: &DatabaseServer) -> impl Fn(Millis) + use<> {
    let url = server.url();
    Queue::connect(&url, "recto test").expect("makes the tables");
    let client = Mutex::new(::postgres::Client::connect(&url, ::postgres::NoTls).expect("connects"));
    move |now| {
        let sql = format!(
            "CREATE OR REPLACE FUNCTION queue_now() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT {now}::bigint $$"
        );
        client.lock().expect("the connection").batch_execute(&sql).expect("sets the clock");
    }
}

#[test]
fn what_is_known_is_not_offered_twice() {
    on_both(|bench| {
        let queue = &bench.queue;
        let first = queue.offer(&[source("a", "1"), source("b", "1"), source("a", "1")]).expect("offers");
        assert_eq!(first, Offered { new: 2, changed: 0, known: 0 }, "the same twice in one is one");
        let again = queue.offer(&[source("a", "1"), source("b", "2")]).expect("offers");
        assert_eq!(again, Offered { new: 0, changed: 1, known: 1 });
        assert_eq!(queue.counts().expect("counts"), Counts { waiting: 2, ..Counts::default() });
    });
}

#[test]
fn turns_are_taken_once_each_time() {
    on_both(|bench| {
        let turn = |name| bench.queue.take_turn(name, SECOND * 60).expect("asks");
        assert_eq!([turn("purge"), turn("purge"), turn("other"), turn("purge")], [true, false, true, false]);
        bench.pass(SECOND * 59);
        assert!(!turn("purge"));
        bench.pass(SECOND);
        assert_eq!([turn("purge"), turn("purge")], [true, false]);
    });
}

#[test]
fn the_longest_wait_is_that_of_a_file_that_could_be_leased() {
    on_both(|bench| {
        let oldest = || bench.queue.oldest_waiting().expect("asks");
        assert_eq!(oldest(), None);
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        bench.pass(SECOND * 7);
        bench.queue.offer(&[source("b", "1")]).expect("offers");
        assert_eq!(oldest(), Some(SECOND * 7));
        let (token, _) = bench.lease("one", 1);
        assert_eq!(oldest(), Some(Duration::ZERO));
        bench.queue.give_back(held(&token, "a"), SECOND * 5).expect("gives back");
        let (_, leased) = bench.lease("one", 1);
        assert_eq!((leased, oldest()), (vec!["b".to_owned()], None), "it is not due yet");
    });
}

#[test]
fn the_edition_of_a_report_is_that_of_its_live_revision() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        assert_eq!(bench.queue.live_edition(id("A")).expect("asks"), None);
        bench.publish("a", "A", "7");
        assert_eq!(bench.queue.live_edition(id("A")).expect("asks").as_deref(), Some("7"));
    });
}

#[test]
fn a_file_is_leased_once_and_the_question_may_be_repeated() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1"), source("b", "1")]).expect("offers");
        let (token, first) = bench.lease("one", 1);
        let (_, second) = bench.lease("two", 9);
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_ne!(first, second);
        let again = bench.queue.lease(&token, "one", 9, LEASE).expect("leases");
        assert_eq!(again.len(), 1, "the same token has the same files, and no more");
        assert!(bench.lease("three", 9).1.is_empty());
    });
}

#[test]
fn a_lost_worker_is_succeeded_and_comes_too_late() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let (lost, _) = bench.lease("one", 1);
        let left_behind = revision("A", "1");
        assert_eq!(bench.queue.begin(held(&lost, "a"), &left_behind).expect("begins"), Begun::Write);
        bench.pass(LEASE / 2);
        assert_eq!(bench.queue.renew(&lost, LEASE).expect("renews"), [b"a".to_vec()]);
        bench.pass(LEASE - SECOND);
        assert!(bench.lease("two", 1).1.is_empty(), "the renewed lease holds");
        bench.pass(SECOND);
        let next = bench.publish("a", "A", "1");
        assert_eq!(bench.live("A"), Some(next));
        assert_eq!(bench.queue.masked().expect("lists"), one(&left_behind.id), "what the lost one sent is hidden");
        let late = bench.queue.finish(held(&lost, "a"), &Finished::Written(left_behind.id.clone()), &read("A"));
        assert!(matches!(late, Err(QueueError::Lost)), "{late:?}");
        assert!(bench.queue.renew(&lost, LEASE).expect("renews").is_empty());
        assert!(matches!(bench.queue.fail(held(&lost, "a"), "damaged", ""), Err(QueueError::Lost)));
        assert!(matches!(bench.queue.give_back(held(&lost, "a"), SECOND), Err(QueueError::Lost)));
        assert!(matches!(bench.queue.begin(held(&lost, "a"), &left_behind), Err(QueueError::Lost)));
    });
}

#[test]
fn what_a_lost_worker_began_is_in_nobodys_way() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let (lost, _) = bench.lease("one", 1);
        assert_eq!(bench.queue.begin(held(&lost, "a"), &revision("A", "1")).expect("begins"), Begun::Write);
        bench.queue.offer(&[source("b", "1")]).expect("offers");
        bench.pass(LEASE);
        let (next, leased) = bench.lease("two", 9);
        assert_eq!(leased.len(), 2);
        let copy = revision("A", "1");
        assert_eq!(bench.queue.begin(held(&next, "b"), &copy).expect("begins"), Begun::Write);
    });
}

#[test]
fn a_file_that_was_being_sent_is_not_taken_for_what_ended_its_workers() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        for _ in 0..20 {
            let (lost, leased) = bench.lease("one of many", 1);
            assert_eq!(leased, ["a"]);
            assert_eq!(bench.queue.begin(held(&lost, "a"), &revision("A", "1")).expect("begins"), Begun::Write);
            bench.pass(LEASE);
        }
        bench.publish("a", "A", "1");
        assert_eq!(bench.queue.masked().expect("lists").len(), 20, "what was sent is hidden");
    });
}

#[test]
fn a_file_that_ends_its_workers_is_given_up() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        for _ in 0..8 {
            assert_eq!(bench.lease("one of many", 1).1, ["a"]);
            bench.pass(LEASE);
        }
        assert!(bench.lease("four", 1).1.is_empty());
        let item = bench.queue.item(b"a").expect("asks").expect("known");
        assert_eq!((item.state, item.reason.as_deref()), (State::Failed, Some("abandoned")));
        assert_eq!(bench.queue.retry(Some("damaged")).expect("retries"), 0);
        assert_eq!(bench.queue.retry(Some("abandoned")).expect("retries"), 1);
        assert_eq!(bench.lease("four", 1).1, ["a"]);
    });
}

#[test]
fn what_was_done_is_done_once_however_often_it_is_said() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        let (place, revision) = (held(&token, "a"), revision("A", "1"));
        for _ in 0..2 {
            assert_eq!(bench.queue.begin(place, &revision).expect("begins"), Begun::Write);
        }
        for _ in 0..2 {
            bench.queue.finish(place, &Finished::Written(revision.id.clone()), &read("A")).expect("finishes");
        }
        assert_eq!(bench.queue.counts().expect("counts"), Counts { done: 1, live: 1, ..Counts::default() });
        assert!(matches!(bench.queue.give_back(place, SECOND), Err(QueueError::Lost)));
    });
}

#[test]
fn another_version_replaces_the_report_at_its_place() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let old = bench.publish("a", "A", "1");
        bench.queue.offer(&[source("a", "2")]).expect("offers");
        assert_eq!(bench.live("A"), Some(old.clone()), "shown until there is another");
        let new = bench.publish("a", "B", "1");
        assert_eq!((bench.live("A"), bench.live("B")), (None, Some(new)));
        assert_eq!(bench.queue.masked().expect("lists"), [old]);
    });
}

#[test]
fn a_new_edition_replaces_the_old_at_once() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let old = bench.publish("a", "A", "1");
        bench.queue.offer(&[source("a", "2")]).expect("offers");
        let new = bench.publish("a", "A", "2");
        assert_eq!(bench.live("A"), Some(new));
        assert_eq!(bench.queue.masked().expect("lists"), [old]);
    });
}

#[test]
fn a_change_while_a_file_is_read_voids_the_reading() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        let stale = revision("A", "1");
        bench.queue.begin(held(&token, "a"), &stale).expect("begins");
        bench.queue.offer(&[source("a", "2")]).expect("offers");
        let finished = bench.queue.finish(held(&token, "a"), &Finished::Written(stale.id.clone()), &read("A"));
        assert!(matches!(finished, Err(QueueError::Lost)), "{finished:?}");
        assert_eq!(bench.queue.masked().expect("lists"), [stale.id]);
        bench.publish("a", "B", "1");
    });
}

#[test]
fn copies_are_one_report_for_as_long_as_one_of_them_is_left() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1"), source("b", "1")]).expect("offers");
        // Which of them each gets, the order among equals decides.
        let ((one, a), (two, b)) = (bench.lease("one", 1), bench.lease("two", 1));
        let (a, b) = (a[0].as_str(), b[0].as_str());
        let (first, second) = (revision("A", "1"), revision("A", "1"));
        assert_eq!(bench.queue.begin(held(&one, a), &first).expect("begins"), Begun::Write);
        assert_eq!(bench.queue.begin(held(&two, b), &second).expect("begins"), Begun::Busy);
        bench.queue.finish(held(&one, a), &Finished::Written(first.id.clone()), &read("A")).expect("finishes");
        assert_eq!(bench.queue.begin(held(&two, b), &second).expect("begins"), Begun::Same);
        bench.queue.finish(held(&two, b), &Finished::Same(id("A")), &read("A")).expect("finishes");
        assert_eq!(bench.queue.forget(&[a.into(), b"unknown".to_vec()]).expect("forgets"), 1);
        assert_eq!(bench.live("A"), Some(first.id), "a copy is left");
        bench.queue.forget(&[b.into()]).expect("forgets");
        assert_eq!(bench.live("A"), None);
    });
}

#[test]
fn a_copy_whose_original_went_meanwhile_is_written_after_all() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        bench.publish("a", "A", "1");
        bench.queue.offer(&[source("b", "1")]).expect("offers");
        let (token, _) = bench.lease("two", 1);
        let copy = revision("A", "1");
        assert_eq!(bench.queue.begin(held(&token, "b"), &copy).expect("begins"), Begun::Same);
        bench.queue.forget(&[b"a".to_vec()]).expect("forgets");
        let finished = bench.queue.finish(held(&token, "b"), &Finished::Same(id("A")), &read("A"));
        assert!(matches!(finished, Err(QueueError::Withdrawn)), "{finished:?}");
        assert_eq!(bench.queue.begin(held(&token, "b"), &copy).expect("begins"), Begun::Write);
        bench.queue.finish(held(&token, "b"), &Finished::Written(copy.id.clone()), &read("A")).expect("finishes");
        assert_eq!(bench.live("A"), Some(copy.id));
    });
}

#[test]
fn a_file_that_cannot_be_read_keeps_what_it_was_unless_its_bytes_are_others() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        bench.publish("a", "A", "1");
        bench.queue.offer(&[source("a", "2")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        for _ in 0..2 {
            bench.queue.fail(held(&token, "a"), "damaged", "no page\0tree").expect("fails");
        }
        assert_eq!((bench.state("a"), bench.live("A")), (State::Failed, None));
        assert_eq!(bench.queue.offer(&[source("a", "2")]).expect("offers").known, 1);
        assert!(bench.lease("one", 1).1.is_empty(), "not tried again before it changes");
    });
}

#[test]
fn what_is_given_back_waits_and_goes_to_anybody() {
    on_both(|bench| {
        bench.queue.offer(&[source("a", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        let begun = revision("A", "1");
        bench.queue.begin(held(&token, "a"), &begun).expect("begins");
        for _ in 0..2 {
            bench.queue.give_back(held(&token, "a"), SECOND * 5).expect("gives back");
        }
        assert_eq!(bench.queue.masked().expect("lists"), [begun.id]);
        assert!(bench.lease("two", 1).1.is_empty());
        bench.pass(SECOND * 5);
        assert_eq!(bench.lease("two", 1).1, ["a"]);
        let item = bench.queue.item(b"a").expect("asks").expect("known");
        assert_eq!((item.returns, item.losses), (1, 0));
    });
}

#[test]
fn retired_revisions_are_purged_and_forgotten_when_nothing_is_left_of_them() {
    on_both(|bench| {
        let queue = &bench.queue;
        queue.offer(&[source("a", "1")]).expect("offers");
        let old = bench.publish("a", "A", "1");
        queue.offer(&[source("a", "2")]).expect("offers");
        let live = bench.publish("a", "A", "2");
        assert!(queue.to_purge(LEASE, 9).expect("asks").is_empty(), "a request may still be under way");
        bench.pass(LEASE);
        assert_eq!(queue.to_purge(LEASE, 9).expect("asks"), one(&old));
        assert_eq!(queue.masked().expect("lists"), one(&old), "hidden until it is gone");
        assert!(queue.to_purge(LEASE, 9).expect("asks").is_empty(), "the engine was told");
        assert_eq!(queue.purging().expect("lists"), one(&old));
        bench.pass(LEASE);
        assert_eq!(queue.to_purge(LEASE, 9).expect("asks"), one(&old), "told again, as nobody confirmed it");
        assert_eq!(queue.purged(&[old.clone(), live.clone()]).expect("forgets"), 1, "never a live one");
        assert!(queue.masked().expect("lists").is_empty());
        assert_eq!(bench.live("A"), Some(live));
    });
}

fn file(bench: &Bench<'_>, place: &str) -> (State, Option<String>) {
    let item = bench.queue.item(place.as_bytes()).expect("asks").expect(place);
    (item.state, item.reason)
}

#[test]
fn what_was_withdrawn_is_gone_at_once_and_stays_away_until_it_is_wanted() {
    on_both(|bench| {
        let queue = &bench.queue;
        queue.offer(&[source("a", "1")]).expect("offers");
        let live = bench.publish("a", "A", "1");
        queue.offer(&[source("b", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        assert_eq!(queue.begin(held(&token, "b"), &revision("A", "1")).expect("begins"), Begun::Same);
        assert!(queue.withdraw(id("A"), None).expect("withdraws"));
        assert_eq!((bench.live("A"), queue.masked().expect("lists")), (None, vec![live]));
        // Whoever was about to finish a copy is told, and asks again.
        let finished = queue.finish(held(&token, "b"), &Finished::Same(id("A")), &read("A"));
        assert!(matches!(finished, Err(QueueError::Withdrawn)), "{finished:?}");
        assert_eq!(queue.begin(held(&token, "b"), &revision("A", "1")).expect("begins"), Begun::Withdrawn);
        let withdrawn = (State::Failed, Some("withdrawn".to_owned()));
        assert_eq!([file(bench, "a"), file(bench, "b")], [withdrawn.clone(), withdrawn.clone()]);
        // Its bytes are met under other names, and after all of its files were forgotten.
        queue.forget(&[b"a".to_vec(), b"b".to_vec()]).expect("forgets");
        queue.offer(&[source("c", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        assert!(!queue.withhold(held(&token, "c"), id("B")).expect("asks"));
        assert!(queue.withhold(held(&token, "c"), id("A")).expect("asks"));
        assert_eq!(file(bench, "c"), withdrawn);
        assert_eq!(queue.retry(None).expect("retries"), 0, "only who asks for it by name gets it back");
        assert_eq!(queue.retry(Some("withdrawn")).expect("retries"), 1);
        bench.publish("c", "A", "1");
        assert!(!queue.withdraw(id("B"), None).expect("asks"), "nobody knows of it");
    });
}

#[test]
fn what_was_handed_over_is_gone_with_its_report_and_comes_back_if_it_is_handed_over_again() {
    on_both(|bench| {
        let queue = &bench.queue;
        queue.offer(&[source("a", "1")]).expect("offers");
        bench.publish("a", "A", "1");
        queue.offer(&[source("b", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        queue.finish(held(&token, "b"), &Finished::Same(id("A")), &read("A")).expect("finishes");
        assert!(queue.withdraw(id("A"), Some(b"a")).expect("withdraws"));
        assert!(!queue.withdraw(id("C"), Some(b"a")).expect("withdraws"), "it was forgotten");
        assert_eq!(queue.item(b"a").expect("asks"), None);
        assert!(queue.readmit(id("A")).expect("readmits"));
        assert!(!queue.readmit(id("A")).expect("readmits"));
        queue.offer(&[source("a", "1")]).expect("offers");
        let (token, mut leased) = bench.lease("one", 2);
        leased.sort();
        assert_eq!(leased, ["a", "b"], "its copy as well");
        let back = revision("A", "1");
        assert_eq!(queue.begin(held(&token, "b"), &back).expect("begins"), Begun::Write);
        queue.finish(held(&token, "b"), &Finished::Written(back.id.clone()), &read("A")).expect("finishes");
        assert_eq!(bench.live("A"), Some(back.id));
    });
}

#[test]
fn a_report_that_is_withdrawn_while_it_is_written_does_not_become_live() {
    on_both(|bench| {
        let queue = &bench.queue;
        queue.offer(&[source("a", "1")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        let written = revision("A", "1");
        assert_eq!(queue.begin(held(&token, "a"), &written).expect("begins"), Begun::Write);
        assert!(queue.withdraw(id("A"), None).expect("withdraws"));
        assert_eq!(queue.masked().expect("lists"), one(&written.id));
        let finished = queue.finish(held(&token, "a"), &Finished::Written(written.id.clone()), &read("A"));
        assert!(matches!(finished, Err(QueueError::Withdrawn)), "{finished:?}");
        assert_eq!(queue.begin(held(&token, "a"), &written).expect("begins"), Begun::Withdrawn);
        assert_eq!((bench.state("a"), bench.live("A")), (State::Failed, None));
    });
}

#[test]
fn a_corrected_report_is_published_again_before_all_else_and_its_file_is_what_it_was() {
    on_both(|bench| {
        let queue = &bench.queue;
        queue.offer(&[source("a", "1")]).expect("offers");
        let old = bench.publish("a", "A", "1");
        queue.offer(&[source("b", "1"), source("c", "1")]).expect("offers");
        bench.pass(SECOND);
        assert_eq!(queue.republish(&[id("A"), id("B")]).expect("offers"), 1, "what is not live is left alone");
        assert_eq!(queue.republish(&[id("A")]).expect("offers"), 0, "it is on its way");
        assert_eq!(bench.lease("one", 1).1, ["a"]);
        assert!(queue.item(b"a").expect("asks").expect("known").is_corrected);
        assert_eq!(bench.live("A"), Some(old.clone()), "shown as it was until then");
        // A lost worker is succeeded, as with any file.
        bench.pass(LEASE);
        let (token, leased) = bench.lease("two", 1);
        assert_eq!(leased, ["a"]);
        let new = revision("A", "1+said");
        assert_eq!(queue.begin(held(&token, "a"), &new).expect("begins"), Begun::Write);
        queue.finish(held(&token, "a"), &Finished::Written(new.id.clone()), &read("A")).expect("finishes");
        assert_eq!((bench.live("A"), queue.masked().expect("lists")), (Some(new.id), vec![old]));
        let item = queue.item(b"a").expect("asks").expect("known");
        assert_eq!((item.state, item.is_corrected), (State::Done, false));
    });
}

#[test]
fn a_file_that_had_failed_has_failed_again_once_its_report_is_published_as_corrected() {
    on_both(|bench| {
        let queue = &bench.queue;
        queue.offer(&[source("a", "1")]).expect("offers");
        bench.publish("a", "A", "1");
        queue.republish(&[id("A")]).expect("offers");
        let (token, _) = bench.lease("one", 1);
        queue.fail(held(&token, "a"), "unreadable", "out of reach").expect("fails");
        assert_eq!(queue.republish(&[id("A")]).expect("offers"), 1);
        let (token, _) = bench.lease("one", 1);
        let new = revision("A", "2");
        assert_eq!(queue.begin(held(&token, "a"), &new).expect("begins"), Begun::Write);
        queue.finish(held(&token, "a"), &Finished::Written(new.id.clone()), &read("A")).expect("finishes");
        assert_eq!((file(bench, "a"), bench.live("A")), ((State::Failed, Some("unreadable".to_owned())), Some(new.id)));
        // What the engine refused is not sent again and again.
        assert_eq!(queue.republish(&[id("A")]).expect("offers"), 1);
        let (token, _) = bench.lease("one", 1);
        queue.fail(held(&token, "a"), REFUSED, "").expect("fails");
        assert_eq!(queue.republish(&[id("A")]).expect("offers"), 0);
    });
}

#[test]
fn places_are_listed_by_folder_a_few_at_a_time() {
    on_both(|bench| {
        let queue = &bench.queue;
        let places = ["/a/1", "/a/2", "/a/b/3", "/a0", "/ab/4", "/a"];
        queue.offer(&places.map(|place| source(place, "1"))).expect("offers");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let next = queue.places_under(Path::new("/a"), after.as_deref(), 2).expect("lists");
            assert!(next.len() <= 2);
            let Some(last) = next.last() else { break };
            after = Some(last.clone());
            found.extend(next);
        }
        found.sort();
        assert_eq!(found, ["/a", "/a/1", "/a/2", "/a/b/3"].map(|place| place.as_bytes().to_vec()));
    });
}
