//! Every route × every kind of caller.

use super::{Site, log_in, site_guarded};
use crate::serve::cookies::form_token;
use crate::serve::routes::{Route, table};
use crate::store::{Role, SESSION_IDLE, Scope, ServiceStore};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What every route needs.
const MATRIX: &[(&str, &str)] = &[
    ("GET /", "read"),
    ("GET /reports", "read"),
    ("GET /contributors", "read"),
    ("GET /upload", "read"),
    ("POST /upload", "ingest"),
    ("GET /upload/{handed}", "ingest"),
    ("GET /years", "read"),
    ("GET /tags", "read"),
    ("GET /languages", "read"),
    ("GET /feed.atom", "read"),
    ("GET /feed.json", "read"),
    ("GET /sitemap.xml", "read"),
    ("GET /sitemaps/{part}", "read"),
    ("GET /robots.txt", "open"),
    ("GET /reports/{id}", "read"),
    ("GET /reports/{id}/edit", "edit"),
    ("POST /reports/{id}/edit", "edit"),
    ("GET /reports/{id}/pages", "read"),
    ("GET /reports/{id}/pages/{page}", "read"),
    ("GET /reports/{id}/file.pdf", "read"),
    ("GET /reports/{id}/citation.bib", "read"),
    ("GET /reports/{id}/citation.ris", "read"),
    ("GET /reports/{id}/citation.json", "read"),
    ("GET /reports/{id}/citation.jsonld", "read"),
    ("GET /reports/{id}/citation.txt", "read"),
    ("GET /api/v1/search", "read"),
    ("POST /api/v1/search", "read"),
    ("GET /api/v1/suggest", "read"),
    ("GET /api/v1/reports", "read"),
    ("GET /api/v1/reports/{id}", "read"),
    ("GET /api/v1/reports/{id}/pages/{page}", "read"),
    ("GET /api/v1/reports/{id}/pages/{page}/image", "read"),
    ("GET /api/v1/reports/{id}/related", "read"),
    ("GET /api/v1/reports/{id}/citation", "read"),
    ("GET /api/v1/reports/{id}/corrections", "edit"),
    ("PUT /api/v1/reports/{id}/corrections", "edit"),
    ("DELETE /api/v1/reports/{id}/corrections", "edit"),
    ("POST /api/v1/reports", "ingest"),
    ("DELETE /api/v1/reports/{id}", "administer"),
    ("POST /api/v1/jobs", "ingest"),
    ("GET /api/v1/jobs", "ingest"),
    ("GET /api/v1/jobs/{job}", "ingest"),
    ("DELETE /api/v1/jobs/{job}", "ingest"),
    ("GET /api/v1/jobs/{job}/events", "ingest"),
    ("GET /api/v1/jobs/{job}/failures", "ingest"),
    ("GET /api/v1/years", "read"),
    ("GET /api/v1/tags", "read"),
    ("GET /api/v1/languages", "read"),
    ("GET /reports/{id}/comments", "read"),
    ("POST /reports/{id}/comments", "comment"),
    ("GET /comments", "read"),
    ("GET /comments.atom", "read"),
    ("GET /comments/{comment}", "read"),
    ("GET /comments/{comment}/edit", "comment"),
    ("POST /comments/{comment}/edit", "comment"),
    ("GET /comments/{comment}/delete", "comment"),
    ("POST /comments/{comment}/delete", "comment"),
    ("GET /admin/comments", "administer"),
    ("POST /admin/comments", "administer"),
    ("GET /api/v1/reports/{id}/comments", "read"),
    ("POST /api/v1/reports/{id}/comments", "comment"),
    ("GET /api/v1/comments", "read"),
    ("GET /api/v1/comments/{comment}", "read"),
    ("PATCH /api/v1/comments/{comment}", "comment"),
    ("DELETE /api/v1/comments/{comment}", "comment"),
    ("PUT /api/v1/comments/{comment}/state", "administer"),
    ("GET /api/v1/moderations", "administer"),
    ("GET /api/v1/blocked-authors", "administer"),
    ("PUT /api/v1/blocked-authors/{account}", "administer"),
    ("DELETE /api/v1/blocked-authors/{account}", "administer"),
    ("GET /api/v1/contributors", "read"),
    ("GET /api/v1/failures", "ingest"),
    ("POST /api/v1/failures/retry", "ingest"),
    ("GET /admin", "administer"),
    ("POST /admin/jobs", "administer"),
    ("POST /admin/jobs/{job}/cancel", "administer"),
    ("GET /admin/failures", "administer"),
    ("POST /admin/failures/retry", "administer"),
    ("GET /admin/coverage", "administer"),
    ("GET /api/v1/coverage", "read"),
    ("GET /api/v1/session", "read"),
    ("POST /api/v1/session", "open"),
    ("DELETE /api/v1/session", "open"),
    ("GET /api/v1/accounts", "administer"),
    ("POST /api/v1/accounts", "administer"),
    ("PATCH /api/v1/accounts/{account}", "administer"),
    ("DELETE /api/v1/accounts/{account}", "administer"),
    ("POST /api/v1/accounts/{account}/reset", "administer"),
    ("GET /api/v1/tickets", "administer"),
    ("DELETE /api/v1/tickets/{ticket}", "administer"),
    ("POST /admin/tickets/revoke", "administer"),
    ("GET /admin/accounts", "administer"),
    ("POST /admin/accounts", "administer"),
    ("POST /admin/accounts/{account}", "administer"),
    ("GET /admin/keys", "administer"),
    ("POST /admin/keys", "administer"),
    ("POST /admin/keys/revoke", "administer"),
    ("GET /login", "open"),
    ("POST /login", "open"),
    ("POST /logout", "open"),
    ("GET /register", "open"),
    ("POST /register", "open"),
    ("GET /reset", "open"),
    ("POST /reset", "open"),
    ("GET /account", "comment"),
    ("POST /account/password", "comment"),
    ("POST /account/sessions", "comment"),
    ("POST /account/delete", "comment"),
    ("GET /healthz", "open"),
    ("GET /readyz", "open"),
    ("GET /metrics", "open"),
    ("GET /openapi.json", "read"),
    ("GET /docs", "read"),
    ("GET /opensearch.xml", "read"),
    ("GET /search.csv", "read"),
    ("GET /search.ndjson", "read"),
    ("GET /search.atom", "read"),
    ("GET /search.jsonfeed", "read"),
    ("GET /opensearch/suggest", "read"),
    ("GET /assets/recto.css", "open"),
    ("GET /assets/recto.js", "open"),
    ("GET /assets/icon.svg", "open"),
];

