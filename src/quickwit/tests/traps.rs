//! What Quickwit 0.9 lets pass silently or does in a way of its own, each trap by its name.
//!
//! | trap | here |
//! |---|---|
//! | several words in one `match`, scored, fail on fields with positions | `trap_a_…` |
//! | an answer of a part of the index has status 200 | `trap_b_…` |
//! | totals are cut short unless they are asked for whole | `trap_c_…` |
//! | without an order there is no ranking; the direction of a short form is surprising; two keys at most | `order_…` |
//! | dates outside 1678–2261 come out as others; with a timestamp field undated documents are refused | `dates_…` |
//! | more than 10 MiB are refused, or the connection breaks off | `too_much_…` |
//! | an ingest that is sent to a node that does not index hangs, and is stored | `silence_…` |
//! | too much at once is told by the status, or row by row | `too_often_…` |
//! | rows that were refused come with status 200 | `rows_…` |
//! | errors have two shapes | `errors_…` |
//! | the same `_id` twice is two documents; deleting takes hours | `replacing_…` |
//! | no search sees beyond 10,000 hits but by `search_after` | `window_…`, `search::remote::tests` |

use super::engine::Engine;
use super::exchanges::exchanges;
use super::publishing::page;
use super::stub::{Asked, Reply, Stub, client, client_of};
use crate::queue::{PageEngine, PutError, RevisionId};
use crate::quickwit::{
    Clause, Document, FacetRequest, IndexName, Key, Order, Quickwit, QuickwitError, QuickwitIndexes, Search, documents,
    pages_index, reports_index,
};
use crate::report::{About, Page, PageStatus, Report, ReportId, Statements};
use serde_json::{Value, json};
use std::sync::Arc;

fn index() -> IndexName {
    "pages-fix".parse().expect("a name")
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn term(word: &str) -> Clause {
    Clause::Term { field: "body", word: word.to_owned(), boost: 1.0 }
}

/// One of each kind of clause.
fn every_clause() -> Clause {
    Clause::All(vec![
        Clause::Everything,
        term("silt"),
        Clause::Term { field: "title", word: "silt".to_owned(), boost: 2.0 },
        Clause::AnyTerm { field: "body", words: words("silt rose") },
        Clause::Phrase { field: "body", words: words("silt rose"), slop: 0 },
        Clause::Phrase { field: "body", words: words("silt rose"), slop: 3 },
        Clause::Beginning { field: "body", beginning: "si".to_owned() },
        Clause::Between { field: "page", from: Some(1), to: None },
        Clause::Exists { field: "body" },
        Clause::AtLeast { minimum: 1, clauses: vec![term("silt"), term("rose")] },
        Clause::Lifted { all: vec![term("silt")], by: vec![term("rose")] },
        Clause::Not(vec![term("silt")]),
        Clause::Filter(vec![term("silt")]),
    ])
}

fn search(clause: Clause, size: usize) -> Search<'static> {
    Search { clause, hidden: &[], size, order: Order::BEST_PAGE_FIRST, after: None, facets: Vec::new() }
}

/// What is sent for a search: its line and its body.
fn sent(search: &Search<'_>) -> (String, Value) {
    let stub = Stub::replies([Reply::Text(500, "enough")]);
    let _ = client(&[&stub], &[&stub]).search::<Value>(&index(), search);
    let asked = stub.asked().remove(0);
    (asked.line, serde_json::from_str(&asked.body).expect("JSON"))
}

/// The names of all objects' members.
fn members(value: &Value, output: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            output.push(name.clone());
            members(value, output);
        }),
        Value::Array(list) => list.iter().for_each(|value| members(value, output)),
        _ => {}
    }
}

#[test]
fn trap_a_every_word_has_a_clause_of_its_own() {
    let (_, body) = sent(&search(every_clause(), 10));
    let mut names = Vec::new();
    members(&body["query"], &mut names);
    for unsafe_query in ["match", "multi_match", "match_bool_prefix", "query_string", "simple_query_string"] {
        assert!(!names.iter().any(|name| name == unsafe_query), "{unsafe_query} in {body}");
    }
    let mut terms = Vec::new();
    words_in_terms(&body, &mut terms);
    assert!(terms.len() >= 8 && terms.iter().all(|word| !word.contains(' ')), "{terms:?}");
}

fn words_in_terms(value: &Value, output: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| match name.as_str() {
            "term" => output.extend(
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter_map(|(_, term)| term["value"].as_str().map(str::to_owned)),
            ),
            _ => words_in_terms(value, output),
        }),
        Value::Array(list) => list.iter().for_each(|value| words_in_terms(value, output)),
        _ => {}
    }
}

