//! Text from outside made harmless for a terminal.
//!
//! PDFs, file names and queries may hold escape sequences that recolour, move the cursor or retitle the window, and
//! bidirectional controls that reorder what stands around them. None of them is ever part of a word.

use std::borrow::Cow;

/// Whether a character steers a terminal or the order of text instead of showing: C0 and C1 controls, DEL,
/// bidirectional marks, embeddings, overrides and isolates (Unicode 16, `Bidi_Control`), line and paragraph separators,
/// and the tag characters and interlinear annotations nothing shows.
pub fn is_control(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What to show for a control: those that part words leave a space, the others nothing.
fn replacement(control: char) -> Option<char> {
    matches!(control, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}').then_some(' ')
}

/// The text without controls, on one line; borrowed if there are none, which is the rule.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().filter_map(|it| if is_control(it) { replacement(it) } else { Some(it) });
    Cow::Owned(shown.collect())
}

/// A printable text on one line of which some characters are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedText {
    /// Every character, with whether it is marked.
    pub characters: Vec<(char, bool)>,
}

impl MarkedText {
    /// `ranges` are code-point offsets into `text`, `[start, end)`, rising. Controls are left out, marks stay on their
    /// characters.
    pub fn new(text: &str, ranges: &[[u32; 2]]) -> MarkedText {
        let mut ranges = ranges.iter().peekable();
        let mut characters = Vec::with_capacity(text.len());
        for (offset, character) in (0_u32..).zip(text.chars()) {
            while ranges.next_if(|[_, end]| *end <= offset).is_some() {}
            let is_marked = ranges.peek().is_some_and(|[start, _]| *start <= offset);
            let shown = if is_control(character) { replacement(character) } else { Some(character) };
            characters.extend(shown.map(|shown| (shown, is_marked)));
        }
        MarkedText { characters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_vanish_or_become_spaces() {
        let cases = [
            ("plain – text, 中文, עברית", "plain – text, 中文, עברית"),
            ("a\u{1b}[31mred\u{1b}[0m", "a[31mred[0m"),
            ("a\u{9b}31mred", "a31mred"),
            ("\u{1b}]0;title\u{7}x", "]0;titlex"),
            ("one\r\ntwo\tthree", "one  two three"),
            ("\u{202e}fdp.exe", "fdp.exe"),
            ("a\u{200d}b", "a\u{200d}b"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected, "{text:?}");
        }
    }

    #[test]
    fn marks_stay_on_their_characters() {
        let marked = MarkedText::new("a\u{1b}bécd e", &[[2, 4], [5, 6]]);
        let shown: String = marked.characters.iter().map(|(character, _)| *character).collect();
        assert_eq!(shown, "abécd e");
        let marks: String = marked.characters.iter().filter(|(_, marked)| *marked).map(|(it, _)| *it).collect();
        assert_eq!(marks, "béd");
    }

    proptest! {
        #[test]
        fn nothing_printable_is_lost_and_no_control_is_left(text in any::<String>(), ranges in any::<Vec<[u32; 2]>>()) {
            let marked = MarkedText::new(&text, &ranges);
            let shown: String = marked.characters.iter().map(|(character, _)| *character).collect();
            prop_assert!(!shown.chars().any(is_control));
            prop_assert_eq!(printable(&text).into_owned(), shown);
        }
    }
}
