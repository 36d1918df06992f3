//! What the handlers share: the library, the searcher, the limits, and the places for work that blocks.

use crate::jobs::Jobs;
use crate::report::ReportId;
use crate::search::{ContributorList, Copies, Hit, Holdings, PageMarks, Related, SearchRequest, SearchResponse};
use crate::serve::accounts::attempts::Attempts;
use crate::serve::accounts::passwords::Passwords;
use crate::serve::conditional::EntityTag;
use crate::serve::layers::access::Guard;
use crate::serve::layers::rates::Rates;
use crate::serve::limits::Limits;
use crate::serve::links::Links;
use crate::serve::monitor::metrics::{Metrics, SearchKind};
use crate::serve::net::connections::Connections;
use crate::serve::pictures::{Artist, Drawing, Pictures};
use crate::serve::pool::Pool;
use crate::serve::problem::{Code, Problem};
use crate::serve::reads::Reads;
use crate::serve::searcher::Searcher;
use crate::serve::{Options, State, file, ui};
use crate::store::{Coverage, Library, ReportRow, ServiceStore, StoredPage, StoredReport};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Pages shown of a report that is searched by itself.
const PAGES_WITHIN: usize = 50;

/// Related reports on a report's page.
const RELATED_SHOWN: usize = 6;

/// How long the counts of the catalogue are shown before they are taken again.
const COVERAGE_AGE: Duration = Duration::from_secs(5);

/// What the handlers share: the state given by the caller and what the service keeps for itself.
pub struct Service {
    /// Answers searches.
    pub searcher: Arc<dyn Searcher>,
    /// Every address.
    pub links: Links,
    /// What clients may ask.
    pub limits: Limits,
    /// What else the operator chose.
    pub options: Options,
    /// Places for answers of every hit.
    pub exports: Arc<Semaphore>,
    /// Originals proven to be the bytes that were read.
    pub originals: file::Originals,
    /// Pages as pictures.
    pub pictures: Pictures,
    /// Who is let in.
    pub guard: Guard,
    /// The open connections.
    pub connections: Arc<Connections>,
    /// What is counted.
    pub metrics: Metrics,
    /// Who has asked how often.
    pub rates: Rates,
    /// How often reports are read.
    pub reads: Reads,
    /// Who has tried a password how often.
    pub attempts: Attempts,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Places for uploads.
    pub uploads: Arc<Semaphore>,
    /// Places for those who follow jobs.
    pub streams: Arc<Semaphore>,
    jobs: Option<Arc<Jobs>>,
    /// The catalogue's version, as it was last looked at: not every change of it is a new generation.
    version: AtomicI64,
    /// How often anybody has corrected a report, as it was last looked at: the catalogue follows a moment later.
    corrections: AtomicI64,
    library: Arc<Library>,
    ingesting: Arc<AtomicBool>,
    searches: Pool,
    readings: Pool,
    coverage: Mutex<Option<(Instant, EntityTag, Arc<Coverage>)>>,
    /// What the library holds, and as of which state of it.
    holdings: Mutex<Option<(String, Arc<Holdings>)>>,
    is_stopping: AtomicBool,
    /// The generation in which a search ended in a panic.
    suspect: Mutex<Option<String>>,
}

/// A report as the catalogue and the text store know it.
pub struct KnownReport {
    /// Its line in the catalogue.
    pub row: ReportRow,
    /// What it says about itself, and its pages.
    pub stored: Arc<StoredReport>,
}

impl Service {
    /// A service on this library.
    pub fn new(state: State) -> Service {
        let State { library, engine, ingesting, base_path, guard, jobs, drawing, limits, options } = state;
        Service::with_searcher(library, engine, ingesting, &base_path, limits, options)
            .guarded(guard)
            .working(jobs)
            .drawn_by(drawing)
    }

