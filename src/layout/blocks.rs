//! Lines → blocks: lines that stand under one another at an even distance.

use crate::layout::Line;
use crate::layout::fragments::SAME_DIRECTION;
use std::ops::Range;

/// Baselines of one block are at most this far apart. × font size; double spacing is 2.4.
const LEADING_LIMIT: f32 = 2.0;

/// A line set this much larger or smaller starts a block.
const SIZE_RATIO: f32 = 1.25;

/// Groups lines, in order, so that every line is in one block.
pub(super) fn group(lines: &[Line]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let previous = index.checked_sub(1).and_then(|before| lines.get(before));
        match blocks.last_mut() {
            Some(block) if previous.is_some_and(|previous| continues(previous, line)) => block.end = index + 1,
            _ => blocks.push(index..index + 1),
        }
    }
    blocks
}

fn continues(previous: &Line, line: &Line) -> bool {
    let cosine = previous.direction.0 * line.direction.0 + previous.direction.1 * line.direction.1;
    if cosine < SAME_DIRECTION {
        return false;
    }
    let (smaller, larger) = (previous.size.min(line.size), previous.size.max(line.size));
    let distance = line.baseline - previous.baseline;
    let is_horizontal = line.direction.1.abs() < 0.1;
    let overlaps = !is_horizontal || (line.bounds.x0 <= previous.bounds.x1 && previous.bounds.x0 <= line.bounds.x1);
    larger <= smaller * SIZE_RATIO && distance >= 0.0 && distance <= LEADING_LIMIT * larger && overlaps
}
