//! What a worker is told, and what it works with.

use crate::ingest::IngestOptions;
use crate::queue::{Pace, PageEngine};
use crate::report::{Reason, Report, ReportId};
use crate::store::{Location, ServiceStore, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// When a worker ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ends {
    /// It does not.
    #[default]
    Never,
    /// When no file waits and none is being read.
    WhenNothingIsLeft,
}

/// How a worker works.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// How files are read; its paths do not matter.
    pub read: IngestOptions,
    /// What the worker is called in the queue and among the connections of its database.
    pub name: String,
    /// When it ends.
    pub ends: Ends,
    /// How long others leave its files to a worker that says nothing.
    pub lease: Duration,
    /// The times of publishing.
    pub pace: Pace,
    /// Reports of each publishing thread that are on their way at once.
    pub in_flight: usize,
    /// What of the reports that are on their way may be finished after the worker was told to stop.
    pub grace: Duration,
    /// The longest pause after something could not be reached.
    pub longest_pause: Duration,
    /// How long a revision is left in the engine that searches do not show any more, and how often one is looked for.
    pub purge: Duration,
}

impl FleetOptions {
    /// Those that suit a worker of this name.
    pub fn new(read: IngestOptions, name: String) -> FleetOptions {
        FleetOptions {
            read,
            name,
            ends: Ends::default(),
            lease: Duration::from_secs(60),
            pace: Pace::default(),
            in_flight: 64,
            grace: Duration::from_secs(30),
            longest_pause: Duration::from_secs(30),
            purge: Duration::from_secs(3_600),
        }
    }

    /// Threads that read.
    pub(super) fn jobs(&self) -> usize {
        match self.read.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        }
    }
}

/// Where the reports of a library go.
pub trait Shelf: Sync {
    /// A document of the engine.
    type Document: Send;
    /// What finds the documents.
    fn engine(&self) -> &dyn PageEngine<Page = Self::Document>;
    /// The bytes of a file that does not lie in a folder but in a store of objects, at most so many; `None` if it does not.
    fn fetch(&self, _place: &str, _most: u64) -> Option<Result<Vec<u8>, (Reason, String)>> {
        None
    }
    /// The documents of a report as persons have corrected it, with what they say that it is about; `file` is its file as
    /// it is shown.
    fn documents(&self, report: &Report, file: &str, tags: &[String]) -> Vec<Self::Document>;
    /// What persons say about reports, and what files that were handed over are called; `None` where nobody can say
    /// anything.
    fn service(&self) -> Option<&ServiceStore> {
        None
    }
    /// A report of the library as it is stored; `None` if it is not there, or cannot be read any more.
    fn stored(&self, id: ReportId) -> Result<Option<Stored>, StoreError>;
    /// Keeps the record of a report's texts and boxes; it is durable when its place is given.
    fn keep(&self, record: Vec<u8>) -> Result<Location, StoreError>;
    /// What decides the documents besides the bytes of the file and what persons say: see
    /// [`crate::queue::Revision::edition`].
    fn edition(&self) -> String;
}

/// A report as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// As it was read, by whatever version of the program.
    pub report: Report,
    /// Where its texts are.
    pub texts: Location,
    /// Its file as it is shown.
    pub file: String,
}

/// What a worker did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Worked {
    /// Reports made searchable.
    pub indexed: u64,
    /// Of these, those read in part.
    pub partial: u64,
    /// Reports published again as persons have corrected them.
    pub corrected: u64,
    /// Files whose report was searchable already.
    pub known: u64,
    /// Files that cannot be read, by reason code.
    pub failed: BTreeMap<String, u64>,
    /// Files left to whoever takes them next.
    pub given_back: u64,
    /// Files that another worker had taken meanwhile.
    pub lost: u64,
    /// Pages of what was made searchable.
    pub pages: u64,
    /// Bytes of PDF read.
    pub bytes: u64,
    /// Revisions of which the engine was found to have nothing left.
    pub purged: u64,
    /// Whether it was told to stop.
    pub interrupted: bool,
}
