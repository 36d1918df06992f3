//! Visual → logical order for lines with right-to-left text: pages hold glyphs where they stand, text holds them as
//! they are read. A simplified inverse of the Unicode bidirectional algorithm (UAX #9) on whole words.

use crate::layout::glyph::PageGlyphs;
use unicode_bidi::{BidiClass, bidi_class};

/// Whether the character is written from right to left.
pub(super) fn is_right_to_left(character: char) -> bool {
    // Scripts before Hebrew, and those between Arabic and its presentation forms, are told apart without a table look-up.
    character >= '\u{0590}'
        && !('\u{0900}'..'\u{FB1D}').contains(&character)
        && matches!(bidi_class(character), BidiClass::R | BidiClass::AL)
}

/// Whether most letters of the page are written from right to left.
pub(super) fn is_mostly_right_to_left(page: &PageGlyphs) -> bool {
    let characters = || page.glyphs.iter().filter_map(|glyph| char::from_u32(glyph.text));
    let right_to_left = characters().filter(|character| is_right_to_left(*character)).count();
    // Vowel points are alphabetic, too, but of no direction.
    let is_letter = |character: &char| character.is_alphabetic() && !is_mark(*character);
    right_to_left > 0 && right_to_left * 2 > characters().filter(is_letter).count()
}

/// Whether the character is printed over or under the letter before it: vowel points and the like.
pub(super) fn is_mark(character: char) -> bool {
    character >= '\u{0300}' && bidi_class(character) == BidiClass::NSM
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Left,
    Right,
    /// Digits without letters, which run from left to right but do not make what is beside them do so.
    Number,
    Neutral,
}

fn strength_of(word: &str) -> Strength {
    let mut strength = Strength::Neutral;
    for character in word.chars() {
        match bidi_class(character) {
            BidiClass::R | BidiClass::AL => return Strength::Right,
            BidiClass::L => strength = Strength::Left,
            BidiClass::EN | BidiClass::AN if strength == Strength::Neutral => strength = Strength::Number,
            _ => {}
        }
    }
    strength
}

/// Whether a line with some right-to-left text (words given from left to right) runs that way. The same picture can be
/// read both ways, so the page decides: on a page of right-to-left text every such line does. Numbers have no say
/// (UAX #9, rule P2).
pub(super) fn is_right_to_left_line(words: &[String], is_right_to_left_page: bool) -> bool {
    let count = |wanted: Strength| words.iter().filter(|word| strength_of(word) == wanted).count();
    is_right_to_left_page || count(Strength::Right) > count(Strength::Left)
}

/// Whether the brackets of a line (words given from left to right) are the characters that were written rather than the
/// shapes that are seen. Seen, a pair always opens on its left; as characters within right-to-left text it closes there.
/// Browsers give characters, most other producers shapes.
pub(super) fn has_written_brackets(words: &[String]) -> bool {
    let (mut seen, mut written, mut previous) = (0, 0, None);
    for character in words.iter().flat_map(|word| word.chars()) {
        let is_opening = match character {
            '(' | '[' | '{' => true,
            ')' | ']' | '}' => false,
            _ => continue,
        };
        match (previous.replace(is_opening), is_opening) {
            (Some(true), false) => seen += 1,
            (Some(false), true) => written += 1,
            _ => {}
        }
    }
    written > seen
}

/// The logical order of a line's words (given from left to right) as indices into `words`.
pub(super) fn logical_order(words: &[String], is_right_to_left_line: bool) -> Vec<usize> {
    let strengths: Vec<Strength> = words.iter().map(|word| strength_of(word)).collect();
    let mut order: Vec<usize> = (0..words.len()).collect();
    if is_right_to_left_line {
        order.reverse();
    }
    // Runs against the line's direction are turned round, with what stands between their words; numbers at their ends
    // belong to left-to-right runs only (UAX #9, rules W7 and N1).
    let against = if is_right_to_left_line { Strength::Left } else { Strength::Right };
    let strength = |index: &usize| strengths.get(*index).copied().unwrap_or(Strength::Neutral);
    let mut rest = order.as_mut_slice();
    while !rest.is_empty() {
        let is_of_run = |index: &usize| {
            let strength = strength(index);
            strength == against || matches!(strength, Strength::Neutral | Strength::Number)
        };
        let length = rest.iter().take_while(|index| is_of_run(index)).count();
        let (run, after) = rest.split_at_mut(length.max(1));
        let is_end =
            |index: &usize| strength(index) == against || is_right_to_left_line && strength(index) == Strength::Number;
        if run.iter().any(|index| strength(index) == against)
            && let Some(start) = run.iter().position(is_end)
            && let Some(last) = run.iter().rposition(is_end)
            && let Some(run) = run.get_mut(start..=last)
        {
            run.reverse();
        }
        rest = after;
    }
    order
}

