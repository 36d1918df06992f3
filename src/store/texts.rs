//! The text store: append-only segments of reports' page texts and word boxes, compressed in blocks of a few pages.

use crate::report::Report;
use crate::store::{Location, StoreError, StoredPage, StoredReport};
use std::sync::Arc;

/// Page texts and word boxes; can be shared between threads.
#[derive(Debug)]
pub struct TextStore {}

impl TextStore {
    /// Compresses a report into a record; done by the extracting threads.
    pub fn encode(report: &Report) -> Vec<u8> {
        let _ = report;
        unimplemented!()
    }

    /// Appends an encoded record (writer only); durable after [`TextStore::sync`].
    pub fn append(&self, record: &[u8]) -> Result<Location, StoreError> {
        let _ = record;
        unimplemented!()
    }

    /// Makes all appended records survive power loss.
    pub fn sync(&self) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// A report without its page texts.
    pub fn report(&self, location: Location) -> Result<Arc<StoredReport>, StoreError> {
        let _ = location;
        unimplemented!()
    }

    /// Pages of a report by 1-based number, in the order asked for; numbers out of range give empty pages.
    pub fn pages(&self, location: Location, numbers: &[u32]) -> Result<Vec<StoredPage>, StoreError> {
        let _ = (location, numbers);
        unimplemented!()
    }
}
