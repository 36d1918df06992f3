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
    /// Bytes that do not match their checksum or do not decode.
    #[error("`{}` is damaged: {detail}; `recto verify` says what is lost", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
}
