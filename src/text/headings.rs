//! Headings: lines set larger than the body, or bold and on their own; and the section path they give to pages.

use crate::layout::{Line, PageLayout};
use crate::report::{About, OutlineEntry};
use crate::text::about::{is_dateline, is_organisation};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Set this much larger than the body, a line is a heading.
const LARGER: f32 = 1.15;

/// Longest heading, in words.
const MAX_WORDS: usize = 20;

/// Most bold lines, in a block of their own or at the start of one, that are a heading rather than emphasised text.
const MAX_BOLD_LINES: usize = 2;

/// A bold heading set close to its paragraph ends this much of the paragraph's width before it: a line of bold text
/// that fills the width is the paragraph's own beginning.
const SHORTER: f32 = 0.85;

/// Most lines of a heading.
const MAX_HEADING_LINES: usize = 4;

/// Lines of running text have more words than this on average; those of long titles fewer.
const MIN_PARAGRAPH_WORDS: usize = 7;

/// Headings kept for an outline made from them.
const MAX_OUTLINE: usize = 1_000;

/// Sizes that become levels of an outline made from headings.
const LEVELS: usize = 3;

/// Fewer headings set larger than the body, those of the first page aside, are not all there are.
const MIN_LARGER: usize = 3;

/// Headings in the size of the body a page has at most, on average.
const MAX_HEADINGS_A_PAGE: usize = 6;

/// Pages that may repeat a report's title and whom it is by.
const FRONT_PAGES: u32 = 2;

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
        let opening = bold_opening(layout, block);
        for index in block.clone() {
            let Some(line) = layout.lines.get(index) else { continue };
            let is_set_apart = (line.size >= body_size * LARGER && !is_in_paragraph(layout, block, index))
                || (line.is_bold && opening.contains(&index) && line.size >= body_size * 0.95);
            if is_set_apart && reads_like_heading(layout, line) && furniture.binary_search(&index).is_err() {
                headings.push(index);
            }
        }
    }
    headings
}

/// The bold lines at the start of a block that stand above its text, or are all of it; none if they begin its text.
fn bold_opening(layout: &PageLayout, block: &Range<usize>) -> Range<usize> {
    let lines = layout.lines.get(block.clone()).unwrap_or_default();
    let (opening, rest) = lines.split_at(lines.iter().take_while(|line| line.is_bold).count());
    let width = lines.iter().map(extent).fold(0.0, f32::max);
    let is_above = rest.is_empty() || opening.last().is_some_and(|last| extent(last) <= width * SHORTER);
    let length = if opening.len() <= MAX_BOLD_LINES && is_above { opening.len() } else { 0 };
    block.start..block.start + length
}

/// Length of a line in its direction, in points.
fn extent(line: &Line) -> f32 {
    let Line { bounds, direction, .. } = line;
    (bounds.x1 - bounds.x0) * direction.0.abs() + (bounds.y1 - bounds.y0) * direction.1.abs()
}

/// Whether a line is one of many long ones in one type: text set large, such as the body of a form or a letter.
fn is_in_paragraph(layout: &PageLayout, block: &Range<usize>, index: usize) -> bool {
    let Some(size) = layout.lines.get(index).map(|line| half_points(line.size)) else { return false };
    let is_alike = |at: &usize| layout.lines.get(*at).is_some_and(|line| half_points(line.size) == size);
    let before = (block.start..index).rev().take(MAX_HEADING_LINES).take_while(is_alike).count();
    let after = (index..block.end).take(MAX_HEADING_LINES + 1).take_while(is_alike).count();
    let lines = layout.lines.get(index - before..index + after).unwrap_or_default();
    let words: usize = lines.iter().map(|line| line.words.len()).sum();
    let ends_sentence = lines.last().is_some_and(|last| last.span.of(&layout.text).ends_with(['.', '。']));
    let is_long = lines.len() > MAX_HEADING_LINES || (lines.len() > 1 && ends_sentence);
    is_long && words >= lines.len() * MIN_PARAGRAPH_WORDS
}

fn reads_like_heading(layout: &PageLayout, line: &Line) -> bool {
    let text = line.span.of(&layout.text);
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    line.words.len() <= MAX_WORDS
        && letters >= 3
        && letters * 2 >= text.chars().count()
        && !text.ends_with(['.', ',', ';'])
}

/// The bookmarks, or the headings where the bookmarks say nothing: numbers of pages, names of files, a single entry.
pub fn choose_outline(bookmarks: Vec<OutlineEntry>, headings: Vec<OutlineEntry>) -> Vec<OutlineEntry> {
    let telling: HashSet<&str> =
        bookmarks.iter().map(|entry| entry.title.as_str()).filter(|title| is_telling(title)).collect();
    let is_junk = telling.len() < MIN_BOOKMARKS || telling.len() * 2 < bookmarks.len().min(MAX_COMPARED);
    if is_junk && (headings.len() > telling.len() || telling.is_empty()) { headings } else { bookmarks }
}

