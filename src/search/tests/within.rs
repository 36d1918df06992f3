//! Searches within one report, and the marks on its pages.

use super::library::{Made, Shelf, asked, made};
use crate::search::PageMarks;

fn shelf() -> (Shelf, Made) {
    let report = made(
        "one",
        &["Cash was paid late. The cash", "transfers reached all. School.", "No word of it.", "A transfer."],
    );
    let shelf = Shelf::of(&[&[made("two", &["cash transfers of another report"])], std::slice::from_ref(&report)]);
    (shelf, report)
}

fn marks(shelf: &Shelf, report: &Made, q: &str, number: u32) -> (Vec<String>, Vec<u32>) {
    let page = shelf.page(report.id(), number);
    let PageMarks { spans, pages, .. } = shelf.engine.page_marks(q, report.id(), number, &page).expect("answers");
    (spans.iter().map(|span| span.of(&page.text).to_owned()).collect(), pages)
}

#[test]
fn a_report_shows_its_own_pages_even_if_it_lacks_a_word() {
    let (shelf, report) = shelf();
    for (q, expected) in [
        ("cash", vec![1]),
        ("cash transfer", vec![1, 2, 4]),
        ("school zebra", vec![2]),
        ("\"cash transfers\"", vec![1]),
        ("zebra", vec![]),
        ("", vec![]),
        ("...", vec![]),
    ] {
        let hit = shelf.engine.search_within(&asked(q), report.id()).expect("answers");
        let mut pages: Vec<u32> = hit.iter().flat_map(|hit| hit.pages.iter().map(|page| page.page)).collect();
        pages.sort_unstable();
        assert_eq!(pages, expected, "{q}");
        assert!(hit.is_none_or(|hit| hit.id == report.id()), "{q}");
    }
    let elsewhere = made("three", &["cash"]);
    assert_eq!(shelf.engine.search_within(&asked("cash"), elsewhere.id()).expect("answers"), None);
}

#[test]
fn matches_are_counted_on_the_nearest_pages() {
    let pages: Vec<String> = (1..=30).map(|number| "A transfer. ".repeat(1 + number % 3)).collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let report = made("long", &pages);
    let shelf = Shelf::of(&[std::slice::from_ref(&report)]);
    let page = shelf.page(report.id(), 20);
    let PageMarks { counts, pages, .. } = shelf.engine.page_marks("transfer", report.id(), 20, &page).expect("answers");
    let wanted: Vec<(u32, u32)> = (14..=25).map(|number| (number, 1 + number % 3)).collect();
    assert_eq!((counts, pages.len()), (wanted, 30));
}

#[test]
fn pages_are_marked_as_the_query_means_them() {
    let (shelf, report) = shelf();
    for (q, page, words, pages) in [
        ("cash", 1, vec!["Cash", "cash"], vec![1]),
        ("transfer", 2, vec!["transfers"], vec![2, 4]),
        ("\"cash transfers\"", 1, vec!["cash"], vec![1]),
        // The rest of a phrase that began on the page before.
        ("\"cash transfers\"", 2, vec!["transfers"], vec![1]),
        ("zebra", 1, vec![], vec![]),
        ("", 1, vec![], vec![]),
    ] {
        let expected = (words.into_iter().map(str::to_owned).collect(), pages);
        assert_eq!(marks(&shelf, &report, q, page), expected, "{q}");
    }
}

#[test]
fn words_broken_at_line_ends_are_found_joined_and_as_printed() {
    // Joined by the reader, and left with a hyphen that may belong to the word.
    let report = made("one", &["a new pro\u{AD}gramme\nbegins", "a well-\nknown thing"]);
    let shelf = Shelf::of(&[std::slice::from_ref(&report)]);
    for (q, page) in [
        ("programme", 1),
        ("pro-gramme", 1),
        ("\"new programme begins\"", 1),
        ("wellknown", 2),
        ("well-known", 2),
        ("known", 2),
        ("\"well known thing\"", 2),
    ] {
        let hit = shelf.engine.search_within(&asked(q), report.id()).expect("answers");
        let pages: Vec<u32> = hit.iter().flat_map(|hit| hit.pages.iter().map(|page| page.page)).collect();
        assert_eq!(pages, [page], "{q}");
    }
}

#[test]
fn a_deleted_report_has_no_pages_to_show() {
    let (mut shelf, report) = shelf();
    shelf.delete(&report);
    assert_eq!(shelf.engine.search_within(&asked("cash"), report.id()).expect("answers"), None);
}
