//! From a report to the index, on the bundled reports: `cargo bench --bench index`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use recto::extract::{ExtractOptions, extract};
use recto::index::analyzer::analyze;
use recto::index::{IndexWriter, ReportDocument};
use recto::report::Report;
use recto::store::TextStore;
use std::hint::black_box;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
const REPORTS: [&str; 5] =
    ["spin-out-study", "klimaschutz-kommunen", "eau-potable", "arabic-water-report", "japanese-disaster-plan"];

fn reports() -> Vec<Report> {
    let read = |name: &&str| {
        let bytes = std::fs::read(format!("{FIXTURES}/{name}.pdf")).expect("a bundled report");
        extract(&bytes, name, &ExtractOptions::default()).expect("a readable report")
    };
    REPORTS.iter().map(read).collect()
}

fn bytes_of_text(report: &Report) -> u64 {
    report.pages.iter().map(|page| page.text.len() as u64).sum()
}

fn analyzer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("analyze");
    for (name, report) in REPORTS.iter().zip(reports()) {
        group.throughput(Throughput::Bytes(bytes_of_text(&report)));
        group.bench_function(*name, |bench| {
            bench.iter(|| {
                let mut tokens = 0_u64;
                for page in &report.pages {
                    analyze(black_box(&page.text), &page.furniture, 0, &mut |_| tokens += 1);
                }
                tokens
            });
        });
    }
    group.finish();
}

fn indexing(criterion: &mut Criterion) {
    let reports = reports();
    let documents = || -> Vec<ReportDocument> {
        reports.iter().map(|report| ReportDocument::new(black_box(report), "report.pdf", &[])).collect()
    };
    let mut group = criterion.benchmark_group("index");
    group.throughput(Throughput::Bytes(reports.iter().map(bytes_of_text).sum()));
    group.bench_function("documents", |bench| bench.iter(|| documents().len()));
    group.bench_function("records", |bench| {
        bench.iter(|| reports.iter().map(|report| TextStore::encode(black_box(report)).len()).sum::<usize>());
    });
    group.sample_size(10);
    group.bench_function("write and commit", |bench| {
        let fresh = || (tempfile::tempdir().expect("a temporary directory"), documents());
        bench.iter_batched(
            fresh,
            |(directory, documents)| {
                let writer = IndexWriter::open(&directory.path().join("index"), 1).expect("a new index");
                documents.into_iter().for_each(|document| writer.upsert(document).expect("room"));
                writer.finish().expect("room");
                directory
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, analyzer, indexing);
criterion_main!(benches);
