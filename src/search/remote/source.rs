//! Looks at an engine that moves on by itself.

use super::facts::Known;
use super::revisions::Hidden;
use super::{Options, Remote, Shared};
use crate::search::SearchError;
use crate::search::languages::MOST_LANGUAGES;
use crate::store::Library;
use std::sync::{Arc, Mutex, PoisonError};

/// Looks at the indexes of one library.
pub(in crate::search) struct Source {
    shared: Arc<Shared>,
    /// The generation of the last look.
    last: Mutex<String>,
}

impl Source {
    /// Looks for the first time.
    pub(in crate::search) fn open(library: Arc<Library>, options: Options) -> Source {
        let Options { indexes, revisions, vocabulary } = options;
        let shared = Shared { library, indexes, revisions, hidden: Hidden::default(), vocabulary };
        Source { shared: Arc::new(shared), last: Mutex::default() }
    }

    /// How it looks now.
    pub(in crate::search) fn latest(&self) -> Result<Option<Remote>, SearchError> {
        let remote = self.look()?;
        self.note(&remote.generation);
        Ok(Some(remote))
    }

    /// Gives how it looks now to `take` and returns true, if it has changed.
    pub(in crate::search) fn follow(
        &self,
        take: impl FnOnce(Option<Remote>) -> Result<(), SearchError>,
    ) -> Result<bool, SearchError> {
        let remote = self.look()?;
        if *self.last.lock().unwrap_or_else(PoisonError::into_inner) == remote.generation {
            return Ok(false);
        }
        let generation = remote.generation.clone();
        take(Some(remote))?;
        self.note(&generation);
        Ok(true)
    }

    /// What stands for it before the first look.
    pub(in crate::search) fn generation(&self) -> String {
        self.shared.indexes.reports.to_string()
    }

    fn look(&self) -> Result<Remote, SearchError> {
        let shared = Arc::clone(&self.shared);
        let vocabulary = shared.vocabulary.load_full();
        let described = shared.indexes.quickwit.describe(&shared.indexes.reports)?;
        let hidden = shared.hidden.list(&*shared.revisions)?;
        let mut marks = blake3::Hasher::new();
        hidden.iter().for_each(|revision| _ = marks.update(revision.as_str().as_bytes()));
        marks.update(&described.bytes.to_le_bytes());
        marks.update(&vocabulary.mark());
        let mark = marks.finalize().to_hex();
        let generation = format!("{}.{}.{}", shared.indexes.reports, described.documents, &mark[..8]);
        let languages = vocabulary.languages().into_iter().take(MOST_LANGUAGES).map(str::to_owned).collect();
        // The statistics of words are the vocabulary's, and so is the number of reports that goes with them.
        let documents = match vocabulary.facts().reports {
            0 => described.documents,
            known => known,
        };
        Ok(Remote {
            shared,
            vocabulary,
            generation,
            documents,
            languages,
            known: Known::default(),
            nowhere: Mutex::default(),
        })
    }

    fn note(&self, generation: &str) {
        generation.clone_into(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
