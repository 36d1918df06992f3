//! One file → a whole data directory, which is not there before it has been verified.

use crate::store::{ServiceStore, StoreError, Unfinished};
use crate::upkeep::archive::{FORMAT, Listed, MANIFEST, Manifest, place};
use crate::upkeep::{BackupError, Healed, Verification, files, heal, open, verify};
use serde::Serialize;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Largest list that is read, in bytes: millions of files have one as large.
const MANIFEST_BYTES: u64 = 1 << 30;

/// What was restored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Restored {
    /// When the backup was made, in seconds since 1970.
    pub created: i64,
    /// The version of the program that made it.
    pub recto: String,
    /// Reports.
    pub reports: u64,
    /// Files of the archive.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Reports whose stored text was damaged before the backup was made: taken out until their files are read again.
    pub lost: u64,
    /// Whether nothing was written, as was asked for.
    pub dry_run: bool,
    /// Seconds it took.
    pub seconds: f64,
}

/// Reads an archive to its end and fills `directory` with it, which must be empty or left by a restore that was cut off;
/// `None` only reads. Nothing is left of an archive that is not whole.
pub fn restore(
    archive: &Path,
    directory: Option<&Path>,
    jobs: usize,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<Restored, BackupError> {
    let start = Instant::now();
    let input = File::open(archive).map_err(files::failed("read", archive))?;
    let Some(directory) = directory else {
        let manifest = unpack(archive, input, None, stop)?;
        return Ok(summary(&manifest, manifest.reports, 0, true, start));
    };
    let unfinished = Unfinished::begin(directory)?;
    let inside = unfinished.inside();
    let manifest = unpack(archive, input, Some(&inside), stop)?;
    let (reports, lost) = check(directory, &inside, jobs, done, stop)?;
    unfinished.finish()?;
    Ok(summary(&manifest, reports, lost, false, start))
}

fn summary(manifest: &Manifest, reports: u64, lost: u64, dry_run: bool, start: Instant) -> Restored {
    Restored {
        created: manifest.created,
        recto: manifest.recto.clone(),
        files: manifest.files.len() as u64,
        bytes: manifest.files.iter().map(|listed| listed.size).sum(),
        seconds: start.elapsed().as_secs_f64(),
        reports,
        lost,
        dry_run,
    }
}

/// Makes what was unpacked agree with itself and with where it will be, and verifies it; gives its reports, and how many
/// are lost.
fn check(
    directory: &Path,
    inside: &Path,
    jobs: usize,
    done: &(dyn Fn(u64, u64) + Sync),
    stop: &AtomicBool,
) -> Result<(u64, u64), BackupError> {
    let (library, _) = open(inside)?;
    if inside.join("service.sqlite").exists() {
        let store = ServiceStore::open(inside)?;
        let uploads = store.uploads()?.into_iter().map(|id| store.upload(id)).collect::<Result<Vec<_>, _>>()?;
        let uploads: Vec<_> = uploads.into_iter().flatten().collect();
        let place = directory.canonicalize().map_err(files::failed("find", directory))?.join("uploads");
        library.catalogue().move_uploads(&place, &uploads)?;
    }
    let lost = match heal(&library, jobs, done, stop)? {
        Healed::Nothing => 0,
        Healed::Reports { lost, .. } => lost,
        Healed::Index { rebuilt, .. } => rebuilt.lost.len() as u64,
    };
    let Verification { reports, findings, .. } = verify(&library, jobs, done, stop)?;
    match findings.first() {
        None => Ok((reports, lost)),
        Some(finding) => Err(BackupError::Unverified(finding.message())),
    }
}

/// Reads an archive to its end; writes its files below `inside`, each synced.
fn unpack(archive: &Path, input: File, inside: Option<&Path>, stop: &AtomicBool) -> Result<Manifest, BackupError> {
    let damaged = |detail: &str| BackupError::Damaged { archive: archive.to_owned(), detail: detail.to_owned() };
    let unreadable = |error: io::Error| damaged(&format!("it cannot be read on: {error}"));
    let decoder = zstd::Decoder::new(BufReader::new(input)).map_err(unreadable)?;
    let mut tar = tar::Archive::new(decoder);
    let (mut found, mut manifest): (Vec<Listed>, Option<Manifest>) = (Vec::new(), None);
    let mut folders = HashSet::new();
    for entry in tar.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        if stop.load(Ordering::Relaxed) {
            return Err(BackupError::Interrupted);
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(damaged(&format!("`{}` is no plain file", name.escape_debug())));
        }
        if manifest.is_some() {
            return Err(damaged("something stands after its list of files"));
        }
        let size = entry.size();
        if name == MANIFEST {
            let mut list = Vec::new();
            entry.by_ref().take(MANIFEST_BYTES).read_to_end(&mut list).map_err(unreadable)?;
            let list: Manifest = serde_json::from_slice(&list)
                .map_err(|error| damaged(&format!("its list of files cannot be read: {error}")))?;
            if list.format > FORMAT {
                return Err(damaged("it was made by a newer version of Recto"));
            }
            manifest = Some(list);
            continue;
        }
        let Some(below) = place(&name) else {
            return Err(damaged(&format!("`{}` does not belong into a library", name.escape_debug())));
        };
        let mut content = files::Exactly::new(&mut entry, size, stop);
        let copied = match inside {
            Some(inside) => {
                let path = inside.join(&below);
                folders.extend(path.parent().map(Path::to_owned));
                copy(&mut content, &path)
            }
            None => io::copy(&mut content, &mut io::sink()).map(drop).map_err(BackupError::Write),
        };
        match (content.failure.take(), copied) {
            (Some(files::Failure::Stopped), _) => return Err(BackupError::Interrupted),
            (Some(files::Failure::TooShort), _) => return Err(damaged("it ends early")),
            (Some(files::Failure::Io(error)), _) => return Err(unreadable(error)),
            (None, copied) => copied?,
        }
        found.push(Listed { path: name, size, hash: content.hasher.finalize().to_hex().to_string() });
    }
    // The checksum of the compressed bytes stands at their end.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(unreadable)?;
    let manifest = manifest.ok_or_else(|| damaged("it ends before its list of files"))?;
    if let Some((listed, _)) = manifest.files.iter().zip(&found).find(|(listed, found)| listed != found) {
        return Err(damaged(&format!("`{}` is not the file that was put into it", listed.path.escape_debug())));
    }
    if manifest.files.len() != found.len() {
        return Err(damaged("it has other files than its list says"));
    }
    for folder in folders {
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(files::failed("sync", &folder))?;
    }
    Ok(manifest)
}

/// Writes a new file and syncs it.
fn copy(content: &mut impl Read, path: &PathBuf) -> Result<(), BackupError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(files::failed("create", folder))?;
    }
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = new.map_err(files::failed("create", path))?;
    io::copy(content, &mut file).map_err(files::failed("write", path))?;
    file.flush().and_then(|()| file.sync_all()).map_err(files::failed("sync", path))
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> BackupError {
        BackupError::Upkeep(error.into())
    }
}
