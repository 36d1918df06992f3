//! A list as it is printed: items with markers, over several lines, columns and pages.

use super::lines::PrintedLine;
use super::marker::{Marker, hanging, marker};
use super::paragraphs::{append, ends_sentence};

/// Lines that begin this near one another begin at the same place. × font size.
const SAME_START: f32 = 0.6;
/// Baselines further apart than this end an item whose lines are not set in. × font size.
const SPACED: f32 = 1.75;
/// Lines set this much smaller are notes. × the size of the first item.
pub const NOTE_SIZE: f32 = 0.88;
/// A marker without a mark after it stands this far from its text. × font size.
const HANGING: f32 = 0.7;

/// A list as far as it was read.
#[derive(Default)]
pub struct List {
    /// Its items.
    pub items: Vec<Item>,
    /// Where the list before it ended, whose numbers it may go on with.
    goes_on_after: Option<Marker>,
    /// The last item has ended: only another item goes on with the list.
    is_at_rest: bool,
    /// A heading within the section has been passed, after which bullets go on.
    is_below_heading: bool,
    /// Lines of an item after its first are set in.
    is_hanging: bool,
    /// Where the longest line ends.
    right: f32,
}

/// An item of a list.
#[derive(Debug, Clone)]
pub struct Item {
    /// What stands before it.
    pub marker: Marker,
    /// Its text.
    pub text: String,
    /// 1-based page it begins on.
    pub page: u32,
    /// Whether it is set as a heading, with what it means below it.
    is_heading: bool,
    /// Where its marker and its text begin.
    start: f32,
    text_start: f32,
    size: f32,
    last: PrintedLine,
}

impl Item {
    /// An item that begins with this line.
    pub fn of_line(marker: Marker, text: &str, line: &PrintedLine) -> Item {
        Item {
            marker,
            text: text.to_owned(),
            page: line.page,
            is_heading: line.is_heading,
            start: line.start,
            text_start: line.second_word_start,
            size: line.size,
            last: line.clone(),
        }
    }

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
    /// A list that may go on with the numbers of the one before.
    pub fn after(last: Option<Marker>) -> List {
        List { goes_on_after: last, ..List::default() }
    }

    /// Takes a line that begins an item of the list or goes on with the last one; whether it did.
    pub fn offer(&mut self, line: &PrintedLine) -> bool {
        if self.items.first().is_some_and(|first| line.size < first.size * NOTE_SIZE) {
            // Notes at the foot of the page neither belong to the list nor end it.
            return !self.is_at_rest;
        }
        match self.marker_of(line) {
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

    /// The marker at the start of a line, as this list would have it.
    fn marker_of<'l>(&self, line: &'l PrintedLine) -> Option<(Marker, &'l str)> {
        let stands_apart = line.second_word_start - line.first_word_end > HANGING * line.size;
        let (marker, text) = marker(&line.text).or_else(|| stands_apart.then(|| hanging(&line.text)).flatten())?;
        let first = self.items.first().map(|first| first.marker);
        match first {
            // "1.2 million" within an item.
            Some(first) if matches!(marker, Marker::Paragraph(..)) && !marker.is_like(first) => None,
            Some(Marker::Roman(..)) => Some((marker.as_roman(), text)),
            None if marker.as_roman().is_first() => Some((marker.as_roman(), text)),
            _ => Some((marker, text)),
        }
    }

    /// What follows is no item: a paragraph, or a heading within the section.
    pub fn rest(&mut self, is_heading: bool) {
        self.is_at_rest = !self.items.is_empty();
        self.is_below_heading |= is_heading;
    }

    fn begins_item(&self, marker: Marker, line: &PrintedLine) -> bool {
        let Some(last) = self.items.last() else {
            return marker.is_first()
                || self.goes_on_after.is_some_and(|last| marker.is_like(last) && marker.follows(last));
        };
        let first_marker = self.items.first().map_or(last.marker, |first| first.marker);
        if !marker.is_like(first_marker) {
            return false;
        }
        match marker.number() {
            Some(_) => marker.follows(last.marker),
            // After other text a bullet belongs to another list, unless a heading begins the next group.
            None if self.is_at_rest => self.is_below_heading,
            None => last.is_overleaf(line) || (line.start - last.start).abs() <= SAME_START * line.size,
        }
    }

    /// Begins an item with a line.
    pub fn begin(&mut self, marker: Marker, text: &str, line: &PrintedLine) {
        self.is_at_rest = false;
        self.is_below_heading = false;
        self.right = self.right.max(line.end);
        self.items.push(Item::of_line(marker, text, line));
    }

    /// Whether a line with a marker of another kind stands within the last item.
    fn is_nested(&self, line: &PrintedLine) -> bool {
        let within = |last: &Item| last.is_overleaf(line) || line.start > last.start + SAME_START * line.size;
        !self.is_at_rest && self.items.last().is_some_and(within)
    }

    /// Whether a line without a marker goes on with the last item.
    fn continues(&self, line: &PrintedLine) -> bool {
        let Some(last) = self.items.last().filter(|_| !self.is_at_rest) else { return false };
        if last.text.is_empty() {
            return true;
        }
        if last.is_heading || line.is_heading {
            let is_close = !last.is_overleaf(line) && line.baseline - last.last.baseline <= SPACED * line.size;
            return last.is_heading && line.is_heading && is_close && !ends_sentence(&last.text);
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
            last.is_heading = line.is_heading;
        }
        self.is_hanging |= line.page == last.last.page && last.is_set_in(line);
        append(&mut last.text, &line.text);
        last.last = line.clone();
        true
    }
}
