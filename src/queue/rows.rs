//! What the tables hold: files to be read, and revisions of reports.

use crate::queue::{RevisionId, Token};
use crate::report::ReportId;
use crate::store::{FileRow, Location, ReportFacts};

/// Milliseconds since 1970 by the clock of the database.
pub type Millis = i64;

/// A file as it is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it lies: a path, or the key of an object.
    pub place: Vec<u8>,
    /// What its place says of its bytes without reading them: size and time of change, or an ETag. Another version is
    /// read again.
    pub version: String,
    /// Its size.
    pub bytes: u64,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// To be read.
    Waiting,
    /// A worker has it.
    Leased,
    /// Read, and its report is live.
    Done,
    /// It cannot be read.
    Failed,
}

/// A file of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it lies, and in which version.
    pub source: Source,
    /// Where it stands.
    pub state: State,
    /// When it may be leased: from then on if it waits, and if it is leased by then, its worker is lost.
    pub due: Millis,
    /// The last lease it was under; it holds while `state` is [`State::Leased`].
    pub lease: Option<Token>,
    /// Who took the last lease.
    pub worker: Option<String>,
    /// Workers lost over this version.
    pub losses: u32,
    /// Times that this version was given back in a row.
    pub returns: u32,
    /// The report that it last was.
    pub report: Option<ReportId>,
    /// Whether its bytes are others than when it was that report.
    pub is_replaced: bool,
    /// Whether its report is to be published again from what is stored of it, as persons say something else about it; the
    /// file need not be read. If there is a reason besides, the file had failed before, and has failed again afterwards.
    pub is_corrected: bool,
    /// Why it failed: a stable code.
    pub reason: Option<String>,
    /// More about it, for people.
    pub detail: String,
}

/// Where a revision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RevisionState {
    /// Its pages are being sent.
    Writing,
    /// Searches show it.
    Live,
    /// Searches must not show it; to be deleted.
    Retired,
    /// The engine was told to delete it.
    Purging,
}

/// One attempt at a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its name, which its pages carry.
    pub id: RevisionId,
    /// The report.
    pub report: ReportId,
    /// The file it was read from.
    pub place: Vec<u8>,
    /// What besides the bytes decides what is written: the versions of reader and analyzer, and what persons have
    /// corrected. A report that is live in the same edition is not written again.
    pub edition: String,
    /// Pages that it has.
    pub pages: u32,
    /// Where it stands.
    pub state: RevisionState,
    /// Since when.
    pub since: Millis,
}

/// What was read from a file, for the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The file; its path is what the queue calls its place, and whether it is a copy the queue knows.
    pub file: FileRow,
    /// Its report.
    pub facts: ReportFacts,
    /// Where the report's texts are; durable before the file is finished.
    pub texts: Location,
}

impl State {
    /// As it is kept.
    pub(super) fn code(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Leased => "leased",
            State::Done => "done",
            State::Failed => "failed",
        }
    }

    /// The one kept under a code.
    pub(super) fn of_code(code: &str) -> Option<State> {
        [State::Waiting, State::Leased, State::Done, State::Failed].into_iter().find(|state| state.code() == code)
    }
}

impl RevisionState {
    /// As it is kept.
    pub(super) fn code(self) -> &'static str {
        match self {
            RevisionState::Writing => "writing",
            RevisionState::Live => "live",
            RevisionState::Retired => "retired",
            RevisionState::Purging => "purging",
        }
    }

    /// The one kept under a code.
    pub(super) fn of_code(code: &str) -> Option<RevisionState> {
        let all = [RevisionState::Writing, RevisionState::Live, RevisionState::Retired, RevisionState::Purging];
        all.into_iter().find(|state| state.code() == code)
    }
}

impl Item {
    /// A file never seen before.
    pub(super) fn new(source: Source, now: Millis) -> Item {
        Item {
            source,
            state: State::Waiting,
            due: now,
            lease: None,
            worker: None,
            losses: 0,
            returns: 0,
            report: None,
            is_replaced: false,
            is_corrected: false,
            reason: None,
            detail: String::new(),
        }
    }

    /// The same place with other bytes.
    pub(super) fn replaced(self, source: Source, now: Millis) -> Item {
        Item { report: self.report, is_replaced: self.report.is_some(), ..Item::new(source, now) }
    }

    /// One that failed, to be read again.
    pub(super) fn tried_again(self, now: Millis) -> Item {
        let (losses, returns, is_corrected, reason, detail) = (0, 0, false, None, String::new());
        Item { state: State::Waiting, due: now, losses, returns, is_corrected, reason, detail, ..self }
    }

    /// Whether a lease holds it.
    pub(super) fn is_held_by(&self, lease: &Token) -> bool {
        self.state == State::Leased && self.lease.as_ref() == Some(lease)
    }
}
