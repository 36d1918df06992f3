//! Comments over HTTP: from the form to the page, by role, and what may differ between two visitors.

use super::{Answer, HOSTILE, NOW, Person, Site, log_in, site_guarded, site_with_comments};
use crate::report::ReportId;
use crate::serve::CommentOptions;
use crate::store::{Moderation, Role, ServiceStore};
use axum::http::StatusCode;
use form_urlencoded::Serializer;
use serde_json::{Value, json};
use std::sync::Arc;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn open() -> (Site, Arc<ServiceStore>) {
    with(CommentOptions { moderation: Moderation::None, rate: 0, ..CommentOptions::default() })
}

fn with(options: CommentOptions) -> (Site, Arc<ServiceStore>) {
    site_with_comments(options)
}

async fn post(site: &Site, person: &Person, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = Serializer::new(String::new()).append_pair("token", &person.form_token).extend_pairs(fields).finish();
    site.send("POST", path, &[FORM, ("cookie", &person.cookie)], &body).await
}

async fn api(site: &Site, person: &Person, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("cookie", person.cookie.as_str())];
    site.send(method, path, &headers, &body.to_string()).await
}

async fn get(site: &Site, path: &str) -> Answer {
    site.get_with(path, &[("host", "localhost")]).await
}

async fn seen_by(site: &Site, person: &Person, path: &str) -> String {
    site.get_with(path, &[("host", "localhost"), ("cookie", &person.cookie)]).await.body
}

