//! Small PDFs and what is read of them, each for one rule.

use super::*;
use crate::layout::glyph::flags;
use crate::layout::lay_out;
use crate::pdf::test_pdf::TestPdf;
use std::time::Duration;

fn content(pdf: &TestPdf) -> PageContent {
    let pdf = pdf.open();
    let page = pdf.page(0).expect("a page");
    read_page(&pdf, &page, &DocumentFonts::new(&pdf), Instant::now() + Duration::from_secs(60))
}

fn text(pdf: &TestPdf) -> String {
    lay_out(&content(pdf).glyphs).text.trim_end().replace('\n', " / ")
}

/// The text of a page with this content.
fn shown(page_content: &str) -> String {
    text(&TestPdf::with_content(page_content))
}

#[test]
fn text_operators() {
    let cases = [
        ("BT /F1 12 Tf 20 100 Td (Hello) Tj ET", "Hello"),
        // Gaps in TJ arrays, a text matrix, a move.
        (
            "BT /F1 12 Tf 20 100 Td [(Hel) -20 (lo) -300 (World)] TJ 1 0 0 1 20 86 Tm (Next) Tj 50 0 Td (Word) Tj ET",
            "Hello World / Next Word",
        ),
        ("BT /F1 12 Tf 14 TL 20 100 Td (One) Tj T* (Two) Tj (Three) ' 0 0 (Four) \" ET", "One / Two / Three / Four"),
        ("BT /F1 12 Tf 20 100 Td 20 -14 TD (a) Tj T* (b) Tj ET", "a / b"),
        // Word spacing parts words drawn without it, character spacing does not.
        ("BT /F1 12 Tf 1 Tc 20 100 Td (spaced) Tj ET", "spaced"),
        // Horizontal scaling applies to gaps.
        ("BT /F1 12 Tf 50 Tz 20 100 Td [(A) -400 (B)] TJ ET", "A B"),
        // State is restored.
        ("q /F1 12 Tf Q BT /F1 10 Tf 20 100 Td (kept) Tj ET Q Q", "kept"),
        // Garbage between operators and an inline image without an end.
        ("BT /F1 12 Tf 20 100 Td (Before) Tj ET } BT /F1 12 Tf 20 80 Td (After) Tj ET", "Before / After"),
        (
            "BT /F1 12 Tf 20 100 Td (Before) Tj ET BI /W 4 /H 4 /BPC 8 /CS /G /F /Fl ID xyz \
             BT /F1 12 Tf 20 80 Td (After) Tj ET",
            "Before / After",
        ),
        // Invisible text is kept: it is what OCR programs write.
        ("BT 3 Tr /F1 12 Tf 20 100 Td (scanned) Tj ET", "scanned"),
        // Outside the page.
        ("BT /F1 12 Tf 20 500 Td (outside) Tj ET BT /F1 12 Tf 20 100 Td (inside) Tj ET", "inside"),
        // Numbers beyond all measure.
        ("1 0 0 1 99999999999999999999999999999999999999999999 0 cm BT /F1 12 Tf (lost) Tj ET", ""),
    ];
    for (page_content, expected) in cases {
        assert_eq!(shown(page_content), expected, "{page_content}");
    }
}

#[test]
fn text_without_any_font_is_shown_in_a_stand_in() {
    let text_in = |fonts: &str| {
        let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R";
        let content = "BT /F9 12 Tf 20 100 Td (stand\\226in) Tj ET";
        text(&TestPdf::with_content(content).object(3, format!("{page} /Resources << {fonts} >> >>")))
    };
    assert_eq!(text_in(""), "stand–in");
    assert_eq!(text_in("/Font << >>"), "stand–in");
    assert_eq!(text_in("/Font << /F1 5 0 R >>"), "", "a damaged name among others");
}

#[test]
fn guessed_characters_count_as_unknown() {
    let pdf = TestPdf::with_content("BT /F1 12 Tf 20 100 Td <00480069> Tj ET")
        .object(5, "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [6 0 R] >>")
        .object(6, "<< /Type /Font /Subtype /CIDFontType2 /DW 500 >>");
    let read = content(&pdf);
    assert_eq!((read.shown_codes, read.unknown_codes), (2, 2));
    assert_eq!(lay_out(&read.glyphs).text, "Hi\n");
}

