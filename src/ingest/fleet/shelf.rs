//! Where workers put what they read: documents into Quickwit, texts and boxes into segments that all machines see.

use super::options::{Shelf, Stored};
use crate::extract::READER_VERSION;
use crate::objects::{ObjectError, Place};
use crate::queue::PageEngine;
use crate::quickwit::{Document, QuickwitIndexes, documents};
use crate::report::{Reason, Report, ReportId};
use crate::store::shared::{Segments, is_mounted};
use crate::store::{Library, Location, ServiceStore, StoreError};
use std::sync::Arc;

/// The generation of the indexes that this version of the program writes and reads, raised with their fields.
pub const GENERATION: u64 = 1;

/// The shelf of a library that outgrows one machine.
#[derive(Debug)]
pub struct ClusterShelf {
    /// The indexes.
    pub indexes: QuickwitIndexes,
    /// The segments that this process writes.
    pub segments: Segments,
    /// Where files lie that were handed over.
    pub place: Arc<Place>,
    /// What others have published.
    pub library: Library,
    /// What persons say about reports.
    pub service: ServiceStore,
}

impl Shelf for ClusterShelf {
    type Document = Document;

    fn engine(&self) -> &dyn PageEngine<Page = Document> {
        &self.indexes
    }

    fn fetch(&self, place: &str, most: u64) -> Option<Result<Vec<u8>, (Reason, String)>> {
        let Place::Bucket(bucket) = &*self.place else { return None };
        let bytes = bucket.read_whole(bucket.key_of(place)?, None, most);
        Some(bytes.map_err(|error| {
            let reason =
                if matches!(error, ObjectError::TooLarge { .. }) { Reason::TooLarge } else { Reason::Unreadable };
            (reason, error.to_string())
        }))
    }

    fn documents(&self, report: &Report, file: &str, tags: &[String]) -> Vec<Document> {
        documents(report, file, tags, GENERATION)
    }

    fn service(&self) -> Option<&ServiceStore> {
        Some(&self.service)
    }

    fn stored(&self, id: ReportId) -> Result<Option<Stored>, StoreError> {
        let Some(row) = self.library.catalogue().report(id)? else { return Ok(None) };
        match self.library.texts().load(row.location) {
            Ok(report) if report.id == id => {
                Ok(Some(Stored { report, texts: row.location, file: row.shown_file().into_owned() }))
            }
            Ok(_) => Ok(None),
            Err(StoreError::Damaged { path, detail }) => {
                tracing::warn!(%id, path = %path.display(), detail, "a stored text is damaged");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn keep(&self, record: Vec<u8>) -> Result<Location, StoreError> {
        self.check_mounted()?;
        let locations = self.segments.append_records(&[record])?;
        locations
            .into_iter()
            .next()
            .ok_or_else(|| StoreError::Damaged { path: "text".into(), detail: "a record was kept nowhere".to_owned() })
    }

    fn edition(&self) -> String {
        format!("{READER_VERSION}.{GENERATION}")
    }
}

impl ClusterShelf {
    /// Refuses to write into the empty folder over which the storage of a library is to be mounted: nobody else would
    /// ever see it.
    fn check_mounted(&self) -> Result<(), StoreError> {
        let Place::Folder(folder) = &*self.place else { return Ok(()) };
        if is_mounted(folder) || self.library.catalogue().reports(0, 1)?.is_empty() {
            return Ok(());
        }
        let (object, detail) = (folder.display().to_string(), "it has no texts; is it mounted?".to_owned());
        Err(ObjectError::Unavailable { object, detail }.into())
    }
}
