//! Ways into the library without a query, and how often it is read.

use super::{HOSTILE, Site, patient, site, site_of, site_with_options};
use crate::serve::{Guard, Options};
use crate::store::ServiceStore;
use axum::http::StatusCode;
use std::sync::Arc;

const BROWSER: (&str, &str) = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");

/// A site that counts who reads, and where it keeps the counts.
fn counting() -> (Site, Arc<ServiceStore>) {
    let mut opened = None;
    let options = Options { counts_reads: true, ..Options::default() };
    let site = site_of("", patient(), options, |service, library| {
        let store = Arc::new(ServiceStore::open(library.directory()).expect("a new one"));
        opened = Some(Arc::clone(&store));
        service.guarded(Guard { store: Some(store), ..Guard::default() })
    });
    (site, opened.expect("opened"))
}

#[tokio::test]
async fn a_list_says_what_it_shows_and_can_be_narrowed_followed_and_left_as_it_was() {
    let site = site("/x");
    let body = site.get("/x/reports?year=2020..2023&language=en&sort=-added").await.body;
    for wanted in [
        "<h1 dir=\"auto\">1 report in English from 2020 to 2023</h1>",
        "<option value=\"-added\" selected>",
        "name=\"language\" value=\"en\" checked",
        "name=\"year\" value=\"2020..2023\" checked",
        "href=\"/x/reports?sort=-added\">Clear filters",
        "title=\"1 report in English from 2020 to 2023\" href=\"/x/feed.atom?year=2020..2023&#38;language=en\"",
        "href=\"/x/feed.json?year=2020..2023&#38;language=en\"",
        "May 2023",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    let body = site.get("/x/reports?language=fr").await.body;
    assert!(body.contains("No reports in French") && body.contains("Leave out the filters"), "{body}");
    let answer = site.get("/x/reports?author=x&page=2").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
}

#[tokio::test]
async fn a_hit_leads_to_the_reports_with_its_tags() {
    let site = site("/x");
    let page = site.get("/x/?q=cash").await.body;
    assert!(page.contains("rel=\"tag\" href=\"/x/reports?tag=water+%26+"), "{page}");
    let json = site.get("/x/api/v1/search?q=cash").await.json();
    assert!(json["hits"][0]["tags"][0].as_str().is_some_and(|tag| tag.starts_with("water & ")), "{json}");
}

#[tokio::test]
async fn the_api_lists_the_same_as_the_pages() {
    let site = site("/x");
    let id = site.id.to_string();
    for (query, total) in [
        ("", 1),
        ("?sort=-added&filter%5Byear%5D=2023", 1),
        ("?filter%5Blanguage%5D=en&filter%5Blanguage%5D=fr", 1),
        ("?filter%5Bauthor%5D=nobody", 0),
        ("?offset=5", 1),
    ] {
        let json = site.get(&format!("/x/api/v1/reports{query}")).await.json();
        assert_eq!(json["total"], total, "{query}");
        let listed = json["reports"].as_array().map(Vec::len);
        assert_eq!(listed, Some(if query == "?offset=5" { 0 } else { total }), "{query}");
    }
    let json = site.get("/x/api/v1/languages").await.json();
    let expected = serde_json::json!({ "value": "en", "name": "English", "count": 1, "url": "/x/reports?language=en" });
    assert_eq!((&json["total"], &json["values"][0]), (&1.into(), &expected));
    let json = site.get("/x/api/v1/years?sort=name&limit=1").await.json();
    assert_eq!((&json["values"][0]["value"], &json["limit"]), (&"2023".into(), &1.into()));
    let json = site.get(&format!("/x/api/v1/reports/{id}")).await.json();
    assert_eq!(json["id"], id.as_str());
    let answer = site.get("/x/api/v1/reports?year=2023&sort=size").await;
    let names: Vec<_> = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let names: Vec<_> = names.iter().map(|error| error["parameter"].clone()).collect();
    assert_eq!((answer.status.as_u16(), names), (422, vec!["sort".into(), "year".into()]));
}

#[tokio::test]
async fn feeds_tell_of_new_reports_and_where_they_go_on() {
    let site = site("/x");
    let host = [("host", "library.example")];
    let (id, base) = (site.id.to_string(), "http://library.example/x");
    let answer = site.get_with("/x/feed.json?language=en", &host).await;
    let json = answer.json();
    let item = &json["items"][0];
    for (value, expected) in [
        (&json["version"], "https://jsonfeed.org/version/1.1".to_owned()),
        (&json["title"], "Recto: reports in English".to_owned()),
        (&json["feed_url"], format!("{base}/feed.json?language=en")),
        (&json["home_page_url"], format!("{base}/reports?language=en")),
        (&item["url"], format!("{base}/reports/{id}")),
        (&item["attachments"][0]["url"], format!("{base}/reports/{id}/file.pdf")),
    ] {
        assert_eq!(value, &serde_json::Value::from(expected));
    }
    assert!(item["id"].as_str().is_some_and(|id| id.starts_with("urn:uuid:")), "{item}");
    let content = item["content_html"].as_str().unwrap_or_default();
    assert!(content.contains("<p>Second paragraph.</p>") && !content.contains("<script>"), "{content}");
    assert!(json["next_url"].is_null());
    let searched = site.get_with("/x/search.jsonfeed?q=cash", &host).await.json();
    let item = &searched["items"][0];
    assert_eq!(item["tags"][0], "cash transfer");
    assert!(item["summary"].as_str().is_some_and(|summary| summary.starts_with("cash transfer")), "{item}");
    assert!(item["content_html"].as_str().is_some_and(|html| html.contains("<strong>cash transfer</strong>")));
    let atom = site.get_with("/x/feed.atom?language=en", &host).await;
    for wanted in [
        "<title>Recto: reports in English</title>".to_owned(),
        format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/feed.atom?language=en\"/>"),
        format!("<link rel=\"alternate\" type=\"text/html\" href=\"{base}/reports?language=en\"/>"),
        format!("length=\"54\" href=\"{base}/reports/{id}/file.pdf\"/>"),
        "<p>Second paragraph.</p>".to_owned(),
    ] {
        assert!(atom.body.contains(&wanted), "{wanted} is not in {}", atom.body);
    }
    assert!(!atom.body.contains("rel=\"next\"") && !atom.body.contains("<script>"), "{}", atom.body);
    let changed = atom.header("last-modified").to_owned();
    assert!(!changed.is_empty() && atom.header("etag").starts_with("W/"));
    for (name, value, status) in [
        ("if-none-match", atom.header("etag"), 304),
        ("if-modified-since", &changed, 304),
        ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("if-modified-since", "soon", 200),
    ] {
        let again = site.get_with("/x/feed.atom?language=en", &[host[0], (name, value)]).await;
        assert_eq!(again.status.as_u16(), status, "{name}: {value}");
    }
    let empty = site.get_with("/x/feed.atom?language=fr", &host).await;
    assert!(empty.status == StatusCode::OK && !empty.body.contains("<entry>"), "{}", empty.body);
    let other = site.get_with("/x/feed.atom?year=2023", &host).await;
    let feed_id = |body: &str| body.split("<id>").nth(1).and_then(|rest| rest.split('<').next()).map(str::to_owned);
    assert_ne!(feed_id(&other.body), feed_id(&atom.body), "each list is a feed of its own");
}

