//! The rules of the analyzer, one row each, and what holds for any text.

use super::*;
use proptest::prelude::*;

/// Tokens as `term@position`, parted by spaces.
fn shown(text: &str) -> String {
    let tokens: Vec<String> =
        analyze_words(text).iter().map(|token| format!("{}@{}", token.term, token.position)).collect();
    tokens.join(" ")
}

/// The text under each token.
fn covered(text: &str) -> Vec<&str> {
    analyze_words(text).iter().map(|token| token.span.of(text)).collect()
}

#[test]
fn splits_and_folds() {
    for (text, expected) in [
        ("", ""),
        ("  &!? ", ""),
        ("Cash transfers, 2023.", "cash@0 transfers@1 2023@2"),
        ("Café cafe\u{301}", "cafe@0 cafe@1"),
        ("naïve NAÏVE", "naive@0 naive@1"),
        ("CO₂ CO2", "co2@0 co2@1"),
        ("U.S. policy", "us@0 policy@1"),
        ("the U.S.A.", "the@0 usa@1"),
        ("e.g. this, i.e. that", "eg@0 this@1 ie@2 that@3"),
        ("U.S.-based", "usbased@0 us@0 based@1"),
        ("U.S.'s", "us@0"),
        ("A.B.Smith", "ab@0 smith@1"),
        ("x.org", "x@0 org@1"),
        ("É.U.", "eu@0"),
        ("e-mail", "email@0 e@0 mail@1"),
        ("an e-\nmail sent", "an@0 email@1 e@1 mail@2 sent@3"),
        ("e\u{2010}mail", "email@0 e@0 mail@1"),
        ("state-of-the-art", "stateoftheart@0 state@0 of@1 the@2 art@3"),
        ("word- word -word", "word@0 word@1 word@2"),
        ("word-\n\nword", "word@0 word@1"),
        ("long—dash", "long@0 dash@1"),
        ("2019-2021", "2019@0 2021@1"),
        ("COVID-19", "covid19@0 covid@0 19@1"),
        ("24-hour", "24hour@0 24@0 hour@1"),
        ("A-12/3", "a12@0 a@0 12@1 3@2"),
        ("pre-1.5", "pre@0 1.5@1"),
        ("council's", "council@0"),
        ("COUNCIL’S plan", "council@0 plan@1"),
        ("councils'", "councils@0"),
        ("driver's-side", "driverside@0 driver@0 side@1"),
        ("don't can’t", "dont@0 cant@1"),
        ("we'll I'm they've", "we@0 i@1 they@2"),
        ("l'eau", "l@0 eau@1"),
        ("L’État", "l@0 etat@1"),
        ("dell'acqua", "dell@0 acqua@1"),
        ("aujourd'hui", "aujourdhui@0 aujourd@0 hui@1"),
        ("O'Brien", "obrien@0 o@0 brien@1"),
        ("'quoted'", "quoted@0"),
        ("AT&T", "at@0 t@1"),
        ("snake_case", "snake@0 case@1"),
        ("ex\u{AD}ample", "example@0"),
        ("http://x.org/a", "http@0 x@1 org@2 a@3"),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn reads_numbers() {
    for (text, expected) in [
        ("1,234.56", "1234.56@0"),
        ("1.234,56", "1234.56@0"),
        ("1,234", "1234@0"),
        ("12,345,678 people", "12345678@0 people@1"),
        ("1.234.567", "1234567@0"),
        ("1'234'567.8", "1234567.8@0"),
        ("1\u{202F}234\u{A0}567", "1234567@0"),
        ("12\u{A0}2023", "12@0 2023@1"),
        ("3.5%", "3.5@0"),
        ("3.5kg", "3.5@0 kg@1"),
        ("1.234", "1.234@0 1234@0"),
        ("0.234", "0.234@0"),
        ("3,5", "3.5@0 3@0 5@1"),
        ("1,2,3", "1@0 2@1 3@2"),
        ("12.05.2023", "12.05.2023@0 12@0 05@1 2023@2"),
        ("section 3.5.2.", "section@0 3.5.2@1 3@1 5@2 2@3"),
        ("in 2020, 2021", "in@0 2020@1 2021@2"),
        ("2nd 50kg", "2nd@0 50kg@1"),
        ("1990's", "1990@0"),
        ("targets¹ m²", "targets1@0 targets@0 m2@1 m@1"),
        ("2½", "21\u{2044}2@0"),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn reads_other_scripts() {
    for (text, expected) in [
        ("東京都", "東京@0 京都@1"),
        ("東", "東@0"),
        ("東京\n都", "東京@0 京都@1"),
        ("東京\n\n都", "東京@0 都@1"),
        ("PDF文書です", "pdf@0 文書@1 書で@2 です@3"),
        ("ﾃﾞｰﾀ", "デー@0 ータ@1"),
        ("データ", "デー@0 ータ@1"),
        ("⽇本", "日本@0"),
        ("한국어 보고서", "한국어@0 보고서@1"),
        ("हिन्दी में", "हिन्दी@0 में@1"),
        ("ΟΔΟΣ οδός", "οδοσ@0 οδοσ@1"),
        ("الكِتَاب", "الكتاب@0"),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
    assert_eq!(analyze_words("กำไร").len(), 3);
    assert_eq!(covered("東京\n都"), ["東京", "京\n都"]);
}

#[test]
fn spans_cover_the_word_as_printed() {
    assert_eq!(covered("The U.S. e-\nmail"), ["The", "U.S", "e-\nmail", "e", "mail"]);
    assert_eq!(covered("council's don't"), ["council", "don't"]);
    assert_eq!(covered("ex\u{AD}ample, 1,234.5 m²"), ["ex\u{AD}ample", "1,234.5", "m²", "m"]);
}

#[test]
fn skipped_spans_part_words_without_a_gap() {
    let text = "one two HEAD three";
    let mut seen = Vec::new();
    let end = analyze(text, &[Span { start: 8, end: 12 }], 5, &mut |token| {
        seen.push((token.term.to_owned(), token.position));
    });
    assert_eq!(seen, [("one".into(), 5), ("two".into(), 6), ("three".into(), 7)]);
    assert_eq!(end, 8);
    let broken = [Span { start: 5, end: 2 }, Span { start: 1, end: 900 }];
    assert_eq!(analyze("é-mail", &broken, 0, &mut |_| {}), 0);
}

#[test]
fn long_words_are_cut() {
    let tokens = analyze_words(&"é".repeat(1_000));
    assert_eq!(tokens[0].term, "e".repeat(MAX_TERM_CHARACTERS));
    assert_eq!(tokens.len(), 1);
    assert_eq!(analyze_words(&"x".repeat(1_000))[0].term.len(), MAX_TERM_CHARACTERS);
}

#[test]
fn groups_words_with_their_variants() {
    let grouped: Vec<(Vec<String>, Vec<String>)> =
        words("e-mail 1.234 the 3,5 m² 東京都").into_iter().map(|word| (word.parts, word.variants)).collect();
    let row = |parts: &[&str], variants: &[&str]| {
        (parts.iter().map(ToString::to_string).collect(), variants.iter().map(ToString::to_string).collect())
    };
    assert_eq!(
        grouped,
        [
            row(&["e", "mail"], &["email"]),
            row(&["1234"], &["1.234"]),
            row(&["the"], &[]),
            row(&["3", "5"], &["3.5"]),
            row(&["m2"], &[]),
            row(&["東京"], &[]),
            row(&["京都"], &[]),
        ]
    );
}

#[test]
fn single_characters_of_scripts_without_spaces_are_told_apart() {
    for term in ["東", "データ", "กี", "a", "é", "12", "한", "東京", ""] {
        assert_eq!(is_unspaced_character(term), ["東", "กี"].contains(&term), "{term}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_gives_ordered_tokens_within_it(
        text in "([a-zA-Z]{1,4}|[0-9]{1,4}|[-'’.,\u{AD}\n ]|[éßﬁ²東ไกا\u{301}\u{200D}½]|\\PC){0,40}",
        skip in proptest::collection::vec((0u32..80, 0u32..20), 0..3),
    ) {
        let mut skip: Vec<Span> =
            skip.into_iter().map(|(start, length)| Span { start, end: start + length }).collect();
        skip.sort_unstable();
        let mut tokens: Vec<OwnedToken> = Vec::new();
        let end = analyze(&text, &skip, 3, &mut |token| {
            tokens.push(OwnedToken { term: token.term.to_owned(), span: token.span, position: token.position });
        });
        let mut next = 3;
        let mut start = 0;
        for token in &tokens {
            prop_assert!(!token.term.is_empty() && token.term.chars().count() <= MAX_TERM_CHARACTERS);
            prop_assert!(!token.span.of(&text).is_empty(), "{token:?}");
            prop_assert!(token.span.start >= start);
            prop_assert!(token.position == next || token.position + 1 == next, "{token:?}");
            let is_outside = skip.iter().filter(|span| span.start < span.end).all(|span| {
                let start = text.floor_char_boundary(span.start as usize) as u32;
                let end = text.ceil_char_boundary(span.end as usize) as u32;
                start >= end || !token.span.overlaps(&Span { start, end })
            });
            prop_assert!(is_outside);
            start = token.span.start;
            next = token.position + 1;
        }
        prop_assert_eq!(end, next);
    }

    #[test]
    fn composed_and_decomposed_text_agree(text in "[a-zäöüéñçøёйάאبआ가힣 ]{0,20}") {
        use unicode_normalization::UnicodeNormalization;
        let terms = |text: String| -> Vec<(String, u32)> {
            analyze_words(&text).into_iter().map(|token| (token.term, token.position)).collect()
        };
        prop_assert_eq!(terms(text.nfc().collect()), terms(text.nfd().collect()));
    }
}
