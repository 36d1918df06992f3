//! Visual → logical order for lines with right-to-left text: pages hold glyphs where they stand, text holds them as
//! they are read. A simplified inverse of the Unicode bidirectional algorithm (UAX #9) on whole words.

use crate::layout::glyph::PageGlyphs;
use unicode_bidi::{BidiClass, bidi_class};

/// Whether the character is written from right to left.
pub(super) fn is_right_to_left(character: char) -> bool {
    // Latin, Greek and Cyrillic text is told apart without a table look-up.
    character >= '\u{0590}' && matches!(bidi_class(character), BidiClass::R | BidiClass::AL)
}

/// Whether most letters of the page are written from right to left.
pub(super) fn is_mostly_right_to_left(page: &PageGlyphs) -> bool {
    let characters = || page.glyphs.iter().filter_map(|glyph| char::from_u32(glyph.text));
    let right_to_left = characters().filter(|character| is_right_to_left(*character)).count();
    right_to_left > 0 && right_to_left * 2 > characters().filter(|character| character.is_alphabetic()).count()
}

/// Whether the character is printed over or under the letter before it: vowel points and the like.
pub(super) fn is_mark(character: char) -> bool {
    character >= '\u{0300}' && bidi_class(character) == BidiClass::NSM
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Left,
    Right,
    Neutral,
}

fn strength_of(word: &str) -> Strength {
    let mut strength = Strength::Neutral;
    for character in word.chars() {
        if is_right_to_left(character) {
            return Strength::Right;
        }
        if matches!(bidi_class(character), BidiClass::L | BidiClass::EN | BidiClass::AN) {
            strength = Strength::Left;
        }
    }
    strength
}

/// The logical order of a line's words (given from left to right) as indices into `words`. The same picture can be read
/// both ways, so the page decides: on a page of right-to-left text every line with some of it runs that way.
pub(super) fn logical_order(words: &[String], is_right_to_left_page: bool) -> Vec<usize> {
    let strengths: Vec<Strength> = words.iter().map(|word| strength_of(word)).collect();
    let count = |wanted: Strength| strengths.iter().filter(|strength| **strength == wanted).count();
    let mut order: Vec<usize> = (0..words.len()).collect();
    let is_right_to_left_line = is_right_to_left_page || count(Strength::Right) > count(Strength::Left);
    if is_right_to_left_line {
        order.reverse();
    }
    // Runs against the line's direction are turned round, neutrals between their words included.
    let against = if is_right_to_left_line { Strength::Left } else { Strength::Right };
    let mut start = 0;
    while start < order.len() {
        let strength = |at: usize| order.get(at).and_then(|index| strengths.get(*index)).copied();
        if strength(start) != Some(against) {
            start += 1;
            continue;
        }
        let with_line = (start..order.len())
            .find(|at| !matches!(strength(*at), Some(Strength::Neutral)) && strength(*at) != Some(against));
        let mut end = with_line.unwrap_or(order.len());
        while end > start && strength(end - 1) == Some(Strength::Neutral) {
            end -= 1;
        }
        if let Some(run) = order.get_mut(start..end) {
            run.reverse();
        }
        start = end.max(start + 1);
    }
    order
}

/// A word's characters as they are read, given as they stand from left to right on a line of which most words do
/// (or do not) run from right to left.
pub(super) fn logical_word(visual: &str, is_right_to_left_page: bool) -> String {
    match strength_of(visual) {
        Strength::Right => {}
        // Full stops and commas beside a number take the line's direction: `.2020` on the page is `2020.`
        Strength::Left if is_right_to_left_page && !visual.chars().any(char::is_alphabetic) => {
            return with_ends_exchanged(visual);
        }
        _ => return visual.to_owned(),
    }
    let mut logical = String::with_capacity(visual.len());
    // Marks stand over their letter; turned round they would come before it.
    let mut marks: Vec<char> = Vec::new();
    let mut left_to_right: Vec<char> = Vec::new();
    let flush = |run: &mut Vec<char>, out: &mut String| out.extend(run.drain(..).rev());
    for character in visual.chars().rev() {
        match bidi_class(character) {
            BidiClass::NSM => marks.push(character),
            BidiClass::L | BidiClass::EN | BidiClass::AN => left_to_right.push(character),
            BidiClass::CS | BidiClass::ES | BidiClass::ET if !left_to_right.is_empty() => left_to_right.push(character),
            _ => {
                flush(&mut left_to_right, &mut logical);
                logical.push(mirrored(character));
                logical.extend(marks.drain(..));
            }
        }
    }
    flush(&mut left_to_right, &mut logical);
    logical.extend(marks);
    logical
}

/// A number with the punctuation before it put after it and the other way round. Signs that belong to the number
/// (percent, currency: class ET) stay.
fn with_ends_exchanged(visual: &str) -> String {
    let is_number =
        |character: char| matches!(bidi_class(character), BidiClass::EN | BidiClass::AN | BidiClass::ET | BidiClass::L);
    let (Some(start), Some(last)) = (visual.find(is_number), visual.rfind(is_number)) else {
        return visual.to_owned();
    };
    let end = last + visual.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (before, number, after) =
        (visual.get(..start).unwrap_or(""), visual.get(start..end).unwrap_or(""), visual.get(end..).unwrap_or(""));
    let turned = |part: &str| part.chars().rev().map(mirrored).collect::<String>();
    format!("{}{number}{}", turned(after), turned(before))
}

/// Brackets as read: within right-to-left text the page shows the mirror image (UAX #9, rule L4).
fn mirrored(character: char) -> char {
    match character {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_logical_order() {
        let cases: &[(bool, &[&str], &str)] = &[
            // "shalom olam" as it stands on the page.
            (false, &["םלוע", "םולש"], "שלום עולם"),
            // A number and a Latin name keep their own direction.
            (true, &["2023", "תנשב"], "בשנת 2023"),
            (true, &["World", "Bank", "חוד"], "דוח World Bank"),
            // The same on a page that is mostly English.
            (false, &["World", "Bank", "חוד"], "World Bank דוח"),
            (false, &["the", "םולש", "report"], "the שלום report"),
        ];
        for (is_right_to_left_page, visual, expected) in cases {
            let words: Vec<String> = visual.iter().map(|word| (*word).to_owned()).collect();
            let read: Vec<String> = logical_order(&words, *is_right_to_left_page)
                .into_iter()
                .map(|index| logical_word(&words[index], *is_right_to_left_page))
                .collect();
            assert_eq!(read.join(" "), *expected);
        }
    }

    #[test]
    fn brackets_and_numbers_within_a_word() {
        let cases = [
            ("(ח", "ח)"),
            ("2020-ב", "ב-2020"),
            (".2020", "2020."),
            ("،1975", "1975،"),
            ("(2021)", "(2021)"),
            ("38%", "38%"),
            ("12.5", "12.5"),
        ];
        for (visual, expected) in cases {
            assert_eq!(logical_word(visual, true), expected);
        }
        assert_eq!(logical_word(".5", false), ".5");
    }
}
