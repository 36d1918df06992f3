//! The bundled reports against their manifest and expected texts: what a reader must make of each.

#[path = "../fuzz/src/carriers.rs"]
mod carriers;
mod geometry;
mod manifest;
mod mutations;
mod pictures;
pub mod recognition;

use manifest::Fixture;
use recto::extract::{ExtractError, ExtractOptions, READER_STACK_BYTES, extract};
use recto::report::{Page, Report, Statement};
use std::collections::HashMap;

/// Reads a fixture on a thread with the stack the reader asks for.
fn read(fixture: &Fixture, passwords: &[String]) -> Result<Report, ExtractError> {
    let bytes = fixture.bytes();
    let name = fixture.file.clone();
    let options = ExtractOptions { passwords: passwords.to_vec(), ..ExtractOptions::default() };
    let reader = std::thread::Builder::new().stack_size(READER_STACK_BYTES);
    reader.spawn(move || extract(&bytes, &name, &options)).expect("a thread").join().expect("no panic")
}

/// Reads a fixture with its password, if it has one.
fn opened(fixture: &Fixture) -> Option<Report> {
    read(fixture, fixture.password.as_slice()).ok()
}

/// A page's text as people see it: soft hyphens are gone, white space is one space, and none between the lines of a
/// script without spaces.
fn plain(page: &Page) -> String {
    let mut plain = String::new();
    for word in page.text.replace('\u{AD}', "").split_whitespace() {
        let joins =
            plain.chars().next_back().is_some_and(is_ideograph) && word.chars().next().is_some_and(is_ideograph);
        if !plain.is_empty() && !joins {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    plain
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}')
}

fn plain_pages(report: &Report) -> Vec<String> {
    report.pages.iter().map(plain).collect()
}

#[test]
fn files_are_the_ones_described() {
    for fixture in manifest::all() {
        assert_eq!(fixture.bytes().len() as u64, fixture.size, "{}", fixture.file);
    }
}

#[test]
fn outcomes_and_reasons() {
    for fixture in manifest::all() {
        let outcome = match read(&fixture, &[]) {
            Ok(report) if report.partial.is_some() => ("partial", report.partial),
            Ok(_) => ("indexed", None),
            Err(error) => ("failed", Some(error.reason)),
        };
        let reason = outcome.1.map(|reason| reason.code().to_owned());
        assert_eq!((outcome.0, reason), (fixture.outcome.as_str(), fixture.reason.clone()), "{}", fixture.file);
    }
}

#[test]
fn a_password_opens_what_needs_one() {
    let locked: Vec<Fixture> = manifest::all().into_iter().filter(|fixture| fixture.password.is_some()).collect();
    assert!(!locked.is_empty());
    for fixture in locked {
        let passwords = ["wrong".to_owned(), fixture.password.clone().unwrap_or_default()];
        let report = read(&fixture, &passwords).expect("the right password is among them");
        assert_eq!(report.pages.len(), fixture.pages, "{}", fixture.file);
    }
}

#[test]
fn pages_have_their_status_and_label() {
    for fixture in manifest::all() {
        let Ok(report) = read(&fixture, &[]) else { continue };
        let statuses: Vec<&str> = report.pages.iter().map(|page| page.status.code()).collect();
        assert_eq!(statuses, fixture.page_status, "{}", fixture.file);
        let labels: Vec<String> =
            report.pages.iter().map(|page| page.label.clone().unwrap_or_else(|| page.number.to_string())).collect();
        assert_eq!(labels, fixture.page_labels, "{}", fixture.file);
    }
}

#[test]
fn reports_say_who_they_are() {
    for fixture in manifest::all() {
        let Ok(report) = read(&fixture, &[]) else { continue };
        let about = &report.about;
        assert_eq!(Some(&about.title), fixture.title.as_ref(), "{}", fixture.file);
        assert_eq!(about.authors, fixture.authors, "{}", fixture.file);
        assert_eq!(about.date, fixture.date, "{}", fixture.file);
        assert_eq!(about.publisher, fixture.publisher, "{}", fixture.file);
        assert_eq!(about.language, fixture.language, "{}", fixture.file);
    }
}

#[test]
fn reports_are_quoted_where_they_speak_for_themselves() {
    for fixture in manifest::all() {
        let Some(report) = opened(&fixture) else { continue };
        let placed = |statement: &Statement| (statement.page.unwrap_or_default(), statement.text.clone());
        assert_eq!(report.statements.summary.as_ref().map(placed), fixture.summary, "{}", fixture.file);
        let recommendations: Vec<(u32, String)> = report.statements.recommendations.iter().map(placed).collect();
        assert_eq!(recommendations, fixture.recommendations, "{}", fixture.file);
    }
}

#[test]
fn pages_hold_what_is_printed_on_them() {
    for fixture in manifest::all() {
        let Some(report) = opened(&fixture) else { continue };
        let pages = plain_pages(&report);
        for (number, phrase) in fixture.must_contain.iter().chain(&fixture.only_hyphenated) {
            assert!(
                pages[number - 1].contains(phrase),
                "{} page {number}: {phrase}\n{}",
                fixture.file,
                pages[number - 1]
            );
        }
        for unwanted in &fixture.must_not_contain {
            let page = pages.iter().position(|page| page.contains(unwanted.as_str()));
            assert_eq!(page, None, "{}: {unwanted:?}", fixture.file);
        }
    }
}

#[test]
fn every_word_has_its_box_on_the_page() {
    for fixture in manifest::all() {
        let Some(report) = opened(&fixture) else { continue };
        for page in &report.pages {
            let mut end = 0;
            for word in &page.words {
                let quad = word.quad;
                let place = format!("{} page {}: {:?} {quad:?}", fixture.file, page.number, word.span.of(&page.text));
                assert!(word.span.start >= end && word.span.end > word.span.start, "{place}");
                assert!(!word.span.of(&page.text).contains(char::is_whitespace), "{place}");
                assert!(0.0 <= quad.x0 && quad.x0 < quad.x1 && quad.x1 <= 1.0, "{place}");
                assert!(0.0 <= quad.y0 && quad.y0 < quad.y1 && quad.y1 <= 1.0, "{place}");
                end = word.span.end;
            }
            let in_boxes: usize = page.words.iter().map(|word| word.span.of(&page.text).len()).sum();
            let printed = page.text.chars().filter(|character| !character.is_whitespace() && *character != '\u{AD}');
            assert_eq!(in_boxes, printed.map(char::len_utf8).sum::<usize>(), "{} page {}", fixture.file, page.number);
        }
    }
}

/// Words of a text, and pairs of neighbours.
fn counts(text: &str) -> (HashMap<String, usize>, HashMap<String, usize>) {
    // Scripts without spaces are compared character by character.
    let mut spaced = String::new();
    for character in text.chars().filter(|character| *character != '\u{AD}') {
        if is_ideograph(character) {
            spaced.extend([' ', character, ' ']);
        } else {
            spaced.extend(character.to_lowercase());
        }
    }
    let words = spaced.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_owned).collect();
    let mut single = HashMap::new();
    for word in &words {
        *single.entry(word.clone()).or_default() += 1;
    }
    let mut pairs = HashMap::new();
    for pair in words.windows(2) {
        *pairs.entry(pair.join(" ")).or_default() += 1;
    }
    (single, pairs)
}

