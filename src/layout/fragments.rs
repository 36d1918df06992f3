//! Glyphs → fragments: runs of glyphs in stream order that go on along one baseline without a jump.

use crate::layout::accents;
use crate::layout::bidi::is_right_to_left;
use crate::layout::glyph::{Glyph, PageGlyphs, flags};
use crate::layout::repeats;
use std::ops::Range;

/// Baselines this close are one line. × font size; the value other readers use.
pub(super) const BASELINE_TOLERANCE: f32 = 0.25;

/// Super- and subscripts stray this far from the baseline. × the larger font size.
const SCRIPT_RISE: f32 = 0.65;

/// A glyph is a super- or subscript only if it is this much smaller. × the larger font size.
pub(super) const SCRIPT_SIZE: f32 = 0.9;

/// Text this many times smaller than the text beside it is no part of its line: names of placeholders hidden by a size
/// of less than a point. Raised initials are larger by less than this.
const HIDDEN_SIZE: f32 = 8.0;

/// Steps back no larger than this are kerning. × font size.
pub(super) const KERNING_BACK: f32 = 0.2;

/// A gap larger than this starts a fragment: a tab, a table cell, another column. × font size.
pub(super) const JUMP: f32 = 1.5;

/// The same character this near has been printed twice to look bold. × font size.
const DUPLICATE_DISTANCE: f32 = 0.1;

/// Directions count as one if the cosine between them is above this (about 5°).
pub(super) const SAME_DIRECTION: f32 = 0.996;

/// A run of glyphs along one baseline.
#[derive(Debug, Clone)]
pub(super) struct Fragment {
    /// Indices of its glyphs; those printed twice are in [`Fragment::skipped`].
    pub glyphs: Range<usize>,
    /// Indices of glyphs within `glyphs` that repeat another.
    pub skipped: Vec<usize>,
    /// Unit vector of the writing direction.
    pub direction: (f32, f32),
    /// Perpendicular distance of the baseline from the origin.
    pub baseline: f32,
    /// Where it starts along the direction.
    pub start: f32,
    /// Where it ends along the direction.
    pub end: f32,
    /// The same without spaces after its last visible glyph.
    pub visible_end: f32,
    /// Font size of its main text.
    pub size: f32,
    /// Whether it has more than white space and unknown codes.
    pub has_text: bool,
}

/// Coordinates along and across a direction.
pub(super) fn project(direction: (f32, f32), x: f32, y: f32) -> (f32, f32) {
    (x * direction.0 + y * direction.1, y * direction.0 - x * direction.1)
}

/// The direction a glyph is written in; `None` if it has no advance.
fn direction_of(glyph: &Glyph) -> Option<(f32, f32)> {
    let length = glyph.length();
    if glyph.dy == 0.0 {
        return (length > 1e-4).then(|| (1.0_f32.copysign(glyph.dx), 0.0));
    }
    (length > 1e-4).then(|| (glyph.dx / length, glyph.dy / length))
}

/// Splits a page's glyphs into fragments, in stream order. Fragments without text are left out.
pub(super) fn split(page: &PageGlyphs) -> Vec<Fragment> {
    let mut fragments: Vec<Fragment> = Vec::new();
    let mut current: Option<Fragment> = None;
    let mut repeated = repeats::find(page).into_iter().peekable();
    for (index, glyph) in page.glyphs.iter().enumerate() {
        while repeated.next_if(|run| run.end <= index).is_some() {}
        if repeated.peek().is_some_and(|run| run.start <= index) {
            if let Some(fragment) = &mut current {
                fragment.glyphs.end = index + 1;
                fragment.skipped.push(index);
            }
            continue;
        }
        let is_space = glyph.text == u32::from(' ');
        if let Some(fragment) = &mut current {
            let relation = if plainly_continues(page, fragment, glyph) {
                Relation::Continues
            } else {
                relation(page, fragment, index, glyph)
            };
            match relation {
                Relation::Continues => {
                    extend(fragment, index, glyph, is_space);
                    continue;
                }
                Relation::Repeats => {
                    fragment.skipped.push(index);
                    fragment.glyphs.end = index + 1;
                    continue;
                }
                Relation::Leaves => {}
            }
        }
        if is_space {
            // White space alone neither starts a fragment nor ends one.
            if let Some(fragment) = &mut current {
                fragment.glyphs.end = index + 1;
                fragment.skipped.push(index);
            }
            continue;
        }
        fragments.extend(current.take().filter(|fragment| fragment.has_text));
        current = Some(start(page, index, glyph));
    }
    fragments.extend(current.filter(|fragment| fragment.has_text));
    fragments
}

