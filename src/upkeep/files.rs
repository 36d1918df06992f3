//! Bytes on their way into and out of an archive: exactly as many as there should be, hashed, and stopped when told to.

use crate::upkeep::BackupError;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Names the file that could not be used; for `map_err`.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_path_buf();
    move |source| BackupError::Io { action, path, source }
}

/// Why bytes do not come.
#[derive(Debug)]
pub(super) enum Failure {
    /// Told to stop.
    Stopped,
    /// Fewer than there should be.
    TooShort,
    /// The operating system refused.
    Io(io::Error),
}

impl Failure {
    /// As an error that names the file.
    pub(super) fn told_of(self, path: &Path) -> BackupError {
        match self {
            Failure::Stopped => BackupError::Interrupted,
            Failure::TooShort => failed("read", path)(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it is shorter than it should be; `recto verify` tells more",
            )),
            Failure::Io(error) => failed("read", path)(error),
        }
    }
}

/// The first bytes of something, hashed; fewer are a failure.
pub(super) struct Exactly<'s, R> {
    content: R,
    left: u64,
    stop: &'s AtomicBool,
    /// Of what was read.
    pub hasher: blake3::Hasher,
    /// Why it could not be read on, as who reads is only told that it could not.
    pub failure: Option<Failure>,
}

impl<'s, R: Read> Exactly<'s, R> {
    pub(super) fn new(content: R, bytes: u64, stop: &'s AtomicBool) -> Exactly<'s, R> {
        Exactly { content, left: bytes, stop, hasher: blake3::Hasher::new(), failure: None }
    }

    fn fail(&mut self, failure: Failure) -> io::Error {
        self.failure = Some(failure);
        io::Error::other("no more can be read")
    }
}

impl<R: Read> Read for Exactly<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(self.fail(Failure::Stopped));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(wanted) = buffer.get_mut(..most).filter(|wanted| !wanted.is_empty()) else { return Ok(0) };
        match self.content.read(wanted) {
            Ok(0) => Err(self.fail(Failure::TooShort)),
            Ok(read) => {
                self.hasher.update(wanted.get(..read).unwrap_or_default());
                self.left -= read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.fail(Failure::Io(error))),
        }
    }
}
