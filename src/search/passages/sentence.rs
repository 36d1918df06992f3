//! Where sentences begin and end in a line of text.
//!
//! Looked for only around matches: a page has a hundred sentences and shows two.

use super::abbreviations::ABBREVIATIONS;

/// Farthest a sentence is followed, in bytes; longer ones are cut anyway.
const REACH: usize = 2_000;

/// Start of the sentence that holds byte `at`, not before `floor`.
pub(super) fn start(text: &str, at: usize, floor: usize) -> usize {
    let floor = floor.max(text.ceil_char_boundary(at.saturating_sub(REACH)));
    let before = text.get(floor..at).unwrap_or("");
    for (offset, character) in before.char_indices().rev() {
        let after = floor + offset + character.len_utf8();
        if is_break(text, after, character) {
            return after;
        }
    }
    floor.min(at)
}

/// End of the sentence that holds the byte before `at`, without the space after it.
pub(super) fn end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    for (offset, character) in rest.char_indices().take(REACH) {
        let after = at + offset + character.len_utf8();
        if is_break(text, after, character) {
            let keeps = if character.is_whitespace() { at + offset } else { after };
            return keeps;
        }
    }
    rest.char_indices().nth(REACH).map_or(text.len(), |(offset, _)| at + offset)
}

/// Whether a sentence begins at byte `at`, after the character `last`.
fn is_break(text: &str, at: usize, last: char) -> bool {
    match last {
        '\n' => true,
        ' ' => {
            let before = text.get(..at - 1).unwrap_or("");
            // Most words end in a letter or digit, after which no sentence ends.
            if before.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric) && at < text.len() {
                return false;
            }
            let after = text.get(at..).unwrap_or("");
            ends_sentence(before, after)
        }
        '。' | '！' | '？' | '｡' => {
            !text.get(at..).is_some_and(|after| after.starts_with(['」', '』', '）', '”', '。', '！', '？']))
        }
        _ => false,
    }
}

/// Whether the text before a space ends a sentence, given the text after it.
fn ends_sentence(before: &str, after: &str) -> bool {
    let is_closing =
        |character: char| matches!(character, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '」' | '』' | '）');
    let before = before.trim_end_matches(is_closing);
    let Some(next) = after.chars().next() else { return true };
    match before.chars().next_back() {
        Some('!' | '?' | '؟' | '।' | '॥' | '。' | '！' | '？') => !next.is_lowercase(),
        Some('…') => next.is_uppercase(),
        Some('.') => !next.is_lowercase() && !is_abbreviated(&before[..before.len() - 1], next),
        _ => false,
    }
}

/// Whether the full stop after `before` belongs to its last word; `next` follows.
fn is_abbreviated(before: &str, next: char) -> bool {
    let word_start = before.rfind(|character: char| character.is_whitespace()).map_or(0, |space| space + 1);
    // Text with a space of several bytes has none left here: a line holds plain ones only.
    let word = before.get(word_start..).unwrap_or("");
    let is_first = before.get(..word_start).is_none_or(|line| line.is_empty() || line.ends_with('\n'));
    let word = word.trim_start_matches(|character: char| !character.is_alphanumeric());
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (None, _) => return false,
        // An initial; `I` ends sentences too seldom to matter.
        (Some(only), None) if only.is_alphabetic() => return true,
        _ => {}
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        // `1. Introduction` is one heading; `in 2020. The` are two sentences.
        return is_first && word.len() <= 3;
    }
    if word.contains('.') {
        return word.split('.').all(|part| part.chars().count() <= 2)
            || word.bytes().any(|byte| byte.is_ascii_digit()) && is_first;
    }
    let word = word.to_lowercase();
    let is_listed = ABBREVIATIONS.binary_search(&word.as_str()).is_ok();
    // `No.` and `pp.` want a number; without one they may well end a sentence.
    is_listed && (!matches!(word.as_str(), "no" | "nos" | "me" | "s" | "p" | "pp") || next.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted());
    }

    #[test]
    fn parts_sentences() {
        for (text, expected) in [
            ("One two. Three four! Five?", vec!["One two.", "Three four!", "Five?"]),
            (
                "See Dr. Smith, No. 5, e.g. Fig. 3 of it. Next.",
                vec!["See Dr. Smith, No. 5, e.g. Fig. 3 of it.", "Next."],
            ),
            ("It cost 3.5 million. He said no. She left.", vec!["It cost 3.5 million.", "He said no.", "She left."]),
            ("By J. K. Rowling. In 2020. The end", vec!["By J. K. Rowling.", "In 2020.", "The end"]),
            ("1. Introduction\nThe text.", vec!["1. Introduction", "The text."]),
            ("“Really?” he asked. (Yes.) Then", vec!["“Really?” he asked.", "(Yes.)", "Then"]),
            ("日本語。「文。」次！", vec!["日本語。", "「文。」次！"]),
            ("one\ntwo", vec!["one", "two"]),
            ("", vec![]),
        ] {
            let mut sentences = Vec::new();
            let mut at = 0;
            while at < text.len() {
                let stop = end(text, at + text[at..].chars().next().map_or(1, char::len_utf8));
                sentences.push(&text[at..stop]);
                let inside = text.floor_char_boundary(stop - 1);
                assert_eq!(start(text, inside, 0), at, "{text:?} back from {stop}");
                at = stop + text[stop..].len() - text[stop..].trim_start().len();
            }
            assert_eq!(sentences, expected);
        }
    }
}
