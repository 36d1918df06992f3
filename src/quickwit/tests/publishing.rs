//! Reports published through the client into a stub that keeps what it is sent, and forgets to answer.

use super::stub::{Asked, Reply, Stub, client};
use crate::queue::{PageEngine, PutError, RevisionId};
use crate::quickwit::{Document, PageDocument, QuickwitIndexes, documents};
use crate::report::{About, Page, PageStatus, Report, ReportId, Statements};
use serde_json::{Value, json};
use std::sync::Arc;

/// A page of a report.
pub(super) fn page(number: u32, body: &str) -> Document {
    Document::Page(PageDocument {
        report_id: "0123456789abcdef0123456789abcdef".to_owned(),
        generation: 1,
        page: number,
        body: body.to_owned(),
        whole: String::new(),
        section: String::new(),
    })
}

fn indexes(stub: &Stub) -> QuickwitIndexes {
    QuickwitIndexes::new(Arc::new(client(&[stub], &[stub])), "library", 1).expect("names")
}

/// An undated report of two pages.
fn report() -> Report {
    let page = |number| Page {
        number,
        label: None,
        width: 595.0,
        height: 842.0,
        status: PageStatus::Text,
        language: None,
        section: None,
        text: "silt".to_owned(),
        words: Vec::new(),
        furniture: Vec::new(),
        headings: Vec::new(),
    };
    Report {
        id: ReportId::of_bytes(b"a"),
        size: 1,
        about: About::default(),
        statements: Statements::default(),
        outline: Vec::new(),
        pages: vec![page(1), page(2)],
        partial: None,
    }
}

/// Answers every row so.
fn rows(asked: &Asked, status: u16) -> Reply {
    let row = json!({"create": {"status": status, "error": (status != 201).then(|| json!({"reason": "why"}))}});
    let items = vec![row; asked.body.lines().count() / 2];
    Reply::Json(200, json!({"took": 1, "errors": status != 201, "items": items}))
}

#[test]
fn pages_are_sent_under_their_revision_as_many_as_one_request_takes() {
    let stub = Stub::answering(|asked| rows(asked, 201));
    let engine = indexes(&stub);
    let revision = RevisionId::random().expect("random bytes");
    let large = "silt ".repeat(1_200_000);
    let pages = [page(1, &large), page(2, &large), page(3, "pump")];
    assert_eq!(engine.put(&revision, &pages), Ok(1), "two would be too much");
    assert_eq!(engine.put(&revision, &pages[1..]), Ok(2));
    let asked = stub.asked();
    let document: Value = serde_json::from_str(asked[1].body.lines().nth(1).expect("a document")).expect("JSON");
    assert_eq!((&document["rev"], &document["page"]), (&json!(revision.as_str()), &json!(2)));
    assert!(asked.iter().all(|asked| asked.line.starts_with("POST /api/v1/_elastic/library-pages-g1/_bulk")));
}

#[test]
fn a_report_and_its_pages_go_to_indexes_of_their_own_and_are_counted_together() {
    let stub = Stub::answering(|asked| {
        if asked.line.contains("_bulk") {
            return rows(asked, 201);
        }
        let total = if asked.line.contains("reports") { 1 } else { 2 };
        let shards = json!({"total": 1, "successful": 1, "skipped": 0, "failed": 0});
        let hits = json!({"total": {"value": total, "relation": "eq"}, "hits": []});
        Reply::Json(200, json!({"took": 1, "timed_out": false, "_shards": shards, "hits": hits}))
    });
    let engine = indexes(&stub);
    let revision = RevisionId::random().expect("random bytes");
    let documents = documents(&report(), "a.pdf", &[], 1);
    assert_eq!(documents.len(), 3);
    assert_eq!(engine.put(&revision, &documents), Ok(1), "one index a request");
    assert_eq!(engine.put(&revision, &documents[1..]), Ok(2));
    assert_eq!(engine.count(std::slice::from_ref(&revision)), Ok(3));
    let asked = stub.asked();
    assert!(asked[0].line.starts_with("POST /api/v1/_elastic/library-reports-g1/_bulk"), "{}", asked[0].line);
    let document: Value = serde_json::from_str(asked[0].body.lines().nth(1).expect("a document")).expect("JSON");
    assert_eq!((&document["rev"], &document["body"]), (&json!(revision.as_str()), &json!("silt silt")));
    assert!(document.get("year").is_none(), "an undated report has no year at all");
}

#[test]
fn what_is_left_in_one_index_is_no_number_if_the_other_is_silent() {
    let stub = Stub::answering(|asked| match asked.line.contains("pages") {
        true => Reply::Text(500, "x"),
        false => {
            let shards = json!({"total": 1, "successful": 1, "skipped": 0, "failed": 0});
            let hits = json!({"total": {"value": 1, "relation": "eq"}, "hits": []});
            Reply::Json(200, json!({"took": 1, "timed_out": false, "_shards": shards, "hits": hits}))
        }
    });
    let revision = RevisionId::random().expect("random bytes");
    assert!(indexes(&stub).count(&[revision]).is_err());
}

#[test]
fn what_a_report_can_expect_after_each_answer() {
    let pages = [page(1, "silt"), page(2, "pump")];
    let put = |stub: &Stub| indexes(stub).put(&RevisionId::random().expect("random bytes"), &pages);
    for status in [404, 429, 503] {
        assert!(matches!(put(&Stub::answering(move |asked| rows(asked, status))), Err(PutError::Busy(_))), "{status}");
    }
    assert!(matches!(put(&Stub::answering(|asked| rows(asked, 400))), Err(PutError::Refused(_))));
    for reply in [Reply::Text(429, "slow down"), Reply::Text(404, "no index")] {
        assert!(matches!(put(&Stub::replies([reply.clone()])), Err(PutError::Busy(_))), "{reply:?}");
    }
    for reply in [Reply::Hang, Reply::Close, Reply::Text(500, "x")] {
        let answer = put(&Stub::replies([reply.clone()]));
        assert!(matches!(answer, Err(PutError::Unknown { pages: 2, .. })), "{reply:?}: {answer:?}");
    }
}