/// Headings without those that are the report's title, whom it is by, its date and its own contents.
pub fn without_front_matter(outline: Vec<OutlineEntry>, about: &About) -> Vec<OutlineEntry> {
    let named: HashSet<String> = std::iter::once(&about.title)
        .chain(&about.authors)
        .chain(&about.publisher)
        .flat_map(|text| words(text))
        .collect();
    let is_front_matter = |entry: &OutlineEntry| {
        let count = words(&entry.title).count();
        let known = words(&entry.title).filter(|word| named.contains(word)).count();
        // A title page adds a word or a body's name to them.
        let is_title_page = entry.page == 1 && (known * 4 >= count * 3 || is_organisation(&entry.title));
        let is_name = is_title_page || (entry.page <= FRONT_PAGES && known == count);
        let title = entry.title.trim().to_lowercase();
        is_name || is_dateline(&entry.title) || CONTENTS.contains(&title.trim_end_matches(':'))
    };
    let mut kept: Vec<OutlineEntry> = outline.into_iter().filter(|entry| !is_front_matter(entry)).collect();
    let mut levels: Vec<u8> = kept.iter().map(|entry| entry.level).collect();
    levels.sort_unstable();
    levels.dedup();
    for entry in &mut kept {
        entry.level =
            levels.iter().position(|level| *level == entry.level).and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
    }
    kept
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Headings over a report's own contents, folded to lower case.
const CONTENTS: [&str; 16] = [
    "contents",
    "table of contents",
    "inhalt",
    "inhaltsverzeichnis",
    "sommaire",
    "table des matières",
    "índice",
    "indice",
    "contenido",
    "tabla de contenido",
    "conteúdo",
    "sumário",
    "содержание",
    "оглавление",
    "المحتويات",
    "目次",
];

/// Whether a bookmark names what it leads to rather than a page or a file.
fn is_telling(title: &str) -> bool {
    let folded = title.trim().to_lowercase();
    let bare = folded.trim_end_matches(|end: char| !end.is_alphabetic()).trim_start_matches(['_', '-']);
    let is_label = bare.is_empty() && !title.contains(char::is_whitespace) || EMPTY_BOOKMARKS.contains(&bare);
    let is_one_word = !folded.contains(char::is_whitespace);
    let has_extension = [".pdf", ".doc", ".docx", ".indd", ".ppt", ".pptx", ".xls", ".xlsx", ".tif", ".jpg"]
        .iter()
        .any(|extension| folded.ends_with(extension));
    let is_file = has_extension || (is_one_word && folded.contains('_'));
    !is_label && !is_file
}

/// What programs call bookmarks of pages, folded to lower case and without their numbers.
const EMPTY_BOOKMARKS: [&str; 20] = [
    "page",
    "p",
    "pg",
    "seite",
    "s",
    "página",
    "pagina",
    "pág",
    "стр",
    "страница",
    "slide",
    "slide number",
    "folie",
    "diapositive",
    "bookmark",
    "goback",
    "blank page",
    "leere seite",
    "untitled",
    "powerpoint presentation",
];

/// Fewer bookmarks are no outline.
const MIN_BOOKMARKS: usize = 2;

/// Of more bookmarks than this many repeat one another without saying less.
const MAX_COMPARED: usize = 200;

/// An outline for documents without bookmarks: headings larger than the body, the largest sizes outermost.
///
/// Where hardly anything is larger, headings in bold type of the body's size count as well.
pub fn outline(layouts: &[&PageLayout], headings: &[Vec<usize>], body_size: f32) -> Vec<OutlineEntry> {
    let larger = outline_above(body_size * LARGER, layouts, headings);
    if larger.iter().filter(|entry| entry.page > 1).count() >= MIN_LARGER {
        return larger;
    }
    let all = outline_above(0.0, layouts, headings);
    // Cells and labels rather than headings.
    if all.len() > layouts.len() * MAX_HEADINGS_A_PAGE { larger } else { all }
}

/// An outline of the headings of at least a size.
fn outline_above(smallest: f32, layouts: &[&PageLayout], headings: &[Vec<usize>]) -> Vec<OutlineEntry> {
    let mut sizes: Vec<i32> = Vec::new();
    let mut found: Vec<(i32, OutlineEntry)> = Vec::new();
    for (page, (layout, lines)) in (1_u32..).zip(layouts.iter().zip(headings)) {
        let mut previous: Option<usize> = None;
        for &index in lines {
            let Some(line) = layout.lines.get(index).filter(|line| line.size >= smallest) else { continue };
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
    fn bookmarks_that_say_nothing_yield_to_headings() {
        let headings = || vec![entry("Costs", 0, 1), entry("Staff", 0, 2)];
        let with = |titles: &[&str]| {
            let bookmarks: Vec<OutlineEntry> =
                titles.iter().zip(1..).map(|(title, page)| entry(title, 0, page)).collect();
            choose_outline(bookmarks.clone(), headings()) == bookmarks
        };
        for titles in [
            &["Page 1", "Page 2", "Page 3"][..],
            &["RPT-002_Part01", "RPT-002_Part02"],
            &["1", "2", "3"],
            &["report.pdf", "annex.pdf"],
            &["Slide 1", "Slide 2: ", "_GoBack"],
            &["Annual Report"],
            &[],
        ] {
            assert!(!with(titles), "{titles:?}");
        }
        for titles in [&["Summary", "Findings"][..], &["1 Findings", "2 Costs"], &["2019", "Findings", "Costs"]] {
            assert!(with(titles), "{titles:?}");
        }
        let single = vec![entry("Annual Report", 0, 1)];
        assert_eq!(choose_outline(single.clone(), Vec::new()), single, "better than nothing");
    }

    #[test]
    fn titles_names_dates_and_contents_are_no_headings() {
        let about = About {
            title: "Safe Wells: A Study".to_owned(),
            authors: vec!["Ministry of Water".to_owned()],
            ..About::default()
        };
        let outline = vec![
            entry("MINISTRY OF WATER", 2, 1),
            entry("DRAFT: A Study of Safe Wells", 0, 1),
            entry("Republic of Ruritania", 0, 1),
            entry("Riga, 6 March 2015", 1, 1),
            entry("Contents", 1, 2),
            entry("Findings", 1, 3),
            entry("Safe wells", 2, 4),
        ];
        assert_eq!(without_front_matter(outline, &about), [entry("Findings", 0, 3), entry("Safe wells", 1, 4)]);
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
