//! Originals in a folder. No link below it is followed, and nothing but regular files is opened.

use super::{Missed, Original, SourceError, is_pdf};
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path};
use walkdir::WalkDir;

/// Files listed at once.
const AT_ONCE: usize = 1_000;
/// Folders nested deeper are missed, not entered.
const MAX_DEPTH: usize = 64;

pub(super) fn list(folder: &Path, found: &mut impl FnMut(Vec<Original>), missed: &mut Vec<Missed>) {
    let miss = |path: &Path, detail: String| Missed { place: path.as_os_str().as_bytes().to_vec(), detail };
    let mut listed = Vec::with_capacity(AT_ONCE);
    for entry in WalkDir::new(folder).follow_root_links(true).max_depth(MAX_DEPTH).sort_by_file_name() {
        match entry.and_then(|entry| entry.metadata().map(|metadata| (entry, metadata))) {
            Ok((entry, metadata)) if metadata.is_file() && is_pdf(entry.path()) => listed.push(Original {
                place: entry.path().as_os_str().as_bytes().to_vec(),
                version: version(&metadata),
                bytes: metadata.len(),
            }),
            Ok((entry, metadata)) if metadata.is_dir() && entry.depth() == MAX_DEPTH => {
                missed.push(miss(entry.path(), format!("folders are nested more than {MAX_DEPTH} deep")));
            }
            Ok(_) => {}
            Err(error) => missed.push(miss(error.path().unwrap_or(folder), error.to_string())),
        }
        if listed.len() == AT_ONCE {
            found(std::mem::replace(&mut listed, Vec::with_capacity(AT_ONCE)));
        }
    }
    found(listed);
}

/// Whether a path names something below a folder, as written.
pub(super) fn is_within(folder: &Path, path: &Path) -> bool {
    path.starts_with(folder) && path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)))
}

pub(super) fn read(path: &Path, wanted: Option<&str>, most: u64) -> Result<Vec<u8>, SourceError> {
    let failure = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::NotADirectory => {
            SourceError::Unreadable(error.to_string())
        }
        _ => SourceError::Unavailable(error.to_string()),
    };
    // A pipe or device would block or never end, so it is looked at before it is opened.
    let is_regular = std::fs::symlink_metadata(path).map_err(failure)?.is_file();
    if !is_regular {
        return Err(SourceError::Unreadable("it is no regular file".to_owned()));
    }
    let mut file = File::open(path).map_err(failure)?;
    let before = file.metadata().map_err(failure)?;
    if wanted.is_some_and(|wanted| wanted != version(&before)) {
        return Err(SourceError::Changed);
    }
    if before.len() > most {
        return Err(SourceError::TooLarge(most));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0));
    // One that grows meanwhile is noticed below, and not read to wherever it may end.
    (&mut file).take(before.len() + 1).read_to_end(&mut bytes).map_err(failure)?;
    let after = file.metadata().map_err(failure)?;
    if version(&before) != version(&after) || bytes.len() as u64 != before.len() {
        return Err(SourceError::Changed);
    }
    Ok(bytes)
}

fn version(metadata: &Metadata) -> String {
    format!("{}-{}.{:09}", metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}
