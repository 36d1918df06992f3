//! Queries that mean harm or nothing: each is answered, or refused with the place of the fault.

use super::library::{Made, Shelf, asked, made};
use crate::query::MAX_BYTES;
use crate::search::{Operator, SearchError, SearchRequest};
use proptest::prelude::*;
use std::sync::LazyLock;

static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let pages =
        ["the of and to in the of and to in", "", "a-b e-mail U.S. 1,234.5 東京都 กำไร हिन्दी", "the the the the"];
    let report = |name| Made { language: Some("en"), sections: &["Findings", "Annex"], ..made(name, &pages) };
    Shelf::of(&[&[report("one")], &[report("two"), made("three", &["the\0of\u{202E}and \u{10FFFF}"])]])
});

/// Answers as every door does, or refuses with a place within the query.
fn ask(query: &str, operator: Operator) {
    let report = made("one", &[]).id();
    match SHELF.engine.search(&SearchRequest { operator, ..asked(query) }) {
        Ok(response) => {
            assert!(response.hits.len() <= 3);
            let proposal = response.query.did_you_mean;
            assert!(proposal.is_none_or(|proposal| proposal != query));
        }
        Err(SearchError::Query(error)) => {
            assert!(query.is_char_boundary(error.position) && error.position <= query.len(), "{query:?}: {error:?}");
        }
        Err(error) => panic!("{query:?}: {error}"),
    }
    let within = SHELF.engine.search_within(&asked(query), report);
    assert!(matches!(within, Ok(_) | Err(SearchError::Query(_))), "{query:?}: {within:?}");
    let page = SHELF.page(report, 1);
    let marks = SHELF.engine.page_marks(query, report, 1, &page);
    assert!(matches!(marks, Ok(_) | Err(SearchError::Query(_))), "{query:?}: {marks:?}");
}

#[test]
fn long_deep_and_repeated_queries_are_answered_or_refused() {
    let frequent = ["the", "of", "and", "to", "in"];
    let cycle = |count: usize, separator: &str| {
        (0..count).map(|number| frequent[number % frequent.len()]).collect::<Vec<_>>().join(separator)
    };
    let mut queries = vec![
        format!("\"{}\"~10", cycle(32, " ")),
        format!("\"{}\"~10", "the ".repeat(40)),
        format!("\"{}\"~4294967295", cycle(3, " ")),
        cycle(64, " OR "),
        cycle(64, " -"),
        format!("-{}", cycle(64, " -")),
        cycle(200, "-"),
        cycle(60, "/"),
        format!("page:99999999999 page:0 page:..{} year:{}..", u32::MAX, u64::MAX),
        "title:author:section:file:lang:the".to_owned(),
        "the".repeat(300),
        "é".repeat(400),
        "東".repeat(300),
        "1.".repeat(300),
        "1,".repeat(300),
        "a.".repeat(300),
    ];
    let pieces = [
        "(",
        ")",
        "NOT ",
        "-",
        "- ",
        "-(",
        "a* ",
        "ab* ",
        "the* ",
        "the~1 ",
        "thea~2 ",
        "\"the of\" ",
        "\"",
        "\"a\"~",
        "title:",
        "title:(",
        "page:1 ",
        "section:annex ",
        "OR ",
        "AND ",
        "the OR ",
        "\0",
        "\u{202E}",
        "\u{FEFF}",
        "\u{10FFFF}",
        "e-mail ",
        "zzzz ",
        "teh ",
        "水 ",
        "~",
        "*",
        "+",
        ":",
        "\\",
        "%",
        "_",
        "/",
        "{}",
        "[",
        "^2 ",
        "\u{301}",
        "\u{200D}",
        "\r\n",
        "&& ",
        "|| ",
        "! ",
    ];
    for piece in pieces {
        queries.extend([1, 2, 16, 17, 63, 64, 65, 400, 65_536].map(|count| piece.repeat(count)));
        queries.extend([8, 17, 60].map(|count| format!("{}the{}", piece.repeat(count), ")".repeat(count))));
    }
    for query in &queries {
        for operator in [Operator::And, Operator::Or] {
            ask(query, operator);
        }
    }
    let too_long = SHELF.engine.search(&asked(&"x".repeat(65_536)));
    assert!(matches!(too_long, Err(SearchError::Query(error)) if error.position == MAX_BYTES));
}

#[test]
fn every_character_is_answered() {
    let planes = ('\0'..=char::MAX).step_by(61).collect::<Vec<char>>();
    for piece in planes.chunks(60) {
        ask(&piece.iter().collect::<String>(), Operator::And);
    }
    for character in ('\0'..='\u{3FF}').chain('\u{2000}'..='\u{206F}').chain('\u{E00}'..='\u{E7F}') {
        ask(&format!("the{character}of \"the{character} of\" {character} {character}*"), Operator::And);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_text_is_answered_or_refused(
        query in "([a-z]{1,3}|the|of|\"|[-~*():+]| |NOT |OR |page:1 |section:annex |title:|e-mail|[東ไกा\u{301}\u{200D}]|\\PC|\\p{C}){0,40}",
        or: bool,
    ) {
        ask(&query, if or { Operator::Or } else { Operator::And });
    }
}
