//! The bytes of a file as a process shows them to its worker: memory of both, which only the one can write to.
//!
//! Sent through a pipe they would be copied twice more, which is the better part of what a worker costs.

use memmap2::{Mmap, MmapOptions};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Room is taken in steps of so many bytes, so that few files ask for more of it.
const STEP: u64 = 4 << 20;

/// The owner's side.
#[derive(Debug)]
pub(super) struct Shared {
    file: File,
    length: u64,
}

impl Shared {
    /// Nothing yet, and what a worker is to be given as its standard input to see what is put there.
    pub(super) fn new() -> io::Result<(Shared, File)> {
        let (file, shown) = in_memory().or_else(|_| in_a_file())?;
        Ok((Shared { file, length: 0 }, shown))
    }

    /// Shows these bytes instead of those before. Returns how much there is to be seen with the room behind them.
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let needed = (bytes.len() as u64).next_multiple_of(STEP);
        if needed > self.length {
            self.file.set_len(needed)?;
            self.length = needed;
        }
        self.file.write_all_at(bytes, 0)?;
        Ok(self.length)
    }

    /// Bytes of memory that it holds.
    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

/// Memory with a name, and the same to be read only.
#[cfg(target_os = "linux")]
fn in_memory() -> io::Result<(File, File)> {
    use rustix::fs::{MemfdFlags, memfd_create};
    use std::os::fd::AsRawFd;
    let file = File::from(memfd_create("recto-shown", MemfdFlags::CLOEXEC)?);
    let shown = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    Ok((file, shown))
}

#[cfg(not(target_os = "linux"))]
fn in_memory() -> io::Result<(File, File)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file without a name, and the same to be read only.
fn in_a_file() -> io::Result<(File, File)> {
    let named = tempfile::NamedTempFile::new()?;
    let shown = File::open(named.path())?;
    Ok((named.into_file(), shown))
}

/// The worker's side.
#[derive(Debug)]
pub(super) struct Seen {
    file: File,
    map: Option<Mmap>,
}

impl Seen {
    /// Sees what is put into `file`.
    pub(super) fn new(file: File) -> Seen {
        Seen { file, map: None }
    }

    /// The first `length` bytes of the `room` that there is.
    pub(super) fn bytes(&mut self, length: u64, room: u64) -> io::Result<&[u8]> {
        let room = usize::try_from(room).map_err(io::Error::other)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        if self.map.as_ref().is_none_or(|map| map.len() != room) {
            // The old one goes first: both at once would count twice.
            self.map = None;
            self.map = Some(map(&self.file, room)?);
        }
        let seen = self.map.as_deref().and_then(|bytes| bytes.get(..length));
        seen.ok_or_else(|| io::Error::other("less is shown than was said"))
    }
}

#[expect(unsafe_code, reason = "memory that is shared cannot be had otherwise")]
fn map(file: &File, room: usize) -> io::Result<Mmap> {
    // SAFETY: the owner alone can write, does so only between requests, and never makes the file shorter; nobody else
    // has a name for it.
    unsafe { MmapOptions::new().len(room).map(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_seen_and_cannot_be_changed() {
        for make in [in_memory, in_a_file] {
            let (file, shown) = make().expect("shared memory");
            let mut shared = Shared { file, length: 0 };
            let mut seen = Seen::new(shown.try_clone().expect("a handle"));
            let large = vec![7; STEP as usize + 1];
            for bytes in [&b"first"[..], b"", &large, b"and less"] {
                let room = shared.put(bytes).expect("room");
                assert_eq!(seen.bytes(bytes.len() as u64, room).expect("seen"), bytes);
            }
            assert_eq!(shared.length(), 2 * STEP);
            assert!(seen.bytes(shared.length() + 1, shared.length()).is_err());
            assert!(shown.set_len(0).is_err());
            assert!(shown.write_at(b"x", 0).is_err());
        }
    }
}
