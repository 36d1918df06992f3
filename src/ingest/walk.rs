//! Paths given → the files to look at, in order of their paths.
//!
//! Nothing is opened here, so no pipe or device can block the walk, and no link below a root is followed, so it never
//! leaves the roots. Folders that cannot be listed are reported, as what is in them is not known.

use crate::ingest::IngestError;
use crate::store::StoreError;
use std::collections::{HashMap, HashSet};
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use walkdir::{DirEntry, WalkDir};

/// Folders nested deeper are reported, not entered.
const MAX_DEPTH: usize = 64;

/// A file as the walk saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Absolute path; without links above and at the root it was found under.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified: i64,
}

/// A file or folder that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Absolute path.
    pub path: PathBuf,
    /// Why, for people.
    pub detail: String,
}

/// A file that says what a PDF is, beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beside {
    /// The file.
    pub found: Found,
    /// Whether nobody seems to be writing it.
    pub is_settled: bool,
}

/// What lies under the paths given.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The paths given, absolute.
    pub roots: Vec<PathBuf>,
    /// Files by path, each once.
    pub files: Vec<Found>,
    /// What could not be looked at, by path.
    pub unreadable: Vec<Unreadable>,
    /// What stands beside the files to say what they are, by their paths.
    pub beside: HashMap<PathBuf, Beside>,
    /// Files that may stand so.
    pub(super) notes: Vec<Found>,
    /// Files that were given by themselves.
    pub(super) alone: Vec<PathBuf>,
    /// Of these, those that something may stand beside.
    pub(super) singles: HashSet<PathBuf>,
}

impl Walk {
    /// Leaves out files changed less than `settle` before `now`. Of times in the future nothing can be told: they stay.
    pub(super) fn leave_unsettled(&mut self, settle: Duration, now: SystemTime) {
        let nanoseconds = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, nanoseconds);
        let settled = now.saturating_sub(nanoseconds(settle));
        let is_settled = |file: &Found| file.modified <= settled || file.modified > now;
        self.files.retain(is_settled);
        self.beside.values_mut().for_each(|beside| beside.is_settled = is_settled(&beside.found));
    }
}

