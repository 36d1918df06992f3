//! Searches on a library of the bundled reports: `cargo bench --bench search`.

use criterion::{Criterion, criterion_group, criterion_main};
use recto::ingest::{IngestOptions, Progress, ingest};
use recto::query;
use recto::report::Reason;
use recto::search::{Engine, SearchRequest};
use recto::store::Library;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

struct Silent;

impl Progress for Silent {
    fn planned(&self, _files: u64, _unchanged: u64, _bytes: u64) {}
    fn pages_found(&self, _pages: u64) {}
    fn pages_done(&self, _pages: u64) {}
    fn file_done(&self, _path: &Path, _failure: Option<(Reason, &str)>) {}
    fn committed(&self, _reports: u64) {}
}

fn searches(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let library = Library::open_for_writing(directory.path()).expect("a new library");
    let options = IngestOptions { paths: vec![PathBuf::from(FIXTURES)], ..IngestOptions::default() };
    ingest(&library, &options, &Silent, &AtomicBool::new(false)).expect("the bundled reports");
    let engine = Engine::open(Arc::new(library)).expect("a searcher");

    let mut group = criterion.benchmark_group("search");
    for (name, q) in [
        ("word", "energy"),
        ("words", "council services staff"),
        ("phrase", "\"energy efficiency\""),
        ("either", "energy OR water OR budget"),
        ("prefix", "progr*"),
        ("typo", "effciency~2"),
        ("nothing", "xylophone"),
    ] {
        let request = SearchRequest { q: q.to_owned(), ..SearchRequest::default() };
        group.bench_function(name, |bench| {
            bench.iter(|| engine.search(black_box(&request)).map(|response| response.total.value));
        });
    }
    group.finish();

    let nested = "(cash AND \"food aid\") OR -tax title:council year:2019..2023 progr*";
    criterion.bench_function("parse", |bench| bench.iter(|| query::parse(black_box(nested), false)));
}

criterion_group!(benches, searches);
criterion_main!(benches);
