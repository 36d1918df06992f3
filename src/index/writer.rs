//! Reports → the tantivy index: analysis in the extracting threads, one engine writer, commits by volume and time.

use crate::index::IndexError;
use crate::report::{Report, ReportId};
use std::path::Path;

/// A report analyzed into the fields of the index; made by the extracting threads.
#[derive(Debug)]
pub struct ReportDocument {}

impl ReportDocument {
    /// Analyzes a report. `file` is the path shown and searched by `file:`.
    pub fn new(report: &Report, file: &str) -> ReportDocument {
        let _ = (report, file);
        unimplemented!()
    }
}

/// The one writer of a generation.
#[derive(Debug)]
pub struct IndexWriter {}

impl IndexWriter {
    /// Opens or creates the index of a generation. `jobs` is the number of extracting threads, to size the engine's.
    pub fn open(directory: &Path, jobs: usize) -> Result<IndexWriter, IndexError> {
        let _ = (directory, jobs);
        unimplemented!()
    }

    /// Adds a report, replacing one with the same id, atomically. Searchable after [`IndexWriter::commit`].
    pub fn upsert(&self, document: ReportDocument) -> Result<(), IndexError> {
        let _ = document;
        unimplemented!()
    }

    /// Removes a report.
    pub fn delete(&self, id: ReportId) -> Result<(), IndexError> {
        let _ = id;
        unimplemented!()
    }

    /// Makes everything since the last commit searchable and durable (the directory is synced as well).
    pub fn commit(&mut self) -> Result<(), IndexError> {
        unimplemented!()
    }

    /// Commits and waits for merges.
    pub fn finish(self) -> Result<(), IndexError> {
        unimplemented!()
    }
}
