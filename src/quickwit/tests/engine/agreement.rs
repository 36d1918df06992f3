//! The engine in memory answers in the shapes that were recorded of the real one, and its clauses do what theirs do.

use super::Engine;
use crate::queue::{PageEngine, RevisionId};
use crate::quickwit::tests::exchanges::exchanges;
use crate::quickwit::{
    Batch, Clause, Document, FacetRequest, IndexName, Key, Order, PageDocument, Quickwit, QuickwitError,
    QuickwitIndexes, Search,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The paths to all values with their kinds; of a list those of its elements together.
fn shape(value: &Value, path: &str, output: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| shape(value, &format!("{path}.{key}"), output));
        }
        Value::Array(list) => list.iter().for_each(|value| shape(value, &format!("{path}[]"), output)),
        Value::Number(_) => _ = output.insert(format!("{path}: number")),
        Value::String(_) => _ = output.insert(format!("{path}: text")),
        Value::Bool(_) => _ = output.insert(format!("{path}: bool")),
        Value::Null => _ = output.insert(format!("{path}: null")),
    }
}

/// The index of the exchanges, with some pages.
fn recorded_index(engine: &Engine) -> Value {
    let exact = |name: &str| json!({"name": name, "type": "text", "tokenizer": "raw", "fast": true});
    let configuration = json!({"index_id": "pages-fix", "doc_mapping": {"field_mappings": [
        exact("report_id"), {"name": "page", "type": "u64", "fast": true},
        {"name": "page_count", "type": "u64", "fast": true},
        {"name": "tags", "type": "array<text>", "tokenizer": "raw", "fast": true, "stored": false},
        {"name": "body", "type": "text", "tokenizer": "whitespace", "record": "position", "fieldnorms": true,
            "stored": false},
    ]}});
    let made = engine.ask("POST /api/v1/indexes", &configuration.to_string());
    let page = |report: &str, page: u32, body: &str| {
        let page = json!({"report_id": report, "page": page, "page_count": 2, "tags": ["audit"], "body": body});
        format!("{}\n{page}\n", json!({"create": {"_id": "0"}}))
    };
    let pages = [page("a", 1, "silt rose"), page("a", 2, "sediment samples"), page("b", 1, "silt")].concat();
    engine.ask("POST /api/v1/_elastic/pages-fix/_bulk", &pages);
    made
}

