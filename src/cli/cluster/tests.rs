//! A library on many machines from the files to the answers: read by a worker, it answers as one in a data directory.

use super::Cluster;
use crate::cli::config::{EngineConfig, EngineKind};
use crate::ingest::fleet::{self, Ends, FleetOptions, Shelf as _};
use crate::ingest::{IngestOptions, Silent, ingest};
use crate::queue::Pace;
use crate::quickwit::tests::engine::Engine as Kept;
use crate::report::{Correction, Reason, ReportId};
use crate::search::remote::{Refresh, Refreshed};
use crate::search::{Engine, SearchRequest};
use crate::serve::{Drawing, Guard, Limits, Options, State, serve};
use crate::store::{DatabaseServer, Library, Role, Scope, StoreError, seconds_now};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const QUERIES: [&str; 12] = [
    "",
    "schools",
    "energy efficiency",
    "\"energy efficiency\"",
    "eau potable",
    "klima*",
    "recommendations -energy",
    "universities OR water",
    "lang:de",
    "scholls~",
    "page:1 council",
    "nothingofthekind",
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The fixtures, and each of them again in other bytes with the same text, in this folder.
fn read_options(again: &Path) -> IngestOptions {
    IngestOptions { paths: vec![fixtures(), again.to_owned()], jobs: 2, ..IngestOptions::default() }
}

/// Writes them there.
fn write_again(again: &Path) {
    std::fs::create_dir(again).expect("room");
    for file in std::fs::read_dir(fixtures()).expect("fixtures") {
        let path = file.expect("listed").path();
        if path.extension().is_some_and(|extension| extension == "pdf") {
            let mut bytes = std::fs::read(&path).expect("there");
            bytes.extend_from_slice(b"\n% again\n");
            std::fs::write(again.join(path.file_name().expect("a name")), bytes).expect("room");
        }
    }
}

pub(super) fn config(server: &DatabaseServer, kept: &Kept, storage: &str) -> EngineConfig {
    let url = Value::from(server.database("everything"));
    EngineConfig {
        kind: EngineKind::Quickwit,
        search_urls: vec![kept.url().to_owned()],
        ingest_urls: vec![kept.url().to_owned()],
        database_url: serde_json::from_value(url).expect("an address"),
        storage: storage.to_owned(),
        search_ms: 20_000,
        ..EngineConfig::default()
    }
}

/// Has a worker read what the options name, and make the list of words.
pub(super) fn fill(cluster: &Cluster, own: &Path, read_options: &dyn Fn() -> IngestOptions) {
    let queue = cluster.queue("offers").expect("connects");
    fleet::enqueue(&queue, None, &read_options(), own).expect("offers");
    let shelf = cluster.shelf(own, "worker").expect("a shelf");
    shelf.indexes.ensure(super::PARTITIONS).expect("makes the indexes");
    let poll = Duration::from_millis(20);
    let options = FleetOptions {
        ends: Ends::WhenNothingIsLeft,
        pace: Pace { poll, ..Pace::default() },
        ..FleetOptions::new(read_options(), "worker".to_owned())
    };
    let stop = AtomicBool::new(false);
    let worked = fleet::work(&options, &shelf, &|| cluster.queue("worker"), &Silent, &stop).expect("works");
    assert!(worked.indexed > 8, "{worked:?}");
    let library = cluster.library(own, "words").expect("opens");
    let words = cluster.vocabularies().refresh(&library, &queue, Refresh::WhenWorthIt, || true);
    assert!(matches!(words, Ok(Refreshed::Made(_))), "{words:?}");
}

/// What a search finds, whatever its order: the title, the pages found, and of how many.
fn found(engine: &Engine, q: &str) -> (u64, BTreeMap<ReportId, (String, Vec<u32>)>) {
    let pairs = [("q", q), ("limit", "100"), ("pages", "5")];
    let request = SearchRequest::from_pairs(pairs).expect("a request");
    let response = engine.search(&request).expect("answers");
    let pages = |hit: &crate::search::Hit| {
        let mut pages: Vec<u32> = hit.pages.iter().map(|page| page.page).collect();
        pages.sort_unstable();
        pages
    };
    let hits = response.hits.iter().map(|hit| (hit.id, (hit.title.clone(), pages(hit))));
    (response.total.value, hits.collect())
}

/// Serves a library from a thread that ends with the process; gives its address.
fn served(library: Arc<Library>, engine: Engine, guard: Guard) -> SocketAddr {
    let state = State {
        library,
        engine: Arc::new(engine),
        ingesting: Arc::default(),
        base_path: String::new(),
        guard,
        drawing: Drawing::default(),
        limits: Limits::default(),
        options: Options::default(),
        jobs: None,
    };
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
            serve(listener, state, std::future::pending()).await.expect("serves");
        });
    });
    told.recv().expect("it listens")
}

