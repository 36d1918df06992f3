//! Running heads, footers and page numbers: lines near the top or bottom edge that come back on page after page.
//!
//! They are marked, never dropped: `extract` prints them, the index keeps them once, passages leave them out.

use crate::layout::{Line, PageLayout};
use foldhash::HashMap;

/// Share of the page's height, from the top and from the bottom, in which furniture stands.
const MARGIN_SHARE: f32 = 0.15;

/// Lines looked at in each margin, outermost first.
const LINES_PER_MARGIN: usize = 4;

/// Pages a line must come back on.
const MIN_PAGES: usize = 3;

/// The same in a document of at most [`FEW_PAGES`], if it stands at [`EXACT_HEIGHT`].
const MIN_OF_FEW_PAGES: usize = 2;

/// Heads alternating between left and right pages come back only twice in a document of this many pages.
const FEW_PAGES: usize = 5;

/// How far heights may differ where two pages are all there is to go by: text that happens to be the same hardly stands
/// at the same height, too. Share of the page's height.
const EXACT_HEIGHT: f32 = 0.002;

/// How far its height on the page may differ between them, as a share of the page's height.
const HEIGHT_TOLERANCE: f32 = 0.015;

/// Longest line that is compared, in characters.
const MAX_CHARACTERS: usize = 200;

/// For each page the indices of the lines that are furniture, rising.
pub fn find(layouts: &[&PageLayout]) -> Vec<Vec<usize>> {
    let candidates: Vec<Vec<(usize, String, f32)>> = layouts.iter().map(|layout| margin_lines(layout)).collect();
    // Key → pages it occurs on, rising, with the heights there.
    let mut heights: HashMap<&str, Vec<(usize, f32)>> = HashMap::default();
    for (page, lines) in candidates.iter().enumerate() {
        for (_, key, height) in lines {
            heights.entry(key).or_default().push((page, *height));
        }
    }
    let (needed, tolerance) =
        if layouts.len() <= FEW_PAGES { (MIN_OF_FEW_PAGES, EXACT_HEIGHT) } else { (MIN_PAGES, HEIGHT_TOLERANCE) };
    candidates
        .iter()
        .zip(layouts)
        .map(|(page, layout)| {
            let comes_back = |key: &str, height: f32| {
                heights.get(key).is_some_and(|places| {
                    pages_near(places, height, HEIGHT_TOLERANCE) >= MIN_PAGES
                        || pages_near(places, height, tolerance) >= needed
                })
            };
            let mut lines: Vec<usize> = page
                .iter()
                .filter(|(line, key, height)| {
                    comes_back(key, *height) || layout.lines.get(*line).is_some_and(|line| line.is_artifact)
                })
                .map(|(line, _, _)| *line)
                .collect();
            lines.sort_unstable();
            lines.dedup();
            lines
        })
        .collect()
}

/// Pages (rising, with heights) on which something stands at this height.
fn pages_near(places: &[(usize, f32)], height: f32, tolerance: f32) -> usize {
    let mut last = None;
    let near = places.iter().filter(|(_, other)| (other - height).abs() <= tolerance);
    near.filter(|(page, _)| last.replace(*page) != Some(*page)).count()
}

/// The outermost lines in the margins of a page: index, text with numbers made equal, height as a share of the page's.
fn margin_lines(layout: &PageLayout) -> Vec<(usize, String, f32)> {
    let height = layout.height.max(1.0);
    let middle = |line: &Line| (line.bounds.y0 + line.bounds.y1) / 2.0 / height;
    let mut lines: Vec<(usize, f32)> =
        layout.lines.iter().enumerate().map(|(index, line)| (index, middle(line))).collect();
    lines.sort_by(|left, right| left.1.total_cmp(&right.1));
    let top = lines.iter().take(LINES_PER_MARGIN).filter(|(_, height)| *height <= MARGIN_SHARE);
    let bottom = lines.iter().rev().take(LINES_PER_MARGIN).filter(|(_, height)| *height >= 1.0 - MARGIN_SHARE);
    top.chain(bottom)
        .filter_map(|&(index, height)| {
            let text = layout.lines.get(index)?.span.of(&layout.text);
            Some((index, key_of(text), height))
        })
        .collect()
}

/// A line with its page number made equal on all pages: digits and lone Roman numerals become `#`.
fn key_of(text: &str) -> String {
    let mut key = String::with_capacity(text.len().min(MAX_CHARACTERS));
    for word in text.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        let is_roman = word.len() <= 8 && word.bytes().all(|byte| b"ivxlcIVXLC".contains(&byte));
        if is_roman {
            key.push('#');
            continue;
        }
        for character in word.chars() {
            if !character.is_ascii_digit() {
                key.extend(character.to_lowercase());
            } else if !key.ends_with('#') {
                key.push('#');
            }
        }
        if key.len() > MAX_CHARACTERS {
            break;
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_made_equal() {
        let cases = [("12", "#"), ("iv", "#"), ("Page 3 of 120", "page # of #"), ("Report 2023 | 7", "report # | #")];
        for (text, key) in cases {
            assert_eq!(key_of(text), key);
        }
    }
}
