//! The parts of a library on many machines, as the settings name them.

use crate::cli::config::{EngineConfig, EngineKind};
use crate::cli::error::CommandError;
use crate::ingest::fleet::{self, ClusterShelf, GENERATION, HandedError, Refilled};
use crate::objects::{self, ObjectError, Place};
use crate::queue::{Pace, Queue, QueueError};
use crate::quickwit::{self, Quickwit, QuickwitIndexes};
use crate::report::{Report, ReportId};
use crate::search::remote::{self, KeptVocabularies, VocabularyBuilder};
use crate::search::{Engine, SearchError};
use crate::sources::Sources;
use crate::store::shared::{Segments, SharedParts, is_mounted};
use crate::store::{Library, ReportRow, ServiceStore};
use crate::upkeep::ClusterStatus;
use arc_swap::ArcSwap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Indexes are split by report into so many parts, so that searches for some reports pass over the rest.
pub const PARTITIONS: u32 = 8;
/// Bytes of page texts that a process keeps in memory.
const KEPT_BYTES: u64 = 256 << 20;
/// Between two looks for a newer vocabulary.
const FOLLOW_EVERY: Duration = Duration::from_secs(30);

/// The parts; none is spoken to before it is asked something.
pub struct Cluster {
    config: EngineConfig,
    /// The engine's client.
    pub quickwit: Arc<Quickwit>,
    /// Where texts, boxes and files lie.
    pub place: Arc<Place>,
    indexes: QuickwitIndexes,
}

impl Cluster {
    /// The parts of these settings, if they are those of such a library; `purpose` names what needs it.
    pub fn new(config: &EngineConfig, purpose: &str) -> Result<Cluster, CommandError> {
        if config.kind != EngineKind::Quickwit {
            return Err(CommandError::Usage(format!("{purpose} needs `engine.kind = \"quickwit\"`")));
        }
        let missing = [
            ("search_urls", config.search_urls.is_empty()),
            ("ingest_urls", config.ingest_urls.is_empty()),
            ("database_url", config.database_url.is_empty()),
            ("storage", config.storage.is_empty()),
        ];
        if let Some((name, _)) = missing.into_iter().find(|(_, is_missing)| *is_missing) {
            return Err(CommandError::Usage(format!("{purpose} needs the setting `engine.{name}`")));
        }
        let quickwit = Quickwit::new(quickwit::Options {
            search_urls: config.search_urls.clone(),
            ingest_urls: config.ingest_urls.clone(),
            search_time: Duration::from_millis(config.search_ms),
            ingest_time: Duration::from_millis(config.ingest_ms),
            ..quickwit::Options::default()
        })
        .map_err(SearchError::from)?;
        let (quickwit, place) = (Arc::new(quickwit), Arc::new(place(config)?));
        let indexes = QuickwitIndexes::new(Arc::clone(&quickwit), &config.index, GENERATION);
        let indexes = indexes.map_err(CommandError::cluster)?;
        Ok(Cluster { config: config.clone(), quickwit, place, indexes })
    }

    /// A connection to the queue, called so among the connections of the database.
    pub fn queue(&self, name: &str) -> Result<Queue, QueueError> {
        Queue::connect(self.config.database_url.expose(), name)
    }

    /// What the services of the library keep; connects to the database as `name`.
    pub fn service(&self, name: &str) -> Result<ServiceStore, CommandError> {
        Ok(ServiceStore::connect(self.config.database_url.expose(), name)?)
    }

    /// The indexes.
    pub fn indexes(&self) -> QuickwitIndexes {
        self.indexes.clone()
    }

    /// The library; what this process has of its own is in `directory`; connects to the database as `name`.
    pub fn library(&self, directory: &Path, name: &str) -> Result<Library, CommandError> {
        let parts = SharedParts {
            database_url: self.config.database_url.expose(),
            name,
            texts: Arc::clone(&self.place),
            originals: Sources::new(vec![place(&self.config)?]),
            kept_bytes: KEPT_BYTES,
        };
        Ok(Library::open_shared(directory, parts)?)
    }

    /// The searcher of a library of [`Cluster::library`], with the newest vocabulary.
    pub fn open(&self, library: Library, name: &str) -> Result<(Arc<Library>, Engine, Followed), CommandError> {
        let library = Arc::new(library);
        let none = VocabularyBuilder::default().finish().map_err(CommandError::cluster)?;
        let mut followed =
            Followed { kept: self.vocabularies(), name: None, vocabulary: Arc::new(ArcSwap::from_pointee(none)) };
        // Without one, words are found all the same, but not by their beginnings.
        if let Err(error) = followed.look() {
            tracing::warn!(%error, "the list of words cannot be had");
        }
        let options = remote::Options {
            indexes: self.indexes(),
            revisions: Box::new(Mutex::new(self.queue(name).map_err(SearchError::from)?)),
            vocabulary: Arc::clone(&followed.vocabulary),
        };
        let engine = Engine::open_remote(Arc::clone(&library), options)?;
        Ok((library, engine, followed))
    }

    /// The lists of words in the storage.
    pub fn vocabularies(&self) -> KeptVocabularies {
        KeptVocabularies::new(Arc::clone(&self.place))
    }

