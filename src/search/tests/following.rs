//! Paging to the last hit while reports come and go.

use super::library::{Made, Shelf, made};
use crate::report::ReportId;
use crate::search::{SearchRequest, Sort};
use std::collections::HashSet;

fn numbered(number: usize) -> Made {
    let name: &'static str = Box::leak(format!("r{number:05}").into_boxed_str());
    let title: &'static str = Box::leak(format!("Title {:04} of grain", number * 7_919 % 5_000).into_boxed_str());
    let date: &'static str = Box::leak(format!("{}-{:02}", 1990 + number % 30, number % 12 + 1).into_boxed_str());
    let words = format!("{} and {}", "grain ".repeat(number % 5 + 1), "other words ".repeat(number % 7));
    Made { title, date: (!number.is_multiple_of(9)).then_some(date), ..made(name, &[&words]) }
}

fn numbered_from(first: usize, count: usize) -> Vec<Made> {
    (first..first + count).map(numbered).collect()
}

/// Follows the cursors to the end; `between` may change the library before each further page.
fn follow(shelf: &mut Shelf, request: &SearchRequest, mut between: impl FnMut(&mut Shelf, usize)) -> Vec<ReportId> {
    let mut found = Vec::new();
    let mut request = request.clone();
    for page in 0.. {
        let response = shelf.search(&request);
        found.extend(response.hits.iter().map(|hit| hit.id));
        let Some(cursor) = response.next_cursor else { break };
        assert!(!response.hits.is_empty(), "a page before the next is never empty");
        request.cursor = Some(cursor);
        between(shelf, page);
    }
    found
}

#[test]
fn ten_thousand_hits_are_followed_to_the_last_while_more_come() {
    let all = numbered_from(0, 10_050);
    let groups: Vec<&[Made]> = all.chunks(3_400).collect();
    let mut shelf = Shelf::of(&groups);
    let mut next = all.len();
    for sort in [Sort::DateDescending, Sort::DateAscending, Sort::TitleAscending, Sort::TitleDescending] {
        let before: HashSet<ReportId> = (0..next).map(|number| numbered(number).id()).collect();
        let request =
            SearchRequest { q: "grain".into(), limit: 100, pages: 0, passages: 0, sort, ..SearchRequest::default() };
        let found = follow(&mut shelf, &request, |shelf, page| {
            if page % 40 == 7 {
                shelf.add(&numbered_from(next, 5));
                next += 5;
            }
        });
        let distinct: HashSet<ReportId> = found.iter().copied().collect();
        assert_eq!(distinct.len(), found.len(), "{sort:?}: none twice");
        assert!(before.iter().all(|id| distinct.contains(id)), "{sort:?}: none missed");
        let whole = SearchRequest { limit: found.len() + 100, ..request };
        let whole: Vec<ReportId> =
            shelf.search(&whole).hits.iter().map(|hit| hit.id).filter(|id| distinct.contains(id)).collect();
        assert_eq!(found, whole, "{sort:?}: in order");
    }
}

#[test]
fn the_best_hits_neither_repeat_nor_go_missing_while_more_come() {
    let all = numbered_from(0, 260);
    let mut shelf = Shelf::of(&[&all[..100], &all[100..]]);
    let request = SearchRequest { q: "grain".into(), limit: 9, pages: 0, ..SearchRequest::default() };
    let quiet = follow(&mut shelf, &request, |_, _| {});
    assert_eq!(quiet.len(), 260);
    let mut next = 1_000;
    let found = follow(&mut shelf, &request, |shelf, page| {
        if page < 12 {
            shelf.add(&numbered_from(next, 1));
            next += 1;
        }
    });
    let distinct: HashSet<ReportId> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len(), "none twice");
    let first: HashSet<ReportId> = quiet.iter().take(100).copied().collect();
    assert!(first.iter().all(|id| distinct.contains(id)), "none of the best missed");
}

#[test]
fn the_end_of_a_search_survives_what_it_was_at() {
    for sort in [Sort::Relevance, Sort::DateDescending, Sort::TitleAscending, Sort::TitleDescending] {
        let all = numbered_from(0, 150);
        let mut shelf = Shelf::of(&[&all[..70], &all[70..]]);
        let request = SearchRequest { q: "grain".into(), limit: 20, pages: 0, sort, ..SearchRequest::default() };
        let expected: Vec<ReportId> = follow(&mut shelf, &request, |_, _| {});
        let mut gone = HashSet::new();
        let found = follow(&mut shelf, &request, |shelf, page| {
            // The last hit of the page just shown, and one still to come.
            for place in [page * 20 + 19, page * 20 + 30] {
                let id = expected.get(place).copied().unwrap_or(expected[0]);
                if let Some(made) = all.iter().find(|made| made.id() == id)
                    && page < 3
                {
                    shelf.delete(made);
                    gone.insert(id);
                }
            }
        });
        let distinct: HashSet<ReportId> = found.iter().copied().collect();
        assert_eq!(distinct.len(), found.len(), "{sort:?}: none twice");
        let missed = expected.iter().filter(|id| !distinct.contains(id) && !gone.contains(id)).count();
        assert_eq!(missed, 0, "{sort:?}: none missed");
    }
}
