//! Originals: PDFs in folders that are mounted on every machine, or in buckets; listed with their versions, and read in
//! the version that was listed or not at all.
//!
//! A place is an absolute path or the address of an object (`s3://bucket/key`). The version of a file is its size and the
//! time of its last change, that of an object its ETag.

mod folder;
#[cfg(test)]
mod tests;

use crate::objects::{Bucket, Listed, ObjectError, Place};
use crate::report::Reason;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A PDF as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Original {
    /// Where it lies: a path, or the address of an object.
    pub place: Vec<u8>,
    /// Another version has other bytes.
    pub version: String,
    /// Its size.
    pub bytes: u64,
}

/// What could not be listed. Nothing is known of what lies there: that it is not listed does not say that it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// A place, or where places would lie.
    pub place: Vec<u8>,
    /// Why, for people.
    pub detail: String,
}

/// Why an original was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It is not there, or may not be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is in another version by now.
    #[error("it has changed since it was listed")]
    Changed,
    /// It is larger than what is to be read.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// Where it lies cannot be reached now; another time, or on another machine, it may be.
    #[error("it cannot be reached: {0}")]
    Unavailable(String),
}

impl SourceError {
    /// What it says of the file; nothing if it says something of the way to it alone.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            SourceError::Unreadable(_) => Some(Reason::Unreadable),
            SourceError::Changed => Some(Reason::Changed),
            SourceError::TooLarge(_) => Some(Reason::TooLarge),
            SourceError::Unavailable(_) => None,
        }
    }
}

/// Where originals lie; can be shared between threads.
#[derive(Debug)]
pub struct Sources {
    places: Vec<Place>,
}

impl Sources {
    /// The originals in these places.
    pub fn new(places: Vec<Place>) -> Sources {
        Sources { places }
    }

    /// Calls `found` with what there is, some hundreds at a time; gives what could not be listed.
    pub fn list(&self, mut found: impl FnMut(Vec<Original>)) -> Vec<Missed> {
        let mut missed = Vec::new();
        for place in &self.places {
            match place {
                Place::Folder(folder) => folder::list(folder, &mut found, &mut missed),
                Place::Bucket(bucket) => missed.extend(list_bucket(bucket, &mut found).err()),
            }
        }
        missed
    }

    /// The bytes of an original in a version, or in whichever it is.
    pub fn read(&self, place: &[u8], version: Option<&str>, most: u64) -> Result<Vec<u8>, SourceError> {
        if let Some((bucket, key)) = self.object(place) {
            return Ok(bucket.read_whole(key, version, most)?);
        }
        let path = Path::new(OsStr::from_bytes(place));
        let is_within = |place: &Place| matches!(place, Place::Folder(folder) if folder::is_within(folder, path));
        if !self.places.iter().any(is_within) {
            return Err(SourceError::Unreadable("it lies in none of the places of originals".to_owned()));
        }
        folder::read(path, version, most)
    }

    /// The folders among the places.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.places.iter().filter_map(|place| match place {
            Place::Folder(folder) => Some(folder.as_path()),
            Place::Bucket(_) => None,
        })
    }

    /// Whether a place is an object of one of the buckets, and so nothing that can be opened.
    pub fn is_object(&self, place: &[u8]) -> bool {
        self.object(place).is_some()
    }

    fn object<'p>(&self, place: &'p [u8]) -> Option<(&Bucket, &'p str)> {
        let address = std::str::from_utf8(place).ok()?;
        self.places.iter().find_map(|place| match place {
            Place::Bucket(bucket) => Some((&**bucket, bucket.key_of(address)?)),
            Place::Folder(_) => None,
        })
    }
}

impl From<ObjectError> for SourceError {
    fn from(error: ObjectError) -> SourceError {
        match error {
            ObjectError::Changed { .. } => SourceError::Changed,
            ObjectError::TooLarge { most, .. } => SourceError::TooLarge(most),
            ObjectError::Absent { .. } | ObjectError::Short { .. } => SourceError::Unreadable(error.to_string()),
            // A store that refuses one is likely to refuse all: it says nothing of the file.
            _ => SourceError::Unavailable(error.to_string()),
        }
    }
}

fn list_bucket(bucket: &Bucket, found: &mut impl FnMut(Vec<Original>)) -> Result<(), Missed> {
    let original = |object: Listed| {
        let Listed { key, version, bytes } = object;
        is_pdf(&key).then(|| Original { place: bucket.shown(&key).into_bytes(), version, bytes })
    };
    let listed = bucket.list("", |objects| found(objects.into_iter().filter_map(original).collect()));
    listed.map_err(|error| Missed { place: bucket.shown("").into_bytes(), detail: error.to_string() })
}

/// Whether a name ends as those of PDFs do, in capitals or not.
fn is_pdf(name: impl AsRef<Path>) -> bool {
    name.as_ref().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"))
}
