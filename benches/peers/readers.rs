//! The Rust readers of PDF text beside Recto: `readers NAME FILE…` reads every file with one of them and prints how many
//! files it read, how many it gave up, and how many characters came out.
//!
//! Built by `peers.py` as a program of its own, so that none of them is a dependency of Recto.

use std::panic::{AssertUnwindSafe, catch_unwind};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().expect("the name of a reader");
    let read: fn(&str) -> Option<usize> = match name.as_str() {
        "pdf-extract" => |path| pdf_extract::extract_text(path).ok().map(|text| text.chars().count()),
        "pdf_oxide" => |path| {
            let document = pdf_oxide::PdfDocument::open(path).ok()?;
            let pages = document.page_count().ok()?;
            Some((0..pages).filter_map(|page| document.extract_text(page).ok()).map(|text| text.chars().count()).sum())
        },
        "unpdf" => |path| unpdf::extract_text(path).ok().map(|text| text.chars().count()),
        other => panic!("no reader is called {other}"),
    };
    std::panic::set_hook(Box::new(|_| {}));
    let (mut files, mut failed, mut characters) = (0, 0, 0);
    for path in arguments {
        match catch_unwind(AssertUnwindSafe(|| read(&path))) {
            Ok(Some(count)) => (files, characters) = (files + 1, characters + count),
            _ => failed += 1,
        }
    }
    println!("{{\"read\": {files}, \"failed\": {failed}, \"characters\": {characters}}}");
}
