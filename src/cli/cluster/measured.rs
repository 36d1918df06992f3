//! What a library on many machines sends, keeps and asks, for whoever plans one: `benches/sizing.py --measure FOLDER`.
//!
//! All in one process with a stand-in for the engine: bytes, requests and transactions, which are the same anywhere. Times
//! would be those of the stand-in.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use super::Cluster;
use super::tests::{config, fill};
use crate::bench::mix::draw;
use crate::ingest::{IngestOptions, Silent, ingest};
use crate::objects::Place;
use crate::objects::tests::{bucket, store::Store};
use crate::quickwit::tests::engine::Engine as Kept;
use crate::search::Engine;
use crate::store::{DatabaseServer, Library};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The folder whose reports are read.
const FOLDER: &str = "RECTO_MEASURED_FOLDER";
const QUERIES: usize = 200;
/// After so long a database has counted what was done.
const COUNTED: Duration = Duration::from_secs(3);

/// What was asked of the parts so far.
struct Asked {
    engine: Vec<(String, usize)>,
    transactions: i64,
    objects: usize,
}

fn asked(server: &DatabaseServer, kept: &Kept, store: &Store) -> Asked {
    std::thread::sleep(COUNTED);
    let transactions =
        server.number("everything", "SELECT sum(xact_commit)::int8 FROM pg_stat_database WHERE datname = 'everything'");
    Asked { engine: kept.sent(), transactions, objects: store.requests() }
}

#[test]
#[ignore = "a measurement"]
fn what_is_sent_kept_and_asked() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("a folder of reports"));
    let read = || IngestOptions { paths: vec![folder.clone()], jobs: 2, ..IngestOptions::default() };
    let server = DatabaseServer::start().expect("PostgreSQL");
    let (kept, store) = (Kept::start(), Store::start());
    let directory = tempfile::tempdir().expect("a directory");
    let [within, own] = ["within", "own"].map(|name| directory.path().join(name));
    std::fs::create_dir(&own).expect("room");
    let settings = config(&server, &kept, &own.display().to_string());
    let mut cluster = Cluster::new(&settings, "a measurement").expect("settings");
    // Each request to it is counted, which those to a folder are not.
    cluster.place = Arc::new(Place::Bucket(Box::new(bucket(&store))));

    fill(&cluster, &own, &read);
    let filled = asked(&server, &kept, &store);
    let objects: Vec<(String, usize)> =
        store.objects().iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect();
    let of = |of: &dyn Fn(&str) -> bool| objects.iter().filter(|(name, _)| of(name)).map(|(_, bytes)| bytes).sum();
    let words: usize = of(&|name| name.contains("words"));
    let all: usize = of(&|_| true);
    let sent = |index: &str| -> usize {
        let is_it = |line: &str| line.contains("_bulk") && line.contains(index);
        filled.engine.iter().filter(|(line, _)| is_it(line)).map(|(_, bytes)| bytes).sum()
    };
    let database = server.number("everything", "SELECT pg_database_size('everything')")
        - server.number("everything", "SELECT pg_database_size('template1')");

    let writer = Library::open_for_writing(&within).expect("room");
    ingest(&writer, &read(), &Silent, &AtomicBool::new(false)).expect("reads");
    drop(writer);
    let library = Arc::new(Library::open_for_reading(&within).expect("opens"));
    let coverage = library.catalogue().coverage().expect("counts");
    let queries = {
        let embedded = Engine::open(Arc::clone(&library)).expect("opens");
        draw(&library, &embedded, QUERIES, 1).expect("queries")
    };
    let (_library, engine, _followed) =
        cluster.open(cluster.library(&own, "serve").expect("connects"), "serve").expect("opens");
    let before = asked(&server, &kept, &store);
    let answered = queries.iter().filter(|query| engine.search(&query.request).is_ok()).count();
    let after = asked(&server, &kept, &store);
    let searches: Vec<&(String, usize)> =
        after.engine[before.engine.len()..].iter().filter(|(line, _)| line.contains("_search")).collect();
    let all_asked = after.engine.len() - before.engine.len();

    let figures: Value = json!({
        "reports": coverage.reports,
        "pages": coverage.pages,
        "text_bytes": library_text(&library),
        "sent_bytes": {"reports": sent("reports-g"), "pages": sent("pages-g")},
        "ingest_requests": filled.engine.iter().filter(|(line, _)| line.contains("_bulk")).count(),
        "ingest_counts": filled.engine.iter().filter(|(line, _)| line.contains("_search")).count(),
        "ingest_transactions": filled.transactions,
        "ingest_objects": filled.objects,
        "stored_bytes": all - words,
        "vocabulary_bytes": words,
        "database_bytes": database,
        "queries": queries.len(),
        "answered": answered,
        "search_requests": all_asked,
        "search_request_bytes": searches.iter().map(|(_, bytes)| bytes).sum::<usize>(),
        "search_transactions": after.transactions - before.transactions,
        "search_objects": after.objects - before.objects,
    });
    println!("measured: {figures}");
}

/// Bytes of the texts of all pages.
fn library_text(library: &Library) -> u64 {
    let rows = library.catalogue().reports_after(None, u64::from(u32::MAX)).expect("listed");
    let of = |row: &crate::store::ReportRow| {
        let report = library.load(row).expect("its text");
        report.pages.iter().map(|page| page.text.len() as u64).sum::<u64>()
    };
    rows.iter().map(of).sum()
}
