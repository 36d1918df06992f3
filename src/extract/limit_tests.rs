//! Small bombs: each reaches a limit, is told so, and keeps what stands before it.

use crate::extract::{ExtractOptions, extract};
use crate::pdf::Limits;
use crate::pdf::test_pdf::TestPdf;
use crate::report::{PageStatus, Reason, Report};
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;
use std::time::{Duration, Instant};

fn read(pdf: &TestPdf, limits: Limits) -> Report {
    let options = ExtractOptions { limits, ..ExtractOptions::default() };
    extract(&pdf.bytes(), "bomb.pdf", &options).expect("a readable file")
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

/// A font under object 5 whose ToUnicode is this.
fn with_to_unicode(map: &str) -> TestPdf {
    TestPdf::with_text("Abc")
        .object(5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>")
        .stream(6, "", map)
}

#[test]
fn limits_are_reached_and_told() {
    let text = "BT /F1 12 Tf 20 100 Td (Abc) Tj ET ";
    let spaces = zlib(&[text.as_bytes(), &vec![b' '; 1 << 20]].concat());
    let small_streams = Limits { stream_bytes: 1 << 16, ..Limits::default() };
    let mappings: String = (0..70_000).map(|code| format!("<{code:08x}> <0041>\n")).collect();
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 200 200]";
    let packed_form = format!("{form} /Filter /FlateDecode");
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
                          /Resources << /Font << /F1 5 0 R >> /XObject << /X 10 0 R >> >> >>";
    let many_filters = format!("{form} /Filter [{}]", "/AHx ".repeat(9));
    let long_array = format!("[{}]", "(a)".repeat(200_001));
    let with_entry = |key: &str, items: &str| page.replace("/Type /Page ", &format!("/Type /Page /{key} [{items}] "));
    let field = |entries: &str| {
        let widget = format!("<< /Subtype /Widget /Rect [0 0 200 200] {entries} >>");
        TestPdf::with_text("Abc").object(3, with_entry("Annots", &widget))
    };
    let used = |next: u32| if next < 26 { format!("/UseCMap {next} 0 R") } else { String::new() };
    let chained = (20..26).fold(
        TestPdf::with_text("Abc")
            .object(
                5,
                "<< /Type /Font /Subtype /Type0 /ToUnicode /Identity-H /Encoding 20 0 R /DescendantFonts [6 0 R] >>",
            )
            .object(6, "<< /Subtype /CIDFontType2 /BaseFont /Foo >>"),
        |pdf, number| pdf.stream(number, &used(number + 1), ""),
    );
    let (truncated, whole) = (PageStatus::Truncated, PageStatus::Text);
    let cases = [
        (
            "stream",
            TestPdf::with_text("x").stream(4, "/Filter /FlateDecode", &spaces),
            small_streams.clone(),
            truncated,
        ),
        (
            "form",
            TestPdf::with_content("/X Do").object(3, page).stream(10, &packed_form, &spaces),
            small_streams.clone(),
            truncated,
        ),
        (
            "operators",
            TestPdf::with_content(text.repeat(9)),
            Limits { page_operators: 20, ..Limits::default() },
            truncated,
        ),
        (
            "operators of the document",
            TestPdf::with_content(text.repeat(9)),
            Limits { document_operators: 20, ..Limits::default() },
            truncated,
        ),
        (
            "text",
            TestPdf::with_content(format!("{text} BT /F1 12 Tf 20 80 Td ({}) Tj () Tj ET", "b".repeat(30))),
            Limits { page_text_bytes: 20, ..Limits::default() },
            truncated,
        ),
        (
            "parts of the content",
            TestPdf::with_text("Abc").object(3, page.replace("4 0 R", "[4 0 R 4 0 R 4 0 R]")),
            Limits { page_content_parts: 2, ..Limits::default() },
            truncated,
        ),
        (
            "filters",
            TestPdf::with_content(format!("{text} /X Do")).object(3, page).stream(10, &many_filters, "41>"),
            Limits::default(),
            whole,
        ),
        (
            "depth of forms",
            TestPdf::with_content(format!("{text} /X Do"))
                .object(3, page)
                .stream(10, &format!("{form} /Resources << /XObject << /X 11 0 R >> >>"), "/X Do")
                .stream(11, form, ""),
            Limits { form_depth: 1, ..Limits::default() },
            truncated,
        ),
        (
            "elements of an array",
            TestPdf::with_content(format!("BT /F1 12 Tf 20 100 Td {long_array} TJ ET")),
            Limits::default(),
            truncated,
        ),
        (
            "annotations",
            TestPdf::with_text("Abc").object(3, with_entry("Annots", &"null ".repeat(20_001))),
            Limits::default(),
            truncated,
        ),
        (
            "characters of a field",
            field(&format!("/FT /Tx /V ({})", "a ".repeat(10_001))),
            Limits::default(),
            truncated,
        ),
        (
            "text of fields",
            field("/FT /Tx /V (Abc) >> << /Subtype /Widget /Rect [0 0 200 200] /FT /Tx /V (Def)"),
            Limits { page_text_bytes: 4, ..Limits::default() },
            truncated,
        ),
        ("options of a list", field(&format!("/FT /Ch /Opt [{}]", "(a) ".repeat(201))), Limits::default(), truncated),
        ("CMaps in a chain", chained, Limits::default(), whole),
        ("mappings of a CMap", with_to_unicode(&format!("beginbfchar {mappings} endbfchar")), Limits::default(), whole),
        ("bytes of a CMap", with_to_unicode(&" ".repeat((1 << 20) + 1)), Limits::default(), whole),
    ];
    for (name, pdf, limits, status) in cases {
        let report = read(&pdf, limits);
        assert_eq!(report.partial, Some(Reason::LimitReached), "{name}");
        assert_eq!(report.pages[0].status, status, "{name}");
        assert!(!report.pages[0].text.is_empty(), "{name}");
    }
}

#[test]
fn the_document_pays_for_all_its_pages() {
    for limits in [
        Limits { document_operators: 12, ..Limits::default() },
        Limits { document_text_bytes: 9, ..Limits::default() },
        Limits { document_bytes: 90, ..Limits::default() },
    ] {
        let report = read(&TestPdf::with_pages(5), limits.clone());
        let whole = report.pages.iter().filter(|page| page.status == PageStatus::Text).count();
        assert!((1..5).contains(&whole), "{whole} pages under {limits:?}");
        assert_eq!(report.pages[4].status, PageStatus::Truncated, "{limits:?}");
        assert_eq!(report.partial, Some(Reason::LimitReached), "{limits:?}");
    }
}

#[test]
fn bombs_end_soon() {
    let bomb = zlib(&vec![b'q'; 60 << 20]);
    let many_filters = format!("/Filter [{}]", "/AHx ".repeat(40));
    let shared = (0..100).fold(TestPdf::with_pages(100), |pdf, _| pdf).stream(4, "/Filter /FlateDecode", &bomb);
    let deep = |open: &str| format!("BT /F1 12 Tf 20 100 Td (Abc) Tj ET {}", open.repeat(200_000));
    let cases = [
        ("filters", TestPdf::with_text("x").stream(4, &many_filters, "41>")),
        ("shared content", shared),
        ("arrays in content", TestPdf::with_content(deep("["))),
        ("dictionaries in content", TestPdf::with_content(deep("<<"))),
        ("parentheses in content", TestPdf::with_content(deep("("))),
        ("saved states", TestPdf::with_content(deep("q "))),
        ("marked content", TestPdf::with_content(deep("/P BMC "))),
        ("nested array", TestPdf::with_text("Abc").object(6, "[".repeat(200_000))),
    ];
    for (name, pdf) in cases {
        let started = Instant::now();
        let report = read(&pdf, Limits { base_milliseconds: 2_000, ..Limits::default() });
        assert!(!report.pages.is_empty(), "{name}");
        assert!(started.elapsed() < Duration::from_secs(20), "{name}: {:?}", started.elapsed());
    }
}
