//! Search results as CSV (RFC 4180): one row a passage, with what a spreadsheet needs to cite it.
//!
//! A report without page hits, or a page without passages, still has a row.

use crate::export::printable;
use crate::search::{Hit, PageHit, Passage};
use std::io;

const HEADER: [&str; 12] =
    ["id", "title", "authors", "date", "language", "file", "page", "label", "score", "passage", "url", "pdf_url"];

/// Rows of search results.
pub struct SearchCsv {
    rows: csv::Writer<Vec<u8>>,
}

impl SearchCsv {
    /// Begins with the header row.
    pub fn new() -> io::Result<SearchCsv> {
        let mut csv = SearchCsv::without_header();
        csv.rows.write_record(HEADER)?;
        Ok(csv)
    }

    /// Goes on where other rows ended.
    pub fn without_header() -> SearchCsv {
        SearchCsv { rows: csv::Writer::from_writer(Vec::new()) }
    }

    /// Adds the rows of a report.
    pub fn hit(&mut self, hit: &Hit) -> io::Result<()> {
        if hit.pages.is_empty() {
            return self.row(hit, None, None);
        }
        for page in &hit.pages {
            if page.passages.is_empty() {
                self.row(hit, Some(page), None)?;
            }
            for passage in &page.passages {
                self.row(hit, Some(page), Some(passage))?;
            }
        }
        Ok(())
    }

    fn row(&mut self, hit: &Hit, page: Option<&PageHit>, passage: Option<&Passage>) -> io::Result<()> {
        let number = page.map(|page| page.page.to_string()).unwrap_or_default();
        let id = hit.id.to_string();
        let authors = hit.authors.join("; ");
        let score = page.map_or(hit.score, |page| page.score).to_string();
        let row: [&str; 12] = [
            &id,
            &*printable(&hit.title),
            &*printable(&authors),
            hit.date.as_deref().unwrap_or_default(),
            hit.language.as_deref().unwrap_or_default(),
            &*printable(&hit.file),
            &number,
            &*printable(page.and_then(|page| page.label.as_deref()).unwrap_or_default()),
            &score,
            &*printable(passage.map(|passage| passage.text.as_str()).unwrap_or_default()),
            page.map_or(hit.url.as_str(), |page| page.url.as_str()),
            page.map(|page| page.pdf_url.as_str()).unwrap_or_default(),
        ];
        self.rows.write_record(row)?;
        Ok(())
    }

    /// The finished rows.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.rows.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::tests::example_hit;

    #[test]
    fn every_passage_has_a_row_and_so_has_a_report_without_pages() {
        let mut csv = SearchCsv::new().expect("memory");
        let hit = example_hit();
        csv.hit(&hit).expect("memory");
        csv.hit(&Hit { pages: Vec::new(), title: "Tables, \"quoted\"".to_owned(), ..hit }).expect("memory");
        insta::assert_snapshot!(String::from_utf8(csv.finish().expect("memory")).expect("UTF-8"), @r#"
        id,title,authors,date,language,file,page,label,score,passage,url,pdf_url
        af1349b9f5f9a1a6a0404dea36dcc949,Cash transfers[2J in Somalia,Jane Doe; John Roe,2023-05,en,reports/somalia.pdf,6,iv,5,The cash transfers reached most of the households.,/reports/af/pages/6?q=cash,/reports/af/file.pdf#page=6
        af1349b9f5f9a1a6a0404dea36dcc949,Cash transfers[2J in Somalia,Jane Doe; John Roe,2023-05,en,reports/somalia.pdf,12,12,5,,/reports/af/pages/12?q=cash,/reports/af/file.pdf#page=12
        af1349b9f5f9a1a6a0404dea36dcc949,Cash transfers[2J in Somalia,Jane Doe; John Roe,2023-05,en,reports/somalia.pdf,13,,5,No cash.,/reports/af/pages/13?q=cash,/reports/af/file.pdf#page=13
        af1349b9f5f9a1a6a0404dea36dcc949,Cash transfers[2J in Somalia,Jane Doe; John Roe,2023-05,en,reports/somalia.pdf,13,,5,Again.,/reports/af/pages/13?q=cash,/reports/af/file.pdf#page=13
        af1349b9f5f9a1a6a0404dea36dcc949,"Tables, ""quoted""",Jane Doe; John Roe,2023-05,en,reports/somalia.pdf,,,7.5,,/reports/af,
        "#);
    }
}
