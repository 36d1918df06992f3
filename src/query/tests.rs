//! The query language row by row, and what holds for any text.

use super::*;
use proptest::prelude::*;

/// The query as interpreted; empty if it has no words.
fn read(query: &str) -> String {
    parse(query, false).expect("within the limits").root.as_ref().map(interpret).unwrap_or_default()
}

fn warnings(query: &str) -> Vec<String> {
    parse(query, false).expect("within the limits").warnings
}

#[test]
fn reads_without_warnings() {
    for (query, expected) in [
        ("", ""),
        (" & !!! – ", ""),
        ("Cash Transfér", "cash AND transfer"),
        ("a OR b c OR d", "a OR (b AND c) OR d"),
        ("a b OR c", "(a AND b) OR c"),
        ("(a OR b) c", "(a OR b) AND c"),
        ("a && b || c | d", "(a AND b) OR c OR d"),
        ("a AND (b AND c)", "a AND b AND c"),
        ("and or not", "and AND or AND not"),
        ("cash (transfer OR grant) -\"food aid\"", "cash AND (transfer OR grant) AND NOT \"food aid\""),
        ("-word", "NOT word"),
        ("–word", "NOT word"),
        ("−word", "NOT word"),
        ("NOT NOT word", "word"),
        ("NOT (a b)", "NOT (a AND b)"),
        ("NOT (NOT a)", "a"),
        ("-(-(-a))", "NOT a"),
        ("--flag a", "flag AND a"),
        ("a - b", "a AND b"),
        ("\"cash transfer\"", "\"cash transfer\""),
        ("“cash transfer”", "\"cash transfer\""),
        ("«cash transfer»", "\"cash transfer\""),
        ("„cash transfer“", "\"cash transfer\""),
        ("\"a b\"~5", "\"a b\"~5"),
        ("\"Cash\"", "\"cash\""),
        ("\"\" x", "x"),
        ("trans*", "trans*"),
        ("Cafés*", "cafes*"),
        ("東", "東*"),
        ("transfr~", "transfr~1"),
        ("transferr~", "transferr~2"),
        ("transfr~2", "transfr~2"),
        ("transfr~0", "transfr"),
        ("title:cash", "title:cash"),
        ("TITLE:cash x", "title:cash AND x"),
        ("title: cash", "title:cash"),
        ("title：cash", "title:cash"),
        ("title:\"a b\"~2", "title:\"a b\"~2"),
        ("title:(a -b \"c d\")", "title:a AND NOT title:b AND title:\"c d\""),
        ("-author:smith", "NOT author:smith"),
        ("section:recommendations file:annex", "section:recommendations AND file:annex"),
        ("lang:EN language:fr-CA", "lang:en AND lang:fr"),
        ("lang:en,fr x", "(lang:en OR lang:fr) AND x"),
        ("lang:(en OR fr)", "lang:en OR lang:fr"),
        ("year:2020..2023", "year:2020..2023"),
        ("year:2020–2023", "year:2020..2023"),
        ("year:>=2020 page:<4", "year:2020.. AND page:..3"),
        ("year:2020 page:3", "year:2020 AND page:3"),
        ("e-mail", "e-mail"),
        ("U.S.", "us"),
        ("1,234", "1234"),
        ("1\u{202F}234\u{A0}567 8\u{A0}9", "1234567 AND 8 AND 9"),
        ("l'eau", "eau"),
        ("AT&T", "AT&T"),
        ("http://x.org/a?b", "http://x.org/a?b"),
        ("at 10:30", "at AND 10:30"),
        ("Conclusion: yes", "conclusion AND yes"),
        ("ｃａｓｈ （ａ ＯＲ b）", "cash AND a AND or AND b"),
        ("+cash +aid", "cash AND aid"),
    ] {
        assert_eq!(read(query), expected, "{query}");
        assert_eq!(warnings(query), Vec::<String>::new(), "{query}");
    }
}

