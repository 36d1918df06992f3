//! What the files of an index end with, noted apart from them: each carries a checksum of itself, so that two which a
//! disk has swapped would both pass.
//!
//! Files are never changed once written. A file that is not noted, as after a crash between a commit and its note, is
//! judged by its own checksum alone.

use crate::index::IndexError;
use crate::index::writing_directory::replace;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::Path;
use tantivy::Index;

const FILE: &str = "files.json";
/// Bytes at the end of a file that hold the engine's checksum of it.
const TAIL: u64 = 256;

/// A seal for each file by name.
pub(super) type Seals = BTreeMap<String, String>;

/// The seals noted; none if they cannot be read.
pub(super) fn read(directory: &Path) -> Seals {
    let bytes = std::fs::read(directory.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Notes the seals of files that are new since the last note, and drops those of files that are gone.
pub(super) fn note(directory: &Path, index: &Index) -> Result<(), IndexError> {
    let before = read(directory);
    let mut seals = Seals::new();
    for file in index.load_metas()?.list_segment_files() {
        let name = file.to_string_lossy().into_owned();
        let known = before.get(&name).cloned();
        let seal = if known.is_some() { known } else { seal_of(&directory.join(&file))? };
        seals.extend(seal.map(|seal| (name, seal)));
    }
    if seals != before {
        let content = serde_json::to_vec(&seals).map_err(std::io::Error::from)?;
        replace(directory, Path::new(FILE), &content)?;
    }
    Ok(())
}

/// The seal of a file: its length and a hash of its end; `None` if there is no such file.
pub(super) fn seal_of(path: &Path) -> Result<Option<String>, IndexError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let length = file.metadata()?.len();
    let start = length.saturating_sub(TAIL);
    let mut tail = vec![0; (length - start) as usize];
    file.read_exact_at(&mut tail, start)?;
    Ok(Some(format!("{length}-{}", &blake3::hash(&tail).to_hex()[..16])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_tells_files_apart_by_length_and_end() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("a.idx");
        assert_eq!(seal_of(&path).expect("no file is none"), None);
        let seal = |content: &[u8]| {
            std::fs::write(&path, content).expect("room");
            seal_of(&path).expect("readable").expect("there")
        };
        let first = seal(b"some postings, crc 1");
        assert_ne!(first, seal(b"some postings, crc 2"));
        assert_ne!(first, seal(b"more postings than that, crc 1"));
        assert_eq!(first, seal(b"some postings, crc 1"));
        assert_eq!(seal(b""), seal(b""));
    }
}
