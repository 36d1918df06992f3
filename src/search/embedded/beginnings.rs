//! The most frequent words of the index that begin so, kept for as long as the commit they came from.
//!
//! Short beginnings stand for tens of thousands of words, and everybody types the same ones: they are read once.

use super::commit::Commit;
use crate::search::place::Place;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use tantivy::termdict::TermStreamer;

/// Words kept of those that begin so, the most frequent.
const MOST_WORDS: usize = 256;

/// Words read at most; what lies beyond is not suggested.
const MOST_SCANNED: usize = 200_000;

/// Answers kept.
const CACHED: usize = 1_000;

/// Words with the reports that have them, deleted ones included, the most frequent first.
pub(super) type Frequent = Arc<Vec<(String, u64)>>;

/// Answers of one commit.
#[derive(Default)]
pub(super) struct Beginnings {
    cache: Mutex<HashMap<(String, Place), Frequent>>,
}

impl Beginnings {
    /// The most frequent words of a place that begin so.
    pub(super) fn of(&self, commit: &Commit, beginning: &str, place: Place) -> tantivy::Result<Frequent> {
        let key = (beginning.to_owned(), place);
        if let Ok(cache) = self.cache.lock()
            && let Some(words) = cache.get(&key)
        {
            return Ok(Arc::clone(words));
        }
        let words = Arc::new(most_frequent(commit, beginning, place)?);
        if let Ok(mut cache) = self.cache.lock() {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(key, Arc::clone(&words));
        }
        Ok(words)
    }
}

/// Walks the dictionaries of all segments side by side, so that each word is counted at once and most are not kept.
fn most_frequent(commit: &Commit, beginning: &str, place: Place) -> tantivy::Result<Vec<(String, u64)>> {
    let last = format!("{beginning}{}", char::MAX);
    let mut indexes = Vec::new();
    for reader in commit.segments() {
        indexes.push(reader.inverted_index(commit.field(place))?);
    }
    let mut streams = Vec::new();
    for index in &indexes {
        let mut stream = index.terms().range().ge(beginning).le(&last).into_stream()?;
        if stream.advance() {
            streams.push(stream);
        }
    }
    let mut best: BTreeSet<(u64, std::cmp::Reverse<String>)> = BTreeSet::new();
    let mut word = Vec::new();
    for _ in 0..MOST_SCANNED {
        let Some(least) = streams.iter().map(TermStreamer::key).min() else { break };
        word.clear();
        word.extend_from_slice(least);
        let mut frequency = 0;
        streams.retain_mut(|stream| {
            if stream.key() != word {
                return true;
            }
            frequency += u64::from(stream.value().doc_freq);
            stream.advance()
        });
        let is_full = best.len() == MOST_WORDS;
        if is_full && best.first().is_some_and(|(least, _)| *least >= frequency) {
            continue;
        }
        if let Ok(word) = std::str::from_utf8(&word) {
            if is_full {
                best.pop_first();
            }
            best.insert((frequency, std::cmp::Reverse(word.to_owned())));
        }
    }
    Ok(best.into_iter().rev().map(|(frequency, word)| (word.0, frequency)).collect())
}
