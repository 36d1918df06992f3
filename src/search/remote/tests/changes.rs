//! A report that is replaced is never seen twice, and a word is found before the vocabulary knows it.

use super::shelf::Elsewhere;
use crate::queue::RevisionId;
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::tests::library::{Made, asked, made};
use std::collections::BTreeSet;

fn reports() -> Vec<Made> {
    vec![made("wells", &["silt in the well"]), made("pumps", &["a pump and silt"])]
}

fn totals(elsewhere: &Elsewhere, queries: &[&str]) -> Vec<(u64, usize)> {
    let answer = |q: &&str| {
        let response = elsewhere.engine.search(&asked(q)).expect("answers");
        (response.total.value, response.hits.len())
    };
    queries.iter().map(answer).collect()
}

#[test]
fn a_replaced_report_is_seen_once_whatever_the_list_says() {
    let elsewhere = Elsewhere::of(&reports());
    assert_eq!(totals(&elsewhere, &["silt"]), [(2, 2)]);
    let before = elsewhere.send(&made("wells", &["silt in the well"]));
    let _now = elsewhere.send(&made("wells", &["silt in the deep well"]));
    // The list in memory is from before; the hits tell that it is.
    elsewhere.told.mask(&[before]);
    let hits = elsewhere.engine.search(&asked("silt")).expect("answers").hits;
    assert_eq!(hits.len(), 2, "neither the former revision nor one that nobody knows of");
}

#[test]
fn words_of_new_reports_are_found_before_they_are_in_the_vocabulary() {
    let elsewhere = Elsewhere::of(&reports());
    assert_eq!(totals(&elsewhere, &["zeolite"]), [(0, 0)]);
    let new = made("filters", &["zeolite filters"]);
    elsewhere.send(&new);
    assert!(elsewhere.engine.reload().expect("looks"), "documents were added");
    assert!(!elsewhere.engine.reload().expect("looks"), "nothing has changed since");
    let response = elsewhere.engine.search(&asked("zeolite")).expect("answers");
    assert_eq!((response.total.value, response.query.did_you_mean), (1, None));
}

#[test]
fn of_a_word_that_is_nowhere_the_index_is_asked_once() {
    let elsewhere = Elsewhere::of(&reports());
    let kept = elsewhere.kept.as_ref().expect("the engine in memory");
    for _ in 0..2 {
        elsewhere.engine.search(&asked("zeolite")).expect("answers");
        assert_eq!(kept.asked_with("[\"zeolite\"]"), 1);
    }
}

#[test]
fn more_hidden_revisions_than_a_search_can_leave_out_are_refused() {
    let elsewhere = Elsewhere::of(&reports());
    let many: Vec<RevisionId> = (0..5_001).map(|number| format!("{number:032x}").parse().expect("digits")).collect();
    elsewhere.told.mask(&many);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let answer = elsewhere.engine.search(&asked("silt"));
    assert!(matches!(answer, Err(SearchError::Hidden { count: 5_001, most: 5_000 })), "{answer:?}");
}

#[test]
fn more_reports_than_one_answer_holds_are_found_one_after_the_other() {
    let numbered = |number: usize| {
        let name: &'static str = Box::leak(format!("report {number}").into_boxed_str());
        made(name, &["silt"])
    };
    let reports: Vec<Made> = (0..1_005).map(numbered).collect();
    let elsewhere = Elsewhere::of(&reports);
    for q in ["silt", ""] {
        let every = elsewhere.engine.every_hit(asked(q), 10_000).expect("searches");
        let ids: BTreeSet<ReportId> = every.flat_map(|hits| hits.expect("hits")).map(|hit| hit.id).collect();
        assert_eq!(ids.len(), reports.len(), "{q}");
    }
}
