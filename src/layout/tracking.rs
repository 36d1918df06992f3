//! How far apart the letters of a line are set: in a heading spaced out letter by letter gaps are no spaces.

use crate::layout::fragments::{JUMP, project};
use crate::layout::glyph::Glyph;
use crate::layout::words::WORD_GAP;

/// Gaps needed to judge how far apart a line's letters are set.
const TRACKING_GAPS: usize = 5;

/// The same on a line with spaces.
const TRACKING_GAPS_BESIDE_SPACES: usize = 2;

/// Letters set further apart than this stand in boxes of a form or columns of a table, each for itself. × font size.
const WIDEST_TRACKING: f32 = 0.4;

/// How far a line's letters are set apart beyond what their font asks for (`S U M M A R Y`), × font size, with some
/// room for unevenness; 0 for nearly all lines.
pub(super) fn letter_spacing(glyphs: &[&Glyph], direction: (f32, f32)) -> f32 {
    let space = u32::from(' ');
    let mut gaps: Vec<f32> = Vec::with_capacity(glyphs.len());
    let (mut spaces, mut positive, mut looked_at, mut is_after_space) = (0, 0, 0, true);
    let mut end = f32::MAX;
    for glyph in glyphs {
        let (start, _) = project(direction, glyph.x, glyph.y);
        let gap = (start - end) / glyph.size.max(f32::MIN_POSITIVE);
        if gap > JUMP {
            break;
        }
        end = start + project(direction, glyph.dx, glyph.dy).0;
        looked_at += 1;
        if glyph.text == space {
            spaces += 1;
        } else if !is_after_space {
            positive += usize::from(gap > 0.0);
            gaps.push(gap);
        }
        is_after_space = glyph.text == space;
    }
    // Where words are parted by spaces already, fewer gaps will do.
    let needed = if spaces > 0 { TRACKING_GAPS_BESIDE_SPACES } else { TRACKING_GAPS };
    if gaps.len() < needed {
        return 0.0;
    }
    let middle = gaps.len() / 2;
    if positive < gaps.len() - middle {
        // The median is not above zero, as on nearly all lines.
        return 0.0;
    }
    let (lower, median, _) = gaps.select_nth_unstable_by(middle, f32::total_cmp);
    let median = *median;
    let quarter = lower.len() / 2;
    let low = if lower.is_empty() { median } else { *lower.select_nth_unstable_by(quarter, f32::total_cmp).1 };
    if median <= 0.0 || median > WIDEST_TRACKING || low < median * 0.75 {
        return 0.0;
    }
    // As wide as spaces: only between letters, for formulas and rows of numbers are set with even gaps, too.
    if median > WORD_GAP && spaces == 0 {
        let run = glyphs.get(..looked_at).unwrap_or_default().iter();
        let letters = run.filter(|glyph| char::from_u32(glyph.text).is_some_and(char::is_alphabetic)).count();
        if letters * 5 < (gaps.len() + 1) * 4 {
            return 0.0;
        }
    }
    median * 1.5
}