#[test]
fn glyph_procedures_say_what_they_show_in_another_font() {
    let pdf = TestPdf::with_content(
        "BT /F1 10 Tf 20 100 Td (x ) Tj /T 10 Tf (A) Tj /F1 10 Tf ( y ) Tj /T 10 Tf (BCD) Tj ET",
    )
    .object(
        3,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R /T 6 0 R >> >> >>",
    )
    .object(
        6,
        "<< /Type /Font /Subtype /Type3 /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 65 /Widths [3000 1000 1000 1000] \
         /CharProcs << /motto 7 0 R /circle 7 0 R /shape 8 0 R /again 9 0 R >> \
         /Encoding << /Differences [65 /motto /circle /shape /again] >> /Resources << /Font << /F2 5 0 R /T 6 0 R >> >> >>",
    )
    .stream(7, "", "3000 0 d0 BT /F2 1000 Tf (Abc) Tj ET")
    .stream(8, "", "1000 0 d0 0 0 m 9 9 l S")
    .stream(9, "", "1000 0 d0 BT /T 1000 Tf (D) Tj ET");
    let read = content(&pdf);
    // A glyph with a known name is what its name says; one that is drawn is unknown; one that shows itself is nothing.
    assert_eq!(lay_out(&read.glyphs).text, "x Abc y ○\n");
    assert_eq!((read.shown_codes, read.unknown_codes), (10, 1));
    let first = read.glyphs.glyphs[2];
    let near = |value: f32, expected: f32| (value - expected).abs() < 0.01;
    assert!(near(first.x, 27.78) && near(first.y, 100.0) && near(first.size, 10.0), "{first:?}");
}

#[test]
fn forms_are_entered_once() {
    let form = |pdf: TestPdf, number: u32, entries: &str, page_content: &str| {
        pdf.stream(number, &format!("/Type /XObject /Subtype /Form /BBox [0 0 200 200] {entries}"), page_content)
    };
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
                /Resources << /Font << /F1 5 0 R >> /XObject << /X 10 0 R >> >> >>";
    let base = TestPdf::with_content("/X Do").object(3, page);
    // Nested, the inner one with the outer's resources, and moved by its matrix.
    let nested = form(base.clone(), 10, "/Resources << /Font << /F1 5 0 R >> /XObject << /Y 11 0 R >> >>", "/Y Do");
    let nested = form(nested, 11, "/Matrix [1 0 0 1 20 100]", "BT /F1 12 Tf (deep) Tj ET");
    assert_eq!(text(&nested), "deep");
    // One that draws itself.
    let recursive = form(base.clone(), 10, "", "BT /F1 12 Tf 20 100 Td (once) Tj ET /X Do");
    assert_eq!(text(&recursive), "once");
    // Its surplus Q does not undo the page's state.
    let surplus = form(base, 10, "", "Q Q Q").stream(4, "", "BT /F1 12 Tf ET q /X Do Q BT 20 100 Td (still) Tj ET");
    assert_eq!(text(&surplus), "still");
}

#[test]
fn marked_content() {
    let cases = [
        ("/Span << /ActualText (fi) >> BDC BT /F1 12 Tf 20 100 Td (#) Tj ET EMC", "fi"),
        // UTF-16 and over several glyphs.
        ("/Span << /ActualText <FEFF00E4> >> BDC BT /F1 12 Tf 20 100 Td (ab) Tj ET EMC", "ä"),
        // Over two lines, a word whole on the line that has more of it.
        (
            "/Span << /ActualText (one two three) >> BDC BT /F1 12 Tf 20 100 Td (#######) Tj 0 -14 Td (######) Tj ET EMC",
            "one two / three",
        ),
        // Unbalanced ends do no harm.
        ("EMC EMC BT /F1 12 Tf 20 100 Td (text) Tj ET", "text"),
    ];
    for (page_content, expected) in cases {
        assert_eq!(shown(page_content), expected, "{page_content}");
    }
    let artifact = content(&TestPdf::with_content("/Artifact BMC BT /F1 12 Tf 20 100 Td (7) Tj ET EMC"));
    assert!(artifact.glyphs.glyphs.iter().all(|glyph| glyph.flags & flags::ARTIFACT != 0));
}