/// Head and body of an answer.
fn get(address: SocketAddr, path: &str) -> (String, String) {
    ask(address, "GET", path, "", "")
}

/// The same of a request with another line in its head and a body.
fn ask(address: SocketAddr, method: &str, path: &str, line: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("connects");
    let length = body.len();
    let head = format!("host: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{line}");
    write!(stream, "{method} {path} HTTP/1.1\r\n{head}\r\n{body}").expect("asks");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

/// The JSON at a path, without what is of the day and the process.
fn json(address: SocketAddr, path: &str) -> Value {
    let (head, body) = get(address, path);
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head} {body}");
    let body = if head.contains("chunked") { body.split("\r\n").nth(1).unwrap_or_default() } else { &body };
    let mut json: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error} {body}"));
    if let Some(object) = json.as_object_mut() {
        object.remove("added");
    }
    json
}

/// Two services of one library have the same keys, accounts and comments; gives what comments once more.
fn comment_across(cluster: &Cluster, services: [SocketAddr; 2], id: ReportId) -> impl Fn() -> (String, String) + use<> {
    let store = cluster.service("accounts").expect("connects");
    let key = store.create_key("a key", Scope::Admin, None, seconds_now()).expect("room").expect("free");
    let ada = store.create_account("Ada", Role::Admin, Some("hash"), seconds_now()).expect("room").expect("free");
    let session = store.create_session(ada.id, seconds_now()).expect("room");
    let cookie = format!("cookie: recto={session}\r\ncontent-type: application/json\r\n");
    let path = format!("/api/v1/reports/{id}/comments");
    for [service, other] in [services, [services[1], services[0]]] {
        let (head, body) = get(service, "/api/v1/accounts");
        assert!(head.starts_with("HTTP/1.1 401"), "{head} {body}");
        let (head, body) = ask(service, "GET", "/api/v1/accounts", &format!("authorization: Bearer {key}\r\n"), "");
        assert!(head.starts_with("HTTP/1.1 200") && body.contains("\"Ada\""), "{head} {body}");
        let text = format!("Said to {service}");
        let (head, body) = ask(service, "POST", &path, &cookie, &format!("{{\"text\":\"{text}\"}}"));
        assert!(head.starts_with("HTTP/1.1 201"), "{head} {body}");
        let (head, body) = ask(other, "GET", &path, &cookie, "");
        assert!(head.starts_with("HTTP/1.1 200") && body.contains(&text), "{head} {body}");
    }
    move || ask(services[0], "POST", &path, &cookie, "{\"text\":\"Once more\"}")
}

