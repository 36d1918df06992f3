//! Lines of fragments → words with boxes: gaps become spaces, right-to-left lines are put in logical order.

use crate::layout::accents::{Accented, accented, are_accent_and_letter};
use crate::layout::bidi::is_right_to_left;
use crate::layout::fragments::{Fragment, JUMP, SCRIPT_SIZE, project};
use crate::layout::glyph::{Glyph, PageGlyphs, flags};
use crate::layout::lines::LineFragments;
use crate::layout::tracking::letter_spacing;
use crate::layout::visual::{VisualWords, put_in_visual_order};
use crate::layout::{Bounds, Line, PageLayout, Word};
use crate::report::Span;

/// A gap this much wider than the line's usual distance of letters is a space. × font size; kerning stays below, the
/// tightest spaces of justified lines above.
pub(super) const WORD_GAP: f32 = 0.13;

/// Ideographs stand this far apart in justified lines without being words. × font size.
const IDEOGRAPH_GAP: f32 = 0.8;

/// A space between ideographs parts them only if it moves them this far apart. × font size.
const IDEOGRAPH_SPACE: f32 = 0.15;

/// A backward step larger than this parts words: two texts printed over one another. × font size.
const OVERPRINT: f32 = 0.6;

/// Scripts set back under or over one another by this much, and this far from one another's baseline, are two words: a
/// numerator and its denominator, the limits of a sum. × font size of the scripts.
const STACKED_BACK: f32 = 0.2;
const STACKED_APART: f32 = 0.5;

/// Digits of a footnote's mark at most.
const LONGEST_NOTE_MARK: usize = 3;

/// The mark before a footnote stands at least this much above its text. × font size.
const NOTE_MARK_RISE: f32 = 0.15;

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
    let mut glyphs = Vec::new();
    for line in lines {
        glyphs.clear();
        collect(page, fragments, line, &mut glyphs);
        spell_line(page, fragments, line, &mut glyphs, is_right_to_left_page, &mut layout);
    }
    layout
}

/// Adds the glyphs of a line, but for those printed twice.
fn collect<'p>(page: &'p PageGlyphs, fragments: &[Fragment], line: &LineFragments, glyphs: &mut Vec<&'p Glyph>) {
    for fragment in line.iter().filter_map(|index| fragments.get(*index)) {
        let all = page.glyphs.get(fragment.glyphs.clone()).unwrap_or_default();
        if fragment.skipped.is_empty() {
            glyphs.extend(all);
            continue;
        }
        let numbered = fragment.glyphs.clone().zip(all);
        let kept = numbered.filter(|(index, _)| fragment.skipped.binary_search(index).is_err());
        glyphs.extend(kept.map(|(_, glyph)| glyph));
    }
}

fn spell_line<'p>(
    page: &'p PageGlyphs,
    fragments: &[Fragment],
    line: &LineFragments,
    glyphs: &mut Vec<&'p Glyph>,
    is_right_to_left_page: bool,
    layout: &mut PageLayout,
) {
    let has_right_to_left = glyphs.iter().any(|glyph| page.says(glyph, is_right_to_left));
    let Some(main) = line.iter().filter_map(|index| fragments.get(*index)).max_by_key(|fragment| fragment.glyphs.len())
    else {
        return;
    };
    let direction = main.direction;
    if has_right_to_left {
        put_in_visual_order(page, glyphs, direction);
    }
    let first_word = layout.words.len();
    let start = layout.text.len();
    if has_right_to_left {
        let mut visual = VisualWords::default();
        split_words(page, glyphs, direction, main.size, &mut visual);
        visual.append_to(layout, is_right_to_left_page);
    } else {
        split_words(page, glyphs, direction, main.size, &mut DirectWords { layout, open: None });
    }
    finish_line(layout, glyphs, page, main, first_word, start);
}

/// Receives glyphs and word ends from [`split_words`].
pub(super) trait WordSink {
    fn glyph(&mut self, page: &PageGlyphs, glyph: &Glyph);
    fn end_word(&mut self);
    /// The next glyph stands behind a tab or in the next cell.
    fn jump(&mut self);
}

