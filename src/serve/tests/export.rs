//! Searches in other forms: every hit as rows, and a feed.

use super::{HOSTILE, Limits, site, site_with};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use std::time::Duration;
use tower::ServiceExt;

#[tokio::test]
async fn every_hit_is_sent_in_rows() {
    let site = site("/x");
    let hits = site.get("/x/api/v1/search?q=cash").await.json()["hits"].clone();
    let answer = site.get("/x/search.ndjson?q=cash").await;
    let lines: Vec<serde_json::Value> =
        answer.body.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(lines, [hits[0].clone(), hits[0].clone(), hits[0].clone()]);
    assert_eq!(site.get("/x/search.ndjson?q=cash&limit=2").await.body.lines().count(), 2);
    assert_eq!(site.get("/x/search.ndjson?q=many").await.body.lines().count(), 10_000);
    assert_eq!(site.get("/x/search.ndjson?q=many&limit=5000").await.body.lines().count(), 5_000);
    let csv = site.get("/x/search.csv?q=cash").await;
    assert!(csv.body.starts_with("id,title,authors,date,"), "{}", csv.body);
    assert_eq!(csv.body.lines().count(), 4);
    assert!(csv.header("content-disposition").starts_with("attachment"));
    let tag = csv.header("etag").to_owned();
    assert_eq!(site.get_with("/x/search.csv?q=cash", &[("if-none-match", &tag)]).await.status.as_u16(), 304);
    for wrong in ["limit=0", "limit=x", "limit=1&limit=2", "limit=0&nonsense=1"] {
        let answer = site.get(&format!("/x/search.csv?{wrong}")).await;
        assert_eq!(answer.status.as_u16(), 422, "{wrong}");
    }
}

#[tokio::test]
async fn an_export_that_fails_does_not_look_whole_and_one_that_is_not_read_is_let_go() {
    let limits = Limits { exports: 1, export_stall: Duration::from_millis(50), ..Limits::default() };
    let site = site_with("", limits);
    let open = async |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).expect("a good request");
        site.app.clone().oneshot(request).await.expect("infallible")
    };
    assert!(open("/search.ndjson?q=break").await.into_body().collect().await.is_err());
    // A place is given back a moment after its client has read to the end.
    let patiently = async |path: &str| {
        for _ in 0..500 {
            let response = open(path).await;
            if response.status().as_u16() == 200 {
                return response;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("its place was not given back");
    };
    let stalled = patiently("/search.ndjson?q=many").await;
    let refused = open("/search.csv?q=cash").await;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (503, true));
    patiently("/search.csv?q=cash").await;
    assert!(stalled.into_body().collect().await.is_err(), "rows are missing, and nothing says so");
}

#[tokio::test]
async fn a_search_is_a_feed_whose_entries_name_words_and_pages() {
    let site = site("/x");
    let host = [("host", "library.example")];
    let answer = site.get_with("/x/search.atom?q=cash&filter%5Blanguage%5D=en", &host).await;
    let id = site.id.to_string();
    for wanted in [
        "<title>Recto: cash</title>",
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"http://library.example/x/search.atom?q=cash&#38;filter",
        "<link rel=\"alternate\" type=\"text/html\" href=\"http://library.example/x/?q=cash&#38;language=en\"/>",
        &format!("<link rel=\"alternate\" type=\"text/html\" href=\"http://library.example/x/reports/{id}\"/>"),
        &format!("<a href=\"http://library.example/x/reports/{id}/pages/12?q=cash\">"),
        "<category term=\"cash transfer\"/>",
        "<summary>cash transfer",
        "(12 of 88)</summary>",
        "<strong>cash transfer</strong>",
        "<published>2023-05-01T00:00:00Z</published>",
        &format!("<id>urn:uuid:{}-", &id[..8]),
    ] {
        assert!(answer.body.contains(wanted), "{wanted} is not in {}", answer.body);
    }
    assert!(!answer.body.contains(HOSTILE) && !answer.body.contains("<script>") && !answer.body.contains('\u{202e}'));
    let ids = |body: &str| body.split("<id>").nth(1).map(|rest| rest.split('<').next().unwrap_or("").to_owned());
    let other = site.get_with("/x/search.atom?filter%5Blanguage%5D=en&q=cash&limit=5", &host).await;
    assert_eq!(ids(&other.body), ids(&answer.body), "the same search");
    let other = site.get_with("/x/search.atom?q=cash", &host).await;
    assert_ne!(ids(&other.body), ids(&answer.body), "another search");
}

#[tokio::test]
async fn results_lead_to_their_other_forms() {
    let site = site("/x");
    let body = site.get("/x/?q=cash&language=en&section=Findings&from=2000").await.body;
    for form in ["csv", "ndjson", "atom"] {
        let address = format!(
            "/x/search.{form}?q=cash&#38;filter%5Blanguage%5D=en&#38;filter%5Bsection%5D=Findings\
            &#38;filter%5Byear%5D=2000.."
        );
        assert!(body.contains(&format!("href=\"{address}\">")), "{form}: {body}");
        assert!(body.contains("<link rel=\"alternate\""), "{body}");
    }
}

#[tokio::test]
async fn rows_are_whole_when_they_are_compressed() {
    let site = site("");
    for path in ["/search.csv?q=cash", "/search.ndjson?q=cash", "/search.ndjson?q=many"] {
        for _ in 0..5 {
            let answer = site.get_with(path, &[("accept-encoding", "gzip")]).await;
            assert_eq!(answer.header("content-encoding"), "gzip", "{path}");
            assert!(!answer.body.is_empty(), "{path}");
        }
    }
}