#[test]
fn a_library_on_many_machines_answers_as_one_in_a_data_directory() {
    let Some(server) = DatabaseServer::start() else { return };
    let kept = Kept::start();
    let directory = tempfile::tempdir().expect("a directory");
    let [within, own, shared] = ["within", "own", "shared"].map(|name| directory.path().join(name));
    for folder in [&own, &shared] {
        std::fs::create_dir(folder).expect("room");
    }
    let cluster = Cluster::new(&config(&server, &kept, &shared.display().to_string()), "a test").expect("settings");
    let again = directory.path().join("again");
    write_again(&again);
    let read_options = || read_options(&again);
    fill(&cluster, &own, &read_options);
    let (library, engine, _followed) =
        cluster.open(cluster.library(&own, "serve").expect("connects"), "serve").expect("opens");

    let writer = Library::open_for_writing(&within).expect("room");
    ingest(&writer, &read_options(), &Silent, &AtomicBool::new(false)).expect("reads");
    drop(writer);
    let library_within = Arc::new(Library::open_for_reading(&within).expect("opens"));
    let engine_within = Engine::open(Arc::clone(&library_within)).expect("opens");

    for q in QUERIES {
        assert_eq!(found(&engine, q), found(&engine_within, q), "{q}");
    }
    // Indexes that were lost are made again from the texts.
    let shelf = cluster.shelf(&own, "worker").expect("a shelf");
    let indexes = [&shelf.indexes.reports, &shelf.indexes.pages];
    indexes.iter().for_each(|index| shelf.indexes.quickwit.delete_index(index).expect("deletes"));
    shelf.indexes.ensure(super::PARTITIONS).expect("makes the indexes");
    assert!(cluster.status("status").troubles()[0].starts_with("index: the engine has 0 of "));
    let sent = cluster.refill(&library, "rebuild", &|_| (), &AtomicBool::new(false)).expect("sends");
    assert!(sent.sent > 8 && sent.lost.is_empty() && sent.incomplete.is_empty(), "{sent:?}");
    assert!(cluster.status("status").can_search());
    for q in QUERIES {
        assert_eq!(found(&engine, q), found(&engine_within, q), "{q}");
    }

    let coverages = [&library, &library_within].map(|library| library.catalogue().coverage().expect("counts"));
    assert_eq!(coverages[0], coverages[1]);
    assert!(coverages[0].reports > 8 && !coverages[0].failures.is_empty(), "{:?}", coverages[0]);

    let rows = library_within.catalogue().reports_after(None, 100).expect("listed");
    let mut near = 0;
    for row in &rows {
        let [own, others] = [&engine, &engine_within].map(|engine| engine.copies(row.id).expect("answers"));
        assert_eq!(own, others, "{}", row.title);
        near += own.copies.len();
    }
    assert!(near > 8, "{near} near-copies");

    let guard = |name: &str| {
        let store = Some(Arc::new(cluster.service(name).expect("connects")));
        Guard { store, public: true, ..Guard::default() }
    };
    let elsewhere = served(library, engine, guard("serve"));
    let within = served(library_within, engine_within, Guard { public: true, ..Guard::default() });
    for row in &rows {
        let id = row.id;
        for path in [format!("/api/v1/reports/{id}"), format!("/api/v1/reports/{id}/pages/1")] {
            assert_eq!(json(elsewhere, &path), json(within, &path), "{path}");
        }
        let (head, page) = get(elsewhere, &format!("/reports/{id}"));
        assert!(head.starts_with("HTTP/1.1 200"), "{id}: {head} {page}");
    }
    assert_eq!(json(elsewhere, "/api/v1/coverage"), json(within, "/api/v1/coverage"));

    let own = directory.path().join("other");
    let (library, engine, _followed) =
        cluster.open(cluster.library(&own, "other").expect("connects"), "other").expect("opens");
    let services = [elsewhere, served(library, engine, guard("other"))];
    let comment = comment_across(&cluster, services, rows[0].id);

    // Without its database nothing is answered, and it is said why.
    drop(server);
    let (head, body) = comment();
    assert!(head.starts_with("HTTP/1.1 503") && body.contains("the database of the library does not answer"), "{body}");
    let (head, body) = get(elsewhere, "/api/v1/search?q=schools");
    let head = head.to_lowercase();
    assert!(head.starts_with("http/1.1 503") && head.contains("retry-after: 5"), "{head} {body}");
    assert!(body.contains("the database of the library does not answer"), "{body}");
}

