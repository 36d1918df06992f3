//! The items of the list that an announcement of recommendations is followed by.

use super::lines::PrintedLine;
use super::marker::{Marker, marker};
use super::paragraphs::{append, ends_sentence, words};
use crate::report::Statement;

/// Lines looked at after an announcement.
const MAX_LINES: usize = 1_500;
/// Lines of introduction between a heading and the first item.
const MAX_INTRODUCTION: usize = 25;
/// Lines of reasons between one numbered item and the next.
const MAX_REASONS: usize = 80;
/// Items kept.
const MAX_ITEMS: usize = 200;
/// Longest item, in characters; a longer one has run into the text after it.
const MAX_CHARACTERS: usize = 2_000;
/// Fewer items are no list.
const MIN_ITEMS: usize = 2;
/// Fewer words say nothing: a heading, a name, a cell.
const MIN_WORDS: usize = 3;
/// Lines that begin this near one another begin at the same place. × font size.
const SAME_START: f32 = 0.6;
/// Baselines further apart than this end an item whose lines are not set in. × font size.
const SPACED: f32 = 1.75;
/// Lines set this much smaller are notes. × the size of the first item.
const NOTE_SIZE: f32 = 0.88;

/// The items below a heading set in type of this size; `None` if there is no list.
pub fn under_heading(lines: impl Iterator<Item = PrintedLine>, heading_size: f32) -> Option<Vec<Statement>> {
    let mut list = List::default();
    let mut waited = 0;
    for line in lines.take(MAX_LINES) {
        let is_item = list.offer(&line);
        let ends_section = line.is_heading && line.size >= heading_size * 0.97;
        if is_item {
            waited = 0;
            continue;
        }
        waited += 1;
        let limit = if list.items.is_empty() { MAX_INTRODUCTION } else { MAX_REASONS };
        if ends_section || waited > limit || list.items.len() >= MAX_ITEMS {
            break;
        }
        list.rest(line.is_heading);
    }
    list.finish()
}

/// The items right after a sentence.
pub fn after_sentence(lines: impl Iterator<Item = PrintedLine>) -> Option<Vec<Statement>> {
    let mut list = List::default();
    for line in lines.take(MAX_LINES) {
        if !list.offer(&line) || list.items.len() >= MAX_ITEMS {
            break;
        }
    }
    list.finish()
}

/// A list as far as it was read.
#[derive(Default)]
struct List {
    items: Vec<Item>,
    /// The last item has ended: only another item goes on with the list.
    is_at_rest: bool,
    /// A heading within the section has been passed, after which bullets go on.
    is_below_heading: bool,
    /// Lines of an item after its first are set in.
    is_hanging: bool,
    /// Where the longest line ends.
    right: f32,
}

struct Item {
    marker: Marker,
    text: String,
    page: u32,
    /// Where its marker and its text begin.
    start: f32,
    text_start: f32,
    size: f32,
    last: PrintedLine,
}

impl Item {
    /// Whether a line stands on another page or in the next column.
    fn is_overleaf(&self, line: &PrintedLine) -> bool {
        line.page != self.last.page || line.baseline < self.last.baseline
    }

    /// Whether a line begins right of the item's marker, under its text.
    fn is_set_in(&self, line: &PrintedLine) -> bool {
        let beyond = |start: f32| start > self.start + SAME_START * line.size;
        beyond(self.text_start) && beyond(line.start)
    }
}

impl List {
    /// Takes a line that begins an item of the list or goes on with the last one; whether it did.
    fn offer(&mut self, line: &PrintedLine) -> bool {
        if self.items.first().is_some_and(|first| line.size < first.size * NOTE_SIZE) {
            // Notes at the foot of the page neither belong to the list nor end it.
            return !self.is_at_rest;
        }
        match marker(&line.text) {
            Some((marker, text)) if self.begins_item(marker, line) => {
                self.begin(marker, text, line);
                true
            }
            Some(_) if self.is_nested(line) => self.go_on(line),
            Some(_) => false,
            None if self.continues(line) => self.go_on(line),
            None => false,
        }
    }

    /// What follows is no item: a paragraph, or a heading within the section.
    fn rest(&mut self, is_heading: bool) {
        self.is_at_rest = !self.items.is_empty();
        self.is_below_heading |= is_heading;
    }

