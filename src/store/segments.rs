//! The files that records of the text store lie in: on this machine's own disk, where one writer appends to the last of
//! them, or where many machines reach them.

use super::library::create_directory;
use super::record::Damage;
#[cfg(feature = "cluster")]
use super::shared::SharedSegments;
use super::snapshot::{may_cut, segment_name};
use crate::store::{Location, StoreError};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// A segment is closed when it has reached this many bytes.
pub(super) const SEGMENT_BYTES: u64 = 1 << 30;

/// A lock that a panicking thread held is taken all the same: what it guards is whole between statements.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where segments are.
#[derive(Debug)]
pub(super) enum Segments {
    Local(LocalSegments),
    #[cfg(feature = "cluster")]
    Shared(SharedSegments),
}

/// A segment to be read.
#[derive(Debug, Clone)]
pub(super) enum Segment {
    File(Arc<File>),
    /// Opened for each read, unless what is read of it is at hand.
    #[cfg(feature = "cluster")]
    Shared,
}

impl Segments {
    /// Those that can be written to.
    pub(super) fn local(&self) -> Result<&LocalSegments, StoreError> {
        match self {
            Segments::Local(local) => Ok(local),
            #[cfg(feature = "cluster")]
            Segments::Shared(_) => Err(StoreError::ReadOnly),
        }
    }

    /// The segment with this number.
    pub(super) fn open(&self, number: u64) -> Result<Segment, StoreError> {
        match self {
            Segments::Local(local) => local.segment(number).map(Segment::File),
            #[cfg(feature = "cluster")]
            Segments::Shared(_) => Ok(Segment::Shared),
        }
    }

    /// Reads a range of a record, which lies within its length.
    pub(super) fn read(&self, segment: &Segment, location: Location, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        let beyond = || self.damaged(location, Damage("a part lies outside its record"));
        let length = range.end.checked_sub(range.start).filter(|_| range.end <= location.length).ok_or_else(beyond)?;
        let start = location.offset.checked_add(range.start).ok_or_else(beyond)?;
        let read = match (self, segment) {
            #[cfg(feature = "cluster")]
            (Segments::Shared(shared), _) => shared.read(location, range)?,
            (_, Segment::File(file)) => {
                let path = || self.path(location.segment);
                read_at(file, start, length).map_err(|source| StoreError::Io {
                    action: "read",
                    path: path(),
                    source,
                })?
            }
            #[cfg(feature = "cluster")]
            (Segments::Local(_), Segment::Shared) => None,
        };
        read.ok_or_else(|| self.damaged(location, Damage("the segment ends before its record does")))
    }

    /// Forgets what is at hand of a record that turned out not to be whole; whether it may be another when it is read
    /// again.
    #[cfg_attr(not(feature = "cluster"), expect(unused_variables, reason = "nothing of a file is at hand"))]
    pub(super) fn forget(&self, location: Location) -> bool {
        match self {
            Segments::Local(_) => false,
            #[cfg(feature = "cluster")]
            Segments::Shared(shared) => shared.forget(location),
        }
    }

    pub(super) fn damaged(&self, location: Location, damage: Damage) -> StoreError {
        let detail = format!("record at byte {}: {}", location.offset, damage.0);
        StoreError::Damaged { path: self.path(location.segment), detail }
    }

    fn path(&self, number: u64) -> PathBuf {
        match self {
            Segments::Local(local) => local.segment_path(number),
            #[cfg(feature = "cluster")]
            Segments::Shared(shared) => shared.shown(number),
        }
    }
}

/// Reads bytes of a file; `None` if it ends before. Its length is asked first, so that a damaged length is refused before
/// memory is given to it.
pub(super) fn read_at(file: &File, start: u64, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    if file.metadata()?.len() < start.saturating_add(length) {
        return Ok(None);
    }
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, start)?;
    Ok(Some(bytes))
}

/// The segments in a directory that one process writes to at a time.
#[derive(Debug)]
pub(super) struct LocalSegments {
    directory: PathBuf,
    segment_bytes: u64,
    open: RwLock<HashMap<u64, Arc<File>>>,
    tail: Mutex<Option<Tail>>,
}

