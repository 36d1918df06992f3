//! Searches on a library of the bundled reports: `cargo bench --bench search`.

use criterion::{Criterion, criterion_group, criterion_main};
use recto::ingest::{IngestOptions, Silent, ingest};
use recto::query;
use recto::search::{Engine, SearchRequest};
use recto::store::Library;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

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