/// Every kind of caller: nobody known, the holder of a key of a scope, somebody logged in with a role.
const CALLERS: [&str; 7] = ["nobody", "key:search", "key:ingest", "key:admin", "reader", "editor", "admin"];

/// Who has what a route needs; `read` is for everybody where reading is public.
const HOLDERS: &[(&str, &[&str])] = &[
    ("open", &CALLERS),
    ("read", &["key:search", "key:ingest", "key:admin", "reader", "editor", "admin"]),
    ("comment", &["reader", "editor", "admin"]),
    ("ingest", &["key:ingest", "key:admin", "editor", "admin"]),
    ("edit", &["key:admin", "editor", "admin"]),
    ("administer", &["key:admin", "admin"]),
];

fn keys(store: &ServiceStore) -> BTreeMap<&'static str, String> {
    let key = |scope: Scope| {
        let key = store.create_key(scope.code(), scope, None, 1_000).expect("room").expect("a free name");
        (scope.code(), key)
    };
    Scope::ALL.into_iter().map(key).collect()
}

/// A public and a closed site, and the keys of each.
fn guarded(public: bool) -> (Site, Arc<ServiceStore>, BTreeMap<&'static str, String>) {
    let (site, store) = site_guarded(public);
    let keys = keys(&store);
    (site, store, keys)
}

/// The status that a caller gets, who sends what their kind would send.
async fn status(site: &Site, store: &ServiceStore, keys: &BTreeMap<&str, String>, route: &Route, caller: &str) -> u16 {
    let path = route
        .path
        .replace("{id}", &site.id.to_string())
        .replace("{page}", "1")
        .replace("{job}", "1")
        .replace("{account}", "9");
    let mut headers = Vec::new();
    if let Some(scope) = caller.strip_prefix("key:") {
        headers.push(("authorization", format!("Bearer {}", keys[scope])));
    }
    let (cookie, token) = match Role::from_code(caller) {
        // Anew each time: some routes end a session.
        Some(role) => {
            let person = log_in(store, role);
            (person.cookie, person.form_token)
        }
        None => {
            let secret = "00".repeat(32);
            (format!("recto-form={secret}"), form_token(&secret))
        }
    };
    headers.push(("cookie", cookie));
    let body = format!("token={token}");
    if route.path.starts_with("/api/") {
        headers.push(("content-type", "application/json".to_owned()));
    } else if route.method == "POST" {
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
    }
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    site.send(route.method.as_str(), &path, &headers, &body).await.status.as_u16()
}

