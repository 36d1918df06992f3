//! Related reports over HTTP.

use super::{HOSTILE, site};
use crate::report::ReportId;
use crate::search::Related;

/// Two reports related to any.
pub(super) fn related(_: ReportId) -> Vec<Related> {
    let other = |name: &str, score: f32, description: Option<&str>| {
        let id = ReportId::of_bytes(name.as_bytes());
        Related {
            id,
            title: format!("{name} {HOSTILE}"),
            authors: vec![HOSTILE.to_owned()],
            date: Some("2021-06".to_owned()),
            language: Some("en\" onclick=\"x".to_owned()),
            url: format!("/reports/{id}"),
            score,
            description: description.map(str::to_owned),
            shared: vec!["cash transfers".to_owned(), HOSTILE.to_owned()],
        }
    };
    vec![other("Wells", 0.5, Some(HOSTILE)), other("Grain", 0.25, None)]
}

#[tokio::test]
async fn related_reports_come_with_their_reasons() {
    let site = site("/x");
    let path = format!("/x/api/v1/reports/{}/related", site.id);
    let answer = site.get(&path).await;
    let wells = ReportId::of_bytes(b"Wells").to_string();
    let json = answer.json();
    assert_eq!((&json["report"], json["related"].as_array().map(Vec::len)), (&site.id.to_string().into(), Some(2)));
    let expected = serde_json::json!({
        "id": wells, "title": format!("Wells {HOSTILE}"), "authors": [HOSTILE], "date": "2021-06",
        "language": "en\" onclick=\"x", "url": format!("/x/reports/{wells}"), "score": 0.5, "description": HOSTILE,
        "shared": ["cash transfers", HOSTILE],
    });
    assert_eq!(json["related"][0], expected);
    assert_eq!(json["related"][1]["description"], serde_json::Value::Null);
    let tag = answer.header("etag").to_owned();
    assert_eq!(site.get_with(&path, &[("if-none-match", &tag)]).await.status.as_u16(), 304);
    assert_eq!(site.get(&format!("{path}?limit=1")).await.json()["related"].as_array().map(Vec::len), Some(1));
    for (parameters, names) in [
        ("limit=0", &["limit"][..]),
        ("limit=51&page=2", &["limit", "page"]),
        ("limit=1&limit=2", &["limit"]),
        ("limit=", &["limit"]),
    ] {
        let answer = site.get(&format!("{path}?{parameters}")).await;
        assert_eq!(answer.status.as_u16(), 422, "{parameters}");
        let errors = answer.json()["errors"].clone();
        let found: Vec<&str> =
            errors.as_array().into_iter().flatten().filter_map(|error| error["parameter"].as_str()).collect();
        assert_eq!(found, names, "{parameters}");
    }
    let unknown = format!("/x/api/v1/reports/{}/related", ReportId([0; 16]));
    assert_eq!(site.get(&unknown).await.status.as_u16(), 404);
    assert_eq!(site.get("/x/api/v1/reports/nonsense/related").await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_reports_page_names_related_ones() {
    let site = site("");
    let body = site.get(&format!("/reports/{}", site.id)).await.body;
    let wells = ReportId::of_bytes(b"Wells");
    for wanted in [
        "Related reports",
        "Both on <bdi lang=\"en\">cash transfers</bdi>, ",
        &format!("href=\"/reports/{wells}\">Wells "),
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
}