impl Engine {
    fn ask(&self, line: &str, body: &str) -> Value {
        let asked = super::Asked { line: line.to_owned(), body: body.to_owned() };
        match super::answer(&mut self.indexes.lock().expect("the indexes"), &asked) {
            super::Reply::Json(_, body) => body,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn answers_have_the_shapes_that_were_recorded() {
    let engine = Engine::start();
    let made = recorded_index(&engine);
    let row = |document: Value| format!("{}\n{document}\n", json!({"index": {"_id": "0"}}));
    let rows = [json!({"page": "x"}), json!({"surprise": 1}), json!({"page": 1})].map(row).concat();
    let search = |rest: Value| {
        let mut body = json!({"size": 10, "track_total_hits": true, "sort": ["_score", {"page": "asc"}]});
        body.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        body.to_string()
    };
    let silt = json!({"term": {"body": {"value": "silt"}}});
    let facets = json!({"tags": {"terms": {"field": "tags", "size": 50},
        "aggs": {"reports": {"cardinality": {"field": "report_id"}}}}});
    let phrase = json!({"match_phrase": {"body": {"query": "sediment samples"}}});
    let found = "POST /api/v1/_elastic/pages-fix/_search";
    let rev = format!("rev:IN [{}]", "0".repeat(32));
    for (name, line, body) in [
        ("es_search_phrase_ok", found, search(json!({"query": phrase}))),
        ("es_search_zero", found, search(json!({"query": {"term": {"body": {"value": "zebra"}}}}))),
        ("es_search_ok", found, search(json!({"query": silt, "aggs": facets}))),
        ("es_search_missing_index_404", "POST /api/v1/_elastic/nope/_search", search(json!({"query": silt}))),
        ("es_search_three_sorts_400", found, search(json!({"query": silt, "sort": ["_score", "page", "page"]}))),
        ("es_search_unknown_query_400", found, search(json!({"query": {"more_like_this": {}}}))),
        ("bulk_partial_errors", "POST /api/v1/_elastic/pages-fix/_bulk", rows),
        ("bulk_missing_index", "POST /api/v1/_elastic/nope/_bulk", row(json!({"page": 1}))),
        ("describe_ok", "GET /api/v1/indexes/pages-fix/describe", String::new()),
        ("index_describe_missing", "GET /api/v1/indexes/nope/describe", String::new()),
        ("delete_task_ok", "POST /api/v1/pages-fix/delete-tasks", json!({"query": rev}).to_string()),
        ("create_index_exists", "POST /api/v1/indexes", json!({"index_id": "pages-fix"}).to_string()),
        ("health_readyz", "GET /health/readyz", String::new()),
    ] {
        let answered = engine.ask(line, &body);
        // Of the recorded ones beside the repository every answer may say more.
        let recorded = exchanges(name).remove(0).response.body;
        let [mut own, mut theirs] = [BTreeSet::new(), BTreeSet::new()];
        shape(&answered, "", &mut own);
        shape(&recorded, "", &mut theirs);
        assert_eq!(own, theirs, "{name}");
    }
    let [mut own, mut theirs] = [BTreeSet::new(), BTreeSet::new()];
    shape(&made, "", &mut own);
    shape(&exchanges("create_index_ok").remove(0).response.body, "", &mut theirs);
    assert_eq!(own, theirs, "create_index_ok");
}

/// Pages of one report by their bodies, in an index of pages.
fn pages(bodies: &[&str]) -> (Engine, Arc<Quickwit>, IndexName) {
    let engine = Engine::start();
    let indexes = QuickwitIndexes::new(Arc::new(engine.client()), "library", 1).expect("names");
    indexes.ensure(4).expect("makes");
    let page = |(page, body): (u32, &&str)| {
        let (body, whole) = body.split_once('/').unwrap_or((body, ""));
        Document::Page(PageDocument {
            report_id: "a".repeat(32),
            generation: 1,
            page,
            body: body.to_owned(),
            whole: whole.to_owned(),
            section: String::new(),
        })
    };
    let documents: Vec<Document> = (1..).zip(bodies).map(page).collect();
    let revision = RevisionId::random().expect("random bytes");
    assert_eq!(indexes.put(&revision, &documents), Ok(documents.len()));
    assert_eq!(indexes.count(&[revision]), Ok(documents.len() as u64));
    (engine, indexes.quickwit, indexes.pages)
}

const BODIES: [&str; 5] =
    ["silt rose and silt fell", "rose silt", "a pump and some silt", "e mail/email", "the pump rose"];

#[test]
fn clauses_match_as_they_say() {
    let (_engine, quickwit, index) = pages(&BODIES);
    let word = |word: &str| Clause::Term { field: "body", word: word.to_owned(), boost: 1.0 };
    let phrase =
        |text: &str, slop| Clause::Phrase { field: "body", words: text.split(' ').map(str::to_owned).collect(), slop };
    let pages = |from, to| Clause::Between { field: "page", from, to };
    for (clause, expected) in [
        (Clause::Everything, &[1, 2, 3, 4, 5][..]),
        (word("silt"), &[1, 2, 3]),
        (phrase("silt rose", 0), &[1]),
        (phrase("rose silt", 0), &[2]),
        (phrase("rose silt", 1), &[1, 2]),
        (phrase("silt rose", 2), &[1, 2]),
        (phrase("pump silt", 1), &[]),
        (phrase("pump silt", 2), &[3]),
        (Clause::AnyTerm { field: "body", words: vec!["mail".to_owned(), "the".to_owned()] }, &[4, 5]),
        (Clause::AnyTerm { field: "whole", words: vec!["email".to_owned()] }, &[4]),
        (Clause::Beginning { field: "body", beginning: "si".to_owned() }, &[1, 2, 3]),
        (pages(Some(2), Some(3)), &[2, 3]),
        (pages(None, Some(1)), &[1]),
        (Clause::All(vec![word("silt"), word("rose")]), &[1, 2]),
        (Clause::AtLeast { minimum: 1, clauses: vec![word("mail"), word("pump")] }, &[3, 4, 5]),
        (Clause::AtLeast { minimum: 2, clauses: vec![word("silt"), word("pump")] }, &[3]),
        (Clause::Lifted { all: vec![word("silt")], by: vec![word("rose"), word("nowhere")] }, &[1, 2, 3]),
        (Clause::Not(vec![word("silt"), word("pump")]), &[4]),
        (Clause::All(vec![word("silt"), Clause::Filter(vec![pages(Some(3), None)])]), &[3]),
        (Clause::Exists { field: "body" }, &[1, 2, 3, 4, 5]),
    ] {
        let order = Order { first: Key::Ascending("page"), second: None };
        let search = Search { clause: clause.clone(), hidden: &[], size: 10, order, after: None, facets: Vec::new() };
        let found = quickwit.search::<Value>(&index, &search).expect("an answer");
        let found: Vec<u64> = found.hits.iter().filter_map(|hit| hit.document["page"].as_u64()).collect();
        assert_eq!(found, expected, "{clause:?}");
    }
}

#[test]
fn hits_come_in_order_after_the_last_and_hidden_ones_never() {
    let (engine, quickwit, index) = pages(&BODIES);
    let silt = Clause::Term { field: "body", word: "silt".to_owned(), boost: 1.0 };
    let order = Order::BEST_PAGE_FIRST;
    let mut search = Search {
        clause: silt,
        hidden: &[],
        size: 1,
        order,
        after: None,
        facets: vec![FacetRequest { field: "report_id", size: 10 }],
    };
    let mut walked = Vec::new();
    loop {
        let found = quickwit.search::<Value>(&index, &search).expect("an answer");
        assert_eq!((found.total, found.facets[0].buckets[0].pages, found.facets[0].buckets[0].reports()), (3, 3, 1));
        let Some(hit) = found.hits.into_iter().next() else { break };
        walked.push(hit.document["page"].as_u64().expect("a number"));
        search.after = Some(hit.sort);
    }
    walked.sort_unstable();
    assert_eq!(walked, [1, 2, 3], "each once");
    let none = RevisionId::random().expect("random bytes");
    let mut batch = Batch::default();
    let hidden = json!({"report_id": "b", "rev": none.as_str(), "page": 9, "body": "silt"});
    assert_eq!(batch.push("a", &hidden), Ok(true));
    assert_eq!(quickwit.put(&index, &batch).expect("an answer").stored, 1);
    let total = |hidden: &[RevisionId]| {
        let search = Search { hidden, after: None, ..search.clone() };
        quickwit.search::<Value>(&index, &search).expect("an answer").total
    };
    assert_eq!((total(&[]), total(std::slice::from_ref(&none))), (4, 3));
    quickwit.delete_revisions(&index, &[none]).expect("deletes");
    assert_eq!((total(&[]), engine.documents("library-pages-g1")), (3, 5));
    let by_text = Order { first: Key::Ascending("report_id"), second: None };
    let refused = quickwit.search::<Value>(&index, &Search { order: by_text, after: None, ..search });
    assert!(matches!(refused, Err(QuickwitError::Refused { status: 400, .. })), "{refused:?}");
    assert!(engine.asked().len() > 8 && engine.url().starts_with("http://"));
}
