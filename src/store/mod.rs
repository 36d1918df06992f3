//! What is kept: the catalogue of files and reports, and the text store with every page's text and word boxes.
//!
//! ```text
//! DATA/LOCK                  held by the one writer: pid and start time inside
//! DATA/catalogue.sqlite      files, reports, page statuses, outcomes, places of texts
//! DATA/service.sqlite       what a service keeps of its own: keys, accounts, jobs, counts of readings, names of uploads;
//!                            what persons say about reports (of a library on many machines in its database)
//! DATA/uploads/              files that clients handed over, by hash
//! DATA/text/000001.pages     append-only segments of page texts and word boxes, checksummed
//! DATA/CURRENT               the live generation's name
//! DATA/gen-000001/           the live tantivy index (see [`crate::index`])
//! ```
//!
//! Truth is the PDFs, the text store, the catalogue and what persons say; the index can be made again from them.

mod advances;
mod block;
mod catalogue;
mod corrected;
mod current;
mod disk;
mod disk_use;
mod error;
mod frame;
mod geometry;
mod head;
mod library;
mod lock;
mod page_list;
#[cfg(feature = "cluster")]
pub(crate) mod postgres;
mod record;
mod repair;
mod rows;
mod scan;
mod segments;
mod service;
#[cfg(feature = "cluster")]
pub mod shared;
mod snapshot;
mod sqlite;
mod texts;
mod unfinished;
mod varint;

pub use catalogue::Catalogue;
pub(crate) use catalogue::seconds_now;
pub use disk_use::DiskUse;
pub use error::StoreError;
pub use library::Library;
pub use page_list::PageList;
#[cfg(feature = "cluster")]
pub use postgres::DatabaseError;
#[cfg(all(test, feature = "cluster"))]
pub(crate) use postgres::server::Server as DatabaseServer;
pub use repair::Repaired;
#[cfg(feature = "cluster")]
pub use rows::SketchesNear;
#[cfg(feature = "cluster")]
pub(crate) use rows::paths_below;
pub use rows::{Change, Coverage, FileRow, ReportFacts, ReportRow};
pub use service::{
    Account, AccountChange, AccountRow, BlockedAuthor, CommentPlace, CommentRow, CommentRules, CommentState, Edit,
    HandedFile, INVITATION_TIME, JobRow, JobState, KeyRow, LastAdmin, MAX_KEY_NAME, Mark, Moderation, ModerationAction,
    ModerationRow, NAME_LENGTH, NameError, NewComment, NewTicket, NotTaken, OpenTicket, PASSWORD_LONGEST,
    PASSWORD_SHORTEST, PasswordError, RESET_TIME, Receipt, Registered, Role, SESSION_IDLE, SESSION_LONGEST, Scope,
    ServiceStore, SidecarChange, SidecarRow, SoughtWords, Ticket, TicketPurpose, UploadRow, Viewer, account_name,
    check_password, folded_name, hash_password, is_password, is_reserved, key_name,
};
pub use snapshot::Snapshot;
#[cfg(all(test, feature = "cluster"))]
pub(crate) use texts::tests::report as report_of_texts;
pub use texts::{OpenedPage, TextStore};
pub use unfinished::Unfinished;

use crate::report::{About, OutlineEntry, PageStatus, Quad, Reason, ReportId, Span, Statements, WordBox};
use serde::{Deserialize, Serialize};

/// Where a report's record lies in the text store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Number of the segment file.
    pub segment: u64,
    /// Byte offset of the record in it.
    pub offset: u64,
    /// Length of the record in bytes.
    pub length: u64,
}

/// Everything about a stored report but the texts of its pages, which are decompressed one block at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredReport {
    /// Its identity.
    pub id: ReportId,
    /// Size of the PDF in bytes.
    pub size: u64,
    /// What it says about itself.
    pub about: About,
    /// Its abstract and recommendations.
    pub statements: Statements,
    /// Bookmarks or headings.
    pub outline: Vec<OutlineEntry>,
    /// Why it was read only in part, if it was.
    pub partial: Option<Reason>,
    /// Its pages without their texts.
    pub pages: Vec<PageSummary>,
}

/// A stored page without its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageSummary {
    /// See [`crate::report::Page::label`].
    pub label: Option<String>,
    /// Displayed size in points.
    pub width: f32,
    /// Displayed size in points.
    pub height: f32,
    /// What became of it.
    pub status: PageStatus,
    /// See [`crate::report::Page::language`].
    pub language: Option<String>,
    /// See [`crate::report::Page::section`].
    pub section: Option<String>,
}

/// A stored page's text and the places of its words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredPage {
    /// See [`crate::report::Page::text`].
    pub text: String,
    /// See [`crate::report::Page::words`].
    pub words: Vec<WordBox>,
    /// See [`crate::report::Page::furniture`].
    pub furniture: Vec<Span>,
    /// See [`crate::report::Page::headings`].
    pub headings: Vec<Span>,
}

/// A stored page's text alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredText {
    /// See [`crate::report::Page::text`].
    pub text: String,
    /// See [`crate::report::Page::furniture`].
    pub furniture: Vec<Span>,
}

impl StoredPage {
    /// The boxes of the words that share a byte with any of `spans` (rising), each once.
    pub fn quads(&self, spans: &[Span]) -> Vec<Quad> {
        quads_of(&self.words, spans)
    }
}

fn quads_of(words: &[WordBox], spans: &[Span]) -> Vec<Quad> {
    let mut quads = Vec::with_capacity(spans.len());
    let mut next = 0;
    for span in spans {
        let first = words.partition_point(|word| word.span.end <= span.start).max(next);
        let found = words[first..].iter().take_while(|word| word.span.start < span.end);
        let before = quads.len();
        quads.extend(found.map(|word| word.quad));
        next = first + quads.len() - before;
    }
    quads
}
