//! The analyzer and the tantivy index.
//!
//! # Decision: one document a report, positions running through its pages
//!
//! Membership (AND, NOT, phrases, also across a page break), counts and facets are then the engine's own and exact;
//! the pages that show why come from the postings' positions of the reports shown, cut at the first position of each
//! page, which every document carries. The index holds words as printed (folded), not stems: a query word is expanded
//! against the term dictionary to the words that share its stem, so exact and stemmed live in one field, highlighting
//! knows the words, and a new stemmer needs no rebuild.
//!
//! Documents are few (a library of 100,000 pages has some 2,000), so the engine's part is small: on 10,000 generated
//! pages finding and counting takes 0.2 ms, expanding words 0.05 ms, and reading the positions of the hundred best
//! reports 1.5–4 ms; texts and passages of the pages shown cost more than the search.
//!
//! # Fields
//!
//! | field | content | position means |
//! |---|---|---|
//! | `key` | report id, 32 hex digits | – |
//! | `body` | words of all pages in order, furniture left out | token number from the report's start |
//! | `title` `author` `subject` `tag` `file` | words | token number, a gap between names, tags and path components |
//! | `heading` | words of headings within pages | – (frequencies only) |
//! | `statement` | words of the abstract and the recommendations | – (frequencies only) |
//! | `furniture` | distinct words of running heads and folios | – |
//! | `accented` | distinct words of pages and title that folding changes, in lower case with their accents | – |
//! | `section` | words of the section path of each page | **1-based page number** |
//! | `language` `author_name` `author_key` `tag_name` `tag_key` `year` `date` `pages` `title_sort` `section_name` `section_key` | exact, fast, for filters, facets, order | – |
//! | `sketch` | bytes, fast: the text in brief, to tell near-copies; none for too little text | – |
//! | `page_starts` | bytes, fast: for each page the number of body tokens on it, and whether it is one of contents | – |

pub mod analyzer;

mod check;
mod commit_files;
mod document;
mod generation;
mod page_starts;
mod reader;
mod reading_directory;
mod schema;
mod seals;
mod sections;
mod sketch;
mod tokens;
mod writer;
mod writing_directory;

pub use check::{IndexedReport, check};
pub use commit_files::{CommitFile, commit_files};
pub use document::{ReportDocument, folded};
#[cfg(feature = "cluster")]
pub(crate) use document::{date_numbers, languages};
pub use page_starts::PageStarts;
pub use reader::{IndexReader, Snapshot};
pub use schema::{Fields, SCHEMA_VERSION};
pub use sections::section_key;
#[cfg(feature = "cluster")]
pub(crate) use sections::section_names;
pub use sketch::Sketch;
pub use writer::IndexWriter;

/// A failure of the index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The engine failed.
    #[error("index: {0}")]
    Engine(#[from] tantivy::TantivyError),
    /// The index was made by another version of the analyzer or schema.
    #[error("the index was made by another version of Recto; `recto rebuild` makes it again from the stored text")]
    OtherVersion,
    /// A file of the index is missing or does not match its checksum.
    #[error("`{}` is damaged; `recto rebuild` makes the index again from the stored text", path.display())]
    Damaged {
        /// The file, or the generation's directory.
        path: std::path::PathBuf,
    },
    /// The operating system refused.
    #[error("index: {0}")]
    Io(#[from] std::io::Error),
}

impl IndexError {
    /// Whether there was no room on the disk.
    pub fn is_disk_full(&self) -> bool {
        use tantivy::TantivyError;
        use tantivy::directory::error::{LockError, OpenWriteError};
        let error = match self {
            IndexError::Io(error) => error,
            IndexError::Engine(
                TantivyError::IoError(error)
                | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: error, .. })
                | TantivyError::LockFailure(LockError::IoError(error), _),
            ) => error.as_ref(),
            _ => return false,
        };
        error.kind() == std::io::ErrorKind::StorageFull
    }
}
