//! What lifts a page or a report.

use super::library::{Made, Shelf, asked, made};
use crate::search::SearchRequest;

/// The pages of the first hit, best first.
fn pages(shelf: &Shelf, q: &str) -> Vec<u32> {
    shelf.hits(&asked(q)).into_iter().next().map(|(_, pages)| pages).unwrap_or_default()
}

#[test]
fn words_count_by_how_few_pages_have_them() {
    // Every report has both words; `budget` stands on all pages and `inventory` on one.
    let budget = "the budget and the budget of the year and its budget".to_owned();
    let inventory = "the stock and inventory of the year was cut and spent again".to_owned();
    let yearly = |name| Made {
        pages: vec![budget.clone(), budget.clone(), inventory.clone(), budget.clone()],
        ..made(name, &[])
    };
    let shelf = Shelf::of(&[&[yearly("2001"), yearly("2002"), yearly("2003")]]);
    assert_eq!(pages(&shelf, "budget OR inventory")[0], 3);
}

#[test]
fn lists_of_places_count_less_than_what_they_point_to() {
    let subject = |number: usize| ["Wells", "Budget of the inventory", "Staff", "Travel"][number % 4];
    let entry = |number| format!("{number} {} ........ {number}\n", subject(number));
    let contents: String = (1..=6).map(entry).collect();
    let text =
        "The budget of the inventory was cut in half, to the regret of nobody that was asked about it at the time";
    let other = "Nothing of the kind";
    let pages_of = [contents.as_str(), text, other, other, other, other, other, other];
    let shelf = Shelf::of(&[&[made("report", &pages_of)]]);
    assert_eq!(pages(&shelf, "budget inventory"), [2, 1]);
}

#[test]
fn headings_that_a_page_stands_under_count_on_it() {
    let text = "the wells were dug by hand";
    let sections = &["Introduction", "Introduction", "Costs of water"];
    let other = made("other", &["costs of hand pumps"]);
    let shelf = Shelf::of(&[&[Made { sections, ..made("report", &[text, text, text]) }, other]]);
    assert_eq!(pages(&shelf, "file:report (wells OR costs)"), [3, 1, 2]);
    // But they are no evidence by themselves.
    let alone = Shelf::of(&[&[Made { sections, title: "Costs", ..made("report", &["a", "b", "wells"]) }]]);
    assert_eq!(pages(&alone, "costs OR zebra"), [1]);
}

#[test]
fn first_words_and_statements_lift_a_report() {
    let filler = "and other words of no account at all ".repeat(8);
    let (early, late) = (format!("wells {filler}"), format!("{filler} wells"));
    let shelf = Shelf::of(&[&[
        Made { pages: vec![late], ..made("late", &[]) },
        Made { pages: vec![early], ..made("early", &[]) },
    ]]);
    let order: Vec<&str> = shelf.hits(&asked("wells")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(order, ["early", "late"]);
    let recommends =
        Made { recommendations: &["Dig wells."], ..made("recommends", &["they said that wells are good"]) };
    let shelf = Shelf::of(&[&[made("mentions", &["they said that wells are good"]), recommends]]);
    let order: Vec<&str> = shelf.hits(&asked("wells")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(order, ["recommends", "mentions"]);
}

#[test]
fn words_of_grammar_do_not_stand_for_the_subject() {
    let shelf = Shelf::of(&[&[
        made("grammar", &["what is the use of it and who does it"]),
        made("subject", &["wells in villages"]),
    ]]);
    for (query, expected) in [
        ("what is the use of wells in villages and zebras", &["subject"][..]),
        ("what is the zebra", &[]),
        ("what is whom", &["grammar"]),
    ] {
        let response = shelf.search(&SearchRequest { pages: 0, ..asked(query) });
        let names: Vec<&str> = response.hits.iter().map(|hit| shelf.name(hit.id)).collect();
        assert_eq!(names, expected, "{query}");
    }
}
