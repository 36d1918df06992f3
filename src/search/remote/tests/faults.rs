//! Whatever goes wrong on the way is an error, never a shorter list.

use super::shelf::{Told, open};
use crate::quickwit::QuickwitIndexes;
use crate::quickwit::tests::stub::{Reply, Stub, client};
use crate::search::remote::VocabularyBuilder;
use crate::search::tests::library::{Shelf, asked, made};
use serde_json::json;
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