/// A word's characters as they are read, given as they stand from left to right on a line that runs from right to left
/// or does not.
pub(super) fn logical_word(visual: &str, is_right_to_left_line: bool) -> String {
    match strength_of(visual) {
        Strength::Right => {}
        // Full stops and commas beside a number take the line's direction: `.2020` on the page is `2020.`
        Strength::Number if is_right_to_left_line => {
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

/// A glyph's text, which is written as it is read, as words in the order they stand from left to right, each as
/// [`logical_word`] takes it. The ends of a text of both directions are where the glyphs beside it go on.
pub(super) fn visual_words(text: &str) -> Vec<String> {
    let is_left_to_right = text.chars().any(|character| bidi_class(character) == BidiClass::L);
    let mut words: Vec<String> = text.split(' ').map(|word| logical_word(word, false)).collect();
    if !is_left_to_right && text.chars().any(is_right_to_left) {
        words.reverse();
    }
    words
}

/// A number with the punctuation before it put after it and the other way round. Signs that belong to the number
/// (percent, currency: class ET) stay, but for a percent sign before it, which in Arabic text was written after it.
fn with_ends_exchanged(visual: &str) -> String {
    let is_number =
        |character: char| matches!(bidi_class(character), BidiClass::EN | BidiClass::AN | BidiClass::ET | BidiClass::L);
    let begins_number = |character: char| is_number(character) && !matches!(character, '%' | '٪' | '‰');
    let (Some(start), Some(last)) = (visual.find(begins_number), visual.rfind(is_number)) else {
        return visual.to_owned();
    };
    let end = last + visual.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (before, number, after) =
        (visual.get(..start).unwrap_or(""), visual.get(start..end).unwrap_or(""), visual.get(end..).unwrap_or(""));
    let turned = |part: &str| part.chars().rev().map(mirrored).collect::<String>();
    format!("{}{number}{}", turned(after), turned(before))
}

/// A word with its brackets exchanged for their mirror images.
pub(super) fn with_mirrored_brackets(word: &str) -> String {
    word.chars().map(mirrored).collect()
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
            // Numbers by themselves follow one another in the line's direction, those of a Latin name in its own.
            (true, &["2010", "-", "1990", "םינש"], "שנים 1990 - 2010"),
            (true, &["Table", "2", "ואר"], "ראו Table 2"),
            (false, &["see", "דומע", "12", "הלבט", "below"], "see טבלה 12 עמוד below"),
            // The same on a page that is mostly English.
            (false, &["World", "Bank", "חוד"], "World Bank דוח"),
            (false, &["the", "םולש", "report"], "the שלום report"),
            // Mostly Hebrew on such a page: the full stop ends the sentence.
            (false, &[".12", "דומע", "ואר"], "ראו עמוד 12."),
        ];
        for (is_right_to_left_page, visual, expected) in cases {
            let words: Vec<String> = visual.iter().map(|word| (*word).to_owned()).collect();
            let is_right_to_left_line = is_right_to_left_line(&words, *is_right_to_left_page);
            let read: Vec<String> = logical_order(&words, is_right_to_left_line)
                .into_iter()
                .map(|index| logical_word(&words[index], is_right_to_left_line))
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
            ("%12.5", "12.5%"),
            ("12.5", "12.5"),
        ];
        for (visual, expected) in cases {
            assert_eq!(logical_word(visual, true), expected);
        }
        assert_eq!(logical_word(".5", false), ".5");
    }
}
