//! From bytes to a report, stage by stage, on the bundled reports: `cargo bench --bench extract`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use recto::extract::{ExtractOptions, extract};
use recto::index::analyzer::analyze;
use recto::layout::{PageLayout, lay_out};
use recto::pdf::{DocumentFonts, Limits, PageContent, Pdf, read_page};
use recto::text;
use std::hint::black_box;
use std::time::{Duration, Instant};

const REPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/spin-out-study.pdf");

fn contents(pdf: &Pdf) -> Vec<PageContent> {
    let fonts = DocumentFonts::new(pdf);
    let deadline = Instant::now() + Duration::from_secs(60);
    (0..pdf.page_count()).filter_map(|index| Some(read_page(pdf, &pdf.page(index)?, &fonts, deadline))).collect()
}

fn stages(criterion: &mut Criterion) {
    let bytes = std::fs::read(REPORT).expect("the bundled report");
    let limits = Limits::default();
    let pdf = Pdf::open(&bytes, &limits, &[]).expect("a readable report");
    let pages = contents(&pdf);
    let layouts: Vec<PageLayout> = pages.iter().map(|page| lay_out(&page.glyphs)).collect();
    let layout_references: Vec<&PageLayout> = layouts.iter().collect();
    let composed = text::compose(&layout_references);
    let text_bytes: usize = composed.pages.iter().map(|page| page.text.len()).sum();

    let mut group = criterion.benchmark_group("extract");
    group.throughput(Throughput::Elements(pages.len() as u64));
    group.bench_function("open", |bench| {
        bench.iter(|| Pdf::open(black_box(&bytes), &limits, &[]).map(|pdf| pdf.page_count()));
    });
    group.bench_function("interpret", |bench| bench.iter(|| contents(black_box(&pdf)).len()));
    group.bench_function("layout", |bench| {
        bench.iter(|| pages.iter().map(|page| lay_out(black_box(&page.glyphs)).words.len()).sum::<usize>());
    });
    group.bench_function("compose", |bench| bench.iter(|| text::compose(black_box(&layout_references)).pages.len()));
    group.bench_function("whole", |bench| {
        let options = ExtractOptions::default();
        bench.iter(|| extract(black_box(&bytes), "report.pdf", &options).map(|report| report.pages.len()));
    });
    group.finish();

    let mut group = criterion.benchmark_group("analyze");
    group.throughput(Throughput::Bytes(text_bytes as u64));
    group.bench_function("english", |bench| {
        bench.iter(|| {
            let mut tokens = 0_u64;
            for page in &composed.pages {
                analyze(black_box(&page.text), &page.furniture, 0, &mut |_| tokens += 1);
            }
            tokens
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
