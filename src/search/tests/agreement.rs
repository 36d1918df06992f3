//! The engine agrees with the reference on any small library and any query: hits, pages, marks, boxes.

use super::library::{Made, Shelf, asked, made};
use super::reference::{Asked, Found, Place, Read, ReadPage, Words};
use crate::search::{PageHit, SearchRequest};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Words of pages and titles: none that carries grammar only, too short to have stems or with digits and so without.
const WORDS: &[&str] = &["ba", "bo", "xo", "ki", "kk11", "kk12", "kk21", "kkk1"];
const SECTIONS: &[&str] = &["xa", "xb"];
const NAMES: &[&str] = &["r1", "r2", "r3", "r4", "r5"];
const SEPARATORS: &[&str] = &[" ", "\n", "\n\n", ", "];

/// A page: its section, whether it ends with a running head, and its words, each with the separator after it; two
/// words joined by a hyphen are one entry.
type MadePage = (Option<usize>, bool, Vec<Entry>);
type Entry = (usize, Option<usize>, usize);
/// A report: the words of its title, its language, its pages.
type MadeReport = (Vec<usize>, Option<&'static str>, Vec<MadePage>);

#[derive(Debug, Clone)]
struct MadeLibrary {
    reports: Vec<MadeReport>,
    /// How many reports the first commit has.
    first: usize,
    /// Whether some are written again.
    again: bool,
}

fn library() -> impl Strategy<Value = MadeLibrary> {
    let word = 0..WORDS.len();
    let entry = (word.clone(), prop_oneof![5 => Just(None), 1 => word.clone().prop_map(Some)], 0..SEPARATORS.len());
    let words = prop_oneof![1 => Just(Vec::new()), 4 => prop::collection::vec(entry, 1..9)];
    let page = (prop::option::of(0..SECTIONS.len()), prop::bool::weighted(0.3), words);
    let language = prop_oneof![Just(None), Just(Some("en")), Just(Some("fr"))];
    let report = (prop::collection::vec(word, 0..3), language, prop::collection::vec(page, 1..5));
    (prop::collection::vec(report, 1..NAMES.len()), 0usize..5, any::<bool>())
        .prop_map(|(reports, first, again)| MadeLibrary { first: first.min(reports.len()), reports, again })
}

fn queries() -> impl Strategy<Value = Vec<Asked>> {
    let word = prop::sample::select(WORDS);
    let some = prop::collection::vec(word.clone(), 1..5);
    let words = prop_oneof![
        4 => word.clone().prop_map(Words::Word),
        1 => (word.clone(), word.clone()).prop_map(|(first, second)| Words::Joined(first, second)),
        2 => some.clone().prop_map(|words| Words::Phrase(words, 0)),
        2 => (some, 1u32..5).prop_map(|(words, slop)| Words::Phrase(words, slop)),
        1 => Just(Words::Beginning("kk1")),
        1 => Just(Words::Typo("kk11")),
    ];
    let leaf = prop_oneof![
        8 => words.clone().prop_map(Asked::Words),
        1 => words.prop_map(Asked::Title),
        1 => prop::sample::select(&["en", "fr"][..]).prop_map(Asked::Language),
        1 => (1u32..4, 0u32..3).prop_map(|(first, more)| Asked::Pages(first, first + more)),
        1 => prop::sample::select(SECTIONS).prop_map(Asked::Section),
    ];
    let tree = leaf.prop_recursive(3, 12, 4, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => some.clone().prop_map(Asked::And),
            2 => some.prop_map(Asked::Or),
            1 => inner.prop_map(|inner| Asked::Not(Box::new(inner))),
        ]
    });
    prop::collection::vec(tree, 12)
}

/// The text of a page without its running head, and what stands in it.
fn written(words: &[Entry]) -> (String, Vec<Place>) {
    let (mut text, mut places) = (String::new(), Vec::new());
    for (index, (first, second, separator)) in words.iter().enumerate() {
        let start = text.len();
        let (first, second) = (WORDS[*first], second.map(|second| WORDS[second]));
        text.push_str(first);
        let mut readings = vec![(first.to_owned(), start..text.len())];
        if let Some(second) = second {
            text.push('-');
            let middle = text.len();
            text.push_str(second);
            readings.insert(0, (format!("{first}{second}"), start..text.len()));
            places.push(Place(readings));
            places.push(Place(vec![(second.to_owned(), middle..text.len())]));
        } else {
            places.push(Place(readings));
        }
        if index + 1 < words.len() {
            text.push_str(SEPARATORS[*separator]);
        }
    }
    (text, places)
}

