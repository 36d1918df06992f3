//! Lines over several columns → one line a column: some producers draw the page row by row across its columns.
//!
//! A region is parted where line after line leaves the same gutter free and both sides read like prose. Tables leave
//! gutters as well, but their cells are short: they stay rows.

use crate::layout::fragments::{Fragment, JUMP};
use crate::layout::glyph::PageGlyphs;
use crate::layout::lines::LineFragments;

/// Lines with text on both sides of the gutter that make a region worth parting.
const MIN_TWO_SIDED: usize = 4;

/// Narrowest gutter. × font size.
const MIN_GUTTER: f32 = 0.8;

/// Baselines of one region are at most this far apart. × font size.
const LEADING_LIMIT: f32 = 3.0;

/// Letters a side must have on most of its lines, in each piece between gaps, to be prose rather than a table's cells
/// or a form's label and value.
const MIN_LETTERS: usize = 18;

/// Share of the column's width that most of its lines must fill: paragraphs do, even ragged ones, forms with labels and
/// values do not.
const MIN_FILL: f32 = 0.85;

/// Columns looked for in one region.
const MAX_COLUMNS: usize = 6;

/// Parts lines that run over several columns, keeping the order of everything else. On right-to-left pages the right
/// column is read first.
pub(super) fn part(
    page: &PageGlyphs,
    fragments: &[Fragment],
    lines: Vec<LineFragments>,
    is_right_to_left_page: bool,
) -> Vec<LineFragments> {
    if lines.iter().filter(|line| line.len() > 1).count() < MIN_TWO_SIDED {
        return lines;
    }
    let parter = Parter { page, fragments, is_right_to_left_page };
    parter.part(lines, MAX_COLUMNS)
}

/// The strip along the writing direction that no fragment of a region covers.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gutter {
    start: f32,
    end: f32,
}

impl Gutter {
    fn intersection(self, other: Gutter) -> Gutter {
        Gutter { start: self.start.max(other.start), end: self.end.min(other.end) }
    }

    fn width(self) -> f32 {
        self.end - self.start
    }

    fn middle(self) -> f32 {
        (self.start + self.end) / 2.0
    }
}

struct Parter<'p> {
    page: &'p PageGlyphs,
    fragments: &'p [Fragment],
    is_right_to_left_page: bool,
}