    fn begins_item(&self, marker: Marker, line: &PrintedLine) -> bool {
        let Some(last) = self.items.last() else {
            return marker.number().is_none_or(|number| number == 1);
        };
        let first_marker = self.items.first().map_or(last.marker, |first| first.marker);
        if !marker.is_like(first_marker) {
            return false;
        }
        match marker.number() {
            Some(number) => last.marker.number() == number.checked_sub(1),
            // After other text a bullet belongs to another list, unless a heading begins the next group.
            None if self.is_at_rest => self.is_below_heading,
            None => last.is_overleaf(line) || (line.start - last.start).abs() <= SAME_START * line.size,
        }
    }

    fn begin(&mut self, marker: Marker, text: &str, line: &PrintedLine) {
        self.is_at_rest = false;
        self.is_below_heading = false;
        self.right = self.right.max(line.end);
        self.items.push(Item {
            marker,
            text: text.to_owned(),
            page: line.page,
            start: line.start,
            text_start: line.second_word_start,
            size: line.size,
            last: line.clone(),
        });
    }

    /// Whether a line with a marker of another kind stands within the last item.
    fn is_nested(&self, line: &PrintedLine) -> bool {
        let within = |last: &Item| last.is_overleaf(line) || line.start > last.start + SAME_START * line.size;
        !self.is_at_rest && self.items.last().is_some_and(within)
    }

    /// Whether a line without a marker goes on with the last item.
    fn continues(&self, line: &PrintedLine) -> bool {
        let Some(last) = self.items.last().filter(|_| !self.is_at_rest && !line.is_heading) else { return false };
        if last.text.is_empty() {
            return true;
        }
        if last.is_overleaf(line) {
            return !ends_sentence(&last.text);
        }
        if line.baseline - last.last.baseline > SPACED * line.size {
            return false;
        }
        let is_set_in = last.is_set_in(line);
        // Once lines have been set in, one that is not begins something else.
        is_set_in || (!self.is_hanging && (!ends_sentence(&last.text) || self.is_full(&last.last, line)))
    }

    /// Whether the first word of the line had no room on the one before.
    fn is_full(&self, before: &PrintedLine, line: &PrintedLine) -> bool {
        before.end + (line.first_word_end - line.start) + line.size >= self.right
    }

    fn go_on(&mut self, line: &PrintedLine) -> bool {
        self.right = self.right.max(line.end);
        let Some(last) = self.items.last_mut() else { return false };
        if last.text.is_empty() {
            last.text_start = line.start;
        }
        self.is_hanging |= line.page == last.last.page && last.is_set_in(line);
        append(&mut last.text, &line.text);
        last.last = line.clone();
        true
    }

