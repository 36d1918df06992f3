//! Where words stand on the displayed page, where that can be told by hand.

use super::carriers;
use recto::extract::{ExtractOptions, extract};
use recto::report::Page;

/// The page of a file whose page object has these entries; its fonts are Helvetica as `F1`, a Hebrew font whose `a` and
/// `b` are alef and bet as `F2`, and a Japanese one that writes vertically as `F3`.
fn page(entries: &str, content: &str) -> Page {
    file_and_page(entries, content).1
}

/// The file as well.
pub fn file_and_page(entries: &str, content: &str) -> (Vec<u8>, Page) {
    let page = format!(
        "<< /Type /Page /Parent 2 0 R {entries} /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> >> >>"
    );
    let bytes = carriers::file(&[
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        page.into_bytes(),
        carriers::stream("", content.as_bytes()),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Hebrew /FirstChar 97 /Widths [500 500] \
          /Encoding << /Differences [97 /afii57664 /afii57665] >> >>"
            .to_vec(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Mincho /Encoding /UniJIS-UTF16-V /DescendantFonts [<< /Type /Font \
          /Subtype /CIDFontType0 /BaseFont /Mincho /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) \
          /Supplement 2 >> >>] >>"
            .to_vec(),
    ]);
    let page = extract(&bytes, "page.pdf", &ExtractOptions::default()).expect("a sound file").pages.remove(0);
    (bytes, page)
}

/// A word and its box.
type Boxed = (&'static str, [f32; 4]);

/// The page's words with their boxes in points from the upper left corner.
fn boxes(page: &Page) -> Vec<(String, [f32; 4])> {
    let (width, height) = (page.width, page.height);
    let in_points = |[x0, y0, x1, y1]: [f32; 4]| [x0 * width, y0 * height, x1 * width, y1 * height];
    page.words.iter().map(|word| (word.span.of(&page.text).to_owned(), in_points(word.quad.into()))).collect()
}

fn assert_boxes(page: &Page, expected: &[Boxed], label: &str) {
    let found = boxes(page);
    let is_near = |(found, expected): (&(String, [f32; 4]), &Boxed)| {
        found.0 == expected.0 && found.1.iter().zip(expected.1).all(|(found, expected)| (found - expected).abs() < 0.1)
    };
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(is_near), "{label}: {found:?}");
}

#[test]
fn boxes_stand_on_the_displayed_page() {
    // `Hi` is 7.22 and 2.22 wide and reaches from 7.18 above the baseline to 2.07 below it.
    let content = "BT /F1 10 Tf 20 100 Td (Hi) Tj ET";
    let cases = [
        ("/MediaBox [0 0 200 400]", (200.0, 400.0), [20.0, 292.82, 29.44, 302.07]),
        ("/MediaBox [0 0 200 400] /Rotate 90", (400.0, 200.0), [97.93, 20.0, 107.18, 29.44]),
        ("/MediaBox [0 0 200 400] /Rotate 180", (200.0, 400.0), [170.56, 97.93, 180.0, 107.18]),
        ("/MediaBox [0 0 200 400] /Rotate 270", (400.0, 200.0), [292.82, 170.56, 302.07, 180.0]),
        ("/MediaBox [-100 -100 100 300]", (200.0, 400.0), [120.0, 192.82, 129.44, 202.07]),
        ("/MediaBox [0 0 200 400] /CropBox [10 50 110 250]", (100.0, 200.0), [10.0, 142.82, 19.44, 152.07]),
        ("/MediaBox [0 0 200 400] /CropBox [10 50 110 250] /Rotate 90", (200.0, 100.0), [47.93, 10.0, 57.18, 19.44]),
        ("/MediaBox [0 0 200 400] /UserUnit 2", (400.0, 800.0), [40.0, 585.64, 58.88, 604.14]),
    ];
    for (entries, size, expected) in cases {
        let page = page(entries, content);
        assert_eq!((page.width, page.height), size, "{entries}");
        assert_boxes(&page, &[("Hi", expected)], entries);
    }
}

#[test]
fn boxes_follow_the_way_text_runs() {
    let cases: [(&str, &str, &[Boxed]); 4] = [
        // Upwards: what is above the letters lies to their left.
        ("turned by its matrix", "/F1 10 Tf 0 1 -1 0 100 50 Tm (Hi) Tj", &[("Hi", [92.82, 340.56, 102.07, 350.0])]),
        ("stretched", "/F1 10 Tf 200 Tz 20 100 Td (Hi) Tj", &[("Hi", [20.0, 292.82, 38.88, 302.07])]),
        (
            "right to left",
            "/F2 10 Tf 20 100 Td (ab) Tj 20 0 Td (aa) Tj",
            &[("אא", [40.0, 292.5, 50.0, 302.5]), ("בא", [20.0, 292.5, 30.0, 302.5])],
        ),
        ("vertical", "/F3 10 Tf 100 300 Td <6C344E8B> Tj", &[("水事", [95.0, 100.0, 105.0, 120.0])]),
    ];
    for (label, text, expected) in cases {
        assert_boxes(&page("/MediaBox [0 0 200 400]", &format!("BT {text} ET")), expected, label);
    }
}

#[test]
fn a_word_over_a_line_end_has_two_boxes() {
    let content = "BT /F1 10 Tf 12 TL 20 100 Td (The table shows infor-) Tj T* (mation on every town.) Tj ET";
    let page = page("/MediaBox [0 0 200 400]", content);
    assert!(page.text.contains("infor\u{AD}mation"), "{}", page.text);
    let boxes = boxes(&page);
    let place = |text: &str| boxes.iter().find(|(word, _)| word == text).map(|(_, quad)| *quad).expect("its box");
    let (first, second) = (place("infor"), place("mation"));
    assert!(first[0] > 80.0 && first[3] < 302.2, "{first:?}");
    assert!((second[0] - 20.0).abs() < 0.1 && (second[1] - 304.82).abs() < 0.1, "{second:?}");
}
