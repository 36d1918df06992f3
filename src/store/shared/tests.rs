//! Segments in a folder and in a bucket: written by many, read by others, whatever happens to a writer.

use super::*;
use crate::objects::tests::bucket;
use crate::objects::tests::store::{Fault, Store};
use crate::store::texts::tests::report;
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;

/// Bytes kept by readers.
const KEPT: u64 = 1 << 20;

fn reader(place: &Arc<Place>) -> TextStore {
    TextStore::shared(Arc::clone(place), KEPT)
}

fn folder() -> (tempfile::TempDir, Arc<Place>) {
    let directory = tempfile::tempdir().expect("a directory");
    let place = Arc::new(Place::Folder(directory.path().join("shared")));
    (directory, place)
}

fn text_of(store: &TextStore, location: Location) -> String {
    store.page_texts(location, &[1]).expect("sound").remove(0).text
}

#[test]
fn what_many_write_others_read() {
    let (_directory, folder) = folder();
    let bucket = Arc::new(Place::Bucket(Box::new(bucket(&Store::start()))));
    for place in [folder, bucket] {
        let readers = [reader(&place), reader(&place)];
        let written: Vec<(String, Location)> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let place = Arc::clone(&place);
                    scope.spawn(move || {
                        let segments = Segments::new(place);
                        let write = |number| {
                            let text = format!("Words of report {number} by writer {writer}");
                            let location = segments.append(&report(&text, &[&text])).expect("room");
                            (text, location)
                        };
                        (0..5).map(write).collect::<Vec<_>>()
                    })
                })
                .collect();
            writers.into_iter().flat_map(|writer| writer.join().expect("writes")).collect()
        });
        let places: BTreeSet<(u64, u64)> = written.iter().map(|(_, at)| (at.segment, at.offset)).collect();
        assert_eq!(places.len(), 20);
        for (text, location) in &written {
            for store in &readers {
                assert_eq!(text_of(store, *location), *text);
                assert_eq!(store.load(*location).expect("sound").about.title, *text);
                store.check(*location).expect("sound");
            }
        }
        assert!(matches!(readers[0].append(b"record"), Err(StoreError::ReadOnly)));
    }
}

#[test]
fn several_records_are_written_at_once() {
    let (_directory, folder) = folder();
    let store = Store::start();
    let bucket = Arc::new(Place::Bucket(Box::new(bucket(&store))));
    for place in [folder, bucket] {
        let records = ["a", "b", "c"].map(|seed| TextStore::encode(&report(seed, &[seed])));
        let locations = Segments::new(Arc::clone(&place)).append_records(&records).expect("room");
        let texts: Vec<String> = locations.iter().map(|location| text_of(&reader(&place), *location)).collect();
        assert_eq!(texts, ["a", "b", "c"]);
    }
    assert_eq!(store.objects().len(), 1);
}

