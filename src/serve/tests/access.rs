//! Every route × every kind of caller.

use super::{Site, site_guarded};
use crate::serve::routes::table;
use crate::store::{Scope, ServiceStore};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::collections::BTreeMap;
use std::sync::Arc;
use tower::ServiceExt;

/// Who may, where reading is public and where it is not: `-` nobody without a key; each scope includes those before it.
const MATRIX: &[(&str, &str, &str)] = &[
    ("GET /", "anyone", "search"),
    ("GET /reports", "anyone", "search"),
    ("GET /upload", "anyone", "search"),
    ("GET /reports/{id}", "anyone", "search"),
    ("GET /reports/{id}/pages", "anyone", "search"),
    ("GET /reports/{id}/pages/{page}", "anyone", "search"),
    ("GET /reports/{id}/file.pdf", "anyone", "search"),
    ("GET /api/v1/search", "anyone", "search"),
    ("POST /api/v1/search", "anyone", "search"),
    ("GET /api/v1/suggest", "anyone", "search"),
    ("GET /api/v1/reports", "anyone", "search"),
    ("GET /api/v1/reports/{id}", "anyone", "search"),
    ("GET /api/v1/reports/{id}/pages/{page}", "anyone", "search"),
    ("GET /api/v1/reports/{id}/pages/{page}/image", "anyone", "search"),
    ("GET /api/v1/reports/{id}/related", "anyone", "search"),
    ("POST /api/v1/reports", "ingest", "ingest"),
    ("DELETE /api/v1/reports/{id}", "admin", "admin"),
    ("POST /api/v1/jobs", "ingest", "ingest"),
    ("GET /api/v1/jobs", "ingest", "ingest"),
    ("GET /api/v1/jobs/{job}", "ingest", "ingest"),
    ("DELETE /api/v1/jobs/{job}", "ingest", "ingest"),
    ("GET /api/v1/jobs/{job}/events", "ingest", "ingest"),
    ("GET /api/v1/jobs/{job}/failures", "ingest", "ingest"),
    ("GET /api/v1/coverage", "anyone", "search"),
    ("GET /healthz", "anyone", "anyone"),
    ("GET /readyz", "anyone", "anyone"),
    ("GET /metrics", "anyone", "anyone"),
    ("GET /openapi.json", "anyone", "search"),
    ("GET /docs", "anyone", "search"),
    ("GET /opensearch.xml", "anyone", "search"),
    ("GET /search.csv", "anyone", "search"),
    ("GET /search.ndjson", "anyone", "search"),
    ("GET /search.atom", "anyone", "search"),
    ("GET /opensearch/suggest", "anyone", "search"),
    ("GET /assets/recto.css", "anyone", "anyone"),
    ("GET /assets/recto.js", "anyone", "anyone"),
    ("GET /assets/icon.svg", "anyone", "anyone"),
];

/// Callers by what they hold: nothing, or a key of a scope.
const CALLERS: [&str; 4] = ["anyone", "search", "ingest", "admin"];

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

async fn status(site: &Site, method: &str, path: &str, key: Option<&str>) -> StatusCode {
    let path = path.replace("{id}", &site.id.to_string()).replace("{page}", "1").replace("{job}", "1");
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let request = request.body(Body::empty()).expect("a good request");
    site.app.clone().oneshot(request).await.expect("infallible").status()
}

#[tokio::test]
async fn every_route_lets_in_whom_it_says_and_nobody_else() {
    for public in [true, false] {
        let (site, _store, keys) = guarded(public);
        for route in table() {
            let name = format!("{} {}", route.method, route.path);
            let row = MATRIX.iter().find(|(known, ..)| *known == name);
            let (_, where_public, where_closed) = row.unwrap_or_else(|| panic!("`{name}` has no row"));
            let least = if public { where_public } else { where_closed };
            let least = CALLERS.iter().position(|caller| caller == least).expect("a caller");
            for (place, caller) in CALLERS.iter().enumerate() {
                let key = keys.get(caller).map(String::as_str);
                let status = status(&site, route.method.as_str(), route.path, key).await;
                let wanted = match (place >= least, key) {
                    (true, _) => None,
                    (false, None) => Some(StatusCode::UNAUTHORIZED),
                    (false, Some(_)) => Some(StatusCode::FORBIDDEN),
                };
                let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status).then_some(status);
                assert_eq!(refused, wanted, "{name} by {caller}, public: {public}: {status}");
            }
        }
    }
    let names: Vec<String> = table().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let gone: Vec<_> = MATRIX.iter().filter(|(name, ..)| !names.iter().any(|known| known == name)).collect();
    assert!(gone.is_empty(), "rows without a route: {gone:?}");
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
