//! Filters, deletions, and a library without an index.

use super::library::{Made, Shelf, asked, made};
use crate::search::{Filter, Operator, SearchRequest};

fn reports() -> Vec<Made> {
    vec![
        Made {
            title: "Cash transfers in Kenya",
            authors: &["Amina Otieno", "Jörg Müller"],
            date: Some("2019-05"),
            language: Some("en"),
            ..made("kenya", &["cash was paid to households", "the transfer reached villages", "no effect on prices"])
        },
        Made {
            title: "Evaluación de transferencias",
            date: Some("2021"),
            language: Some("es"),
            ..made("peru", &["las transferencias monetarias llegaron tarde", "evaluación final del programa"])
        },
        Made {
            title: "Water and sanitation",
            authors: &["Amina Otieno"],
            date: Some("2022-11-30"),
            language: Some("en"),
            sections: &["Introduction", "Findings", "Recommendations › Pricing"],
            footer: "Sanitation Trust",
            ..made(
                "water",
                &[
                    "wells were dug Sanitation Trust",
                    "prices of water rose Sanitation Trust",
                    "cash is better than wells",
                ],
            )
        },
        Made { language: Some("en"), ..made("email", &["send an e-mail to the office", "flies and a café"]) },
        made("blank", &[""]),
    ]
}

fn each_shelf(check: impl Fn(&Shelf, &str)) {
    Shelf::three(&reports()).iter().for_each(|(shelf, which)| check(shelf, which));
}

#[test]
fn filters_and_operators_of_the_request() {
    each_shelf(|shelf, which| {
        let filtered = |filters: &[Filter], operator, query: &str| {
            let request = SearchRequest { filters: filters.to_vec(), operator, pages: 0, ..asked(query) };
            let mut found: Vec<_> = shelf.search(&request).hits.iter().map(|hit| shelf.name(hit.id)).collect();
            found.sort_unstable();
            found
        };
        let by = |author: &str| Filter::Author(author.to_owned());
        assert_eq!(filtered(&[by("amina OTIENO")], Operator::And, "prices"), ["kenya", "water"], "{which}");
        assert_eq!(filtered(&[by("Jorg Muller")], Operator::And, ""), ["kenya"], "{which}");
        assert!(filtered(&[by("otieno")], Operator::And, "prices").is_empty(), "{which}: whole names");
        let late = Filter::Year(Some(2020), None);
        assert_eq!(filtered(std::slice::from_ref(&late), Operator::And, "cash"), ["water"], "{which}");
        assert_eq!(filtered(&[late, Filter::Language("ES".into())], Operator::And, ""), ["peru"], "{which}");
        assert_eq!(filtered(&[], Operator::Or, "villages wells"), ["kenya", "water"], "{which}");
    });
}

#[test]
fn deleted_reports_are_gone_and_new_ones_come() {
    let all = reports();
    let mut shelf = Shelf::of(&[&all[..3], &all[3..]]);
    let before = shelf.engine.generation();
    shelf.delete(&all[0]);
    assert_ne!(shelf.engine.generation(), before);
    assert_eq!(shelf.names("cash"), ["water"]);
    shelf.add(&[made("late", &["cash again"])]);
    assert_eq!(shelf.names("cash"), ["late", "water"]);
    assert_eq!(shelf.names(""), ["blank", "email", "late", "peru", "water"]);
    shelf.add(&[made("late", &["nothing of it"])]);
    assert_eq!(shelf.names("cash"), ["water"]);
}

#[test]
fn beginnings_of_too_many_words_are_owned_up_to() {
    let words = |count: usize| (0..count).map(|number| format!("kon{number:03} ")).collect::<String>();
    let shelf = Shelf::of(&[&[made("many", &[&words(300)]), made("few", &[&words(30).replace("kon", "few")])]]);
    let warnings = |query: &str| shelf.search(&asked(query)).query.warnings;
    assert_eq!(warnings("kon* few*"), ["`kon` stands for too many words; only the most frequent were looked for"]);
    assert_eq!(warnings("few* -kon00*"), Vec::<String>::new());
}

#[test]
fn a_library_without_an_index_answers_with_nothing() {
    let shelf = Shelf::empty();
    let response = shelf.search(&asked("cash"));
    assert_eq!((response.total.value, response.hits.len()), (0, 0));
    assert_eq!(response.index.generation, "gen-000001.0");
}