/// Writes words straight into the layout.
struct DirectWords<'l> {
    layout: &'l mut PageLayout,
    open: Option<(usize, Bounds)>,
}

impl DirectWords<'_> {
    /// Where the text of a glyph of the current word goes.
    fn open(&mut self, page: &PageGlyphs, glyph: &Glyph) -> &mut String {
        let text = &mut self.layout.text;
        let (_, bounds) = self.open.get_or_insert_with(|| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            (text.len(), Bounds::EMPTY)
        });
        include_box(page, glyph, bounds);
        text
    }
}

impl WordSink for DirectWords<'_> {
    fn glyph(&mut self, page: &PageGlyphs, glyph: &Glyph) {
        if let Some(character) = char::from_u32(glyph.text) {
            self.open(page, glyph).push(character);
            return;
        }
        // What a single glyph says may be several words.
        for (index, word) in page.string(glyph).split(' ').enumerate() {
            if index > 0 {
                self.end_word();
            }
            if !word.is_empty() {
                self.open(page, glyph).push_str(word);
            }
        }
    }

    fn jump(&mut self) {}

    fn end_word(&mut self) {
        let Some((start, bounds)) = self.open.take() else { return };
        self.layout.words.push(Word { span: span(start, self.layout.text.len()), bounds });
    }
}

/// Walks a line's glyphs in visual order, telling words apart by spaces and gaps.
fn split_words(page: &PageGlyphs, glyphs: &[&Glyph], direction: (f32, f32), main_size: f32, sink: &mut impl WordSink) {
    // Looked at only where a gap asks for it: most lines have spaces and no other gaps.
    let mut tracking: Option<f32> = None;
    let mut previous: Option<(f32, Glyph)> = None;
    // Where the run of letters set alike begins: behind a tab or in the next cell everything may be different.
    let mut run_start = 0;
    let mut rest = glyphs.iter().copied().enumerate().peekable();
    let mut reached = f32::MAX;
    let note_mark = note_mark(glyphs, direction);
    while let Some((index, glyph)) = rest.next() {
        let (along, _) = project(direction, glyph.x, glyph.y);
        let (length, _) = project(direction, glyph.dx, glyph.dy);
        if along - reached > JUMP * glyph.size {
            (run_start, tracking) = (index, None);
            sink.jump();
        }
        reached = along + length;
        if glyph.text == u32::from(' ') {
            let next = rest.peek().map(|(_, next)| *next);
            if previous
                .is_none_or(|(end, before)| !next.is_some_and(|next| covers_space(direction, end, &before, next)))
            {
                sink.end_word();
                previous = None;
            }
            continue;
        }
        let with_accent = rest
            .next_if(|(_, next)| are_accent_and_letter(direction, glyph, next))
            .and_then(|(_, next)| accented(direction, glyph, next));
        let (glyph, along, length) = match &with_accent {
            Some(Accented { letter, .. }) => {
                let (along, _) = project(direction, letter.x, letter.y);
                (letter, along, project(direction, letter.dx, letter.dy).0)
            }
            None => (glyph, along, length),
        };
        if let Some((end, before)) = previous {
            let size = glyph.size.max(before.size);
            let gap = along - end;
            let is_space = gap > WORD_GAP * size
                && if is_ideograph(glyph) && is_ideograph(&before) {
                    gap > IDEOGRAPH_GAP * size
                } else {
                    let run = || glyphs.get(run_start..).unwrap_or_default();
                    let tracking = *tracking.get_or_insert_with(|| letter_spacing(run(), direction));
                    gap > (WORD_GAP + tracking).min(JUMP) * size
                };
            let is_back = length > 0.0 && gap < -STACKED_BACK * size;
            let is_over_other =
                is_back && (gap < -OVERPRINT * size || are_stacked(direction, &before, glyph, main_size));
            if is_space || Some(index) == note_mark || is_over_other {
                sink.end_word();
            }
        }
        if glyph.flags & flags::UNKNOWN == 0 {
            sink.glyph(page, glyph);
        }
        if let Some(Accented { mark: Some(mark), .. }) = &with_accent {
            sink.glyph(page, mark);
        }
        let end = along + length;
        let end = previous.map_or(end, |(before, _)| if length <= 0.0 { before.max(end) } else { end });
        previous = Some((end, *glyph));
    }
    sink.end_word();
}