/// The segment being written.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) number: u64,
    path: PathBuf,
    file: File,
    pub(super) length: u64,
    /// Whether anything was appended since the last sync.
    is_dirty: bool,
}

impl Tail {
    /// Creates a segment that is there after power loss.
    pub(super) fn create(path: PathBuf, number: u64) -> Result<Tail, StoreError> {
        let io = |source| StoreError::Io { action: "create", path: path.clone(), source };
        let directory = path.parent().unwrap_or(Path::new("/"));
        create_directory(directory)?;
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(io)?;
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(io)?;
        Ok(Tail { number, path, file, length: 0, is_dirty: false })
    }

    /// Opens a segment to append to it.
    pub(super) fn open(path: PathBuf, number: u64) -> Result<Tail, StoreError> {
        let io = |action, source| StoreError::Io { action, path: path.clone(), source };
        let file = OpenOptions::new().write(true).open(&path).map_err(|source| io("open", source))?;
        let length = file.metadata().map_err(|source| io("read", source))?.len();
        Ok(Tail { number, path, file, length, is_dirty: false })
    }

    pub(super) fn append(&mut self, record: &[u8]) -> Result<Location, StoreError> {
        let location = Location { segment: self.number, offset: self.length, length: record.len() as u64 };
        if let Err(source) = self.file.write_all_at(record, self.length) {
            // Nothing may stand beyond the last whole record when the disk has room again; if even this fails, the
            // next record is still written over the remains.
            let _ = self.file.set_len(self.length);
            return Err(StoreError::Io { action: "write", path: self.path.clone(), source });
        }
        self.length += location.length;
        self.is_dirty = true;
        Ok(location)
    }

    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        if self.is_dirty {
            let io = |source| StoreError::Io { action: "sync", path: self.path.clone(), source };
            self.file.sync_data().map_err(io)?;
            self.is_dirty = false;
        }
        Ok(())
    }
}

impl LocalSegments {
    pub(super) fn new(directory: &Path) -> LocalSegments {
        LocalSegments {
            directory: directory.to_owned(),
            segment_bytes: SEGMENT_BYTES,
            open: RwLock::default(),
            tail: Mutex::new(None),
        }
    }

    /// Appends an encoded record; durable after [`LocalSegments::sync`].
    pub(super) fn append(&self, record: &[u8]) -> Result<Location, StoreError> {
        let mut tail = locked(&self.tail);
        if tail.is_none() {
            *tail = Some(self.open_tail()?);
        }
        if let Some(mut full) = tail.take_if(|tail| tail.length >= self.segment_bytes) {
            full.sync()?;
            *tail = Some(self.create_segment(full.number + 1)?);
        }
        let Some(tail) = tail.as_mut() else { unreachable!("set above") };
        tail.append(record)
    }

