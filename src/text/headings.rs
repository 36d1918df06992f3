//! Headings: lines set larger than the body, or bold and on their own; and the section path they give to pages.

use crate::layout::{Line, PageLayout};
use crate::report::OutlineEntry;
use std::collections::HashMap;

/// Set this much larger than the body, a line is a heading.
const LARGER: f32 = 1.15;

/// Longest heading, in words.
const MAX_WORDS: usize = 20;

/// Longest block of bold lines that is a heading rather than emphasised text.
const MAX_BOLD_LINES: usize = 2;

/// Headings kept for an outline made from them.
const MAX_OUTLINE: usize = 1_000;

/// Sizes that become levels of an outline made from headings.
const LEVELS: usize = 3;

/// The size most of the document's text is set in, in points.
pub fn body_size<'p>(layouts: impl Iterator<Item = &'p PageLayout>) -> f32 {
    let mut characters_by_size: HashMap<i32, u64> = HashMap::new();
    for line in layouts.flat_map(|layout| &layout.lines) {
        *characters_by_size.entry(half_points(line.size)).or_default() += u64::from(line.span.end - line.span.start);
    }
    let most = characters_by_size.into_iter().max_by_key(|(size, characters)| (*characters, -*size));
    most.map_or(0.0, |(size, _)| size as f32 / 2.0)
}

fn half_points(size: f32) -> i32 {
    (size * 2.0).round() as i32
}

/// Indices of the lines of a page that are headings, rising. `furniture` lines are none.
pub fn find(layout: &PageLayout, body_size: f32, furniture: &[usize]) -> Vec<usize> {
    let mut headings = Vec::new();
    for block in &layout.blocks {
        for index in block.clone() {
            let Some(line) = layout.lines.get(index) else { continue };
            let is_set_apart = line.size >= body_size * LARGER
                || (line.is_bold && block.len() <= MAX_BOLD_LINES && line.size >= body_size * 0.95);
            if is_set_apart && reads_like_heading(layout, line) && furniture.binary_search(&index).is_err() {
                headings.push(index);
            }
        }
    }
    headings
}

fn reads_like_heading(layout: &PageLayout, line: &Line) -> bool {
    let text = line.span.of(&layout.text);
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    line.words.len() <= MAX_WORDS
        && letters >= 3
        && letters * 2 >= text.chars().count()
        && !text.ends_with(['.', ',', ';'])
}

/// An outline for documents without bookmarks: headings larger than the body, the largest sizes outermost.
pub fn outline(layouts: &[&PageLayout], headings: &[Vec<usize>], body_size: f32) -> Vec<OutlineEntry> {
    let mut sizes: Vec<i32> = Vec::new();
    let mut found: Vec<(i32, OutlineEntry)> = Vec::new();
    for (page, (layout, lines)) in (1_u32..).zip(layouts.iter().zip(headings)) {
        let mut previous: Option<usize> = None;
        for &index in lines {
            let Some(line) = layout.lines.get(index).filter(|line| line.size >= body_size * LARGER) else { continue };
            let size = half_points(line.size);
            let text = line.span.of(&layout.text);
            // A heading over two lines is one.
            let continues = previous.is_some_and(|before| before + 1 == index);
            match found.last_mut() {
                Some((last_size, entry)) if continues && *last_size == size && entry.title.len() < 200 => {
                    entry.title.push(' ');
                    entry.title.push_str(text);
                }
                _ => found.push((size, OutlineEntry { title: text.to_owned(), level: 0, page })),
            }
            sizes.push(size);
            previous = Some(index);
        }
        if found.len() >= MAX_OUTLINE {
            break;
        }
    }
    sizes.sort_unstable_by(|left, right| right.cmp(left));
    sizes.dedup();
    let level_of = |size: i32| sizes.iter().position(|other| *other == size).unwrap_or(LEVELS);
    found
        .into_iter()
        .filter(|(size, _)| level_of(*size) < LEVELS)
        .map(|(size, entry)| OutlineEntry { level: u8::try_from(level_of(size)).unwrap_or(u8::MAX), ..entry })
        .collect()
}

/// For each of `pages` pages the path of the last outline entries that begin on or before it, joined by ` › `.
pub fn section_paths(outline: &[OutlineEntry], pages: usize) -> Vec<Option<String>> {
    let mut entries: Vec<&OutlineEntry> = outline.iter().filter(|entry| entry.page > 0).collect();
    entries.sort_by_key(|entry| entry.page);
    let mut remaining = entries.into_iter().peekable();
    let mut path: Vec<&OutlineEntry> = Vec::new();
    (1_u32..)
        .take(pages)
        .map(|page| {
            // Every section that begins on the page counts for it: `section:` must find the page of its heading.
            let mut begun: Vec<String> = Vec::new();
            while let Some(entry) = remaining.next_if(|entry| entry.page <= page) {
                path.retain(|open| open.level < entry.level);
                path.push(entry);
                if entry.page == page {
                    begun.push(joined(&path));
                }
            }
            if begun.is_empty() { (!path.is_empty()).then(|| joined(&path)) } else { Some(begun.join(" · ")) }
        })
        .collect()
}

fn joined(path: &[&OutlineEntry]) -> String {
    path.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>().join(" › ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(title: &str, level: u8, page: u32) -> OutlineEntry {
        OutlineEntry { title: title.to_owned(), level, page }
    }

    #[test]
    fn pages_stand_under_the_last_entries_before_them() {
        let outline = [entry("Summary", 0, 2), entry("Findings", 0, 3), entry("Costs", 1, 4), entry("Staff", 1, 4)];
        let paths = section_paths(&outline, 5);
        let expected = [
            None,
            Some("Summary"),
            Some("Findings"),
            Some("Findings › Costs · Findings › Staff"),
            Some("Findings › Staff"),
        ];
        assert_eq!(paths.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }
}
