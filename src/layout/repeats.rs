//! Runs of glyphs drawn again where the same glyphs stand already.
//!
//! Print drivers send a page in strips, and with each strip the whole text of every line it cuts (Ghostscript from
//! PScript5 does). Readers see it once, behind the strip's clip.

use crate::layout::glyph::{Glyph, PageGlyphs, flags};
use std::ops::Range;

/// The same glyph this near is the same ink. × font size; rounding differs between strips by far less.
const SAME_PLACE: f32 = 0.03;

/// Runs compared with each other that begin with the same character at the same height.
const COMPARED: usize = 32;

/// Where a run of glyphs begins to be visible.
#[derive(Debug, Clone, Copy)]
struct Start {
    text: u32,
    y: f32,
    index: usize,
}

/// Ranges of glyphs that repeat earlier ones, rising.
pub(super) fn find(page: &PageGlyphs) -> Vec<Range<usize>> {
    let mut starts = starts_if_any_steps_back(page);
    starts.sort_unstable_by(|left, right| {
        left.text.cmp(&right.text).then(left.y.total_cmp(&right.y)).then(left.index.cmp(&right.index))
    });
    let mut repeats: Vec<Range<usize>> = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let before = starts.get(at.saturating_sub(COMPARED)..at).unwrap_or_default();
        let near = |other: &&Start| other.text == start.text && is_same_ink(page, other.index, start.index);
        for other in before.iter().rev().filter(near) {
            let (earlier, later) = (other.index.min(start.index), other.index.max(start.index));
            let run = run_from(page, later);
            if run.clone().all(|index| is_same_ink(page, earlier + (index - later), index)) {
                repeats.push(run);
            }
        }
    }
    repeats.sort_unstable_by_key(|run| (run.start, run.end));
    repeats.dedup();
    repeats
}

/// The beginnings of all runs; none for the many pages written strictly downwards and along the lines, where nothing
/// can stand on anything.
fn starts_if_any_steps_back(page: &PageGlyphs) -> Vec<Start> {
    let mut starts = Vec::new();
    let mut steps_back = false;
    let (mut lowest, mut reached) = (f32::MIN, f32::MIN);
    let mut is_run_start = false;
    for (index, glyph) in page.glyphs.iter().enumerate() {
        is_run_start |= glyph.flags & flags::RUN_START != 0;
        if !is_run_start || glyph.text == u32::from(' ') {
            continue;
        }
        is_run_start = false;
        let near = SAME_PLACE * glyph.size;
        if glyph.y > lowest + near {
            (lowest, reached) = (glyph.y, glyph.x);
        } else if glyph.y < lowest - near || glyph.x <= reached {
            steps_back = true;
        }
        reached = reached.max(glyph.x);
        starts.push(Start { text: glyph.text, y: glyph.y, index });
    }
    if steps_back { starts } else { Vec::new() }
}

/// The rest of the run a glyph belongs to.
fn run_from(page: &PageGlyphs, start: usize) -> Range<usize> {
    let rest = page.glyphs.get(start + 1..).unwrap_or_default();
    let length = rest.iter().take_while(|glyph| glyph.flags & flags::RUN_START == 0).count();
    start..start + 1 + length
}

fn is_same_ink(page: &PageGlyphs, earlier: usize, later: usize) -> bool {
    let (Some(earlier), Some(later)) = (page.glyphs.get(earlier), page.glyphs.get(later)) else { return false };
    let near = |left: f32, right: f32| (left - right).abs() <= SAME_PLACE * later.size;
    let is_there = |earlier: &Glyph| near(earlier.x, later.x) && near(earlier.y, later.y);
    earlier.text == later.text && near(earlier.size, later.size) && is_there(earlier) && near(earlier.dx, later.dx)
}
