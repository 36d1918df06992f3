//! What can go wrong with the data directory.

use std::path::PathBuf;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process is writing.
    #[error("`{}` is being written by process {holder}; wait for it to finish or stop it", directory.display())]
    Locked {
        /// The data directory.
        directory: PathBuf,
        /// The holder as it named itself in the lock file (its process id).
        holder: String,
    },
    /// Nothing was ever ingested there.
    #[error("`{}` holds no library yet; run `recto ingest PATH` first", directory.display())]
    NoLibrary {
        /// The data directory.
        directory: PathBuf,
    },
    /// A restore into it was cut off.
    #[error("`{}` is not whole, as a restore into it was cut off or still runs; run `recto restore` again", directory.display())]
    Unfinished {
        /// The data directory.
        directory: PathBuf,
    },
    /// It was to be empty.
    #[error("`{}` is not empty (it holds `{entry}`); restore into a directory that is", directory.display())]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
        /// Something in it.
        entry: String,
    },
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// A verb: read, write, create, …
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Its answer.
        source: std::io::Error,
    },
    /// The catalogue failed.
    #[error("catalogue: {0}")]
    Catalogue(#[from] rusqlite::Error),
    /// A row of what a service keeps that no version of the program writes.
    #[error("what the service keeps cannot be understood: {0}")]
    NotUnderstood(String),
    /// What many machines reach could not be reached, or is not as it was.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Object(#[from] crate::objects::ObjectError),
    /// The database that many machines use failed.
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Database(#[from] super::postgres::DatabaseError),
    /// The disk is nearly full, and what is left of it was to stay free.
    #[error(
        "only {} MiB are free on the disk of `{}`, and {} MiB are to stay free (`ingest.minimum_free_bytes`)",
        free >> 20, directory.display(), wanted >> 20
    )]
    LittleRoom {
        /// The data directory.
        directory: PathBuf,
        /// Bytes free.
        free: u64,
        /// Bytes to be left free.
        wanted: u64,
    },
    /// The data directory is where locks and syncs are not to be relied on.
    #[error(
        "`{}` is on {kind}, where locks and syncs cannot be relied on; choose a directory on a disk of this machine, or \
         set `library.allow_network = true`", directory.display()
    )]
    Network {
        /// The data directory.
        directory: PathBuf,
        /// What it is on: `a network file system (NFS)`.
        kind: &'static str,
    },
    /// Made by another version of the program.
    #[error("cannot use `{}`: {detail}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Which version, and what to do.
        detail: String,
    },
    /// Something else lives in the directory, which ingest would mix with its own files.
    #[error("`{}` is not a library of Recto: it holds `{entry}`; choose another directory", directory.display())]
    Foreign {
        /// The directory.
        directory: PathBuf,
        /// One of the things in it.
        entry: String,
    },
    /// The library was opened for reading only.
    #[error("the library was opened for reading only")]
    ReadOnly,
    /// The operating system has no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The catalogue is not whole.
    #[error(
        "`{}` is damaged ({detail}); `recto ingest` or `recto serve` makes it again from the stored texts",
        path.display()
    )]
    CatalogueDamaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Bytes that do not match their checksum or do not decode.
    #[error("`{}` is damaged: {detail}; `recto verify` says what is lost", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
}

impl StoreError {
    /// What the folder or bucket of a library on many machines is called.
    #[cfg(feature = "cluster")]
    pub(super) const SHARED_STORAGE: &str = "shared storage";

    /// The part of a library on many machines that does not answer now, if that is why; it may when it is asked again.
    pub fn part_down(&self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "cluster")]
            StoreError::Database(super::postgres::DatabaseError::Unreachable(_)) => Some("database"),
            #[cfg(feature = "cluster")]
            StoreError::Object(crate::objects::ObjectError::Unavailable { .. }) => Some(StoreError::SHARED_STORAGE),
            _ => None,
        }
    }

    /// Whether there was no room on the disk.
    pub fn is_disk_full(&self) -> bool {
        match self {
            StoreError::Io { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            StoreError::Catalogue(error) => is_catalogue_full(error),
            StoreError::LittleRoom { .. } => true,
            _ => false,
        }
    }
}

/// Whether SQLite had no room, for the database or for the shared memory of its log.
fn is_catalogue_full(error: &rusqlite::Error) -> bool {
    /// The shared memory could not be made larger.
    const SHARED_MEMORY: i32 = 4_874;
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => {
            failure.code == rusqlite::ErrorCode::DiskFull || failure.extended_code == SHARED_MEMORY
        }
        _ => false,
    }
}