    /// A service on a library with a searcher of its own.
    pub fn with_searcher(
        library: Arc<Library>,
        searcher: Arc<dyn Searcher>,
        ingesting: Arc<AtomicBool>,
        base_path: &str,
        limits: Limits,
        options: Options,
    ) -> Service {
        let slow_search = (Code::SearchTimeout, "the search took too long; try a more specific one");
        let slow_reading = (Code::Unavailable, "the library could not be read in time; try again in a moment");
        let searches = Pool::new("search", limits.running, limits.queued, limits.search, slow_search);
        let readings = Pool::new("reading", limits.running, limits.queued, limits.reading, slow_reading);
        let connections = Arc::default();
        Service {
            links: Links::new(base_path),
            exports: Arc::new(Semaphore::new(limits.exports)),
            originals: file::Originals::default(),
            pictures: Pictures::new(&library, Drawing::default(), &limits),
            guard: Guard::default(),
            metrics: Metrics::new(&searches, &readings, &options),
            rates: Rates::new(&limits),
            reads: Reads::default(),
            attempts: Attempts::new(&limits),
            passwords: Passwords::default(),
            uploads: Arc::new(Semaphore::new(limits.uploads)),
            streams: Arc::new(Semaphore::new(limits.streams)),
            jobs: None,
            version: AtomicI64::new(version_of(&library)),
            corrections: AtomicI64::new(0),
            coverage: Mutex::new(None),
            holdings: Mutex::new(None),
            is_stopping: AtomicBool::new(false),
            suspect: Mutex::new(None),
            connections,
            library,
            searcher,
            ingesting,
            searches,
            readings,
            limits,
            options,
        }
    }

    /// The same, letting in whom `guard` says.
    pub fn guarded(mut self, guard: Guard) -> Service {
        if self.options.counts_reads {
            self.reads = Reads::new(guard.store.clone());
        }
        self.guard = guard;
        self.follow_catalogue();
        self
    }

    /// The same, its pages drawn by `artist`.
    pub fn drawn_by(mut self, artist: impl Artist + 'static) -> Service {
        self.pictures = Pictures::new(&self.library, artist, &self.limits);
        self
    }

    /// The same, having files read by `jobs`.
    pub fn working(mut self, jobs: Option<Arc<Jobs>>) -> Service {
        self.jobs = jobs;
        self
    }

    /// Whatever reads files; a service of a library that may only be read has none.
    pub fn jobs(&self) -> Result<&Arc<Jobs>, Problem> {
        let none = || Problem::new(Code::ReadOnly, "the library may only be read");
        self.jobs.as_ref().ok_or_else(none)
    }

