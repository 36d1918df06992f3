//! Lines as they are printed, for the tests of this folder.

use super::lines::PrintedLine;

/// A line of 10-point type on page 1 at `x` and `y`; a character is 5 points wide.
pub fn printed(x: f32, y: f32, text: &str) -> PrintedLine {
    let width = |text: &str| 5.0 * text.chars().count() as f32;
    let first = text.split(' ').next().unwrap_or_default();
    PrintedLine {
        text: text.to_owned(),
        page: 1,
        start: x,
        end: x + width(text),
        first_word_end: x + width(first),
        second_word_start: x + width(first) + if text.contains(' ') { 5.0 } else { 0.0 },
        baseline: y,
        size: 10.0,
        is_heading: false,
    }
}