/// A library as it is indexed and as the reference reads it.
fn both(library: &MadeLibrary) -> Vec<(Made, Read)> {
    let report = |((title, language, pages), name): (&MadeReport, &&'static str)| {
        // Nobody asks for the words of the running head but with those of pages.
        let footer = " zz ba";
        let mut read = Read { title: Vec::new(), pages: Vec::new(), furniture: Vec::new(), language: *language };
        let mut made = Made { language: *language, footer, ..made(name, &[]) };
        let mut sections: Vec<&'static str> = Vec::new();
        for (section, has_footer, words) in pages {
            let (mut text, places) = written(words);
            if *has_footer && !text.is_empty() {
                text.push_str(footer);
                read.furniture = vec!["zz".to_owned(), "ba".to_owned()];
            }
            let section = section.map(|section| SECTIONS[section]);
            sections.push(section.unwrap_or("none"));
            read.pages.push(ReadPage { section, places });
            made.pages.push(text);
        }
        made.sections = sections.leak();
        let title: Vec<&str> = title.iter().map(|word| WORDS[*word]).collect();
        if !title.is_empty() {
            made.title = title.join(" ").leak();
            read.title = title.iter().map(|word| Place(vec![((*word).to_owned(), 0..0)])).collect();
        }
        (made, read)
    };
    library.reports.iter().zip(NAMES).map(report).collect()
}

fn shelf(library: &MadeLibrary, reports: &[Made]) -> Shelf {
    let (first, second) = reports.split_at(library.first);
    let mut shelf = Shelf::of(&[first, second]);
    if library.again {
        let again: Vec<Made> = reports.iter().step_by(2).cloned().collect();
        shelf.add(&again);
    }
    shelf
}

/// The texts marked on a page, and the boxes, as the reference has them.
fn expected(page: &Made, number: u32, marks: &[std::ops::Range<usize>]) -> (Vec<String>, usize) {
    let text = &page.pages[number as usize - 1];
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let is_marked = |word: &&str| {
        let (start, end) = (start_of(word), start_of(word) + word.len());
        marks.iter().any(|mark| mark.start < end && start < mark.end)
    };
    let boxes = text.split_whitespace().filter(is_marked).count();
    (marks.iter().map(|mark| plain(&text[mark.clone()])).collect(), boxes)
}

fn marked(page: &PageHit) -> (Vec<String>, usize) {
    let mut texts = Vec::new();
    for passage in &page.passages {
        let characters: Vec<char> = passage.text.chars().collect();
        let ranges = passage.ranges.iter();
        texts.extend(ranges.map(|[start, end]| characters[*start as usize..*end as usize].iter().collect::<String>()));
    }
    (texts, page.quads.len())
}

/// Each report found, each page of it shown, and what is marked there.
type Shown = BTreeMap<String, BTreeMap<u32, (Vec<String>, usize)>>;

fn of_reference(reports: &[(Made, Read)], query: &Asked) -> (Shown, bool) {
    let find = |at_least: Option<usize>| -> Vec<(&Made, Found)> {
        reports.iter().map(|(made, read)| (made, read.found(Some(query), at_least))).collect()
    };
    let mut found = find(None);
    let mut relaxed = false;
    if found.iter().all(|(_, found)| found.is_none())
        && let Asked::And(parts) = query
    {
        let parts = parts.iter().filter(|part| part.has_words()).count();
        for minimum in [(parts * 3).div_ceil(4), parts / 2, 1] {
            let minimum = minimum.min(parts.saturating_sub(1));
            if !relaxed && minimum > 0 {
                found = find(Some(minimum));
                relaxed = found.iter().any(|(_, found)| found.is_some());
            }
        }
    }
    let shown = found.into_iter().filter_map(|(made, found)| {
        let pages = found?.into_iter().map(|(number, marks)| (number, expected(made, number, &marks))).collect();
        Some((made.name.to_owned(), pages))
    });
    (shown.collect(), relaxed)
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn the_engine_agrees_with_the_reference(library in library(), queries in queries()) {
        let reports = both(&library);
        let made: Vec<Made> = reports.iter().map(|(made, _)| made.clone()).collect();
        let shelf = shelf(&library, &made);
        for query in queries {
            let request = SearchRequest { passages: 10, ..asked(&query.typed()) };
            let response = shelf.search(&request);
            let shown: Shown = response
                .hits
                .iter()
                .map(|hit| {
                    let pages = hit.pages.iter().map(|page| (page.page, marked(page))).collect();
                    (shelf.name(hit.id).to_owned(), pages)
                })
                .collect();
            let expected = of_reference(&reports, &query.clone().plain());
            prop_assert_eq!((shown, response.query.relaxed), expected, "{}", query.typed());
        }
    }
}
