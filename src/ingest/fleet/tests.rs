//! Workers on a queue in memory and an engine that fails as it is told.

use super::*;
use crate::extract::ExtractOptions;
use crate::ingest::{IngestOptions, Silent, ingest};
use crate::pdf::test_pdf::TestPdf;
use crate::queue::tests::memory::Memory;
use crate::queue::{Pace, PutError, RevisionId, RevisionState, State};
use crate::report::{Report, ReportId};
use crate::store::{Library, Location, ReportRow, ServiceStore, StoreError, TextStore};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU32;

mod said;
mod vanished;

/// Stores documents, which are the texts of pages.
#[derive(Debug, Default)]
struct Engine {
    documents: Mutex<BTreeMap<RevisionId, Vec<String>>>,
    /// Requests that it does not take before it takes any.
    down_for: AtomicU32,
}

impl PageEngine for Engine {
    type Page = String;

    fn put(&self, revision: &RevisionId, pages: &[String]) -> Result<usize, PutError> {
        if self.down_for.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(PutError::Busy("it is down".to_owned()));
        }
        self.documents.lock().expect("whole").entry(revision.clone()).or_default().extend_from_slice(pages);
        Ok(pages.len())
    }

    fn count(&self, revisions: &[RevisionId]) -> Result<u64, String> {
        let documents = self.documents.lock().expect("whole");
        Ok(revisions.iter().filter_map(|id| documents.get(id)).map(|pages| pages.len() as u64).sum())
    }

    fn delete(&self, revisions: &[RevisionId]) -> Result<(), String> {
        let mut documents = self.documents.lock().expect("whole");
        revisions.iter().for_each(|id| drop(documents.remove(id)));
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Texts {
    engine: Engine,
    kept: Mutex<Vec<Vec<u8>>>,
    /// Records that it does not keep before it keeps any.
    full_for: AtomicU32,
    /// What persons say, if anybody can say anything.
    service: Option<ServiceStore>,
}

impl Shelf for Texts {
    type Document = String;

    fn engine(&self) -> &dyn PageEngine<Page = String> {
        &self.engine
    }

    /// The pages' texts, and where anybody can say anything, before them what is said.
    fn documents(&self, report: &Report, file: &str, tags: &[String]) -> Vec<String> {
        let file = file.rsplit('/').next().unwrap_or_default();
        let said = self.service.as_ref().map(|_| format!("{} {tags:?} {file}", report.about.title));
        said.into_iter().chain(report.pages.iter().map(|page| page.text.trim().to_owned())).collect()
    }

    fn service(&self) -> Option<&ServiceStore> {
        self.service.as_ref()
    }

    fn stored(&self, id: ReportId) -> Result<Option<Stored>, StoreError> {
        let kept = self.kept.lock().expect("whole");
        let mut reports = kept.iter().filter_map(|record| TextStore::decode_without_boxes(record));
        let texts = Location { segment: 1, offset: 0, length: 1 };
        Ok(reports.rfind(|report| report.id == id).map(|report| Stored {
            report,
            texts,
            file: "stored.pdf".to_owned(),
        }))
    }

    fn keep(&self, record: Vec<u8>) -> Result<Location, StoreError> {
        if self.full_for.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            let source = std::io::ErrorKind::StorageFull.into();
            return Err(StoreError::Io { action: "write", path: "texts".into(), source });
        }
        let length = record.len() as u64;
        self.kept.lock().expect("whole").push(record);
        Ok(Location { segment: 1, offset: 0, length })
    }

    fn edition(&self) -> String {
        "1".to_owned()
    }
}

/// A queue whose clock goes on as long as this lives, a folder of reports, and what a worker is told.
struct Bench {
    memory: Memory,
    folder: tempfile::TempDir,
    shelf: Texts,
    start: Instant,
}

