//! A small library whose index is kept by an engine in memory, or by a real one.

use crate::queue::{PageEngine, QueueError, RevisionId};
use crate::quickwit::tests::engine::Engine as Kept;
use crate::quickwit::{Document, Quickwit, QuickwitIndexes, documents};
use crate::report::ReportId;
use crate::search::Engine;
use crate::search::remote::{Options, Revisions, Vocabulary, VocabularyBuilder};
use crate::search::tests::library::{Made, Shelf};
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where a real engine searches and indexes.
const SEARCH_URL: &str = "QUICKWIT_URL";
const INGEST_URL: &str = "QUICKWIT_INGEST_URL";
/// How long a real engine may take to show what it was sent.
const PATIENCE: Duration = Duration::from_secs(60);

/// Revisions as a queue would tell them.
#[derive(Default)]
pub(super) struct Told {
    live: Mutex<HashMap<ReportId, RevisionId>>,
    masked: Mutex<Vec<RevisionId>>,
}

impl Revisions for Arc<Told> {
    fn masked(&self) -> Result<Vec<RevisionId>, QueueError> {
        Ok(self.masked.lock().expect("the list").clone())
    }

    fn live(&self, reports: &[ReportId]) -> Result<Vec<Option<RevisionId>>, QueueError> {
        let live = self.live.lock().expect("the table");
        Ok(reports.iter().map(|id| live.get(id).cloned()).collect())
    }
}

impl Told {
    pub(super) fn mask(&self, revisions: &[RevisionId]) {
        self.masked.lock().expect("the list").extend_from_slice(revisions);
    }
}

/// The same library twice: searched by the engine within, and elsewhere.
pub(in crate::search) struct Elsewhere {
    pub(in crate::search) within: Shelf,
    pub(in crate::search) engine: Engine,
    pub(super) indexes: QuickwitIndexes,
    pub(super) told: Arc<Told>,
    /// The engine in memory, if it is no real one.
    pub(super) kept: Option<Kept>,
}

impl Elsewhere {
    /// With the engine in memory.
    pub(in crate::search) fn of(reports: &[Made]) -> Elsewhere {
        let kept = Kept::start();
        let indexes = QuickwitIndexes::new(Arc::new(kept.client()), "library", 1).expect("names");
        Elsewhere::on(reports, indexes, Some(kept))
    }

    /// With a real engine, in indexes of its own that end with it; `None`, and a line that says so, without one.
    pub(in crate::search) fn real(reports: &[Made]) -> Option<Elsewhere> {
        let Ok(search_url) = std::env::var(SEARCH_URL) else {
            // Past the harness, which keeps what tests print.
            use std::io::Write;
            let line = format!("SKIPPED: no real Quickwit was searched, as {SEARCH_URL} is not set\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        };
        let ingest_url = std::env::var(INGEST_URL).unwrap_or_else(|_| search_url.clone());
        let options = crate::quickwit::Options {
            search_urls: vec![search_url],
            ingest_urls: vec![ingest_url],
            search_time: Duration::from_secs(20),
            ..crate::quickwit::Options::default()
        };
        let quickwit = Arc::new(Quickwit::new(options).expect("a client"));
        let name = format!("t-{}", RevisionId::random().expect("random bytes"));
        let indexes = QuickwitIndexes::new(quickwit, &name, 1).expect("names");
        Some(Elsewhere::on(reports, indexes, None))
    }

    fn on(reports: &[Made], indexes: QuickwitIndexes, kept: Option<Kept>) -> Elsewhere {
        indexes.ensure(2).expect("makes the indexes");
        let told = Arc::new(Told::default());
        let mut builder = VocabularyBuilder::default();
        let mut revisions = Vec::new();
        let mut sent = 0;
        for made in reports {
            let documents = sent_of(made);
            builder.add(&documents);
            sent += documents.len() as u64;
            revisions.push(put(&indexes, &told, made.id(), &documents));
        }
        let deadline = std::time::Instant::now() + PATIENCE;
        while indexes.count(&revisions).expect("counts") < sent && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(500));
        }
        let within = Shelf::of(&[reports]);
        let vocabulary = builder.finish().expect("counts");
        let engine = open(&within, &indexes, &told, vocabulary);
        Elsewhere { within, engine, indexes, told, kept }
    }

    /// Sends another revision of a report, or a new one. The one before is to be hidden by whoever asks for it.
    pub(super) fn send(&self, made: &Made) -> RevisionId {
        put(&self.indexes, &self.told, made.id(), &sent_of(made))
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if self.kept.is_none() {
            for index in [&self.indexes.reports, &self.indexes.pages] {
                let _ = self.indexes.quickwit.delete_index(index);
            }
        }
    }
}

/// Opens the library of a shelf on an engine elsewhere.
pub(super) fn open(shelf: &Shelf, indexes: &QuickwitIndexes, told: &Arc<Told>, vocabulary: Vocabulary) -> Engine {
    let options = Options {
        indexes: indexes.clone(),
        revisions: Box::new(Arc::clone(told)),
        vocabulary: Arc::new(ArcSwap::from_pointee(vocabulary)),
    };
    Engine::open_remote(Arc::clone(&shelf.library), options).expect("opens")
}

fn sent_of(made: &Made) -> Vec<Document> {
    documents(&made.report(), &format!("/library/{}.pdf", made.name), &[], 1)
}

/// Sends documents under a revision that is live from then on.
fn put(indexes: &QuickwitIndexes, told: &Told, id: ReportId, documents: &[Document]) -> RevisionId {
    let revision = RevisionId::random().expect("random bytes");
    let mut rest = documents;
    while !rest.is_empty() {
        let taken = indexes.put(&revision, rest).expect("takes");
        rest = &rest[taken..];
    }
    told.live.lock().expect("the table").insert(id, revision.clone());
    revision
}
