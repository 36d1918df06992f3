//! Which reports are told as near-copies of one another.

use super::library::{Made, Shelf, asked, made};
use crate::search::{CopyKind, SearchRequest};

/// Words that no other `seed` gives, so many a page, all pages with the word `shared`.
fn text(seed: usize, words: usize, per_page: usize) -> Vec<String> {
    let words: Vec<String> = (0..words).map(|place| format!("w{}x{seed}", place * place % 977)).collect();
    words.chunks(per_page).map(|page| format!("shared {}", page.join(" "))).collect()
}

/// The pages with every so many words one replaced.
fn revised(pages: &[String], every: usize) -> Vec<String> {
    let revise = |(place, word): (usize, &str)| {
        if place % every == every - 1 { format!("new{place}") } else { word.to_owned() }
    };
    let page = |page: &String| page.split(' ').enumerate().map(revise).collect::<Vec<_>>().join(" ");
    pages.iter().map(page).collect()
}

fn with(name: &'static str, pages: Vec<String>) -> Made {
    Made { pages, ..made(name, &[]) }
}

fn family() -> Vec<Made> {
    let base = text(1, 900, 300);
    let footer = "Sanitation Trust";
    let whole = base.join(" ");
    let export: Vec<&str> = whole.split(' ').collect();
    let export = export.chunks(250).map(|page| format!("{}\n{footer}", page.join(" "))).collect();
    vec![
        with("first", base.clone()),
        Made { footer, ..with("export", export) },
        Made {
            title: "Second edition",
            date: Some("2023-05"),
            language: Some("en"),
            ..with("second", revised(&base, 16))
        },
        with("third", revised(&base, 7)),
        with("other", text(2, 900, 300)),
        with("note", vec!["shared words on a short note".to_owned()]),
        with("note again", vec!["shared words on a short note".to_owned()]),
        with("blank", vec![String::new()]),
    ]
}

/// The near-copies of a report by name, with their kinds.
fn told(shelf: &Shelf, made: &Made) -> Vec<(&'static str, CopyKind)> {
    let copies = shelf.engine.copies(made.id()).expect("answers").copies;
    copies.iter().map(|copy| (shelf.name(copy.id), copy.kind)).collect()
}

#[test]
fn copies_and_editions_are_told_and_other_texts_are_not() {
    use CopyKind::{Copy, Edition};
    let all = family();
    let apart: Vec<&[Made]> = all.chunks(1).collect();
    for shelf in [Shelf::of(&[&all]), Shelf::of(&apart), Shelf::of(&[&all, &all])] {
        for (name, expected) in [
            ("first", &[("export", Copy), ("second", Edition)][..]),
            ("export", &[("first", Copy), ("second", Edition)]),
            ("second", &[("export", Edition), ("first", Edition)]),
            // Every seventh word is another: more than half of the runs are.
            ("third", &[]),
            ("other", &[]),
            ("note", &[]),
            ("blank", &[]),
        ] {
            let made = all.iter().find(|made| made.name == name).expect("one of them");
            let mut found = told(&shelf, made);
            found.sort_unstable_by_key(|(name, _)| *name);
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn deleted_reports_are_no_copies_and_unknown_ones_have_none() {
    let all = family();
    let mut shelf = Shelf::of(&[&all]);
    shelf.delete(&all[1]);
    assert_eq!(told(&shelf, &all[0]), [("second", CopyKind::Edition)]);
    assert_eq!(told(&shelf, &all[1]), []);
    shelf.add(&all[1..2]);
    assert_eq!(told(&shelf, &all[0]).len(), 2);
    assert_eq!(told(&Shelf::empty(), &all[0]), []);
}

#[test]
fn hits_tell_their_copies_and_stay_hits_of_their_own() {
    let shelf = Shelf::of(&[&family()]);
    let response = shelf.search(&SearchRequest { limit: 2, pages: 0, ..asked("shared") });
    assert_eq!((response.total.value, response.hits.len()), (7, 2));
    let response = shelf.search(&asked("shared"));
    assert_eq!(response.hits.len(), 7);
    let hit = response.hits.iter().find(|hit| shelf.name(hit.id) == "first").expect("found");
    let edition = hit.copies.last().expect("the less alike of two");
    assert_eq!((edition.title.as_str(), edition.date.as_deref()), ("Second edition", Some("2023-05")));
    assert_eq!((edition.language.as_deref(), edition.kind), (Some("en"), CopyKind::Edition));
    assert_eq!(edition.url, format!("/reports/{}", edition.id));
    assert!((0.5..0.9).contains(&edition.resemblance), "{}", edition.resemblance);
    assert_eq!((hit.copies.len(), hit.more_copies), (2, 0));
}

#[test]
fn of_many_copies_some_are_told_and_all_that_are_shown() {
    const NAMES: [&str; 30] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
        "w", "x", "y", "z", "aa", "bb", "cc", "dd",
    ];
    let all: Vec<Made> = NAMES.iter().map(|name| with(name, text(3, 600, 300))).collect();
    let shelf = Shelf::of(&[&all]);
    let copies = shelf.engine.copies(all[0].id()).expect("answers");
    assert_eq!((copies.copies.len(), copies.more_copies), (20, 9));
    let response = shelf.search(&SearchRequest { limit: 10, ..asked("shared") });
    let shown: Vec<_> = response.hits.iter().map(|hit| hit.id).collect();
    for hit in &response.hits {
        let told = shown.iter().filter(|id| hit.copies.iter().any(|copy| copy.id == **id)).count();
        assert_eq!((told, hit.copies.len() + hit.more_copies as usize), (9, 29));
    }
}
