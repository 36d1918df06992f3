//! A report's own page, and the report as a reference.

use super::{BYTES, HOSTILE, log_in, patient, report, site, site_guarded, site_with_options};
use crate::report::ReportId;
use crate::serve::Options;
use crate::store::{Change, ReportFacts, Role, TextStore};

#[tokio::test]
async fn a_reports_page_tells_what_it_is_and_where_everything_stands() {
    let site = site("/x");
    let id = site.id;
    let body = site.get_with(&format!("/x/reports/{id}"), &[("host", "library.example")]).await.body;
    let hostile = crate::serve::ui::format::plain(HOSTILE);
    let contributor: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("contributor", HOSTILE).finish();
    for wanted in [
        &format!("<li>PDF {} bytes</li>", BYTES.len()),
        "<li>2 pages</li>",
        "<li>English</li>",
        "1 of 2 pages can be searched",
        "<a href=\"#gaps\">which not</a>",
        &format!("<a rel=\"author\" href=\"/x/reports?{contributor}\">"),
        "<time datetime=\"2023-05\">May 2023</time>",
        &format!("<a href=\"/x/reports/{id}/pages/1\">Read on p. iv</a>"),
        &format!("<img src=\"/x/api/v1/reports/{id}/pages/1/image?width=360\""),
        "width=\"190\" height=\"269\"",
        &format!("<link rel=\"canonical\" href=\"http://library.example/x/reports/{id}\">"),
        &format!("<a id=\"permalink\" href=\"http://library.example/x/reports/{id}\">"),
        &format!("href=\"/x/reports/{id}/citation.bib\" download>BibTeX</a>"),
        "<span class=\"leader\"><span class=\"unseen\">page </span>iv</span>",
        "<li><bdi>7 pages</bdi></li>",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    assert!(!hostile.is_empty() && body.matches("&#60;script&#62;alert(").count() > 10, "{body}");
    let searched = site.get_with(&format!("/x/reports/{id}?q=cash"), &[("host", "library.example")]).await.body;
    assert!(searched.contains(&format!("<link rel=\"canonical\" href=\"http://library.example/x/reports/{id}\">")));
}

#[tokio::test]
async fn programs_are_told_the_same_in_the_tags_and_links_they_know() {
    let site = site("");
    let id = site.id;
    let answer = site.get_with(&format!("/reports/{id}?q=cash"), &[("host", "library.example")]).await;
    for wanted in [
        "<meta name=\"citation_title\" content=\"&#34;&#62;&#60;script&#62;",
        "<meta name=\"citation_author\" content=\"&#34;&#62;&#60;script&#62;",
        "<meta name=\"citation_publication_date\" content=\"2023/05\">",
        "<meta name=\"citation_language\" content=\"en\">",
        "<meta name=\"citation_keywords\" content=\"&#34;&#62;",
        &format!("<meta name=\"citation_abstract_html_url\" content=\"http://library.example/reports/{id}\">"),
        &format!("<meta name=\"citation_pdf_url\" content=\"http://library.example/reports/{id}/file.pdf\">"),
        &format!(
            "<meta property=\"og:image\" content=\"http://library.example/api/v1/reports/{id}/pages/1/image?width=900\">"
        ),
    ] {
        assert!(answer.body.contains(wanted), "{wanted} is not in {}", answer.body);
    }
    let links = answer.header("link");
    for wanted in [
        format!("<http://library.example/reports/{id}>; rel=\"cite-as\", "),
        format!("<http://library.example/reports/{id}/file.pdf>; rel=\"item\"; type=\"application/pdf\""),
        format!(
            "<http://library.example/reports/{id}/citation.bib>; rel=\"describedby\"; type=\"application/x-bibtex\""
        ),
        "<https://schema.org/Report>; rel=\"type\"".to_owned(),
    ] {
        assert!(links.contains(&wanted), "{wanted} is not in {links}");
    }
    let (_, data) = answer.body.split_once("<script type=\"application/ld+json\">").expect("data");
    let (data, _) = data.split_once("</script>").expect("its end");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!((&data["@type"], &data["datePublished"]), (&"Report".into(), &"2023-05".into()));
    let linked = site.get_with(&format!("/reports/{id}/citation.jsonld"), &[("host", "library.example")]).await;
    assert_eq!(linked.json(), data);
}

#[tokio::test]
async fn references_are_files_for_the_programs_that_keep_them() {
    let site = site("");
    let id = site.id;
    for (extension, content_type, beginning) in [
        ("bib", "application/x-bibtex; charset=utf-8", "@misc{"),
        ("ris", "application/x-research-info-systems; charset=utf-8", "TY  - RPRT\r\n"),
        ("json", "application/vnd.citationstyles.csl+json", "["),
        ("jsonld", "application/ld+json", "{"),
        ("txt", "text/plain; charset=utf-8", "\"><script>"),
    ] {
        let headers = [("host", "library.example")];
        let answer = site.get_with(&format!("/reports/{id}/citation.{extension}"), &headers).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, content_type), "{extension}");
        let name = answer.header("content-disposition");
        assert!(name.starts_with("attachment; filename=\"") && name.ends_with(&format!(".{extension}\"")), "{name}");
        assert!(answer.body.starts_with(beginning), "{}", answer.body);
        assert!(answer.body.contains(&format!("http://library.example/reports/{id}")), "{}", answer.body);
        let same = site.get_with(&format!("/api/v1/reports/{id}/citation?format={extension}"), &headers).await;
        assert_eq!((same.body.as_str(), same.header("content-type")), (answer.body.as_str(), content_type));
        let tag = answer.header("etag").to_owned();
        let headers = [("host", "library.example"), ("if-none-match", tag.as_str())];
        let unchanged = site.get_with(&format!("/reports/{id}/citation.{extension}"), &headers).await;
        assert_eq!(unchanged.status.as_u16(), 304);
    }
    let host = [("host", "library.example")];
    let usual = site.get_with(&format!("/api/v1/reports/{id}/citation"), &host).await;
    assert_eq!(usual.json()[0]["issued"]["date-parts"], serde_json::json!([[2023, 5]]));
    for (path, status) in [
        (format!("/api/v1/reports/{id}/citation?format=exe"), 422),
        (format!("/api/v1/reports/{id}/citation?form=bib"), 422),
        (format!("/reports/{id}/citation.bib?x=1"), 422),
        (format!("/reports/{id}/citation.exe"), 404),
        (format!("/reports/{}/citation.bib", crate::report::ReportId([0; 16])), 404),
    ] {
        assert_eq!(site.get_with(&path, &host).await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn whole_addresses_are_those_the_operator_says() {
    let options = Options { public_url: Some("https://library.example".to_owned()), ..Options::default() };
    let site = site_with_options("/x", patient(), options);
    let id = site.id;
    for path in [format!("/x/reports/{id}"), format!("/x/reports/{id}/citation.ris"), "/x/opensearch.xml".to_owned()] {
        let body = site.get_with(&path, &[("host", "evil.example")]).await.body;
        assert!(body.contains("https://library.example/x/") && !body.contains("evil.example"), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_removed_report_is_gone_and_says_nothing_of_what_it_was() {
    let site = site("/x");
    let id = site.id;
    let unknown = site.get(&format!("/x/reports/{}", crate::report::ReportId([0; 16]))).await;
    assert_eq!(unknown.status.as_u16(), 404);
    assert!(site.service.library().catalogue().withdraw(id, None, 5).expect("room"));
    for path in ["", "/pages/1", "/pages?page=1", "/file.pdf", "/citation.bib?"] {
        let answer = site.get_with(&format!("/x/reports/{id}{path}"), &[("host", "localhost")]).await;
        assert_eq!(answer.status.as_u16(), 410, "{path}: {}", answer.body);
        for wanted in
            ["This report was removed", "<form class=\"search\" role=\"search\" action=\"/x/\"", "\"/x/contributors\""]
        {
            assert!(answer.body.contains(wanted), "{path}: {wanted} is not in {}", answer.body);
        }
        assert!(!answer.body.contains("alert("), "{path}: {}", answer.body);
    }
    for path in ["", "/pages/1", "/pages/1/image", "/related", "/citation"] {
        let answer = site.get_with(&format!("/x/api/v1/reports/{id}{path}"), &[("host", "localhost")]).await;
        let told = (answer.status.as_u16(), answer.json()["code"].clone());
        assert_eq!(told, (410, "report_removed".into()), "{path}");
    }
}

#[tokio::test]
async fn a_report_that_was_handed_over_is_gone_with_its_file_until_it_comes_back() {
    let (site, store) = site_guarded(true);
    let (id, path) = (site.id, format!("/reports/{}", site.id));
    let catalogue = site.service.library().catalogue();
    let row = catalogue.file(&site.original).expect("readable").expect("there");
    assert!(catalogue.withdraw(id, Some(&site.original), 5).expect("room"));
    assert_eq!(catalogue.file(&site.original).expect("readable"), None, "nothing tells of it any more");
    assert_eq!(site.get(&path).await.status.as_u16(), 410);
    let answer = site.get(&format!("/api/v1{path}")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (410, &"report_removed".into()));
    let editor = log_in(&store, Role::Editor);
    for path in [format!("{path}/edit"), format!("{path}/comments"), format!("/api/v1{path}/corrections")] {
        let answer = site.get_with(&path, &[("cookie", &editor.cookie)]).await;
        assert_eq!(answer.status.as_u16(), 410, "{path}: {}", answer.body);
    }
    let never = ReportId([0; 16]);
    assert!(!catalogue.withdraw(never, None, 6).expect("room"), "there was none");
    assert_eq!(site.get(&format!("/reports/{never}")).await.status.as_u16(), 404);
    catalogue.readmit(id).expect("room");
    let location = site.service.library().texts().append(&TextStore::encode(&report())).expect("appended");
    let back = [Change::Report(ReportFacts::of(&report(), None), location), Change::File(row)];
    catalogue.record(&back).expect("recorded");
    assert_eq!(site.get(&path).await.status.as_u16(), 200);
    catalogue.remove_reports(&[id]).expect("forgotten with its file");
    assert_eq!(site.get(&path).await.status.as_u16(), 404, "nobody had it removed this time");
}

#[tokio::test]
async fn contributors_are_listed_with_the_way_to_their_reports() {
    let site = site("/x");
    let body = site.get("/x/contributors?q=alert").await.body;
    for wanted in [
        "<h1>1 contributor</h1>",
        "value=\"alert\"",
        "<h2 id=\"letter-1\">S</h2>",
        "href=\"/x/reports?contributor=%22%3E%3Cscript%3E",
        "<bdi>&#34;&#62;&#60;script&#62;",
        "<span class=\"count\">1 report</span>",
    ] {
        assert!(body.contains(wanted), "{wanted} is not in {body}");
    }
    assert!(!body.contains("<script>") && !body.contains("\u{202E}"), "{body}");
    assert!(site.get("/x/contributors?q=nobody").await.body.contains("No contributor is called so"));
    let answer = site.get("/x/api/v1/contributors?limit=2").await;
    let json = answer.json();
    assert_eq!((&json["total"], &json["offset"], &json["limit"]), (&1.into(), &0.into(), &2.into()));
    assert_eq!((&json["contributors"][0]["name"], &json["contributors"][0]["reports"]), (&HOSTILE.into(), &1.into()));
    let url = json["contributors"][0]["url"].as_str().unwrap_or_default();
    let list = site.get(url).await;
    assert!(list.body.contains("1 report by"), "{}", list.body);
    let tag = answer.header("etag").to_owned();
    let again = site.get_with("/x/api/v1/contributors?limit=2", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status.as_u16(), 304);
    for parameters in ["offset=-1", "name=x", "q=a&q=b"] {
        for place in ["/x/api/v1/contributors", "/x/contributors"] {
            assert_eq!(site.get(&format!("{place}?{parameters}")).await.status.as_u16(), 422, "{place}?{parameters}");
        }
    }
    assert_eq!(site.get("/x/api/v1/contributors?limit=1001").await.status.as_u16(), 422);
}