#[test]
fn trap_b_part_of_an_answer_is_an_error() {
    let (line, _) = sent(&search(term("silt"), 10));
    assert!(line.ends_with("_search?allow_partial_search_results=false"), "{line}");
    for exchange in exchanges("es_search_partial_failure_200") {
        let stub = Stub::replies([Reply::Json(200, exchange.response.body)]);
        for size in [0, 10] {
            let answer = client(&[&stub], &[&stub]).search::<Value>(&index(), &search(term("silt"), size));
            assert!(matches!(answer, Err(QuickwitError::Partial { .. })), "{answer:?}");
        }
    }
}

#[test]
fn trap_c_totals_are_asked_for_whole() {
    for size in [0, 1, 10_000] {
        assert_eq!(sent(&search(every_clause(), size)).1["track_total_hits"], true, "{size}");
    }
    // Whoever does not ask so is told less, by the engine in memory as by the real one.
    let engine = Engine::start();
    let indexes = QuickwitIndexes::new(Arc::new(engine.client()), "library", 1).expect("names");
    indexes.ensure(2).expect("makes");
    let documents: Vec<Document> = (1..=40).map(|number| page(number, "silt")).collect();
    let revision = RevisionId::random().expect("random bytes");
    assert_eq!(indexes.put(&revision, &documents), Ok(40));
    let found = indexes.quickwit.search::<Value>(&indexes.pages, &search(term("silt"), 0)).expect("an answer");
    assert_eq!(found.total, 40);
    assert_eq!(indexes.count(&[revision]), Ok(40));
}

#[test]
fn order_is_always_asked_for_in_full_and_by_two_keys_at_most() {
    let dates = Order { first: Key::Ascending("date_rising"), second: Some(Key::Ascending("id_order")) };
    let newest = Order { first: Key::Descending("date"), second: None };
    for (order, expected) in [
        (Order::BEST_FIRST, json!(["_score", {"id_order": "asc"}])),
        (Order::BEST_PAGE_FIRST, json!(["_score", {"page": "asc"}])),
        (dates, json!([{"date_rising": "asc"}, {"id_order": "asc"}])),
        (newest, json!([{"date": "desc"}])),
    ] {
        assert_eq!(sent(&Search { order, ..search(term("silt"), 5) }).1["sort"], expected);
    }
    for exchange in exchanges("es_search_three_sorts_400") {
        let stub = Stub::replies([Reply::Json(400, exchange.response.body)]);
        let answer = client(&[&stub], &[&stub]).search::<Value>(&index(), &search(term("silt"), 5));
        assert!(matches!(answer, Err(QuickwitError::Refused { status: 400, .. })), "{answer:?}");
    }
}

fn report(name: &str, date: Option<&str>, text: &str) -> Report {
    let page = Page {
        number: 1,
        label: None,
        width: 595.0,
        height: 842.0,
        status: PageStatus::Text,
        language: None,
        section: None,
        text: text.to_owned(),
        words: Vec::new(),
        furniture: Vec::new(),
        headings: Vec::new(),
    };
    Report {
        id: ReportId::of_bytes(name.as_bytes()),
        size: 1,
        about: About { date: date.map(str::to_owned), ..About::default() },
        statements: Statements::default(),
        outline: Vec::new(),
        pages: vec![page],
        partial: None,
    }
}

#[test]
fn dates_of_any_year_and_none_are_stored_filtered_and_ordered() {
    for configuration in [reports_index(&index(), 2), pages_index(&index(), 2)] {
        assert!(configuration["doc_mapping"].get("timestamp_field").is_none(), "{configuration}");
        assert!(!configuration.to_string().contains("datetime"), "{configuration}");
    }
    let engine = Engine::start();
    let indexes = QuickwitIndexes::new(Arc::new(engine.client()), "library", 1).expect("names");
    indexes.ensure(2).expect("makes");
    let dates =
        [Some("2300-01-31"), Some("1965"), None, Some("1066-10"), Some("1890-02-03"), Some("2020-05"), Some("1677")];
    for date in dates {
        let name = date.unwrap_or("undated");
        let own = documents(&report(name, date, "silt"), "a.pdf", &[], 1);
        let revision = RevisionId::random().expect("random bytes");
        assert_eq!(indexes.put(&revision, &own[..1]), Ok(1), "{name}");
    }
    let names = |clause: Clause, order: Order| -> Vec<&str> {
        let search = Search { order, ..search(clause, 10) };
        let found = indexes.quickwit.search::<Value>(&indexes.reports, &search).expect("an answer");
        let name = |hit: &crate::quickwit::FoundHit<Value>| {
            let is_it = |date: &Option<&str>| {
                hit.document["report_id"] == ReportId::of_bytes(date.unwrap_or("undated").as_bytes()).to_string()
            };
            dates.into_iter().find(is_it).expect("one of them").unwrap_or("undated")
        };
        found.hits.iter().map(name).collect()
    };
    let rising = Order { first: Key::Ascending("date_rising"), second: Some(Key::Ascending("id_order")) };
    let falling = Order { first: Key::Descending("date"), second: Some(Key::Ascending("id_order")) };
    let oldest_first = ["1066-10", "1677", "1890-02-03", "1965", "2020-05", "2300-01-31", "undated"];
    assert_eq!(names(Clause::Everything, rising), oldest_first);
    let newest_first = ["2300-01-31", "2020-05", "1965", "1890-02-03", "1677", "1066-10", "undated"];
    assert_eq!(names(Clause::Everything, falling), newest_first);
    let years = |from, to| Clause::Between { field: "year", from, to };
    assert_eq!(names(years(Some(1960), Some(1970)), rising), ["1965"]);
    assert_eq!(names(years(Some(2261), None), rising), ["2300-01-31"]);
    assert_eq!(names(years(None, Some(1678)), rising), ["1066-10", "1677"]);
    assert_eq!(names(Clause::Not(vec![Clause::Exists { field: "year" }]), rising), ["undated"]);
}

