//! A whole data directory → one file, while a service or an ingest goes on.
//!
//! What stands in it is the library as of one moment (see [`crate::store::Snapshot`]); its index may be a little ahead,
//! and is made to fit when it is restored. Pictures of pages are left out, as they can be drawn again.

use crate::index::{self, CommitFile};
use crate::store::{Library, Snapshot, seconds_now};
use crate::upkeep::archive::{FORMAT, Listed, MANIFEST, Manifest};
use crate::upkeep::{BackupError, files};
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// How hard is tried to make it small: texts and pictures are compressed already.
const LEVEL: i32 = 3;
/// What the archive is called until it is whole.
const DRAFT: &str = "part";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackedUp {
    /// Reports.
    pub reports: u64,
    /// Files that were handed over.
    pub uploads: u64,
    /// Files in the archive.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes of the archive.
    pub archive_bytes: u64,
    /// Uploads whose bytes are not those that were handed over, by name: a disk has changed them.
    pub damaged: Vec<String>,
    /// Whether nothing was kept, as was asked for.
    pub dry_run: bool,
    /// Seconds it took.
    pub seconds: f64,
}

/// Writes the archive to `file`, which takes the place of an older one in one step; `None` writes it nowhere.
pub fn backup(library: &Library, file: Option<&Path>, stop: &AtomicBool) -> Result<BackedUp, BackupError> {
    let start = Instant::now();
    let draft = Draft::begin(file)?;
    let snapshot = library.snapshot(&draft.path)?;
    let mut summary = match file {
        Some(_) => {
            let (mut summary, output) = write(library, &snapshot, &draft.file, stop)?;
            output.sync_all().map_err(files::failed("sync", &draft.path))?;
            summary.archive_bytes = output.metadata().map_err(files::failed("read", &draft.path))?.len();
            summary
        }
        None => {
            let (mut summary, counted) = write(library, &snapshot, Counted::default(), stop)?;
            (summary.archive_bytes, summary.dry_run) = (counted.0, true);
            summary
        }
    };
    drop(snapshot);
    draft.finish(file)?;
    summary.seconds = start.elapsed().as_secs_f64();
    Ok(summary)
}

/// Counts bytes and keeps none.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The file that is written until it is whole, and what lies beside it meanwhile: taken away, however it ends.
struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    fn begin(file: Option<&Path>) -> Result<Draft, BackupError> {
        let path = match file {
            Some(file) => {
                let name = file.file_name().ok_or_else(|| {
                    files::failed("write", file)(io::Error::new(io::ErrorKind::InvalidInput, "it is no file's name"))
                })?;
                if file.is_dir() {
                    return Err(files::failed("write", file)(io::ErrorKind::IsADirectory.into()));
                }
                let mut hidden = std::ffi::OsString::from(".");
                hidden.push(name);
                hidden.push(format!(".{DRAFT}"));
                file.with_file_name(hidden)
            }
            None => std::env::temp_dir().join(format!("recto-backup-{}.{DRAFT}", std::process::id())),
        };
        // For its owner alone: passwords' hashes are in it.
        let options = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let draft = options.map_err(files::failed("write", &path))?;
        if draft.try_lock().is_err() {
            let busy = io::Error::new(io::ErrorKind::ResourceBusy, "another process writes the same backup");
            return Err(files::failed("write", &path)(busy));
        }
        // What a process that was killed has left.
        draft.set_len(0).map_err(files::failed("write", &path))?;
        Ok(Draft { path, file: draft })
    }

    /// Gives the archive its name.
    fn finish(self, file: Option<&Path>) -> Result<(), BackupError> {
        let Some(file) = file else { return Ok(()) };
        std::fs::rename(&self.path, file).map_err(files::failed("write", file))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(files::failed("sync", folder))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for path in Library::snapshot_files(&self.path).iter().chain([&self.path]) {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "what was needed for a backup could not be removed");
                }
                _ => {}
            }
        }
    }
}

