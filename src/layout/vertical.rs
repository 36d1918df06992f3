//! Upright ideographs set one under another → glyphs of a font that writes vertically, which browsers do not use for
//! vertical text: they place every character by itself.

use crate::layout::glyph::{Glyph, PageGlyphs, flags};
use crate::layout::words::is_ideograph;
use std::borrow::Cow;

/// How far from one under another the characters of a column may stand. × font size.
const ASIDE: f32 = 0.1;

/// Distance of the characters of a column. × font size; lines of horizontal text stand further apart.
const STEP: std::ops::RangeInclusive<f32> = 0.8..=1.25;

/// Height of an ideograph's upper edge above its baseline. × font size.
const ASCENT: f32 = 0.88;

/// The page with its vertical columns written as such; borrowed if it has none.
pub(super) fn with_columns(page: &PageGlyphs) -> Cow<'_, PageGlyphs> {
    let mut turned = Cow::Borrowed(page);
    if !page.glyphs.iter().any(is_ideograph) {
        return turned;
    }
    let mut start = 0;
    while start < page.glyphs.len() {
        let end = column_end(&page.glyphs, start);
        if end > start + 1 {
            for glyph in turned.to_mut().glyphs.get_mut(start..end).unwrap_or_default() {
                turn(glyph);
            }
        }
        start = end;
    }
    turned
}

/// The end of the column that begins with a glyph, at least the next glyph.
fn column_end(glyphs: &[Glyph], start: usize) -> usize {
    let rest = glyphs.get(start..).unwrap_or_default();
    let goes_on = rest.windows(2).take_while(|pair| matches!(pair, [above, below] if is_under(above, below)));
    start + 1 + goes_on.count()
}

fn is_under(above: &Glyph, below: &Glyph) -> bool {
    let is_upright = |glyph: &Glyph| is_ideograph(glyph) && glyph.dy == 0.0 && glyph.flags & flags::VERTICAL == 0;
    is_upright(above)
        && is_upright(below)
        && above.size == below.size
        && (above.x - below.x).abs() <= ASIDE * above.size
        && STEP.contains(&((below.y - above.y) / above.size))
}

fn turn(glyph: &mut Glyph) {
    glyph.x += glyph.dx / 2.0;
    glyph.y -= ASCENT * glyph.size;
    (glyph.dx, glyph.dy) = (0.0, glyph.size);
    glyph.flags |= flags::VERTICAL;
}
