//! Near-copies and the places of a file over HTTP.

use super::{HOSTILE, hit, site};
use crate::report::{Outcome, ReportId};
use crate::search::{CopyKind, Hit, NearCopy};
use crate::store::{Change, FileRow};
use std::path::PathBuf;

/// A near-copy whose identity comes from its name.
pub(super) fn copy(name: &str, title: &str) -> NearCopy {
    let id = ReportId::of_bytes(name.as_bytes());
    NearCopy {
        id,
        title: title.to_owned(),
        date: Some("2021".to_owned()),
        language: Some("en\" onclick=\"x".to_owned()),
        pages_total: 7,
        url: format!("/reports/{id}"),
        kind: CopyKind::Edition,
        resemblance: 0.75,
    }
}

/// A report, another, and an edition of the first, which has an edition elsewhere, too.
pub(super) fn hits(id: ReportId) -> Vec<Hit> {
    let with = |name: &str, copies| Hit { copies, ..hit(ReportId::of_bytes(name.as_bytes())) };
    let first = Hit { copies: vec![copy("edition", HOSTILE), copy("elsewhere", "Wells")], more_copies: 2, ..hit(id) };
    vec![first, with("other", Vec::new()), with("edition", vec![NearCopy { id, ..copy("first", HOSTILE) }])]
}

#[tokio::test]
async fn an_edition_stands_under_the_hit_it_resembles() {
    let site = site("");
    let body = site.get("/?q=copies").await.body;
    assert_eq!(body.matches("<article class=\"card\">").count(), 2, "{body}");
    let edition = ReportId::of_bytes(b"edition");
    let elsewhere = ReportId::of_bytes(b"elsewhere");
    for wanted in [
        &format!("Also found: <a href=\"/reports/{edition}?q=copies\"><bdi>2021 edition</bdi></a></p>"),
        &format!(
            "Other editions and copies: <a href=\"/reports/{elsewhere}?q=copies\"><bdi>Wells (2021 edition)</bdi></a> and \
             <a href=\"/reports/{}#copies\">2 more</a></p>",
            site.id
        ),
        "128 reports",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    assert!(!site.get("/?q=cash").await.body.contains("editions"));
}

#[tokio::test]
async fn near_copies_come_with_addresses_that_can_be_followed() {
    let site = site("/x");
    let json = site.get("/x/api/v1/search?q=copies").await.json();
    let edition = ReportId::of_bytes(b"edition");
    let expected = serde_json::json!({
        "id": edition.to_string(), "title": HOSTILE, "date": "2021", "language": "en\" onclick=\"x", "pages_total": 7,
        "url": format!("/x/reports/{edition}"), "kind": "edition", "resemblance": 0.75,
    });
    assert_eq!(json["hits"].as_array().map(Vec::len), Some(3));
    assert_eq!((&json["hits"][0]["copies"][0], &json["hits"][0]["more_copies"]), (&expected, &2.into()));
    let json = site.get(&format!("/x/api/v1/reports/{}", site.id)).await.json();
    assert_eq!((&json["copies"][0], &json["more_copies"]), (&expected, &3.into()));
    let body = site.get(&format!("/x/reports/{}", site.id)).await.body;
    assert!(body.contains("Other editions and copies") && body.contains("and 3 more"), "{body}");
    assert!(body.contains("much of the same text") && body.contains(&format!("\"/x/reports/{edition}\"")), "{body}");
}

#[tokio::test]
async fn every_place_of_a_file_is_shown_that_is_still_there() {
    let site = site("");
    let place = |folder: &str, vanished| FileRow {
        path: PathBuf::from(format!("/{folder}/<i>.pdf")),
        size: 10,
        modified: 0,
        id: Some(site.id),
        outcome: Outcome::Duplicate,
        detail: String::new(),
        reader_version: 1,
        checked: 0,
        vanished,
        name: None,
    };
    let places = [place("a", None), place("b", None), place("c", Some(5))];
    site.service.library().catalogue().record(&places.map(Change::File)).expect("recorded");
    let json = site.get(&format!("/api/v1/reports/{}", site.id)).await.json();
    let original = site.original.display().to_string();
    assert_eq!(json["files"], serde_json::json!(["/a/<i>.pdf", "/b/<i>.pdf", original]));
    assert_eq!(json["file"], "/a/<i>.pdf");
    let body = site.get(&format!("/reports/{}", site.id)).await.body;
    for wanted in
        ["<dt>Files</dt>", ">a/&#60;i&#62;.pdf</bdi>", ">b/&#60;i&#62;.pdf</bdi>", ">Bericht für 2023.pdf</bdi>"]
    {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
}
