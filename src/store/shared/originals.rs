//! Originals that lie in a bucket, as files for as long as they are looked at: a viewer asks for one in many parts.

use super::cache::Cache;
use super::is_mounted;
use crate::sources::{SourceError, Sources};
use crate::store::segments::locked;
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempPath;

/// Bytes of originals kept as temporary files.
const KEPT: u64 = 1 << 30;

/// What was fetched lately; the files are gone with it.
#[derive(Debug)]
pub(in crate::store) struct FetchedOriginals {
    sources: Sources,
    kept: Mutex<Cache<PathBuf, Arc<TempPath>>>,
}

impl FetchedOriginals {
    /// Whether an original cannot be had for a reason that lies with all of them: with the way to where it lies, not with
    /// the file.
    pub(in crate::store) fn is_down(&self, place: &Path, error: &Error) -> bool {
        match error.get_ref().and_then(|source| source.downcast_ref::<SourceError>()) {
            Some(error) => matches!(error, SourceError::Unavailable(_)),
            None if error.kind() == ErrorKind::NotFound => {
                self.sources.folders().any(|folder| place.starts_with(folder) && !is_mounted(folder))
            }
            None => !matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput),
        }
    }

    pub(in crate::store) fn new(sources: Sources) -> FetchedOriginals {
        FetchedOriginals { sources, kept: Mutex::new(Cache::new(KEPT)) }
    }

    /// A file of this size with the bytes at a place; `None` if the place is a path of this machine. Whoever uses it has to
    /// look whether they are the bytes that were meant.
    pub(in crate::store) fn open(&self, place: &Path, size: u64) -> Option<std::io::Result<File>> {
        let address = place.as_os_str().as_bytes();
        self.sources.is_object(address).then(|| {
            let kept = locked(&self.kept).get(&place.to_owned());
            if let Some(file) = kept.and_then(|kept| File::open(&*kept).ok())
                && file.metadata()?.len() == size
            {
                return Ok(file);
            }
            let bytes = self.sources.read(address, None, size).map_err(std::io::Error::other)?;
            let mut file = tempfile::NamedTempFile::new()?;
            file.write_all(&bytes)?;
            let path = file.into_temp_path();
            let file = File::open(&path)?;
            locked(&self.kept).insert(place.to_owned(), Arc::new(path), size);
            Ok(file)
        })
    }
}
