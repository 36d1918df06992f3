//! The JSON of searches and reports, as the contract has it.

use super::site;
use axum::http::StatusCode;

#[tokio::test]
async fn the_api_keeps_the_contract() {
    let site = site("/x");
    let id = site.id.to_string();
    let json = site.get("/x/api/v1/search?q=cash").await.json();
    assert_eq!(json["hits"][0]["id"], id.as_str());
    assert_eq!(json["hits"][0]["url"], format!("/x/reports/{id}"));
    assert_eq!(json["hits"][0]["pages"][0]["passages"][0]["ranges"][0], serde_json::json!([2, 15]));
    let body = r#"{"q":"cash","limit":5}"#;
    let answer = site.send("POST", "/x/api/v1/search", &[("content-type", "application/json")], body).await;
    assert_eq!((answer.status, &answer.json()["total"]["value"]), (StatusCode::OK, &128.into()));
    for (content_type, body, status, code) in [
        ("text/plain", "{}", 415, "unsupported_media_type"),
        ("application/json", "{", 400, "malformed_json"),
        ("application/json", "[]", 422, "invalid_parameters"),
        ("application/json; charset=utf-8", r#"{"q":"a","limit":0,"nonsense":1}"#, 422, "invalid_parameters"),
    ] {
        let answer = site.send("POST", "/x/api/v1/search", &[("content-type", content_type)], body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &code.into()), "{body}");
    }
    let json = site.get("/x/api/v1/search?q=a&nonsense=1&limit=0").await.json();
    let codes = [&json["errors"][0]["code"], &json["errors"][1]["code"]];
    assert_eq!(codes, [&serde_json::json!("unknown_parameter"), &serde_json::json!("invalid_value")]);
    let large = format!("{{\"q\":\"{}\"}}", "a".repeat(70_000));
    let answer = site.send("POST", "/x/api/v1/search", &[("content-type", "application/json")], &large).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (413, &"body_too_large".into()));
    let json = site.get("/x/api/v1/search?q=deep").await.json();
    assert_eq!((&json["code"], &json["position"]), (&"query_too_deep".into(), &17.into()));
    let json = site.get("/x/api/v1/reports").await.json();
    assert_eq!((&json["total"], &json["reports"][0]["added"]), (&1.into(), &json["reports"][0]["added"]));
    assert_eq!(json["reports"][0]["pages_searchable"], 1);
    let json = site.get(&format!("/x/api/v1/reports/{id}")).await.json();
    assert_eq!(json["pages"][1]["status"], "no_text");
    let json = site.get(&format!("/x/api/v1/reports/{id}/pages/1")).await.json();
    assert!(json["text"].as_str().is_some_and(|text| text.starts_with("The cash transfer\nworked.")));
    let json = site.get("/x/api/v1/coverage").await.json();
    assert_eq!(json["pages"]["no_text"], 1);
}
