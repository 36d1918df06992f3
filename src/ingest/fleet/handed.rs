//! Files that clients hand over to a service: kept where all machines reach them, and offered to the workers.

use crate::objects::{ObjectError, Place};
use crate::queue::{Queue, QueueError, Source};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Why a file is not where workers find it; it may be offered again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandedError {
    /// The shared folder, or the file itself.
    #[error("a file that was handed over is not kept: {0}")]
    Io(#[from] io::Error),
    /// The bucket.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Keeps a file with this hash (hexadecimal) and has it read. It is durable in both places when this returns, so neither
/// an engine nor a worker need be there. Repeating it does no harm.
pub fn hand_over(queue: &Queue, place: &Place, file: &Path, hash: &str) -> Result<(), HandedError> {
    let key = format!("uploads/{hash}.pdf");
    let bytes = std::fs::metadata(file)?.len();
    let kept = match place {
        Place::Folder(folder) => {
            let kept = folder.join(&key);
            copy(file, &kept)?;
            kept.as_os_str().as_bytes().to_vec()
        }
        Place::Bucket(bucket) => {
            bucket.create(&key, &std::fs::read(file)?)?;
            bucket.shown(&key).into_bytes()
        }
    };
    queue.offer(&[Source { place: kept, version: hash.to_owned(), bytes }])?;
    Ok(())
}

/// Copies a file into its place, whole or not at all.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        return Ok(());
    }
    let folder = to.parent().ok_or_else(|| io::Error::other("no folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut part = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
    io::copy(&mut File::open(from)?, part.as_file_mut())?;
    part.as_file().sync_all()?;
    part.persist(to).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::State;
    use crate::queue::tests::memory::Memory;

    #[test]
    fn what_is_handed_over_is_kept_whole_and_waits() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, shared) = (directory.path().join("upload"), directory.path().join("shared"));
        std::fs::write(&file, "%PDF-1.7").expect("room");
        let (queue, place) = (Memory::default().queue(), Place::Folder(shared.clone()));
        for _ in 0..2 {
            hand_over(&queue, &place, &file, "abc").expect("kept");
        }
        let kept = shared.join("uploads/abc.pdf");
        assert_eq!(std::fs::read(&kept).expect("there"), b"%PDF-1.7");
        assert_eq!(std::fs::read_dir(shared.join("uploads")).expect("there").count(), 1);
        let item = queue.item(kept.as_os_str().as_bytes()).expect("asks").expect("it waits");
        assert_eq!((item.state, item.source.bytes), (State::Waiting, 8));
        assert_eq!(queue.counts().expect("counts").waiting, 1);
    }
}
