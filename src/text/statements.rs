//! A report's abstract and recommendations, found by the headings and sentences that announce them.
//!
//! Precision first: what is announced must read like it, else nothing is found. Only the few pages with an announcement
//! are read line by line.

mod announcements;
mod lines;
mod marker;
mod paragraphs;
mod recommendations;
mod summary;

pub use lines::Document;
pub use summary::declared as declared_summary;

use crate::layout::PageLayout;
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
/// Lists of recommendations that are tried before there is taken to be none.
const MAX_ANNOUNCEMENTS: usize = 50;

/// Finds both.
pub fn find(document: Document<'_>) -> Statements {
    Statements { summary: find_summary(document), recommendations: find_recommendations(document) }
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

/// The list under a heading, else that after a sentence.
fn find_recommendations(document: Document<'_>) -> Vec<Statement> {
    let mut headings: Vec<(usize, usize)> = Vec::new();
    let mut sentences: Vec<(usize, usize)> = Vec::new();
    for (page, layout) in document.layouts.iter().enumerate() {
        for (index, line) in layout.lines.iter().enumerate() {
            let text = line.span.of(&layout.text);
            if text.ends_with([':', '：']) && !document.is_furniture(page, index) && recommends(layout, index) {
                sentences.push((page, index));
            } else if line.words.len() <= MAX_HEADING_WORDS
                && announcements::recommendations(text, document.is_heading(page, index))
                && !document.is_furniture(page, index)
            {
                headings.push((page, index));
            }
        }
    }
    let under_heading = headings.into_iter().take(MAX_ANNOUNCEMENTS).find_map(|(page, index)| {
        let size = document.layouts.get(page)?.lines.get(index)?.size;
        recommendations::under_heading(document.lines_from(page, index + 1), size)
    });
    let after_sentence = || {
        let mut sentences = sentences.iter().take(MAX_ANNOUNCEMENTS);
        sentences.find_map(|(page, index)| recommendations::after_sentence(document.lines_from(*page, *index + 1)))
    };
    under_heading.or_else(after_sentence).unwrap_or_default()
}

/// Whether the sentence that ends with this line announces recommendations; it may have begun two lines before.
fn recommends(layout: &PageLayout, index: usize) -> bool {
    let lines = layout.lines.get(index.saturating_sub(2)..=index).unwrap_or_default();
    let text: Vec<&str> = lines.iter().map(|line| line.span.of(&layout.text)).collect();
    let text = text.join(" ");
    let sentence = text.rfind(". ").map_or(text.as_str(), |end| &text[end + 1..]);
    announcements::recommends(sentence)
}

#[cfg(test)]
mod tests;
