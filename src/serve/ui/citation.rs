//! A piece of a page to quote, and how to cite it: printed page, page of the PDF, and an address that stays.

use crate::export::cite::apa_source;
use crate::report::PageStatus;
use crate::serve::citation::reference;
use crate::serve::links::Links;
use crate::serve::service::KnownReport;
use crate::serve::ui::format::plain;
use crate::serve::ui::marked::Run;
use crate::serve::ui::page_text::{Kind, Paragraph};

/// Characters of a quotation; a longer paragraph is cut around its match.
const LONGEST: usize = 600;

/// A quotation with its source.
pub struct Citation {
    /// What the page says; empty if nothing can be quoted.
    pub quote: String,
    /// Who says it, and where.
    pub source: String,
    /// The page's address.
    pub url: String,
    /// What to know about the text, if anything.
    pub caveat: Option<&'static str>,
}

impl Citation {
    /// The paragraph with the match of this 0-based index, or the first that says something.
    pub fn new(links: &Links, known: &KnownReport, number: u32, paragraphs: &[Paragraph], current: usize) -> Citation {
        let summary = known.stored.pages.get((number as usize).wrapping_sub(1));
        let place = place(number, summary.and_then(|page| page.label.as_deref()));
        let source = plain(&apa_source(&reference(links, "", known), Some(&place)));
        let is_recognised = summary.is_some_and(|page| page.status == PageStatus::Ocr);
        Citation {
            quote: quote(paragraphs, current),
            source,
            url: links.page(known.row.id, number, ""),
            caveat: is_recognised.then_some("The text was recognised in a picture: compare it with the page."),
        }
    }
}

/// `p. iv (page 6 of the PDF)`.
fn place(number: u32, label: Option<&str>) -> String {
    match label.map(str::trim).filter(|label| !label.is_empty() && *label != number.to_string()) {
        Some(label) => format!("p. {} (page {number} of the PDF)", plain(label)),
        None => format!("p. {number}"),
    }
}

fn quote(paragraphs: &[Paragraph], current: usize) -> String {
    let mut passed = 0;
    for paragraph in paragraphs {
        let matches = paragraph.runs.iter().filter(|run| run.is_match).count();
        if passed + matches > current {
            return around(&paragraph.runs, current - passed);
        }
        passed += matches;
    }
    let longest = paragraphs
        .iter()
        .filter(|paragraph| paragraph.kind == Kind::Text)
        .max_by_key(|paragraph| paragraph.runs.iter().map(|run| run.text.len()).sum::<usize>());
    longest.map(|paragraph| around(&paragraph.runs, 0)).unwrap_or_default()
}

/// A paragraph, cut before and after its match at words if it is long.
fn around(runs: &[Run], current: usize) -> String {
    let text: String = runs.iter().map(|run| run.text.as_str()).collect();
    let characters: Vec<char> = text.trim().chars().collect();
    if characters.len() <= LONGEST {
        return characters.into_iter().collect();
    }
    let matched = runs.iter().enumerate().filter(|(_, run)| run.is_match).nth(current).map_or(0, |(place, _)| place);
    let before: usize = runs.iter().take(matched).map(|run| run.text.chars().count()).sum();
    let start = before.saturating_sub(LONGEST / 2).min(characters.len() - LONGEST);
    let end = start + LONGEST;
    let part: String = characters.get(start..end).unwrap_or_default().iter().collect();
    let mut part = part.as_str();
    if start > 0 {
        part = part.split_once(' ').map_or(part, |(_, rest)| rest);
    }
    if end < characters.len() {
        part = part.rsplit_once(' ').map_or(part, |(rest, _)| rest);
    }
    let (open, close) = (if start > 0 { "… " } else { "" }, if end < characters.len() { " …" } else { "" });
    format!("{open}{part}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Paragraph {
        let runs =
            text.split('|').enumerate().map(|(place, part)| Run { text: part.to_owned(), is_match: place % 2 == 1 });
        Paragraph { kind: Kind::Text, runs: runs.filter(|run| !run.text.is_empty()).collect() }
    }

    #[test]
    fn the_paragraph_of_the_match_is_quoted() {
        let paragraphs =
            [paragraph("One."), paragraph("A |cash| and a |cash|."), paragraph("Last |cash| here, longest of all.")];
        assert_eq!(quote(&paragraphs, 1), "A cash and a cash.");
        assert_eq!(quote(&paragraphs, 2), "Last cash here, longest of all.");
        assert_eq!(quote(&paragraphs, 9), "Last cash here, longest of all.");
        assert_eq!(quote(&[], 0), "");
    }

    #[test]
    fn long_paragraphs_are_cut_between_words_with_the_match_in_view() {
        let text = format!("{}|cash| {}", "before ".repeat(200), "after ".repeat(200));
        let quote = quote(&[paragraph(&text)], 0);
        assert!(quote.starts_with("… before ") && quote.ends_with("after …") && quote.contains(" cash "), "{quote}");
        assert!(quote.chars().count() <= LONGEST + 4);
    }

    #[test]
    fn both_page_numbers_are_told_where_they_differ() {
        assert_eq!(place(6, Some("iv")), "p. iv (page 6 of the PDF)");
        assert_eq!((place(6, Some("6")), place(6, None)), ("p. 6".into(), "p. 6".into()));
    }
}
