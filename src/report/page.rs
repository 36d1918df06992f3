//! A page as the rest of the program knows it: its text in reading order and the box of every word.

use crate::report::PageStatus;
use serde::{Deserialize, Serialize};

/// A rectangle on the displayed page (after /Rotate and CropBox) as fractions of its width and height,
/// origin top left: `x0 ≤ x1`, `y0 ≤ y1`, all within 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "[f32; 4]", from = "[f32; 4]")]
pub struct Quad {
    /// Left edge.
    pub x0: f32,
    /// Upper edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Lower edge.
    pub y1: f32,
}

impl utoipa::PartialSchema for Quad {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
        let edge = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)).maximum(Some(1));
        let description = "`[x0, y0, x1, y1]` as fractions of the displayed page, origin top left";
        ArrayBuilder::new().items(edge).min_items(Some(4)).max_items(Some(4)).description(Some(description)).into()
    }
}

impl utoipa::ToSchema for Quad {}

impl From<[f32; 4]> for Quad {
    fn from([x0, y0, x1, y1]: [f32; 4]) -> Quad {
        Quad { x0, y0, x1, y1 }
    }
}

impl From<Quad> for [f32; 4] {
    /// Four decimals: a twentieth of a point on A4, and short in JSON.
    fn from(quad: Quad) -> [f32; 4] {
        [quad.x0, quad.y0, quad.x1, quad.y1].map(|edge| (edge * 10_000.0).round() / 10_000.0)
    }
}

/// A byte range in a page's text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The part of `text` that the span covers; empty if it does not fit.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// Whether the two share a byte.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Where a printed piece of a word stands. A word broken over two lines has two.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WordBox {
    /// The bytes of the page's text it shows. Spans rise and do not overlap; between them stands white space,
    /// or nothing but the soft hyphen at a joined line end.
    pub span: Span,
    /// Its place on the displayed page.
    pub quad: Quad,
}

/// One page of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// 1-based index in the PDF.
    pub number: u32,
    /// The number printed on it by the PDF's page labels (`iv`, `12`), if it has them.
    pub label: Option<String>,
    /// Width of the displayed page in points.
    pub width: f32,
    /// Height of the displayed page in points.
    pub height: f32,
    /// What became of it.
    pub status: PageStatus,
    /// ISO 639-1 code, where there is enough text to tell.
    pub language: Option<String>,
    /// The heading or bookmark path it stands under, outermost first, joined by ` › `.
    pub section: Option<String>,
    /// All text in reading order: lines end in `\n`, blocks in an empty line. Never holds U+000C. A word joined
    /// over a line end has U+00AD where the hyphen was printed and its line break after the whole word; a hyphen
    /// that may belong to the word stays as printed, `-\n`.
    pub text: String,
    /// The boxes of its words in the order of `text`.
    pub words: Vec<WordBox>,
    /// Running heads, footers and page numbers within `text`, rising: found once, never shown in passages.
    pub furniture: Vec<Span>,
    /// Headings within `text`, rising.
    pub headings: Vec<Span>,
}
