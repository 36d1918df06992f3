//! Hits as rows for programs, JSON lines and CSV, and reports as references: the same bytes over HTTP and from the
//! command line.
//!
//! **Invariant:** makes bytes; writes and sends nothing. What it makes is safe to look at in a terminal.

pub mod cite;

mod csv;
mod json;
mod printable;

pub use csv::SearchCsv;
pub use json::to_json;
pub use printable::{MarkedText, is_control, printable};

use crate::search::Hit;
use std::io;

/// The form of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One object a line, one line a report.
    Ndjson,
    /// One row a passage, with a header row.
    Csv,
}

/// Makes rows of hits, piece by piece.
#[derive(Debug, Clone)]
pub struct Rows {
    format: Format,
    base: String,
}

impl Rows {
    /// Rows whose links begin with `base`: a base path, or the address of a site with it.
    pub fn new(format: Format, base: &str) -> Rows {
        Rows { format, base: base.trim_end_matches('/').to_owned() }
    }

    /// What stands before the first row.
    pub fn head(&self) -> io::Result<Vec<u8>> {
        match self.format {
            Format::Ndjson => Ok(Vec::new()),
            Format::Csv => SearchCsv::new()?.finish(),
        }
    }

    /// The rows of these hits.
    pub fn of(&self, hits: Vec<Hit>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut csv = SearchCsv::without_header();
        for mut hit in hits {
            hit.put_under(&self.base);
            match self.format {
                Format::Ndjson => bytes.extend(to_json(&hit)?.into_bytes()),
                Format::Csv => csv.hit(&hit)?,
            }
        }
        bytes.extend(csv.finish()?);
        Ok(bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::ReportId;
    use crate::search::{PageHit, Passage};

    /// A hit with everything that can be shown.
    pub fn example_hit() -> Hit {
        let passage = |text: &str, ranges: &[[u32; 2]]| Passage { text: text.to_owned(), ranges: ranges.to_vec() };
        let page = |number: u32, label: Option<&str>, passages: Vec<Passage>| PageHit {
            page: number,
            label: label.map(str::to_owned),
            score: 5.0,
            url: format!("/reports/af/pages/{number}?q=cash"),
            pdf_url: format!("/reports/af/file.pdf#page={number}"),
            passages,
            quads: Vec::new(),
            explanation: None,
        };
        Hit {
            id: ReportId::of_bytes(b""),
            score: 7.5,
            title: "Cash transfers\u{1b}[2J in Somalia".to_owned(),
            authors: vec!["Jane Doe".to_owned(), "John Roe".to_owned()],
            date: Some("2023-05".to_owned()),
            language: Some("en".to_owned()),
            tags: Vec::new(),
            file: "reports/somalia.pdf".to_owned(),
            size: 274_400,
            pages_total: 120,
            pages_searchable: 116,
            url: "/reports/af".to_owned(),
            pages: vec![
                page(6, Some("iv"), vec![passage("The cash transfers reached most of the households.", &[[4, 18]])]),
                page(12, Some("12"), Vec::new()),
                page(13, None, vec![passage("No cash.", &[[3, 7]]), passage("Again.", &[])]),
            ],
            more_pages: 1,
            copies: Vec::new(),
            more_copies: 0,
            explanation: None,
        }
    }

    #[test]
    fn rows_can_be_made_in_pieces_and_their_links_lead_to_a_site() {
        for format in [Format::Ndjson, Format::Csv] {
            let rows = Rows::new(format, "https://library.example/x/");
            let pieces = [rows.head(), rows.of(vec![example_hit()]), rows.of(Vec::new()), rows.of(vec![example_hit()])];
            let pieces: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.expect("memory")).collect();
            let whole = [rows.head(), rows.of(vec![example_hit(), example_hit()])];
            let whole: Vec<u8> = whole.into_iter().flat_map(|piece| piece.expect("memory")).collect();
            assert_eq!(pieces, whole);
            let text = String::from_utf8(whole).expect("UTF-8");
            let lines = text.lines().count();
            assert_eq!(lines, if format == Format::Csv { 9 } else { 2 });
            assert!(text.contains("https://library.example/x/reports/af/file.pdf#page=6"), "{text}");
            assert!(!text.contains("\u{1b}"), "{text}");
        }
    }
}