/// Puts documents through a node as far as they go; gives how many rows each request had, and what came of it.
fn put_all(documents: &[Document], answer: fn(&Asked) -> Reply) -> (Vec<usize>, Result<(), PutError>) {
    let stub = Stub::answering(answer);
    let options = crate::quickwit::Options {
        search_urls: vec![stub.url.clone()],
        ingest_urls: vec![stub.url.clone()],
        ..crate::quickwit::Options::default()
    };
    let quickwit = Quickwit::new(options).expect("a client");
    let indexes = QuickwitIndexes::new(Arc::new(quickwit), "library", 1).expect("names");
    let revision = RevisionId::random().expect("random bytes");
    let mut left = documents;
    let mut outcome = Ok(());
    while !left.is_empty() && outcome.is_ok() {
        match indexes.put(&revision, left) {
            Ok(taken) => left = &left[taken..],
            Err(error) => outcome = Err(error),
        }
    }
    (stub.asked().iter().map(|asked| asked.body.lines().count() / 2).collect(), outcome)
}

fn stored(asked: &Asked) -> Reply {
    let items = vec![json!({"create": {"status": 201, "error": null}}); asked.body.lines().count() / 2];
    Reply::Json(200, json!({"took": 1, "errors": false, "items": items}))
}

#[test]
fn too_much_for_one_request_goes_in_several() {
    let small: Vec<Document> = (1..=1_100).map(|number| page(number, "silt")).collect();
    assert_eq!(put_all(&small, stored), (vec![500, 500, 100], Ok(())));
    let large: Vec<Document> = (1..=5).map(|number| page(number, &"x".repeat(3 << 20))).collect();
    assert_eq!(put_all(&large, stored), (vec![2, 2, 1], Ok(())));
}

#[test]
fn too_much_for_a_node_goes_in_smaller_requests() {
    /// Takes less than nodes do as they are delivered.
    fn small(asked: &Asked) -> Reply {
        if asked.body.len() > 4_000 { Reply::Text(413, "Payload Too Large") } else { stored(asked) }
    }
    let pages: Vec<Document> = (1..=8).map(|number| page(number, &"x".repeat(1_000))).collect();
    let (rows, outcome) = put_all(&pages, small);
    assert_eq!(outcome, Ok(()));
    assert_eq!(rows.iter().copied().filter(|rows| *rows <= 3).sum::<usize>(), 8, "{rows:?}");
    // One alone that is too large is told by its size and by what decides it, and not tried again.
    let (rows, outcome) = put_all(&[page(1, &"x".repeat(5_000))], small);
    assert_eq!(rows, [1]);
    let Err(PutError::Refused(detail)) = outcome else { panic!("{outcome:?}") };
    assert!(detail.contains("content_length_limit") && detail.contains("a document of 5"), "{detail}");
}

#[test]
fn too_much_in_one_document_is_sent_alone_and_no_word_of_it_is_left_out() {
    let own = documents(&report("large", None, &"silt rose ".repeat(950_000)), "a.pdf", &[], 1);
    // The report and its only page, each of them larger than a request of several may be.
    assert_eq!(put_all(&own, stored), (vec![1, 1], Ok(())));
    let beyond = [page(1, &"x".repeat(11 << 20))];
    assert_eq!(put_all(&beyond, stored), (vec![1], Ok(())), "a node may be set to take it");
    let (rows, outcome) = put_all(&beyond, |_| Reply::Close);
    assert!(matches!(outcome, Err(PutError::Refused(_))), "one that is not breaks off: {outcome:?}");
    assert_eq!(rows, [1]);
}

