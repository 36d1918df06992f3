//! The router, asked as a client would ask it, over a small library and a searcher of the tests' own.

mod access;
mod accounts;
pub(super) mod admin;
mod comments;
mod connections;
mod copies;
mod corrections;
mod desk;
mod export;
mod hub;
mod jobs;
mod landing;
mod pictures;
mod related;
mod requests;
mod suggest;
mod tls;
mod upload_page;
mod uploads;

use super::routes::router;
use super::searcher::{Pieces, Searcher};
use super::service::Service;
use super::{Clock, CommentOptions, Guard, Limits, Options, Registration, cookies, parse_base_path};
use crate::index::IndexWriter;
use crate::ingest::IngestOptions;
use crate::jobs::{Jobs, JobsConfig, Roots};
use crate::query::QueryError;
use crate::report::{About, Outcome, OutlineEntry, Page, PageStatus, Report, ReportId, Span, Statement, Statements};
use crate::search::{
    Copies, HeldReport, Hit, Holdings, IndexInfo, PageHit, PageMarks, Passage, QueryInfo, Related, Relation,
    SearchError, SearchRequest, SearchResponse, Suggestion, Suggestions, Total,
};
use crate::store::{Account, Change, FileRow, Library, ReportFacts, Role, ServiceStore, StoredPage, TextStore};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;
use tower::ServiceExt;

const HOSTILE: &str = "\"><script>alert('x')</script> \u{202E}& <img src=x onerror=alert(1)>";
/// When tests begin, in seconds since 1970.
pub(super) const NOW: i64 = 1_700_000_000;

const BYTES: &[u8] = b"%PDF-1.7 the bytes of an original, hardly a PDF at all";

/// Answers every query with the one report of the library, some queries otherwise.
struct Canned {
    id: ReportId,
    library: Arc<Library>,
}

impl Searcher for Canned {
    fn generation(&self) -> String {
        "gen-000001.7".to_owned()
    }

    fn reload(&self) -> Result<bool, SearchError> {
        Ok(false)
    }

    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        match request.q.as_str() {
            "panic" => panic!("on purpose"),
            "slow" => {
                std::thread::sleep(Duration::from_millis(500));
                Ok(response(request, vec![hit(self.id)]))
            }
            "deep" => {
                let detail = "more than 16 levels".to_owned();
                Err(QueryError { code: "query_too_deep", detail, position: 17 }.into())
            }
            "nothing" => Ok(response(request, Vec::new())),
            "copies" => Ok(response(request, copies::hits(self.id))),
            _ => Ok(response(request, vec![hit(self.id)])),
        }
    }

    /// `many` finds so many hits that they cannot all be ahead of the client; `break` ends in an error.
    fn every_hit(&self, request: SearchRequest, limit: usize) -> Result<Pieces, SearchError> {
        self.search(&request)?;
        let all = if request.q == "many" { 10_000 } else { 3 };
        let id = self.id;
        let hits = (0..all.min(limit)).map(move |_| Ok(vec![hit(id)]));
        if request.q == "break" {
            return Ok(Box::new(hits.chain(std::iter::once_with(|| Err(SearchError::Cursor)))));
        }
        Ok(Box::new(hits))
    }

    fn suggest(&self, q: &str, limit: usize) -> Result<Suggestions, SearchError> {
        let word = Suggestion::Word { text: "transfer".to_owned(), query: format!("{q}transfer"), reports: 3 };
        let url = format!("/reports/{}", self.id);
        let title = Suggestion::Title { text: HOSTILE.to_owned(), id: self.id, url };
        let suggestions = [word, title].into_iter().take(limit).collect();
        Ok(Suggestions { q: q.to_owned(), suggestions })
    }

    fn search_within(&self, request: &SearchRequest, id: ReportId) -> Result<Option<Hit>, SearchError> {
        Ok((request.q != "nothing").then(|| hit(id)))
    }

    fn copies(&self, _: ReportId) -> Result<Copies, SearchError> {
        Ok(Copies { copies: vec![copies::copy("edition", HOSTILE)], more_copies: 3 })
    }

    fn related(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, SearchError> {
        Ok(related::related(id).into_iter().take(limit).collect())
    }

    fn holdings(&self) -> Result<Holdings, SearchError> {
        let held = HeldReport {
            id: self.id,
            title: "held".to_owned(),
            added: 1_700_000_000,
            date: 20_230_500,
            contributors: vec![HOSTILE.to_owned()],
            languages: vec!["en".to_owned()],
            tags: Vec::new(),
        };
        let is_there = self.library.catalogue().has_report(self.id)?;
        Ok(Holdings::new(is_there.then_some(held).into_iter().collect()))
    }

    fn page_marks(&self, q: &str, _: ReportId, _: u32, page: &StoredPage) -> Result<PageMarks, SearchError> {
        let span = |(start, part): (usize, &str)| Span {
            start: u32::try_from(start).unwrap_or(0),
            end: u32::try_from(start + part.len()).unwrap_or(0),
        };
        Ok(PageMarks {
            spans: page.text.match_indices(q).map(span).collect(),
            pages: vec![1, 2],
            counts: vec![(1, 1), (2, 3)],
        })
    }
}

