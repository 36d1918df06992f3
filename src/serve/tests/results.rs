//! The pages of results and reports: what they say, and that nothing on them becomes markup.

use super::{HOSTILE, site};

#[tokio::test]
async fn nothing_from_a_report_or_a_query_becomes_markup() {
    let site = site("");
    let id = site.id;
    let query: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    for path in [
        format!("/?q={query}&author={query}&from=2000"),
        format!("/?q={query}&offset={query}"),
        "/?q=nothing".to_owned(),
        "/".to_owned(),
        "/reports".to_owned(),
        format!("/reports?contributor={query}"),
        "/languages".to_owned(),
        format!("/reports/{id}"),
        format!("/reports/{id}?q={query}"),
        format!("/reports/{id}/pages/1?q={query}"),
        format!("/{query}"),
    ] {
        let body = site.get(&path).await.body;
        assert!(body.contains("</html>"), "{path}");
        for markup in ["<script>", "<img src=x", "onclick=\"", "\u{202E}", "<b>", "style="] {
            assert!(!body.contains(markup), "{path} has {markup} in {body}");
        }
    }
}

#[tokio::test]
async fn results_say_what_was_found_where_and_mark_it() {
    let site = site("");
    let body = site.get("/?q=cash&language=en").await.body;
    let id = site.id;
    for wanted in [
        "<h1><span role=\"status\">128 reports</span></h1>",
        "A <mark>cash transfer</mark>. ",
        "4 of 88 pages not searchable",
        "(274.4 KB)",
        "(12 of 88)",
        "5 more pages match",
        "May 2023",
        "Did you mean",
        "No report has all of these words",
        &format!("href=\"/reports/{id}/pages/12?q=cash&#38;language=en#match\""),
        &format!("href=\"/reports/{id}/file.pdf#page=12\""),
        "href=\"/?q=cash&#38;language=en&#38;offset=10\"",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    let body = site.get("/?q=nothing+here").await.body;
    assert!(body.contains("128 reports"));
    let body = site.get("/?q=nothing").await.body;
    assert!(body.contains("No reports") && body.contains("Check the spelling"), "{body}");
    let body = site.get("/?q=deep").await.body;
    assert!(body.contains("value=\"deep\"") && body.contains("byte 17"), "{body}");
    let body = site.get(&format!("/reports/{id}/pages/1?q=cash+transfer%0Aworked")).await.body;
    assert!(body.contains("The <mark>cash transfer worked</mark>."), "{body}");
    assert!(body.contains("p. iv (1 of 2)") && body.contains("Next page"), "{body}");
    assert!(body.contains("2 pages match") && body.contains("id=\"next-match\""), "{body}");
    let body = site.get(&format!("/reports/{id}?q=cash")).await.body;
    assert!(body.contains("6 pages match") && body.contains("A <mark>cash transfer</mark>. "), "{body}");
    assert!(site.get(&format!("/reports/{id}?q=nothing")).await.body.contains("No page matches"));
    let body = site.get(&format!("/reports/{id}/pages/2")).await.body;
    assert!(body.contains("no text: blank, or a picture"), "{body}");
}
