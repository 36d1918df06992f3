//! Queries, searches and passages on a library of the bundled reports: `cargo bench --bench search`.

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

fn library(directory: &std::path::Path) -> Engine {
    let library = Library::open_for_writing(directory).expect("a new library");
    let options = IngestOptions { paths: vec![PathBuf::from(FIXTURES)], ..IngestOptions::default() };
    ingest(&library, &options, &Silent, &AtomicBool::new(false)).expect("the bundled reports");
    Engine::open(Arc::new(library)).expect("a searcher")
}

fn queries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, q) in [
        ("word", "energy".to_owned()),
        ("nested", "(cash AND \"food aid\") OR -tax title:council year:2019..2023 progr*".to_owned()),
        ("unfinished", "(\"energy effic".to_owned()),
        ("long", "council OR \"energy efficiency\" ".repeat(20)),
    ] {
        group.bench_function(name, |bench| bench.iter(|| query::parse(black_box(&q), false)));
    }
    group.finish();
}

fn searches(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let engine = library(directory.path());
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
}

/// The pages and passages of one report that is known to match, with matches marked and boxed.
fn passages(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let engine = library(directory.path());
    let mut group = criterion.benchmark_group("passages");
    for (name, q) in [("word", "energy"), ("words", "energy schools council"), ("phrase", "\"spin-out\"")] {
        let request = SearchRequest { q: q.to_owned(), pages: 10, passages: 3, ..SearchRequest::default() };
        let found = engine.search(&SearchRequest { limit: 1, ..request.clone() }).expect("an answer");
        let id = found.hits.first().expect("a report of the fixtures").id;
        group.bench_function(name, |bench| {
            bench.iter(|| engine.search_within(black_box(&request), id).map(|hit| hit.map(|hit| hit.pages.len())));
        });
    }
    group.finish();
}

criterion_group!(benches, queries, searches, passages);
criterion_main!(benches);
