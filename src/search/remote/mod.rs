//! The engine elsewhere: a library whose index outgrows one machine is kept by Quickwit, and what Quickwit does not do is
//! done here.
//!
//! | question | answered by |
//! |---|---|
//! | which reports match, in what order, with which facets | the index of reports; Recto's plan in the clauses that it answers rightly |
//! | on which pages | the index of pages for which, the page's own text, analyzed once more, for how well |
//! | which words are there, how often | a [`Vocabulary`]; of a word that it does not know, the index |
//! | what do all reports have, which resemble one another | the catalogue |
//! | which revisions of reports are to be seen | [`Revisions`], not older than a second |
//!
//! # Where answers differ from those of the engine within
//!
//! * Scores of reports are sums of BM25 over words and fields by the statistics of each part of the index, not Recto's
//!   own formula; the best hundred are ranked again by their pages by the same formula as within. Measured on every ninth question on the
//!   Cranfield records, by an engine of one part: nDCG@10 0.429, within 0.427; three of four of the first ten the same.
//! * Of the pages of a report the best `READ` by the engine's score are read and scored exactly; the others follow in the
//!   engine's order.
//! * Words that stand for several at one place (`e-mail`: `email`) are found alone, but not within a phrase that was typed
//!   the other way. A phrase over the end of a page finds its report; its page is found if it is among the first looked at.
//! * `page:` and `section:` with words are decided on pages, so that they find no phrase over the end of one; at most `MOST_SCOPED` reports may have such a page, more are
//!   refused.
//! * What a beginning, a stem or a typo stands for is as of the vocabulary.
//! * Only in the order of relevance hits have scores. Titles are ordered by their first ten letters.
//! * Facets count the `MOST_VALUES` most frequent values.
//! * A change shows some seconds after it was made, and a search never shows two revisions of one report.
//!
//! An answer of a part of the index is no answer: see [`crate::quickwit`].

mod bare;
mod collect;
mod evidence;
mod facts;
mod kin;
mod lower;
mod occurrences;
mod pages;
mod revisions;
mod source;
mod suggest;
mod vocabulary;
mod words;

#[cfg(test)]
pub(in crate::search) mod tests;

pub use revisions::Revisions;
pub(super) use source::Source;
pub use vocabulary::{
    Facts, KeptError, KeptVocabularies, Refresh, Refreshed, Vocabulary, VocabularyBuilder, VocabularyError,
};

use crate::quickwit::{Clause, Found, Order, QuickwitIndexes, Search};
use crate::search::SearchError;
use crate::store::Library;
use arc_swap::ArcSwap;
use facts::Known;
use revisions::Hidden;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Pages of a report that are read to score them exactly.
const READ: usize = 5;
/// Reports that may have a page that `page:` and `section:` allow.
const MOST_SCOPED: usize = 10_000;
/// Values of a facet that are counted.
const MOST_VALUES: usize = 10_000;

/// Where a library's index is kept, and what is needed beside it.
pub struct Options {
    /// The indexes.
    pub indexes: QuickwitIndexes,
    /// Which revisions are to be seen.
    pub revisions: Box<dyn Revisions>,
    /// The words; an empty one at first. Another one that is stored here answers from the next look on.
    pub vocabulary: Arc<ArcSwap<Vocabulary>>,
}

/// What stays from commit to commit.
struct Shared {
    library: Arc<Library>,
    indexes: QuickwitIndexes,
    revisions: Box<dyn Revisions>,
    hidden: Hidden,
    vocabulary: Arc<ArcSwap<Vocabulary>>,
}

/// The engine elsewhere, as of one look at it: it moves on under it.
pub(super) struct Remote {
    shared: Arc<Shared>,
    vocabulary: Arc<Vocabulary>,
    generation: String,
    documents: u64,
    languages: Vec<String>,
    known: Known,
    /// Words that the vocabulary does not know, and whether no report has them.
    nowhere: Mutex<HashMap<String, bool>>,
}

impl Remote {
    /// Which look it is: changes whenever documents were added or removed, or revisions hidden.
    pub(in crate::search) fn generation(&self) -> &str {
        &self.generation
    }

    /// Searches the index of reports, hidden revisions left out.
    fn in_reports<D: DeserializeOwned>(&self, search: Search<'_>) -> Result<Found<D>, SearchError> {
        let hidden = self.shared.hidden.list(&*self.shared.revisions)?;
        let search = Search { hidden: &hidden, ..search };
        Ok(self.shared.indexes.quickwit.search(&self.shared.indexes.reports, &search)?)
    }

    /// Searches the index of pages, hidden revisions left out.
    fn in_pages<D: DeserializeOwned>(&self, search: Search<'_>) -> Result<Found<D>, SearchError> {
        let hidden = self.shared.hidden.list(&*self.shared.revisions)?;
        let search = Search { hidden: &hidden, ..search };
        Ok(self.shared.indexes.quickwit.search(&self.shared.indexes.pages, &search)?)
    }

    /// How many reports match.
    fn counted(&self, clause: Clause) -> Result<u64, SearchError> {
        Ok(self.in_reports::<serde_json::Value>(search(clause, 0, Order::BEST_FIRST))?.total)
    }
}

/// A search without facets from the first hit on.
fn search(clause: Clause, size: usize, order: Order) -> Search<'static> {
    Search { clause, hidden: &[], size, order, after: None, facets: Vec::new() }
}
