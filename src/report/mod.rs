//! The domain's words as plain types: a report, its pages, and the ledger of what was read.
//!
//! **Invariant:** this module uses no other module of the crate, so every stage can speak it.

mod calendar;
mod correction;
mod declared;
mod id;
mod ledger;
mod name;
mod name_words;
mod page;
mod partial_date;
mod reason;
mod statements;

pub use calendar::{civil, rfc3339, seconds_of_day};
#[cfg(test)]
pub(crate) use correction::any_correction;
pub use correction::{Correction, FIELDS, FieldError, MAX_BYTES};
pub use declared::Declared;
pub use id::{ParseIdError, ReportId};
pub use ledger::{Outcome, PageStatus};
pub use name::{Name, PersonName, bare, one_line};
pub use page::{Page, Quad, Span, WordBox};
pub use partial_date::PartialDate;
pub use reason::Reason;
pub use statements::{Statement, Statements};

use serde::{Deserialize, Serialize};

/// One PDF and everything the reader learned from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// First 32 hex digits of the BLAKE3 hash of the file's bytes.
    pub id: ReportId,
    /// Size of the file in bytes.
    pub size: u64,
    /// What the report says about itself.
    pub about: About,
    /// Its abstract and recommendations.
    pub statements: Statements,
    /// Headings or bookmarks with the page they point to, in document order.
    pub outline: Vec<OutlineEntry>,
    /// Every page of the PDF, in order; never shorter than the page tree that could be walked.
    pub pages: Vec<Page>,
    /// Why reading stopped early or lost something, if it did (a page has its own status as well).
    pub partial: Option<Reason>,
}

/// Title, authors, publisher, date and language of a report, with the source of the title.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct About {
    /// The best title candidate; the file's stem if nothing in the PDF deserved the name.
    pub title: String,
    /// Where `title` came from.
    pub title_source: TitleSource,
    /// Contributors in the order given, one name an entry.
    pub authors: Vec<String>,
    /// Who published it, if the report or its metadata says so.
    #[serde(default)]
    pub publisher: Option<String>,
    /// As precise as known: `2023`, `2023-05` or `2023-05-17`.
    pub date: Option<String>,
    /// ISO 639-1 code of the language most of the text is in.
    pub language: Option<String>,
    /// Subject line, if the PDF has one.
    pub subject: Option<String>,
    /// Keywords, one an entry.
    pub keywords: Vec<String>,
}

/// Where a title was found (strongest first).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TitleSource {
    /// XMP `dc:title`.
    Xmp,
    /// The document information dictionary.
    Info,
    /// The largest type on the first pages.
    FirstPage,
    /// Nothing better than the file's name.
    #[default]
    FileName,
    /// A person said so; never stored with what was read.
    Correction,
}

/// A bookmark or heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OutlineEntry {
    /// Its text, on one line.
    pub title: String,
    /// Nesting, 0 for the outermost.
    pub level: u8,
    /// 1-based page it points to.
    pub page: u32,
}

impl Report {
    /// Pages whose text can be found by a search.
    pub fn pages_searchable(&self) -> u32 {
        let searchable = self.pages.iter().filter(|page| page.status.is_searchable()).count();
        u32::try_from(searchable).unwrap_or(u32::MAX)
    }
}
