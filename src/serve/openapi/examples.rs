//! Examples of answers, for who reads the document; a test holds each against the schema beside it.

use crate::serve::openapi::EXAMPLE_ID;
use serde_json::{Value, json};

/// The operation's path and method, the status, and what is answered.
pub fn answers() -> [(&'static str, &'static str, &'static str, Value); 7] {
    let report = format!("/reports/{EXAMPLE_ID}");
    let search = json!({
        "query": {
            "q": "cash transfr", "interpreted": "cash AND transfr", "warnings": [], "did_you_mean": "cash transfer",
            "relaxed": false,
        },
        "total": { "value": 128, "relation": "eq" },
        "took_ms": 4,
        "index": { "generation": "gen-000001.7", "incomplete": false },
        "hits": [{
            "id": EXAMPLE_ID, "score": 7.1, "title": "Cash transfers in four districts", "authors": ["A. Author"],
            "date": "2023-05", "language": "en", "file": "2023/cash.pdf", "size": 274_400, "pages_total": 88,
            "pages_searchable": 84, "tags": ["cash"], "url": report,
            "pages": [{
                "page": 12, "label": "4", "score": 5.0, "url": format!("{report}/pages/12?q=cash+transfr"),
                "pdf_url": format!("{report}/file.pdf#page=12"),
                "passages": [{ "text": "Cash transfers reached most households.", "ranges": [[0, 4]] }],
                "quads": [[0.12, 0.31, 0.4, 0.33]],
            }],
            "more_pages": 5,
            "copies": [],
            "more_copies": 0,
        }],
        "facets": { "language": [{ "value": "en", "count": 90 }] },
        "next_cursor": "AAAAA",
    });
    let taken = json!({
        "id": EXAMPLE_ID, "state": "queued", "reason": null, "label": null, "advice": null, "size": 274_400,
        "job_url": "/api/v1/jobs/3", "url": report,
    });
    let failures = json!({
        "total": 1, "offset": 0, "limit": 20, "reasons": { "needs_password": 1 },
        "failures": [{
            "path": "/library/2023/locked.pdf", "name": null, "size": 81_920, "reason": "needs_password",
            "label": "Protected by a password", "detail": "neither the empty password nor one given opens it",
            "advice": "save a copy without it, or give its password in a file with --password-file",
        }],
    });
    let link = |path: &str| json!({ "id": 7, "url": format!("{path}=5f3a…"), "expires": "2026-01-08T09:30:00Z" });
    [
        ("/api/v1/search", "get", "200", search.clone()),
        ("/api/v1/search", "post", "200", search),
        (
            "/api/v1/suggest",
            "get",
            "200",
            json!({ "q": "cash tra", "suggestions": [
                { "kind": "word", "text": "transfer", "query": "cash transfer", "reports": 128 },
                { "kind": "title", "text": "Cash transfers in four districts", "id": EXAMPLE_ID, "url": report },
            ] }),
        ),
        ("/api/v1/reports", "post", "201", taken),
        ("/api/v1/failures", "get", "200", failures),
        ("/api/v1/accounts", "post", "201", link("/register?invitation")),
        ("/api/v1/accounts/{account}/reset", "post", "201", link("/reset?ticket")),
    ]
}
