//! Which reports a query finds.

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

/// Every case on one segment, on one a report, and after all were written twice.
fn each_shelf(check: impl Fn(&Shelf, &str)) {
    let all = reports();
    check(&Shelf::of(&[&all]), "one segment");
    let apart: Vec<&[Made]> = all.chunks(1).collect();
    check(&Shelf::of(&apart), "a segment each");
    check(&Shelf::of(&[&all, &all]), "written twice");
}

#[test]
fn a_query_finds_the_reports_it_describes() {
    let everything: &[&str] = &["blank", "email", "kenya", "peru", "water"];
    let cases: &[(&str, &[&str])] = &[
        // All words, on any pages of the report.
        ("cash", &["kenya", "water"]),
        ("cash prices", &["kenya", "water"]),
        ("cash villages", &["kenya"]),
        ("zebra", &[]),
        // Words of one stem, in the library's languages; accents folded.
        ("transferring", &["kenya"]),
        ("household", &["kenya"]),
        ("fly", &["email"]),
        ("cafe", &["email"]),
        ("evaluaciones", &["peru"]),
        ("muller", &["kenya"]),
        // Phrases, unstemmed, also over a page's end but not against the order.
        ("\"cash was paid\"", &["kenya"]),
        ("\"cash were paid\"", &[]),
        ("\"households the transfer\"", &["kenya"]),
        ("\"transfer the\"", &[]),
        ("\"household\"", &[]),
        ("\"cash households\"~3", &["kenya"]),
        ("\"cash households\"~2", &[]),
        ("e-mail", &["email"]),
        ("email", &["email"]),
        ("\"an e-mail\"", &["email"]),
        // A running head is found, but is no part of the text around it.
        ("trust", &["water"]),
        ("\"dug prices of water\"", &["water"]),
        // Beginnings and typos.
        ("villa*", &["kenya"]),
        ("transf*", &["kenya", "peru"]),
        ("watr~1", &["water"]),
        ("sanitatoin~1", &["water"]),
        ("housholsd~2", &["kenya"]),
        ("housholsd~1", &[]),
        // One of two typos, but not both, may cost the first letter.
        ("ouseholds~2", &["kenya"]),
        ("ousholds~2", &[]),
        // Operators.
        ("cash -wells", &["kenya"]),
        ("cash NOT kenya", &["water"]),
        ("villages OR wells", &["kenya", "water"]),
        ("(villages OR wells) prices", &["kenya", "water"]),
        ("(villages OR wells) NOT (prices rose)", &["kenya"]),
        ("cash -(villages OR wells)", &[]),
        ("-cash", &["blank", "email", "peru"]),
        ("-cash -e-mail", &["blank", "peru"]),
        ("villages OR -cash", &["blank", "email", "kenya", "peru"]),
        ("", everything),
        ("?!", &[]),
        // Fields.
        ("title:transfers", &["kenya"]),
        ("title:water cash", &["water"]),
        ("author:otieno", &["kenya", "water"]),
        ("author:\"amina otieno\"", &["kenya", "water"]),
        ("author:\"otieno jörg\"", &[]),
        ("file:peru", &["peru"]),
        ("lang:es", &["peru"]),
        ("lang:en prices", &["kenya", "water"]),
        ("year:2019", &["kenya"]),
        ("year:2020..2022", &["peru", "water"]),
        ("year:2021..", &["peru", "water"]),
        ("year:..2020 cash", &["kenya"]),
        ("cash -year:2019", &["water"]),
        // Scopes.
        ("page:3", &["kenya", "water"]),
        ("cash page:1", &["kenya"]),
        ("cash page:3", &["water"]),
        ("cash page:2..", &["water"]),
        ("wells page:2", &[]),
        ("section:recommendations", &["water"]),
        ("section:recommendation cash", &["water"]),
        ("section:findings wells", &[]),
        ("section:findings prices", &["water"]),
        ("-section:findings cash", &["kenya"]),
        ("(section:findings rose) OR villages", &["kenya", "water"]),
    ];
    each_shelf(|shelf, which| {
        for (query, expected) in cases {
            let response = shelf.search(&SearchRequest { pages: 0, ..asked(query) });
            let mut found: Vec<_> = response.hits.iter().map(|hit| shelf.name(hit.id)).collect();
            found.sort_unstable();
            if response.query.relaxed {
                found.clear();
            }
            assert_eq!(found, *expected, "{query} on {which}");
        }
    });
}

#[test]
fn fewer_words_are_enough_if_none_has_all() {
    each_shelf(|shelf, which| {
        for (query, relaxed, expected) in [
            ("cash villages", false, &["kenya"][..]),
            ("villages wells", true, &["kenya", "water"]),
            ("cash villages zebra", true, &["kenya"]),
            ("villages wells year:2019", true, &["kenya"]),
            ("villages wells -prices", true, &[]),
            ("zebra", false, &[]),
        ] {
            let response = shelf.search(&SearchRequest { pages: 0, ..asked(query) });
            let mut found: Vec<_> = response.hits.iter().map(|hit| shelf.name(hit.id)).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{query} on {which}");
            assert_eq!(response.query.relaxed, relaxed && !expected.is_empty(), "{query} on {which}");
        }
    });
}

#[test]
fn unknown_words_are_corrected_as_typed() {
    each_shelf(|shelf, which| {
        for (query, expected) in [
            ("cash", None),
            ("Cash villagse", Some("Cash villages")),
            ("\"cash wass paid\"", Some("\"cash was paid\"")),
            ("title:sanitatoin  water", Some("title:sanitation  water")),
            ("cash -villagse", None),
            ("zzzzzz", None),
            ("vil*", None),
        ] {
            let response = shelf.search(&SearchRequest { pages: 0, ..asked(query) });
            assert_eq!(response.query.did_you_mean.as_deref(), expected, "{query} on {which}");
        }
    });
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
fn a_library_without_an_index_answers_with_nothing() {
    let shelf = Shelf::empty();
    let response = shelf.search(&asked("cash"));
    assert_eq!((response.total.value, response.hits.len()), (0, 0));
    assert_eq!(response.index.generation, "gen-000001.0");
}