#[tokio::test]
async fn a_comment_is_written_answered_changed_and_deleted_without_scripts() {
    let (site, store) = open();
    let (ada, ben) = (log_in(&store, Role::Reader), log_in(&store, Role::Editor));
    let report = format!("/reports/{}", site.id);
    let stranger = get(&site, &report).await.body;
    assert!(stranger.contains("Be the first to write a comment."), "{stranger}");
    let next = format!("next=%2Freports%2F{}%23write", site.id);
    assert!(stranger.contains(&format!("/login?{next}")) && stranger.contains(&format!("/register?{next}")));
    assert!(!stranger.contains("<textarea"), "it is said before anything is typed");
    assert!(seen_by(&site, &ada, &report).await.contains("<textarea"));
    let comments = format!("{report}/comments");
    let answer =
        post(&site, &ada, &comments, &[("text", "First!\r\n\r\nLine one\nline two"), ("page", "2"), ("website", "")])
            .await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/comments/1"), "{}", answer.body);
    assert_eq!(get(&site, "/comments/1").await.header("location"), format!("{report}#comment-1"));
    let answer = post(&site, &ben, &comments, &[("text", "An answer"), ("parent", "1"), ("back", "page")]).await;
    assert_eq!(answer.header("location"), format!("{report}/pages/2#comment-2"), "{}", answer.body);
    let page = get(&site, &report).await.body;
    assert!(page.contains("2 comments") && page.contains("id=\"comment-1\"") && page.contains("Line one\nline two"));
    assert!(get(&site, &format!("{report}/pages/2")).await.body.contains("An answer"));
    assert!(!get(&site, &format!("{report}/pages/1")).await.body.contains("An answer"));
    // One's own and others'.
    assert!(seen_by(&site, &ada, &report).await.contains("/comments/1/edit"));
    assert!(!seen_by(&site, &ada, &report).await.contains("/comments/2/edit"));
    for path in ["/comments/2/edit", "/comments/2/delete"] {
        assert_eq!(site.get_with(path, &[("cookie", &ada.cookie)]).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(post(&site, &ada, path, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(seen_by(&site, &ada, "/comments/1/edit").await.contains("Line one\nline two</textarea>"));
    assert_eq!(
        post(&site, &ada, "/comments/1/edit", &[("text", "Second thoughts")]).await.status,
        StatusCode::SEE_OTHER
    );
    let page = get(&site, &report).await.body;
    assert!(page.contains("Second thoughts") && page.contains("edited") && !page.contains("Line one"));
    assert_eq!(post(&site, &ada, "/comments/1/delete", &[]).await.header("location"), format!("{report}#comments"));
    let page = get(&site, &report).await.body;
    assert!(
        page.contains("This comment was deleted.") && !page.contains("Second thoughts"),
        "its answer keeps its place"
    );
    assert_eq!(get(&site, "/comments/1").await.status, StatusCode::NOT_FOUND);
    // By the address of its page, the comment is gone with its answer.
    assert_eq!(post(&site, &ben, "/comments/2/delete", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(get(&site, &report).await.body.contains("Be the first to write a comment."));
}

#[tokio::test]
async fn what_was_typed_comes_back_with_what_is_wrong() {
    let (site, store) = with(CommentOptions { moderation: Moderation::None, rate: 2, ..CommentOptions::default() });
    let ada = log_in(&store, Role::Reader);
    let comments = format!("/reports/{}/comments", site.id);
    let draft = "My <careful> thoughts";
    let form = |token: &str| {
        Serializer::new(String::new()).extend_pairs([("token", token), ("text", draft), ("page", "1")]).finish()
    };
    // The session has ended; it is another one now; it is this one.
    let gone = site.send("POST", &comments, &[FORM], &form(&ada.form_token)).await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert!(gone.body.contains("My &#60;careful&#62; thoughts</textarea>") && gone.body.contains("/login?next="));
    let other = site.send("POST", &comments, &[FORM, ("cookie", &ada.cookie)], &form("0123")).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert!(other.body.contains("My &#60;careful&#62; thoughts</textarea>") && other.body.contains(&ada.form_token));
    assert!(other.body.contains("name=\"page\" value=\"1\""));
    let long = "x".repeat(4_001);
    for (fields, status, told) in [
        (vec![("text", " ")], 422, "The text is empty; write something."),
        (vec![("text", long.as_str())], 422, "shorten it to 4000"),
        (vec![("text", "http://a http://b http://c")], 422, "has 3 links; leave out all but 2"),
        (vec![("text", draft), ("page", "3")], 422, "The page must be one of the report&#39;s pages, 1 to 2, or none."),
        (vec![("text", draft), ("page", "iv")], 422, "The page must be a number."),
        (vec![("text", draft), ("parent", "77")], 422, "The parent must be a comment on this report"),
        (vec![("text", draft), ("website", "http://spam.example")], 422, "leave the field that cannot be seen empty"),
    ] {
        let answer = post(&site, &ada, &comments, &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{fields:?}");
        assert!(answer.body.contains(told), "{told}: {}", answer.body);
    }
    assert_eq!(post(&site, &ada, &comments, &[("text", draft)]).await.status, StatusCode::SEE_OTHER);
    let again = post(&site, &ada, &comments, &[("text", draft)]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("you have written the same already, as comment 1"), "{}", again.body);
    assert_eq!(post(&site, &ada, &comments, &[("text", "two")]).await.status, StatusCode::SEE_OTHER);
    let many = post(&site, &ada, &comments, &[("text", "three")]).await;
    assert_eq!(many.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(many.body.contains("try again in 10 min") && many.body.contains("three</textarea>"), "{}", many.body);
    let nonsense = post(&site, &ada, &comments, &[("text", "four"), ("nonsense", "1")]).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        post(&site, &ada, &format!("/reports/{}/comments", ReportId([0; 16])), &[("text", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn held_comments_are_approved_hidden_and_their_author_blocked() {
    let (site, store) = with(CommentOptions { rate: 0, ..CommentOptions::default() });
    let (ada, root) = (log_in(&store, Role::Reader), log_in(&store, Role::Admin));
    let report = format!("/reports/{}", site.id);
    let comments = format!("{report}/comments");
    post(&site, &ada, &comments, &[("text", "Wait for it")]).await;
    assert!(!get(&site, &report).await.body.contains("Wait for it"));
    assert!(seen_by(&site, &ada, &report).await.contains("Waits for approval"));
    let queue = seen_by(&site, &root, "/admin/comments").await;
    assert!(queue.contains("Wait for it") && queue.contains("Approve"), "{queue}");
    let decide = async |fields: &[(&str, &str)]| post(&site, &root, "/admin/comments", fields).await;
    let answer = decide(&[("comment", "1"), ("action", "approve"), ("state", "held")]).await;
    assert_eq!(answer.header("location"), "/admin/comments?state=held", "{}", answer.body);
    assert!(get(&site, &report).await.body.contains("Wait for it"));
    post(&site, &ada, &comments, &[("text", "The second is shown at once")]).await;
    assert!(get(&site, &report).await.body.contains("The second is shown"));
    post(&site, &root, &comments, &[("text", "Who moderates need not wait")]).await;
    assert!(get(&site, &report).await.body.contains("Who moderates"));
    let answer = decide(&[("comment", "2"), ("action", "hide")]).await;
    assert_eq!(answer.header("location"), format!("{report}#comments"));
    assert!(!get(&site, &report).await.body.contains("The second is shown"));
    assert!(seen_by(&site, &ada, &report).await.contains("Taken down by a moderator"));
    decide(&[("comment", "2"), ("action", "block"), ("state", "hidden")]).await;
    assert_eq!(post(&site, &ada, &comments, &[("text", "More")]).await.status, StatusCode::FORBIDDEN);
    assert!(seen_by(&site, &ada, &report).await.contains("Your comments are not taken any more"));
    let page = seen_by(&site, &root, "/admin/comments?state=hidden").await;
    assert!(
        page.contains("Blocked authors") && page.contains("</bdi> hid") && page.contains("</bdi> blocked"),
        "{page}"
    );
    let account = ada.account.id.to_string();
    decide(&[("account", &account), ("action", "unblock"), ("state", "held")]).await;
    assert_eq!(post(&site, &ada, &comments, &[("text", "More")]).await.status, StatusCode::SEE_OTHER);
    decide(&[("comment", "1"), ("action", "delete"), ("state", "shown")]).await;
    assert!(!get(&site, &report).await.body.contains("Wait for it"));
    for fields in [
        &[("action", "approve")][..],
        &[("comment", "1"), ("action", "praise")],
        &[("comment", "99"), ("action", "hide")],
    ] {
        assert!(decide(fields).await.status.is_client_error(), "{fields:?}");
    }
}

#[tokio::test]
async fn programs_write_read_change_and_moderate() {
    let (site, store) = open();
    let (ada, ben, root) = (log_in(&store, Role::Reader), log_in(&store, Role::Editor), log_in(&store, Role::Admin));
    let comments = format!("/api/v1/reports/{}/comments", site.id);
    let made = api(&site, &ada, "POST", &comments, &json!({ "text": "Cash transfers work", "page": 1 })).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::CREATED, "/api/v1/comments/1"), "{}", made.body);
    let body = made.json();
    assert_eq!(
        (&body["text"], &body["state"], &body["page"]),
        (&"Cash transfers work".into(), &"shown".into(), &1.into())
    );
    assert_eq!((&body["author"]["name"], &body["url"]), (&"reader".into(), &"/comments/1".into()));
    let twice = api(&site, &ada, "POST", &comments, &json!({ "text": "Cash transfers work" })).await;
    assert_eq!((twice.status.as_u16(), &twice.json()["code"]), (409, &"comment_repeated".into()));
    let answered = api(&site, &ben, "POST", &comments, &json!({ "text": "Do they?", "parent": 1 })).await.json();
    assert_eq!((&answered["parent"], &answered["page"]), (&1.into(), &1.into()));
    let list = get(&site, &format!("{comments}?limit=1")).await.json();
    assert_eq!((&list["comments"][0]["id"], &list["next_cursor"]), (&1.into(), &"1.1".into()));
    let list = get(&site, &format!("{comments}?limit=1&cursor=1.1")).await.json();
    assert_eq!((&list["comments"][0]["id"], &list["next_cursor"]), (&2.into(), &Value::Null));
    let found = get(&site, "/api/v1/comments?q=cash%20trans*").await.json();
    assert_eq!((found["comments"].as_array().map(Vec::len), &found["comments"][0]["id"]), (Some(1), &1.into()));
    let newest = get(&site, "/api/v1/comments?limit=1").await.json();
    assert_eq!((&newest["comments"][0]["id"], &newest["next_cursor"]), (&2.into(), &"2".into()));
    // One's own and others'.
    for (person, method, path, body, status) in [
        (&ben, "PATCH", "/api/v1/comments/1", json!({ "text": "mine" }), 403),
        (&ben, "DELETE", "/api/v1/comments/1", json!({}), 403),
        (&root, "PATCH", "/api/v1/comments/1", json!({ "text": "not even an administrator's" }), 403),
        (&ada, "PATCH", "/api/v1/comments/1", json!({ "text": "Cash transfers help" }), 200),
        (&ada, "PATCH", "/api/v1/comments/1", json!({ "txt": "x" }), 422),
        (&ada, "PATCH", "/api/v1/comments/1", json!({ "text": "" }), 422),
        (&ada, "PATCH", "/api/v1/comments/9", json!({ "text": "x" }), 404),
        (&ada, "PUT", "/api/v1/comments/1/state", json!({ "state": "hidden" }), 403),
        (&root, "PUT", "/api/v1/comments/1/state", json!({ "state": "held" }), 422),
        (&root, "PUT", "/api/v1/comments/1/state", json!({ "state": "hidden" }), 200),
        (&ada, "GET", "/api/v1/comments/1", json!({}), 200),
        (&ben, "GET", "/api/v1/comments/1", json!({}), 404),
        (&ben, "GET", "/api/v1/comments?state=hidden", json!({}), 403),
        (&root, "GET", "/api/v1/comments?state=hidden&q=x", json!({}), 422),
        (&root, "PUT", "/api/v1/blocked-authors/1", json!({}), 204),
        (&root, "PUT", "/api/v1/blocked-authors/99", json!({}), 404),
        (&root, "DELETE", "/api/v1/blocked-authors/1", json!({}), 204),
        (&root, "DELETE", "/api/v1/comments/1", json!({}), 204),
        (&ada, "GET", "/api/v1/comments/1", json!({}), 404),
        (&ada, "GET", "/api/v1/comments/x", json!({}), 404),
        (&ada, "GET", "/api/v1/comments?cursor=x", json!({}), 400),
    ] {
        let answer = api(&site, person, method, path, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{} {method} {path} {body}: {}", person.account.name, answer.body);
    }
    let stub = get(&site, &comments).await.json();
    assert_eq!((&stub["comments"][0]["text"], &stub["comments"][0]["state"]), (&Value::Null, &"deleted".into()));
    let key = store.create_key("moderator", crate::store::Scope::Admin, None, NOW).expect("room").expect("a free name");
    let key = [("authorization", format!("Bearer {key}")), ("content-type", "application/json".to_owned())];
    let key: Vec<(&str, &str)> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let hidden = site.send("PUT", "/api/v1/comments/2/state", &key, r#"{"state":"hidden"}"#).await;
    assert_eq!(hidden.status, StatusCode::OK, "{}", hidden.body);
    let refused = site.send("POST", &comments, &key, r#"{"text":"from a program"}"#).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "a comment needs a person");
    let log = site.get_with("/api/v1/moderations?limit=1", &key).await.json();
    let line = &log["moderations"][0];
    assert_eq!(
        (&line["action"], &line["moderator"], &line["comment"]),
        (&"hide".into(), &"key moderator".into(), &2.into())
    );
    assert_eq!(site.get_with("/api/v1/comments?state=hidden", &key).await.json()["comments"][0]["text"], "Do they?");
}

#[tokio::test]
async fn texts_reach_every_page_and_feed_as_texts() {
    let (site, store) = open();
    let ada = log_in(&store, Role::Reader);
    let root = log_in(&store, Role::Admin);
    let text = format!("{HOSTILE} </textarea><script>alert(2)</script> ]]> \u{FFFF} wordy");
    let made =
        api(&site, &ada, "POST", &format!("/api/v1/reports/{}/comments", site.id), &json!({ "text": text })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert!(!made.json()["text"].as_str().expect("a text").contains('\u{202E}'));
    let report = format!("/reports/{}", site.id);
    for path in [
        &report,
        "/comments",
        "/comments?q=wordy",
        "/comments.atom",
        "/comments.atom?q=wordy",
        "/comments/1/edit",
        "/comments/1/delete",
        "/admin/comments?state=shown",
        &format!("{report}/comments"),
    ] {
        let person = if path.starts_with("/admin") { &root } else { &ada };
        let body = seen_by(&site, person, path).await;
        assert!(body.contains("alert(2)"), "{path}: {body}");
        assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{path}");
    }
    let feed = get(&site, "/comments.atom").await;
    assert!(feed.header("content-type").starts_with("application/atom+xml"));
    assert!(!feed.body.contains('\u{FFFF}'), "not a character of XML");
    assert!(get(&site, "/comments?q=nowhere").await.body.contains("No comment has all of these words"));
    assert!(get(&site, "/comments?q=%2D%2D").await.body.contains("There is no word in this."));
}

#[tokio::test]
async fn pages_change_with_comments_and_never_show_one_visitor_what_another_may_see() {
    let (site, store) = with(CommentOptions { rate: 0, ..CommentOptions::default() });
    let (ada, root) = (log_in(&store, Role::Reader), log_in(&store, Role::Admin));
    let report = format!("/reports/{}", site.id);
    let paths = [
        report.clone(),
        format!("{report}/pages/1"),
        "/?q=cash".to_owned(),
        "/comments".to_owned(),
        format!("{report}/comments"),
        "/comments.atom".to_owned(),
    ];
    let mut tags = Vec::new();
    for path in &paths {
        let tag = get(&site, path).await.header("etag").to_owned();
        assert_eq!(
            site.get_with(path, &[("host", "localhost"), ("if-none-match", &tag)]).await.status,
            StatusCode::NOT_MODIFIED,
            "{path}"
        );
        let own = site.get_with(path, &[("host", "localhost"), ("if-none-match", &tag), ("cookie", &ada.cookie)]).await;
        assert!(path.ends_with(".atom") || own.header("cache-control").contains("no-store"), "{path}");
        tags.push(tag);
    }
    post(&site, &root, &format!("{report}/comments"), &[("text", "Cash, they say"), ("page", "1")]).await;
    for (path, tag) in paths.iter().zip(&tags) {
        let answer = site.get_with(path, &[("host", "localhost"), ("if-none-match", tag)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} has changed");
        let told = if path.starts_with("/?q") { "1 comment mentions these words" } else { "Cash, they say" };
        assert!(answer.body.contains(told), "{path}: {}", answer.body);
    }
    assert!(
        !get(&site, "/?q=cash&offset=10").await.body.contains("mentions these words"),
        "only with the first results"
    );
    assert!(!get(&site, "/?q=title:cash").await.body.contains("mentions these words"));
    let list = format!("/api/v1/reports/{}/comments", site.id);
    post(&site, &ada, &format!("{report}/comments"), &[("text", "Held back")]).await;
    let own = site.get_with(&list, &[("cookie", &ada.cookie)]).await;
    assert!(own.body.contains("Held back"));
    assert_eq!((own.header("cache-control"), own.header("vary").contains("cookie")), ("private, no-cache", true));
    let tag = own.header("etag").to_owned();
    let others = site.get_with(&list, &[("if-none-match", &tag)]).await;
    assert!(others.status == StatusCode::OK && !others.body.contains("Held back"));
}

#[tokio::test]
async fn a_report_that_was_removed_keeps_its_comments_for_its_return() {
    let (site, store) = open();
    let ada = log_in(&store, Role::Reader);
    post(&site, &ada, &format!("/reports/{}/comments", site.id), &[("text", "Remember me")]).await;
    let key = store.create_key("k", crate::store::Scope::Admin, None, NOW).expect("room").expect("a free name");
    let key = format!("Bearer {key}");
    let removed = site.send("DELETE", &format!("/api/v1/reports/{}", site.id), &[("authorization", &key)], "").await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    for path in ["/comments", "/comments?q=remember", "/comments.atom", "/api/v1/comments"] {
        assert!(!get(&site, path).await.body.contains("Remember me"), "{path}");
    }
    assert_eq!(get(&site, "/comments/1").await.status, StatusCode::GONE);
    assert_eq!(store.comment(1).expect("readable").map(|row| row.text).as_deref(), Some("Remember me"));
}

#[tokio::test]
async fn comments_can_be_switched_off_and_need_a_place() {
    let (site, store) = with(CommentOptions { is_enabled: false, ..CommentOptions::default() });
    let ada = log_in(&store, Role::Reader);
    let report = format!("/reports/{}", site.id);
    assert!(!get(&site, &report).await.body.contains("id=\"comments\""));
    for path in ["/comments", "/comments.atom", &format!("{report}/comments"), "/api/v1/comments"] {
        assert_eq!(get(&site, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let answer = post(&site, &ada, &format!("{report}/comments"), &[("text", "x")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!super::site("").get(&report).await.body.contains("id=\"comments\""), "there is no store");
    let (site, _store) = site_guarded(true);
    let page = get(&site, &format!("/reports/{}", site.id)).await.body;
    assert!(page.contains("to post a comment or reply") && !page.contains("/register"), "by invitation alone");
    let (site, _store) = site_guarded(false);
    assert_eq!(get(&site, "/comments").await.status, StatusCode::UNAUTHORIZED, "where reading is closed");
}
