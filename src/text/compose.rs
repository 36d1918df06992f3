//! A page's layout → its text with word boxes: hyphens joined, words normalised, furniture and headings marked.

use crate::layout::{Bounds, PageLayout};
use crate::report::{Quad, Span, WordBox};
use crate::text::hyphens::{Hyphens, is_line_end_hyphen};
use crate::text::normalize;

/// A page's text and what is known of places in it; see [`crate::report::Page`] for the meaning.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComposedPage {
    /// Text in reading order.
    pub text: String,
    /// Boxes of its words.
    pub words: Vec<WordBox>,
    /// Running heads, footers and page numbers.
    pub furniture: Vec<Span>,
    /// Headings.
    pub headings: Vec<Span>,
}

/// Writes a page's text. `furniture` and `headings` are indices of its lines, rising.
pub fn compose(layout: &PageLayout, hyphens: &Hyphens, furniture: &[usize], headings: &[usize]) -> ComposedPage {
    let mut writer = Writer { layout, page: ComposedPage::default(), joins_previous: false, breaks_before_next: false };
    writer.page.text.reserve(layout.text.len() + layout.blocks.len());
    writer.page.words.reserve(layout.words.len());
    let mut previous_kind = None;
    for block in &layout.blocks {
        for index in block.clone() {
            let Some(line) = layout.lines.get(index) else { continue };
            let is_furniture = furniture.binary_search(&index).is_ok();
            let next =
                layout.lines.get(index + 1).filter(|_| !is_furniture && furniture.binary_search(&(index + 1)).is_err());
            let joins_next = next.is_some_and(|next| hyphens.joins(layout, line, next));
            // A heading or running head set close to the text is still no part of its paragraph.
            let kind = (is_furniture, headings.binary_search(&index).is_ok());
            if previous_kind.replace(kind).is_some_and(|previous| previous != kind) {
                writer.end_block();
            }
            let span = writer.line(line.words.clone(), joins_next);
            if let Some(span) = span {
                if is_furniture {
                    writer.page.furniture.push(span);
                }
                if kind.1 {
                    writer.page.headings.push(span);
                }
            }
        }
        writer.end_block();
    }
    writer.finish()
}

struct Writer<'l> {
    layout: &'l PageLayout,
    page: ComposedPage,
    /// The next word goes on with the one before, after a soft hyphen.
    joins_previous: bool,
    /// The line break owed after a word that was joined over it.
    breaks_before_next: bool,
}

impl Writer<'_> {
    /// Writes a line; returns the bytes it got. A joined last word loses its hyphen and waits for its other half.
    fn line(&mut self, words: std::ops::Range<usize>, joins_next: bool) -> Option<Span> {
        let start = self.page.text.len();
        let last = words.end.saturating_sub(1);
        let mut is_line_start = !self.joins_previous;
        for index in words {
            let Some(word) = self.layout.words.get(index) else { continue };
            let printed = word.span.of(&self.layout.text);
            let is_broken = joins_next && index == last;
            // A soft hyphen at a line's end that joins nothing was printed as a hyphen.
            let text = match printed.strip_suffix('\u{00AD}') {
                Some(stem) if index == last && !is_broken => format!("{}-", normalize::word(stem)).into(),
                _ => normalize::word(if is_broken { printed.trim_end_matches(is_line_end_hyphen) } else { printed }),
            };
            if text.is_empty() && !is_broken {
                continue;
            }
            let was_joined = std::mem::take(&mut self.joins_previous);
            if !was_joined {
                if std::mem::take(&mut self.breaks_before_next) {
                    self.page.text.push('\n');
                } else if !is_line_start {
                    self.page.text.push(' ');
                }
            }
            is_line_start = false;
            self.breaks_before_next |= was_joined;
            let from = self.page.text.len();
            self.page.text.push_str(&text);
            let span = span(from, self.page.text.len());
            self.page.words.push(WordBox { span, quad: quad(&word.bounds, self.layout) });
            if is_broken {
                self.page.text.push('\u{00AD}');
                self.joins_previous = true;
            }
        }
        let end = self.page.text.len();
        if end > start && !self.joins_previous {
            self.page.text.push('\n');
            self.breaks_before_next = false;
        }
        (end > start).then(|| span(start, end))
    }

    /// An empty line between blocks; a word joined over the end of a block keeps its halves together.
    fn end_block(&mut self) {
        if self.page.text.ends_with('\n') && !self.page.text.ends_with("\n\n") {
            self.page.text.push('\n');
        }
    }

    fn finish(mut self) -> ComposedPage {
        let text = &mut self.page.text;
        while text.ends_with(['\n', '\u{00AD}']) {
            text.pop();
        }
        if !text.is_empty() {
            text.push('\n');
        }
        self.page
    }
}

fn span(start: usize, end: usize) -> Span {
    let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: clamp(start), end: clamp(end) }
}

/// A box in fractions of the page, cut at its edges.
fn quad(bounds: &Bounds, layout: &PageLayout) -> Quad {
    let share = |value: f32, whole: f32| (value / whole.max(1.0)).clamp(0.0, 1.0);
    Quad {
        x0: share(bounds.x0, layout.width),
        y0: share(bounds.y0, layout.height),
        x1: share(bounds.x1, layout.width),
        y1: share(bounds.y1, layout.height),
    }
}
