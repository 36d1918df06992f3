//! Words recognised in the picture of a page → the layout that glyphs would have given.
//!
//! A recogniser tells where words are and in which order they are read, but not how large the type is: that is
//! estimated from which letters a word has and how high it stands.

use crate::layout::blocks;
use crate::layout::{Bounds, Line, PageLayout, Word};
use crate::report::{Quad, Span};
use serde::{Deserialize, Serialize};

/// Heights in type of common proportions. × font size.
const X_HEIGHT: f32 = 0.48;
const ASCENDER: f32 = 0.70;
const DESCENDER: f32 = 0.21;
/// Lines this near to the size of most of the page are set in that size: what lies between is error. A share.
const SAME_SIZE: f32 = 0.15;
/// Sizes are told apart by this step, in points.
const STEP: f32 = 0.5;

/// A word as it was recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecognisedWord {
    /// Its text; no white space within.
    pub text: String,
    /// Its place on the displayed page.
    pub quad: Quad,
}

/// A line of words in reading order.
pub type RecognisedLine = Vec<RecognisedWord>;

/// The layout of a page, `width` × `height` points as displayed, of recognised lines in reading order.
pub fn of_recognised(lines: &[RecognisedLine], width: f32, height: f32) -> PageLayout {
    let mut layout = PageLayout { width, height, ..PageLayout::default() };
    let common = most_common(lines.iter().map(|line| direction(line, width, height)));
    for line in lines {
        let direction = direction(line, width, height).or(common).unwrap_or(Direction::Right);
        append(&mut layout, line, direction);
    }
    even_out(&mut layout.lines);
    layout.blocks = blocks::group(&layout.lines);
    layout
}

/// Which way a line runs over the displayed page: scans lie on their side, or upside down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Right,
    Down,
    Left,
    Up,
}

impl Direction {
    const ALL: [Direction; 4] = [Direction::Right, Direction::Down, Direction::Left, Direction::Up];

    fn vector(self) -> (f32, f32) {
        match self {
            Direction::Right => (1.0, 0.0),
            Direction::Down => (0.0, 1.0),
            Direction::Left => (-1.0, 0.0),
            Direction::Up => (0.0, -1.0),
        }
    }

    fn is_horizontal(self) -> bool {
        matches!(self, Direction::Right | Direction::Left)
    }

    /// Where the lower edge of a box is for a reader, growing down the lines.
    fn lower_edge(self, bounds: &Bounds) -> f32 {
        match self {
            Direction::Right => bounds.y1,
            Direction::Down => -bounds.x0,
            Direction::Left => -bounds.y0,
            Direction::Up => bounds.x1,
        }
    }
}

/// From the first word to the last; `None` if there is one only. Lines from right to left lie on their feet all the
/// same, as their script tells.
fn direction(line: &[RecognisedWord], width: f32, height: f32) -> Option<Direction> {
    let [first, .., last] = line else { return None };
    let middle = |quad: &Quad| ((quad.x0 + quad.x1) * width / 2.0, (quad.y0 + quad.y1) * height / 2.0);
    let (from, to) = (middle(&first.quad), middle(&last.quad));
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    let is_right_to_left = line.iter().any(|word| word.text.chars().any(super::bidi::is_right_to_left));
    Some(match (across.abs() >= down.abs(), across > 0.0, down > 0.0) {
        (true, true, _) => Direction::Right,
        (true, false, _) if is_right_to_left => Direction::Right,
        (true, false, _) => Direction::Left,
        (false, _, true) => Direction::Down,
        (false, _, false) => Direction::Up,
    })
}

fn most_common(directions: impl Iterator<Item = Option<Direction>>) -> Option<Direction> {
    let all: Vec<Direction> = directions.flatten().collect();
    let count = |wanted: &Direction| all.iter().filter(|direction| *direction == wanted).count();
    Direction::ALL.into_iter().filter(|direction| count(direction) > 0).max_by_key(count)
}