#[test]
fn optional_content_that_is_off_is_not_read() {
    let page_content = "/OC /L1 BDC BT /F1 12 Tf 20 100 Td (draft) Tj ET EMC \
                        /OC /L2 BDC BT /F1 12 Tf 20 80 Td (final) Tj ET EMC";
    let pdf = TestPdf::with_content(page_content)
        .object(1, "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [20 0 R 21 0 R] /D << /OFF [20 0 R] >> >> >>")
        .object(
            3,
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> /Properties << /L1 20 0 R /L2 21 0 R >> >> >>",
        )
        .object(20, "<< /Type /OCG /Name (Draft) >>")
        .object(21, "<< /Type /OCG /Name (Final) >>");
    assert_eq!(text(&pdf), "final");
}

#[test]
fn membership_decides_by_its_policy_or_expression() {
    let is_read = |membership: &str| {
        let page_content = "/OC /M BDC BT /F1 12 Tf 20 100 Td (seen) Tj ET EMC";
        let catalog = "/OCProperties << /OCGs [20 0 R 21 0 R] /D << /OFF [20 0 R] >> >>";
        let pdf = TestPdf::with_content(page_content)
            .object(1, format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"))
            .object(
                3,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
                 /Resources << /Font << /F1 5 0 R >> /Properties << /M 22 0 R >> >> >>",
            )
            .object(20, "<< /Type /OCG /Name (Off) >>")
            .object(21, "<< /Type /OCG /Name (On) >>")
            .object(22, format!("<< /Type /OCMD {membership} >>"))
            .object(23, "[/Not 23 0 R]");
        text(&pdf) == "seen"
    };
    let cases = [
        ("/OCGs 20 0 R", false),
        ("/OCGs [20 0 R 21 0 R]", true),
        ("/OCGs [20 0 R 21 0 R] /P /AllOn", false),
        ("/OCGs [20 0 R 21 0 R] /P /AnyOff", true),
        ("/OCGs [20 0 R 21 0 R] /P /AllOff", false),
        ("/OCGs 20 0 R /VE [/Not 20 0 R]", true),
        ("/OCGs 21 0 R /VE [/And 21 0 R 20 0 R]", false),
        ("/OCGs 20 0 R /VE [/Or 20 0 R [/Not [/Not 21 0 R]]]", true),
        // What is no expression, or names itself, leaves it to the policy.
        ("/OCGs 20 0 R /VE [/Xor 21 0 R]", false),
        ("/OCGs 21 0 R /VE 23 0 R", true),
    ];
    for (membership, expected) in cases {
        assert_eq!(is_read(membership), expected, "{membership}");
    }
}

#[test]
fn annotations_show_their_appearance() {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
                /Resources << /Font << /F1 5 0 R >> >> /Annots [30 0 R 31 0 R] >>";
    let appearance = "/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 5 0 R >> >>";
    let pdf = TestPdf::with_text("page")
        .object(3, page)
        .object(30, "<< /Subtype /Widget /Rect [20 20 120 40] /AP << /N 32 0 R >> >>")
        .object(31, "<< /Subtype /Widget /F 2 /Rect [20 60 120 80] /AP << /N 33 0 R >> >>")
        .stream(32, appearance, "BT /F1 12 Tf 2 5 Td (filled in) Tj ET")
        .stream(33, appearance, "BT /F1 12 Tf 2 5 Td (hidden) Tj ET");
    assert_eq!(text(&pdf), "page / filled in");
}

#[test]
fn fields_without_appearance_show_their_value() {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R \
                /Resources << /Font << /F1 5 0 R >> >> /Annots [30 0 R] >>";
    let appearance = "/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 5 0 R >> >>";
    let form = |catalog: &str, field: &str| {
        TestPdf::with_text("page")
            .object(1, format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"))
            .object(3, page)
            .object(
                30,
                format!(
                    "<< {} /Rect [20 20 120 40] {field} >>",
                    if field.contains("/Subtype") { "" } else { "/Subtype /Widget" }
                ),
            )
            .object(31, "<< /FT /Tx /V (inherited value) >>")
            .stream(32, appearance, "BT /F1 12 Tf 2 5 Td (drawn) Tj ET")
    };
    let left_to_the_reader = "/AcroForm << /NeedAppearances true >>";
    let cases = [
        ("", "/FT /Tx /DA (/F1 10 Tf) /V (a value)", "page / a value"),
        ("", "/Parent 31 0 R", "page / inherited value"),
        ("", "/FT /Tx /V (one\\rtwo)", "page / one / two"),
        // Its appearance goes first, unless it is said to be out of date.
        ("", "/FT /Tx /V (a value) /AP << /N 32 0 R >>", "page / drawn"),
        (left_to_the_reader, "/FT /Tx /V (a value) /AP << /N 32 0 R >>", "page / a value"),
        // A combo box shows what is chosen, by its name, a list box everything.
        ("", "/FT /Ch /Ff 131072 /V (b) /Opt [(a) [(b) (Second)]]", "page / Second"),
        ("", "/FT /Ch /V (b) /Opt [(First) [(b) (Second)]]", "page / First / Second"),
        // Free text is no field, but shown alike.
        ("", "/Subtype /FreeText /Contents (a note)", "page / a note"),
        // Nothing to show: passwords, hidden and empty fields, buttons.
        ("", "/FT /Tx /Ff 8192 /V (secret)", "page"),
        ("", "/FT /Tx /F 2 /V (hidden)", "page"),
        ("", "/FT /Tx", "page"),
        ("", "/FT /Btn /V /Off", "page"),
    ];
    for (catalog, field, expected) in cases {
        assert_eq!(text(&form(catalog, field)), expected, "{field}");
    }
}

#[test]
fn glyphs_stand_where_the_page_shows_them() {
    // The same text on the page turned by /Rotate: 20 from the left and 100 from the bottom before turning.
    let cases = [(0, (20.0, 100.0)), (90, (100.0, 20.0)), (180, (180.0, 100.0)), (270, (100.0, 180.0))];
    for (rotate, (x, y)) in cases {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Rotate {rotate} /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> >> >>"
        );
        let read = content(&TestPdf::with_text("turned").object(3, page));
        let first = read.glyphs.glyphs[0];
        assert_eq!((first.x.round(), first.y.round()), (x, y), "{rotate}");
        assert_eq!(first.size.round(), 12.0);
    }
}

#[test]
fn a_page_over_its_limits_is_truncated() {
    let pdf = TestPdf::with_content("BT /F1 12 Tf 20 100 Td (first) Tj ET q Q q Q q Q q Q (last) Tj").bytes();
    let limits = crate::pdf::Limits { page_operators: 6, ..Default::default() };
    let pdf = Pdf::open(&pdf, &limits, &[]).expect("a readable test file");
    let page = pdf.page(0).expect("a page");
    let read = read_page(&pdf, &page, &DocumentFonts::new(&pdf), Instant::now() + Duration::from_secs(60));
    assert!(read.is_truncated);
    assert_eq!(lay_out(&read.glyphs).text, "first\n");
}

#[test]
fn an_empty_page_is_not_an_unreadable_one() {
    // "" as zlib writes it, and as much damage as there could have been content.
    let empty = [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    let cases: [(&[u8], bool); 3] = [(&empty, false), (&[0; 200], true), (b"", false)];
    for (bytes, is_unreadable) in cases {
        let pdf = TestPdf::with_text("").stream(4, "/Filter /FlateDecode", bytes);
        assert_eq!(content(&pdf).is_unreadable, is_unreadable, "{bytes:?}");
    }
}