fn response(request: &SearchRequest, hits: Vec<Hit>) -> SearchResponse {
    SearchResponse {
        query: QueryInfo {
            q: request.q.clone(),
            interpreted: format!("{} AND {HOSTILE}", request.q),
            warnings: vec![HOSTILE.to_owned()],
            did_you_mean: Some(HOSTILE.to_owned()),
            relaxed: true,
        },
        total: Total { value: if hits.is_empty() { 0 } else { 128 }, relation: Relation::Eq },
        took_ms: 4,
        index: IndexInfo { generation: "gen-000001.7".to_owned(), incomplete: false },
        hits,
        facets: std::collections::BTreeMap::new(),
        next_cursor: None,
    }
}

pub(super) fn hit(id: ReportId) -> Hit {
    Hit {
        id,
        score: 7.1,
        title: HOSTILE.to_owned(),
        authors: vec![HOSTILE.to_owned()],
        date: Some("2023-05".to_owned()),
        language: Some("en\" onclick=\"x".to_owned()),
        file: format!("/library/{HOSTILE}.pdf"),
        size: 274_400,
        pages_total: 88,
        pages_searchable: 84,
        url: format!("/reports/{id}"),
        pages: vec![PageHit {
            page: 12,
            label: Some("<b>iv".to_owned()),
            score: 5.0,
            url: format!("/reports/{id}/pages/12?q=cash"),
            pdf_url: format!("/reports/{id}/file.pdf#page=12"),
            passages: vec![Passage { text: format!("A cash transfer. {HOSTILE}"), ranges: vec![[2, 15], [17, 99]] }],
            quads: Vec::new(),
            explanation: None,
        }],
        more_pages: 5,
        copies: Vec::new(),
        more_copies: 0,
        explanation: None,
    }
}

/// A library with one report of two pages and its original, and the service on it.
pub(super) struct Site {
    folder: tempfile::TempDir,
    original: PathBuf,
    pub(super) id: ReportId,
    app: Router,
    service: Arc<Service>,
    /// Seconds since 1970; tests move it.
    pub(super) clock: Arc<AtomicI64>,
}

fn report() -> Report {
    let page = |number, status, text: &str| Page {
        number,
        label: (number == 1).then(|| "iv".to_owned()),
        width: 595.0,
        height: 842.0,
        status,
        language: None,
        section: Some(HOSTILE.to_owned()),
        text: text.to_owned(),
        words: Vec::new(),
        furniture: Vec::new(),
        headings: Vec::new(),
    };
    Report {
        id: ReportId::of_bytes(BYTES),
        size: BYTES.len() as u64,
        about: About {
            title: HOSTILE.to_owned(),
            authors: vec![HOSTILE.to_owned()],
            date: Some("2023-05".to_owned()),
            language: Some("en".to_owned()),
            subject: Some(HOSTILE.to_owned()),
            keywords: vec![HOSTILE.to_owned()],
            ..About::default()
        },
        statements: Statements {
            summary: Some(Statement { text: format!("{HOSTILE}\nSecond paragraph."), page: Some(1) }),
            recommendations: vec![Statement { text: format!("Do {HOSTILE}"), page: Some(1) }],
        },
        outline: vec![OutlineEntry { title: HOSTILE.to_owned(), level: 0, page: 1 }],
        pages: vec![
            page(1, PageStatus::Text, &format!("The cash transfer\nworked. {HOSTILE}\n")),
            page(2, PageStatus::NoText, ""),
        ],
        partial: None,
    }
}

