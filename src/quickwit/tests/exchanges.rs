//! What Quickwit 0.9.0 answered, replayed: the exchanges in `exchanges.json`, in its shapes but shorter, and those recorded
//! beside the repository where they are.

use super::stub::{Asked, Reply, Stub, client};
use crate::queue::RevisionId;
use crate::quickwit::{
    Batch, Clause, Description, Ensured, FacetRequest, Found, Order, QuickwitError, RowError, Search,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const OWN: &str = include_str!("exchanges.json");
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/quickwit/exchanges");

#[derive(Deserialize)]
pub(super) struct Exchange {
    request: Request,
    pub(super) response: Response,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    path: String,
    body: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Response {
    status: u16,
    pub(super) body: Value,
}

/// The exchanges of a name, from both places.
pub(super) fn exchanges(name: &str) -> Vec<Exchange> {
    let mut own: BTreeMap<String, Exchange> = serde_json::from_str(OWN).expect("exchanges");
    let recorded = std::fs::read(Path::new(RECORDED).join(name).with_extension("json")).ok();
    let recorded = recorded.map(|bytes| serde_json::from_slice(&bytes).expect("an exchange"));
    std::iter::once(own.remove(name).expect(name)).chain(recorded).collect()
}

/// Answers with what was recorded.
fn replay(exchange: &Exchange) -> Stub {
    Stub::replies([Reply::Json(exchange.response.status, exchange.response.body.clone())])
}

/// Whether what was asked is what was recorded.
fn assert_as_recorded(asked: &Asked, exchange: &Exchange) {
    let Request { method, path, body } = &exchange.request;
    assert_eq!(asked.line, format!("{method} {path}"));
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    if let Some(body) = body {
        assert_eq!(parsed(&asked.body), parsed(body));
    }
}

fn search(clause: Clause) -> Search<'static> {
    Search { clause, hidden: &[], size: 10, order: Order::BEST_PAGE_FIRST, after: None, facets: Vec::new() }
}

fn term(word: &str) -> Clause {
    Clause::Term { field: "body", word: word.to_owned(), boost: 1.0 }
}

fn ask(exchange: &Exchange, search: &Search<'_>) -> (Result<Found<Value>, QuickwitError>, Vec<Asked>) {
    let stub = replay(exchange);
    let answer = client(&[&stub], &[&stub]).search(&"pages-fix".parse().expect("a name"), search);
    (answer, stub.asked())
}

#[test]
fn a_phrase_and_a_word_nowhere_are_asked_and_answered_as_recorded() {
    let words = vec!["sediment".to_owned(), "samples".to_owned()];
    for exchange in exchanges("es_search_phrase_ok") {
        let (found, asked) = ask(&exchange, &search(Clause::Phrase { field: "body", words: words.clone(), slop: 0 }));
        assert_as_recorded(&asked[0], &exchange);
        let found = found.expect("an answer");
        assert_eq!((found.total, found.hits.len()), (1, 1));
        assert_eq!(found.hits[0].document["page"], 2);
        assert!(found.hits[0].score().expect("a score") > 2.0);
    }
    for exchange in exchanges("es_search_zero") {
        let (found, asked) = ask(&exchange, &search(term("zebra")));
        assert_as_recorded(&asked[0], &exchange);
        assert_eq!(found.expect("an answer"), Found { total: 0, hits: Vec::new(), facets: Vec::new() });
    }
}

#[test]
fn hits_scores_and_facets_are_read() {
    for exchange in exchanges("es_search_ok") {
        let hidden = [RevisionId::random().expect("random bytes")];
        let facets = vec![FacetRequest { field: "tags", size: 50 }];
        let (found, asked) = ask(&exchange, &Search { hidden: &hidden, facets, ..search(term("silt")) });
        let body: Value = serde_json::from_str(&asked[0].body).expect("JSON");
        assert_eq!(body["query"]["bool"]["must_not"], json!([{"terms": {"rev": [hidden[0].as_str()]}}]));
        let tags = json!({"terms": {"field": "tags", "size": 50},
            "aggs": {"reports": {"cardinality": {"field": "report_id"}}}});
        assert_eq!(body["aggs"], json!({"tags": tags}));
        let found = found.expect("an answer");
        assert_eq!((found.total, found.hits.len()), (2, 2));
        assert!(found.hits[0].score() > found.hits[1].score());
        let [tags] = found.facets.as_slice() else { panic!("one facet") };
        assert!(tags.is_exact);
        let counts: Vec<_> = tags.buckets.iter().map(|bucket| (bucket.key.as_str(), bucket.reports())).collect();
        assert_eq!(counts, [(Some("audit"), 2), (Some("safety"), 1), (Some("marine"), 1)]);
    }
}

#[test]
fn failures_are_failures_whatever_their_status_and_shape() {
    type Check = fn(&QuickwitError) -> bool;
    let cases: &[(&str, Check)] = &[
        ("es_search_partial_failure_200", |error| matches!(error, QuickwitError::Partial { .. })),
        (
            "es_search_multiword_match_score_500",
            |error| matches!(error, QuickwitError::Failed { status: 500, reason } if reason.contains("search failed")),
        ),
        ("es_search_multiword_match_score_default_partial_500", |error| {
            matches!(error, QuickwitError::Failed { status: 500, .. })
        }),
        (
            "es_search_missing_index_404",
            |error| matches!(error, QuickwitError::Refused { status: 404, reason } if reason.contains("could not find indexes")),
        ),
        (
            "es_search_three_sorts_400",
            |error| matches!(error, QuickwitError::Refused { status: 400, reason } if reason.contains("two sort fields")),
        ),
        (
            "es_search_unknown_query_400",
            |error| matches!(error, QuickwitError::Refused { status: 400, reason } if reason.contains("unknown variant")),
        ),
        (
            "native_search_bad_query_400",
            |error| matches!(error, QuickwitError::Refused { status: 400, reason } if reason.contains("failed to parse")),
        ),
    ];
    for (name, is_expected) in cases {
        for exchange in exchanges(name) {
            let (found, asked) = ask(&exchange, &search(term("silt")));
            let error = found.expect_err(name);
            assert!(is_expected(&error), "{name}: {error:?}");
            assert_eq!(asked.len(), 1, "{name}: there is no other node to ask");
        }
    }
}

fn batch(documents: usize) -> Batch {
    let mut batch = Batch::default();
    for number in 0..documents {
        assert!(batch.push(&number.to_string(), &json!({"page": number})).expect("small"));
    }
    batch
}

#[test]
fn rows_are_looked_at_although_the_status_is_200() {
    let index = "pages-fix".parse().expect("a name");
    for exchange in exchanges("bulk_ok") {
        let stub = replay(&exchange);
        let report = client(&[&stub], &[&stub]).put(&index, &batch(4)).expect("an answer");
        assert_eq!((report.stored, report.refused.len()), (4, 0));
        let asked = stub.asked();
        assert_eq!(asked[0].line, "POST /api/v1/_elastic/pages-fix/_bulk?refresh=false");
        assert_eq!(asked[0].body.lines().count(), 8);
        assert!(asked[0].body.starts_with("{\"create\":{\"_id\":\"0\"}}\n{\"page\":0}\n"));
    }
    for exchange in exchanges("bulk_partial_errors") {
        let stub = replay(&exchange);
        let report = client(&[&stub], &[&stub]).put(&index, &batch(3)).expect("an answer");
        assert_eq!(report.stored, 1);
        let [RowError { row: 0, status: 400, reason }, RowError { row: 1, status: 400, .. }] = &report.refused[..]
        else {
            panic!("{report:?}")
        };
        assert!(reason.contains("could not be parsed"), "{reason}");
    }
    for exchange in exchanges("bulk_missing_index") {
        let stub = replay(&exchange);
        let report = client(&[&stub], &[&stub]).put(&index, &batch(1)).expect("an answer");
        assert_eq!((report.stored, report.refused[0].status), (0, 404));
        let other = client(&[&stub], &[&stub]).put(&index, &batch(2)).expect_err("a row was not answered");
        assert!(matches!(other, QuickwitError::Malformed(_)) && other.is_unknown(), "{other:?}");
    }
    for exchange in exchanges("bulk_delete_action_rejected") {
        let stub = replay(&exchange);
        let error = client(&[&stub], &[&stub]).put(&index, &batch(1)).expect_err("refused");
        assert!(matches!(&error, QuickwitError::Refused { status: 400, .. }) && !error.is_unknown(), "{error:?}");
    }
}

#[test]
fn indexes_are_made_described_and_deleted() {
    let index = "pages-fix".parse().expect("a name");
    let configuration = crate::quickwit::pages_index(&index, 4);
    for (name, expected) in [("create_index_ok", Ensured::Made), ("create_index_exists", Ensured::Found)] {
        for exchange in exchanges(name) {
            let stub = replay(&exchange);
            assert_eq!(client(&[&stub], &[&stub]).ensure_index(&configuration), Ok(expected), "{name}");
            assert_eq!(stub.asked()[0].line, format!("{} {}", exchange.request.method, exchange.request.path));
        }
    }
    for exchange in exchanges("describe_ok") {
        let stub = replay(&exchange);
        let description = client(&[&stub], &[&stub]).describe(&index).expect("an answer");
        assert_as_recorded(&stub.asked()[0], &exchange);
        assert_eq!(description, Description { documents: 5, splits: 2, bytes: 31_461 });
    }
    for exchange in exchanges("index_describe_missing") {
        let stub = replay(&exchange);
        let error = client(&[&stub], &[&stub]).describe(&index).expect_err("missing");
        assert!(matches!(error, QuickwitError::Refused { status: 404, .. }), "{error:?}");
    }
    for exchange in exchanges("delete_index_ok") {
        let stub = replay(&exchange);
        client(&[&stub], &[&stub]).delete_index(&index).expect("deletes");
        assert_as_recorded(&stub.asked()[0], &exchange);
    }
}

#[test]
fn revisions_are_deleted_by_name_and_nodes_say_how_they_are() {
    let index = "pages-fix".parse().expect("a name");
    for exchange in exchanges("delete_task_ok") {
        let stub = replay(&exchange);
        let revisions = [RevisionId::random(), RevisionId::random()].map(|id| id.expect("random bytes"));
        assert_eq!(client(&[&stub], &[&stub]).delete_revisions(&index, &revisions), Ok(1));
        let asked = &stub.asked()[0];
        assert_eq!(asked.line, format!("POST {}", exchange.request.path));
        let expected = json!({"query": format!("rev:IN [{} {}]", revisions[0], revisions[1])});
        assert_eq!(serde_json::from_str::<Value>(&asked.body).expect("JSON"), expected);
    }
    for exchange in exchanges("health_readyz") {
        let stub = replay(&exchange);
        let health = client(&[&stub], &[&stub]).health();
        assert_eq!(health.len(), 1, "a node that both searches and indexes is asked once");
        assert_eq!(health[0].trouble, None);
        assert_as_recorded(&stub.asked()[0], &exchange);
    }
}

/// Recorded, but of calls that the client has no use for.
const NOT_ASKED: [(&str, &str); 5] = [
    ("es_count_ok", "does not say whether all shards have answered"),
    ("es_msearch_ok", "searches are asked one by one"),
    ("native_search_escape", "searches are asked as Elasticsearch would be"),
    ("native_search_snippets", "passages are Recto's own"),
    ("version", "is not told apart"),
];

#[test]
fn every_exchange_that_was_recorded_is_replayed() {
    let own: BTreeMap<String, Exchange> = serde_json::from_str(OWN).expect("exchanges");
    let Ok(recorded) = std::fs::read_dir(RECORDED) else {
        // Past the harness, which keeps what tests print. They cannot be installed as programs can, and what is replayed
        // without them has their shapes.
        use std::io::Write;
        let line =
            "SKIPPED: the exchanges recorded beside the repository are not there; those within it were replayed\n";
        let _ = std::io::stderr().write_all(line.as_bytes());
        return;
    };
    // `exchanges` replays both of a name.
    let tests = [include_str!("exchanges.rs"), include_str!("traps.rs")].concat();
    let mut all = 0;
    for file in recorded {
        let name = file.expect("listed").path().file_stem().expect("a name").to_string_lossy().into_owned();
        let is_replayed = own.contains_key(&name) && tests.contains(&format!("\"{name}\""));
        let is_left_out = NOT_ASKED.iter().any(|(left_out, _)| *left_out == name);
        assert!(is_replayed != is_left_out, "{name}");
        all += 1;
    }
    assert!(all > NOT_ASKED.len() && all <= own.len() + NOT_ASKED.len(), "{all}");
}
