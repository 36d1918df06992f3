//! What is marked and shown, row by row, and agreement with a slow and simple matcher.

use super::*;
use crate::index::analyzer::analyze_words;
use proptest::prelude::*;

fn terms(words: &[&str]) -> Vec<WayMatcher> {
    let mark = TermMark { weight: 1.0, languages: LanguageSet::ANY, part: TermPart::Whole };
    vec![WayMatcher::Terms(words.iter().map(|word| (word.to_string(), mark)).collect())]
}

fn phrase(words: &[&str], slop: u32) -> Vec<WayMatcher> {
    vec![WayMatcher::Phrase { places: words.iter().map(|word| vec![word.to_string()]).collect(), slop }]
}

fn found(text: &str, clauses: Vec<Vec<WayMatcher>>, limit: usize) -> PageMatches {
    find(text, &[], None, &Matchers { clauses }, limit)
}

fn find(text: &str, skip: &[Span], next: Option<(&str, &[Span])>, matchers: &Matchers, limit: usize) -> PageMatches {
    let after: Vec<PageText<'_>> = next.map(|(text, furniture)| PageText { text, furniture }).into_iter().collect();
    let page = PageText { text, furniture: skip };
    let page = PageToMark { languages: LanguageSet::ANY, page, before: &[], after: &after, hidden: 0 };
    Marker::new(matchers).find(&page, limit)
}

/// Passages with the matches in brackets.
fn shown(matches: &PageMatches) -> Vec<String> {
    let bracketed = |passage: &Passage| {
        let characters: Vec<char> = passage.text.chars().collect();
        let mut out = String::new();
        let mut at = 0;
        for &[start, end] in &passage.ranges {
            out.extend(&characters[at..start as usize]);
            out.push('[');
            out.extend(&characters[start as usize..end as usize]);
            out.push(']');
            at = end as usize;
        }
        out.extend(&characters[at..]);
        out
    };
    matches.passages.iter().map(bracketed).collect()
}

#[test]
fn marks_words_and_phrases() {
    for (text, clauses, expected) in [
        ("The Cash, cash flow.", vec![terms(&["cash"])], "The [Cash], [cash] flow."),
        ("food aid, aid for food", vec![phrase(&["food", "aid"], 0)], "[food aid], aid for food"),
        ("food\naid", vec![phrase(&["food", "aid"], 0)], "[food aid]"),
        ("aid of food", vec![phrase(&["food", "aid"], 3)], "[aid of food]"),
        ("food or other aid", vec![phrase(&["food", "aid"], 2)], "[food or other aid]"),
        ("food aid", vec![phrase(&["food", "aid"], 0), terms(&["aid"])], "[food aid]"),
        ("an e-\nmail", vec![terms(&["email"])], "an [e-mail]"),
        ("an e-mail", vec![phrase(&["e", "mail"], 0)], "an [e-mail]"),
        ("an exam\u{AD}ple\nhere", vec![terms(&["example"])], "an [example] here"),
        ("東京都です。", vec![phrase(&["東京", "京都"], 0)], "[東京都]です。"),
        ("été 😀 été", vec![terms(&["ete"])], "[été] 😀 [été]"),
        ("a\u{202E}b cash\u{7}", vec![terms(&["cash"])], "ab [cash]"),
        ("a a a", vec![phrase(&["a", "a"], 0)], "[a a a]"),
    ] {
        assert_eq!(shown(&found(text, clauses, 3)), [expected], "{text:?}");
    }
}

#[test]
fn failed_phrases_mark_nothing_and_show_the_opening() {
    let matches = found("Aid is not food. More text.", vec![phrase(&["food", "aid"], 0)], 2);
    assert_eq!(shown(&matches), ["Aid is not food. More text."]);
    assert!(matches.spans.is_empty() && matches.counts == [0]);
    assert!(found("", vec![terms(&["x"])], 2).passages.is_empty());
    assert!(found("x", vec![terms(&["x"])], 0).passages.is_empty());
    assert_eq!(found("x y x", vec![terms(&["x"])], 0).counts, [2]);
}