pub(super) fn site(base_path: &str) -> Site {
    site_with(base_path, patient())
}

/// Limits that a busy machine does not pass.
fn patient() -> Limits {
    let long = Duration::from_secs(60);
    Limits { search: long, reading: long, ..Limits::default() }
}

fn site_with(base_path: &str, limits: Limits) -> Site {
    site_of(base_path, limits, Options::default(), |service, _| service)
}

fn site_with_options(base_path: &str, limits: Limits, options: Options) -> Site {
    site_of(base_path, limits, options, |service, _| service)
}

/// A site with keys.
fn site_guarded(public: bool) -> (Site, Arc<ServiceStore>) {
    site_working(public, patient())
}

/// The same with other options.
fn site_guarded_with(limits: Limits, options: Options) -> (Site, Arc<ServiceStore>) {
    let mut opened = None;
    let site = site_of("", limits, options, |service, library| {
        let store = Arc::new(ServiceStore::open(library.directory()).expect("a new one"));
        opened = Some(Arc::clone(&store));
        let guard = Guard { store: Some(store), ..service.guard.clone() };
        service.guarded(guard)
    });
    (site, opened.expect("opened"))
}

/// A site with keys that reads files: those below `reports` in its folder, and what is handed over.
pub(super) fn site_working(public: bool, limits: Limits) -> (Site, Arc<ServiceStore>) {
    site_choosing(public, limits, Options::default())
}

/// A public site that takes comments as an operator chooses.
fn site_with_comments(comments: CommentOptions) -> (Site, Arc<ServiceStore>) {
    let options = Options { comments, registration: Registration::Open, ..Options::default() };
    site_choosing(true, patient(), options)
}

fn site_choosing(public: bool, limits: Limits, options: Options) -> (Site, Arc<ServiceStore>) {
    let mut opened = None;
    let site = site_of("", limits, options, |service, library| {
        // Its report was never indexed, and is not missed.
        IndexWriter::open(&library.generation_directory(), 1).and_then(IndexWriter::finish).expect("room");
        let store = Arc::new(ServiceStore::open(library.directory()).expect("a new one"));
        opened = Some(Arc::clone(&store));
        let reports = library.directory().with_file_name("reports");
        std::fs::create_dir(&reports).expect("room");
        let jobs = Jobs::start(JobsConfig {
            directory: library.directory().to_owned(),
            roots: Roots::new(&[reports]).expect("there"),
            options: IngestOptions { jobs: 1, ..IngestOptions::default() },
            recogniser: None,
            store: Arc::clone(&store),
            library: Some(Arc::clone(library)),
            watch: None,
            counted: None,
            changed: Box::new(|| {}),
        });
        let jobs = Arc::new(jobs.expect("started"));
        let guard = Guard { store: Some(store), public, ..service.guard.clone() };
        service.guarded(guard).working(Some(jobs))
    });
    (site, opened.expect("opened"))
}

fn site_of(
    base_path: &str,
    limits: Limits,
    options: Options,
    finish: impl FnOnce(Service, &Arc<Library>) -> Service,
) -> Site {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let original = folder.path().join("Bericht für 2023.pdf");
    std::fs::write(&original, BYTES).expect("written");
    let library = Library::open_for_writing(&folder.path().join("index")).expect("a new library");
    let report = report();
    let location = library.texts().append(&TextStore::encode(&report)).expect("appended");
    library.texts().sync().expect("synced");
    let file = FileRow {
        path: original.clone(),
        size: report.size,
        modified: 0,
        id: Some(report.id),
        outcome: Outcome::Indexed,
        detail: String::new(),
        reader_version: 1,
        checked: 1_700_000_000,
        vanished: None,
        name: None,
    };
    let changes = [Change::Report(ReportFacts::of(&report, None), location), Change::File(file)];
    library.catalogue().record(&changes).expect("recorded");
    let base_path = parse_base_path(base_path).expect("a good path");
    let library = Arc::new(library);
    let searcher = Arc::new(Canned { id: report.id, library: Arc::clone(&library) });
    let ingesting = Arc::new(AtomicBool::new(false));
    let service = Service::with_searcher(Arc::clone(&library), searcher, ingesting, &base_path, limits, options);
    let service = service.drawn_by(pictures::OnlyTheFirst);
    let clock = Arc::new(AtomicI64::new(NOW));
    let service = service.guarded(Guard { clock: Clock::by_hand(&clock), ..Guard::default() });
    let service = Arc::new(finish(service, &library));
    Site { folder, original, id: report.id, app: router(Arc::clone(&service)), service, clock }
}

