//! Pictures of pages beside the boxes of their words: ink stands in the boxes, and hardly any elsewhere.

use super::{carriers, geometry, manifest, opened};
use recto::extract::READER_STACK_BYTES;
use recto::render::{Document, Picture, RenderError, RenderOptions, Shades};
use recto::report::{Page, PageStatus, Quad, Reason};

/// Draws pages of a file, on a thread with the stack that is asked for.
fn draw(bytes: Vec<u8>, options: RenderOptions, pages: &[u32]) -> Result<Vec<Picture>, RenderError> {
    let pages = pages.to_vec();
    let work = move || {
        let document = Document::open(bytes, options)?;
        let renderer = document.renderer();
        pages.into_iter().map(|page| renderer.render(page)).collect()
    };
    std::thread::Builder::new().stack_size(READER_STACK_BYTES).spawn(work).expect("a thread").join().expect("no panic")
}

/// Whether a pixel is clearly darker than paper.
fn is_ink(picture: &Picture, x: u32, y: u32) -> bool {
    let bytes = picture.shades().bytes() as usize;
    let at = (y as usize * picture.width() as usize + x as usize) * bytes;
    let pixel = &picture.pixels()[at..at + bytes];
    pixel.iter().map(|shade| u32::from(*shade)).sum::<u32>() < 170 * bytes as u32
}

/// The pixels of a quad and `margin` more on each side.
fn pixels_of(quad: Quad, picture: &Picture, margin: f32) -> impl Iterator<Item = (u32, u32)> {
    let (width, height) = (picture.width(), picture.height());
    let range = |from: f32, to: f32, side: u32| {
        let edge = |place: f32| place.clamp(0.0, side as f32) as u32;
        edge((from * side as f32 - margin).floor())..edge((to * side as f32 + margin).ceil())
    };
    let columns = range(quad.x0, quad.x1, width);
    range(quad.y0, quad.y1, height).flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

/// The smallest quad around all ink.
fn around_ink(picture: &Picture) -> Quad {
    let (width, height) = (picture.width(), picture.height());
    let ink = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|(x, y)| is_ink(picture, *x, *y));
    let [left, top, right, bottom] = ink.fold([width, height, 0, 0], |[left, top, right, bottom], (x, y)| {
        [left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)]
    });
    let [width, height] = [width as f32, height as f32];
    Quad { x0: left as f32 / width, y0: top as f32 / height, x1: right as f32 / width, y1: bottom as f32 / height }
}

#[test]
fn what_is_displayed_of_a_page_is_drawn_as_it_is_displayed() {
    for entries in [
        "/MediaBox [0 0 200 400]",
        "/MediaBox [0 0 200 400] /Rotate 90",
        "/MediaBox [0 0 200 400] /Rotate 180",
        "/MediaBox [0 0 200 400] /Rotate 270",
        "/MediaBox [0 0 200 400] /Rotate -90",
        "/MediaBox [-100 -100 100 300]",
        "/MediaBox [200 400 0 0]",
        "/MediaBox [0 0 200 400] /CropBox [10 50 110 250]",
        "/MediaBox [0 0 200 400] /CropBox [10 50 110 950] /Rotate 90",
        "/MediaBox [0 0 200 400] /UserUnit 2",
    ] {
        let (bytes, page) = geometry::file_and_page(entries, "BT /F1 10 Tf 20 100 Td (Hi) Tj ET");
        let picture = draw(bytes, RenderOptions::page(900), &[1]).expect(entries).remove(0);
        let shape = picture.height() as f32 / picture.width() as f32;
        assert!(picture.width() == 900 && (shape - page.height / page.width).abs() < 0.01, "{entries}: {picture:?}");
        let (word, ink) = (page.words[0].quad, around_ink(&picture));
        let place = format!("{entries}: {ink:?} in {word:?}");
        let slack = 0.004;
        assert!(ink.x0 > word.x0 - slack && ink.x1 < word.x1 + slack, "{place}");
        assert!(ink.y0 > word.y0 - slack && ink.y1 < word.y1 + slack, "{place}");
        assert!(ink.x1 - ink.x0 > 0.6 * (word.x1 - word.x0) && ink.y1 - ink.y0 > 0.6 * (word.y1 - word.y0), "{place}");
    }
}

/// Share of the words that have ink in their boxes, and share of the ink that stands in boxes.
fn agreement(page: &Page, picture: &Picture) -> (f64, f64) {
    let mut in_a_box = vec![false; picture.width() as usize * picture.height() as usize];
    let mut with_ink = 0;
    for word in &page.words {
        with_ink += usize::from(pixels_of(word.quad, picture, 0.0).any(|(x, y)| is_ink(picture, x, y)));
        for (x, y) in pixels_of(word.quad, picture, 2.0) {
            in_a_box[y as usize * picture.width() as usize + x as usize] = true;
        }
    }
    let (mut ink, mut ink_in_boxes) = (0_u32, 0_u32);
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            if is_ink(picture, x, y) {
                ink += 1;
                ink_in_boxes += u32::from(in_a_box[y as usize * picture.width() as usize + x as usize]);
            }
        }
    }
    (with_ink as f64 / page.words.len() as f64, f64::from(ink_in_boxes) / f64::from(ink.max(1)))
}