    /// The recommendations, if what was read is a list of them.
    fn finish(self) -> Option<Vec<Statement>> {
        let items: Vec<Item> = self.items;
        let says_something =
            |item: &&Item| words(&item.text) >= MIN_WORDS && item.text.chars().count() <= MAX_CHARACTERS;
        let is_entry = |item: &&Item| {
            item.text.ends_with(|last: char| last.is_ascii_digit())
                || item.text.contains(". . .")
                || item.text.contains("....")
        };
        let is_list = items.len() >= MIN_ITEMS
            && items.iter().filter(says_something).count() * 5 >= items.len() * 4
            && items.iter().filter(is_entry).count() * 2 < items.len();
        let statement = |item: Item| Statement { text: item.text.trim().to_owned(), page: Some(item.page) };
        is_list.then(|| items.into_iter().filter(|item| says_something(&item)).map(statement).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::printed;
    use super::*;

    fn line(x: f32, y: f32, text: &str) -> PrintedLine {
        printed(x, y, text)
    }

    fn heading(y: f32, text: &str) -> PrintedLine {
        PrintedLine { is_heading: true, size: 12.0, ..printed(50.0, y, text) }
    }

    fn overleaf(line: PrintedLine) -> PrintedLine {
        PrintedLine { page: 2, ..line }
    }

    fn texts(found: Option<Vec<Statement>>) -> Vec<(String, u32)> {
        found.unwrap_or_default().into_iter().map(|item| (item.text, item.page.unwrap_or(0))).collect()
    }

    fn expected(items: &[(&str, u32)]) -> Vec<(String, u32)> {
        items.iter().map(|(text, page)| ((*text).to_owned(), *page)).collect()
    }

    #[test]
    fn items_over_several_lines_and_pages_are_one() {
        let lines = [
            line(55.0, 100.0, "• Every transfer should set out, in plain language, how the"),
            line(65.0, 112.0, "service could be brought back and who pays."),
            line(55.0, 124.0, "• Staff should choose a third of the board, and the first"),
            overleaf(line(65.0, 80.0, "elections should come before it.")),
            overleaf(line(55.0, 92.0, "• An evaluation should begin early.")),
            overleaf(line(50.0, 104.0, "The reasons are given in chapter 9.")),
            overleaf(line(55.0, 116.0, "• cost and time and people")),
        ];
        let wanted = expected(&[
            (
                "Every transfer should set out, in plain language, how the service could be brought back and who pays.",
                1,
            ),
            ("Staff should choose a third of the board, and the first elections should come before it.", 1),
            ("An evaluation should begin early.", 2),
        ]);
        assert_eq!(texts(after_sentence(lines.iter().cloned())), wanted);
        let introduced = std::iter::once(line(50.0, 88.0, "This report recommends the following:")).chain(lines);
        assert_eq!(texts(under_heading(introduced, 12.0)), wanted);
    }

    #[test]
    fn numbered_items_go_on_after_their_reasons_and_groups_after_their_headings() {
        let numbered = [
            line(50.0, 100.0, "1. Test every well each year."),
            line(50.0, 124.0, "Wells are tested too seldom."),
            line(50.0, 148.0, "2. Publish what was found."),
            line(50.0, 172.0, "1. This counts anew elsewhere."),
        ];
        let wanted = expected(&[("Test every well each year.", 1), ("Publish what was found.", 1)]);
        assert_eq!(texts(under_heading(numbered.into_iter(), 14.0)), wanted);
        let grouped = [
            heading(100.0, "For councils"),
            line(50.0, 112.0, "• Test every well each year."),
            heading(136.0, "For the ministry"),
            line(50.0, 148.0, "• Publish what was found."),
        ];
        assert_eq!(texts(under_heading(grouped.clone().into_iter(), 14.0)), wanted);
        assert_eq!(texts(under_heading(grouped.into_iter().skip(1), 12.0)), expected(&[]), "one item is no list");
    }

    #[test]
    fn labels_bullets_alone_and_full_lines_are_read() {
        let labelled = [
            line(50.0, 100.0, "Recommendation 1: Test every well."),
            line(50.0, 124.0, "Recommendation 2"),
            line(50.0, 136.0, "Publish what was found."),
        ];
        let wanted = expected(&[("Test every well.", 1), ("Publish what was found.", 1)]);
        assert_eq!(texts(under_heading(labelled.into_iter(), 14.0)), wanted);
        // Items whose lines all begin at the margin.
        let flush = [
            line(50.0, 100.0, "1. Test every well of the town each year. This is not"),
            line(50.0, 112.0, "done in any of the towns that were asked of late. It"),
            line(50.0, 124.0, "is cheap."),
            line(50.0, 136.0, "2. Publish what was found."),
            line(50.0, 148.0, "These steps cost little."),
        ];
        let wanted = expected(&[
            (
                "Test every well of the town each year. This is not done in any of the towns that were asked of late. It is cheap.",
                1,
            ),
            ("Publish what was found.", 1),
        ]);
        assert_eq!(texts(after_sentence(flush.into_iter())), wanted);
    }

    #[test]
    fn contents_and_headings_are_no_recommendations() {
        let contents = [line(50.0, 100.0, "1. Wells of the town 3"), line(50.0, 112.0, "2. Towns of the coast 7")];
        assert_eq!(texts(under_heading(contents.into_iter(), 12.0)), expected(&[]));
        let headings = [line(50.0, 100.0, "• Wells"), line(50.0, 112.0, "• Towns")];
        assert_eq!(texts(under_heading(headings.into_iter(), 12.0)), expected(&[]));
        let next_section = [
            heading(100.0, "Method"),
            line(50.0, 112.0, "• We asked four towns."),
            line(50.0, 124.0, "• We read their papers."),
        ];
        assert_eq!(texts(under_heading(next_section.into_iter(), 12.0)), expected(&[]));
        let late = [line(50.0, 100.0, "4. The fourth of them."), line(50.0, 112.0, "5. The fifth of them.")];
        assert_eq!(texts(after_sentence(late.into_iter())), expected(&[]));
    }
}