#[test]
fn reads_what_is_no_syntax_as_words_and_says_so() {
    for (query, expected) in [
        ("\"cash transfer", "cash AND transfer"),
        ("5\" pipe", "5 AND pipe"),
        ("(a b", "a AND b"),
        ("a) b", "a AND b"),
        ("a AND", "a"),
        ("OR a", "a"),
        ("a OR OR b", "a OR b"),
        ("a NOT", "a"),
        ("(a OR) b", "a AND b"),
        ("AND", "and"),
        ("NOT", "not"),
        ("foo:bar", "foo AND bar"),
        ("wo*", "wo"),
        ("w*rd", "w/rd"),
        ("e-mai*", "e-mai"),
        ("abc~", "abc"),
        ("word~9", "word~2"),
        ("word~x", "word/x"),
        ("\"a b\"~50", "\"a b\"~10"),
        ("\"a b\"~", "\"a b\""),
        ("lang:english", "english"),
        ("year:x", "x"),
        ("page:0", "0"),
        ("title:", "title"),
        ("title:) x", "title:x"),
        ("year:.. x", "x"),
    ] {
        assert_eq!(read(query), expected, "{query}");
        if query != "word~x" {
            assert_eq!(warnings(query).len(), 1, "{query}: {:?}", warnings(query));
        }
    }
}

#[test]
fn or_by_default_keeps_restrictions() {
    for (query, expected) in [
        ("a b", "a OR b"),
        ("a b AND c", "a OR (b AND c)"),
        ("a b -c", "(a OR b) AND NOT c"),
        ("a year:2020 b", "(a OR b) AND year:2020"),
        ("-c", "NOT c"),
        ("a OR -b", "a OR NOT b"),
    ] {
        let root = parse(query, true).expect("within the limits").root.expect("has words");
        assert_eq!(interpret(&root), expected, "{query}");
    }
}