/// Whether an ideograph stands where the one before it ended, over the space between them: recognised text has such
/// spaces, which part nothing.
fn covers_space(direction: (f32, f32), end: f32, before: &Glyph, next: &Glyph) -> bool {
    is_ideograph(before)
        && is_ideograph(next)
        && project(direction, next.x, next.y).0 - end <= IDEOGRAPH_SPACE * next.size
}

/// Whether two scripts of a line stand over one another.
fn are_stacked(direction: (f32, f32), before: &Glyph, glyph: &Glyph, main_size: f32) -> bool {
    let across = |glyph: &Glyph| project(direction, glyph.x, glyph.y).1;
    let size = before.size.max(glyph.size);
    size < SCRIPT_SIZE * main_size && (across(glyph) - across(before)).abs() > STACKED_APART * size
}

/// Where the text begins on a line that starts with a footnote's mark: raised digits set close before the note, or
/// digits with a raised shape of their own. They are a word of their own, or the first word of every note would be
/// hidden behind its number.
fn note_mark(glyphs: &[&Glyph], direction: (f32, f32)) -> Option<usize> {
    let first = glyphs.first()?;
    let is_mark =
        |glyph: &&Glyph| glyph.size == first.size && (is_note_sign(glyph.text) || is_raised_digit(glyph.text));
    let mark = glyphs.get(..glyphs.iter().take_while(|glyph| is_mark(glyph)).count())?;
    let text = glyphs.get(mark.len()).filter(|_| (1..=LONGEST_NOTE_MARK).contains(&mark.len()))?;
    let across = |glyph: &Glyph| project(direction, glyph.x, glyph.y).1;
    let is_small_and_raised =
        first.size < SCRIPT_SIZE * text.size && across(text) - across(first) >= NOTE_MARK_RISE * text.size;
    let is_raised = is_small_and_raised || mark.iter().any(|glyph| is_raised_digit(glyph.text));
    (is_raised && char::from_u32(text.text).is_some_and(char::is_alphabetic)).then_some(mark.len())
}

fn is_note_sign(text: u32) -> bool {
    // Digits, asterisk, section sign, paragraph sign, daggers.
    matches!(text, 0x30..=0x39 | 0x2A | 0xA7 | 0xB6 | 0x2020 | 0x2021)
}

fn is_raised_digit(text: u32) -> bool {
    matches!(text, 0xB2 | 0xB3 | 0xB9 | 0x2070 | 0x2074..=0x2079)
}

/// Characters of scripts written without spaces; Hangul letters (U+3130 to U+318F) are not among them.
pub(super) fn is_ideograph(glyph: &Glyph) -> bool {
    matches!(glyph.text, 0x2E80..=0x312F | 0x3190..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x2_0000..=0x3_FFFF)
}

/// Grows a box by a glyph's: its advance by its font's ascent and descent, across the baseline.
#[inline]
pub(super) fn include_box(page: &PageGlyphs, glyph: &Glyph, bounds: &mut Bounds) {
    let face = page.fonts.get(usize::from(glyph.font));
    let (above, below) = if glyph.flags & flags::VERTICAL != 0 {
        (glyph.size / 2.0, -glyph.size / 2.0)
    } else {
        let (ascent, descent) = face.map_or((0.75, -0.25), |face| (face.ascent, face.descent));
        (ascent * glyph.size, descent * glyph.size)
    };
    // Nearly all text is upright, where the corners are plain to see.
    if glyph.dy == 0.0 && glyph.dx >= 0.0 {
        bounds.include(glyph.x, glyph.y - above.max(below));
        bounds.include(glyph.x + glyph.dx, glyph.y - below.min(above));
        return;
    }
    let length = glyph.length();
    let (ux, uy) = if length > 1e-4 { (glyph.dx / length, glyph.dy / length) } else { (1.0, 0.0) };
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
pub(super) fn span(start: usize, end: usize) -> Span {
    let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: clamp(start), end: clamp(end) }
}
