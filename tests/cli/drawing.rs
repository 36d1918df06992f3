//! Pages drawn in processes of their own: the pictures are those drawn here, and whoever dies over one costs that one.

use crate::cli::sandbox::pdf;
use recto::extract::READER_STACK_BYTES;
use recto::pdf::Limits;
use recto::render::{Document, Picture, RenderError, RenderOptions};
use recto::report::Reason;
use recto::worker::WorkerPool;
use std::path::Path;

const PAGES: [&str; 4] = ["The first page.", "The second page.", "The third page.", "The fourth page."];

fn pool() -> WorkerPool {
    WorkerPool::new(Path::new(env!("CARGO_BIN_EXE_recto")))
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).expect("bundled")
}

/// What came of pages, in the order it was told.
fn drawn(
    pool: &WorkerPool,
    bytes: &[u8],
    name: &str,
    pages: &[u32],
    options: &RenderOptions,
) -> Vec<(u32, Result<Picture, RenderError>)> {
    let mut told = Vec::new();
    pool.render(bytes, name, pages, options, &mut |page, result| {
        told.push((page, result));
        true
    });
    told
}

/// Draws pages in this process.
fn drawn_here(bytes: Vec<u8>, pages: Vec<u32>, options: RenderOptions) -> Vec<(u32, Result<Picture, RenderError>)> {
    let work = move || {
        let document = Document::open(bytes, options).expect("a sound file");
        let renderer = document.renderer();
        pages.into_iter().map(|page| (page, renderer.render(page))).collect()
    };
    std::thread::Builder::new().stack_size(READER_STACK_BYTES).spawn(work).expect("a thread").join().expect("no panic")
}

#[test]
fn confined_processes_draw_what_any_other_does() {
    let pool = pool();
    let secret = RenderOptions { passwords: vec!["recto".to_owned()], ..RenderOptions::page(600) };
    for (name, pages, options) in [
        ("spin-out-study.pdf", vec![15, 1, 11], RenderOptions::page(600)),
        ("scanned-minutes.pdf", vec![1, 2], RenderOptions::raster(150)),
        // Fonts that are not embedded, and a script with character maps of its own.
        ("waste-circular.pdf", vec![1], RenderOptions::page(600)),
        ("japanese-disaster-plan.pdf", vec![2, 9], RenderOptions::page(600)),
        ("encrypted-secret.pdf", vec![1], secret),
    ] {
        let bytes = fixture(name);
        let apart = drawn(&pool, &bytes, name, &pages, &options);
        assert!(apart == drawn_here(bytes, pages, options), "{name}");
        assert!(apart.iter().any(|(_, result)| result.is_ok()), "{name}: {apart:?}");
    }
}

#[test]
fn a_process_that_dies_over_a_page_costs_that_page() {
    let pool = pool();
    let bytes = pdf("Faults", &PAGES);
    let limits = Limits { stall_milliseconds: 2_000, memory_bytes: 400_000_000, ..Limits::default() };
    let options = RenderOptions { limits, ..RenderOptions::page(200) };
    for (kind, reason) in [
        ("abort", Reason::Crashed),
        ("exit", Reason::Crashed),
        ("garbage", Reason::Crashed),
        ("hang", Reason::Timeout),
        ("memory", Reason::OutOfMemory),
        ("stack", Reason::Crashed),
    ] {
        let told = drawn(&pool, &bytes, &format!("fault-{kind}@1.pdf"), &[1, 2, 3, 4], &options);
        let reasons: Vec<(u32, Option<Reason>)> =
            told.iter().map(|(page, result)| (*page, result.as_ref().err().map(|error| error.reason))).collect();
        assert_eq!(reasons, [(1, None), (2, Some(reason)), (3, None), (4, None)], "{kind}");
    }
}

#[test]
fn a_file_that_costs_too_many_processes_is_given_up() {
    let pool = WorkerPool::new(Path::new("/nonexistent/recto"));
    let told = drawn(&pool, &pdf("None", &PAGES), "none.pdf", &[1, 2, 3, 4].repeat(4), &RenderOptions::page(200));
    assert_eq!(told.len(), 16, "every page is told of");
    let reasons: Vec<Reason> = told.iter().filter_map(|(_, result)| result.as_ref().err()).map(|e| e.reason).collect();
    // No process could be had for the first pages, and none is asked for after that.
    assert_eq!(reasons, [[Reason::Killed; 9].as_slice(), &[Reason::Crashed; 7]].concat());
}

#[test]
fn whoever_wants_no_more_pictures_gets_none() {
    let pool = pool();
    let bytes = pdf("Many", &PAGES);
    let mut told = 0;
    pool.render(&bytes, "many.pdf", &[1, 2, 3, 4], &RenderOptions::page(200), &mut |_, _| {
        told += 1;
        told < 2
    });
    assert_eq!(told, 2);
    // What was under way for others is not taken for this.
    let picture = pool.picture(&bytes, "many.pdf", 4, &RenderOptions::page(120)).expect("drawn");
    assert_eq!(picture.width(), 120);
    assert_eq!(
        pool.picture(&bytes, "many.pdf", 5, &RenderOptions::page(120)).expect_err("no page").reason,
        Reason::Damaged
    );
}

#[test]
fn pictures_leave_as_png() {
    let bytes = fixture("spin-out-study.pdf");
    for (page, kind) in [(1, png::ColorType::Grayscale), (11, png::ColorType::Rgb)] {
        let picture = pool().picture(&bytes, "study.pdf", page, &RenderOptions::page(300)).expect("drawn");
        let encoded = picture.png().expect("encoded");
        let mut reader = png::Decoder::new(std::io::Cursor::new(encoded)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("its size")];
        let info = reader.next_frame(&mut pixels).expect("pixels");
        assert_eq!((info.width, info.height, info.color_type), (picture.width(), picture.height(), kind));
        assert_eq!(pixels, picture.pixels());
    }
}