#[test]
fn clauses_know_their_words_and_place() {
    let query = "é title:E-mail \"the e-mail\" transf* 東京都 1.234";
    let Some(Node::And(nodes)) = parse(query, false).expect("within the limits").root else { panic!("{query}") };
    let clauses: Vec<&TextClause> = nodes
        .iter()
        .map(|node| match node {
            Node::Text(clause) => clause,
            node => panic!("{node:?}"),
        })
        .collect();
    let shown: Vec<String> = clauses
        .iter()
        .map(|clause| {
            let mut ways = vec![clause.words.join(" ")];
            ways.extend(clause.alternatives.iter().map(|way| way.join(" ")));
            assert_eq!(clause.span.of(query), clause.typed);
            format!("{}: {}", clause.typed, ways.join(" | "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "é: e",
            "E-mail: e mail | email",
            "the e-mail: the e mail | the email",
            "transf: transf",
            "東京都: 東京 京都",
            "1.234: 1234 | 1.234",
        ]
    );
    assert_eq!(clauses[1].field, Some(Field::Title));
}

#[test]
fn limits_have_positions() {
    let row = |query: &str| parse(query, false).map(|_| ()).map_err(|error| (error.code, error.position));
    assert_eq!(row(&"x".repeat(MAX_BYTES)), Ok(()));
    assert_eq!(row(&"x".repeat(MAX_BYTES + 1)), Err(("query_too_long", MAX_BYTES)));
    assert_eq!(row(&"(".repeat(10_000)), Err(("query_too_long", MAX_BYTES)));
    assert_eq!(row(&"x ".repeat(64)), Ok(()));
    assert_eq!(row(&"x ".repeat(65)), Err(("query_too_many_clauses", 128)));
    assert_eq!(row(&format!("{}x", "(".repeat(16))), Ok(()));
    assert_eq!(row(&format!("{}x", "(".repeat(17))), Err(("query_too_deep", 16)));
    assert_eq!(row(&format!("{}x", "NOT ".repeat(16))), Ok(()));
    assert_eq!(row(&format!("{}x", "NOT ".repeat(17))), Err(("query_too_deep", 64)));
    assert_eq!(row(&format!("{}x", "-(".repeat(9))), Err(("query_too_deep", 16)));
    assert_eq!(row(&format!("{}x", "title:(".repeat(17))), Err(("query_too_deep", 118)));
}

#[test]
fn long_phrases_are_cut_with_a_warning() {
    let query = format!("\"{}\"", "a ".repeat(40));
    let parsed = parse(&query, false).expect("within the limits");
    let Some(Node::Text(clause)) = parsed.root else { panic!("{parsed:?}") };
    assert_eq!((clause.words.len(), parsed.warnings.len()), (MAX_PHRASE_WORDS, 1));
}

#[test]
fn hostile_queries_are_safe_on_a_small_stack() {
    let pieces = [
        "(", ")", "NOT ", "-", "- ", "+", "+(", "NOT (", "-(", "title:(", "title:", "\"", "\"\"", "~", "~1", "*",
        "OR ", "AND ", "a OR ", "\"a\"~", "\0", "\u{202E}", "a^2 ", ":", "a:", "東", "'", "x-",
    ];
    let check = move || {
        for piece in pieces {
            for count in [10, 17, 64, 200, 341, 1_024, 10_000, 65_536] {
                for query in [piece.repeat(count), format!("{}x", piece.repeat(count))] {
                    for or_by_default in [false, true] {
                        if let Ok(ParsedQuery { root: Some(root), .. }) = parse(&query, or_by_default) {
                            assert!(!interpret(&root).is_empty());
                        }
                    }
                }
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(check).expect("a thread");
    thread.join().expect("no panic");
}

/// The tree without what `interpret` does not keep.
fn bare(node: Node) -> Node {
    match node {
        Node::And(nodes) => Node::And(nodes.into_iter().map(bare).collect()),
        Node::Or(nodes) => Node::Or(nodes.into_iter().map(bare).collect()),
        Node::Not(inner) => Node::Not(Box::new(bare(*inner))),
        Node::Text(mut clause) => {
            clause.typed.clear();
            clause.span = crate::report::Span { start: 0, end: 0 };
            Node::Text(clause)
        }
        node => node,
    }
}

fn depth(node: &Node) -> usize {
    match node {
        Node::And(nodes) | Node::Or(nodes) => 1 + nodes.iter().map(depth).max().unwrap_or(0),
        Node::Not(inner) => 1 + depth(inner),
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_a_query(query in "\\PC{0,60}") {
        prop_assert!(parse(&query, false).is_ok() || query.contains(['(', '（']), "{query}");
    }

    #[test]
    fn interpretation_reads_back(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("a".to_owned()), Just("AND".into()), Just("OR".into()), Just("NOT".into()), Just("(".into()),
                Just(")".into()), Just("\"".into()), Just("-".into()), Just("~2".into()), Just("*".into()),
                Just(" ".into()), Just(" ".into()), Just("title:".into()), Just("year:2020..".into()),
                Just("lang:en".into()), Just("page:".into()), Just("Word".into()), Just("l'eau".into()),
                Just("e-mail".into()), Just("1.234".into()), Just("東京".into()), Just("東".into()),
                Just("U.S.".into()), Just("x:".into()), Just("don't".into()), Just("'".into()), Just(".".into()),
                "\\PC{0,4}",
            ],
            0..40,
        ),
        or_by_default: bool,
    ) {
        let query = pieces.concat();
        if let Ok(ParsedQuery { root: Some(root), .. }) = parse(&query, or_by_default) {
            prop_assert!(depth(&root) <= 2 * MAX_LEVELS + 2);
            let shown = interpret(&root);
            if shown.len() <= MAX_BYTES {
                let again = parse(&shown, false).expect("no deeper than the query").root.expect("has words");
                prop_assert_eq!(bare(again), bare(root), "{}", shown);
            }
        }
    }
}