#[test]
fn a_writer_that_is_killed_harms_no_reader_and_no_other_writer() {
    let (directory, place) = folder();
    let killed = Segments::new(Arc::clone(&place));
    let before = killed.append(&report("before", &["before"])).expect("room");
    // Killed while it wrote: part of a record stands at the end.
    let path = directory.path().join("shared").join(name(before.segment));
    let torn = TextStore::encode(&report("torn", &["torn"]));
    let mut file = OpenOptions::new().append(true).open(&path).expect("there");
    file.write_all(&torn[..torn.len() / 2]).expect("room");
    let store = reader(&place);
    assert_eq!(text_of(&store, before), "before");
    let after = Segments::new(Arc::clone(&place)).append(&report("after", &["after"])).expect("room");
    assert_ne!(after.segment, before.segment, "nobody goes on with the segment of another");
    assert_eq!(text_of(&store, after), "after");
    let never = Location { offset: before.length, length: torn.len() as u64, ..before };
    assert!(matches!(store.load(never), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_reader_sees_what_a_segment_has_grown_by() {
    let (_directory, place) = folder();
    let (segments, store) = (Segments::new(Arc::clone(&place)), reader(&place));
    for number in 0..10 {
        let text = format!("report {number}");
        let location = segments.append(&report(&text, &[&text])).expect("room");
        assert_eq!(text_of(&store, location), text);
    }
    let full = Segments { segment_bytes: 1, ..Segments::new(Arc::clone(&place)) };
    let locations = [(); 3].map(|()| full.append(&report("r", &["r"])).expect("room"));
    assert_eq!(locations.iter().map(|location| location.segment).collect::<BTreeSet<_>>().len(), 3);
}

#[test]
fn after_a_failure_another_segment_is_begun() {
    let (_directory, place) = folder();
    let full = Tail::open("/dev/full".into(), 7).expect("there");
    let segments = Segments { tail: Mutex::new(Some(full)), ..Segments::new(Arc::clone(&place)) };
    assert!(matches!(segments.append(&report("a", &["a"])), Err(StoreError::Io { .. })));
    let later = segments.append(&report("b", &["b"])).expect("room");
    assert_ne!(later.segment, 7);
    assert_eq!(text_of(&reader(&place), later), "b");
}

#[test]
fn what_comes_damaged_is_asked_for_again() {
    let store = Store::start();
    let place = Arc::new(Place::Bucket(Box::new(bucket(&store))));
    let long = "Of the 34 targets, twenty were met by the end\n".repeat(500);
    let location = Segments::new(Arc::clone(&place)).append(&report("r", &[&long, &long])).expect("room");
    for fault in [Fault::Flipped, Fault::Truncated, Fault::Shortened, Fault::Status(503, "SlowDown"), Fault::Dropped] {
        store.fail(&[fault]);
        let loaded = reader(&place).load(location).expect("sound the second time");
        assert_eq!((loaded.pages.len(), store.faults_left()), (2, 0), "{fault:?}");
        assert_eq!(loaded.pages[1].text, long);
    }
    // What is damaged where it lies stays so.
    let key = format!("library/1/{}", name(location.segment));
    store.objects().get_mut(&key).expect("there")[300] ^= 1;
    assert!(matches!(reader(&place).load(location), Err(StoreError::Damaged { .. })));
    store.objects().get_mut(&key).expect("there").truncate(300);
    assert!(matches!(reader(&place).load(location), Err(StoreError::Damaged { .. })));
    store.objects().remove(&key);
    assert!(matches!(reader(&place).load(location), Err(StoreError::Damaged { .. })));
}

#[test]
fn records_are_had_side_by_side_before_they_are_read() {
    let store = Store::start();
    let place = Arc::new(Place::Bucket(Box::new(bucket(&store))));
    let writer = Segments::new(Arc::clone(&place));
    let text = |number: u32| format!("report {number} has words\n").repeat(50);
    let locations: Vec<Location> =
        (0..40).map(|number| writer.append(&report("r", &[&text(number)])).expect("room")).collect();
    let (reader, before) = (reader(&place), store.requests());
    store.fail(&[Fault::Status(404, "NoSuchKey")]);
    reader.fetch_ahead(&locations);
    let ahead = store.requests() - before;
    assert!((39..=41).contains(&ahead), "{ahead}");
    reader.fetch_ahead(&locations);
    for (number, location) in (0..).zip(&locations) {
        assert_eq!(reader.page_texts(*location, &[1]).expect("sound")[0].text, text(number));
    }
    // The one that failed ahead was asked for again.
    assert_eq!(store.requests() - before, 41);
}

#[test]
fn a_record_is_asked_for_once_while_it_is_kept() {
    let store = Store::start();
    let place = Arc::new(Place::Bucket(Box::new(bucket(&store))));
    let texts: Vec<String> = (0..40).map(|page| format!("page {page} with words\n").repeat(200)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let location = Segments::new(Arc::clone(&place)).append(&report("r", &texts)).expect("room");
    let (reader, before) = (reader(&place), store.requests());
    for page in 1..=40 {
        assert_eq!(reader.page_texts(location, &[page]).expect("sound")[0].text, texts[page as usize - 1]);
    }
    reader.page_list(location).expect("sound");
    assert_eq!(store.requests() - before, 1);
}

#[test]
fn a_folder_that_is_not_mounted_is_down_and_a_segment_that_is_missing_is_gone() {
    let (directory, place) = folder();
    let [first, second] = ["first", "second"].map(|text| {
        let segments = Segments::new(Arc::clone(&place));
        (text, segments.append(&report(text, &[text])).expect("room"))
    });
    let [shared, away] = ["shared", "away"].map(|name| directory.path().join(name));
    std::fs::rename(&shared, &away).expect("renamed");
    let store = reader(&place);
    for is_empty in [false, true] {
        if is_empty {
            std::fs::create_dir(&shared).expect("a mount point");
        }
        for (_, location) in [&first, &second] {
            let error = store.page_texts(*location, &[1]).expect_err("not mounted");
            assert_eq!(error.part_down(), Some("shared storage"), "{error}");
        }
    }
    std::fs::remove_dir(&shared).expect("empty");
    std::fs::rename(&away, &shared).expect("mounted again");
    assert_eq!(text_of(&store, first.1), first.0);
    assert_eq!(store.damage_met(), 0);
    std::fs::remove_file(shared.join(name(second.1.segment))).expect("there");
    let error = store.page_texts(second.1, &[1]).expect_err("gone");
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!((error.part_down(), store.damage_met()), (None, 1));
    assert_eq!(text_of(&store, first.1), first.0, "the others are there");
}

#[test]
fn a_bucket_out_of_reach_is_down() {
    let store = Store::start();
    let place = Arc::new(Place::Bucket(Box::new(bucket(&store))));
    let location = Segments::new(Arc::clone(&place)).append(&report("r", &["r"])).expect("room");
    store.fail(&[Fault::Status(503, "SlowDown"); 64]);
    let error = reader(&place).page_texts(location, &[1]).expect_err("out of reach");
    assert_eq!(error.part_down(), Some("shared storage"), "{error}");
}