/// Modification time in nanoseconds since 1970.
pub(super) fn modified(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

/// Walks the paths. A file named by itself is taken whatever it is called; in folders, what ends in `.pdf`. The folder
/// `except` (the library's own) is not entered from above.
pub(super) fn walk(paths: &[PathBuf], except: &Path) -> Result<Walk, IngestError> {
    let except = except.canonicalize().ok();
    let mut walk = Walk::default();
    for path in paths {
        let root = path.canonicalize().map_err(|source| match source.kind() {
            ErrorKind::NotFound => IngestError::NoSuchPath(path.clone()),
            _ => IngestError::Store(StoreError::Io { action: "read", path: path.clone(), source }),
        })?;
        walk.root(&root, except.as_deref());
        walk.roots.push(root);
    }
    walk.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walk.files.dedup_by(|a, b| a.path == b.path);
    walk.unreadable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walk.unreadable.dedup_by(|a, b| a.path == b.path);
    walk.look_beside();
    Ok(walk)
}

impl Walk {
    fn root(&mut self, root: &Path, except: Option<&Path>) {
        // One level more than is read, so that what lies deeper is noticed.
        let entries = WalkDir::new(root).follow_links(false).max_depth(MAX_DEPTH + 1).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(|entry| entry.depth() == 0 || Some(entry.path()) != except) {
            match entry {
                Ok(entry) => self.entry(&entry),
                Err(error) => self.unreadable.push(Unreadable {
                    path: error.path().unwrap_or(root).to_owned(),
                    detail: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
                }),
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry) {
        let kind = entry.file_type();
        if entry.depth() > MAX_DEPTH {
            if kind.is_dir() {
                let detail = format!("folders are nested more than {MAX_DEPTH} deep");
                self.unreadable.push(Unreadable { path: entry.path().to_owned(), detail });
                return;
            }
        } else if kind.is_dir() {
            return;
        }
        let is_note = entry.depth() > 0 && is_named(entry.path(), "toml");
        if !kind.is_file() || (entry.depth() > 0 && !is_note && !is_named(entry.path(), "pdf")) {
            return;
        }
        match entry.metadata() {
            Ok(metadata) if is_note => self.notes.push(Found::new(entry.path(), &metadata)),
            Ok(metadata) => {
                self.files.push(Found::new(entry.path(), &metadata));
                if entry.depth() == 0 {
                    self.alone.push(entry.path().to_owned());
                }
            }
            Err(_) if is_note => {}
            Err(error) => self.unreadable.push(Unreadable {
                path: entry.path().to_owned(),
                detail: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
            }),
        }
    }
}

impl Found {
    /// A file as it is now.
    pub(super) fn new(path: &Path, metadata: &Metadata) -> Found {
        Found { path: path.to_owned(), size: metadata.len(), modified: modified(metadata) }
    }
}

/// Whether a name ends so, in capitals or not.
pub(super) fn is_named(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    fn names(walk: &Walk, root: &Path) -> Vec<PathBuf> {
        let root = root.canonicalize().expect("there");
        walk.files.iter().map(|file| file.path.strip_prefix(&root).expect("below").to_owned()).collect()
    }

    #[test]
    fn only_regular_pdfs_below_the_root_are_found() {
        let directory = tempfile::tempdir().expect("a directory");
        let outside = tempfile::tempdir().expect("a directory");
        let root = directory.path();
        std::fs::write(outside.path().join("secret.pdf"), "x").expect("room");
        std::fs::create_dir_all(root.join("b/own")).expect("room");
        std::fs::create_dir(root.join("folder.pdf")).expect("room");
        for name in ["b/z.PDF", "a.pdf", "notes.txt", "pdf", "folder.pdf/in.pdf", "b/own/index.pdf"] {
            std::fs::write(root.join(name), name).expect("room");
        }
        std::fs::write(root.join(OsStr::from_bytes(b"\xff\n\x1b[31m.pdf")), "odd").expect("room");
        symlink(outside.path(), root.join("out")).expect("room");
        symlink(outside.path().join("secret.pdf"), root.join("link.pdf")).expect("room");
        symlink(root, root.join("loop")).expect("room");
        std::os::unix::net::UnixListener::bind(root.join("socket.pdf")).expect("a socket");
        let walk = walk(&[root.to_owned(), root.join("b"), root.to_owned()], &root.join("b/own")).expect("readable");
        let expected: Vec<PathBuf> = ["a.pdf", "b/z.PDF", "folder.pdf/in.pdf"].iter().map(PathBuf::from).collect();
        let found = names(&walk, root);
        assert_eq!(found[..3], expected);
        assert_eq!(found[3].as_os_str().as_bytes(), b"\xff\n\x1b[31m.pdf");
        assert_eq!((found.len(), walk.unreadable.len()), (4, 0));
    }

    #[test]
    fn a_file_named_by_itself_needs_no_extension() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report");
        std::fs::write(&path, "x").expect("room");
        let walk = walk(std::slice::from_ref(&path), Path::new("/nowhere")).expect("readable");
        assert_eq!((walk.files.len(), walk.files[0].size), (1, 1));
    }

    #[test]
    fn missing_paths_are_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("gone");
        let result = walk(std::slice::from_ref(&path), directory.path());
        assert!(matches!(result, Err(IngestError::NoSuchPath(missing)) if missing == path));
    }

    #[test]
    fn folders_too_deep_are_reported() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut deep = directory.path().to_owned();
        for _ in 0..MAX_DEPTH + 5 {
            deep.push("d");
        }
        std::fs::create_dir_all(&deep).expect("room");
        std::fs::write(deep.join("a.pdf"), "x").expect("room");
        let walk = walk(&[directory.path().to_owned()], Path::new("/nowhere")).expect("readable");
        assert_eq!(walk.files, []);
        assert_eq!(walk.unreadable.len(), 1);
    }

    #[test]
    fn files_are_left_until_they_have_settled() {
        let at = |modified| Found { path: PathBuf::from(format!("/{modified}.pdf")), size: 1, modified };
        let second = 1_000_000_000;
        let files = [-5, 0, 10, 95, 99, 100, 101, 500].map(|seconds| at(seconds * second)).to_vec();
        let kept = |settle| {
            let mut walk = Walk { files: files.clone(), ..Walk::default() };
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(100);
            walk.leave_unsettled(Duration::from_secs(settle), now);
            walk.files.iter().map(|file| file.modified / second).collect::<Vec<_>>()
        };
        assert_eq!(kept(0), [-5, 0, 10, 95, 99, 100, 101, 500]);
        assert_eq!(kept(5), [-5, 0, 10, 95, 101, 500]);
        assert_eq!(kept(1_000), [101, 500]);
    }
}