impl Bench {
    /// With so many reports, `0.pdf` and so on.
    fn new(reports: usize) -> Bench {
        let folder = tempfile::tempdir().expect("a directory");
        let bench = Bench { memory: Memory::default(), folder, shelf: Texts::default(), start: Instant::now() };
        (0..reports).for_each(|number| bench.write(&format!("{number}.pdf"), &format!("report {number}")));
        bench
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), TestPdf::with_text(text).bytes()).expect("room");
    }

    fn enqueue(&self) -> Enqueued {
        self.offer(IngestOptions::default()).expect("offers")
    }

    fn offer(&self, options: IngestOptions) -> Result<Enqueued, EnqueueError> {
        let options = IngestOptions { paths: vec![self.folder.path().to_owned()], ..options };
        enqueue(&self.queue().expect("connects"), self.shelf.service.as_ref(), &options, Path::new("/nowhere"))
    }

    fn queue(&self) -> Result<Queue, QueueError> {
        self.memory.set_clock(1 + self.start.elapsed().as_millis() as i64);
        Ok(self.memory.queue())
    }

    fn options(&self) -> FleetOptions {
        let read = IngestOptions { jobs: 2, extract: ExtractOptions::default(), ..IngestOptions::default() };
        let short = Duration::from_millis(20);
        let pace = Pace { attempts: 2, settle: short, poll: short, back_off: short, longest: short * 5, busy: short };
        FleetOptions {
            ends: Ends::WhenNothingIsLeft,
            pace,
            longest_pause: short * 5,
            ..FleetOptions::new(read, "worker".to_owned())
        }
    }

    fn work(&self, options: &FleetOptions, stop: &AtomicBool) -> Worked {
        let is_done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            // What is given back is due only when time goes by.
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    drop(self.queue());
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
            let worked = work(options, &self.shelf, &|| self.queue(), &Silent, stop);
            is_done.store(true, Ordering::Relaxed);
            worked.expect("no trouble that stays")
        })
    }

    /// The texts that searches would find.
    fn shown(&self) -> Vec<String> {
        let content = self.memory.content();
        let live = content.revisions.values().filter(|revision| revision.state == RevisionState::Live);
        let documents = self.shelf.engine.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shown: Vec<String> = live.flat_map(|revision| documents[&revision.id].clone()).collect();
        shown.sort();
        shown
    }
}

fn reports(count: usize) -> Vec<String> {
    let mut expected: Vec<String> = (0..count).map(|number| format!("report {number}")).collect();
    expected.sort();
    expected
}

#[test]
fn every_report_is_published_once_and_failures_are_outcomes() {
    let bench = Bench::new(30);
    bench.write("copy.pdf", "report 7");
    std::fs::write(bench.folder.path().join("broken.pdf"), "no PDF").expect("room");
    std::fs::write(bench.folder.path().join("empty.pdf"), "").expect("room");
    assert_eq!(bench.enqueue(), Enqueued { files: 33, new: 33, bytes: bench.enqueue().bytes, ..Enqueued::default() });
    let worked = bench.work(&bench.options(), &AtomicBool::new(false));
    assert_eq!(bench.shown(), reports(30));
    assert_eq!((worked.indexed, worked.known, worked.pages), (30, 1, 30));
    assert_eq!(worked.failed, [("empty".to_owned(), 1), ("not_a_pdf".to_owned(), 1)].into());
    // Nothing is left to do, and what changes is read again.
    assert_eq!(bench.work(&bench.options(), &AtomicBool::new(false)).indexed, 0);
    bench.write("3.pdf", "another report");
    let again = bench.enqueue();
    assert_eq!((again.new, again.changed, again.known), (0, 1, 32));
    assert_eq!(bench.work(&bench.options(), &AtomicBool::new(false)).indexed, 1);
    let mut expected = reports(30);
    expected.retain(|text| text != "report 3");
    expected.insert(0, "another report".to_owned());
    assert_eq!(bench.shown(), expected);
}

#[test]
fn nothing_is_lost_while_engine_and_storage_are_out_of_reach() {
    let bench = Bench::new(20);
    bench.enqueue();
    bench.shelf.engine.down_for.store(30, Ordering::SeqCst);
    bench.shelf.full_for.store(5, Ordering::SeqCst);
    let worked = bench.work(&bench.options(), &AtomicBool::new(false));
    assert_eq!(bench.shown(), reports(20));
    assert_eq!((worked.indexed, worked.failed.len()), (20, 0));
    assert!(worked.given_back >= 5, "{worked:?}");
}

