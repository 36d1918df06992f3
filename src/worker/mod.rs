//! Reading and drawing PDFs in processes of their own, which may hang, bloat or die without harm to anything else.
//!
//! ```text
//! ingesting thread                          worker: the same program, `recto reader`
//!  take an idle worker or start one          limits → no new privileges → Landlock → seccomp
//!  bytes ──────────── shared memory ──────▶  seen, never written to
//!  request: options, name ── socket ──────▶  read, lay out, compose, encode
//!  poll to a deadline ◀───── frames ───────  page n begins … record | failure
//! ```
//!
//! A worker gets bytes, never paths, and has no right to open, connect, or start anything. What comes back is not
//! trusted: frames are bounded, the record is decoded with its checksums, and its identity must be that of the bytes.
//!
//! Pages are drawn in the same way: the file is shown once, pictures come back page by page.
//!
//! A worker that dies on a page says nothing more, so the file is read again by a fresh one without that page: what
//! stands before it is kept, and what stands after it, too.

mod child;
mod failure;
mod faults;
mod frame;
mod memory;
mod pictures;
mod pool;
mod process;
mod request;
mod sandbox;
mod shared;

pub use child::run;
pub use memory::{Shortage, shortage};
pub use pool::{WorkerCounts, WorkerPool};
pub use sandbox::Enforcement;

use crate::clock::{Stage, within};
use crate::extract::ExtractError;
use crate::report::Report;
use crate::store::TextStore;

/// A report with the record that the text store keeps of it.
#[derive(Debug)]
pub struct Reading {
    /// The report; without word boxes if a worker read it.
    pub report: Report,
    /// Its record, boxes included.
    pub record: Vec<u8>,
    /// Pages with something on them whose text could not be recognised.
    pub unrecognised: u32,
}

impl Reading {
    /// Of a report read in this process.
    pub fn of(report: Report) -> Reading {
        let record = within(Stage::Store, || TextStore::encode(&report));
        Reading { report, record, unrecognised: 0 }
    }
}

/// What reading a file gives.
pub type Read = Result<Reading, ExtractError>;
