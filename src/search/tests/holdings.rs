//! What a library holds, as its index tells it.

use super::library::{Made, Shelf, made};
use crate::search::{Filter, HeldField, HeldOrder, Holdings};

fn reports() -> Vec<Made> {
    vec![
        Made {
            language: Some("en"),
            date: Some("2019-05"),
            authors: &["Jane Doe"],
            title: "Water for all",
            ..made("one", &["grain"])
        },
        Made { language: Some("fr"), date: Some("2021"), authors: &["JANE DOE", "Li Wei"], ..made("two", &["blé"]) },
        Made { title: "Ärzte", authors: &["Jane Doe"], ..made("three", &["grain"]) },
    ]
}

fn names(shelf: &Shelf, holdings: &Holdings, filters: &[Filter], order: HeldOrder) -> Vec<&'static str> {
    holdings.list(filters, order, 0, 10).ids.into_iter().map(|id| shelf.name(id)).collect()
}

#[test]
fn they_are_the_same_however_the_index_came_to_be() {
    for (shelf, shape) in Shelf::three(&reports()) {
        let holdings = shelf.engine.holdings().expect("readable");
        assert_eq!(names(&shelf, &holdings, &[], HeldOrder::Title), ["three", "two", "one"], "{shape}");
        assert_eq!(names(&shelf, &holdings, &[], HeldOrder::DateDescending), ["two", "one", "three"], "{shape}");
        let by_jane = [Filter::Author("jane doe".to_owned())];
        assert_eq!(names(&shelf, &holdings, &by_jane, HeldOrder::Date), ["one", "two", "three"], "{shape}");
        let french = [Filter::Language("fr".to_owned())];
        assert_eq!(names(&shelf, &holdings, &french, HeldOrder::Title), ["two"], "{shape}");
        let counts = |field: HeldField| -> Vec<(&str, u64)> {
            holdings.values(field).iter().map(|facet| (facet.value.as_str(), facet.count)).collect()
        };
        assert_eq!(counts(HeldField::Contributor), [("Jane Doe", 3), ("Li Wei", 1)], "{shape}");
        assert_eq!(counts(HeldField::Year), [("2019", 1), ("2021", 1)], "{shape}");
        assert_eq!(counts(HeldField::Language), [("en", 1), ("fr", 1)], "{shape}");
    }
}

#[test]
fn what_was_removed_is_not_held_even_before_the_index_knows() {
    let shelf = Shelf::of(&[&reports()]);
    let gone = reports()[0].id();
    shelf.library.catalogue().withdraw(gone, None, 0).expect("writable");
    let holdings = shelf.engine.holdings().expect("readable");
    assert_eq!(names(&shelf, &holdings, &[], HeldOrder::Title), ["three", "two"]);
    assert!(Shelf::empty().engine.holdings().expect("an empty library").is_empty());
}