/// Somebody who is logged in.
pub(super) struct Person {
    /// The header `cookie`.
    pub(super) cookie: String,
    /// What forms send along as `token`.
    pub(super) form_token: String,
    /// Whose account it is.
    pub(super) account: Account,
}

/// Logs somebody of this role in, who is called like it.
pub(super) fn log_in(store: &ServiceStore, role: Role) -> Person {
    let made = store.create_account(role.code(), role, Some("$argon2id$"), NOW).expect("room");
    let account = made.or_else(|| Some(store.account_named(role.code()).expect("readable")?.account)).expect("there");
    let token = store.create_session(account.id, NOW).expect("room");
    Person { cookie: format!("recto={token}"), form_token: cookies::form_token(&token), account }
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Site {
    pub(super) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, "").await
    }

    pub(super) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send_bytes(method, path, headers, body.as_bytes().to_vec()).await
    }

    /// A file below the folder whose files may be read.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("reports").join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::write(&path, bytes).expect("room");
        path
    }

    /// What is kept of files that were handed over, the names in the folder.
    fn uploads(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join("index/uploads"));
        let names = entries.into_iter().flatten().map(|entry| entry.expect("listed").file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    async fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body)).expect("a good request")).await
    }

    pub(super) fn file(&self) -> String {
        format!("/reports/{}/file.pdf", self.id)
    }
}

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

