//! The lines of a document's pages one after another, without furniture, as statements are read from them.

use crate::layout::{Line, PageLayout};
use crate::text::hyphens::{Hyphens, is_line_end_hyphen};
use crate::text::normalize;
use std::ops::Range;

/// What was found out about a document's lines before.
#[derive(Clone, Copy)]
pub struct Document<'d> {
    /// Its pages.
    pub layouts: &'d [&'d PageLayout],
    /// Indices of the lines of each page that are furniture, rising.
    pub furniture: &'d [Vec<usize>],
    /// Indices of the lines of each page that are headings, rising.
    pub headings: &'d [Vec<usize>],
    /// Which broken words are to be joined.
    pub hyphens: &'d Hyphens,
}

/// A printed line. Coordinates are points along the reading direction from the margin lines begin at, so that lines
/// read from the right look like those read from the left.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedLine {
    /// Its text; ends in U+00AD if its last word goes on in the next line.
    pub text: String,
    /// 1-based page.
    pub page: u32,
    /// Where it begins.
    pub start: f32,
    /// Where it ends.
    pub end: f32,
    /// Where its first word ends.
    pub first_word_end: f32,
    /// Where its second word begins; `end` if there is none.
    pub second_word_start: f32,
    /// Baseline, growing down the page.
    pub baseline: f32,
    /// Font size in points.
    pub size: f32,
    /// Whether it was taken for a heading.
    pub is_heading: bool,
}

impl<'d> Document<'d> {
    /// The lines from line `index` of page `page` (both from 0) to the end of the document.
    pub fn lines_from(self, page: usize, index: usize) -> impl Iterator<Item = PrintedLine> + 'd {
        (page..self.layouts.len()).flat_map(move |at| self.page(at, if at == page { index } else { 0 }))
    }

    /// Whether a line is furniture, a page number or no text at all.
    pub fn is_furniture(&self, page: usize, index: usize) -> bool {
        self.furniture.get(page).is_some_and(|lines| lines.binary_search(&index).is_ok())
    }

    /// Whether a line is a heading.
    pub fn is_heading(&self, page: usize, index: usize) -> bool {
        self.headings.get(page).is_some_and(|lines| lines.binary_search(&index).is_ok())
    }

    fn page(self, page: usize, first: usize) -> impl Iterator<Item = PrintedLine> + 'd {
        let count = self.layouts.get(page).map_or(0, |layout| layout.lines.len());
        (first..count).filter_map(move |index| self.line(page, index))
    }

    fn line(&self, page: usize, index: usize) -> Option<PrintedLine> {
        let layout = *self.layouts.get(page)?;
        let line = layout.lines.get(index)?;
        let is_upright = line.direction.1.abs() < 0.1;
        if self.is_furniture(page, index) || !is_upright || is_folio(layout, line) {
            return None;
        }
        let next = layout.lines.get(index + 1);
        let joins_next = next.is_some_and(|next| self.hyphens.joins(layout, line, next));
        let words = layout.words.get(line.words.clone())?;
        let text = text_of(layout, line.words.clone(), joins_next);
        let is_from_right = text.chars().find(|character| character.is_alphabetic()).is_some_and(is_right_to_left);
        let mirrored = |x0: f32, x1: f32| if is_from_right { (layout.width - x1, layout.width - x0) } else { (x0, x1) };
        let (start, end) = mirrored(line.bounds.x0, line.bounds.x1);
        let first = words.first().map_or((start, end), |word| mirrored(word.bounds.x0, word.bounds.x1));
        let second = words.get(1).map_or((end, end), |word| mirrored(word.bounds.x0, word.bounds.x1));
        Some(PrintedLine {
            text,
            page: u32::try_from(page + 1).unwrap_or(u32::MAX),
            start,
            end,
            first_word_end: first.1,
            second_word_start: second.0,
            baseline: line.baseline,
            size: line.size,
            is_heading: self.is_heading(page, index),
        })
    }
}

fn text_of(layout: &PageLayout, words: Range<usize>, joins_next: bool) -> String {
    let mut text = String::new();
    for word in layout.words.get(words).unwrap_or_default() {
        let printed = word.span.of(&layout.text);
        // Bullets of symbol fonts are private characters, which page texts leave out.
        let word = if is_private(printed) { "•".into() } else { normalize::word(printed) };
        // Tabs and fixed spaces may hang on to a word.
        for part in word.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(part);
        }
    }
    if joins_next {
        text.truncate(text.trim_end_matches(is_line_end_hyphen).len());
        text.push('\u{AD}');
    }
    text
}

fn is_private(word: &str) -> bool {
    let mut characters = word.chars();
    matches!((characters.next(), characters.next()), (Some('\u{E000}'..='\u{F8FF}'), None))
}

/// A page number alone on its line, at an edge of the page: short documents do not repeat it often enough to be
/// known as furniture.
fn is_folio(layout: &PageLayout, line: &Line) -> bool {
    let is_at_edge = line.bounds.y1 < layout.height * 0.12 || line.bounds.y0 > layout.height * 0.88;
    let text = line.span.of(&layout.text);
    is_at_edge
        && text.len() <= 12
        && !text.chars().any(|character| character.is_alphabetic() && !"ivxlc".contains(character))
}

fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}