fn start(page: &PageGlyphs, index: usize, glyph: &Glyph) -> Fragment {
    let direction = direction_of(glyph).unwrap_or((1.0, 0.0));
    let (along, _) = project(direction, glyph.x, glyph.y);
    let across = baseline_of(page, direction, index, glyph);
    let length = glyph.length();
    Fragment {
        glyphs: index..index + 1,
        skipped: Vec::new(),
        direction,
        baseline: across,
        start: along,
        end: along + length,
        visible_end: along + length,
        size: glyph.size,
        has_text: glyph.flags & flags::UNKNOWN == 0,
    }
}

/// The baseline a glyph belongs to: an accent raised over a tall letter stands on the letter's.
fn baseline_of(page: &PageGlyphs, direction: (f32, f32), index: usize, glyph: &Glyph) -> f32 {
    let across = |glyph: &Glyph| project(direction, glyph.x, glyph.y).1;
    if !accents::is_accent(glyph.text) {
        return across(glyph);
    }
    let is_under = |letter: &&Glyph| {
        accents::are_accent_and_letter(direction, glyph, letter)
            && (across(letter) - across(glyph)).abs() <= SCRIPT_RISE * letter.size
    };
    page.glyphs.get(index + 1).filter(is_under).map_or_else(|| across(glyph), across)
}

fn extend(fragment: &mut Fragment, index: usize, glyph: &Glyph, is_space: bool) {
    let (along, across) = project(fragment.direction, glyph.x, glyph.y);
    let (length, _) = project(fragment.direction, glyph.dx, glyph.dy);
    fragment.glyphs.end = index + 1;
    fragment.start = fragment.start.min(along);
    fragment.end = fragment.end.max(along + length);
    if !is_space {
        fragment.visible_end = fragment.visible_end.max(along + length);
    }
    fragment.has_text |= !is_space && glyph.flags & flags::UNKNOWN == 0;
    // A fragment that began with a superscript stands on the baseline of what follows.
    if glyph.size > fragment.size * 1.1 && !is_space {
        fragment.size = glyph.size;
        fragment.baseline = across;
    }
}

enum Relation {
    Continues,
    Repeats,
    Leaves,
}

/// Whether a glyph plainly goes on where the fragment ends: [`relation`] says the same of nearly all glyphs, which are
/// upright, of one size and on one baseline, but has to look at far more.
#[inline]
fn plainly_continues(page: &PageGlyphs, fragment: &Fragment, glyph: &Glyph) -> bool {
    let is_alike = glyph.dy == 0.0
        && glyph.dx > 0.0
        && fragment.direction == (1.0, 0.0)
        && glyph.y == fragment.baseline
        && glyph.size == fragment.size
        && glyph.size > 0.0;
    if !is_alike {
        return false;
    }
    let gap = glyph.x - fragment.end;
    let is_near = gap >= -KERNING_BACK * glyph.size && gap <= JUMP * glyph.size;
    // What steps back may have been printed twice, and an accent stands on its letter's baseline.
    let is_another = || page.glyphs.get(fragment.glyphs.end - 1).is_some_and(|last| last.text != glyph.text);
    is_near && (gap >= 0.0 || is_another()) && !accents::is_accent(glyph.text)
}

