//! The engine's own queries beside Recto's.

use super::library::{Made, Shelf, made};
use crate::search::{BareQuery, Filter};

#[test]
fn the_engine_counts_the_words_of_pages_as_they_are_indexed() {
    let shelf = Shelf::of(&[
        &[Made { language: Some("en"), ..made("a", &["cash transfers reach farmers", "late"]) }],
        &[
            Made { language: Some("fr"), ..made("b", &["cash for farmers", "transfers later"]) },
            made("cash", &["other"]),
        ],
    ]);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let cases = [
        (BareQuery::All(words(&["cash"])), 2),
        (BareQuery::All(words(&["cash", "late"])), 1),
        (BareQuery::All(words(&["transfer"])), 0),
        (BareQuery::Any(words(&["late", "other"])), 2),
        (BareQuery::Phrase(words(&["cash", "transfers"]), 0), 1),
        (BareQuery::Phrase(words(&["cash", "farmers"]), 3), 2),
        (BareQuery::Phrase(words(&["cash"]), 0), 2),
        (BareQuery::Beginning("lat".to_owned()), 2),
        (BareQuery::Typo("cach".to_owned(), 1), 2),
    ];
    for (query, expected) in cases {
        assert_eq!(shelf.engine.bare(&query, &[]).expect("readable"), expected, "{query:?}");
    }
    let french = [Filter::Language("fr".to_owned())];
    assert_eq!(shelf.engine.bare(&BareQuery::All(words(&["cash"])), &french).expect("readable"), 1);
    assert_eq!(shelf.engine.frequency("cash").expect("readable"), 2);
    assert_eq!(shelf.engine.frequency("transfer").expect("readable"), 0);
}
