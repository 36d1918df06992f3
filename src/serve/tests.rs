//! The router, asked as a client would ask it, over a small library and a searcher of the tests' own.

mod access;
mod accounts;
pub(super) mod admin;
mod canned;
mod comments;
mod connections;
mod contract;
mod copies;
mod corrections;
mod desk;
mod export;
mod hub;
mod jobs;
mod landing;
mod originals;
mod pictures;
mod related;
mod requests;
mod results;
mod routes;
mod suggest;
mod tls;
mod upload_page;
mod uploads;

use super::routes::router;
use super::service::Service;
use super::{Clock, CommentOptions, Guard, Limits, Options, Registration, cookies, parse_base_path};
use crate::index::IndexWriter;
use crate::ingest::IngestOptions;
use crate::jobs::{Jobs, JobsConfig, Roots};
use crate::report::{About, Outcome, OutlineEntry, Page, PageStatus, Report, ReportId, Statement, Statements};
use crate::store::{Account, Change, FileRow, Library, ReportFacts, Role, ServiceStore, TextStore};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use canned::Canned;
use http_body_util::BodyExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;
use tower::ServiceExt;

pub(super) use canned::hit;

const HOSTILE: &str = "\"><script>alert('x')</script> \u{202E}& <img src=x onerror=alert(1)>";
/// When tests begin, in seconds since 1970.
pub(super) const NOW: i64 = 1_700_000_000;

const BYTES: &[u8] = b"%PDF-1.7 the bytes of an original, hardly a PDF at all";

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
            is_elsewhere: false,
            take_away: None,
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
