//! Fragments → lines: fragments on one baseline that follow one another, or touch although written apart.

use crate::layout::fragments::{Fragment, KERNING_BACK, SAME_DIRECTION, is_on_baseline};
use crate::layout::glyph::PageGlyphs;
use foldhash::HashMap;

/// Fragments written at different times are one line if they stand this near. × font size.
const TOUCHING: f32 = 0.6;

/// A fragment in a column of others joins what stands before it only within this distance: the columns of a table may
/// stand near each other. × font size.
const TOUCHING_COLUMN: f32 = 0.15;

/// Fragments of a column start this near under one another. × font size.
const SAME_START: f32 = 0.1;

/// Baselines of a column's fragments are at most this far apart. × font size.
const COLUMN_LEADING: f32 = 2.5;

/// Height of the buckets lines are found by, in points: less than the distance of lines in the smallest print.
const BUCKET: f32 = 4.0;

/// Buckets from the origin to the farthest: beyond every page, and far enough from overflow to have neighbours.
const FARTHEST_BUCKET: f32 = 1e6;

/// Lines, and fragments, of a bucket that a new fragment is compared with, the latest: far more than stand side by side
/// on a page, and bound enough that a plot of hundreds of thousands of dots costs no more than as much text.
const LATEST: usize = 256;

/// Indices of the fragments of a line, ordered along its direction.
pub(super) type LineFragments = Vec<usize>;

struct OpenLine {
    fragments: LineFragments,
    start: f32,
    end: f32,
    baseline: f32,
    size: f32,
    direction: (f32, f32),
}

/// Assembles lines in the order of their first fragment.
pub(super) fn assemble(page: &PageGlyphs, fragments: &[Fragment]) -> Vec<LineFragments> {
    let mut lines: Vec<OpenLine> = Vec::new();
    let mut lines_by_baseline: HashMap<i32, Vec<usize>> = HashMap::default();
    let mut kept_by_baseline: HashMap<i32, Vec<usize>> = HashMap::default();
    for (index, fragment) in fragments.iter().enumerate() {
        let bucket = bucket_of(fragment.baseline);
        let follows_last = lines.last().is_some_and(|line| follows(line, fragment));
        if near(&kept_by_baseline, bucket).any(|earlier| repeats(page, fragments, earlier, fragment)) {
            continue;
        }
        kept_by_baseline.entry(bucket).or_default().push(index);
        let home = if follows_last {
            Some(lines.len() - 1)
        } else {
            let near_before = if is_in_column(fragments, index) { TOUCHING_COLUMN } else { TOUCHING };
            let is_home = |line: &usize| lines.get(*line).is_some_and(|line| touches(line, fragment, near_before));
            near(&lines_by_baseline, bucket).find(is_home)
        };
        match home.and_then(|home| lines.get_mut(home)) {
            Some(line) => {
                line.fragments.push(index);
                line.start = line.start.min(fragment.start);
                line.end = line.end.max(fragment.end);
                if fragment.size > line.size * 1.1 {
                    line.size = fragment.size;
                    line.baseline = fragment.baseline;
                }
            }
            None => {
                lines_by_baseline.entry(bucket).or_default().push(lines.len());
                lines.push(OpenLine {
                    fragments: vec![index],
                    start: fragment.start,
                    end: fragment.end,
                    baseline: fragment.baseline,
                    size: fragment.size,
                    direction: fragment.direction,
                });
            }
        }
    }
    lines.into_iter().map(|line| ordered(line.fragments, fragments)).collect()
}

fn bucket_of(baseline: f32) -> i32 {
    (baseline / BUCKET).clamp(-FARTHEST_BUCKET, FARTHEST_BUCKET) as i32
}

/// The latest entries at about this baseline.
fn near(by_baseline: &HashMap<i32, Vec<usize>>, bucket: i32) -> impl Iterator<Item = usize> {
    let buckets = (bucket - 1..=bucket + 1).filter_map(|near| by_baseline.get(&near));
    buckets.flat_map(|all| all.get(all.len().saturating_sub(LATEST)..).unwrap_or_default()).copied()
}

fn ordered(mut indices: LineFragments, fragments: &[Fragment]) -> LineFragments {
    let start = |index: &usize| fragments.get(*index).map_or(0.0, |fragment| fragment.start);
    indices.sort_by(|left, right| start(left).total_cmp(&start(right)));
    indices
}

fn shares_baseline(line: &OpenLine, fragment: &Fragment) -> bool {
    let cosine = line.direction.0 * fragment.direction.0 + line.direction.1 * fragment.direction.1;
    cosine >= SAME_DIRECTION && is_on_baseline(fragment.baseline - line.baseline, line.size, fragment.size)
}

/// Whether the fragment goes on where the line ends, however wide the gap: a tab or the next cell of a table row. Or
/// whether it stands before the line: a label written after its value, a row written from right to left.
fn follows(line: &OpenLine, fragment: &Fragment) -> bool {
    let back = KERNING_BACK * line.size.max(fragment.size);
    shares_baseline(line, fragment) && (fragment.start >= line.end - back || fragment.end <= line.start + back)
}

/// Whether the fragment was written straight under the one before it, or the next one straight under it.
fn is_in_column(fragments: &[Fragment], index: usize) -> bool {
    let around = fragments.get(index.saturating_sub(1)..(index + 2).min(fragments.len())).unwrap_or_default();
    around.windows(2).any(|pair| matches!(pair, [above, below] if is_under(above, below)))
}

fn is_under(above: &Fragment, below: &Fragment) -> bool {
    let distance = below.baseline - above.baseline;
    above.direction == below.direction
        && (below.start - above.start).abs() <= SAME_START * below.size
        && distance > 0.0
        && distance <= COLUMN_LEADING * below.size
}

/// Whether the fragment stands right beside the line, at most `near_before` behind it, although other text was written
/// between.
fn touches(line: &OpenLine, fragment: &Fragment, near_before: f32) -> bool {
    let size = line.size.max(fragment.size);
    let after = fragment.start - line.end;
    let before = line.start - fragment.end;
    let is_beside = after.abs() <= near_before * size || before.abs() <= TOUCHING * size;
    is_beside && shares_baseline(line, fragment)
}

/// Whether an earlier fragment has the same glyphs at the same place: text printed twice for a shadow.
fn repeats(page: &PageGlyphs, fragments: &[Fragment], earlier: usize, fragment: &Fragment) -> bool {
    let near = 0.1 * fragment.size;
    fragments.get(earlier).is_some_and(|earlier| {
        (earlier.start - fragment.start).abs() <= near
            && (earlier.end - fragment.end).abs() <= near
            && (earlier.baseline - fragment.baseline).abs() <= near
            && earlier.direction == fragment.direction
            && texts(page, earlier).eq(texts(page, fragment))
    })
}

fn texts<'p>(page: &'p PageGlyphs, fragment: &Fragment) -> impl Iterator<Item = u32> + 'p {
    page.glyphs.get(fragment.glyphs.clone()).unwrap_or_default().iter().map(|glyph| glyph.text)
}
