//! What a library costs on disk, by part.

use serde::Serialize;
use std::path::Path;
use walkdir::WalkDir;

/// Bytes on disk by part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DiskUse {
    /// Page texts and word boxes.
    pub text_store: u64,
    /// Generations of the tantivy index.
    pub index: u64,
    /// The catalogue with its journal.
    pub catalogue: u64,
    /// Anything else.
    pub other: u64,
}

impl DiskUse {
    /// Sums the files below the data directory; what vanishes meanwhile, as merged segments do, counts nothing.
    pub fn of(directory: &Path) -> DiskUse {
        let mut disk_use = DiskUse::default();
        for entry in WalkDir::new(directory).into_iter().flatten().filter(|entry| entry.file_type().is_file()) {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            let relative = entry.path().strip_prefix(directory).unwrap_or(entry.path());
            let part = relative.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
            let part = part.unwrap_or_default();
            *match part.as_str() {
                "text" => &mut disk_use.text_store,
                part if part.starts_with("gen-") => &mut disk_use.index,
                part if part.starts_with("catalogue.sqlite") => &mut disk_use.catalogue,
                _ => &mut disk_use.other,
            } += size;
        }
        disk_use
    }

    /// Bytes that are free on the disk of the data directory; `None` if that cannot be told.
    pub fn free(directory: &Path) -> Option<u64> {
        let disk = rustix::fs::statvfs(directory).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.text_store + self.index + self.catalogue + self.other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn disk_use_is_told_by_part() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let files = [
            ("text/000001.pages", 5),
            ("gen-000001/a.store", 3),
            ("gen-000001/meta.json", 4),
            ("catalogue.sqlite", 2),
            ("catalogue.sqlite-wal", 1),
            ("CURRENT", 6),
        ];
        for (name, size) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("temporary directory");
            fs::write(path, vec![b'x'; size]).expect("temporary file");
        }
        let expected = DiskUse { text_store: 5, index: 7, catalogue: 3, other: 6 };
        assert_eq!(DiskUse::of(directory.path()), expected);
    }
}
