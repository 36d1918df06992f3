//! Suggestions over HTTP: ours, and those for the search box of browsers.

use super::{HOSTILE, site};

#[tokio::test]
async fn suggestions_are_words_then_titles_with_their_addresses() {
    let site = site("/x");
    let answer = site.get("/x/api/v1/suggest?q=cash+").await;
    let id = site.id.to_string();
    let expected = serde_json::json!({"q": "cash ", "suggestions": [
        {"kind": "word", "text": "transfer", "query": "cash transfer", "reports": 3},
        {"kind": "title", "text": HOSTILE, "id": id, "url": format!("/x/reports/{id}")},
    ]});
    assert_eq!(answer.json(), expected);
    let tag = answer.header("etag").to_owned();
    assert_eq!(site.get_with("/x/api/v1/suggest?q=cash+", &[("if-none-match", &tag)]).await.status.as_u16(), 304);
    assert_eq!(site.get("/x/api/v1/suggest?q=a&limit=1").await.json()["suggestions"].as_array().map(Vec::len), Some(1));
    for (parameters, names) in [
        ("q=a&limit=21", &["limit"][..]),
        ("q=a&q=b", &["q"]),
        ("limit=-1&page=3", &["limit", "page"]),
        ("limit=", &["limit"]),
        ("limit=1&limit=2", &["limit"]),
    ] {
        let answer = site.get(&format!("/x/api/v1/suggest?{parameters}")).await;
        assert_eq!(answer.status.as_u16(), 422, "{parameters}");
        let errors = answer.json()["errors"].clone();
        let found: Vec<&str> =
            errors.as_array().into_iter().flatten().filter_map(|error| error["parameter"].as_str()).collect();
        assert_eq!(found, names, "{parameters}");
    }
}

#[tokio::test]
async fn browsers_are_told_where_to_ask_and_get_what_they_understand() {
    let site = site("/x");
    let host = [("host", "library.example:8080")];
    let description = site.get_with("/x/opensearch.xml", &host).await.body;
    let place = "http://library.example:8080/x/opensearch/suggest?q={searchTerms}";
    assert!(description.contains(place) && description.contains("rel=\"suggestions\""), "{description}");
    let json = site.get_with("/x/opensearch/suggest?q=cash+", &host).await.json();
    let report = format!("http://library.example:8080/x/reports/{}", site.id);
    let expected = serde_json::json!([
        "cash ",
        ["cash transfer", HOSTILE],
        ["3 reports", "report"],
        ["http://library.example:8080/x/?q=cash+transfer", report],
    ]);
    assert_eq!(json, expected);
}

#[tokio::test]
async fn every_search_box_knows_where_to_ask_and_the_script_may_be_kept() {
    let site = site("/x");
    for path in ["/x/", "/x/?q=cash", "/x/reports"] {
        let body = site.get(path).await.body;
        assert!(body.contains("data-suggest=\"/x/api/v1/suggest\""), "{path}: {body}");
        let script = body.split("src=\"").find(|part| part.starts_with("/x/assets/recto.js?v=")).expect("a script");
        let script = script.split('"').next().expect("an address");
        assert!(site.get(script).await.header("cache-control").contains("immutable"));
    }
}

#[tokio::test]
async fn what_narrows_a_search_is_sent_with_its_box() {
    let site = site("");
    let body = site.get("/?q=cash&op=or").await.body;
    let forms: Vec<&str> = body.split(" form=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!forms.is_empty(), "{body}");
    for form in forms {
        assert_eq!(body.matches(&format!(" id=\"{form}\"")).count(), 1, "{form}");
    }
}
