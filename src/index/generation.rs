//! What made a generation: the versions in `generation.json`, written before its first document.
//!
//! An index made under another schema or analyzer would give silent misses, so it is refused instead.

use crate::index::IndexError;
use crate::index::analyzer::ANALYZER_VERSION;
use crate::index::schema::SCHEMA_VERSION;
use crate::index::writing_directory::replace;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;

const FILE: &str = "generation.json";

/// The versions a generation was made under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    schema: u32,
    analyzer: u32,
}

impl Made {
    /// This program's. The engine checks the version of its own format.
    fn here() -> Made {
        Made { schema: SCHEMA_VERSION, analyzer: ANALYZER_VERSION }
    }
}

/// Writes the versions of this program, durably.
pub(super) fn write(directory: &Path) -> Result<(), IndexError> {
    let content = serde_json::to_vec(&Made::here()).map_err(std::io::Error::from)?;
    Ok(replace(directory, Path::new(FILE), &content)?)
}

/// Whether the generation has been begun; [`IndexError::OtherVersion`] if by another version.
pub(super) fn check(directory: &Path) -> Result<bool, IndexError> {
    let bytes = match std::fs::read(directory.join(FILE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    match serde_json::from_slice::<Made>(&bytes) {
        Ok(made) if made == Made::here() => Ok(true),
        _ => Err(IndexError::OtherVersion),
    }
}

/// Makes renames within a directory survive power loss; the engine leaves its last one to chance.
pub(super) fn sync_directory(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_refused() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        assert!(!check(directory.path()).expect("readable"));
        write(directory.path()).expect("writable");
        assert!(check(directory.path()).expect("readable"));
        for other in [r#"{"schema":0,"analyzer":1}"#, "{}", ""] {
            std::fs::write(directory.path().join(FILE), other).expect("writable");
            assert!(matches!(check(directory.path()), Err(IndexError::OtherVersion)), "{other}");
        }
    }
}
