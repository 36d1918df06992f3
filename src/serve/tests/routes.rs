//! Every route: its status, its kind, its headers, whatever it lies under.

use super::site;
use crate::report::ReportId;
use axum::http::StatusCode;

#[tokio::test]
async fn every_route_answers_and_every_answer_is_secured() {
    let site = site("");
    let id = site.id;
    for (path, status, content_type) in [
        ("/".to_owned(), 200, "text/html"),
        ("/?q=cash".to_owned(), 200, "text/html"),
        ("/?q=deep".to_owned(), 400, "text/html"),
        ("/?q=cash&offset=many".to_owned(), 422, "text/html"),
        ("/reports".to_owned(), 200, "text/html"),
        ("/reports?offset=-1".to_owned(), 422, "text/html"),
        (format!("/reports/{id}"), 200, "text/html"),
        (format!("/reports/{id}/pages/1"), 200, "text/html"),
        (format!("/reports/{id}/pages/3"), 404, "text/html"),
        (format!("/reports/{id}/pages/0"), 404, "text/html"),
        (format!("/reports/{}", ReportId([0; 16])), 404, "text/html"),
        ("/reports/..%2f..%2fetc%2fpasswd".to_owned(), 404, "text/html"),
        (format!("/reports/{id}/file.pdf"), 200, "application/pdf"),
        ("/api/v1/search?q=cash".to_owned(), 200, "application/json"),
        ("/api/v1/search?q=deep".to_owned(), 400, "application/problem+json"),
        ("/api/v1/search?q=panic".to_owned(), 500, "application/problem+json"),
        ("/api/v1/search?q=a&nonsense=1".to_owned(), 422, "application/problem+json"),
        ("/api/v1/reports".to_owned(), 200, "application/json"),
        ("/api/v1/reports?limit=0".to_owned(), 422, "application/problem+json"),
        (format!("/api/v1/reports/{id}"), 200, "application/json"),
        ("/api/v1/reports/nonsense".to_owned(), 404, "application/problem+json"),
        (format!("/api/v1/reports/{id}/pages/2"), 200, "application/json"),
        (format!("/api/v1/reports/{id}/pages/x"), 404, "application/problem+json"),
        (format!("/api/v1/reports/{id}/pages/2/image"), 422, "application/problem+json"),
        (format!("/api/v1/reports/{id}/pages/1/image"), 200, "image/png"),
        (format!("/api/v1/reports/{id}/pages/1/image?width=0"), 422, "application/problem+json"),
        (format!("/api/v1/reports/{id}/pages/3/image?width=900"), 404, "application/problem+json"),
        ("/api/v1/coverage".to_owned(), 200, "application/json"),
        ("/api/nonsense".to_owned(), 404, "application/problem+json"),
        ("/nonsense".to_owned(), 404, "text/html"),
        ("/healthz".to_owned(), 200, "application/json"),
        ("/readyz".to_owned(), 200, "application/json"),
        ("/opensearch.xml".to_owned(), 200, "application/opensearchdescription+xml"),
        ("/years".to_owned(), 200, "text/html"),
        ("/languages?sort=size".to_owned(), 422, "text/html"),
        ("/tags".to_owned(), 200, "text/html"),
        ("/api/v1/years".to_owned(), 200, "application/json"),
        ("/api/v1/tags?limit=0".to_owned(), 422, "application/problem+json"),
        ("/api/v1/languages".to_owned(), 200, "application/json"),
        ("/feed.atom".to_owned(), 200, "application/atom+xml"),
        ("/feed.json".to_owned(), 200, "application/feed+json"),
        ("/feed.json?sort=title".to_owned(), 422, "text/html"),
        ("/search.jsonfeed?q=cash".to_owned(), 200, "application/feed+json"),
        ("/sitemap.xml".to_owned(), 200, "application/xml"),
        ("/sitemaps/1.xml".to_owned(), 200, "application/xml"),
        ("/sitemaps/2.xml".to_owned(), 404, "text/html"),
        ("/sitemaps/0.xml".to_owned(), 404, "text/html"),
        ("/sitemaps/x".to_owned(), 404, "text/html"),
        ("/robots.txt".to_owned(), 200, "text/plain"),
        ("/assets/recto.css".to_owned(), 200, "text/css"),
        ("/assets/recto.js".to_owned(), 200, "text/javascript"),
        ("/assets/icon.svg".to_owned(), 200, "image/svg+xml"),
        ("/api/v1/suggest?q=tra".to_owned(), 200, "application/json"),
        ("/api/v1/suggest?q=tra&limit=0".to_owned(), 422, "application/problem+json"),
        ("/search.csv?q=cash".to_owned(), 200, "text/csv"),
        ("/search.ndjson?q=cash".to_owned(), 200, "application/x-ndjson"),
        ("/search.ndjson?q=deep".to_owned(), 400, "text/html"),
        ("/search.csv?q=cash&nonsense=1".to_owned(), 422, "text/html"),
        ("/search.atom?q=cash".to_owned(), 200, "application/atom+xml"),
        ("/opensearch/suggest?q=tra".to_owned(), 200, "application/x-suggestions+json"),
        (format!("/?q={}", "a".repeat(9000)), 414, "text/html"),
    ] {
        let answer = site.get_with(&path, &[("host", "localhost:8080")]).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
        assert!(answer.header("content-type").starts_with(content_type), "{path}: {}", answer.header("content-type"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        let head = site.send("HEAD", &path, &[("host", "localhost:8080")], "").await;
        assert_eq!((head.status, head.body.as_str()), (answer.status, ""), "{path}");
    }
    assert_eq!(site.send("DELETE", "/reports", &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn unchanged_answers_are_not_sent_again() {
    let site = site("");
    for path in ["/?q=cash", "/reports", "/years", "/api/v1/search?q=cash", "/api/v1/reports", "/api/v1/years"] {
        let tag = site.get(path).await.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        let answer = site.get_with(path, &[("if-none-match", &tag)]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        assert_eq!(answer.header("etag"), tag, "{path}");
    }
}

#[tokio::test]
async fn everything_works_under_a_base_path() {
    let site = site("/recto");
    let body = site.get("/recto/?q=cash").await.body;
    assert!(!body.contains("href=\"/reports") && !body.contains("action=\"/\""), "{body}");
    let stylesheet = body.split("href=\"").find(|part| part.starts_with("/recto/assets/recto.css?v=")).expect("a link");
    let stylesheet = stylesheet.split('"').next().expect("an address");
    assert!(site.get(stylesheet).await.header("cache-control").contains("immutable"));
    let answer = site.get("/recto").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (308, "/recto/"));
    assert_eq!(site.get("/").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_are_compressed_and_panics_leave_the_service_alive() {
    let site = site("");
    assert_eq!(site.get_with("/", &[("accept-encoding", "gzip")]).await.header("content-encoding"), "gzip");
    for _ in 0..3 {
        let answer = site.get("/?q=panic").await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.body.contains(answer.header("x-request-id")));
    }
    assert_eq!(site.get("/?q=cash").await.status, StatusCode::OK);
}
