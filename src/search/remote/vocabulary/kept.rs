//! Vocabularies beside the texts of a library, where the worker whose turn it is puts a newer one and all who search
//! take it from.
//!
//! One file each, `vocabulary/TIME-REPORTS.words` with the time in milliseconds since 1970 (16 hexadecimal digits) and the
//! reports that were counted. The newest name is the one in use; the one before stays for who has just listed it.

use super::{Vocabulary, VocabularyError};
use crate::objects::{ObjectError, Place};
use crate::queue::{Queue, QueueError};
use crate::search::SearchError;
use crate::store::{Library, StoreError};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where they lie in the shared storage.
const FOLDER: &str = "vocabulary";
/// What their names end with.
const SUFFIX: &str = ".words";
/// The largest that is read: some hundred million different words.
const MOST_BYTES: u64 = 8 << 30;
/// How many are left.
const LEFT: usize = 2;
/// What the making of one is called in the queue.
const TURN: &str = "vocabulary";
/// Between two turns, and how long one holds when whoever has it says nothing any more.
const EVERY: Duration = Duration::from_secs(10);
/// It is made again when there are more reports by one in so many, so that all makings together cost some ten times the
/// last,
const GROWTH: u64 = 10;
/// or when it is so old and the number of reports is another one.
const OLDEST: Duration = Duration::from_secs(24 * 3_600);

/// Why there is no vocabulary to be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeptError {
    /// The shared storage failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// It cannot be used.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// Whose turn it is cannot be told.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The library could not be read.
    #[error(transparent)]
    Search(#[from] SearchError),
}

impl From<StoreError> for KeptError {
    fn from(error: StoreError) -> KeptError {
        KeptError::Search(error.into())
    }
}

/// When a vocabulary is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// When enough has changed since for the work to be worth it.
    WhenWorthIt,
    /// Whenever the number of reports is another one.
    WhenBehind,
}

/// What came of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The newest one does.
    Current,
    /// Another process may be making one.
    NotOurTurn,
    /// It was told to stop.
    Stopped,
    /// One of this name was made.
    Made(String),
}

/// The vocabularies of one library.
#[derive(Debug, Clone)]
pub struct KeptVocabularies {
    place: Arc<Place>,
}

/// What a name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    since_1970: Duration,
    reports: u64,
}

impl KeptVocabularies {
    /// Those beside the texts in this place.
    pub fn new(place: Arc<Place>) -> KeptVocabularies {
        KeptVocabularies { place }
    }

    /// The name of the newest, if there is one; cheap to ask for.
    pub fn newest(&self) -> Result<Option<String>, ObjectError> {
        Ok(self.names()?.pop())
    }

    /// Reads one.
    pub fn load(&self, name: &str) -> Result<Vocabulary, KeptError> {
        Ok(Vocabulary::from_bytes(&self.place.read(name, MOST_BYTES)?)?)
    }

    /// Keeps a newer one, and removes those that nobody takes any more. Gives its name.
    pub fn keep(&self, vocabulary: &Vocabulary) -> Result<String, ObjectError> {
        let newest = self.newest()?.as_deref().and_then(told).map_or(Duration::ZERO, |told| told.since_1970);
        // Newer than all others even if the clocks of machines differ.
        let time = now().max(newest + Duration::from_millis(1));
        let name = format!("{FOLDER}/{:016x}-{}{SUFFIX}", time.as_millis(), vocabulary.facts().reports);
        self.place.create(&name, &vocabulary.to_bytes())?;
        let names = self.names()?;
        for old in names.iter().rev().skip(LEFT) {
            self.place.remove(old)?;
        }
        Ok(name)
    }

    /// Makes a newer one if it is time for that and this process' turn, unless it is to stop meanwhile.
    pub fn refresh(
        &self,
        library: &Library,
        queue: &Queue,
        when: Refresh,
        goes_on: impl Fn() -> bool,
    ) -> Result<Refreshed, KeptError> {
        let reports = library.catalogue().coverage()?.reports;
        let newest = self.newest()?;
        if !is_due(newest.as_deref().and_then(told), reports, when) {
            return Ok(Refreshed::Current);
        }
        if !queue.take_turn(TURN, EVERY)? {
            return Ok(Refreshed::NotOurTurn);
        }
        let mut held = std::time::Instant::now();
        let keeps_turn = || {
            if held.elapsed() >= EVERY {
                held = std::time::Instant::now();
                // Whoever fails to say so goes on: that two make one is a waste, no harm.
                let _ = queue.take_turn(TURN, EVERY);
            }
            goes_on()
        };
        match Vocabulary::of_library_while(library, keeps_turn)? {
            Some(vocabulary) => Ok(Refreshed::Made(self.keep(&vocabulary)?)),
            None => Ok(Refreshed::Stopped),
        }
    }