fn relation(page: &PageGlyphs, fragment: &Fragment, index: usize, glyph: &Glyph) -> Relation {
    if let Some(direction) = direction_of(glyph) {
        let cosine = direction.0 * fragment.direction.0 + direction.1 * fragment.direction.1;
        if cosine < SAME_DIRECTION {
            return Relation::Leaves;
        }
    }
    let (along, _) = project(fragment.direction, glyph.x, glyph.y);
    let across = baseline_of(page, fragment.direction, index, glyph);
    let (length, _) = project(fragment.direction, glyph.dx, glyph.dy);
    let size = fragment.size.max(glyph.size);
    if !is_on_baseline(across - fragment.baseline, fragment.size, glyph.size) {
        return Relation::Leaves;
    }
    let gap = along - fragment.end;
    if gap > JUMP * size {
        return Relation::Leaves;
    }
    // Narrow glyphs printed twice step back no further than kerning does.
    if gap < 0.0 && repeats_last(page, fragment, glyph, length) {
        return Relation::Repeats;
    }
    // What covers a space goes on, too: recognised Chinese and Japanese text has one after every character.
    if gap >= -KERNING_BACK * size || along - fragment.visible_end >= -KERNING_BACK * size {
        return Relation::Continues;
    }
    if repeats(page, fragment, index, glyph) {
        return Relation::Repeats;
    }
    // Combining marks and accents are put over the letter before them.
    if length <= 0.05 * size && gap > -size {
        return Relation::Continues;
    }
    // An accent and its letter are printed over one another, in either order.
    let previous = page.glyphs.get(fragment.glyphs.end - 1);
    if previous.is_some_and(|previous| accents::are_accent_and_letter(fragment.direction, previous, glyph)) {
        return Relation::Continues;
    }
    // Right-to-left text may be written towards the left, glyph by glyph or in pieces that run to the right themselves.
    let steps_left = (along + length - fragment.start).abs() <= JUMP * size;
    let follows = || {
        // A space that was left out may stand anywhere.
        let is_skipped = fragment.skipped.last() == Some(&(fragment.glyphs.end - 1));
        previous.filter(|_| !is_skipped).is_some_and(|last| {
            let step = along - project(fragment.direction, last.x + last.dx, last.y + last.dy).0;
            (-KERNING_BACK * size..=JUMP * size).contains(&step)
        })
    };
    if (steps_left || follows()) && page.says(glyph, is_right_to_left) {
        return Relation::Continues;
    }
    Relation::Leaves
}

/// Whether glyphs of these sizes with baselines `distance` apart share a line.
pub(super) fn is_on_baseline(distance: f32, size: f32, other_size: f32) -> bool {
    let (smaller, larger) = (size.min(other_size), size.max(other_size));
    let tolerance = if smaller < SCRIPT_SIZE * larger { SCRIPT_RISE } else { BASELINE_TOLERANCE };
    // What has no size at all takes no place and stays with what is written before it.
    let is_hidden = smaller > 0.0 && smaller * HIDDEN_SIZE < larger;
    !is_hidden && distance.abs() <= tolerance * larger
}

/// Whether a glyph is the same as the last one, and covers more than half of it.
fn repeats_last(page: &PageGlyphs, fragment: &Fragment, glyph: &Glyph, length: f32) -> bool {
    let near = (DUPLICATE_DISTANCE * glyph.size).min(length / 2.0);
    page.glyphs.get(fragment.glyphs.end - 1).is_some_and(|last| {
        last.text == glyph.text && (last.x - glyph.x).abs() < near && (last.y - glyph.y).abs() < near
    })
}

/// Whether the same character stands in the fragment at almost the same place: fake bold, shadows.
fn repeats(page: &PageGlyphs, fragment: &Fragment, index: usize, glyph: &Glyph) -> bool {
    let near = DUPLICATE_DISTANCE * glyph.size;
    page.glyphs.get(fragment.glyphs.start..index).unwrap_or_default().iter().rev().any(|earlier| {
        earlier.text == glyph.text && (earlier.x - glyph.x).abs() <= near && (earlier.y - glyph.y).abs() <= near
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_to_see_is_what_a_closer_look_finds() {
        let mut plain = 0;
        let first = Glyph { text: u32::from('a'), x: 50.0, y: 700.0, dx: 5.0, dy: 0.0, size: 10.0, font: 0, flags: 0 };
        let sizes = [(10.0, 5.0, 0.0), (10.0, 1e-5, 0.0), (10.0, 0.0, 0.0), (10.0, 5.0, 1.0), (6.0, 3.0, 0.0)];
        for text in ['a', 'b', ' ', '`', '\u{B4}', '\u{5D0}'] {
            for gap in [-20.0, -2.1, -2.0, -1.0, -0.1, 0.0, 0.1, 2.5, 15.0, 15.1] {
                for (size, dx, dy) in sizes {
                    for lower in [0.0, 0.1, 4.0] {
                        let x = first.x + first.dx + gap;
                        let next = Glyph { text: u32::from(text), x, y: first.y + lower, dx, dy, size, ..first };
                        let page = PageGlyphs { glyphs: vec![first, next], ..PageGlyphs::default() };
                        let fragment = start(&page, 0, &first);
                        if plainly_continues(&page, &fragment, &next) {
                            plain += 1;
                            assert!(matches!(relation(&page, &fragment, 1, &next), Relation::Continues), "{next:?}");
                        }
                    }
                }
            }
        }
        assert!(plain > 20, "{plain}");
    }
}
