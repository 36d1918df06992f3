//! Glyphs → words, lines and blocks in reading order.
//!
//! Reading order is the order of the content stream, as producers write it, mended where it is not the order of the
//! page: glyphs become fragments (runs without a jump), fragments on one baseline become lines, lines blocks.
//!
//! **Invariant:** pure: no I/O, no PDF types, cannot fail, and costs O(n log n) in the glyphs of a page.

mod accents;
mod bidi;
mod blocks;
mod columns;
mod fragments;
pub mod glyph;
mod lines;
pub mod recognised;
mod repeats;
mod tracking;
mod vertical;
mod visual;
mod words;

use crate::report::Span;
use glyph::PageGlyphs;
use std::ops::Range;

/// An upright rectangle on the displayed page in points, origin top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Left edge.
    pub x0: f32,
    /// Upper edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Lower edge.
    pub y1: f32,
}

impl Bounds {
    /// Holds nothing; the start for [`Bounds::include`].
    pub const EMPTY: Bounds = Bounds { x0: f32::MAX, y0: f32::MAX, x1: f32::MIN, y1: f32::MIN };

    /// Grows to hold a point.
    pub fn include(&mut self, x: f32, y: f32) {
        // Comparisons cost less than `min` and `max`, which look after NaN; glyphs stand at finite places.
        self.x0 = if x < self.x0 { x } else { self.x0 };
        self.y0 = if y < self.y0 { y } else { self.y0 };
        self.x1 = if x > self.x1 { x } else { self.x1 };
        self.y1 = if y > self.y1 { y } else { self.y1 };
    }

    /// Grows to hold another rectangle.
    pub fn union(&mut self, other: &Bounds) {
        self.x0 = self.x0.min(other.x0);
        self.y0 = self.y0.min(other.y0);
        self.x1 = self.x1.max(other.x1);
        self.y1 = self.y1.max(other.y1);
    }
}

/// A printed word: no white space within.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    /// Its bytes in [`PageLayout::text`].
    pub span: Span,
    /// Its box.
    pub bounds: Bounds,
}

/// A line of words.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its words, an index range of [`PageLayout::words`]; never empty.
    pub words: Range<usize>,
    /// Its bytes in [`PageLayout::text`], without the line break.
    pub span: Span,
    /// Font size of most of it, as displayed, in points.
    pub size: f32,
    /// Whether most of it is bold.
    pub is_bold: bool,
    /// Unit vector of the writing direction on the page (y downwards).
    pub direction: (f32, f32),
    /// Distance of the baseline from the page's origin, perpendicular to `direction`, growing down the lines.
    pub baseline: f32,
    /// Whether all of it is tagged as artifact.
    pub is_artifact: bool,
    /// Its box.
    pub bounds: Bounds,
}

/// A page's words, lines and blocks in reading order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageLayout {
    /// Displayed width in points.
    pub width: f32,
    /// Displayed height in points.
    pub height: f32,
    /// Words separated by one space, lines by `\n`.
    pub text: String,
    /// All words in reading order.
    pub words: Vec<Word>,
    /// All lines in reading order.
    pub lines: Vec<Line>,
    /// Index ranges of `lines` that belong together, in reading order, covering all lines.
    pub blocks: Vec<Range<usize>>,
}

/// Lays out a page.
pub fn lay_out(page: &PageGlyphs) -> PageLayout {
    let page = &*vertical::with_columns(page);
    let fragments = fragments::split(page);
    let is_right_to_left_page = bidi::is_mostly_right_to_left(page);
    let lines = lines::assemble(page, &fragments);
    let lines = columns::part(page, &fragments, lines, is_right_to_left_page);
    let mut layout = words::spell(page, &fragments, &lines, is_right_to_left_page);
    layout.blocks = blocks::group(&layout.lines);
    layout
}

#[cfg(test)]
mod tests;