/// Writes everything; gives the writer back.
fn write<W: Write>(
    library: &Library,
    snapshot: &Snapshot,
    output: W,
    stop: &AtomicBool,
) -> Result<(BackedUp, W), BackupError> {
    // Before the long copying, so that little is changed since the catalogue was copied.
    let generation = library.generation_directory();
    let index = index::commit_files(&generation).unwrap_or_else(|error| {
        tracing::warn!(%error, "the index cannot be backed up; it is made again when the backup is restored");
        Vec::new()
    });
    let name = generation.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut archive = Archive::new(output, stop)?;
    archive.file("catalogue.sqlite", &snapshot.catalogue, None)?;
    if let Some(service) = &snapshot.service {
        archive.file("service.sqlite", service, None)?;
    }
    archive.bytes("CURRENT", format!("{name}\n").as_bytes())?;
    for (segment, path, bytes) in &snapshot.texts {
        archive.file(&format!("text/{segment}"), path, Some(*bytes))?;
    }
    for (file, content) in index {
        let entry = format!("{name}/{file}");
        match content {
            CommitFile::Bytes(bytes) => archive.bytes(&entry, &bytes)?,
            CommitFile::Open(open) => archive.open_file(&entry, &generation.join(file), open, None)?,
        }
    }
    let (mut uploads, mut damaged) = (0, Vec::new());
    for upload in &snapshot.uploads {
        let file = format!("{}.pdf", upload.hash);
        let path = library.directory().join("uploads").join(&file);
        let open = match File::open(&path) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::info!(upload = upload.name, "a file that was handed over is gone");
                continue;
            }
            Err(error) => return Err(files::failed("read", &path)(error)),
        };
        archive.open_file(&format!("uploads/{file}"), &path, open, None)?;
        uploads += 1;
        if archive.manifest.files.last().is_some_and(|listed| listed.hash != upload.hash) {
            damaged.push(upload.name.clone());
        }
    }
    archive.manifest.reports = snapshot.reports;
    let bytes = archive.manifest.files.iter().map(|listed| listed.size).sum();
    let summary = BackedUp {
        reports: snapshot.reports,
        files: archive.manifest.files.len() as u64,
        archive_bytes: 0,
        dry_run: false,
        seconds: 0.0,
        uploads,
        bytes,
        damaged,
    };
    Ok((summary, archive.finish()?))
}

/// An archive being written.
struct Archive<'s, W: Write> {
    tar: tar::Builder<zstd::Encoder<'static, BufWriter<W>>>,
    manifest: Manifest,
    stop: &'s AtomicBool,
}

impl<'s, W: Write> Archive<'s, W> {
    fn new(output: W, stop: &'s AtomicBool) -> Result<Archive<'s, W>, BackupError> {
        let mut encoder = zstd::Encoder::new(BufWriter::new(output), LEVEL).map_err(BackupError::Write)?;
        encoder.include_checksum(true).map_err(BackupError::Write)?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let manifest =
            Manifest { format: FORMAT, recto: version, created: seconds_now(), reports: 0, files: Vec::new() };
        Ok(Archive { tar: tar::Builder::new(encoder), manifest, stop })
    }

    fn file(&mut self, entry: &str, path: &Path, bytes: Option<u64>) -> Result<(), BackupError> {
        let open = File::open(path).map_err(files::failed("read", path))?;
        self.open_file(entry, path, open, bytes)
    }

    /// Adds an open file, or only its first bytes.
    fn open_file(&mut self, entry: &str, path: &Path, open: File, bytes: Option<u64>) -> Result<(), BackupError> {
        let size = match bytes {
            Some(bytes) => bytes,
            None => open.metadata().map_err(files::failed("read", path))?.len(),
        };
        self.add(entry, size, open, path)
    }

    fn bytes(&mut self, entry: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.add(entry, bytes.len() as u64, bytes, Path::new(entry))
    }

    fn add(&mut self, entry: &str, size: u64, content: impl Read, path: &Path) -> Result<(), BackupError> {
        let mut content = files::Exactly::new(content, size, self.stop);
        let appended = append(&mut self.tar, entry, size, &mut content);
        match (appended, content.failure) {
            (_, Some(failure)) => Err(failure.told_of(path)),
            (Err(error), None) => Err(BackupError::Write(error)),
            (Ok(()), None) => {
                let hash = content.hasher.finalize().to_hex().to_string();
                self.manifest.files.push(Listed { path: entry.to_owned(), size, hash });
                Ok(())
            }
        }
    }

    /// Adds the list, without which it would not be whole.
    fn finish(mut self) -> Result<W, BackupError> {
        let list = serde_json::to_vec(&self.manifest).map_err(|error| BackupError::Write(error.into()))?;
        append(&mut self.tar, MANIFEST, list.len() as u64, list.as_slice()).map_err(BackupError::Write)?;
        let ended = self.tar.into_inner().and_then(zstd::Encoder::finish);
        ended.and_then(|output| output.into_inner().map_err(Into::into)).map_err(BackupError::Write)
    }
}

fn append<W: Write>(tar: &mut tar::Builder<W>, entry: &str, size: u64, content: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_entry_type(tar::EntryType::Regular);
    tar.append_data(&mut header, entry, content)
}
