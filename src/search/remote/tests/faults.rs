//! Whatever goes wrong on the way is an error, never a shorter list.

use super::shelf::{Elsewhere, Told, open};
use crate::quickwit::QuickwitIndexes;
use crate::quickwit::tests::stub::{Reply, Stub, client};
use crate::search::remote::VocabularyBuilder;
use crate::search::tests::library::{Shelf, asked, made};
use serde_json::json;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

#[test]
fn an_engine_in_trouble_gives_no_answer_and_no_part_of_one() {
    let shelf = Shelf::of(&[&[made("wells", &["silt"])]]);
    let shards = |failed| json!({"total": 5, "successful": 5 - failed, "skipped": 0, "failed": failed});
    let partial = json!({"timed_out": false, "_shards": shards(4), "hits": {"total": {"value": 0, "relation": "eq"}, "hits": []}});
    let late =
        json!({"timed_out": true, "_shards": shards(0), "hits": {"total": {"value": 0, "relation": "eq"}, "hits": []}});
    let own = json!({"message": "unknown variant"});
    let elastic = json!({"status": 500, "error": {"caused_by": null, "reason": "splits failed"}});
    for reply in [
        Reply::Hang,
        Reply::Close,
        Reply::CloseWithin,
        Reply::Text(429, "slow down"),
        Reply::Text(413, "too large"),
        Reply::Json(400, own),
        Reply::Json(500, elastic),
        Reply::Json(200, partial),
        Reply::Json(200, late),
        Reply::Text(200, "no JSON"),
    ] {
        let described = json!({"num_published_docs": 1, "num_published_splits": 1, "size_published_splits": 1});
        let answer = reply.clone();
        let stub = Stub::answering(move |asked| match asked.line.contains("describe") {
            true => Reply::Json(200, described.clone()),
            false => answer.clone(),
        });
        let indexes = QuickwitIndexes::new(Arc::new(client(&[&stub], &[&stub])), "library", 1).expect("names");
        let vocabulary = VocabularyBuilder::default().finish().expect("counts");
        let engine = open(&shelf, &indexes, &Arc::new(Told::default()), vocabulary);
        for q in ["silt", "", "\"silt rose\"", "silt page:1"] {
            assert!(engine.search(&asked(q)).is_err(), "{reply:?} {q}");
        }
    }
}

#[test]
fn a_report_whose_texts_are_damaged_keeps_nobody_from_the_others() {
    let reports = [made("wells", &["silt rose"]), made("rivers", &["silt sank", "silt again"])];
    let elsewhere = Elsewhere::of(&reports);
    let library = &elsewhere.within.library;
    let location = library.catalogue().report(reports[0].id()).expect("asks").expect("there").location;
    let segment = std::fs::read_dir(library.directory().join("text")).expect("texts").next().expect("a segment");
    let segment = std::fs::OpenOptions::new().write(true).open(segment.expect("listed").path()).expect("opens");
    segment.write_all_at(&vec![0x5a; location.length as usize], location.offset).expect("room");
    for (engine, name) in [(&elsewhere.within.engine, "within"), (&elsewhere.engine, "elsewhere")] {
        for q in ["silt", "\"silt sank\" OR silt", "silt -absent"] {
            let response = engine.search(&asked(q)).unwrap_or_else(|error| panic!("{name} {q}: {error}"));
            assert_eq!(response.total.value, 2, "{name} {q}");
            for hit in &response.hits {
                assert_eq!(hit.pages.is_empty(), hit.id == reports[0].id(), "{name} {q}: {hit:?}");
            }
            let damaged = response.hits.iter().find(|hit| hit.id == reports[0].id()).expect("found all the same");
            assert_eq!(damaged.title, "wells", "{name} {q}");
        }
    }
    assert!(library.texts().damage_met() > 0);
}
