//! What the fuzz targets share: whole files are read through the public entry alone, and every other parser of outside
//! bytes is reached by a small file that carries the bytes in the place where that parser finds them.

mod carriers;

pub use carriers::{cmap, content, filters, font_program, metadata};

use recto::extract::{ExtractOptions, extract};
use recto::ingest::SidecarText;
use recto::pdf::Limits;
use recto::report::{About, Reason, Report, Statements};

/// Stack of the reading thread, in bytes: unoptimised and instrumented frames are several times as large as those that
/// [`recto::extract::READER_STACK_BYTES`] is made for.
const STACK_BYTES: usize = 128 << 20;

/// Reads a file within tight limits and checks what holds for every report. A panic that the reader contains is a
/// finding: the fuzzer's panic hook ends the process before it can be caught.
pub fn read(bytes: &[u8]) {
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK_BYTES);
        let options =
            ExtractOptions { limits: tight(), passwords: vec!["secret".to_owned()], ..ExtractOptions::default() };
        let read = reader.spawn_scoped(scope, move || extract(bytes, "fuzz.pdf", &options));
        match read.expect("a thread").join() {
            Ok(Ok(report)) => check(&report),
            Ok(Err(error)) => assert_ne!(error.reason, Reason::Crashed, "{}", error.detail),
            Err(_) => panic!("the reader panicked"),
        }
    });
}

/// Small enough that one input costs milliseconds, large enough to get everywhere.
pub fn tight() -> Limits {
    Limits {
        file_bytes: 1 << 20,
        stream_bytes: 1 << 20,
        page_bytes: 1 << 20,
        document_bytes: 4 << 20,
        pages: 16,
        page_content_parts: 64,
        page_operators: 20_000,
        document_operators: 80_000,
        form_depth: 8,
        page_forms: 64,
        page_text_bytes: 64 << 10,
        document_text_bytes: 256 << 10,
        base_milliseconds: 2_000,
        milliseconds_per_mebibyte: 1_000,
        ..Limits::default()
    }
}

/// Words stand in the page's text one after another, their boxes on the page.
fn check(report: &Report) {
    assert_ne!(report.partial, Some(Reason::Crashed));
    for page in &report.pages {
        let mut end = 0;
        for word in &page.words {
            assert!(word.span.start >= end && word.span.end > word.span.start, "{word:?}");
            assert!(!word.span.of(&page.text).is_empty(), "{word:?}");
            let quad = word.quad;
            assert!(0.0 <= quad.x0 && quad.x0 <= quad.x1 && quad.x1 <= 1.0, "{word:?}");
            assert!(0.0 <= quad.y0 && quad.y0 <= quad.y1 && quad.y1 <= 1.0, "{word:?}");
            end = word.span.end;
        }
    }
}

/// Reads a file beside a PDF, and corrects a report by it, twice: the second time changes nothing.
pub fn read_sidecar(bytes: &[u8]) {
    let SidecarText { correction, .. } = recto::ingest::read_sidecar(bytes);
    let mut once = (About::default(), Statements::default());
    correction.apply(&mut once.0, &mut once.1);
    let mut twice = once.clone();
    correction.apply(&mut twice.0, &mut twice.1);
    assert_eq!(once, twice);
}