#[tokio::test]
async fn the_api_keeps_the_contract() {
    let site = site("/x");
    let id = site.id.to_string();
    let json = site.get("/x/api/v1/search?q=cash").await.json();
    assert_eq!(json["hits"][0]["id"], id.as_str());
    assert_eq!(json["hits"][0]["url"], format!("/x/reports/{id}"));
    assert_eq!(json["hits"][0]["pages"][0]["passages"][0]["ranges"][0], serde_json::json!([2, 15]));
    let body = r#"{"q":"cash","limit":5}"#;
    let answer = site.send("POST", "/x/api/v1/search", &[("content-type", "application/json")], body).await;
    assert_eq!((answer.status, &answer.json()["total"]["value"]), (StatusCode::OK, &128.into()));
    for (content_type, body, status, code) in [
        ("text/plain", "{}", 415, "unsupported_media_type"),
        ("application/json", "{", 400, "malformed_json"),
        ("application/json", "[]", 422, "invalid_parameters"),
        ("application/json; charset=utf-8", r#"{"q":"a","limit":0,"nonsense":1}"#, 422, "invalid_parameters"),
    ] {
        let answer = site.send("POST", "/x/api/v1/search", &[("content-type", content_type)], body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (status, &code.into()), "{body}");
    }
    let json = site.get("/x/api/v1/search?q=a&nonsense=1&limit=0").await.json();
    let codes = [&json["errors"][0]["code"], &json["errors"][1]["code"]];
    assert_eq!(codes, [&serde_json::json!("unknown_parameter"), &serde_json::json!("invalid_value")]);
    let large = format!("{{\"q\":\"{}\"}}", "a".repeat(70_000));
    let answer = site.send("POST", "/x/api/v1/search", &[("content-type", "application/json")], &large).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (413, &"body_too_large".into()));
    let json = site.get("/x/api/v1/search?q=deep").await.json();
    assert_eq!((&json["code"], &json["position"]), (&"query_too_deep".into(), &17.into()));
    let json = site.get("/x/api/v1/reports").await.json();
    assert_eq!((&json["total"], &json["reports"][0]["added"]), (&1.into(), &json["reports"][0]["added"]));
    assert_eq!(json["reports"][0]["pages_searchable"], 1);
    let json = site.get(&format!("/x/api/v1/reports/{id}")).await.json();
    assert_eq!(json["pages"][1]["status"], "no_text");
    let json = site.get(&format!("/x/api/v1/reports/{id}/pages/1")).await.json();
    assert!(json["text"].as_str().is_some_and(|text| text.starts_with("The cash transfer\nworked.")));
    let json = site.get("/x/api/v1/coverage").await.json();
    assert_eq!(json["pages"]["no_text"], 1);
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
async fn originals_are_sent_whole_in_ranges_or_not_again() {
    let site = site("");
    let tag = format!("\"{}\"", site.id);
    let all = String::from_utf8_lossy(BYTES).into_owned();
    let size = BYTES.len();
    let answer = site.get_with(&site.file(), &[("accept-encoding", "gzip")]).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, all.as_str()));
    for (name, wanted) in [
        ("accept-ranges", "bytes"),
        ("content-length", &size.to_string()),
        ("etag", &tag),
        ("content-encoding", ""),
        ("content-security-policy", "frame-ancestors 'none'"),
        (
            "content-disposition",
            "inline; filename=\"Bericht f_r 2023.pdf\"; filename*=UTF-8''Bericht%20f%C3%BCr%202023.pdf",
        ),
    ] {
        assert_eq!(answer.header(name), wanted, "{name}");
    }
    for (headers, status, body, range) in [
        (vec![("range", "bytes=0-3")], 206, "%PDF", format!("bytes 0-3/{size}")),
        (vec![("range", "bytes=-3")], 206, "all", format!("bytes {}-{}/{size}", size - 3, size - 1)),
        (vec![("range", "bytes=0-3"), ("if-range", tag.as_str())], 206, "%PDF", format!("bytes 0-3/{size}")),
        (vec![("range", "bytes=0-3"), ("if-range", "\"other\"")], 200, all.as_str(), String::new()),
        (vec![("range", "bytes=0-1,4-5")], 200, all.as_str(), String::new()),
        (vec![("if-none-match", tag.as_str())], 304, "", String::new()),
    ] {
        let answer = site.get_with(&site.file(), &headers).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (status, body), "{headers:?}");
        assert_eq!(answer.header("content-range"), range, "{headers:?}");
    }
    let answer = site.get_with(&site.file(), &[("range", "bytes=9999-")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-range")), (416, format!("bytes */{size}").as_str()));
    let head = site.send("HEAD", &site.file(), &[], "").await;
    assert_eq!((head.header("content-length"), head.body.as_str()), (size.to_string().as_str(), ""));
    let download = site.get(&format!("{}?download", site.file())).await;
    assert!(download.header("content-disposition").starts_with("attachment;"));
    assert!(download.header("content-security-policy").contains("sandbox"));
}

#[tokio::test]
async fn other_bytes_are_gone_and_the_same_bytes_are_not() {
    let site = site("");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::OK);
    let later = std::time::SystemTime::now() + Duration::from_secs(60);
    let touch = |bytes: &[u8]| {
        std::fs::write(&site.original, bytes).expect("written");
        let file = std::fs::File::options().write(true).open(&site.original).expect("there");
        file.set_modified(later).expect("touched");
    };
    touch(BYTES);
    assert_eq!(site.get(&site.file()).await.status, StatusCode::OK);
    touch(&BYTES.to_ascii_uppercase());
    std::fs::File::options()
        .write(true)
        .open(&site.original)
        .and_then(|file| file.set_modified(later + Duration::from_secs(1)))
        .expect("touched");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::GONE);
    touch(b"short");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::GONE);
    std::fs::remove_file(&site.original).expect("removed");
    let answer = site.get(&site.file()).await;
    assert!(answer.status == StatusCode::GONE && answer.body.contains("can still be searched"));
    std::fs::create_dir(&site.original).expect("made");
    assert_eq!(site.get(&site.file()).await.status, StatusCode::GONE);
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
