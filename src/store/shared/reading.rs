//! Reading records that lie in a shared folder or a bucket.

use super::cache::Cache;
use super::{is_mounted, name};
use crate::objects::{Bucket, ObjectError, Place};
use crate::store::segments::{locked, read_at};
use crate::store::{Location, StoreError};
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Files kept open.
const OPEN_FILES: u64 = 256;
/// Records up to this many bytes are asked for whole: a search reads several parts of a report one after the other, and
/// each would take as long as all of it.
const WHOLE: u64 = 1 << 20;
/// Records asked for side by side for one search.
const AT_ONCE: usize = 16;

/// Records by segment and offset.
type Records = Cache<(u64, u64), Arc<[u8]>>;

/// The segments of a shared place, as readers see them; can be shared between threads.
#[derive(Debug)]
pub(in crate::store) struct SharedSegments {
    place: Arc<Place>,
    files: Mutex<Cache<u64, Arc<File>>>,
    records: Mutex<Records>,
}

impl SharedSegments {
    /// Segments in this place, of which records of at most so many bytes are kept in memory.
    pub(in crate::store) fn new(place: Arc<Place>, kept_bytes: u64) -> SharedSegments {
        SharedSegments { place, files: Mutex::new(Cache::new(OPEN_FILES)), records: Mutex::new(Cache::new(kept_bytes)) }
    }

    /// Reads a range of a record; `None` if its segment ends before.
    pub(in crate::store) fn read(&self, location: Location, range: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        match &*self.place {
            Place::Folder(folder) => self.read_file(folder, location, range),
            Place::Bucket(bucket) if location.length <= WHOLE => {
                let Some(record) = self.record(bucket, location)? else { return Ok(None) };
                Ok(record.get(range.start as usize..range.end as usize).map(<[u8]>::to_vec))
            }
            Place::Bucket(bucket) => read_object(bucket, location, range),
        }
    }

    /// Asks a bucket for those of these records that are not at hand, several at a time.
    pub(in crate::store) fn fetch_ahead(&self, locations: &[Location]) {
        let Place::Bucket(bucket) = &*self.place else { return };
        let is_missing = |location: &&Location| {
            let key = (location.segment, location.offset);
            location.length <= WHOLE && locked(&self.records).get(&key).is_none()
        };
        let missing: Vec<Location> = locations.iter().filter(is_missing).copied().collect();
        if missing.len() < 2 {
            return;
        }
        let next = AtomicUsize::new(0);
        let fetch = || {
            while let Some(location) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(error) = self.record(bucket, *location) {
                    tracing::debug!(%error, "a record was not had ahead of its reading");
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..missing.len().min(AT_ONCE) {
                // Without a thread what is left is asked for as it is read.
                let thread = std::thread::Builder::new().name("fetch".to_owned());
                _ = thread.spawn_scoped(scope, fetch);
            }
        });
    }

    /// See `store::segments::Segments::forget`.
    pub(in crate::store) fn forget(&self, location: Location) -> bool {
        locked(&self.files).remove(&location.segment);
        locked(&self.records).remove(&(location.segment, location.offset));
        true
    }

    /// Where a segment is, for people.
    pub(in crate::store) fn shown(&self, number: u64) -> PathBuf {
        match &*self.place {
            Place::Folder(folder) => folder.join(name(number)),
            Place::Bucket(bucket) => PathBuf::from(bucket.shown(&name(number))),
        }
    }

    fn read_file(&self, folder: &Path, location: Location, range: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        let path = folder.join(name(location.segment));
        let (start, length) = (location.offset + range.start, range.end - range.start);
        let kept = locked(&self.files).get(&location.segment);
        if let Some(file) = kept
            && let Ok(Some(bytes)) = read_at(&file, start, length)
        {
            return Ok(Some(bytes));
        }
        // It has grown since it was opened, which a network file system shows when it is opened again; or the folder was
        // mounted again since.
        locked(&self.files).remove(&location.segment);
        let file = Arc::new(File::open(&path).map_err(|error| not_read(folder, &path, &error))?);
        let bytes = read_at(&file, start, length).map_err(|error| not_read(folder, &path, &error))?;
        locked(&self.files).insert(location.segment, file, 1);
        Ok(bytes)
    }

    fn record(&self, bucket: &Bucket, location: Location) -> Result<Option<Arc<[u8]>>, StoreError> {
        let key = (location.segment, location.offset);
        let is_it = |record: &Arc<[u8]>| record.len() as u64 == location.length;
        if let Some(record) = locked(&self.records).get(&key).filter(is_it) {
            return Ok(Some(record));
        }
        let Some(bytes) = read_object(bucket, location, 0..location.length)? else { return Ok(None) };
        let record: Arc<[u8]> = bytes.into();
        locked(&self.records).insert(key, Arc::clone(&record), location.length);
        Ok(Some(record))
    }
}

/// Why a segment in a folder was not read. One that is missing among others is gone; of a folder without any, and of one
/// that cannot be read, nothing is known: it may not be mounted here.
fn not_read(folder: &Path, path: &Path, error: &std::io::Error) -> StoreError {
    if error.kind() == ErrorKind::NotFound && is_mounted(folder) {
        return StoreError::Damaged { path: path.to_owned(), detail: "it is gone".to_owned() };
    }
    ObjectError::Unavailable { object: path.display().to_string(), detail: error.to_string() }.into()
}

fn read_object(bucket: &Bucket, location: Location, range: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
    let object = name(location.segment);
    match bucket.read(&object, location.offset + range.start..location.offset + range.end) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ObjectError::Short { .. }) => Ok(None),
        Err(ObjectError::Absent { object }) => {
            Err(StoreError::Damaged { path: PathBuf::from(object), detail: "it is gone".to_owned() })
        }
        Err(error) => Err(error.into()),
    }
}
