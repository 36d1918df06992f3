//! Reports published through the client into a stub that keeps what it is sent, and forgets to answer.

use super::stub::{Asked, Reply, Stub, client};
use crate::queue::{PageEngine, PutError, RevisionId};
use crate::quickwit::{PageDocument, QuickwitPages};
use serde_json::{Value, json};
use std::sync::Arc;

fn page(number: u32, body: &str) -> PageDocument {
    PageDocument {
        report_id: "0123456789abcdef0123456789abcdef".to_owned(),
        generation: 1,
        page: number,
        page_count: 3,
        language: vec!["en".to_owned()],
        author: Vec::new(),
        tag: Vec::new(),
        year: None,
        title: "harbour review".to_owned(),
        body: body.to_owned(),
        stem: body.to_owned(),
    }
}

fn pages_of(stub: &Stub) -> QuickwitPages {
    QuickwitPages { quickwit: Arc::new(client(&[stub], &[stub])), index: "pages-g1".parse().expect("a name") }
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
    let engine = pages_of(&stub);
    let revision = RevisionId::random().expect("random bytes");
    let large = "silt ".repeat(600_000);
    let pages = [page(1, &large), page(2, &large), page(3, "pump")];
    assert_eq!(engine.put(&revision, &pages), Ok(1), "two would be too much");
    assert_eq!(engine.put(&revision, &pages[1..]), Ok(2));
    let asked = stub.asked();
    let document: Value = serde_json::from_str(asked[1].body.lines().nth(1).expect("a document")).expect("JSON");
    assert_eq!((&document["rev"], &document["page"]), (&json!(revision.as_str()), &json!(2)));
    assert!(document.get("year").is_none(), "an undated page has no year at all");
}

#[test]
fn what_a_report_can_expect_after_each_answer() {
    let pages = [page(1, "silt"), page(2, "pump")];
    let put = |stub: &Stub| pages_of(stub).put(&RevisionId::random().expect("random bytes"), &pages);
    for status in [404, 429, 503] {
        assert!(matches!(put(&Stub::answering(move |asked| rows(asked, status))), Err(PutError::Busy(_))), "{status}");
    }
    assert!(matches!(put(&Stub::answering(|asked| rows(asked, 400))), Err(PutError::Refused(_))));
    for reply in [Reply::Text(429, "slow down"), Reply::Text(413, "too large"), Reply::Text(404, "no index")] {
        assert!(matches!(put(&Stub::replies([reply.clone()])), Err(PutError::Busy(_))), "{reply:?}");
    }
    for reply in [Reply::Hang, Reply::Close, Reply::Text(500, "x")] {
        let answer = put(&Stub::replies([reply.clone()]));
        assert!(matches!(answer, Err(PutError::Unknown { pages: 2, .. })), "{reply:?}: {answer:?}");
    }
    let larger = [page(1, &"x".repeat(9 << 20))];
    let stub = Stub::answering(|asked| rows(asked, 201));
    let answer = pages_of(&stub).put(&RevisionId::random().expect("random bytes"), &larger);
    assert!(matches!(answer, Err(PutError::Refused(_))), "{answer:?}");
    assert!(stub.asked().is_empty());
}
