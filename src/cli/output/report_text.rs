//! The whole text of a report, page after page.

use crate::cli::output::is_control;
use crate::report::Report;

/// What parts pages, and files.
const PAGE_BREAK: char = '\u{c}';
/// Stands where a hyphen was printed within a word that goes on in the next line.
const SOFT_HYPHEN: char = '\u{ad}';

/// `separator`, then the text of every page with one form feed between pages and a line end at the very end. Words
/// broken over a line end are whole. `for_terminal` leaves out what would steer one.
pub fn report_text(report: &Report, separator: &str, for_terminal: bool) -> String {
    let length: usize = report.pages.iter().map(|page| page.text.len() + 1).sum();
    let mut text = String::with_capacity(separator.len() + length + 1);
    text.push_str(separator);
    for (position, page) in report.pages.iter().enumerate() {
        if position > 0 {
            text.push(PAGE_BREAK);
        }
        if for_terminal {
            let shown = |it: &char| *it == '\n' || *it == '\t' || (!is_control(*it) && *it != SOFT_HYPHEN);
            text.extend(page.text.chars().filter(shown));
        } else {
            push_without_soft_hyphens(&mut text, &page.text);
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A page's text with words whole again that were broken over a line end.
pub fn without_soft_hyphens(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    push_without_soft_hyphens(&mut whole, text);
    whole
}

fn push_without_soft_hyphens(whole: &mut String, text: &str) {
    text.split(SOFT_HYPHEN).for_each(|piece| whole.push_str(piece));
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::report::{About, Page, PageStatus, Quad, ReportId, Span, Statements, WordBox};

    /// A report with a broken word and a control on its pages.
    pub fn example_report() -> Report {
        let page = |number: u32, text: &str, spans: &[(u32, u32)]| Page {
            number,
            label: (number == 1).then(|| "i".to_owned()),
            width: 595.0,
            height: 842.0,
            status: if text.is_empty() { PageStatus::NoText } else { PageStatus::Text },
            language: None,
            section: None,
            text: text.to_owned(),
            words: spans
                .iter()
                .map(|&(start, end)| WordBox {
                    span: Span { start, end },
                    quad: Quad { x0: 0.1, y0: 0.25, x1: 0.5, y1: 0.300_01 },
                })
                .collect(),
            furniture: Vec::new(),
            headings: Vec::new(),
        };
        Report {
            id: ReportId::of_bytes(b""),
            size: 0,
            about: About { title: "Example".to_owned(), language: Some("en".to_owned()), ..About::default() },
            statements: Statements::default(),
            outline: Vec::new(),
            pages: vec![
                page(1, "a co\u{ad}operation\nhere", &[(0, 1), (2, 4), (6, 15), (16, 20)]),
                page(2, "", &[]),
                page(3, "e\u{1b}[2Jnd\n", &[]),
            ],
            partial: None,
        }
    }

    #[test]
    fn there_is_one_form_feed_a_page_break_and_words_are_whole() {
        let text = report_text(&example_report(), "", false);
        assert_eq!(text, "a cooperation\nhere\u{c}\u{c}e\u{1b}[2Jnd\n");
        assert_eq!(report_text(&example_report(), "\u{c}", true), "\u{c}a cooperation\nhere\u{c}\u{c}e[2Jnd\n");
        let empty = Report { pages: Vec::new(), ..example_report() };
        assert_eq!(report_text(&empty, "", false), "\n");
    }
}