#[test]
fn words_are_drawn_where_their_boxes_are() {
    for fixture in manifest::all() {
        let Some(report) = opened(&fixture) else { continue };
        let pages: Vec<&Page> = report.pages.iter().filter(|page| page.status == PageStatus::Text).collect();
        let numbers: Vec<u32> = pages.iter().map(|page| page.number).collect();
        let passwords = fixture.password.iter().cloned().collect();
        let options = RenderOptions { passwords, ..RenderOptions::page(1_000) };
        let pictures =
            draw(fixture.bytes(), options, &numbers).unwrap_or_else(|error| panic!("{}: {error}", fixture.file));
        let mut shares = Vec::new();
        for (page, picture) in pages.iter().zip(&pictures) {
            let (words, ink) = agreement(page, picture);
            assert!(words > 0.99, "{} page {}: {words:.3} of the words are drawn", fixture.file, page.number);
            shares.push(ink);
        }
        // Pictures and the lines of tables are ink as well, so half of the pages speak for the rest.
        shares.sort_by(f64::total_cmp);
        let half = shares.get(shares.len() / 2).copied().unwrap_or(1.0);
        assert!(half > 0.9, "{}: {half:.3} of the ink stands in boxes", fixture.file);
    }
}

#[test]
fn scans_are_drawn_at_the_resolution_asked_for() {
    let fixture = manifest::all().into_iter().find(|fixture| fixture.file == "scanned-minutes.pdf").expect("bundled");
    let page = &opened(&fixture).expect("readable").pages[0];
    let picture = draw(fixture.bytes(), RenderOptions::raster(150), &[1]).expect("drawn").remove(0);
    assert_eq!(picture.width(), (page.width * 150.0 / 72.0).round() as u32);
    assert_eq!(picture.shades(), Shades::Grey);
    assert!(!picture.is_blank());
}

#[test]
fn what_cannot_be_drawn_has_a_reason() {
    let text = "BT /F1 10 Tf 20 100 Td (Hi) Tj ET";
    let large = |entries: &str| geometry::file_and_page(entries, text).0;
    let flood = carriers::page(
        carriers::stream("", b"/X1 Do"),
        "/XObject << /X1 5 0 R >>",
        vec![
            carriers::stream("/Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X2 6 0 R >> >>", b"/X2 Do"),
            carriers::stream(
                "/Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceGray",
                b"",
            ),
        ],
    );
    let locked = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/encrypted-secret.pdf")).expect("bundled");
    for (what, bytes, page, reason) in [
        ("no page", large("/MediaBox [0 0 200 400]"), 2, Reason::Damaged),
        ("page 0", large("/MediaBox [0 0 200 400]"), 0, Reason::Damaged),
        ("a giant", large("/MediaBox [0 0 20000 400]"), 1, Reason::LimitReached),
        ("a giant by its unit", large("/MediaBox [0 0 200 400] /UserUnit 100"), 1, Reason::LimitReached),
        ("nothing of a page", large("/MediaBox [0 0 200 400] /CropBox [10 50 10 50]"), 1, Reason::Damaged),
        ("a flood of pixels", flood, 1, Reason::LimitReached),
        ("no file", b"%PDF-1.7\nnothing".to_vec(), 1, Reason::Damaged),
        ("locked", locked, 1, Reason::NeedsPassword),
    ] {
        let error = draw(bytes, RenderOptions::page(100), &[page]).expect_err(what);
        assert_eq!(error.reason, reason, "{what}: {error}");
    }
}

#[test]
fn sides_are_bounded_and_shapes_kept() {
    let file = |entries: &str| geometry::file_and_page(entries, "").0;
    for (entries, options, expected) in [
        ("/MediaBox [0 0 200 400]", RenderOptions::page(3_000), (2_000, 4_000)),
        ("/MediaBox [0 0 200 400]", RenderOptions::page(0), (1, 1)),
        ("/MediaBox [0 0 14400 1]", RenderOptions::page(900), (900, 1)),
        ("/MediaBox [0 0 14400 1]", RenderOptions::raster(300), (10_000, 1)),
        ("/MediaBox [0 0 7200 7200]", RenderOptions::raster(300), (6_325, 6_325)),
    ] {
        let picture = draw(file(entries), options, &[1]).expect(entries).remove(0);
        assert_eq!((picture.width(), picture.height()), expected, "{entries}");
        assert!(picture.is_blank());
    }
}
