//! Scanned fixtures beside what is known of them: the words that were printed, and where they were printed.
//!
//! Skipped with a message where tesseract is not installed, unless `RECTO_REQUIRE_ALL` is set: then that is a failure.

use super::{counts, f1, manifest, opened, plain};
use recto::extract::{ExtractOptions, READER_STACK_BYTES, extract};
use recto::ocr::{Ocr, OcrMode, OcrOptions, Source};
use recto::report::{Page, PageStatus, Quad, Report};
use recto::worker::{Reading, WorkerPool};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

const PROGRAM: &str = env!("CARGO_BIN_EXE_recto");

/// Whether tesseract can read English and German here.
#[expect(clippy::print_stderr, reason = "a skipped test must say what it lacks")]
pub fn has_tesseract() -> bool {
    let listing = Command::new("tesseract").arg("--list-langs").output();
    let knows = |language: &str| {
        listing
            .as_ref()
            .is_ok_and(|listing| String::from_utf8_lossy(&listing.stdout).lines().any(|line| line == language))
    };
    let is_there = knows("eng") && knows("deu");
    if !is_there {
        let message =
            "no tesseract found: install `tesseract-ocr` and `tesseract-ocr-deu` to run the tests of scanned pages";
        assert!(std::env::var_os("RECTO_REQUIRE_ALL").is_none(), "{message}");
        eprintln!("skipped: {message}");
    }
    is_there
}

/// Reads a fixture and recognises its pages; drawn by workers, or by this process.
fn recognised(file: &str, mode: OcrMode, workers: Option<&WorkerPool>) -> Report {
    let bytes = manifest::all().into_iter().find(|fixture| fixture.file == file).expect("bundled").bytes();
    let ocr = Ocr::new(OcrOptions { mode, ..OcrOptions::default() }, PathBuf::from(PROGRAM));
    let read = || {
        let options = ExtractOptions::default();
        let read = |options: &ExtractOptions| extract(&bytes, file, options).map(Reading::of);
        let source = Source { bytes: &bytes, name: file, extract: &options, workers };
        let reading = read(&options).expect("a sound file");
        ocr.complete(reading, source, &read, &AtomicBool::new(false)).expect("a sound file")
    };
    let reading = std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(READER_STACK_BYTES);
        reader.spawn_scoped(scope, read).expect("a thread").join().expect("no panic")
    });
    assert_eq!((reading.unrecognised, reading.report.partial), (0, None), "{file}");
    reading.report
}

#[test]
fn scanned_pages_say_what_was_printed() {
    if !has_tesseract() {
        return;
    }
    let workers = WorkerPool::new(Path::new(PROGRAM));
    let partly = vec![PageStatus::Text, PageStatus::Ocr, PageStatus::NoText, PageStatus::Ocr];
    for (file, statuses, language, title) in [
        ("scanned-minutes.pdf", vec![PageStatus::Ocr; 2], "en", "Parish of Little Haverley"),
        ("scanned-klimaschutz.pdf", vec![PageStatus::Ocr; 2], "de", "Klimaschutz in kleinen Kommunen"),
        ("partly-scanned-schools.pdf", partly, "en", "Energy efficiency in primary schools"),
    ] {
        let report = recognised(file, OcrMode::Auto, Some(&workers));
        assert_eq!(report.pages.iter().map(|page| page.status).collect::<Vec<_>>(), statuses, "{file}");
        assert_eq!((report.about.language.as_deref(), report.about.title.as_str()), (Some(language), title), "{file}");
        let fixture = manifest::all().into_iter().find(|fixture| fixture.file == file).expect("bundled");
        let expected = fixture.expected_text().expect("printed");
        for (page, expected) in report.pages.iter().zip(expected.split('\u{C}')) {
            let (words, pairs) = counts(&page.text);
            let (expected_words, expected_pairs) = counts(expected);
            let (word_f1, pair_f1) = (f1(&words, &expected_words), f1(&pairs, &expected_pairs));
            assert!(word_f1 > 0.96 && pair_f1 > 0.92, "{file} page {}: {word_f1:.3} {pair_f1:.3}", page.number);
        }
    }
}

/// Words of letters with the middle of their boxes, in order.
fn places(page: &Page) -> Vec<(&str, (f32, f32))> {
    let middle = |quad: &Quad| ((quad.x0 + quad.x1) / 2.0, (quad.y0 + quad.y1) / 2.0);
    let word = |word: &recto::report::WordBox| {
        word.span.of(&page.text).trim_matches(|character: char| !character.is_alphanumeric()).len() > 3
    };
    page.words
        .iter()
        .filter(|found| word(found))
        .map(|found| (found.span.of(&page.text), middle(&found.quad)))
        .collect()
}

/// The place on a sheet that lies as it is read.
fn upright(place: (f32, f32)) -> (f32, f32) {
    place
}

/// The place on a sheet that lies on its side: turned counter-clockwise.
fn on_its_side((x, y): (f32, f32)) -> (f32, f32) {
    (y, 1.0 - x)
}

#[test]
fn recognised_words_are_where_they_were_printed() {
    if !has_tesseract() {
        return;
    }
    let known = |file: &str| {
        let fixture = manifest::all().into_iter().find(|fixture| fixture.file == file).expect("bundled");
        opened(&fixture).expect("a sound file")
    };
    let (german, english) = (known("klimaschutz-kommunen.pdf"), known("energy-efficiency-schools.pdf"));
    // The sheets that lie on their side without saying so, and those that do not; each is the page of the same number.
    for (file, origin, straight, askew) in [
        ("scanned-klimaschutz.pdf", &german, vec![0, 1], None),
        ("partly-scanned-schools.pdf", &english, vec![0, 1], Some(3)),
    ] {
        let report = recognised(file, OcrMode::Auto, None);
        for scanned in straight.into_iter().chain(askew) {
            let turn: fn((f32, f32)) -> (f32, f32) = if Some(scanned) == askew { on_its_side } else { upright };
            let found = places(&report.pages[scanned]);
            let printed = places(&origin.pages[scanned]);
            let is_near =
                |from: (f32, f32), to: (f32, f32)| (from.0 - to.0).abs() < 0.02 && (from.1 - to.1).abs() < 0.02;
            let placed = printed.iter().filter(|(word, place)| {
                found.iter().any(|(other, other_place)| other == word && is_near(turn(*place), *other_place))
            });
            let share = placed.count() as f64 / printed.len() as f64;
            assert!(printed.len() > 40 && share > 0.93, "{file} page {}: {share:.3} are in their place", scanned + 1);
        }
    }
}

#[test]
fn every_page_is_recognised_if_that_is_asked_for() {
    if !has_tesseract() {
        return;
    }
    let report = recognised("partly-scanned-schools.pdf", OcrMode::Force, None);
    let statuses: Vec<PageStatus> = report.pages.iter().map(|page| page.status).collect();
    assert_eq!(statuses, [PageStatus::Ocr, PageStatus::Ocr, PageStatus::NoText, PageStatus::Ocr]);
    assert!(
        plain(&report.pages[0]).contains("Sixty primary schools in the Vale of Tarrant"),
        "{}",
        report.pages[0].text
    );
}