impl Parter<'_> {
    fn part(&self, mut lines: Vec<LineFragments>, columns_left: usize) -> Vec<LineFragments> {
        if columns_left < 2 {
            return lines;
        }
        let mut parted = Vec::with_capacity(lines.len());
        let mut at = 0;
        while at < lines.len() {
            match self.region(&lines, at) {
                Some((end, gutter)) => {
                    let (first, second) = self.sides(lines.get(at..end).unwrap_or_default(), gutter);
                    parted.extend(self.part(first, columns_left - 1));
                    parted.extend(self.part(second, columns_left - 1));
                    at = end;
                }
                None => {
                    parted.extend(lines.get_mut(at).map(std::mem::take));
                    at += 1;
                }
            }
        }
        parted
    }

    fn of(&self, line: &LineFragments) -> impl Iterator<Item = &Fragment> {
        line.iter().filter_map(|index| self.fragments.get(*index))
    }

    /// The longest region of columns that begins with this line: its end and its gutter.
    fn region(&self, lines: &[LineFragments], start: usize) -> Option<(usize, Gutter)> {
        let first = lines.get(start)?;
        self.gaps(first).into_iter().find_map(|gap| {
            let mut gutter = gap;
            let mut end = start + 1;
            while let Some((previous, line)) = lines.get(end - 1).zip(lines.get(end)) {
                let Some(narrowed) = self.continues(previous, line, gutter) else { break };
                gutter = narrowed;
                end += 1;
            }
            let region = lines.get(start..end)?;
            self.reads_like_prose(region, gutter).then_some((end, gutter))
        })
    }

    /// The gaps of a line that are wide enough for a gutter.
    fn gaps(&self, line: &LineFragments) -> Vec<Gutter> {
        let mut gaps = Vec::new();
        let mut covered = f32::MIN;
        for fragment in self.of(line) {
            if covered > f32::MIN && fragment.start - covered >= MIN_GUTTER * fragment.size {
                gaps.push(Gutter { start: covered, end: fragment.start });
            }
            covered = covered.max(fragment.end);
        }
        gaps
    }

    /// The gutter narrowed by the next line; `None` if the line runs over it or stands elsewhere.
    fn continues(&self, previous: &LineFragments, line: &LineFragments, gutter: Gutter) -> Option<Gutter> {
        let (above, below) = (self.of(previous).next()?, self.of(line).next()?);
        let size = above.size.max(below.size);
        let distance = below.baseline - above.baseline;
        if above.direction != below.direction || distance <= 0.0 || distance > LEADING_LIMIT * size {
            return None;
        }
        let narrowed = self.of(line).try_fold(gutter, |gutter, fragment| {
            let is_before =
                fragment.end <= gutter.middle() || fragment.end - gutter.start < gutter.end - fragment.start;
            let narrowed = if is_before {
                gutter.intersection(Gutter { start: fragment.end, end: f32::MAX })
            } else {
                gutter.intersection(Gutter { start: f32::MIN, end: fragment.start })
            };
            (narrowed.width() >= MIN_GUTTER * size).then_some(narrowed)
        })?;
        Some(narrowed)
    }

    /// Whether both sides of a region are running text: enough lines, long ones that fill their column.
    fn reads_like_prose(&self, region: &[LineFragments], gutter: Gutter) -> bool {
        let mut before: Vec<(usize, f32)> = Vec::new();
        let mut after: Vec<(usize, f32)> = Vec::new();
        for line in region {
            let side = |is_before: bool| {
                let (mut letters, mut pieces, mut start, mut end) = (0, 1, f32::MAX, f32::MIN);
                for fragment in self.of(line).filter(|fragment| (fragment.end <= gutter.middle()) == is_before) {
                    pieces += usize::from(end > f32::MIN && fragment.start - end > JUMP * fragment.size);
                    letters += self.letters(fragment);
                    start = start.min(fragment.start);
                    end = end.max(fragment.end);
                }
                (letters > 0).then_some((letters / pieces, end - start))
            };
            if let (Some(left), Some(right)) = (side(true), side(false)) {
                before.push(left);
                after.push(right);
            }
        }
        before.len() >= MIN_TWO_SIDED && fills(&mut before) && fills(&mut after)
    }

    /// Glyphs of a fragment that are letters: figures in columns are a table.
    fn letters(&self, fragment: &Fragment) -> usize {
        let glyphs = self.page.glyphs.get(fragment.glyphs.clone()).unwrap_or_default();
        glyphs.iter().filter(|glyph| char::from_u32(glyph.text).is_none_or(char::is_alphabetic)).count()
    }

    /// The lines of the two sides, the one read first before the other.
    fn sides(&self, region: &[LineFragments], gutter: Gutter) -> (Vec<LineFragments>, Vec<LineFragments>) {
        let side = |is_before: bool| -> Vec<LineFragments> {
            let stands_there = |index: &usize| {
                self.fragments.get(*index).is_some_and(|fragment| (fragment.end <= gutter.middle()) == is_before)
            };
            let lines = region.iter().map(|line| line.iter().copied().filter(|index| stands_there(index)).collect());
            lines.filter(|line: &LineFragments| !line.is_empty()).collect()
        };
        if self.is_right_to_left_page { (side(false), side(true)) } else { (side(true), side(false)) }
    }
}

/// Whether most lines of a side (letters a piece, width) are long and fill the width of the widest.
fn fills(lines: &mut [(usize, f32)]) -> bool {
    let widest = lines.iter().map(|(_, width)| *width).fold(0.0_f32, f32::max);
    lines.sort_by(|left, right| left.1.total_cmp(&right.1));
    let (letters, width) = lines.get(lines.len() / 2).copied().unwrap_or_default();
    letters >= MIN_LETTERS && width >= widest * MIN_FILL
}