#[tokio::test]
async fn search_engines_are_told_what_there_is_and_what_to_leave() {
    let site = site("/x");
    let host = [("host", "library.example")];
    let index = site.get_with("/x/sitemap.xml", &host).await.body;
    assert!(
        index.contains("<loc>http://library.example/x/sitemaps/1.xml</loc><lastmod>2023-11-14T22:13:20Z"),
        "{index}"
    );
    let part = site.get_with("/x/sitemaps/1.xml", &host).await.body;
    for wanted in ["http://library.example/x/</loc>", &format!("http://library.example/x/reports/{}</loc>", site.id)] {
        assert!(part.contains(wanted), "{wanted} is not in {part}");
    }
    let robots = site.get_with("/x/robots.txt", &host).await.body;
    for wanted in
        ["User-agent: *", "Disallow: /x/?\n", "Disallow: /x/api/\n", "Sitemap: http://library.example/x/sitemap.xml"]
    {
        assert!(robots.contains(wanted), "{wanted} is not in {robots}");
    }
    let (closed, _store) = super::site_guarded(false);
    let robots = closed.get_with("/robots.txt", &host).await;
    assert_eq!((robots.status, robots.body.as_str()), (StatusCode::OK, "User-agent: *\nDisallow: /\n"));
}

#[tokio::test]
async fn readers_are_counted_and_programs_are_not() {
    let (site, store) = counting();
    let id = site.id;
    let report = format!("/reports/{id}");
    let tag = site.get(&report).await.header("etag").to_owned();
    site.send("HEAD", &report, &[BROWSER], "").await;
    site.get_with(&report, &[("user-agent", "curl/8.5.0")]).await;
    site.get_with(&report, &[BROWSER, ("if-none-match", &tag)]).await;
    site.get_with(&format!("/reports/{id}/pages/3"), &[BROWSER]).await;
    site.get_with(&format!("/api/v1/reports/{id}"), &[BROWSER]).await;
    assert_eq!(site.service.reads.of(id), 0);
    assert!(!site.get("/").await.body.contains("Most read this month"));
    for path in [report.clone(), format!("/reports/{id}/pages/1"), site.file(), report.clone()] {
        assert_eq!(site.get_with(&path, &[BROWSER]).await.status, StatusCode::OK);
        assert_eq!(site.service.reads.of(id), 1, "the same reader, {path}");
    }
    let body = site.get_with(&report, &[BROWSER]).await.body;
    assert!(body.contains("read once this month"), "{body}");
    let home = site.get("/").await;
    assert!(home.body.contains("Most read this month") && home.body.contains("read once this month"), "{}", home.body);
    assert!(store.reads_since(0).expect("readable").is_empty(), "no request waits for the disk");
    site.service.reads.save();
    assert_eq!(store.reads_since(0).expect("readable"), [(id, 1)]);
}

#[tokio::test]
async fn where_readers_are_not_to_be_counted_none_is() {
    let site = site_with_options("", patient(), Options::default());
    site.get_with(&format!("/reports/{}", site.id), &[BROWSER]).await;
    assert_eq!(site.service.reads.of(site.id), 0);
}

#[tokio::test]
async fn the_start_page_leads_to_what_there_is() {
    let site = site("");
    let answer = site.get("/").await;
    let id = site.id;
    for wanted in [
        "Newest reports",
        "Look through the library",
        "href=\"/reports?year=2023\"",
        "href=\"/reports?language=en\"><bdi>English</bdi>",
        "href=\"/contributors\">1 contributor",
        "href=\"/reports?sort=-added\"",
        "type=\"application/feed+json\"",
        &format!("src=\"/api/v1/reports/{id}/pages/1/image?width=180\""),
    ] {
        assert!(answer.body.contains(wanted), "{wanted} is not in {}", answer.body);
    }
    assert!(!answer.body.contains(HOSTILE) && !answer.body.contains("id=\"way-tags\""), "no report has a tag");
    let again = site.get_with("/", &[("if-none-match", answer.header("etag"))]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}
