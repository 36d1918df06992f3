//! Why a command stopped, and the exit code that goes with it.
//!
//! Files that cannot be read are not errors of a command: they are listed and the command goes on.

use crate::bench::BenchError;
use crate::cli::config::ConfigError;
use crate::cli::exit_code::ExitCode;
use crate::index::IndexError;
use crate::ingest::IngestError;
use crate::jobs::JobError;
use crate::search::SearchError;
use crate::store::StoreError;
use crate::upkeep::{BackupError, UpkeepError};
use std::io;
use std::path::{Path, PathBuf};

/// A failure that stops a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The arguments do not make sense together.
    #[error("{0}")]
    Usage(String),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The ingest stopped.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The search gave no answer.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The library could not be verified or mended.
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    /// The library could not be backed up or restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Jobs of a service could not be had.
    #[error(transparent)]
    Jobs(#[from] JobError),
    /// A measurement gave no figures.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// A part of a library on many machines failed, or something was wrong with what its settings say of it.
    #[cfg(feature = "cluster")]
    #[error("{0}")]
    Cluster(String),
    /// A file named on the command line cannot be used.
    #[error("cannot {action} `{}`: {source}", path.display())]
    File {
        /// A verb: read, open, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// A part of the program could not start or stopped by itself.
    #[error("cannot {action}: {source}")]
    Service {
        /// What was tried: `listen on …`.
        action: String,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// Results could not be written.
    #[error("cannot write the results: {0}")]
    Output(#[from] io::Error),
}

impl CommandError {
    /// Names the file that could not be used; for `map_err`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CommandError {
        let path = path.to_path_buf();
        move |source| CommandError::File { action, path, source }
    }

    /// A failure of a part of a library on many machines; for `map_err`.
    #[cfg(feature = "cluster")]
    pub fn cluster(error: impl std::fmt::Display) -> CommandError {
        CommandError::Cluster(error.to_string())
    }

    /// The part of a library on many machines that does not answer now, if that is why.
    pub fn part_down(&self) -> Option<&'static str> {
        match self {
            CommandError::Store(error) => error.part_down(),
            CommandError::Search(error) => error.part_down(),
            _ => None,
        }
    }

    /// What to do about it, where the message alone does not say so.
    pub fn advice(&self) -> Option<&'static str> {
        let is_full = match self {
            CommandError::Store(error) | CommandError::Upkeep(UpkeepError::Store(error)) => error.is_disk_full(),
            CommandError::Index(error) | CommandError::Upkeep(UpkeepError::Index(error)) => error.is_disk_full(),
            CommandError::Ingest(error) => error.is_disk_full(),
            CommandError::Backup(error) => error.is_disk_full(),
            CommandError::Output(error) | CommandError::File { source: error, .. } => {
                error.kind() == io::ErrorKind::StorageFull
            }
            _ => false,
        };
        if self.part_down().is_some() {
            return Some("a part of the library does not answer; `recto status` tells which");
        }
        is_full.then_some(
            "the disk is full: what was committed before can be searched; make room and run the same command again",
        )
    }

    /// The exit code for this failure.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            CommandError::Output(source) if source.kind() == io::ErrorKind::BrokenPipe => ExitCode::Success,
            CommandError::Store(StoreError::Locked { .. })
            | CommandError::Ingest(IngestError::Store(StoreError::Locked { .. }))
            | CommandError::Upkeep(UpkeepError::Store(StoreError::Locked { .. }))
            | CommandError::Backup(BackupError::Upkeep(UpkeepError::Store(StoreError::Locked { .. })))
            | CommandError::Search(SearchError::Store(StoreError::Locked { .. })) => ExitCode::Locked,
            CommandError::Bench(BenchError::Interrupted)
            | CommandError::Upkeep(UpkeepError::Interrupted)
            | CommandError::Backup(BackupError::Interrupted | BackupError::Upkeep(UpkeepError::Interrupted)) => {
                ExitCode::Interrupted
            }
            _ => ExitCode::Failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_succeeds_and_a_lock_is_temporary() {
        let locked = || StoreError::Locked { directory: "index".into(), holder: "7".to_owned() };
        let cases = [
            (CommandError::Output(io::ErrorKind::BrokenPipe.into()), 0),
            (CommandError::Output(io::ErrorKind::StorageFull.into()), 2),
            (CommandError::Store(locked()), 75),
            (CommandError::Ingest(IngestError::Store(locked())), 75),
            (CommandError::Bench(BenchError::Interrupted), 130),
            (CommandError::Usage("no".to_owned()), 2),
        ];
        for (error, number) in cases {
            assert_eq!(error.exit_code().number(), number, "{error}");
        }
    }
}
