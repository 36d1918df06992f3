//! A page as a picture, with its words over it to be selected, and the matches drawn from their boxes.
//!
//! Places are numbers in the coordinates of the page in points, in attributes of SVG: the policy of the pages forbids
//! styles, and none is needed.

use crate::report::{Quad, Span};
use crate::serve::links::Links;
use crate::serve::pictures::WIDTHS;
use crate::serve::service::KnownReport;
use crate::serve::ui::format::plain;
use crate::store::StoredPage;
use std::fmt;

/// Widest a page is shown, in CSS pixels.
const WIDEST: f32 = 900.0;

/// Highest a page is shown, in CSS pixels: a banner's length is not forced on the reader.
const HIGHEST: f32 = 1_600.0;

/// CSS pixels of a point where that makes the page smaller than it could be: a stamp need not fill the window.
const LARGEST_SCALE: f32 = 2.5;

/// The baseline of a word stands at this share of its box's height.
const BASELINE: f32 = 0.8;

/// The letters of a word are about so large, as a share of its box's height.
const LETTERS: f32 = 0.88;

/// A word of several letters whose box is this many times higher than wide runs up or down the page.
const UPRIGHT: f32 = 1.6;

/// What is shown of a page as a picture.
pub struct Sheet {
    /// The picture, in one of its widths.
    pub source: String,
    /// The picture in every width, for the browser to choose.
    pub sources: String,
    /// CSS pixels from left to right.
    pub width: u32,
    /// CSS pixels from top to bottom.
    pub height: u32,
    /// Points from left to right.
    pub across: Length,
    /// Points from top to bottom.
    pub down: Length,
    /// Its words by line.
    pub lines: Vec<Vec<Word>>,
    /// What matches.
    pub matches: Vec<Match>,
}

/// A printed word.
pub struct Word {
    /// What it says.
    pub text: String,
    /// Where it begins.
    pub x: Length,
    /// Its baseline.
    pub y: Length,
    /// How far it reaches.
    pub length: Length,
    /// How large its letters are.
    pub size: Length,
    /// Whether it runs down the page.
    pub is_upright: bool,
}

/// A stretch of text that matches: a box for every word of it.
pub struct Match {
    /// Whether the reader is at it.
    pub is_current: bool,
    /// Its boxes.
    pub boxes: Vec<Rectangle>,
}

/// A rectangle in points.
pub struct Rectangle {
    /// Left edge.
    pub x: Length,
    /// Upper edge.
    pub y: Length,
    /// From left to right.
    pub width: Length,
    /// From top to bottom.
    pub height: Length,
}

/// Points, told to the hundredth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length(f32);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 100.0).round() / 100.0)
    }
}

impl Sheet {
    /// A page with these matches, the reader at the one with this 0-based index.
    pub fn new(
        links: &Links,
        known: &KnownReport,
        number: u32,
        page: &StoredPage,
        matches: &[Span],
        current: usize,
    ) -> Option<Sheet> {
        let summary = known.stored.pages.get((number as usize).checked_sub(1)?)?;
        let (across, down) = (summary.width, summary.height);
        if !(across >= 1.0 && down >= 1.0) {
            return None;
        }
        let scale = (WIDEST / across).min(HIGHEST / down).min(LARGEST_SCALE);
        let pixels = |points: f32| pixels(points * scale);
        let picture = |width: u32| links.image(known.row.id, number, width);
        let sources = WIDTHS.into_iter().skip(1).map(|width| format!("{} {width}w", picture(width)));
        let spans = matches.iter().enumerate();
        let drawn = spans.map(|(place, span)| Match {
            is_current: place == current,
            boxes: page
                .quads(std::slice::from_ref(span))
                .iter()
                .map(|quad| Rectangle::new(quad, across, down))
                .collect(),
        });
        Some(Sheet {
            source: picture(pixels(across)),
            sources: sources.collect::<Vec<_>>().join(", "),
            width: pixels(across),
            height: pixels(down),
            across: Length(across),
            down: Length(down),
            lines: lines(page, across, down),
            matches: drawn.collect(),
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn pixels(length: f32) -> u32 {
    length.round().clamp(1.0, HIGHEST) as u32
}

impl Rectangle {
    fn new(quad: &Quad, across: f32, down: f32) -> Rectangle {
        Rectangle {
            x: Length(quad.x0 * across),
            y: Length(quad.y0 * down),
            width: Length((quad.x1 - quad.x0) * across),
            height: Length((quad.y1 - quad.y0) * down),
        }
    }
}

/// The words of a page by the lines of its text.
fn lines(page: &StoredPage, across: f32, down: f32) -> Vec<Vec<Word>> {
    let mut lines: Vec<Vec<Word>> = Vec::new();
    let mut last_end = 0;
    for word in &page.words {
        let between = Span { start: last_end, end: word.span.start };
        last_end = word.span.end;
        // The halves of a word broken over two lines have nothing between them but the hyphen.
        let text = word.span.of(&page.text);
        if lines.is_empty() || between.of(&page.text).contains(['\n', '\u{AD}']) {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.extend(Word::new(text, &word.quad, across, down));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

impl Word {
    fn new(text: &str, quad: &Quad, across: f32, down: f32) -> Option<Word> {
        let text = plain(&text.replace('\u{AD}', ""));
        let (width, height) = ((quad.x1 - quad.x0) * across, (quad.y1 - quad.y0) * down);
        if text.trim().is_empty() || width <= 0.0 || height <= 0.0 {
            return None;
        }
        let is_upright = text.chars().count() > 2 && height > UPRIGHT * width;
        let (x, y, length, thickness) = if is_upright {
            (quad.x0 * across + (1.0 - BASELINE) * width, quad.y0 * down, height, width)
        } else {
            (quad.x0 * across, quad.y0 * down + BASELINE * height, width, height)
        };
        let [x, y, length, size] = [x, y, length, LETTERS * thickness].map(Length);
        Some(Word { text, x, y, length, size, is_upright })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::WordBox;

    fn page(text: &str, words: &[(u32, u32, [f32; 4])]) -> StoredPage {
        let words = words
            .iter()
            .map(|(start, end, quad)| WordBox { span: Span { start: *start, end: *end }, quad: Quad::from(*quad) });
        StoredPage { text: text.to_owned(), words: words.collect(), ..StoredPage::default() }
    }

    #[test]
    fn words_stand_in_the_lines_of_the_text_and_at_their_boxes() {
        let text = "Cash trans\u{AD}fers\n<b>";
        let page = page(
            text,
            &[
                (0, 4, [0.1, 0.1, 0.2, 0.12]),
                (5, 10, [0.22, 0.1, 0.3, 0.12]),
                (12, 16, [0.1, 0.13, 0.15, 0.15]),
                (17, 20, [0.9, 0.2, 0.92, 0.4]),
            ],
        );
        let lines = lines(&page, 500.0, 1_000.0);
        let shown = |word: &Word| {
            let Word { text, x, y, length, size, is_upright } = word;
            format!("{text} {x} {y} {length} {size} {is_upright}")
        };
        let shown: Vec<Vec<String>> = lines.iter().map(|line| line.iter().map(shown).collect()).collect();
        let wanted: [&[&str]; 3] = [
            &["Cash 50 116 50 17.6 false", "trans 110 116 40 17.6 false"],
            &["fers 50 146 25 17.6 false"],
            &["<b> 452 200 200 8.8 true"],
        ];
        assert_eq!(shown, wanted);
    }
}