#[test]
fn phrases_go_on_to_the_next_page() {
    let text = "They gave food\nFOOT 12";
    let skip = [Span { start: 15, end: 22 }];
    let next = "HEAD\naid to all";
    let next_skip = [Span { start: 0, end: 4 }];
    let matchers = Matchers { clauses: vec![phrase(&["food", "aid"], 0)] };
    let matches = find(text, &skip, Some((next, &next_skip)), &matchers, 2);
    assert_eq!(shown(&matches), ["They gave [food]"]);
    assert_eq!(matches.spans, [Span { start: 10, end: 14 }]);
    assert_eq!(matches.counts, [1]);
    let alone = find("no", &[], Some(("food aid", &[])), &matchers, 2);
    assert_eq!((alone.spans.len(), alone.counts), (0, vec![0]));
}

#[test]
fn furniture_is_never_shown() {
    let text = "food HEAD 3 aid.";
    let skip = [Span { start: 5, end: 11 }];
    let matches =
        find(text, &skip, None, &Matchers { clauses: vec![phrase(&["food", "aid"], 0), terms(&["head"])] }, 2);
    assert_eq!(shown(&matches), ["[food aid]."]);
    assert_eq!(matches.spans, [Span { start: 0, end: 5 }, Span { start: 11, end: 15 }]);
}

#[test]
fn passages_are_sentences_in_order_that_cover_the_query() {
    let filler = "Nothing of note happened in this rather long sentence about other things entirely. ".repeat(4);
    let text = format!(
        "Cash was paid to all of the households that had been registered in the first round of it. {filler}\
         Cash again, cash and more cash for every household that had been found by the second round. {filler}\
         Only the transfers are in this sentence, which is long enough to stand alone as a passage here."
    );
    let matches = found(&text, vec![terms(&["cash"]), terms(&["transfers"])], 2);
    assert_eq!(
        shown(&matches),
        [
            "[Cash] again, [cash] and more [cash] for every household that had been found by the second round.",
            "Only the [transfers] are in this sentence, which is long enough to stand alone as a passage here.",
        ]
    );
    assert_eq!(matches.counts, [4, 1]);
}

#[test]
fn long_sentences_are_cut_at_words_around_the_match() {
    let words = "lorem ipsum dolor ".repeat(40);
    let matches = found(&format!("{words}cash {words}"), vec![terms(&["cash"])], 1);
    let passage = &matches.passages[0];
    let length = passage.text.chars().count();
    assert!((200..=MAX_LENGTH).contains(&length), "{length}");
    assert!(passage.text.starts_with('…') && passage.text.ends_with('…'));
    let middle = passage.ranges[0][0] as usize;
    assert!(middle.abs_diff(length / 2) < 20, "{middle} of {length}");
    for word in passage.text.trim_matches('…').split(' ') {
        assert!(["lorem", "ipsum", "dolor", "cash"].contains(&word), "{word}");
    }
}

#[test]
fn short_sentences_take_their_neighbours() {
    let matches = found("Before. Cash. After this one.\n\nOther block.", vec![terms(&["cash"])], 1);
    assert_eq!(shown(&matches), ["Before. [Cash]. After this one."]);
}

/// The longest passage made of ordinary matches.
const MAX_LENGTH: usize = 240;

