//! Crafted files through the whole reader, each for one trap of real or hostile producers.

use crate::extract::{ExtractOptions, extract};
use crate::pdf::test_pdf::TestPdf;
use crate::report::{PageStatus, Report};
use std::time::{Duration, Instant};

fn read(pdf: &TestPdf) -> Report {
    extract(&pdf.bytes(), "crafted.pdf", &ExtractOptions::default()).expect("a readable file")
}

/// The base with another font under object 5.
fn with_font(text: &str, font: &str) -> TestPdf {
    TestPdf::with_content(format!("BT /F1 12 Tf 20 100 Td {text} Tj ET")).object(5, font)
}

/// A composite font without any sign of what its codes say but this map.
fn composite(text: &str, map: &str) -> TestPdf {
    let font = "<< /Type /Font /Subtype /Type0 /BaseFont /Foo /Encoding /Identity-H /DescendantFonts [6 0 R] \
                /ToUnicode 7 0 R >>";
    let descendant = "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Foo /DW 500 \
                      /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>";
    with_font(text, font).object(6, descendant).stream(7, "", map)
}

#[test]
fn crafted_files_are_read() {
    let base = || TestPdf::with_text("Abc");
    let helvetica = "/Subtype /Type1 /BaseFont /Helvetica /Encoding";
    let unknown_names = "<< /Differences [65 /g3 /c12 /uni0041.alt /f_i] >>";
    let digits = |count: usize| "9".repeat(count);
    let pages: Vec<String> = (0..300).map(|_| "3 0 R".to_owned()).collect();
    let cases =
        [
            ("bfrange_4g", composite("<00000041>", "beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange"), "A"),
            (
                // The map leaves a shown code out, so that the font is read again with all that is known of it.
                "tounicode_leaves_codes_out",
                composite("<00240045>", "beginbfchar <0024> <0041> endbfchar").object(
                    6,
                    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ArialMT /DW 500 /CIDSystemInfo \
                     << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
                ),
                "Ab",
            ),
            (
                "tounicode_wins",
                with_font("(AB)", "<< /Type /Font /Subtype /Type1 /Encoding /WinAnsiEncoding /ToUnicode 6 0 R >>")
                    .stream(6, "", "beginbfchar <41> <03A9> <42> <03B2> endbfchar"),
                "Ωβ",
            ),
            (
                "filter_is_reference",
                base()
                    .stream(4, "/Filter 6 0 R", "4254202f46312031322054662032302031303020546420284162632920546a204554>")
                    .object(6, "/ASCIIHexDecode"),
                "Abc",
            ),
            ("font_without_type", with_font("(Abc)", &format!("<< {helvetica} /WinAnsiEncoding >>")), "Abc"),
            ("differences_unknown_names", with_font("(CDE)", &format!("<< {helvetica} {unknown_names} >>")), "AfiE"),
            ("page_without_type", base().object(3, "<< /Parent 2 0 R /Contents 4 0 R >>"), "Abc"),
            ("kids_cycle", base().object(2, "<< /Kids [2 0 R 2 0 R 3 0 R] /Count 99999999 >>"), "Abc"),
            ("the_same_page_often", base().object(2, format!("<< /Kids [{}] >>", pages.join(" "))), "Abc"),
            (
                "huge_numbers",
                TestPdf::with_content(format!(
                    "q 1 0 0 1 {} 0 cm BT /F1 12 Tf (lost) Tj ET Q q 0 0 0 0 20 100 cm BT /F1 12 Tf (singular) Tj ET Q \
                 BT /F1 {} Tf 1 0 0 1 {} 100 Tm (lost) Tj ET BT /F1 12 Tf 20 100 Td (Abc) Tj ET",
                    digits(40),
                    digits(400),
                    digits(400),
                )),
                "Abc",
            ),
            (
                "token_split_between_streams",
                base()
                    .object(
                        3,
                        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents [4 0 R 6 0 R] \
                            /Resources << /Font << /F1 5 0 R >> >> >>",
                    )
                    .stream(4, "", "BT /F1 12 Tf 20 100")
                    .stream(6, "", "Td (Abc) Tj ET"),
                "Abc",
            ),
        ];
    for (name, pdf, expected) in cases {
        let started = Instant::now();
        let report = read(&pdf);
        assert!(report.pages[0].text.contains(expected), "{name}: {:?}", report.pages[0].text);
        assert_eq!(report.pages[0].status, PageStatus::Text, "{name}");
        assert!(started.elapsed() < Duration::from_secs(5), "{name}: {:?}", started.elapsed());
    }
}

#[test]
fn pages_of_unknown_codes_are_garbled_and_not_searched() {
    let known = "beginbfrange <0041> <005A> <0041> endbfrange";
    let garbled = "<0301030203030304030503060307030803090310031103120313031403150316031703180319032003210322>";
    for (name, pdf, status) in [
        ("unknown", composite(garbled, known), PageStatus::Garbled),
        // Taken for Unicode as nothing else is known: shown, but no text to be found by.
        ("guessed", composite(garbled, ""), PageStatus::Garbled),
        (
            "a few",
            composite(&format!("{} Tj <0041004200430044>", &format!("{}>", &garbled[..41])), known),
            PageStatus::Text,
        ),
    ] {
        let report = read(&pdf);
        assert_eq!(report.pages[0].status, status, "{name}");
        assert_eq!(report.pages[0].status.is_searchable(), status == PageStatus::Text, "{name}");
    }
}
