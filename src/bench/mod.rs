//! The built-in measurements: what an ingest costs, how well searches rank, judged by people, and how fast they are.
//!
//! * [`cost`]: files through the whole program → time, processor time, memory, room on disk, by stage and by part.
//! * [`quality`]: a judged collection through the whole pipeline → nDCG, recall, MRR, MAP, and the same for pages.
//! * [`growth`]: the same for libraries of more and more pages, made of the text of one.
//! * [`mod@bars`]: what the figures are to keep to.
//! * [`speed`]: a mix of queries on a library, which can be made larger than it is → percentiles, throughput, disk use.
//!
//! Everything is measured through the doors that users come through: real PDFs, [`crate::ingest`], [`crate::search`].
//!
//! **Invariant:** prints nothing; returns plain figures.

pub mod bars;
mod collection;
mod corpus;
pub mod cost;
pub mod growth;
mod library_size;
mod machine;
mod made_reports;
pub mod mix;
mod once;
mod page_scores;
pub mod quality;
mod record_pdf;
mod scores;
pub mod speed;
mod statistics;

pub use collection::{Collection, CollectionError, Documents, Question, document_name};
pub use corpus::Corpus;
pub use library_size::{DiskPerPage, LibrarySize};
pub use machine::Machine;
pub use mix::Kind;
pub use once::{Once, Task, extract_all, observed};
pub use page_scores::{PageAnswer, PageScores};
pub use record_pdf::record_pdf;
pub use scores::Scores;
pub use statistics::Statistic;

use crate::index::IndexError;
use crate::ingest::IngestError;
use crate::search::SearchError;
use crate::store::StoreError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a measurement gave no figures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The collection cannot be used.
    #[error(transparent)]
    Collection(#[from] CollectionError),
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The ingest stopped.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A search gave no answer.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A file of the measurement itself cannot be made.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// A verb: create, write, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// The folder to keep the library in has something in it already.
    #[error("`{}` is not empty; name a new folder to keep the library in", .0.display())]
    KeepNotEmpty(PathBuf),
    /// There is nothing to search.
    #[error("no page of `{}` has text to search", .0.display())]
    NoText(PathBuf),
    /// There is nothing to read.
    #[error("no PDF under the paths has a page that can be read")]
    NoPages,
    /// A process that was to do one run failed.
    #[error("a run failed: {0}")]
    Run(String),
    /// It was interrupted before the end.
    #[error("interrupted; there are no figures")]
    Interrupted,
}

impl BenchError {
    /// Names the file that could not be made; for `map_err`.
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BenchError {
        let path = path.to_owned();
        move |source| BenchError::Io { action, path, source }
    }
}

/// Takes a folder that must be new or empty: reports of an earlier run would be found as well.
fn claim(room: &Path) -> Result<(), BenchError> {
    std::fs::create_dir_all(room).map_err(BenchError::io("create", room))?;
    let mut entries = std::fs::read_dir(room).map_err(BenchError::io("list", room))?;
    if entries.next().is_some() { Err(BenchError::KeepNotEmpty(room.to_owned())) } else { Ok(()) }
}
