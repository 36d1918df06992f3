//! Lines of fragments → words with boxes: gaps become spaces, right-to-left lines are put in logical order.

use crate::layout::bidi::{is_right_to_left, logical_order, logical_word};
use crate::layout::fragments::{Fragment, project};
use crate::layout::glyph::{Glyph, PageGlyphs, flags};
use crate::layout::lines::LineFragments;
use crate::layout::{Bounds, Line, PageLayout, Word};
use crate::report::Span;

/// A gap wider than this is a space. × font size; kerning and tracking of TeX stay below, its tightest spaces above.
const WORD_GAP: f32 = 0.13;

/// The same where the text has space characters of its own, so that gaps are mostly tracking. × font size.
const WORD_GAP_BESIDE_SPACES: f32 = 0.18;

/// Ideographs stand this far apart in justified lines without being words. × font size.
const IDEOGRAPH_GAP: f32 = 0.8;

/// A backward step larger than this parts words: two texts printed over one another. × font size.
const OVERPRINT: f32 = 0.6;

/// Gaps needed to judge that a heading is spaced out letter by letter.
const SPACED_OUT_GAPS: usize = 4;

/// Spells out lines into a layout without blocks.
pub(super) fn spell(
    page: &PageGlyphs,
    fragments: &[Fragment],
    lines: &[LineFragments],
    is_right_to_left_page: bool,
) -> PageLayout {
    let mut layout = PageLayout { width: page.width, height: page.height, ..PageLayout::default() };
    layout.text.reserve(page.glyphs.len() + lines.len());
    layout.words.reserve(page.glyphs.len() / 5);
    layout.lines.reserve(lines.len());
    for line in lines {
        spell_line(page, fragments, line, is_right_to_left_page, &mut layout);
    }
    layout
}

/// A word before it is appended to the layout.
struct Spelled {
    text: String,
    bounds: Bounds,
}

fn spell_line(
    page: &PageGlyphs,
    fragments: &[Fragment],
    line: &LineFragments,
    is_right_to_left_page: bool,
    layout: &mut PageLayout,
) {
    let mut glyphs: Vec<&Glyph> = Vec::new();
    let mut has_right_to_left = false;
    for fragment in line.iter().filter_map(|index| fragments.get(*index)) {
        for index in fragment.glyphs.clone() {
            let Some(glyph) = page.glyphs.get(index) else { continue };
            if !fragment.skipped.is_empty() && fragment.skipped.binary_search(&index).is_ok() {
                continue;
            }
            has_right_to_left |= char::from_u32(glyph.text).is_some_and(is_right_to_left);
            glyphs.push(glyph);
        }
    }
    let Some(main) = line.iter().filter_map(|index| fragments.get(*index)).max_by_key(|fragment| fragment.glyphs.len())
    else {
        return;
    };
    let direction = main.direction;
    if has_right_to_left {
        glyphs.sort_by(|left, right| middle(direction, left).total_cmp(&middle(direction, right)));
    }
    let first_word = layout.words.len();
    let start = layout.text.len();
    if has_right_to_left {
        let mut visual = VisualWords::default();
        split_words(page, &glyphs, direction, &mut visual);
        append_logical(&visual.words, is_right_to_left_page, layout);
    } else {
        split_words(page, &glyphs, direction, &mut DirectWords { layout, open: None });
    }
    finish_line(layout, &glyphs, page, main, first_word, start);
}

fn middle(direction: (f32, f32), glyph: &Glyph) -> f32 {
    project(direction, glyph.x + glyph.dx / 2.0, glyph.y + glyph.dy / 2.0).0
}

/// Receives glyphs and word ends from [`split_words`].
trait WordSink {
    fn glyph(&mut self, page: &PageGlyphs, glyph: &Glyph);
    fn end_word(&mut self);
}

/// Writes words straight into the layout.
struct DirectWords<'l> {
    layout: &'l mut PageLayout,
    open: Option<(usize, Bounds)>,
}

impl WordSink for DirectWords<'_> {
    fn glyph(&mut self, page: &PageGlyphs, glyph: &Glyph) {
        let text = &mut self.layout.text;
        let (_, bounds) = self.open.get_or_insert_with(|| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            (text.len(), Bounds::EMPTY)
        });
        include_box(page, glyph, bounds);
        page.push_text(glyph, text);
    }

    fn end_word(&mut self) {
        let Some((start, bounds)) = self.open.take() else { return };
        let end = self.layout.text.len();
        if end > start {
            self.layout.words.push(Word { span: span(start, end), bounds });
        } else if self.layout.text.ends_with(' ') {
            // Nothing but codes without text: take the space back.
            self.layout.text.pop();
        }
    }
}

/// Collects words so that they can be put in order.
#[derive(Default)]
struct VisualWords {
    words: Vec<Spelled>,
    open: Option<Spelled>,
}

impl WordSink for VisualWords {
    fn glyph(&mut self, page: &PageGlyphs, glyph: &Glyph) {
        let open = self.open.get_or_insert_with(|| Spelled { text: String::new(), bounds: Bounds::EMPTY });
        include_box(page, glyph, &mut open.bounds);
        // Ligatures hold their characters in logical order; the whole word is turned round later.
        let mut text = String::new();
        page.push_text(glyph, &mut text);
        if text.chars().any(is_right_to_left) {
            open.text.extend(text.chars().rev());
        } else {
            open.text.push_str(&text);
        }
    }

    fn end_word(&mut self) {
        self.words.extend(self.open.take().filter(|word| !word.text.is_empty()));
    }
}