#[tokio::test]
async fn every_route_lets_in_whom_it_says_and_nobody_else() {
    for public in [true, false] {
        let (site, store, keys) = guarded(public);
        for route in table() {
            let name = format!("{} {}", route.method, route.path);
            let row = MATRIX.iter().find(|(known, _)| *known == name);
            let (_, need) = row.unwrap_or_else(|| panic!("`{name}` has no row"));
            let (_, holders) = HOLDERS.iter().find(|(known, _)| known == need).expect("a need");
            for caller in CALLERS {
                let status = status(&site, &store, &keys, &route, caller).await;
                let is_let_in = holders.contains(&caller) || (*need == "read" && public);
                let wanted = match (is_let_in, caller) {
                    (true, _) => None,
                    (false, "nobody") => Some(401),
                    (false, _) => Some(403),
                };
                let refused = [401, 403].contains(&status).then_some(status);
                assert_eq!(refused, wanted, "{name} by {caller}, public: {public}: {status}");
            }
        }
    }
    let names: Vec<String> = table().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let gone: Vec<_> = MATRIX.iter().filter(|(name, _)| !names.iter().any(|known| known == name)).collect();
    assert!(gone.is_empty(), "rows without a route: {gone:?}");
}

#[tokio::test]
async fn browsers_are_sent_to_log_in_and_programs_are_told() {
    let (site, store, _) = guarded(false);
    let html = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let answer = site.get_with("/?q=cash+transfer", &[html]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/login?next=%2F%3Fq%3Dcash%2Btransfer"));
    assert_eq!(site.get_with("/api/v1/search?q=cash", &[html]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.get("/?q=cash").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.send("POST", "/", &[html], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let person = log_in(&store, Role::Reader);
    let answer = site.get_with("/?q=cash", &[html, ("cookie", &person.cookie)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("Log out") && answer.body.contains(&person.form_token), "{}", answer.body);
    let answer = site
        .send("POST", "/api/v1/jobs", &[("cookie", &person.cookie), ("content-type", "application/json")], "{}")
        .await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (403, &"insufficient_role".into()));
}

#[tokio::test]
async fn pages_that_show_who_is_logged_in_are_kept_by_nobody() {
    let (site, store, _) = guarded(true);
    let tag = site.get("/").await.header("etag").to_owned();
    assert_eq!(site.get_with("/", &[("if-none-match", &tag)]).await.status, StatusCode::NOT_MODIFIED);
    let person = log_in(&store, Role::Reader);
    for path in ["/", "/?q=cash", "/reports", "/nonsense/../"] {
        let answer = site.get_with(path, &[("if-none-match", &tag), ("cookie", &person.cookie)]).await;
        assert_ne!(answer.status, StatusCode::NOT_MODIFIED, "{path} was kept from before");
        assert_eq!(answer.header("etag"), "", "{path}");
        assert!(answer.header("cache-control").contains("no-store"), "{path}");
    }
}

#[tokio::test]
async fn sessions_end_by_logging_out_and_by_the_clock() {
    let (site, store, _) = guarded(true);
    let person = log_in(&store, Role::Editor);
    let cookie = ("cookie", person.cookie.as_str());
    let form = ("content-type", "application/x-www-form-urlencoded");
    let is_in = async || site.get_with("/api/v1/jobs", &[cookie]).await.status == StatusCode::OK;
    assert!(is_in().await);
    for (headers, body, status, code) in [
        (vec![cookie, form], String::new(), 403, "The form cannot be accepted"),
        (vec![cookie, form], "token=x".to_owned(), 403, "The form cannot be accepted"),
        (vec![cookie, form], format!("token={0}&token={0}", person.form_token), 403, "The form cannot be accepted"),
        (vec![cookie], format!("token={}", person.form_token), 415, "another type"),
        (vec![cookie, form], format!("token={}&nonsense=1", person.form_token), 422, "nonsense"),
        (
            vec![cookie, form, ("sec-fetch-site", "cross-site")],
            format!("token={}", person.form_token),
            403,
            "another site",
        ),
        (
            vec![cookie, form, ("sec-fetch-site", "same-site")],
            format!("token={}", person.form_token),
            403,
            "another site",
        ),
        (
            vec![cookie, form, ("origin", "https://evil.example"), ("host", "localhost")],
            format!("token={}", person.form_token),
            403,
            "another site",
        ),
        (
            vec![cookie, form, ("origin", "null"), ("host", "localhost")],
            format!("token={}", person.form_token),
            403,
            "another site",
        ),
    ] {
        let answer = site.send("POST", "/logout", &headers, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{headers:?} {body}: {}", answer.body);
        assert!(answer.body.contains(code), "{headers:?} {body}: {}", answer.body);
        assert!(is_in().await, "{headers:?} {body}");
    }
    let body = format!("token={}", person.form_token);
    let headers = [cookie, form, ("origin", "http://localhost"), ("host", "localhost")];
    let answer = site.send("POST", "/logout", &headers, &body).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "{}", answer.body);
    assert!(answer.header("set-cookie").starts_with("recto=; ") && answer.header("set-cookie").contains("Max-Age=0"));
    assert!(!is_in().await, "replayed");
    let person = log_in(&store, Role::Editor);
    let cookie = ("cookie", person.cookie.as_str());
    assert_eq!(site.get_with("/api/v1/jobs", &[cookie]).await.status, StatusCode::OK);
    assert!(store.set_disabled(person.account.id, true, 0).expect("room"));
    assert_eq!(site.get_with("/api/v1/jobs", &[cookie]).await.status, StatusCode::UNAUTHORIZED);
    assert!(store.set_disabled(person.account.id, false, 0).expect("room"));
    let person = log_in(&store, Role::Editor);
    let cookie = ("cookie", person.cookie.as_str());
    assert_eq!(site.get_with("/api/v1/jobs", &[cookie]).await.status, StatusCode::OK);
    site.clock.fetch_add(SESSION_IDLE, Ordering::Relaxed);
    assert_eq!(site.get_with("/api/v1/jobs", &[cookie]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_api_takes_from_a_session_only_what_no_form_can_send() {
    let (site, store, keys) = guarded(true);
    let person = log_in(&store, Role::Editor);
    let cookie = ("cookie", person.cookie.as_str());
    let key = format!("Bearer {}", keys["ingest"]);
    let plain = ("content-type", "text/plain");
    let body = r#"{"paths":[]}"#;
    for (headers, is_let_in) in [
        (vec![cookie, plain], false),
        (vec![cookie, ("content-type", "multipart/form-data; boundary=x")], false),
        (vec![cookie, ("content-type", "application/x-www-form-urlencoded")], false),
        (vec![cookie], false),
        (vec![cookie, plain, ("x-form-token", "x")], false),
        (vec![cookie, ("content-type", "application/json"), ("sec-fetch-site", "cross-site")], false),
        (
            vec![
                cookie,
                ("content-type", "application/json"),
                ("origin", "https://evil.example"),
                ("host", "localhost"),
            ],
            false,
        ),
        (vec![cookie, ("content-type", "application/json"), ("sec-fetch-site", "same-origin")], true),
        (vec![cookie, ("content-type", "application/json")], true),
        (vec![("authorization", &key), ("content-type", "application/json"), ("origin", "https://evil.example")], true),
    ] {
        let answer = site.send("POST", "/api/v1/jobs", &headers, body).await;
        assert_eq!([403, 415].contains(&answer.status.as_u16()), !is_let_in, "{headers:?}: {}", answer.body);
    }
    let headers = [cookie, ("content-type", "application/pdf"), ("x-form-token", &person.form_token)];
    let answer = site.send("POST", "/api/v1/reports", &headers, "%PDF-1.7 handed over").await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
}

#[tokio::test]
async fn keys_that_are_not_accepted_are_refused_everywhere() {
    let (site, store, keys) = guarded(true);
    let get = async |headers: &[(&str, &str)]| site.get_with("/api/v1/search?q=cash", headers).await;
    let bearer = format!("bearer  {}", keys["search"]);
    assert_eq!(get(&[("authorization", &bearer)]).await.status, StatusCode::OK);
    assert_eq!(get(&[("x-api-key", &keys["search"])]).await.status, StatusCode::OK);
    for (name, value) in [
        ("authorization", "Bearer recto_0000"),
        ("authorization", "Basic YTpi"),
        ("authorization", "Bearer"),
        ("x-api-key", ""),
    ] {
        let answer = get(&[(name, value)]).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("invalid_key")));
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{value}");
    }
    assert!(store.revoke_key("search", 2_000).expect("room"));
    assert_eq!(get(&[("authorization", &bearer)]).await.status, StatusCode::UNAUTHORIZED, "revoked at once");
}
