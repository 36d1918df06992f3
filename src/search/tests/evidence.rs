//! Which pages show a hit, and what is marked on them.

use super::library::{Made, Shelf, asked, made};
use crate::query;
use crate::search::SearchRequest;
use crate::search::found::Seated;

fn shelf() -> Shelf {
    Shelf::of(&[
        &[
            Made {
                title: "Markets",
                sections: &["Summary", "Findings", "Findings", "Recommendations"],
                ..made(
                    "markets",
                    &[
                        "grain prices rose",
                        "prices fell and later traders left",
                        "traders sold grain for cash while",
                        "prices of grain were stable for traders",
                    ],
                )
            },
            made("filler", &["nothing to see here"]),
        ],
        &[made("other", &["traders only", "", "grain only"])],
    ])
}

#[test]
fn pages_with_more_of_the_words_come_first() {
    let shelf = shelf();
    for (query, name, expected) in [
        ("cash", "markets", &[3][..]),
        // All three words, then two of them, then one.
        ("traders later grain", "markets", &[2, 3, 4, 1]),
        // A phrase over a page's end belongs to the page where it begins.
        ("\"traders left traders sold\"", "markets", &[2]),
        ("\"cash while prices\"", "markets", &[3]),
        ("prices page:2..3", "markets", &[2]),
        ("grain section:recommendations", "markets", &[4]),
        ("section:findings", "markets", &[2, 3]),
        // Found by its title: its beginning is shown.
        ("title:markets", "markets", &[1]),
    ] {
        assert_eq!(shelf.hits(&asked(query)), [(name, expected.to_vec())], "{query}");
    }
}

#[test]
fn only_pages_over_which_a_match_may_run_are_read() {
    let shelf = shelf();
    for (query, expected) in [
        ("prices", [1..=1, 2..=2, 3..=3, 4..=4]),
        ("\"grain prices\"", [1..=1, 2..=2, 3..=3, 4..=4]),
        ("\"left traders\"", [1..=1, 2..=3, 2..=3, 4..=4]),
        ("\"cash prices\"~2", [1..=1, 2..=2, 3..=4, 3..=4]),
        // Nothing of it is known to stand near an end but where all of it does.
        ("\"rose prices fell\" \"grain prices\"", [1..=2, 1..=2, 3..=3, 4..=4]),
    ] {
        let root = query::parse(query, false).expect("in bounds").root;
        let (state, plan) = shelf.engine.plan(root.as_ref()).expect("reads").expect("words");
        let id = made("markets", &[]).id();
        let seat = state.backend.seat(id).expect("reads").expect("is there");
        let evidence = state.backend.evidence(&plan, &[Seated { id, seat }]).expect("reads").pop().expect("one");
        assert_eq!([1, 2, 3, 4].map(|page| evidence.around(&plan, page)), expected, "{query}");
    }
}

#[test]
fn hits_carry_links_labels_passages_and_quads() {
    let shelf = shelf();
    let response = shelf.search(&SearchRequest { pages: 1, ..asked("\"grain prices\"") });
    let hit = response.hits.first().expect("a hit");
    let page = hit.pages.first().expect("a page");
    assert_eq!((hit.title.as_str(), hit.pages_total, hit.file.as_str()), ("Markets", 4, "/library/markets.pdf"));
    assert_eq!((page.page, page.label.as_deref(), hit.more_pages), (1, Some("p1"), 0));
    assert_eq!(page.url, format!("/reports/{}/pages/1?q=%22grain%20prices%22", hit.id));
    assert_eq!(page.pdf_url, format!("/reports/{}/file.pdf#page=1", hit.id));
    assert_eq!(page.passages[0].text, "grain prices rose");
    assert_eq!(page.passages[0].ranges, [[0, 12]]);
    assert_eq!(page.quads.len(), 2);
}

#[test]
fn pages_beyond_those_shown_are_counted() {
    let shelf = shelf();
    for (pages, shown, more) in [(0, 0, 4), (1, 1, 3), (3, 3, 1), (50, 4, 0)] {
        let response = shelf.search(&SearchRequest { pages, ..asked("prices traders grain") });
        let hit = response.hits.first().expect("a hit");
        assert_eq!((hit.pages.len(), hit.more_pages), (shown, more), "{pages}");
    }
}