/// Harmonic mean of precision and recall of bags.
fn f1(found: &HashMap<String, usize>, expected: &HashMap<String, usize>) -> f64 {
    let shared: usize = found.iter().map(|(word, count)| expected.get(word).copied().unwrap_or(0).min(*count)).sum();
    let total = found.values().sum::<usize>() + expected.values().sum::<usize>();
    if total == 0 { 1.0 } else { 2.0 * shared as f64 / total as f64 }
}

#[test]
fn texts_are_the_ones_typeset() {
    for fixture in manifest::all() {
        let (Some(report), Some(expected)) = (opened(&fixture), fixture.expected_text()) else { continue };
        if fixture.page_status.iter().any(|status| status != "text") {
            // What these pages say cannot be read from them.
            continue;
        }
        let text: Vec<&str> = report.pages.iter().map(|page| page.text.as_str()).collect();
        let (words, pairs) = counts(&text.join("\u{C}"));
        let (expected_words, expected_pairs) = counts(&expected);
        let (word_f1, pair_f1) = (f1(&words, &expected_words), f1(&pairs, &expected_pairs));
        assert!(
            word_f1 >= fixture.least_word_f1 && pair_f1 >= fixture.least_pair_f1,
            "{}: words {word_f1:.4}, pairs {pair_f1:.4}",
            fixture.file
        );
    }
}
