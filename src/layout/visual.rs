//! Lines with right-to-left text: glyphs as they stand from left to right → words as they are read.

use crate::layout::bidi::{
    has_written_brackets, is_mark, is_right_to_left_line, logical_order, logical_word, visual_words,
    with_mirrored_brackets,
};
use crate::layout::fragments::project;
use crate::layout::glyph::{Glyph, PageGlyphs};
use crate::layout::words::{WordSink, include_box, span};
use crate::layout::{Bounds, PageLayout, Word};

/// A mark drawn from this near a letter's origin is not moved against it. × font size; room for rounding.
const SAME_ORIGIN: f32 = 0.02;

/// Marks on one letter that are looked past for the letter: more than any script has.
const MARKS_ON_A_LETTER: usize = 8;

/// Sorts glyphs along the direction; a mark follows the letter it is printed over, wherever its own origin lies.
pub(super) fn put_in_visual_order(page: &PageGlyphs, glyphs: &mut Vec<&Glyph>, direction: (f32, f32)) {
    let is_mark = |glyph: &Glyph| page.says(glyph, is_mark) && !page.says(glyph, |character| !is_mark(character));
    let mut placed: Vec<(f32, bool, &Glyph)> = Vec::with_capacity(glyphs.len());
    for (index, glyph) in glyphs.iter().enumerate() {
        let is_mark = is_mark(glyph);
        let place = if is_mark { letter_of_mark(page, glyphs, index, direction) } else { None };
        placed.push((place.unwrap_or_else(|| middle(direction, glyph)), is_mark, glyph));
    }
    placed.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    glyphs.clear();
    glyphs.extend(placed.into_iter().map(|(_, _, glyph)| glyph));
}

/// The middle of the letter a mark belongs to, the last or the next one written: the one it is drawn from the origin
/// of, as a mark without width is where nothing moves it, else the nearer.
fn letter_of_mark(page: &PageGlyphs, glyphs: &[&Glyph], index: usize, direction: (f32, f32)) -> Option<f32> {
    let mark = glyphs.get(index)?;
    let is_letter = |glyph: &&&Glyph| page.says(glyph, |character| character != ' ' && !is_mark(character));
    let before = glyphs.get(..index)?.iter().rev().take(MARKS_ON_A_LETTER).find(is_letter);
    let after = glyphs.get(index + 1..)?.iter().take(MARKS_ON_A_LETTER).find(is_letter);
    let letters = || before.into_iter().chain(after);
    let shares_origin = |letter: &&&Glyph| {
        let (along, _) = project(direction, letter.x - mark.x, letter.y - mark.y);
        mark.length() <= SAME_ORIGIN * mark.size && along.abs() <= SAME_ORIGIN * mark.size
    };
    let own = middle(direction, mark);
    let distance = |letter: &Glyph| (middle(direction, letter) - own).abs();
    let nearer = || letters().min_by(|left, right| distance(left).total_cmp(&distance(right)));
    letters().find(shares_origin).or_else(nearer).map(|letter| middle(direction, letter))
}

fn middle(direction: (f32, f32), glyph: &Glyph) -> f32 {
    project(direction, glyph.x + glyph.dx / 2.0, glyph.y + glyph.dy / 2.0).0
}

/// A word before it is appended to the layout.
struct Spelled {
    text: String,
    bounds: Bounds,
}

/// Collects words so that they can be put in order.
#[derive(Default)]
pub(super) struct VisualWords {
    words: Vec<Spelled>,
    open: Option<Spelled>,
    /// How many words stand before each tab or the border of a cell.
    jumps: Vec<usize>,
}

impl WordSink for VisualWords {
    fn glyph(&mut self, page: &PageGlyphs, glyph: &Glyph) {
        if let Some(character) = char::from_u32(glyph.text) {
            self.open(page, glyph).push(character);
            return;
        }
        // What a single glyph says may be several words.
        for (index, word) in visual_words(page.string(glyph)).into_iter().enumerate() {
            if index > 0 {
                self.end_word();
            }
            if !word.is_empty() {
                self.open(page, glyph).push_str(&word);
            }
        }
    }

    fn end_word(&mut self) {
        self.words.extend(self.open.take());
    }

    fn jump(&mut self) {
        self.end_word();
        self.jumps.push(self.words.len());
    }
}

impl VisualWords {
    /// Where the text of a glyph of the current word goes.
    fn open(&mut self, page: &PageGlyphs, glyph: &Glyph) -> &mut String {
        let open = self.open.get_or_insert_with(|| Spelled { text: String::new(), bounds: Bounds::EMPTY });
        include_box(page, glyph, &mut open.bounds);
        &mut open.text
    }

    /// Appends the words to the layout as they are read.
    pub(super) fn append_to(self, layout: &mut PageLayout, is_right_to_left_page: bool) {
        let mut texts: Vec<String> = self.words.iter().map(|word| word.text.clone()).collect();
        if has_written_brackets(&texts) {
            // As they are seen, like everything else on the line.
            texts.iter_mut().for_each(|text| *text = with_mirrored_brackets(text));
        }
        // Cells are read in the line's direction, the words of each in its own.
        let starts = std::iter::once(0).chain(self.jumps.iter().copied());
        let ends = self.jumps.iter().copied().chain([texts.len()]);
        let mut cells: Vec<_> = starts.zip(ends).filter(|(start, end)| start < end).collect();
        if is_right_to_left_line(&texts, is_right_to_left_page) {
            cells.reverse();
        }
        for (start, end) in cells {
            let cell = texts.get(start..end).unwrap_or_default();
            let is_right_to_left_cell = is_right_to_left_line(cell, is_right_to_left_page);
            for index in logical_order(cell, is_right_to_left_cell) {
                let Some((text, word)) = cell.get(index).zip(self.words.get(start + index)) else { continue };
                if !layout.text.is_empty() && !layout.text.ends_with('\n') {
                    layout.text.push(' ');
                }
                let word_start = layout.text.len();
                layout.text.push_str(&logical_word(text, is_right_to_left_cell));
                layout.words.push(Word { span: span(word_start, layout.text.len()), bounds: word.bounds });
            }
        }
    }
}
