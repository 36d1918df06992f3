//! Jobs and removals over HTTP.

use super::{Answer, Site, site_working};
use crate::serve::Limits;
use crate::store::Scope;
use axum::http::StatusCode;
use std::os::unix::fs::symlink;
use std::time::Duration;

/// A site that reads files, and the header of a key for all of it.
fn site() -> (Site, String) {
    let limits = Limits { reading: Duration::from_secs(60), ..Limits::default() };
    let (site, store) = site_working(true, limits);
    let key = store.create_key("tests", Scope::Admin, None, 1_000).expect("room").expect("a free name");
    (site, format!("Bearer {key}"))
}

async fn ask(site: &Site, key: &str, method: &str, path: &str, body: &str) -> Answer {
    site.send(method, path, &[("authorization", key), ("content-type", "application/json")], body).await
}

/// The names and data of events.
fn events(body: &str) -> Vec<(String, String, serde_json::Value)> {
    let event = |text: &str| {
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").trim().to_owned();
        (field("event:"), field("id:"), serde_json::from_str(&field("data:")).expect("JSON"))
    };
    body.split("\n\n").filter(|text| text.contains("data:")).map(event).collect()
}

#[tokio::test]
async fn a_job_is_asked_for_followed_and_looked_up() {
    let (site, key) = site();
    site.write("a.pdf", b"%PDF-1.7 hardly one");
    let made = ask(&site, &key, "POST", "/api/v1/jobs", r#"{"paths":["a.pdf"]}"#).await;
    assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.body);
    let place = made.header("location").to_owned();
    assert_eq!((made.json()["url"].as_str(), made.json()["state"].as_str()), (Some(&*place), Some("queued")));
    // Whoever follows is told the state at once, and the end.
    let followed = ask(&site, &key, "GET", &format!("{place}/events"), "").await;
    assert!(followed.header("content-type").starts_with("text/event-stream"));
    let told = events(&followed.body);
    let (name, id, job) = told.last().expect("an event");
    assert_eq!((name.as_str(), job["state"].as_str()), ("done", Some("done")), "{}", followed.body);
    assert_eq!(job["summary"]["failed"]["damaged"], 1);
    // Who comes late gets the end, who has it gets nothing.
    let late = ask(&site, &key, "GET", &format!("{place}/events"), "").await;
    assert_eq!(events(&late.body).len(), 1);
    let again = site.get_with(&format!("{place}/events"), &[("authorization", &key), ("last-event-id", id)]).await;
    assert_eq!(events(&again.body).len(), 0, "{}", again.body);
    let failures = ask(&site, &key, "GET", &format!("{place}/failures"), "").await.json();
    assert_eq!((&failures["total"], &failures["failures"][0]["reason"]), (&1.into(), &"damaged".into()));
    let list = ask(&site, &key, "GET", "/api/v1/jobs?limit=1", "").await.json();
    assert_eq!((&list["total"], &list["jobs"][0]["url"]), (&1.into(), &place.into()));
    assert_eq!(ask(&site, &key, "GET", "/api/v1/jobs/2", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_what_lies_under_the_roots_is_read() {
    let (site, key) = site();
    let inside = site.write("deep/a.pdf", b"%PDF-1.7");
    symlink("/etc", inside.with_file_name("way-out")).expect("room");
    for path in [
        "../a.pdf",
        "deep/../../index",
        "/etc/passwd",
        "/",
        "deep/way-out",
        "deep/way-out/passwd",
        "nowhere",
        "a\\u0000b",
    ] {
        let answer = ask(&site, &key, "POST", "/api/v1/jobs", &format!(r#"{{"paths":["deep","{path}"]}}"#)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.body);
        assert_eq!(answer.json()["errors"][0]["parameter"], "paths[1]", "{path}");
    }
    let absolute = serde_json::json!({ "paths": [inside] }).to_string();
    assert_eq!(ask(&site, &key, "POST", "/api/v1/jobs", &absolute).await.status, StatusCode::ACCEPTED);
    for (body, status, code) in [
        ("{", 400, "malformed_json"),
        ("[]", 422, "invalid_parameters"),
        (r#"{"path":"a.pdf"}"#, 422, "invalid_parameters"),
        (r#"{"retry":"sometimes"}"#, 422, "invalid_parameters"),
        (r#"{"paths":"a.pdf"}"#, 422, "invalid_parameters"),
        (r#"{"ocr":"sometimes"}"#, 422, "invalid_parameters"),
    ] {
        let answer = ask(&site, &key, "POST", "/api/v1/jobs", body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (status, Some(code)), "{body}");
    }
    let plain =
        site.send("POST", "/api/v1/jobs", &[("authorization", &key), ("content-type", "text/plain")], "{}").await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_removed_report_is_gone_at_once_and_removing_it_again_changes_nothing() {
    let (site, key) = site();
    let path = format!("/api/v1/reports/{}", site.id);
    let list = site.get("/api/v1/reports").await;
    let tag = list.header("etag").to_owned();
    assert_eq!(list.json()["total"], 1);
    assert_eq!(site.get_with("/api/v1/reports", &[("if-none-match", &tag)]).await.status, StatusCode::NOT_MODIFIED);
    for _ in 0..2 {
        assert_eq!(ask(&site, &key, "DELETE", &path, "").await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(site.get(&path).await.status, StatusCode::GONE);
    let after = site.get_with("/api/v1/reports", &[("if-none-match", &tag)]).await;
    assert_eq!((after.status, &after.json()["total"]), (StatusCode::OK, &0.into()));
    assert!(site.original.exists(), "files of others stay where they are");
    assert_eq!(ask(&site, &key, "DELETE", "/api/v1/reports/nonsense", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn recognition_is_refused_where_nothing_can_recognise() {
    let (site, key) = site();
    for mode in ["auto", "force"] {
        let answer = ask(&site, &key, "POST", "/api/v1/jobs", &format!(r#"{{"ocr":"{mode}"}}"#)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{mode}: {}", answer.body);
        assert_eq!(answer.json()["errors"][0]["parameter"], "ocr", "{mode}");
    }
    let off = ask(&site, &key, "POST", "/api/v1/jobs", r#"{"ocr":"off"}"#).await;
    assert_eq!((off.status, &off.json()["ocr"]), (StatusCode::ACCEPTED, &"off".into()), "{}", off.body);
}