    /// A report was removed or corrected: what was answered before does not hold any more.
    pub fn changed(&self) {
        self.follow_catalogue();
        *self.coverage.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Looks at what another process, or another thread, has changed in the catalogue; blocks.
    pub fn follow_catalogue(&self) {
        self.version.store(version_of(&self.library), Ordering::Relaxed);
        self.corrections.store(self.guard.store.as_ref().map_or(0, |store| store.marks_made()), Ordering::Relaxed);
    }

    /// The catalogue and the page texts.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The pages of a report that match, best first; blocks.
    pub fn search_within(&self, q: &str, id: ReportId) -> Result<Option<Hit>, Problem> {
        let request = SearchRequest { q: q.to_owned(), pages: PAGES_WITHIN, passages: 1, ..SearchRequest::default() };
        Ok(self.searcher.search_within(&request, id)?)
    }

    /// What to mark on a page; blocks. What cannot be searched for marks nothing: the page can be read all the same.
    pub fn page_marks(&self, q: &str, id: ReportId, number: u32, page: &StoredPage) -> PageMarks {
        self.searcher.page_marks(q, id, number, page).unwrap_or_else(|error| {
            tracing::debug!(%error, "no matches can be marked");
            PageMarks::default()
        })
    }

    /// The near-copies of a report; blocks. A report can be read without them.
    pub fn copies(&self, id: ReportId) -> Copies {
        self.searcher.copies(id).unwrap_or_else(|error| {
            tracing::warn!(%error, %id, "near-copies cannot be told");
            Copies::default()
        })
    }

    /// Contributors whose names have words that begin as those of `q` do; blocks.
    pub fn contributors(&self, q: &str, offset: u64, limit: u64) -> Result<ContributorList, Problem> {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(self.holdings()?.contributors().list(q, place(offset), place(limit)))
    }

    /// Reports related to one; blocks. A report can be read without them.
    pub fn related(&self, id: ReportId) -> Vec<Related> {
        self.related_to(id, RELATED_SHOWN).unwrap_or_else(|problem| {
            tracing::warn!(detail = problem.detail, %id, "related reports cannot be told");
            Vec::new()
        })
    }

    /// At most so many reports related to one; blocks. The searcher knows what editors hid a moment later.
    pub fn related_to(&self, id: ReportId, limit: usize) -> Result<Vec<Related>, Problem> {
        let row = self.row(id)?;
        let is_hidden =
            |other: &Related| row.correction.as_ref().is_some_and(|correction| correction.hides_related(other.id));
        let mut related = self.searcher.related(id, limit)?;
        related.retain(|other| !is_hidden(other));
        Ok(related)
    }

    /// From now on not ready.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Whether an ingest is running.
    pub fn is_ingesting(&self) -> bool {
        self.ingesting.load(Ordering::Relaxed)
    }

    /// Fails once the service was told to stop.
    pub fn check_running(&self) -> Result<(), Problem> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return Err(Problem::new(Code::Unavailable, "the service is stopping"));
        }
        Ok(())
    }

    /// The tag of everything answered now.
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(&self.generation(), self.is_ingesting(), ui::asset_hash())
    }

    /// The state of the library: changes whenever it holds something else.
    fn generation(&self) -> String {
        let (version, corrections) = (self.version.load(Ordering::Relaxed), self.corrections.load(Ordering::Relaxed));
        format!("{}-{version}-{corrections}", self.searcher.generation())
    }

    /// What the library holds; blocks. Made once for each state of the library, when it is first asked for.
    pub fn holdings(&self) -> Result<Arc<Holdings>, Problem> {
        let mut kept = self.holdings.lock().unwrap_or_else(PoisonError::into_inner);
        // Before the holdings are read, so that they are never taken for newer than they are.
        let generation = self.generation();
        if let Some((of, holdings)) = &*kept
            && *of == generation
        {
            return Ok(Arc::clone(holdings));
        }
        let holdings = Arc::new(self.searcher.holdings()?);
        *kept = Some((generation, Arc::clone(&holdings)));
        Ok(holdings)
    }

    /// The tag of a page that shows comments as well.
    pub async fn entity_tag_with_comments(self: &Arc<Self>) -> EntityTag {
        let revision = self.read(|service| match service.comments() {
            Some(store) => Ok(store.comments_revision()?),
            None => Ok(0),
        });
        // A page is made without comments that cannot be read.
        let revision = revision.await.map_or_else(|_| "none".to_owned(), |revision| revision.to_string());
        self.entity_tag().with(&revision)
    }

    /// Where comments are kept, if they are taken and shown.
    pub fn comments(&self) -> Option<&Arc<ServiceStore>> {
        self.guard.store.as_ref().filter(|_| self.options.comments.is_enabled)
    }

    /// Runs what reads the catalogue, the text store or files; it may block.
    pub async fn read<T, F>(self: &Arc<Self>, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, Problem> + Send + 'static,
    {
        let service = Arc::clone(self);
        self.readings.run(move || work(&service)).await
    }

    /// Runs what asks the searcher; it may block.
    pub async fn find<T, F>(self: &Arc<Self>, kind: SearchKind, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, Problem> + Send + 'static,
    {
        let (service, started) = (Arc::clone(self), Instant::now());
        let panics = self.searches.counts().panicked.get();
        let result = self.searches.run(move || work(&service)).await;
        self.metrics.searched(kind, result.as_ref().err(), started.elapsed());
        if self.searches.counts().panicked.get() > panics {
            *self.suspect.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.searcher.generation());
        }
        result
    }

    /// Whether a search in this generation ended as none should: the index may be damaged.
    pub fn is_index_suspect(&self) -> bool {
        let suspect = self.suspect.lock().unwrap_or_else(PoisonError::into_inner);
        suspect.as_ref().is_some_and(|generation| *generation == self.searcher.generation())
    }

    /// Searches and readings that wait.
    pub fn queued(&self) -> [usize; 2] {
        [self.searches.queued(), self.readings.queued()]
    }

    /// Runs what blocks and changes something: it must not be given up, and has no deadline.
    pub async fn write<T, F>(self: &Arc<Self>, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Service) -> Result<T, Problem> + Send + 'static,
    {
        let service = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || work(&service));
        task.await.unwrap_or_else(|failure| {
            tracing::error!(panicked = failure.is_panic(), "a change failed");
            Err(Problem::internal())
        })
    }

    /// Answers a search.
    pub async fn search(self: &Arc<Self>, request: SearchRequest) -> Result<SearchResponse, Problem> {
        self.find(SearchKind::Search, move |service| {
            let mut response = service.searcher.search(&request)?;
            response.index.incomplete |= service.is_ingesting();
            Ok(response)
        })
        .await
    }

    /// What of the library is searchable; a few seconds old at most, and never older than the last commit.
    pub async fn coverage(self: &Arc<Self>) -> Result<Arc<Coverage>, Problem> {
        let tag = self.entity_tag();
        if let Some((taken, of, coverage)) = &*self.coverage.lock().unwrap_or_else(PoisonError::into_inner)
            && taken.elapsed() < COVERAGE_AGE
            && *of == tag
        {
            return Ok(Arc::clone(coverage));
        }
        self.read(|service| {
            let coverage = Arc::new(service.library.catalogue().coverage()?);
            let kept = (Instant::now(), tag, Arc::clone(&coverage));
            *service.coverage.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
            Ok(coverage)
        })
        .await
    }

    /// The line of a report in the catalogue; blocks.
    pub fn row(&self, id: ReportId) -> Result<ReportRow, Problem> {
        let Some(row) = self.library.catalogue().report(id)? else { return Err(self.missing(id)?) };
        match &self.guard.store {
            // It was corrected a moment ago, and the catalogue does not say so yet.
            Some(store) if store.is_marked(id)? => Ok(self.library.corrected(row, store.correction(id)?)?),
            _ => Ok(row),
        }
    }

    /// Why there is no such report; blocks. What a removed one was is not told: whoever had it removed may have had
    /// reasons.
    fn missing(&self, id: ReportId) -> Result<Problem, Problem> {
        let (code, detail) = match self.library.catalogue().is_removed(id)? {
            true => (Code::ReportRemoved, "it was taken out of the library and will not come back by itself"),
            false => (Code::UnknownReport, "check the address, or look for it by its title or by words of its text"),
        };
        Ok(Problem::new(code, detail))
    }

    /// A report with what it says about itself; blocks.
    pub fn known_report(&self, id: ReportId) -> Result<KnownReport, Problem> {
        let row = self.row(id)?;
        let stored = self.library.report(&row)?;
        Ok(KnownReport { row, stored })
    }

    /// Every place of a report's file that is still there, by path; blocks.
    pub fn places(&self, row: &ReportRow) -> Result<Vec<String>, Problem> {
        let files = self.library.catalogue().places(row.id)?;
        let there = files.iter().filter(|file| file.vanished.is_none());
        let mut places: Vec<String> = there.map(|file| file.shown().into_owned()).collect();
        if places.is_empty() {
            places.push(row.shown_file().into_owned());
        }
        Ok(places)
    }
}

/// The catalogue's version; one that cannot be read changes nothing, as nothing else can be read then.
fn version_of(library: &Library) -> i64 {
    library.catalogue().version().unwrap_or_else(|error| {
        tracing::warn!(%error, "the catalogue cannot be followed");
        0
    })
}
