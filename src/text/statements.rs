//! A report's abstract and recommendations, found by the headings and sentences that announce them.
//!
//! Precision first: what is announced must read like it, else nothing is found. Only the few pages with an announcement
//! are read line by line.

mod advice;
mod advice_words;
mod announcements;
mod lines;
mod list;
mod marker;
mod paragraphs;
mod recommendations;
mod recommending;
mod recommending_words;
mod sections;
mod summary;

pub use lines::Document;
pub use summary::declared as declared_summary;

use crate::report::{Statement, Statements};
use announcements::Summary;
use lines::PrintedLine;

/// Pages on which an abstract is looked for.
const SUMMARY_PAGES: usize = 24;
/// Pages that count as the front of a report, however short it is.
const FRONT_PAGES: usize = 3;
/// So many times the front of a longer report makes the whole.
const FRONT_SHARE: usize = 8;
/// Words of the longest line that may be a heading over one of the two: most lines of running text have more, and need
/// not be looked up.
const MAX_HEADING_WORDS: usize = 8;

/// Finds both in a report written in `language` (ISO 639-1).
pub fn find(document: Document<'_>, language: Option<&str>) -> Statements {
    let announced = recommendations::announced(document);
    let recommendations = recommendations::read(document, &announced, language);
    Statements { summary: find_summary(document), recommendations }
}

fn find_summary(document: Document<'_>) -> Option<Statement> {
    let front = FRONT_PAGES.max(document.layouts.len() / FRONT_SHARE);
    let pages = document.layouts.iter().enumerate().take(SUMMARY_PAGES);
    pages.flat_map(|(page, layout)| (0..layout.lines.len()).map(move |index| (page, index))).find_map(
        |(page, index)| {
            let layout = document.layouts.get(page)?;
            let line = layout.lines.get(index)?;
            let text = line.span.of(&layout.text);
            let announced = (line.words.len() <= MAX_HEADING_WORDS)
                .then(|| announcements::summary(text))
                .flatten()
                .filter(|kind| *kind == Summary::Sure || page < front);
            if announced.is_some() && !document.is_furniture(page, index) {
                let mut lines = document.lines_from(page, index + 1).peekable();
                // "Summary", "of the contributions": the heading goes on, and is another.
                let goes_on = lines.peek().is_some_and(|first| first.text.starts_with(char::is_lowercase));
                return if goes_on { None } else { summary::read(lines, line.size) };
            }
            (page < FRONT_PAGES).then(|| announcements::run_in_summary(text)).flatten()?;
            let mut lines = document.lines_from(page, index);
            let first = lines.next()?;
            let text = announcements::run_in_summary(&first.text)?.to_owned();
            let first = PrintedLine { text, is_heading: false, ..first };
            summary::read(std::iter::once(first).chain(lines), line.size)
        },
    )
}

#[cfg(test)]
mod tests;
