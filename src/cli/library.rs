//! The library and its searcher as the settings have them: in the data directory, or on many machines.

use crate::cli::config::EngineKind;
use crate::cli::console::Console;
use crate::cli::error::CommandError;
use crate::cli::session::Session;
use crate::jobs::TakeAway;
use crate::search::Engine;
#[cfg(feature = "cluster")]
use crate::search::SearchError;
use crate::serve::Awaited;
use crate::store::{Library, ServiceStore};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "cluster")]
use crate::cli::cluster::{Cluster, Followed, PARTITIONS, process_name};

/// Before a part that was down is asked again, the first time; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// At most.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

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

/// Does `work`, and again until no part of the library is down that it needs; `awaited` is told which is. What is wrong
/// with the settings ends it.
pub fn when_up<T>(
    console: Console,
    awaited: &Awaited,
    mut work: impl FnMut() -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let mut pause = FIRST_PAUSE;
    let mut told = None;
    loop {
        let error = match work() {
            Err(error) if error.part_down().is_some() => error,
            done => return done,
        };
        let part = error.part_down().unwrap_or_default();
        if told != Some(part) {
            console.warning(format!("waiting for the {part} of the library: {error}"));
            told = Some(part);
        }
        tracing::warn!(part, %error, "a part of the library is down");
        awaited.set(part, error.to_string());
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Opens the library alone.
pub fn open_library(session: &Session, command: &str) -> Result<Library, CommandError> {
    match session.config().engine.kind {
        EngineKind::Embedded => Ok(Library::open_for_reading(session.library_directory())?),
        EngineKind::Quickwit => open_library_elsewhere(session, command),
    }
}

/// Opens what services of the library keep, for the command of this name; made if there is nothing yet.
pub fn open_service(session: &Session, command: &str) -> Result<ServiceStore, CommandError> {
    match session.config().engine.kind {
        EngineKind::Embedded => Ok(ServiceStore::open(session.library_directory())?),
        EngineKind::Quickwit => open_service_elsewhere(session, command),
    }
}

/// What removes a report where that is not for this process; `None` if it is.
pub fn take_away(session: &Session) -> Result<Option<TakeAway>, CommandError> {
    if is_elsewhere(session) { take_away_elsewhere(session).map(Some) } else { Ok(None) }
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
    let library = cluster.library(session.library_directory(), &process_name(command))?;
    // A service on a library that is still empty takes uploads for it.
    if command == "serve" {
        cluster.indexes().ensure(PARTITIONS).map_err(SearchError::from)?;
    }
    let (library, engine, followed) = cluster.open(library, &process_name(command))?;
    Ok(Opened { library, engine, followed: Some(followed) })
}

#[cfg(feature = "cluster")]
fn open_library_elsewhere(session: &Session, command: &str) -> Result<Library, CommandError> {
    let cluster = Cluster::new(&session.config().engine, &format!("`recto {command}`"))?;
    cluster.library(session.library_directory(), &process_name(command))
}

#[cfg(feature = "cluster")]
fn open_service_elsewhere(session: &Session, command: &str) -> Result<ServiceStore, CommandError> {
    Cluster::new(&session.config().engine, &format!("`recto {command}`"))?.service(&process_name(command))
}

#[cfg(feature = "cluster")]
fn take_away_elsewhere(session: &Session) -> Result<TakeAway, CommandError> {
    let cluster = Cluster::new(&session.config().engine, "`recto serve`")?;
    Ok(Box::new(move |report, hash| {
        cluster.take_away(&process_name("remove"), report, hash).map_err(|error| error.to_string())
    }))
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

#[cfg(not(feature = "cluster"))]
fn open_service_elsewhere(_session: &Session, _command: &str) -> Result<ServiceStore, CommandError> {
    Err(CommandError::Usage(crate::cli::config::NO_QUICKWIT.to_owned()))
}

#[cfg(not(feature = "cluster"))]
fn take_away_elsewhere(_session: &Session) -> Result<TakeAway, CommandError> {
    Err(CommandError::Usage(crate::cli::config::NO_QUICKWIT.to_owned()))
}

#[cfg(all(test, feature = "cluster"))]
mod tests {
    use super::*;
    use crate::cli::args::When;
    use crate::queue::QueueError;
    use crate::quickwit::QuickwitError;

    #[test]
    fn what_is_down_is_awaited_and_what_is_wrong_ends_it() {
        let console = Console::new(When::Never, true);
        let down = || QueueError::Unreachable("refused".to_owned());
        let broken = || QuickwitError::Failed { status: 503, reason: "no metastore".to_owned() };
        let mut answers =
            vec![Ok(7), Err(CommandError::from(SearchError::from(broken()))), Err(SearchError::from(down()).into())];
        let opened = when_up(console, &Awaited::default(), || answers.pop().expect("asked no more"));
        assert_eq!(opened.expect("it came up"), 7);
        for wrong in [
            SearchError::from(QueueError::Database("password authentication failed".to_owned())),
            QueueError::Version { found: 9, known: 1 }.into(),
            QuickwitError::Refused { status: 404, reason: "no Quickwit".to_owned() }.into(),
        ] {
            let mut answers = vec![Err::<u8, _>(CommandError::from(wrong))];
            let ended = when_up(console, &Awaited::default(), || answers.pop().expect("asked again"));
            assert!(ended.is_err());
        }
    }
}
