//! The parts of a library on many machines, as the settings name them.

use crate::cli::config::{EngineConfig, EngineKind};
use crate::cli::error::CommandError;
use crate::ingest::fleet::{self, ClusterShelf, GENERATION, HandedError};
use crate::objects::{self, Place};
use crate::queue::{Queue, QueueError};
use crate::quickwit::{self, Quickwit, QuickwitIndexes};
use crate::store::shared::Segments;
use crate::upkeep::ClusterStatus;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The parts; none is spoken to before it is asked something.
pub struct Cluster {
    config: EngineConfig,
    /// The engine's client.
    pub quickwit: Arc<Quickwit>,
    /// Where texts, boxes and files lie.
    pub place: Arc<Place>,
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
        .map_err(CommandError::cluster)?;
        let place = Place::open(&objects::Options {
            address: config.storage.clone(),
            endpoint: Some(config.storage_endpoint.clone()).filter(|endpoint| !endpoint.is_empty()),
            region: config.storage_region.clone(),
            ..objects::Options::default()
        })
        .map_err(CommandError::cluster)?;
        Ok(Cluster { config: config.clone(), quickwit: Arc::new(quickwit), place: Arc::new(place) })
    }

    /// A connection to the queue, called so among the connections of the database.
    pub fn queue(&self, name: &str) -> Result<Queue, QueueError> {
        Queue::connect(self.config.database_url.expose(), name)
    }

    /// The indexes.
    pub fn indexes(&self) -> Result<QuickwitIndexes, CommandError> {
        QuickwitIndexes::new(Arc::clone(&self.quickwit), &self.config.index, GENERATION).map_err(CommandError::cluster)
    }

    /// Whether the storage can be used.
    fn check_storage(&self) -> Result<(), String> {
        match &*self.place {
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
        ClusterStatus::look(queue, &self.quickwit, &self.config.search_urls, self.check_storage())
    }

    /// Hands an upload over to the workers; see [`fleet::hand_over`].
    pub fn hand_over(&self, name: &str, file: &Path, hash: &str) -> Result<(), HandedError> {
        fleet::hand_over(&self.queue(name)?, &self.place, file, hash)
    }

    /// Where a worker puts what it reads.
    pub fn shelf(&self) -> Result<ClusterShelf, CommandError> {
        let (segments, place) = (Segments::new(Arc::clone(&self.place)), Arc::clone(&self.place));
        Ok(ClusterShelf { indexes: self.indexes()?, segments, place })
    }
}

/// What a process is called in the queue: `recto-worker@machine-7-4711`.
pub fn process_name(role: &str) -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = machine.trim();
    format!("recto-{role}@{}-{}", if machine.is_empty() { "machine" } else { machine }, std::process::id())
}
