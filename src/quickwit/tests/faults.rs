//! Nodes that hang, break off, are overloaded, or are not there.

use super::stub::{Reply, Stub, client, client_of, nobody};
use crate::queue::RevisionId;
use crate::quickwit::{Batch, Clause, IndexName, Key, MOST_HIDDEN, Order, Quickwit, QuickwitError, Search};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn index() -> IndexName {
    "pages-fix".parse().expect("a name")
}

fn everything(size: usize) -> Search<'static> {
    let order = Order { first: Key::Score, second: None };
    Search { clause: Clause::Everything, hidden: &[], size, order, after: None, facets: Vec::new() }
}

fn search(client: &Quickwit) -> Result<u64, QuickwitError> {
    client.search::<Value>(&index(), &everything(0)).map(|found| found.total)
}

/// An answer that is whole, changed.
fn answer(change: impl Fn(&mut Value)) -> Reply {
    let mut body = json!({
        "took": 1, "timed_out": false, "terminated_early": null,
        "_shards": {"total": 2, "successful": 2, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": 7, "relation": "eq"}, "hits": []},
    });
    change(&mut body);
    Reply::Json(200, body)
}

fn good() -> Reply {
    answer(|_| {})
}

#[test]
fn a_search_is_asked_of_another_node_if_the_first_is_of_no_use() {
    let overloaded = || Reply::Json(500, json!({"message": "internal"}));
    for bad in [Reply::Close, Reply::CloseWithin, overloaded(), Reply::Text(503, "busy")] {
        let (first, second) = (Stub::replies([bad.clone()]), Stub::replies([good()]));
        assert_eq!(search(&client(&[&first, &second], &[&first])), Ok(7), "{bad:?}");
        assert_eq!((first.asked().len(), second.asked().len()), (1, 1), "{bad:?}");
    }
    let second = Stub::replies([good()]);
    let client = client_of(vec![nobody(), second.url.clone()], vec![nobody()]);
    assert_eq!(search(&client), Ok(7));
    assert_eq!(search(&client), Ok(7), "the next search begins with the one that is there");
}

#[test]
fn a_node_of_no_use_is_not_asked_first_every_time() {
    for bad in [Reply::Close, Reply::Text(503, "busy"), Reply::Hang] {
        let (first, second) = (Stub::replies([bad.clone()]), Stub::replies([good()]));
        let client = client(&[&first, &second], &[&first]);
        // What hangs has used up the time of the one that found out.
        assert_eq!(search(&client).is_ok(), !matches!(bad, Reply::Hang), "{bad:?}");
        for _ in 0..20 {
            assert_eq!(search(&client), Ok(7), "{bad:?}");
        }
        assert_eq!(first.asked().len(), 1, "{bad:?}");
    }
}

#[test]
fn a_search_is_asked_twice_at_most() {
    let stubs = [0, 1, 2].map(|_| Stub::replies([Reply::Text(500, "down")]));
    let all: Vec<&Stub> = stubs.iter().collect();
    let error = search(&client(&all, &all)).expect_err("all are down");
    assert_eq!(error, QuickwitError::Failed { status: 500, reason: "down".to_owned() });
    assert_eq!(stubs.iter().map(|stub| stub.asked().len()).sum::<usize>(), 2);
}

#[test]
fn what_one_node_refuses_no_other_is_asked() {
    for status in [400, 404, 413, 429] {
        let (first, second) = (Stub::replies([Reply::Text(status, "no")]), Stub::replies([good()]));
        let error = search(&client(&[&first, &second], &[&first])).expect_err("refused");
        assert_eq!(error, QuickwitError::Refused { status, reason: "no".to_owned() });
        assert!(second.asked().is_empty());
    }
}

#[test]
fn a_search_ends_with_its_time() {
    let (first, second) = (Stub::replies([Reply::Hang]), Stub::replies([good()]));
    let start = Instant::now();
    let error = search(&client(&[&first, &second], &[&first])).expect_err("nobody answers");
    assert!(matches!(error, QuickwitError::Late { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(second.asked().is_empty(), "there was no time left to ask another");
}

#[test]
fn an_answer_that_is_not_whole_is_none() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 9] = [
        ("failed shards", |body| body["_shards"]["failed"] = 1.into()),
        ("a shard that is missing", |body| body["_shards"]["successful"] = 1.into()),
        ("out of time", |body| body["timed_out"] = true.into()),
        ("ended early", |body| body["terminated_early"] = true.into()),
        ("about so many", |body| body["hits"]["total"]["relation"] = "gte".into()),
        ("no word of shards", |body| drop(body.as_object_mut().map(|body| body.remove("_shards")))),
        ("no word of time", |body| drop(body.as_object_mut().map(|body| body.remove("timed_out")))),
        ("no total", |body| drop(body["hits"].as_object_mut().map(|hits| hits.remove("total")))),
        ("more than asked for", |body| body["hits"]["hits"] = json!([{"_source": {}}])),
    ];
    for (name, change) in cases {
        let stub = Stub::replies([answer(change)]);
        let error = search(&client(&[&stub], &[&stub])).expect_err(name);
        assert!(matches!(error, QuickwitError::Partial { .. } | QuickwitError::Malformed(_)), "{name}: {error:?}");
    }
    let stub = Stub::replies([good()]);
    let short = client(&[&stub], &[&stub]).search::<Value>(&index(), &everything(5)).expect_err("5 of 7 were to be");
    assert!(matches!(short, QuickwitError::Partial { .. }), "{short:?}");
    for text in ["", "[]", "{}", "<html>"] {
        let stub = Stub::replies([Reply::Text(200, text)]);
        let error = search(&client(&[&stub], &[&stub])).expect_err(text);
        assert!(matches!(error, QuickwitError::Malformed(_)), "{text}: {error:?}");
    }
}

#[test]
fn a_search_that_cannot_be_answered_is_not_asked() {
    let stub = Stub::replies([good()]);
    let client = client(&[&stub], &[&stub]);
    let hidden = vec![RevisionId::random().expect("random bytes"); MOST_HIDDEN + 1];
    for search in [Search { hidden: &hidden, ..everything(0) }, everything(10_001)] {
        let error = client.search::<Value>(&index(), &search).expect_err("too much");
        assert!(matches!(error, QuickwitError::TooLarge { .. }), "{error:?}");
    }
    assert!(stub.asked().is_empty());
}

fn put(client: &Quickwit) -> QuickwitError {
    let mut batch = Batch::default();
    batch.push("a", &json!({"page": 1})).expect("small");
    client.put(&index(), &batch).expect_err("not stored")
}

#[test]
fn what_became_of_an_ingest_is_unknown_unless_it_was_said() {
    for bad in [Reply::Hang, Reply::Close, Reply::CloseWithin, Reply::Text(500, "x"), Reply::Text(200, "{}")] {
        let (first, second) = (Stub::replies([bad.clone()]), Stub::replies([good()]));
        let error = put(&client(&[&second], &[&first, &second]));
        assert!(error.is_unknown(), "{bad:?}: {error:?}");
        assert_eq!(first.asked().len(), 1, "{bad:?}");
        assert!(second.asked().is_empty(), "{bad:?}: never sent twice");
    }
    for status in [400, 404, 413, 429] {
        let stub = Stub::replies([Reply::Text(status, "no")]);
        let error = put(&client(&[&stub], &[&stub]));
        assert!(!error.is_unknown(), "{status}: {error:?}");
    }
}

#[test]
fn an_ingest_goes_to_an_indexer_that_is_there_and_to_no_searcher() {
    let answer = json!({"took": 1, "errors": false, "items": [{"create": {"status": 201, "error": null}}]});
    let (searcher, indexer) = (Stub::replies([good()]), Stub::replies([Reply::Json(200, answer)]));
    let client = client_of(vec![searcher.url.clone()], vec![nobody(), indexer.url.clone()]);
    let mut batch = Batch::default();
    batch.push("a", &json!({"page": 1})).expect("small");
    assert_eq!(client.put(&index(), &batch).expect("stored").stored, 1);
    assert!(searcher.asked().is_empty());
    let nowhere = put(&client_of(vec![searcher.url.clone()], vec![nobody()]));
    assert!(matches!(nowhere, QuickwitError::Unreachable { .. }) && !nowhere.is_unknown(), "{nowhere:?}");
}
