//! A report as the engine is sent it: one document that decides whether the report matches, and one for each page with
//! text, which tells where.
//!
//! Words are Recto's: analyzed, in order, parted by spaces; the engine splits at spaces and does nothing else. Two words
//! cannot share a place there, so of a word with several readings (`e-mail`: `email`, or `e` and `mail`) the running text
//! has the parts, and what stands for all of them is in `whole`, without a place. Names, titles and tags, which are
//! short, are sent in both readings, each a value of its own, so that no phrase runs from one into the next.
//!
//! The document of a report carries, unindexed, what Recto needs to tell which page shows what without asking for more:
//! where pages begin, under which headings they stand, and the first words.

mod fields;
mod page;
mod report;
mod words;

pub use fields::{pages_index, reports_index};
pub use page::PageDocument;
pub use report::{Kept, ReportDocument};

use crate::report::Report;
use serde::Serialize;
use words::PageWords;

/// A document of either index.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Of the index of reports.
    Report(Box<ReportDocument>),
    /// Of the index of pages.
    Page(PageDocument),
}

/// The documents of a report that was corrected: its own first, then those of its pages that have text. `file` is the path
/// that is shown, `tags` are what persons say that it is about, `generation` is that of the indexes.
pub fn documents(report: &Report, file: &str, tags: &[String], generation: u64) -> Vec<Document> {
    let pages: Vec<PageWords> = report.pages.iter().map(PageWords::of).collect();
    let own = ReportDocument::new(report, file, tags, generation, &pages);
    let id = report.id.to_string();
    let of_page = |(page, words): (u32, &PageWords)| PageDocument::new(&id, generation, page, words);
    let with_text = (1..).zip(&pages).filter(|(_, words)| words.positions > 0).map(of_page);
    std::iter::once(Document::Report(Box::new(own))).chain(with_text.map(Document::Page)).collect()
}

impl Document {
    /// Names the document in answers.
    pub(super) fn name(&self) -> String {
        match self {
            Document::Report(_) => "report".to_owned(),
            Document::Page(page) => page.page.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