/// Looks again, as services do, until so many are found: changes show after some seconds.
fn found_soon(engine: &Engine, q: &str, total: u64) -> BTreeMap<ReportId, (String, Vec<u32>)> {
    let start = Instant::now();
    loop {
        engine.reload().expect("looks");
        let (now, hits) = found(engine, q);
        if now == total {
            return hits;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{q}: {now} instead of {total}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn of_fixtures() -> IngestOptions {
    IngestOptions { paths: vec![fixtures()], jobs: 2, ..IngestOptions::default() }
}

/// Has a worker do all that there is to do.
fn work_on(cluster: &Cluster, own: &Path) -> fleet::Worked {
    let shelf = cluster.shelf(own, "worker").expect("a shelf");
    let pace = Pace { poll: Duration::from_millis(20), ..Pace::default() };
    let options =
        FleetOptions { ends: Ends::WhenNothingIsLeft, pace, ..FleetOptions::new(of_fixtures(), "worker".to_owned()) };
    fleet::work(&options, &shelf, &|| cluster.queue("worker"), &Silent, &AtomicBool::new(false)).expect("works")
}

#[test]
fn what_persons_say_and_remove_is_found_and_gone_as_in_a_data_directory() {
    let Some(server) = DatabaseServer::start() else { return };
    let kept = Kept::start();
    let directory = tempfile::tempdir().expect("a directory");
    let [own, shared] = ["own", "shared"].map(|name| directory.path().join(name));
    for folder in [&own, &shared] {
        std::fs::create_dir(folder).expect("room");
    }
    let cluster = Cluster::new(&config(&server, &kept, &shared.display().to_string()), "a test").expect("settings");
    fill(&cluster, &own, &of_fixtures);
    let (library, engine, _followed) =
        cluster.open(cluster.library(&own, "serve").expect("connects"), "serve").expect("opens");
    let row = library.catalogue().reports(0, 1).expect("listed").remove(0);
    let before = library.catalogue().coverage().expect("counts").reports;
    let corrected = Correction {
        title: Some("Zebras of the savannah".to_owned()),
        tags: Some(vec!["wildlife".to_owned()]),
        ..Correction::default()
    };
    let service = cluster.service("editor").expect("opens");
    service.correct(row.id, &corrected, "Ann", None, 1).expect("room").expect("whatever was");
    assert_eq!(found(&engine, "zebras").0, 0, "not yet");
    let worked = work_on(&cluster, &own);
    assert_eq!((worked.corrected, worked.bytes), (1, 0), "{worked:?}");
    assert!(!service.has_marks().expect("readable"));
    for q in ["zebras", "title:savannah", "tag:wildlife"] {
        let hits = found_soon(&engine, q, 1);
        assert_eq!(hits.keys().copied().collect::<Vec<_>>(), [row.id], "{q}");
        assert_eq!(hits[&row.id].0, "Zebras of the savannah", "{q}");
    }
    // Made again, the indexes say it too.
    let shelf = cluster.shelf(&own, "worker").expect("a shelf");
    let indexes = [&shelf.indexes.reports, &shelf.indexes.pages];
    indexes.iter().for_each(|index| shelf.indexes.quickwit.delete_index(index).expect("deletes"));
    cluster.refill(&library, "rebuild", &|_| (), &AtomicBool::new(false)).expect("sends");
    found_soon(&engine, "tag:wildlife", 1);
    found_soon(&engine, "zebras", 1);
    assert!(cluster.take_away("remove", row.id, None).expect("removes"));
    found_soon(&engine, "zebras", 0);
    assert!(!library.catalogue().has_report(row.id).expect("readable"));
    assert!(library.catalogue().is_removed(row.id).expect("readable"));
    // Where the storage is not mounted, nothing is written into the folder that it belongs over.
    let record = || vec![0; 64];
    let away = directory.path().join("away");
    std::fs::rename(&shared, &away).and_then(|()| std::fs::create_dir(&shared)).expect("renames");
    let kept_nowhere = shelf.keep(record());
    assert!(matches!(kept_nowhere, Err(StoreError::Object(_))), "{kept_nowhere:?}");
    std::fs::remove_dir(&shared).and_then(|()| std::fs::rename(&away, &shared)).expect("it is empty");
    shelf.keep(record()).expect("room");
    // Offered again, whatever has failed before, it does not come back by itself.
    let queue = cluster.queue("offers").expect("connects");
    fleet::enqueue(&queue, Some(&service), &of_fixtures(), &own).expect("offers");
    fleet::offer_again(&queue, None).expect("offers");
    work_on(&cluster, &own);
    assert_eq!(library.catalogue().coverage().expect("counts").reports, before - 1);
    assert!(fleet::offer_again(&queue, Some(Reason::Withdrawn)).expect("offers") > 0);
    assert_eq!(work_on(&cluster, &own).indexed, 1);
    let hits = found_soon(&engine, "zebras", 1);
    assert_eq!(hits[&row.id].0, "Zebras of the savannah", "as persons had corrected it");
}