    /// Whether the storage can be used, if the library `has_reports`.
    fn check_storage(&self, has_reports: bool) -> Result<(), String> {
        match &*self.place {
            Place::Folder(folder) if has_reports && folder.is_dir() && !is_mounted(folder) => {
                Err(format!("`{}` has no texts; is it mounted?", folder.display()))
            }
            Place::Folder(folder) if folder.is_dir() => Ok(()),
            Place::Folder(folder) => Err(format!("`{}` is not there", folder.display())),
            // Nothing has a name that begins so.
            Place::Bucket(bucket) => bucket.list("status/", |_| {}).map_err(|error| error.to_string()),
        }
    }

    /// How the parts are; connects to the database as `name`.
    pub fn status(&self, name: &str) -> ClusterStatus {
        let queue = self.queue(name);
        let queue = queue.as_ref().map_err(Clone::clone);
        ClusterStatus::look(queue, &self.quickwit, &self.indexes.reports, &self.config.search_urls, |has_reports| {
            self.check_storage(has_reports)
        })
    }

    /// Removes a report, and its file if it was handed over; see [`fleet::take_away`].
    pub fn take_away(&self, name: &str, report: ReportId, hash: Option<&str>) -> Result<bool, HandedError> {
        fleet::take_away(&self.queue(name)?, &self.place, report, hash)
    }

    /// Hands an upload over to the workers; see [`fleet::hand_over`].
    pub fn hand_over(&self, name: &str, file: &Path, hash: &str) -> Result<(), HandedError> {
        let queue = self.queue(name)?;
        // Where the folder is not mounted, no worker would find it.
        let has_reports = queue.counts()?.live > 0;
        self.check_storage(has_reports)
            .map_err(|detail| ObjectError::Unavailable { object: self.config.storage.clone(), detail })?;
        fleet::hand_over(&queue, &self.place, file, hash)
    }

    /// Sends the engine what it lacks of a library; `told` hears how many reports were looked at.
    pub fn refill(
        &self,
        library: &Library,
        name: &str,
        told: &(dyn Fn(u64) + Sync),
        stop: &AtomicBool,
    ) -> Result<Refilled, CommandError> {
        let (queue, shelf) = (self.queue(name).map_err(CommandError::cluster)?, self.shelf(library.directory(), name)?);
        shelf.indexes.ensure(PARTITIONS).map_err(CommandError::cluster)?;
        let documents =
            |report: &Report, row: &ReportRow| quickwit::documents(report, &row.shown_file(), row.tags(), GENERATION);
        fleet::refill(library, &queue, &shelf, &documents, Pace::default(), told, stop).map_err(CommandError::cluster)
    }

    /// Where a worker puts what it reads; it connects to the database as `name`, and what it keeps of its own is in
    /// `directory`.
    pub fn shelf(&self, directory: &Path, name: &str) -> Result<ClusterShelf, CommandError> {
        let (segments, place) = (Segments::new(Arc::clone(&self.place)), Arc::clone(&self.place));
        let (library, service) = (self.library(directory, name)?, self.service(name)?);
        Ok(ClusterShelf { indexes: self.indexes(), segments, place, library, service })
    }
}

/// The list of words of a searcher, of which there will be newer ones.
pub struct Followed {
    kept: KeptVocabularies,
    /// What the one in use is called.
    name: Option<String>,
    vocabulary: Arc<ArcSwap<remote::Vocabulary>>,
}

impl Followed {
    /// Takes the newest.
    fn look(&mut self) -> Result<(), remote::KeptError> {
        let newest = self.kept.newest()?;
        if let Some(name) = newest.filter(|newest| Some(newest) != self.name.as_ref()) {
            self.vocabulary.store(Arc::new(self.kept.load(&name)?));
            tracing::info!(name, "a list of words was taken into use");
            self.name = Some(name);
        }
        Ok(())
    }

    /// Takes newer ones as long as the process lasts.
    pub fn start(mut self) -> Result<(), CommandError> {
        let follow = move || {
            loop {
                std::thread::sleep(FOLLOW_EVERY);
                if let Err(error) = self.look() {
                    tracing::warn!(%error, "a newer list of words cannot be had");
                }
            }
        };
        let thread = std::thread::Builder::new().name("vocabulary".to_owned()).spawn(follow);
        let service = |source| CommandError::Service { action: "follow the list of words".to_owned(), source };
        thread.map(drop).map_err(service)
    }
}

/// Where texts, boxes and files lie by these settings; nothing is spoken to yet.
fn place(config: &EngineConfig) -> Result<Place, CommandError> {
    Place::open(&objects::Options {
        address: config.storage.clone(),
        endpoint: Some(config.storage_endpoint.clone()).filter(|endpoint| !endpoint.is_empty()),
        region: config.storage_region.clone(),
        ..objects::Options::default()
    })
    .map_err(CommandError::cluster)
}

/// What a process is called in the queue: `recto-worker@machine-7-4711`.
pub fn process_name(role: &str) -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = machine.trim();
    format!("recto-{role}@{}-{}", if machine.is_empty() { "machine" } else { machine }, std::process::id())
}

#[cfg(test)]
mod measured;
#[cfg(test)]
mod tests;
