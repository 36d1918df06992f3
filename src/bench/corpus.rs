//! Which files figures are of: without it they cannot be held against others.

use crate::report::ReportId;
use crate::store::{FileRow, Library, StoreError};
use serde::Serialize;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The files of a library.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Corpus {
    /// Files, failed ones as well.
    pub files: u64,
    /// Reports read from them.
    pub reports: u64,
    /// Pages of these.
    pub pages: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// BLAKE3 of the list of files: names below the folder that holds them all, sizes, hashes of their bytes. The same
    /// wherever that folder lies.
    pub list_hash: String,
}

impl Corpus {
    /// The files that a library knows and that were there when it was last looked.
    pub fn of(library: &Library) -> Result<Corpus, StoreError> {
        let coverage = library.catalogue().coverage()?;
        let files = files(library)?;
        Ok(Corpus {
            files: files.len() as u64,
            reports: coverage.reports,
            pages: coverage.pages.values().sum(),
            bytes: files.iter().map(|row| row.size).sum(),
            list_hash: list_hash(files.iter().map(|row| (row.path.as_path(), row.size, row.id))),
        })
    }
}

/// The files that a library knows and that were there when it was last looked, by path.
pub(super) fn files(library: &Library) -> Result<Vec<FileRow>, StoreError> {
    let mut rows = library.catalogue().files_under(Path::new("/"))?;
    rows.retain(|row| row.vanished.is_none());
    Ok(rows)
}

fn list_hash<'f>(files: impl Iterator<Item = (&'f Path, u64, Option<ReportId>)> + Clone) -> String {
    let folder = common_folder(files.clone().map(|(path, _, _)| path));
    let mut lines: Vec<Vec<u8>> = files
        .map(|(path, size, id)| {
            let id = id.map_or_else(|| "-".to_owned(), |id| id.to_string());
            let mut line = path.strip_prefix(&folder).unwrap_or(path).as_os_str().as_bytes().to_vec();
            line.extend_from_slice(format!("\0{size}\0{id}\n").as_bytes());
            line
        })
        .collect();
    lines.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    lines.iter().for_each(|line| {
        hasher.update(line);
    });
    ReportId::of_hash(&hasher.finalize()).to_string()
}

/// The innermost folder that holds all of these files; empty for none.
fn common_folder<'f>(mut files: impl Iterator<Item = &'f Path>) -> PathBuf {
    let first = files.next().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    files.fold(first, |folder, file| {
        let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b);
        shared.map(|(component, _)| component).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(folder: &str, files: &[(&str, u64, &str)]) -> String {
        let files: Vec<(PathBuf, u64, Option<ReportId>)> = files
            .iter()
            .map(|(name, size, bytes)| {
                let id = (!bytes.is_empty()).then(|| ReportId::of_bytes(bytes.as_bytes()));
                (Path::new(folder).join(name), *size, id)
            })
            .collect();
        list_hash(files.iter().map(|(path, size, id)| (path.as_path(), *size, *id)))
    }

    #[test]
    fn the_same_files_elsewhere_have_the_same_hash_and_others_do_not() {
        let files = [("a/x.pdf", 3, "xxx"), ("b.pdf", 0, "")];
        let expected = hash("/home/ann/reports", &files);
        assert_eq!(hash("/srv", &files), expected);
        assert_eq!(hash("/srv", &[files[1], files[0]]), expected);
        assert_eq!(expected.len(), 32);
        for other in [
            &[("a/y.pdf", 3, "xxx"), ("b.pdf", 0, "")][..],
            &[("a/x.pdf", 3, "xxy"), ("b.pdf", 0, "")],
            &[("a/x.pdf", 3, "xxx"), ("b.pdf", 1, "")],
            &[("a/x.pdf", 3, "xxx")],
            &[],
        ] {
            assert_ne!(hash("/srv", other), expected, "{other:?}");
        }
    }

    #[test]
    fn the_folder_of_all_is_found() {
        for (files, expected) in [
            (&["/a/b/c.pdf"][..], "/a/b"),
            (&["/a/b/c.pdf", "/a/b/d/e.pdf"], "/a/b"),
            (&["/a/bc/d.pdf", "/a/b/d.pdf"], "/a"),
            (&["/x.pdf", "/y/z.pdf"], "/"),
            (&[], ""),
        ] {
            assert_eq!(common_folder(files.iter().map(Path::new)), Path::new(expected), "{files:?}");
        }
    }
}
