//! From bytes to a report, stage by stage, on the bundled reports: `cargo bench --bench extract`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use recto::extract::{ExtractOptions, extract};
use recto::layout::{PageLayout, lay_out};
use recto::pdf::lexer::{Lexer, Operands};
use recto::pdf::{DocumentFonts, Limits, PageContent, Pdf, read_page};
use recto::text;
use std::hint::black_box;
use std::time::{Duration, Instant};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

/// Reports with fonts of every kind: simple ones, embedded programs, Arabic, Japanese.
const WITH_FONTS: [&str; 4] =
    ["spin-out-study", "klimaschutz-kommunen", "arabic-water-report", "japanese-disaster-plan"];

fn bytes_of(report: &str) -> Vec<u8> {
    std::fs::read(format!("{FIXTURES}/{report}.pdf")).expect("a bundled report")
}

fn opened(bytes: &[u8]) -> Pdf {
    Pdf::open(bytes, &Limits::default(), &[]).expect("a readable report")
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn contents(pdf: &Pdf, fonts: &DocumentFonts) -> Vec<PageContent> {
    let deadline = deadline();
    (0..pdf.page_count()).filter_map(|index| Some(read_page(pdf, &pdf.page(index)?, fonts, deadline))).collect()
}

/// Operators as pages of text, tables and drawings have them.
fn content_stream() -> Vec<u8> {
    let text = b"BT /F1 10.5 Tf 1 0 0 1 72.25 701.5 Tm [(Energy) -250.5 (e\\146ficiency \\(2021\\))] TJ 0 -12 Td (next) Tj ET\n";
    let table =
        b"q 0.5 w 72 640 451.2 14.4 re S 0.9 0.9 0.95 rg 72 625.6 451.2 14.4 re f Q /Span <</MCID 7>> BDC EMC\n";
    let drawing = b"100.1 200.2 m 110.5 210.5 120 190 130.75 200 c 140 205 l h f <0041004200430044> Tj % note\n";
    [text.as_slice(), table, drawing].concat().repeat(400)
}

fn lexer(criterion: &mut Criterion) {
    let stream = content_stream();
    let mut group = criterion.benchmark_group("lexer");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("operators", |bench| {
        bench.iter(|| {
            let mut lexer = Lexer::new(black_box(&stream));
            let mut operands = Operands::default();
            let mut number = 0_usize;
            while lexer.next_operator(&mut operands).is_some() {
                number += operands.items().len();
            }
            number
        });
    });
    group.finish();
}

/// The first page with its fonts still to be read, and again when they are: the difference is what fonts cost.
fn fonts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fonts");
    for report in WITH_FONTS {
        let bytes = bytes_of(report);
        let pdf = opened(&bytes);
        let page = pdf.page(0).expect("a page");
        group.bench_with_input(BenchmarkId::new("to be read", report), &page, |bench, page| {
            bench.iter(|| read_page(&pdf, page, &DocumentFonts::new(&pdf), deadline()).shown_codes);
        });
        let known = DocumentFonts::new(&pdf);
        group.bench_with_input(BenchmarkId::new("known", report), &page, |bench, page| {
            bench.iter(|| read_page(&pdf, page, &known, deadline()).shown_codes);
        });
    }
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let bytes = bytes_of("spin-out-study");
    let pdf = opened(&bytes);
    let pages = contents(&pdf, &DocumentFonts::new(&pdf));
    let layouts: Vec<PageLayout> = pages.iter().map(|page| lay_out(&page.glyphs)).collect();
    let layout_references: Vec<&PageLayout> = layouts.iter().collect();

    let mut group = criterion.benchmark_group("extract");
    group.throughput(Throughput::Elements(pages.len() as u64));
    group.bench_function("open", |bench| bench.iter(|| opened(black_box(&bytes)).page_count()));
    group.bench_function("interpret", |bench| {
        bench.iter(|| contents(black_box(&pdf), &DocumentFonts::new(&pdf)).len());
    });
    group.bench_function("layout", |bench| {
        bench.iter(|| pages.iter().map(|page| lay_out(black_box(&page.glyphs)).words.len()).sum::<usize>());
    });
    group.bench_function("compose", |bench| bench.iter(|| text::compose(black_box(&layout_references)).pages.len()));
    group.bench_function("whole", |bench| {
        let options = ExtractOptions::default();
        bench.iter(|| extract(black_box(&bytes), "report.pdf", &options).map(|report| report.pages.len()));
    });
    group.finish();
}

criterion_group!(benches, lexer, fonts, stages);
criterion_main!(benches);
