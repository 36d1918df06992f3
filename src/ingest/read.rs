//! One file → its bytes and identity, or the reason why not.

use crate::ingest::walk::{Found, modified};
use crate::report::{Reason, ReportId};
use rustix::fs::{CWD, Mode, OFlags, openat};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A file that was read whole and did not change meanwhile.
#[derive(Debug)]
pub(super) struct FileBytes {
    /// The file as it was when read.
    pub found: Found,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their identity.
    pub id: ReportId,
}

/// Why a file's bytes are not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The stable code for the ledger.
    pub reason: Reason,
    /// More, for people.
    pub detail: String,
}

impl Refusal {
    fn new(reason: Reason, detail: &dyn ToString) -> Refusal {
        Refusal { reason, detail: detail.to_string() }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::new(Reason::Unreadable, &error)
    }
}

/// Reads a regular file of at most `limit` bytes that is no link.
pub(super) fn read(path: &Path, limit: u64) -> Result<FileBytes, Refusal> {
    let (mut file, before) = open(path, limit)?;
    let mut bytes = Vec::new();
    // Room is a wish: a size that the disk does not hold must not end the program.
    bytes.try_reserve_exact(before.len() as usize + 1).map_err(|error| Refusal::new(Reason::Unreadable, &error))?;
    (&mut file).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    unchanged(&file, &before, bytes.len() as u64)?;
    let id = ReportId::of_bytes(&bytes);
    Ok(FileBytes { found: Found::new(path, &before), bytes, id })
}

/// A regular file of at most `limit` bytes, or none, that is no link.
pub(super) fn read_small(path: &Path, limit: u64) -> Result<(Found, Vec<u8>), Refusal> {
    let (mut file, before) = open_any(path, limit)?;
    let mut bytes = Vec::new();
    (&mut file).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    unchanged(&file, &before, bytes.len() as u64)?;
    Ok((Found::new(path, &before), bytes))
}

/// The identity of a file without keeping its bytes, and the file as it was then.
pub(super) fn identify(path: &Path, limit: u64) -> Result<(Found, ReportId), Refusal> {
    let (mut file, before) = open(path, limit)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader((&mut file).take(limit.saturating_add(1)))?;
    unchanged(&file, &before, hasher.count())?;
    Ok((Found::new(path, &before), ReportId::of_hash(&hasher.finalize())))
}

/// Opens what stands at the path if it is a regular file, not a link to one, within the limit, and has any bytes.
fn open(path: &Path, limit: u64) -> Result<(File, Metadata), Refusal> {
    let (file, opened) = open_any(path, limit)?;
    if opened.len() == 0 {
        return Err(Refusal::new(Reason::Empty, &"the file has no bytes"));
    }
    Ok((file, opened))
}

/// As [`open`], bytes or none.
fn open_any(path: &Path, limit: u64) -> Result<(File, Metadata), Refusal> {
    let named = std::fs::symlink_metadata(path)?;
    if !named.is_file() {
        return Err(Refusal::new(Reason::Unreadable, &"not a regular file"));
    }
    let file = File::from(open_without_links(path)?);
    let opened = file.metadata()?;
    if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) {
        return Err(Refusal::new(Reason::Changed, &"replaced while it was opened"));
    }
    if opened.len() > limit {
        let detail = format!("{} bytes; the limit is {limit}", opened.len());
        return Err(Refusal::new(Reason::TooLarge, &detail));
    }
    Ok((file, opened))
}

/// Opens a path in which no folder is a link, as none was when it was found: who swaps a folder for a link must not
/// have files read that lie elsewhere. Waits for nobody at the other end of a pipe.
fn open_without_links(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{ResolveFlags, openat2};
        use rustix::io::Errno;
        match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS) {
            // Unknown to the kernel, or to those who confine this process.
            Err(Errno::NOSYS | Errno::PERM) => {}
            other => return Ok(other?),
        }
    }
    Ok(openat(CWD, path, flags, Mode::empty())?)
}

/// Refuses a file that was written to while it was read.
fn unchanged(file: &File, before: &Metadata, bytes: u64) -> Result<(), Refusal> {
    let after = file.metadata()?;
    if bytes == before.len() && after.len() == before.len() && modified(&after) == modified(before) {
        return Ok(());
    }
    Err(Refusal::new(Reason::Changed, &"written to while it was read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_give_the_same_identity() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a.pdf");
        std::fs::write(&path, "%PDF-1.7").expect("room");
        let read = read(&path, 100).expect("readable");
        assert_eq!(read.bytes, b"%PDF-1.7");
        assert_eq!(identify(&path, 100), Ok((read.found, read.id)));
        assert_eq!(read.id, ReportId::of_bytes(b"%PDF-1.7"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_swapped_for_a_link_leads_nowhere() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().canonicalize().expect("there");
        let path = |name: &str| root.join(name);
        for folder in ["reports", "elsewhere"] {
            std::fs::create_dir(path(folder)).expect("room");
            std::fs::write(path(folder).join("a.pdf"), folder).expect("room");
        }
        std::os::unix::fs::symlink(path("elsewhere"), path("link")).expect("room");
        assert_eq!(read(&path("link/a.pdf"), 100).expect_err("by a link").reason, Reason::Unreadable);
        assert_eq!(identify(&path("link/a.pdf"), 100).expect_err("by a link").reason, Reason::Unreadable);
        let is_done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let steps = [("reports", "parked"), ("link", "reports"), ("reports", "link"), ("parked", "reports")];
                while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                    for (from, to) in steps {
                        std::fs::rename(path(from), path(to)).expect("renamed");
                    }
                }
            });
            for _ in 0..1_000 {
                if let Ok(file) = read(&path("reports/a.pdf"), 100) {
                    assert_eq!(file.bytes, b"reports");
                }
            }
            is_done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }

    #[test]
    fn what_is_no_file_of_fitting_size_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("empty.pdf"), "").expect("room");
        std::fs::write(path("large.pdf"), "0123456789").expect("room");
        std::os::unix::fs::symlink(path("large.pdf"), path("link.pdf")).expect("room");
        std::os::unix::net::UnixListener::bind(path("socket.pdf")).expect("a socket");
        for (name, reason) in [
            ("empty.pdf", Reason::Empty),
            ("large.pdf", Reason::TooLarge),
            ("link.pdf", Reason::Unreadable),
            ("socket.pdf", Reason::Unreadable),
            ("gone.pdf", Reason::Unreadable),
            ("", Reason::Unreadable),
        ] {
            let refusal = read(&path(name), 9).expect_err(name);
            assert_eq!(refusal.reason, reason, "{name}");
            assert_eq!(identify(&path(name), 9).expect_err(name), refusal);
        }
    }
}
