//! The library and its searcher as the settings have them: in the data directory, or on many machines.

use crate::cli::config::EngineKind;
use crate::cli::error::CommandError;
use crate::cli::session::Session;
use crate::search::Engine;
use crate::store::Library;
use std::sync::Arc;

#[cfg(feature = "cluster")]
use crate::cli::cluster::{Cluster, Followed, PARTITIONS, process_name};

/// A library to be searched.
pub struct Opened {
    /// The library.
    pub library: Arc<Library>,
    /// Its searcher.
    pub engine: Engine,
    #[cfg(feature = "cluster")]
    followed: Option<Followed>,
}

impl Opened {
    /// One in the data directory, opened already.
    pub fn within(library: Arc<Library>) -> Result<Opened, CommandError> {
        let engine = Engine::open(Arc::clone(&library))?;
        Ok(Opened {
            library,
            engine,
            #[cfg(feature = "cluster")]
            followed: None,
        })
    }

    /// Goes on following what others make of the library, as long as the process lasts.
    pub fn follow(self) -> Result<(Arc<Library>, Engine), CommandError> {
        #[cfg(feature = "cluster")]
        if let Some(followed) = self.followed {
            followed.start()?;
        }
        Ok((self.library, self.engine))
    }
}

/// Opens the library and its searcher for the command of this name.
pub fn open(session: &Session, command: &str) -> Result<Opened, CommandError> {
    match session.config().engine.kind {
        EngineKind::Embedded => Opened::within(Arc::new(Library::open_for_reading(session.library_directory())?)),
        EngineKind::Quickwit => open_elsewhere(session, command),
    }
}

/// Opens the library alone.
pub fn open_library(session: &Session, command: &str) -> Result<Library, CommandError> {
    match session.config().engine.kind {
        EngineKind::Embedded => Ok(Library::open_for_reading(session.library_directory())?),
        EngineKind::Quickwit => open_library_elsewhere(session, command),
    }
}

/// Whether the library is on many machines, so that its workers alone write it.
pub fn is_elsewhere(session: &Session) -> bool {
    session.config().engine.kind == EngineKind::Quickwit
}

/// Refuses what is done to a library in the data directory alone, and says what to do `instead`.
pub fn refuse_elsewhere(session: &Session, what: &str, instead: &str) -> Result<(), CommandError> {
    if !is_elsewhere(session) {
        return Ok(());
    }
    Err(CommandError::Usage(format!(
        "{what} is for a library in the data directory, and this one is on many machines; {instead}"
    )))
}

#[cfg(feature = "cluster")]
fn open_elsewhere(session: &Session, command: &str) -> Result<Opened, CommandError> {
    let cluster = Cluster::new(&session.config().engine, &format!("`recto {command}`"))?;
    // A service on a library that is still empty takes uploads for it.
    if command == "serve" {
        cluster.indexes()?.ensure(PARTITIONS).map_err(CommandError::cluster)?;
    }
    let (library, engine, followed) = cluster.open(session.library_directory(), &process_name(command))?;
    Ok(Opened { library, engine, followed: Some(followed) })
}

#[cfg(feature = "cluster")]
fn open_library_elsewhere(session: &Session, command: &str) -> Result<Library, CommandError> {
    let cluster = Cluster::new(&session.config().engine, &format!("`recto {command}`"))?;
    cluster.library(session.library_directory(), &process_name(command))
}

// The settings are refused before by a build that lacks the engine.
#[cfg(not(feature = "cluster"))]
fn open_elsewhere(_session: &Session, _command: &str) -> Result<Opened, CommandError> {
    Err(CommandError::Usage(crate::cli::config::NO_QUICKWIT.to_owned()))
}

#[cfg(not(feature = "cluster"))]
fn open_library_elsewhere(_session: &Session, _command: &str) -> Result<Library, CommandError> {
    Err(CommandError::Usage(crate::cli::config::NO_QUICKWIT.to_owned()))
}
