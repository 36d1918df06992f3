//! One report at a time, with an engine that does as it is told.

use super::memory::Memory;
use super::rules::{LEASE, id, read, source};
use crate::queue::{
    Counts, Pace, PageEngine, Publication, Published, PurgeError, Purged, PutError, Queue, QueueError, RevisionId,
    State, Step, Subject, Token, purge,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

/// What becomes of a request that stores.
#[derive(Debug, Clone, Copy)]
enum Put {
    Stored,
    /// Stored, and no answer.
    Silent,
    /// Not stored, and no answer.
    Gone,
    /// Stored twice, and no answer.
    Twice,
    Busy,
    Refused,
    /// No page fits into a request.
    TooLarge,
}

#[derive(Default)]
struct Engine {
    puts: RefCell<Vec<Put>>,
    pages: RefCell<BTreeMap<RevisionId, Vec<u32>>>,
    is_silent: Cell<bool>,
}

impl Engine {
    /// These one after the other, and then all is stored.
    fn doing(puts: &[Put]) -> Engine {
        Engine { puts: RefCell::new(puts.iter().rev().copied().collect()), ..Engine::default() }
    }
}

impl PageEngine for Engine {
    type Page = u32;

    fn put(&self, revision: &RevisionId, pages: &[u32]) -> Result<usize, PutError> {
        let batch = &pages[..pages.len().min(2)];
        let unknown = || PutError::Unknown { pages: batch.len(), detail: "no answer".to_owned() };
        let store = || self.pages.borrow_mut().entry(revision.clone()).or_default().extend(batch);
        match self.puts.borrow_mut().pop().unwrap_or(Put::Stored) {
            Put::Stored => store(),
            Put::Silent => {
                store();
                return Err(unknown());
            }
            Put::Gone => return Err(unknown()),
            Put::Twice => {
                store();
                store();
                return Err(unknown());
            }
            Put::Busy => return Err(PutError::Busy("429".to_owned())),
            Put::Refused => return Err(PutError::Refused("a field that is not known".to_owned())),
            Put::TooLarge => return Ok(0),
        }
        Ok(batch.len())
    }

    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String> {
        if self.is_silent.get() {
            return Err("no answer".to_owned());
        }
        let pages = self.pages.borrow();
        Ok(revisions.iter().filter_map(|revision| pages.get(revision)).map(|pages| pages.len() as u64).sum())
    }

    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String> {
        if self.is_silent.get() {
            return Err("no answer".to_owned());
        }
        revisions.iter().for_each(|revision| drop(self.pages.borrow_mut().remove(revision)));
        Ok(())
    }
}

/// Publishes a report of five pages; gives what became of it, the seconds it took and the revisions that were tried.
fn publish(memory: &Memory, queue: &Queue, engine: &Engine) -> Result<(Published, u64, usize), QueueError> {
    let lease = Token::random()?;
    let item = queue.lease(&lease, "one", 1, LEASE)?.pop().expect("a file");
    let pages = vec![1, 2, 3, 4, 5];
    let subject = Subject {
        lease,
        place: item.source.place,
        returns: item.returns,
        read: read("A"),
        edition: "1".to_owned(),
        pages,
    };
    let mut publication = Publication::new(subject, Pace::default())?;
    let mut now = Duration::ZERO;
    loop {
        match publication.step(queue, engine, now)? {
            Step::Wait(time) => now += time,
            Step::Done(published) => return Ok((published, now.as_secs(), memory.content().revisions.len())),
        }
    }
}

fn offered() -> (Memory, Queue) {
    let memory = Memory::default();
    let queue = memory.queue();
    queue.offer(&[source("a", "1")]).expect("offers");
    (memory, queue)
}

#[test]
fn what_is_not_answered_is_counted_and_what_does_not_add_up_is_sent_again() {
    let cases: [(&[Put], usize); 8] = [
        (&[], 1),
        (&[Put::Silent], 1),
        (&[Put::Stored, Put::Silent, Put::Silent], 1),
        (&[Put::Gone], 2),
        (&[Put::Stored, Put::Gone], 2),
        (&[Put::Twice], 2),
        (&[Put::Busy, Put::Gone], 3),
        (&[Put::Stored, Put::Stored, Put::Twice], 2),
    ];
    for (puts, revisions) in cases {
        let (memory, queue) = offered();
        let engine = Engine::doing(puts);
        let (published, seconds, tried) = publish(&memory, &queue, &engine).expect("publishes");
        let Published::Live(live) = published else { panic!("{puts:?}: {published:?}") };
        assert_eq!(tried, revisions, "{puts:?}");
        assert!(seconds < 60, "{puts:?}: {seconds} s");
        assert_eq!(engine.pages.borrow()[&live], [1, 2, 3, 4, 5], "{puts:?}");
        assert_eq!(queue.live(&[id("A")]).expect("asks"), [Some(live)]);
        assert_eq!(queue.masked().expect("lists").len(), revisions - 1, "{puts:?}: the others are hidden");
    }
}

#[test]
fn an_engine_that_takes_nothing_has_the_file_given_back_for_longer_each_time() {
    let (memory, queue) = offered();
    let mut before = 0;
    for _ in 0..3 {
        let engine = Engine::doing(&[Put::Busy; 3]);
        let (published, ..) = publish(&memory, &queue, &engine).expect("publishes");
        assert_eq!(published, Published::GivenBack("429".to_owned()));
        let item = queue.item(b"a").expect("asks").expect("known");
        let wait = item.due - before;
        assert_eq!(item.state, State::Waiting);
        assert!(wait >= 8_000 << (item.returns - 1) && wait < 13_000 << (item.returns - 1), "{wait} ms");
        before = item.due;
        memory.set_clock(before);
    }
    let (published, ..) = publish(&memory, &queue, &Engine::default()).expect("publishes");
    assert!(matches!(published, Published::Live(_)));
    assert_eq!(queue.item(b"a").expect("asks").expect("known").returns, 0);
}

#[test]
fn what_the_engine_refuses_is_not_sent_again() {
    for put in [Put::Refused, Put::TooLarge] {
        let (memory, queue) = offered();
        let (published, _, tried) = publish(&memory, &queue, &Engine::doing(&[put])).expect("publishes");
        assert!(matches!(published, Published::Failed(_)), "{put:?}: {published:?}");
        assert_eq!(tried, 1);
        let item = queue.item(b"a").expect("asks").expect("known");
        assert_eq!((item.state, item.reason.as_deref()), (State::Failed, Some("engine_refused")));
        assert_eq!(queue.masked().expect("lists").len(), 1);
    }
}

#[test]
fn purging_goes_on_where_it_was_cut_off_and_forgets_only_what_is_gone() {
    let (memory, queue) = offered();
    let engine = Engine::doing(&[Put::Gone, Put::Twice]);
    publish(&memory, &queue, &engine).expect("publishes");
    let round = || purge(&queue, &engine, LEASE, 9);
    assert_eq!(round().expect("purges"), Purged::default(), "a page may still be on its way");
    memory.set_clock(100_000);
    engine.is_silent.set(true);
    assert!(matches!(round(), Err(PurgeError::Engine(_))));
    engine.is_silent.set(false);
    let left = round().expect("purges");
    assert_eq!(left, Purged { gone: 1, told: 0, left: 1 }, "nothing had come of one of them");
    memory.set_clock(200_000);
    assert_eq!(round().expect("purges"), Purged { gone: 0, told: 1, left: 1 }, "told again");
    assert_eq!(round().expect("purges"), Purged { gone: 1, told: 0, left: 0 });
    assert!(queue.masked().expect("lists").is_empty());
    assert_eq!(queue.counts().expect("counts"), Counts { done: 1, live: 1, ..Counts::default() });
}