#[test]
fn silence_is_no_answer_and_indexers_alone_are_sent_documents() {
    let (searcher, indexer) = (Stub::answering(stored), Stub::replies([Reply::Hang]));
    let quickwit = client_of(vec![searcher.url.clone()], vec![indexer.url.clone()]);
    let indexes = QuickwitIndexes::new(Arc::new(quickwit), "library", 1).expect("names");
    let answer = indexes.put(&RevisionId::random().expect("random bytes"), &[page(1, "silt")]);
    // What is counted then, and that the report goes again under another revision, is `queue::tests::publishing`.
    assert!(matches!(answer, Err(PutError::Unknown { pages: 1, .. })), "{answer:?}");
    assert!(searcher.asked().is_empty());
    let line = &indexer.asked()[0].line;
    assert!(line.ends_with("?refresh=false"), "nobody waits until it can be searched: {line}");
}

#[test]
fn too_often_is_told_in_two_ways_and_waited_out() {
    fn slow_down(asked: &Asked) -> Reply {
        let item = |row: usize| match row {
            0 => json!({"create": {"status": 201, "error": null}}),
            _ => json!({"create": {"status": 429, "error": {"reason": "too many requests"}}}),
        };
        let items: Vec<Value> = (0..asked.body.lines().count() / 2).map(item).collect();
        Reply::Json(200, json!({"took": 1, "errors": true, "items": items}))
    }
    // Publishing goes on under another revision after a while: `queue::tests::publishing`.
    for answer in [slow_down, |_: &Asked| Reply::Text(429, "too many requests")] {
        let (_, outcome) = put_all(&[page(1, "silt"), page(2, "silt")], answer);
        assert!(matches!(outcome, Err(PutError::Busy(_))), "{outcome:?}");
    }
}

#[test]
fn rows_that_were_refused_are_seen_behind_status_200() {
    for exchange in exchanges("bulk_partial_errors") {
        let stub = Stub::replies([Reply::Json(200, exchange.response.body)]);
        let indexes = QuickwitIndexes::new(Arc::new(client(&[&stub], &[&stub])), "library", 1).expect("names");
        let pages = [page(1, "silt"), page(2, "silt"), page(3, "silt")];
        let answer = indexes.put(&RevisionId::random().expect("random bytes"), &pages);
        assert!(matches!(&answer, Err(PutError::Refused(detail)) if detail.contains("row 0")), "{answer:?}");
    }
}

#[test]
fn errors_of_both_shapes_are_read() {
    for (body, expected) in [
        (json!({"message": "own"}), "own"),
        (json!({"status": 400, "error": {"caused_by": null, "reason": "elastic"}}), "elastic"),
        (json!({"error": "plain"}), "plain"),
    ] {
        for status in [400, 500] {
            let stub = Stub::replies([Reply::Json(status, body.clone())]);
            match client(&[&stub], &[&stub]).search::<Value>(&index(), &search(term("silt"), 1)) {
                Err(QuickwitError::Refused { reason, .. } | QuickwitError::Failed { reason, .. }) => {
                    assert_eq!(reason, expected);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn replacing_leaves_the_old_hidden_until_it_is_deleted() {
    let engine = Engine::start();
    let indexes = QuickwitIndexes::new(Arc::new(engine.client()), "library", 1).expect("names");
    indexes.ensure(2).expect("makes");
    let [old, new] = [RevisionId::random(), RevisionId::random()].map(|id| id.expect("random bytes"));
    for revision in [&old, &new] {
        // Their names in the request are those of the rows alone.
        assert_eq!(indexes.put(revision, &[page(1, "silt")]), Ok(1));
    }
    let total = |hidden: &[RevisionId]| {
        let search = Search { hidden, ..search(term("silt"), 5) };
        indexes.quickwit.search::<Value>(&indexes.pages, &search).expect("an answer").total
    };
    assert_eq!((total(&[]), total(std::slice::from_ref(&old))), (2, 1));
    indexes.delete(std::slice::from_ref(&old)).expect("is told");
    assert_eq!((indexes.count(&[old]), indexes.count(&[new])), (Ok(0), Ok(1)));
}

#[test]
fn window_is_kept_to_and_what_follows_goes_on_from_the_last() {
    let stub = Stub::replies([Reply::Text(500, "not to be asked")]);
    let beyond = client(&[&stub], &[&stub]).search::<Value>(&index(), &search(term("silt"), 10_001));
    assert!(matches!(beyond, Err(QuickwitError::TooLarge { .. })), "{beyond:?}");
    assert!(stub.asked().is_empty());
    let after = Some(vec![json!(2.5), json!(7)]);
    let facets = vec![FacetRequest { field: "language", size: 3 }];
    let (_, body) = sent(&Search { after, facets, ..search(term("silt"), 10_000) });
    assert_eq!((&body["search_after"], &body["from"]), (&json!([2.5, 7]), &Value::Null));
}