    fn names(&self) -> Result<Vec<String>, ObjectError> {
        let mut names = self.place.names(FOLDER)?;
        names.retain(|name| told(name).is_some());
        Ok(names)
    }
}

fn is_due(newest: Option<Told>, reports: u64, when: Refresh) -> bool {
    let Some(newest) = newest else { return reports > 0 };
    let change = newest.reports.abs_diff(reports);
    let is_old = now().saturating_sub(newest.since_1970) >= OLDEST;
    change > 0 && (when == Refresh::WhenBehind || is_old || change.saturating_mul(GROWTH) >= newest.reports)
}

fn told(name: &str) -> Option<Told> {
    let rest = name.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(SUFFIX)?;
    let (time, reports) = rest.split_once('-')?;
    let time = (time.len() == 16).then(|| u64::from_str_radix(time, 16).ok())??;
    Some(Told { since_1970: Duration::from_millis(time), reports: reports.parse().ok()? })
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::tests::bucket;
    use crate::objects::tests::store::Store;
    use crate::queue::tests::memory::Memory;
    use crate::search::tests::library::{Shelf, made};

    fn at(age: Duration, reports: u64) -> Option<Told> {
        Some(Told { since_1970: now() - age, reports })
    }

    #[test]
    fn one_is_made_again_when_that_is_worth_it() {
        let (young, old) = (Duration::from_secs(60), OLDEST * 2);
        for (newest, reports, worth_it, behind) in [
            (None, 0, false, false),
            (None, 1, true, true),
            (at(young, 1), 2, true, true),
            (at(young, 100), 100, false, false),
            (at(young, 100), 109, false, true),
            (at(young, 100), 110, true, true),
            (at(young, 100), 90, true, true),
            (at(old, 100), 100, false, false),
            (at(old, 100), 101, true, true),
        ] {
            let due = [Refresh::WhenWorthIt, Refresh::WhenBehind].map(|when| is_due(newest, reports, when));
            assert_eq!(due, [worth_it, behind], "{newest:?} {reports}");
        }
    }

    #[test]
    fn one_of_all_makes_it_and_all_take_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Store::start();
        let shelf = Shelf::of(&[&[made("wells", &["the deep well"]), made("pumps", &["a pump"])]]);
        for place in [Place::Folder(directory.path().to_owned()), Place::Bucket(Box::new(bucket(&store)))] {
            let (kept, queue) = (KeptVocabularies::new(Arc::new(place)), Memory::default().queue());
            assert_eq!(kept.newest().expect("listed"), None);
            let refresh = |when| kept.refresh(&shelf.library, &queue, when, || true).expect("made");
            let stopped = kept.refresh(&shelf.library, &Memory::default().queue(), Refresh::WhenBehind, || false);
            assert_eq!(stopped.expect("no trouble"), Refreshed::Stopped);
            let Refreshed::Made(first) = refresh(Refresh::WhenWorthIt) else { panic!("there was none") };
            assert_eq!(refresh(Refresh::WhenBehind), Refreshed::Current);
            let vocabulary = kept.load(&first).expect("whole");
            assert_eq!((vocabulary.facts().reports, vocabulary.reports("deep", &["body"])), (2, 1));
            let names: Vec<String> = (0..3).map(|_| kept.keep(&vocabulary).expect("room")).collect();
            assert_eq!(kept.newest().expect("listed").as_deref(), names.last().map(String::as_str));
            assert_eq!(kept.names().expect("listed"), names[1..], "no more are left than somebody may take");
        }
    }

    #[test]
    fn only_one_has_the_turn() {
        let directory = tempfile::tempdir().expect("a directory");
        let shelf = Shelf::of(&[&[made("wells", &["the deep well"])]]);
        let kept = KeptVocabularies::new(Arc::new(Place::Folder(directory.path().to_owned())));
        let memory = Memory::default();
        assert!(memory.queue().take_turn(TURN, EVERY).expect("taken"), "by another worker");
        let made = kept.refresh(&shelf.library, &memory.queue(), Refresh::WhenWorthIt, || true);
        assert_eq!(made.expect("no trouble"), Refreshed::NotOurTurn);
    }
}