    /// Makes all appended records survive power loss.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        locked(&self.tail).as_mut().map_or(Ok(()), Tail::sync)
    }

    /// Gives back the room of what was appended after byte `end` of a segment (writer only, before the first append):
    /// a run that was killed wrote it, and no report is there; not while a snapshot holds the segments. `None` stands for
    /// the start of the first segment.
    pub(super) fn discard_after(&self, end: Option<(u64, u64)>) -> Result<(), StoreError> {
        let Some(_right) = may_cut(&self.directory)? else {
            tracing::debug!("a copy is being made of the texts; what no report names stays for now");
            return Ok(());
        };
        let (last, end) = end.unwrap_or((1, 0));
        for number in self.segment_numbers()?.into_iter().filter(|number| *number >= last) {
            let path = self.segment_path(number);
            let io = |action, source| StoreError::Io { action, path: path.clone(), source };
            let file = OpenOptions::new().write(true).open(&path).map_err(|source| io("open", source))?;
            // Later segments stay, empty: their numbers are not given twice.
            let end = if number == last { end } else { 0 };
            if file.metadata().map_err(|source| io("read", source))?.len() > end {
                file.set_len(end).map_err(|source| io("shorten", source))?;
            }
        }
        Ok(())
    }

    /// Bytes of all segments.
    pub(super) fn size(&self) -> Result<u64, StoreError> {
        self.segment_numbers()?.into_iter().try_fold(0, |sum, number| {
            let path = self.segment_path(number);
            match std::fs::metadata(&path) {
                Ok(metadata) => Ok(sum + metadata.len()),
                Err(source) => Err(StoreError::Io { action: "read", path, source }),
            }
        })
    }

    pub(super) fn segment_path(&self, number: u64) -> PathBuf {
        self.directory.join(segment_name(number))
    }

    /// A segment opened for reading.
    pub(super) fn segment(&self, number: u64) -> Result<Arc<File>, StoreError> {
        if let Some(file) = self.open.read().unwrap_or_else(PoisonError::into_inner).get(&number) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(open_segment(self.segment_path(number))?);
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::clone(&file));
        Ok(file)
    }

    /// Numbers of the segments there are, rising.
    pub(super) fn segment_numbers(&self) -> Result<Vec<u64>, StoreError> {
        let io = |source| StoreError::Io { action: "list", path: self.directory.clone(), source };
        let entries = match std::fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(io(source)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry.map_err(io)?.file_name();
            let number =
                name.to_str().and_then(|name| name.strip_suffix(".pages")).and_then(|stem| stem.parse::<u64>().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Opens the last segment for appending, or creates the first.
    fn open_tail(&self) -> Result<Tail, StoreError> {
        match self.segment_numbers()?.pop() {
            Some(number) => Tail::open(self.segment_path(number), number),
            None => self.create_segment(1),
        }
    }

    fn create_segment(&self, number: u64) -> Result<Tail, StoreError> {
        Tail::create(self.segment_path(number), number)
    }
}

/// Opens a segment's file for reading.
fn open_segment(path: PathBuf) -> Result<File, StoreError> {
    match File::open(&path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(StoreError::Damaged { path, detail: "it is gone".to_owned() })
        }
        Err(source) => Err(StoreError::Io { action: "open", path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ReportId;
    use crate::store::TextStore;
    use crate::store::texts::tests::report;

    fn store_of(directory: &Path, segment_bytes: u64) -> TextStore {
        TextStore::of(Segments::Local(LocalSegments { segment_bytes, ..LocalSegments::new(directory) }))
    }

    #[test]
    fn full_segments_are_followed_by_new_ones() {
        let directory = tempfile::tempdir().expect("a directory");
        let texts = directory.path().join("text");
        let record = TextStore::encode(&report("r", &["some words"]));
        let store = store_of(&texts, 2 * record.len() as u64);
        let locations: Vec<Location> = (0..5).map(|_| store.append(&record).expect("room")).collect();
        assert_eq!(locations.iter().map(|location| location.segment).collect::<Vec<_>>(), [1, 1, 2, 2, 3]);
        assert_eq!(store.size().expect("there"), 5 * record.len() as u64);
        // A torn record at the end, as a crash leaves it, harms nobody.
        let tail = OpenOptions::new().append(true).open(texts.join("000003.pages"));
        std::io::Write::write_all(&mut tail.expect("there"), b"RTXR torn").expect("room");
        let store = store_of(&texts, 2 * record.len() as u64);
        let location = store.append(&record).expect("room");
        assert_eq!((location.segment, location.offset), (3, record.len() as u64 + 9));
        for location in locations.into_iter().chain([location]) {
            assert_eq!(store.load(location).expect("sound").id, ReportId::of_bytes(b"r"));
        }
    }

    #[test]
    fn what_a_killed_run_left_is_given_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let texts = directory.path().join("text");
        let record = TextStore::encode(&report("r", &["some words"]));
        let length = record.len() as u64;
        let open = || store_of(&texts, 2 * length);
        open().discard_after(None).expect("nothing to discard");
        let store = open();
        let locations: Vec<Location> = (0..5).map(|_| store.append(&record).expect("room")).collect();
        let store = open();
        store.discard_after(Some((2, length))).expect("writable");
        assert_eq!(store.size().expect("there"), 3 * length);
        for location in &locations[..3] {
            assert_eq!(store.load(*location).expect("sound").id, ReportId::of_bytes(b"r"));
        }
        assert_eq!(store.append(&record).expect("room").segment, 3);
        let store = open();
        store.discard_after(None).expect("writable");
        assert_eq!(store.size().expect("there"), 0);
    }
}
