//! Counts for choosing further, and what the chosen leave.

use super::library::{Made, Shelf, asked, made};
use crate::search::{Filter, SearchRequest};

fn shelf() -> Shelf {
    Shelf::of(&[
        &[
            Made {
                language: Some("en"),
                date: Some("2019"),
                authors: &["Jane Doe"],
                sections: &["1 Introduction", "2 FINDINGS", "Recommendations"],
                ..made("one", &["grain", "grain", "grain"])
            },
            Made {
                language: Some("fr"),
                date: Some("2020"),
                authors: &["JANE DOE"],
                sections: &["Introduction", "Chapter 2: Findings", "Findings"],
                ..made("two", &["grain", "grain", "grain"])
            },
        ],
        &[
            Made {
                language: Some("en"),
                date: Some("2021"),
                authors: &["Jane Doe", "Li Wei"],
                sections: &["Findings", "Méthode"],
                ..made("three", &["grain", "grain"])
            },
            Made { language: Some("de"), date: Some("2021"), ..made("four", &["grain"]) },
        ],
    ])
}

fn request(filters: &[Filter]) -> SearchRequest {
    let facets = ["language", "author", "section", "year"].map(str::to_owned).to_vec();
    SearchRequest { filters: filters.to_vec(), facets, ..asked("grain") }
}

fn section(name: &str) -> Filter {
    Filter::Section(name.to_owned())
}

fn language(code: &str) -> Filter {
    Filter::Language(code.to_owned())
}

#[test]
fn spellings_of_a_value_count_as_one() {
    let shelf = shelf();
    let facets = shelf.search(&request(&[])).facets;
    let counts = |name: &str| facets[name].iter().map(|facet| (facet.value.as_str(), facet.count)).collect::<Vec<_>>();
    assert_eq!(counts("section"), [("Findings", 3), ("Introduction", 2), ("Méthode", 1), ("Recommendations", 1)]);
    assert_eq!(counts("author"), [("Jane Doe", 3), ("Li Wei", 1)]);
}

#[test]
fn values_of_one_field_are_alternatives_and_fields_narrow_each_other() {
    let shelf = shelf();
    let author = |name: &str| Filter::Author(name.to_owned());
    let year = |first, last| Filter::Year(Some(first), Some(last));
    for (filters, expected) in [
        (vec![section("findings")], &["one", "three", "two"][..]),
        (vec![section("3. FINDINGS")], &["one", "three", "two"]),
        (vec![section("methode")], &["three"]),
        (vec![section("find")], &[]),
        (vec![section("Recommendations"), section("Méthode")], &["one", "three"]),
        (vec![language("fr"), language("de")], &["four", "two"]),
        (vec![language("en"), section("Introduction")], &["one"]),
        (vec![language("en"), language("fr"), section("Introduction")], &["one", "two"]),
        (vec![year(2019, 2019), year(2021, 2021), language("en")], &["one", "three"]),
        (vec![author("jane doe"), author("Li Wei"), year(2020, 2022)], &["three", "two"]),
        (vec![language("es")], &[]),
    ] {
        let mut found: Vec<_> = shelf.hits(&request(&filters)).into_iter().map(|(name, _)| name).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{filters:?}");
    }
}

#[test]
fn a_chosen_value_leaves_the_others_of_its_field_to_choose() {
    let shelf = shelf();
    let counts = |filters: &[Filter], name: &str| {
        let facets = shelf.search(&request(filters)).facets;
        facets[name].iter().map(|facet| (facet.value.clone(), facet.count)).collect::<Vec<_>>()
    };
    let expected =
        |counts: &[(&str, u64)]| counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>();
    let chosen = [language("fr")];
    assert_eq!(counts(&chosen, "language"), expected(&[("en", 2), ("de", 1), ("fr", 1)]));
    assert_eq!(counts(&chosen, "section"), expected(&[("Findings", 1), ("Introduction", 1)]));
    assert_eq!(counts(&chosen, "year"), expected(&[("2020", 1)]));
    let chosen = [language("en"), section("Introduction")];
    assert_eq!(counts(&chosen, "language"), expected(&[("en", 1), ("fr", 1)]));
    assert_eq!(
        counts(&chosen, "section"),
        expected(&[("Findings", 2), ("Introduction", 1), ("Méthode", 1), ("Recommendations", 1)])
    );
    // Nothing matches, and what else could be chosen is still told.
    let chosen = [language("de"), section("Introduction")];
    assert_eq!(counts(&chosen, "language"), expected(&[("en", 1), ("fr", 1)]));
    assert_eq!(counts(&chosen, "year"), expected(&[]));
}