fn append(layout: &mut PageLayout, line: &[RecognisedWord], direction: Direction) {
    let first_word = layout.words.len();
    let mut bounds = Bounds::EMPTY;
    let mut heights = Vec::new();
    if !layout.text.is_empty() && !line.is_empty() {
        layout.text.push('\n');
    }
    let line_start = layout.text.len();
    for word in line {
        let place = Bounds {
            x0: word.quad.x0 * layout.width,
            y0: word.quad.y0 * layout.height,
            x1: word.quad.x1 * layout.width,
            y1: word.quad.y1 * layout.height,
        };
        let height = if direction.is_horizontal() { place.y1 - place.y0 } else { place.x1 - place.x0 };
        heights.extend(share_of_size(&word.text).map(|share| height / share));
        bounds.union(&place);
        let joins = layout.text.len() > line_start
            && layout.text.chars().next_back().is_some_and(is_ideograph)
            && word.text.chars().next().is_some_and(is_ideograph);
        match layout.words.last_mut() {
            // Scripts without spaces are recognised in pieces.
            Some(last) if joins => {
                layout.text.push_str(&word.text);
                last.span.end = offset(layout.text.len());
                last.bounds.union(&place);
            }
            _ => {
                if layout.text.len() > line_start {
                    layout.text.push(' ');
                }
                let start = offset(layout.text.len());
                layout.text.push_str(&word.text);
                let span = Span { start, end: offset(layout.text.len()) };
                layout.words.push(Word { span, bounds: place });
            }
        }
    }
    if layout.words.len() == first_word {
        return;
    }
    heights.sort_by(f32::total_cmp);
    let across = if direction.is_horizontal() { bounds.y1 - bounds.y0 } else { bounds.x1 - bounds.x0 };
    let size = heights.get(heights.len() / 2).copied().unwrap_or(across);
    layout.lines.push(Line {
        words: first_word..layout.words.len(),
        span: Span { start: offset(line_start), end: offset(layout.text.len()) },
        size: size.max(1.0),
        is_bold: false,
        direction: direction.vector(),
        baseline: direction.lower_edge(&bounds),
        is_artifact: false,
        bounds,
    });
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// How high a word stands for its font size; `None` if it has no letter or digit to tell by.
fn share_of_size(word: &str) -> Option<f32> {
    if !word.chars().any(char::is_alphanumeric) {
        return None;
    }
    if word.chars().any(is_ideograph) {
        return Some(0.9);
    }
    let rises = word.chars().any(|letter| {
        letter.is_uppercase()
            || letter.is_numeric()
            || "bdfhiklt".contains(letter)
            || (letter.is_alphabetic() && !letter.is_ascii())
    });
    let falls = word.chars().any(|letter| "gjpqy".contains(letter));
    Some(if rises { ASCENDER } else { X_HEIGHT } + if falls { DESCENDER } else { 0.0 })
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Gives lines of about the size of most of the page that size, and rounds the others.
fn even_out(lines: &mut [Line]) {
    let mut sizes: Vec<(f32, usize)> = lines.iter().map(|line| (line.size, line.words.len())).collect();
    sizes.sort_by(|left, right| left.0.total_cmp(&right.0));
    let half = sizes.iter().map(|(_, words)| words).sum::<usize>() / 2;
    let mut passed = 0;
    let body = sizes.iter().find(|(_, words)| {
        passed += words;
        passed > half
    });
    let Some(body) = body.map(|(size, _)| *size) else { return };
    for line in lines {
        let size = if (line.size - body).abs() <= SAME_SIZE * body { body } else { line.size };
        line.size = ((size / STEP).round() * STEP).max(STEP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words one after another on a page of 100 × 100 points; boxes in points.
    fn line(words: &[(&str, [f32; 4])]) -> RecognisedLine {
        let of = |(text, place): &(&str, [f32; 4])| RecognisedWord {
            text: (*text).to_owned(),
            quad: place.map(|edge| edge / 100.0).into(),
        };
        words.iter().map(of).collect()
    }

    #[test]
    fn words_become_lines_with_the_size_of_their_type() {
        let lines = [
            line(&[("Heading", [10.0, 10.0, 60.0, 28.2])]),
            line(&[("some", [10.0, 40.0, 30.0, 44.8]), ("body", [35.0, 38.0, 50.0, 46.9])]),
            line(&[("ace", [10.0, 52.4, 30.0, 57.0])]),
        ];
        let layout = of_recognised(&lines, 100.0, 100.0);
        assert_eq!(layout.text, "Heading\nsome body\nace");
        let sizes: Vec<f32> = layout.lines.iter().map(|line| line.size).collect();
        assert_eq!(sizes, [20.0, 10.0, 10.0]);
        assert_eq!(layout.blocks, [0..1, 1..3]);
        let words: Vec<&str> = layout.words.iter().map(|word| word.span.of(&layout.text)).collect();
        assert_eq!(words, ["Heading", "some", "body", "ace"]);
        assert_eq!(layout.lines[1].span.of(&layout.text), "some body");
    }

    #[test]
    fn lines_run_as_the_page_lies() {
        let up = [
            line(&[("first", [10.0, 80.0, 17.0, 95.0]), ("line", [10.0, 60.0, 17.0, 75.0])]),
            line(&[("end", [20.0, 80.0, 27.0, 95.0])]),
        ];
        let layout = of_recognised(&up, 100.0, 100.0);
        assert!(layout.lines.iter().all(|line| line.direction == (0.0, -1.0)), "{:?}", layout.lines);
        assert!(layout.lines[0].baseline < layout.lines[1].baseline);
        assert_eq!(layout.blocks.len(), 1);
        let arabic = [line(&[("مياه", [60.0, 10.0, 90.0, 20.0]), ("المدن", [10.0, 10.0, 50.0, 20.0])])];
        assert_eq!(of_recognised(&arabic, 100.0, 100.0).lines[0].direction, (1.0, 0.0));
    }

    #[test]
    fn scripts_without_spaces_are_joined() {
        let lines = [line(&[
            ("防災", [10.0, 10.0, 30.0, 20.0]),
            ("計画", [31.0, 10.0, 50.0, 20.0]),
            ("2024", [55.0, 10.0, 70.0, 20.0]),
        ])];
        let layout = of_recognised(&lines, 100.0, 100.0);
        assert_eq!((layout.text.as_str(), layout.words.len()), ("防災計画 2024", 2));
        assert_eq!(layout.words[0].bounds.x1, 50.0);
    }

    #[test]
    fn nothing_is_a_page_without_lines() {
        assert_eq!(of_recognised(&[], 10.0, 20.0), PageLayout { width: 10.0, height: 20.0, ..PageLayout::default() });
        assert_eq!(of_recognised(&[Vec::new()], 10.0, 20.0).lines, []);
    }
}