/// Spans of all matches, found slowly: every start of a phrase tried at every place.
fn reference(text: &str, clauses: &[Vec<WayMatcher>]) -> Vec<Span> {
    let tokens = analyze_words(text);
    let mut covered = vec![false; text.len() + 1];
    let mut mark = |start: u32, end: u32| covered[start as usize..end as usize].fill(true);
    for clause in clauses.iter().flatten() {
        match clause {
            WayMatcher::Terms(terms) => {
                tokens.iter().filter(|token| terms.contains_key(&token.term)).for_each(|token| {
                    mark(token.span.start, token.span.end);
                });
            }
            WayMatcher::Phrase { places, .. } => {
                for first in 0..=tokens.last().map_or(0, |token| token.position) {
                    let words: Option<Vec<_>> = (first..)
                        .zip(places)
                        .map(|(position, terms)| {
                            tokens.iter().find(|token| token.position == position && terms.contains(&token.term))
                        })
                        .collect();
                    if let Some(words) = words {
                        let start = words.iter().map(|token| token.span.start).min().expect("a word");
                        mark(start, words.iter().map(|token| token.span.end).max().expect("a word"));
                    }
                }
            }
        }
    }
    let mut spans: Vec<Span> = Vec::new();
    for at in 0..text.len() as u32 {
        match spans.last_mut() {
            _ if !covered[at as usize] => {}
            Some(last) if last.end == at => last.end += 1,
            _ => spans.push(Span { start: at, end: at + 1 }),
        }
    }
    spans
}

fn joined(spans: &[Span]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => joined.push(*span),
        }
    }
    joined
}

fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            4 => "[abc]",
            1 => "e-mail|e-\nmail|U\\.S\\.|1,234\\.5|don't|l'eau|東京都|ab\u{AD}c|Dr\\. A|é|😀",
            4 => Just(" ".to_owned()),
            1 => "[.!?。] ",
            1 => "\n|\n\n",
            1 => "\\PC{0,3}",
            1 => "[a-z ]{0,80}",
        ],
        0..120,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn agrees_with_the_reference(text in any_text(), words in proptest::collection::vec("[abc]|mail|email|e|us|京都", 1..4)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let clauses = vec![phrase(&words, 0), terms(&words[..1])];
        let expected = reference(&text, &clauses);
        prop_assert_eq!(joined(&found(&text, clauses, 2).spans), expected);
    }

    #[test]
    fn passages_are_well_formed(
        text in any_text(),
        words in proptest::collection::vec("[abc]|mail|email|us|eau", 1..4),
        skip in proptest::collection::vec((0u32..200, 0u32..20), 0..3),
        slop in 0u32..4,
        limit in 0usize..5,
    ) {
        let mut skip: Vec<Span> = skip.into_iter().map(|(start, length)| Span { start, end: start + length }).collect();
        skip.sort_unstable();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let clauses = vec![terms(&words[..1]), phrase(&words, slop)];
        let matches = find(&text, &skip, Some((&text, &skip)), &Matchers { clauses }, limit);
        prop_assert!(matches.passages.len() <= limit);
        prop_assert!(matches.spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert!(matches.spans.iter().all(|span| span.start < span.end && text.get(span.start as usize..span.end as usize).is_some()));
        if limit > 0 && !matches.spans.is_empty() {
            prop_assert!(matches.passages.iter().all(|passage| !passage.ranges.is_empty()), "{:?}", matches);
        }
        for passage in &matches.passages {
            let characters: Vec<char> = passage.text.chars().collect();
            let is_one_line = !passage.text.contains(['\n', '\u{AD}', '\u{202E}']) && !passage.text.contains("  ");
            prop_assert!(is_one_line);
            let mut last = 0;
            for &[start, end] in &passage.ranges {
                prop_assert!(last <= start && start < end && end as usize <= characters.len());
                last = end;
                let marked: String = characters[start as usize..end as usize].iter().collect();
                let terms: Vec<String> = analyze_words(&marked).into_iter().map(|token| token.term).collect();
                prop_assert!(terms.iter().any(|term| words.contains(&term.as_str())), "{marked:?} {terms:?}");
            }
        }
    }
}

#[test]
fn a_first_sentence_is_whole_or_cut_after_a_word() {
    let long = "word ".repeat(100);
    for (text, expected) in [
        ("We studied Dr. Smith's wells. They work.\nMore.", Some("We studied Dr. Smith's wells.".to_owned())),
        ("\n  A heading\nThen text.", Some("A heading".to_owned())),
        ("水井。修好了。", Some("水井。".to_owned())),
        (long.as_str(), Some(format!("{}word…", "word ".repeat(59)))),
        ("", None),
        (" \n ", None),
    ] {
        assert_eq!(first_sentence(text), expected, "{text}");
    }
}