fn append_logical(words: &[Spelled], is_right_to_left_page: bool, layout: &mut PageLayout) {
    let texts: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
    for index in logical_order(&texts, is_right_to_left_page) {
        let Some(word) = words.get(index) else { continue };
        if !layout.text.is_empty() && !layout.text.ends_with('\n') {
            layout.text.push(' ');
        }
        let start = layout.text.len();
        layout.text.push_str(&logical_word(&word.text, is_right_to_left_page));
        layout.words.push(Word { span: span(start, layout.text.len()), bounds: word.bounds });
    }
}

/// Walks a line's glyphs in visual order, telling words apart by spaces and gaps.
fn split_words(page: &PageGlyphs, glyphs: &[&Glyph], direction: (f32, f32), sink: &mut impl WordSink) {
    let has_spaces = glyphs.iter().any(|glyph| glyph.text == u32::from(' '));
    let tracking = if has_spaces { None } else { letter_spacing(glyphs, direction) };
    let mut previous: Option<(f32, &Glyph)> = None;
    for glyph in glyphs {
        if glyph.text == u32::from(' ') {
            sink.end_word();
            previous = None;
            continue;
        }
        let (along, _) = project(direction, glyph.x, glyph.y);
        let (length, _) = project(direction, glyph.dx, glyph.dy);
        if let Some((end, before)) = previous {
            let size = glyph.size.max(before.size);
            let gap = along - end;
            let limit = if is_ideograph(glyph) && is_ideograph(before) {
                IDEOGRAPH_GAP * size
            } else {
                tracking.map_or(0.0, |tracking| tracking * 1.5)
                    + if has_spaces { WORD_GAP_BESIDE_SPACES } else { WORD_GAP } * size
            };
            if gap > limit || gap < -OVERPRINT * size && length > 0.0 {
                sink.end_word();
            }
        }
        if glyph.flags & flags::UNKNOWN == 0 {
            sink.glyph(page, glyph);
        }
        let end = along + length;
        previous = Some((previous.map_or(end, |(before, _)| if length <= 0.0 { before.max(end) } else { end }), glyph));
    }
    sink.end_word();
}

/// The usual distance of letters where a line is spaced out letter by letter (`S U M M A R Y`): most gaps are wide
/// and about the same.
fn letter_spacing(glyphs: &[&Glyph], direction: (f32, f32)) -> Option<f32> {
    if glyphs.len() <= SPACED_OUT_GAPS {
        return None;
    }
    let gap = |pair: &[&Glyph]| match pair {
        [before, after] => {
            let (start, _) = project(direction, after.x, after.y);
            let (end, _) = project(direction, before.x + before.dx, before.y + before.dy);
            start - end
        }
        _ => 0.0,
    };
    let wide = |pair: &&[&Glyph]| pair.first().is_some_and(|glyph| gap(pair) > WORD_GAP * glyph.size);
    let wide_gaps = glyphs.windows(2).filter(wide).count();
    // Running text has a wide gap after every fourth or fifth letter, spaced-out text after nearly every one.
    if wide_gaps * 10 < glyphs.len() * 7 {
        return None;
    }
    let mut gaps: Vec<f32> = glyphs.windows(2).map(gap).collect();
    gaps.sort_by(f32::total_cmp);
    let median = gaps.get(gaps.len() / 2).copied()?;
    let low = gaps.get(gaps.len() / 4).copied()?;
    (low > median * 0.75).then_some(median)
}

fn is_ideograph(glyph: &Glyph) -> bool {
    matches!(glyph.text, 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x2_0000..=0x3_FFFF)
}

/// Grows a box by a glyph's: its advance by its font's ascent and descent, across the baseline.
fn include_box(page: &PageGlyphs, glyph: &Glyph, bounds: &mut Bounds) {
    let face = page.fonts.get(usize::from(glyph.font));
    let length = glyph.length();
    let (ux, uy) = if length > 1e-4 { (glyph.dx / length, glyph.dy / length) } else { (1.0, 0.0) };
    let (above, below) = if glyph.flags & flags::VERTICAL != 0 {
        (glyph.size / 2.0, -glyph.size / 2.0)
    } else {
        let (ascent, descent) = face.map_or((0.75, -0.25), |face| (face.ascent, face.descent));
        (ascent * glyph.size, descent * glyph.size)
    };
    for across in [above, below] {
        // Up from the baseline, in coordinates whose y grows downwards.
        let (x, y) = (glyph.x + uy * across, glyph.y - ux * across);
        bounds.include(x, y);
        bounds.include(x + glyph.dx, y + glyph.dy);
    }
}

fn finish_line(
    layout: &mut PageLayout,
    glyphs: &[&Glyph],
    page: &PageGlyphs,
    main: &Fragment,
    first_word: usize,
    start: usize,
) {
    let words = first_word..layout.words.len();
    if words.is_empty() {
        layout.text.truncate(start);
        return;
    }
    let mut bounds = Bounds::EMPTY;
    for word in layout.words.get(words.clone()).unwrap_or_default() {
        bounds.union(&word.bounds);
    }
    let bold = glyphs.iter().filter(|glyph| page.fonts.get(usize::from(glyph.font)).is_some_and(|face| face.is_bold));
    let is_bold = bold.count() * 2 > glyphs.len();
    layout.lines.push(Line {
        words,
        span: span(start, layout.text.len()),
        size: main.size,
        is_bold,
        direction: main.direction,
        baseline: main.baseline,
        is_artifact: glyphs.iter().all(|glyph| glyph.flags & flags::ARTIFACT != 0),
        bounds,
    });
    layout.text.push('\n');
}

/// A span of a page's text; texts are bounded far below 4 GiB by the reader's limits.
fn span(start: usize, end: usize) -> Span {
    let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: clamp(start), end: clamp(end) }
}
