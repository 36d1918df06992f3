//! The files of an index as of its last commit, to be copied while others go on writing.

use crate::index::IndexError;
use crate::index::reader::open_index;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// Names the files of the last commit.
const META: &str = "meta.json";
/// Files beside those of the commit, replaced as a whole whenever they change.
const BESIDE: [&str; 3] = ["generation.json", "files.json", ".managed.json"];
/// Attempts to open the files of one commit before the next one takes them away.
const ATTEMPTS: usize = 100;

/// A file of an index.
#[derive(Debug)]
pub enum CommitFile {
    /// One that is replaced, as it was.
    Bytes(Vec<u8>),
    /// One that is never changed, open, so that it can be read when it has been taken away.
    Open(File),
}

/// The files of the last commit of a generation by name; none if it has no index. None of them is read but the smallest.
pub fn commit_files(directory: &Path) -> Result<Vec<(String, CommitFile)>, IndexError> {
    for _ in 0..ATTEMPTS {
        if let Some(files) = attempt(directory)? {
            return Ok(files);
        }
    }
    Err(std::io::Error::other("the index changes faster than its files can be opened").into())
}

/// The files, unless there was a commit meanwhile.
fn attempt(directory: &Path) -> Result<Option<Vec<(String, CommitFile)>>, IndexError> {
    let Some(meta) = bytes(directory, META)? else { return Ok(Some(Vec::new())) };
    let Some(index) = open_index(directory)? else { return Ok(Some(Vec::new())) };
    let mut files = Vec::new();
    for path in index.load_metas()?.list_segment_files() {
        match File::open(directory.join(&path)) {
            Ok(file) => files.push((path.to_string_lossy().into_owned(), CommitFile::Open(file))),
            // Not every segment has a file of every kind.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    for name in BESIDE {
        files.extend(bytes(directory, name)?.map(|bytes| (name.to_owned(), CommitFile::Bytes(bytes))));
    }
    let is_same = bytes(directory, META)?.as_ref() == Some(&meta);
    files.push((META.to_owned(), CommitFile::Bytes(meta)));
    files.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    Ok(is_same.then_some(files))
}

fn bytes(directory: &Path, name: &str) -> Result<Option<Vec<u8>>, IndexError> {
    match std::fs::read(directory.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
