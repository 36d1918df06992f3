//! Pictures kept on disk, a file each, up to a number of bytes; then those used longest ago go.
//!
//! All of it can be drawn again: what is missing, torn by a power cut or cannot be written costs time and nothing else.

use crate::serve::pictures::Key;
use axum::body::Bytes;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A whole PNG ends so.
const PNG_END: &[u8] = b"IEND\xAE\x42\x60\x82";

/// Keeps pictures.
pub struct Shelf {
    folder: PathBuf,
    limit: u64,
    /// Looked through when first needed.
    kept: Mutex<Option<Kept>>,
    writes: AtomicU64,
}

/// What is kept.
#[derive(Default)]
struct Kept {
    /// Bytes, and when it was used last, by [`Kept::clock`].
    pictures: HashMap<Key, (u64, u64)>,
    bytes: u64,
    clock: u64,
}

impl Shelf {
    /// Pictures in this folder, which need not be there yet, up to so many bytes.
    pub fn new(folder: PathBuf, limit: u64) -> Shelf {
        Shelf { folder, limit, kept: Mutex::default(), writes: AtomicU64::new(0) }
    }

    /// A picture, if it is kept and whole.
    pub fn get(&self, key: &Key) -> Option<Bytes> {
        self.with(|kept| kept.touch(key)).then_some(())?;
        match std::fs::read(self.path(key)) {
            Ok(bytes) if bytes.ends_with(PNG_END) => Some(bytes.into()),
            _ => {
                self.with(|kept| kept.forget(key));
                None
            }
        }
    }

    /// Keeps a picture, if that can be done.
    pub fn put(&self, key: &Key, bytes: &[u8]) {
        if let Err(error) = self.write(key, bytes) {
            tracing::warn!(folder = %self.folder.display(), %error, "a picture cannot be kept");
            return;
        }
        let discarded = self.with(|kept| {
            kept.add(*key, bytes.len() as u64);
            kept.discard(self.limit)
        });
        for key in discarded {
            let _ = std::fs::remove_file(self.path(&key));
        }
    }

    /// Under a name of its own until it is whole: others read the folder meanwhile.
    fn write(&self, key: &Key, bytes: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let draft = self.folder.join(format!("draft-{}-{number}", std::process::id()));
        let written = std::fs::write(&draft, bytes).and_then(|()| std::fs::rename(&draft, self.path(key)));
        if written.is_err() {
            let _ = std::fs::remove_file(&draft);
        }
        written
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}-{}-{}.png", key.id, key.page, key.width))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        let mut kept: MutexGuard<'_, Option<Kept>> = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        work(kept.get_or_insert_with(|| Kept::found_in(&self.folder)))
    }
}

impl Kept {
    /// What an earlier run has left. Pictures drawn in another way, and drafts, are removed.
    fn found_in(folder: &Path) -> Kept {
        for entry in folder.parent().and_then(|parent| std::fs::read_dir(parent).ok()).into_iter().flatten().flatten() {
            if entry.path() != folder {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        let mut found: Vec<(SystemTime, Key, u64)> = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let key = entry.file_name().to_str().and_then(key_of);
            let facts = entry.metadata().ok();
            match (key, facts) {
                (Some(key), Some(facts)) => {
                    found.push((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), key, facts.len()));
                }
                _ => {
                    let _ = std::fs::remove_file(entry.path());
                }
            }
        }
        found.sort_by_key(|(modified, ..)| *modified);
        let mut kept = Kept::default();
        for (_, key, bytes) in found {
            kept.add(key, bytes);
        }
        kept
    }

    fn touch(&mut self, key: &Key) -> bool {
        self.clock += 1;
        let clock = self.clock;
        self.pictures.get_mut(key).map(|(_, used)| *used = clock).is_some()
    }

    fn add(&mut self, key: Key, bytes: u64) {
        self.forget(&key);
        self.clock += 1;
        self.bytes += bytes;
        self.pictures.insert(key, (bytes, self.clock));
    }

    fn forget(&mut self, key: &Key) {
        if let Some((bytes, _)) = self.pictures.remove(key) {
            self.bytes -= bytes;
        }
    }

    /// Leaves out those used longest ago, if there is too much, and some more, so that it need not be done each time.
    fn discard(&mut self, limit: u64) -> Vec<Key> {
        if self.bytes <= limit {
            return Vec::new();
        }
        let mut by_use: Vec<(u64, Key)> = self.pictures.iter().map(|(key, (_, used))| (*used, *key)).collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        let mut discarded = Vec::new();
        for (_, key) in by_use {
            if self.bytes <= limit / 10 * 9 {
                break;
            }
            self.forget(&key);
            discarded.push(key);
        }
        discarded
    }
}

/// The picture that a file's name names.
fn key_of(name: &str) -> Option<Key> {
    let mut parts = name.strip_suffix(".png")?.split('-');
    let key =
        Key { id: parts.next()?.parse().ok()?, page: parts.next()?.parse().ok()?, width: parts.next()?.parse().ok()? };
    parts.next().is_none().then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ReportId;

    fn key(page: u32) -> Key {
        Key::new(ReportId::of_bytes(b"a"), page, 900)
    }

    fn picture(bytes: usize) -> Vec<u8> {
        let mut picture = vec![b'x'; bytes - PNG_END.len()];
        picture.extend_from_slice(PNG_END);
        picture
    }

    #[test]
    fn pictures_are_kept_up_to_a_number_of_bytes_those_used_last() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("pictures/1");
        let shelf = Shelf::new(place.clone(), 1_000);
        assert_eq!(shelf.get(&key(1)), None);
        for page in 1..=10 {
            shelf.put(&key(page), &picture(100));
        }
        assert_eq!(shelf.get(&key(1)), Some(picture(100).into()));
        shelf.put(&key(11), &picture(100));
        // 2 and 3 were used longest ago; after the removal there is room for one more.
        let is_kept = |page: &u32| shelf.get(&key(*page)).is_some();
        assert_eq!((1..=11).filter(is_kept).collect::<Vec<u32>>(), [1, 4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(std::fs::read_dir(&place).expect("the folder").count(), 9);
    }

    #[test]
    fn a_later_run_finds_whole_pictures_and_clears_the_rest() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("pictures/2");
        Shelf::new(place.clone(), 1_000).put(&key(1), &picture(100));
        Shelf::new(place.clone(), 1_000).put(&key(2), &picture(100));
        let earlier = folder.path().join("pictures/1");
        std::fs::create_dir_all(&earlier).expect("made");
        std::fs::write(earlier.join("x.png"), b"x").expect("written");
        std::fs::write(place.join("draft-1-1"), b"x").expect("written");
        let torn = place.join(format!("{}-2-900.png", key(2).id));
        std::fs::write(&torn, b"\x89PNG").expect("written");
        let shelf = Shelf::new(place.clone(), 1_000);
        assert!(shelf.get(&key(1)).is_some() && shelf.get(&key(2)).is_none());
        assert!(!earlier.exists() && !place.join("draft-1-1").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_keeps_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("pictures"), b"a file").expect("written");
        let shelf = Shelf::new(folder.path().join("pictures/1"), 1_000);
        shelf.put(&key(1), &picture(100));
        assert_eq!(shelf.get(&key(1)), None);
    }
}