#[test]
fn a_worker_that_is_told_to_stop_gives_back_what_it_has_not_finished() {
    let bench = Bench::new(40);
    bench.enqueue();
    // It would never end by itself.
    bench.shelf.engine.down_for.store(u32::MAX, Ordering::SeqCst);
    let long = Duration::from_secs(600);
    let pace = Pace { back_off: long, longest: long, ..bench.options().pace };
    let options = FleetOptions { ends: Ends::Never, grace: Duration::from_millis(50), pace, ..bench.options() };
    let stop = AtomicBool::new(false);
    let worked = std::thread::scope(|scope| {
        let worker = scope.spawn(|| bench.work(&options, &stop));
        while !bench.memory.content().items.values().any(|item| item.state == State::Leased) {
            std::thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::SeqCst);
        worker.join().expect("no panic")
    });
    let states: BTreeSet<State> = bench.memory.content().items.values().map(|item| item.state).collect();
    assert_eq!(states, [State::Waiting].into());
    assert!(worked.given_back > 0 && worked.indexed == 0, "{worked:?}");
    assert!(bench.memory.content().revisions.values().all(|revision| revision.state != RevisionState::Writing));
    // Another one has them at once.
    bench.shelf.engine.down_for.store(0, Ordering::SeqCst);
    assert_eq!(bench.work(&bench.options(), &AtomicBool::new(false)).indexed, 40);
    assert_eq!(bench.shown(), reports(40));
}

#[test]
fn a_worker_waits_for_its_database() {
    let bench = Bench::new(3);
    bench.enqueue();
    let refusals = AtomicU32::new(6);
    let connect = || match refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Err(QueueError::Unreachable("it starts".to_owned())),
        Err(_) => bench.queue(),
    };
    let worked = work(&bench.options(), &bench.shelf, &connect, &Silent, &AtomicBool::new(false));
    assert_eq!(worked.expect("it is there in the end").indexed, 3);
    let wrong = || Err(QueueError::Version { found: 9, known: 1 });
    let outcome = work(&bench.options(), &bench.shelf, &wrong, &Silent, &AtomicBool::new(false));
    assert!(matches!(outcome, Err(QueueError::Version { .. })), "what waiting does not mend ends it");
}

#[test]
fn what_failed_for_a_passing_reason_is_tried_when_it_is_offered_again() {
    let bench = Bench::new(1);
    bench.enqueue();
    let path = bench.folder.path().join("0.pdf");
    let bytes = std::fs::read(&path).expect("there");
    let time = std::fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
    std::fs::remove_file(&path).expect("there");
    let worked = bench.work(&bench.options(), &AtomicBool::new(false));
    assert_eq!(worked.failed, [("unreadable".to_owned(), 1)].into());
    std::fs::write(&path, bytes).expect("room");
    std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("a time");
    let again = bench.enqueue();
    assert_eq!((again.known, again.again), (1, 1));
    assert_eq!(bench.work(&bench.options(), &AtomicBool::new(false)).indexed, 1);
}

#[test]
fn what_the_engine_lacks_is_sent_from_the_texts() {
    let bench = Bench::new(30);
    bench.enqueue();
    bench.work(&bench.options(), &AtomicBool::new(false));
    let own = tempfile::tempdir().expect("a directory");
    let library = Library::open_for_writing(own.path()).expect("room");
    let read = IngestOptions { paths: vec![bench.folder.path().to_owned()], ..IngestOptions::default() };
    ingest(&library, &read, &Silent, &AtomicBool::new(false)).expect("reads");
    let documents = |report: &Report, _: &ReportRow| bench.shelf.documents(report, "", &[]);
    let pace = Pace { attempts: 3, ..bench.options().pace };
    let refill = || {
        let queue = bench.queue().expect("connects");
        refill(&library, &queue, &bench.shelf, &documents, pace, &|_| (), &AtomicBool::new(false))
    };
    let documents_there = || bench.shelf.engine.documents.lock().expect("whole");

    let whole = refill().expect("answers");
    assert_eq!(whole, Refilled { present: 30, ..Refilled::default() });
    // Ten are gone, and one is there twice.
    {
        let mut documents = documents_there();
        let revisions: Vec<RevisionId> = documents.keys().cloned().collect();
        revisions[..10].iter().for_each(|id| drop(documents.remove(id)));
        let twice = documents.get_mut(&revisions[10]).expect("there");
        twice.extend(twice.clone());
    }
    let mended = refill().expect("answers");
    assert_eq!((mended.present, mended.sent, mended.incomplete.len()), (19, 10, 1), "{mended:?}");
    assert_eq!(refill().expect("answers").sent, 1);
    assert_eq!(bench.shown(), reports(30));
    // All are gone, and the engine takes nothing for a while.
    documents_there().clear();
    bench.shelf.engine.down_for.store(3, Ordering::SeqCst);
    let anew = refill().expect("answers");
    assert_eq!((anew.present, anew.sent), (0, 30));
    assert_eq!(bench.shown(), reports(30));
    // It takes nothing at all.
    documents_there().clear();
    bench.shelf.engine.down_for.store(u32::MAX, Ordering::SeqCst);
    assert!(matches!(refill(), Err(RefillError::Engine(_))));
}
