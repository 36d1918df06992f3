//! The text store of many machines: immutable segments in a shared folder or a bucket, each written by one process.
//!
//! A segment has a random number and so a name that nobody else draws, which takes no agreement between the writers. In a
//! folder a process appends to its own segment until it is full, and goes on with another after any failure; in a bucket,
//! where nothing can be appended to, what is written at once is an object. A report's texts are durable before their
//! location is given, and readers read only what a location names, so what a killed process leaves behind (part of a
//! record at the end of its segment, an object that nobody names) is never looked at.

mod cache;
mod library;
mod originals;
mod reading;
#[cfg(test)]
mod tests;

pub use library::SharedParts;

pub(super) use originals::FetchedOriginals;
pub(super) use reading::SharedSegments;

use super::segments::{self, SEGMENT_BYTES, Tail, locked};
use crate::objects::{ObjectError, Place};
use crate::report::Report;
use crate::store::{Location, StoreError, TextStore};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Numbers drawn before it is given up to find one that is free; one is enough but for a defect.
const DRAWS: u32 = 8;

impl TextStore {
    /// The reading side, which any number of processes may have: nothing of it is on this machine but at most so many
    /// bytes of records in memory.
    pub fn shared(place: Arc<Place>, kept_bytes: u64) -> TextStore {
        TextStore::of(segments::Segments::Shared(SharedSegments::new(place, kept_bytes)))
    }

    /// Says that these records are about to be read. Of a bucket, whose answers take long and which gives many at once,
    /// they are asked for now, side by side; what cannot be had is told when it is read.
    pub fn fetch_ahead(&self, locations: &[Location]) {
        if let segments::Segments::Shared(shared) = &self.segments {
            shared.fetch_ahead(locations);
        }
    }
}

/// The writing side, for one process; can be shared between its threads.
#[derive(Debug)]
pub struct Segments {
    place: Arc<Place>,
    segment_bytes: u64,
    /// The segment of this process in a folder.
    tail: Mutex<Option<Tail>>,
}

impl Segments {
    /// Segments in this place; nothing is written yet.
    pub fn new(place: Arc<Place>) -> Segments {
        Segments { place, segment_bytes: SEGMENT_BYTES, tail: Mutex::new(None) }
    }

    /// Appends a report's page texts and word boxes; durable when it returns.
    pub fn append(&self, report: &Report) -> Result<Location, StoreError> {
        let locations = self.append_records(&[TextStore::encode(report)])?;
        Ok(locations.into_iter().next().unwrap_or_else(|| unreachable!("a record has a location")))
    }

    /// Appends records of [`TextStore::encode`], all of them in one request or one sync; durable when it returns.
    pub fn append_records(&self, records: &[Vec<u8>]) -> Result<Vec<Location>, StoreError> {
        match &*self.place {
            Place::Folder(folder) => self.append_to_tail(folder, records),
            Place::Bucket(bucket) => {
                let bytes = records.concat();
                let segment =
                    drawn(|number| bucket.create(&name(number), &bytes).map(|()| number).map_err(StoreError::from))?;
                let mut offset = 0;
                let located = records.iter().map(|record| {
                    let location = Location { segment, offset, length: record.len() as u64 };
                    offset += location.length;
                    location
                });
                Ok(located.collect())
            }
        }
    }

    fn append_to_tail(&self, folder: &Path, records: &[Vec<u8>]) -> Result<Vec<Location>, StoreError> {
        let mut place = locked(&self.tail);
        // What a failed write or sync has left of a segment is not relied on: it is put back only when all went well.
        let tail = place.take().filter(|tail| tail.length < self.segment_bytes);
        let mut tail = match tail {
            Some(tail) => tail,
            None => drawn(|number| Tail::create(folder.join(name(number)), number))?,
        };
        let locations = records.iter().map(|record| tail.append(record)).collect::<Result<_, _>>()?;
        tail.sync()?;
        *place = Some(tail);
        Ok(locations)
    }
}

/// Creates something under a number that nobody has.
fn drawn<T>(create: impl Fn(u64) -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut draws = 0;
    loop {
        draws += 1;
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        // Databases have signed numbers.
        match create(u64::from_le_bytes(bytes) >> 1) {
            Err(error) if draws < DRAWS && is_taken(&error) => {}
            other => return other,
        }
    }
}

fn is_taken(error: &StoreError) -> bool {
    match error {
        StoreError::Io { source, .. } => source.kind() == ErrorKind::AlreadyExists,
        StoreError::Object(ObjectError::Exists { .. }) => true,
        _ => false,
    }
}

/// Whether a folder that holds texts is there with them: where it is not mounted, there is an empty one or none.
pub fn is_mounted(folder: &Path) -> bool {
    folder.join("text").is_dir()
}

/// The name of a segment: folders hold some hundreds or thousands of them.
fn name(number: u64) -> String {
    format!("text/{:02x}/{number:016x}.pages", number >> 55)
}
