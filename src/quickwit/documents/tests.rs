//! Documents hold the words that the embedded index holds, at the same places.

use super::words::{readings, title_order};
use super::*;
use crate::index::analyzer::analyze;
use crate::quickwit::IndexName;
use crate::report::{About, OutlineEntry, Page, PageStatus, ReportId, Span, Statement, Statements};
use serde_json::Value;
use std::collections::BTreeSet;

fn page(number: u32, text: &str) -> Page {
    Page {
        number,
        label: None,
        width: 595.0,
        height: 842.0,
        status: if text.is_empty() { PageStatus::NoText } else { PageStatus::Text },
        language: Some("en".to_owned()),
        section: (number > 1).then(|| "Findings › E-mail".to_owned()),
        text: text.to_owned(),
        words: Vec::new(),
        furniture: Vec::new(),
        headings: Vec::new(),
    }
}

fn report(pages: &[&str]) -> Report {
    Report {
        id: ReportId::of_bytes(b"a"),
        size: 1,
        about: About {
            title: "The Café's e-mail".to_owned(),
            authors: vec!["Ada O'Brien".to_owned(), "Bo Li".to_owned()],
            date: Some("1965-05".to_owned()),
            language: Some("en".to_owned()),
            ..About::default()
        },
        statements: Statements {
            summary: Some(Statement { text: "Silt rose.".to_owned(), page: Some(1) }),
            recommendations: Vec::new(),
        },
        outline: vec![OutlineEntry { title: "2 Findings".to_owned(), level: 0, page: 2 }],
        pages: (1..).zip(pages).map(|(number, text)| page(number, text)).collect(),
        partial: None,
    }
}

fn of(report: &Report) -> (ReportDocument, Vec<PageDocument>) {
    let mut documents = documents(report, "a/b.pdf", &["Water & soil".to_owned()], 3).into_iter();
    let Some(Document::Report(own)) = documents.next() else { panic!("the report comes first") };
    let page = |document| match document {
        Document::Page(page) => page,
        Document::Report(_) => panic!("one document a report"),
    };
    (*own, documents.map(page).collect())
}

#[test]
fn running_text_has_a_word_a_position_and_the_other_readings_apart() {
    for (text, body, whole) in [
        ("send an e-mail", "send an e mail", "email"),
        ("O'Brien met targets¹", "o brien met targets", "obrien targets1"),
        ("3,5 of 12.05.2023", "3 5 of 12 05 2023", "3.5 12.05.2023"),
        ("1.234 wells", "1234 wells", "1.234"),
        ("東京都", "東京 京都", ""),
        ("", "", ""),
    ] {
        let words = PageWords::of(&page(1, text));
        assert_eq!((words.body.as_str(), words.whole.as_str()), (body, whole), "{text}");
        let positions = analyze(text, &[], 0, &mut |_| {});
        assert_eq!((words.positions, body.split_whitespace().count()), (positions, positions as usize), "{text}");
    }
}

#[test]
fn pages_begin_where_their_words_do_and_furniture_is_no_text() {
    let mut report = report(&["e-mail of the well", "", "silt Well report 7"]);
    report.pages[2].furniture = vec![Span { start: 5, end: 18 }];
    let (own, pages) = of(&report);
    assert_eq!(own.body, "e mail of the well silt");
    assert_eq!(own.furniture, "7 report well");
    let starts = own.kept.starts();
    assert_eq!([1, 2, 3].map(|page| starts.start_of(page)), [0, 5, 5]);
    assert_eq!((starts.tokens(), starts.pages()), (6, 3));
    let told: Vec<(u32, &str)> = pages.iter().map(|page| (page.page, page.body.as_str())).collect();
    assert_eq!(told, [(1, "e mail of the well"), (3, "silt")], "a page without text is no document");
    assert_eq!((pages[0].section.as_str(), pages[1].section.as_str()), ("", "e email findings mail"));
    assert_eq!(own.kept.sections().collect::<Vec<_>>(), [(2, "Findings › E-mail")]);
    let opening: Vec<Vec<&str>> = own.kept.opening().map(Iterator::collect).collect();
    assert_eq!(opening, [&["email", "e"][..], &["mail"], &["of"], &["the"], &["well"], &["silt"]]);
}

#[test]
fn names_are_sent_in_both_readings_and_what_is_told_is_folded() {
    let (own, _) = of(&report(&["silt"]));
    assert_eq!(own.title, ["the cafe e mail", "the cafe email"]);
    assert_eq!(own.author, ["ada o brien", "ada obrien", "bo li"]);
    assert_eq!((own.author_name[0].as_str(), own.author_key[0].as_str()), ("Ada O'Brien", "ada obrien brien"));
    assert_eq!(own.file, ["a", "b pdf"]);
    assert_eq!(
        (own.tag.as_slice(), own.tag_key.as_slice()),
        (&["water soil".to_owned()][..], &["water soil".to_owned()][..])
    );
    assert_eq!(own.section_key, ["findings"]);
    assert_eq!((own.statement.as_str(), own.accented.as_str()), ("silt rose", "café"));
    assert_eq!((own.year, own.date, own.date_rising), (Some(1965), 19_650_500, 19_650_500));
    let undated = Report { about: About::default(), ..report(&["silt"]) };
    let (own, _) = of(&undated);
    assert_eq!((own.year, own.date, own.date_rising), (None, 0, 99_999_999), "last either way");
    assert!(readings("–").next().is_none());
}

#[test]
fn titles_are_ordered_by_their_first_letters() {
    let titles = ["", "1965 report", "2020 report", "A plan", "Annual report", "annuals", "Étude", "水"];
    let orders: Vec<u64> = titles.iter().map(|title| title_order(title)).collect();
    assert!(orders.is_sorted_by(|a, b| a < b), "{orders:?}");
    assert!(orders.iter().all(|order| *order < 1 << 53), "exact in JSON");
    assert_eq!(title_order("水"), title_order("火"), "of what is no letter of theirs they know nothing");
    assert!(ReportDocument::id_order(ReportId([0xff; 16])) < 1 << 53);
    assert!(ReportDocument::id_order(ReportId([1; 16])) < ReportDocument::id_order(ReportId([2; 16])));
}

#[test]
fn every_field_that_is_sent_is_configured_and_nothing_else() {
    let (own, pages) = of(&report(&["an e-mail", "silt"]));
    let index: IndexName = "library-reports-g3".parse().expect("a name");
    let names = |value: &Value| -> BTreeSet<String> { value.as_object().expect("an object").keys().cloned().collect() };
    let sent = |documents: Vec<Value>| {
        let mut sent: BTreeSet<String> = documents.iter().flat_map(names).collect();
        sent.insert("rev".to_owned());
        sent
    };
    let as_json = |document: &Document| serde_json::to_value(document).expect("JSON");
    let pages: Vec<Value> = pages.into_iter().map(|page| as_json(&Document::Page(page))).collect();
    for (configuration, documents) in
        [(reports_index(&index, 4), vec![as_json(&Document::Report(Box::new(own)))]), (pages_index(&index, 4), pages)]
    {
        let fields = configuration["doc_mapping"]["field_mappings"].as_array().expect("fields");
        let configured: BTreeSet<String> =
            fields.iter().map(|field| field["name"].as_str().expect("a name").to_owned()).collect();
        assert_eq!(configured, sent(documents));
    }
}
