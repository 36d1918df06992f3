//! In which order hits come, page of results by page of results.

use super::library::{Made, Shelf, asked, made};
use crate::search::{SearchRequest, Sort};

/// A hundred and thirty reports with one to five occurrences of `grain`, over three segments.
fn many() -> Shelf {
    let reports: Vec<Made> = (0..130usize)
        .map(|number| {
            let name: &'static str = Box::leak(format!("r{number:03}").into_boxed_str());
            let words = format!("{} and {}", "grain ".repeat(number % 5 + 1), "other words ".repeat(number % 7));
            let date: Option<&'static str> = match number % 4 {
                0 => None,
                1 => Some("2001"),
                2 => Some("2001-07"),
                _ => Some("1999"),
            };
            Made { date, pages: vec![words, "more".to_owned()], ..made(name, &[]) }
        })
        .collect();
    let groups: Vec<&[Made]> = reports.chunks(50).collect();
    Shelf::of(&groups)
}

#[test]
fn pages_of_results_neither_repeat_nor_miss() {
    let shelf = many();
    for sort in [Sort::Relevance, Sort::DateDescending, Sort::TitleAscending] {
        let everything = SearchRequest { q: "grain".into(), limit: 130, pages: 0, sort, ..SearchRequest::default() };
        let whole: Vec<_> = shelf.search(&everything).hits.into_iter().map(|hit| hit.id).collect();
        assert_eq!(whole.len(), 130);
        let (mut by_offset, mut by_cursor) = (Vec::new(), Vec::new());
        let mut cursor = None;
        for offset in (0..130).step_by(17) {
            let page = SearchRequest { limit: 17, offset, ..everything.clone() };
            by_offset.extend(shelf.search(&page).hits.into_iter().map(|hit| hit.id));
            let next = SearchRequest { limit: 17, cursor: cursor.clone(), ..everything.clone() };
            let response = shelf.search(&next);
            assert_eq!(response.total.value, 130);
            by_cursor.extend(response.hits.into_iter().map(|hit| hit.id));
            cursor = response.next_cursor;
        }
        assert_eq!(by_offset, whole, "{sort:?}");
        assert_eq!(by_cursor, whole, "{sort:?}");
        assert_eq!(cursor, None, "{sort:?}");
    }
}

#[test]
fn every_hit_is_that_of_the_search_page_by_page() {
    let shelf = many();
    let pieces = |request: &SearchRequest, limit| -> Vec<_> {
        let pieces = shelf.engine.every_hit(request.clone(), limit).expect("begins");
        pieces.flat_map(|piece| piece.expect("goes on")).collect()
    };
    for sort in [Sort::Relevance, Sort::DateDescending, Sort::TitleAscending] {
        let request = SearchRequest { q: "grain".into(), limit: 130, sort, ..SearchRequest::default() };
        let hits = shelf.search(&request).hits;
        assert_eq!(pieces(&request, usize::MAX), hits, "{sort:?}");
        assert_eq!(pieces(&request, 37), hits[..37], "{sort:?}");
        for offset in [1, 99, 100, 117, 130, 500] {
            let from = SearchRequest { offset, ..request.clone() };
            assert_eq!(pieces(&from, usize::MAX), hits[offset.min(130)..], "{sort:?} from {offset}");
        }
        let cursor = shelf.search(&SearchRequest { limit: 40, ..request.clone() }).next_cursor;
        assert_eq!(pieces(&SearchRequest { cursor, ..request.clone() }, usize::MAX), hits[40..], "{sort:?}");
    }
    assert!(pieces(&SearchRequest { q: "?!".into(), ..SearchRequest::default() }, usize::MAX).is_empty());
    assert_eq!(pieces(&SearchRequest { q: "zebra grain".into(), ..SearchRequest::default() }, 7).len(), 7, "relaxed");
    assert!(Shelf::empty().engine.every_hit(SearchRequest::default(), 1).expect("begins").next().is_none());
}

#[test]
fn scores_fall_and_more_of_a_word_is_better() {
    let shelf = many();
    let hits = shelf.search(&SearchRequest { limit: 130, ..asked("grain") }).hits;
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    let shelf = Shelf::of(&[
        &[made("once", &["grain and other words"]), made("twice", &["grain and grain words"])],
        &[
            made("apart", &["maize was sold here", "and the price is far away"]),
            made("together", &["maize price was sold", "and it is far away"]),
            Made { title: "Grain", ..made("titled", &["grain and other words"]) },
        ],
    ]);
    let names = |query: &str| shelf.hits(&asked(query)).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("grain"), ["titled", "twice", "once"]);
    assert_eq!(names("maize price"), ["together", "apart"]);
}

#[test]
fn dates_and_titles_order_hits() {
    let shelf = Shelf::of(&[
        &[
            Made { title: "Beta", date: Some("2001"), ..made("b", &["grain"]) },
            Made { title: "étude", date: Some("2001-07-02"), ..made("e", &["grain"]) },
        ],
        &[
            Made { title: "alpha", date: Some("1999-12"), ..made("a", &["grain"]) },
            Made { title: "Gamma", ..made("g", &["grain"]) },
        ],
    ]);
    for (sort, expected) in [
        (Sort::DateAscending, ["a", "b", "e", "g"]),
        (Sort::DateDescending, ["e", "b", "a", "g"]),
        (Sort::TitleAscending, ["a", "b", "e", "g"]),
        (Sort::TitleDescending, ["g", "e", "b", "a"]),
    ] {
        let found: Vec<_> =
            shelf.hits(&SearchRequest { sort, ..asked("grain") }).into_iter().map(|hit| hit.0).collect();
        assert_eq!(found, expected, "{sort:?}");
    }
}

#[test]
fn facets_count_reports() {
    let shelf = Shelf::of(&[
        &[
            Made { language: Some("en"), date: Some("2001"), authors: &["A", "B"], ..made("one", &["grain", "grain"]) },
            Made { language: Some("fr"), date: Some("2001"), authors: &["A"], ..made("two", &["grain"]) },
        ],
        &[
            Made { language: Some("en"), date: Some("2003"), ..made("three", &["grain"]) },
            Made { language: Some("en"), authors: &["C"], ..made("four", &["maize"]) },
        ],
    ]);
    let facets = ["language", "author", "year"].map(str::to_owned).to_vec();
    let response = shelf.search(&SearchRequest { facets, ..asked("grain") });
    let counts =
        |name: &str| response.facets[name].iter().map(|facet| (facet.value.as_str(), facet.count)).collect::<Vec<_>>();
    assert_eq!(counts("language"), [("en", 2), ("fr", 1)]);
    assert_eq!(counts("author"), [("A", 2), ("B", 1)]);
    assert_eq!(counts("year"), [("2001", 2), ("2003", 1)]);
    assert!(shelf.search(&asked("grain")).facets.is_empty());
}
