//! Files that clients hand over to a service: kept where all machines reach them, and offered to the workers.

use crate::objects::{ObjectError, Place};
use crate::queue::{Queue, QueueError, Source};
use crate::report::ReportId;
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

/// Keeps a file with this hash (hexadecimal) and has it read, even if its report was withdrawn: whoever hands it over wants
/// it. It is durable in both places when this returns, so neither an engine nor a worker need be there. Repeating it does
/// no harm.
pub fn hand_over(queue: &Queue, place: &Place, file: &Path, hash: &str) -> Result<(), HandedError> {
    let key = key_of(hash);
    let bytes = std::fs::metadata(file)?.len();
    match place {
        Place::Folder(folder) => copy(file, &folder.join(&key))?,
        Place::Bucket(bucket) => bucket.create(&key, &std::fs::read(file)?)?,
    }
    if let Some(Ok(id)) = hash.get(..32).map(str::parse) {
        queue.readmit(id)?;
    }
    queue.offer(&[Source { place: shown(place, &key), version: hash.to_owned(), bytes }])?;
    Ok(())
}

/// Removes a report, and the file that was handed over with this hash, if it was: whatever happens to this process
/// afterwards, nobody is shown it. False if there was none. Repeating it does no harm.
pub fn take_away(queue: &Queue, place: &Place, report: ReportId, hash: Option<&str>) -> Result<bool, HandedError> {
    let Some(hash) = hash else { return Ok(queue.withdraw(report, None)?) };
    let key = key_of(hash);
    let was_there = queue.withdraw(report, Some(&shown(place, &key)))?;
    match place {
        Place::Folder(folder) => match std::fs::remove_file(folder.join(&key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        },
        Place::Bucket(bucket) => bucket.remove(&key)?,
    }
    Ok(was_there)
}

/// Where the file with this hash is kept within the storage.
fn key_of(hash: &str) -> String {
    format!("uploads/{hash}.pdf")
}

/// The same as the queue knows it.
fn shown(place: &Place, key: &str) -> Vec<u8> {
    match place {
        Place::Folder(folder) => folder.join(key).as_os_str().as_bytes().to_vec(),
        Place::Bucket(bucket) => bucket.shown(key).into_bytes(),
    }
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
