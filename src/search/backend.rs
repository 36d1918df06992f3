//! What the searcher asks of whoever keeps the words of a library, in plain types: the boundary between how Recto reads
//! a query, ranks and shows, and the engine that finds.
//!
//! One value answers for one commit. A search asks about ten questions; each goes to the engine at hand by one `match`,
//! so that nothing is boxed and nothing is copied on the way.
//!
//! | question | asked by |
//! |---|---|
//! | which words are there, how often, on how many pages | [`crate::search::terms::Dictionary`], ranking |
//! | which reports match, in what order, with which facets | [`crate::search::engine::State`] |
//! | which of their pages show it | [`crate::search::page`] |
//! | how did a score come about | [`crate::search::explain`] |
//! | what do all reports have | holdings, near-copies |
//! | which reports have these terms, too | related reports |
//! | how does a word being typed go on | suggestions |

use crate::report::ReportId;
use crate::search::copies::{Near, Sketches};
use crate::search::embedded::{self, Embedded};
use crate::search::evidence::Evidence;
use crate::search::explain::Parts;
use crate::search::found::{Ask, Collected, Seat, Seated};
use crate::search::holdings::HeldReport;
use crate::search::languages::LanguageSet;
use crate::search::place::Place;
use crate::search::plan::Plan;
use crate::search::related::{Akin, Having, Kin};
#[cfg(feature = "cluster")]
use crate::search::remote::{self, Remote};
use crate::search::suggest::{Completing, Context, TitleWords};
use crate::search::terms::Expansion;
use crate::search::{BareQuery, Filter, SearchError};
use crate::store::Library;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The commits of one library, followed when told to.
pub(super) enum Source {
    /// Those of an index on this machine.
    Embedded(embedded::Source),
    /// Looks at one elsewhere.
    #[cfg(feature = "cluster")]
    Remote(remote::Source),
}

/// The engine that answers for one commit.
pub(super) enum Backend {
    /// The engine within.
    Embedded(Embedded),
    /// The engine elsewhere.
    #[cfg(feature = "cluster")]
    Remote(Remote),
}

/// Asks the engine at hand.
macro_rules! ask {
    ($backend:expr, $engine:ident => $answer:expr) => {
        match $backend {
            Backend::Embedded($engine) => $answer,
            #[cfg(feature = "cluster")]
            Backend::Remote($engine) => $answer,
        }
    };
}

impl Source {
    /// Opens the commits of a library, which may have none yet.
    pub(super) fn open(library: &Library) -> Result<Source, SearchError> {
        Ok(Source::Embedded(embedded::Source::open(library)?))
    }

    /// Looks at the index of a library that is kept elsewhere.
    #[cfg(feature = "cluster")]
    pub(super) fn remote(library: Arc<Library>, options: remote::Options) -> Source {
        Source::Remote(remote::Source::open(library, options))
    }

    /// The commit last seen; `None` while there is none.
    pub(super) fn latest(&self) -> Result<Option<Backend>, SearchError> {
        match self {
            Source::Embedded(source) => Ok(source.latest()?.map(Backend::Embedded)),
            #[cfg(feature = "cluster")]
            Source::Remote(source) => Ok(source.latest()?.map(Backend::Remote)),
        }
    }

    /// Gives a later commit to `take` and returns true, if there is one. Cheap if there is none.
    pub(super) fn follow(
        &self,
        library: &Library,
        take: impl FnOnce(Option<Backend>) -> Result<(), SearchError>,
    ) -> Result<bool, SearchError> {
        match self {
            Source::Embedded(source) => source.follow(library, |commit| take(commit.map(Backend::Embedded))),
            #[cfg(feature = "cluster")]
            Source::Remote(source) => source.follow(|look| take(look.map(Backend::Remote))),
        }
    }

    /// What stands for the commit while there is none.
    pub(super) fn generation(&self) -> String {
        match self {
            Source::Embedded(source) => source.generation(),
            #[cfg(feature = "cluster")]
            Source::Remote(source) => source.generation(),
        }
    }
}

impl Backend {
    /// Which commit it is: changes whenever an answer may.
    pub(super) fn generation(&self) -> &str {
        ask!(self, engine => engine.generation())
    }

    /// Reports.
    pub(super) fn documents(&self) -> u64 {
        ask!(self, engine => engine.documents())
    }

    /// Pages of the reports.
    pub(super) fn pages(&self) -> u64 {
        ask!(self, engine => engine.pages())
    }

    /// The languages of the reports, ISO 639-1, the most frequent first: a language's place here is its number in a
    /// [`LanguageSet`].
    pub(super) fn languages(&self) -> &[String] {
        ask!(self, engine => engine.languages())
    }

    /// The mean length of a place in words, at least 1.
    pub(super) fn mean_length(&self, place: Place) -> Result<f32, SearchError> {
        Ok(ask!(self, engine => engine.mean_length(place)?))
    }

    /// In how many reports a word of the index stands in a place.
    pub(super) fn frequency(&self, place: Place, word: &str) -> Result<u64, SearchError> {
        Ok(ask!(self, engine => engine.frequency(place, word)?))
    }

    /// The words of these places from `start` on for as long as they are `within`, in the order of their bytes, that are
    /// to `keep`, with the reports that have them: the greatest number over the places. Of each dictionary not more than
    /// `most` words are looked at.
    pub(super) fn scan(
        &self,
        start: &str,
        most: usize,
        places: &[Place],
        within: impl Fn(&str) -> bool,
        keep: impl FnMut(&str) -> bool,
    ) -> Result<BTreeMap<String, u64>, SearchError> {
        Ok(ask!(self, engine => engine.scan(start, most, places, within, keep)?))
    }

    /// The words of these places that begin with `beginning` and lie at most so many typos (1 or 2; two letters exchanged
    /// count as one) away, with the reports that have them: the greatest number over the places.
    pub(super) fn near(
        &self,
        word: &str,
        typos: u8,
        beginning: &str,
        places: &[Place],
    ) -> Result<BTreeMap<String, u64>, SearchError> {
        Ok(ask!(self, engine => engine.near(word, typos, beginning, places)?))
    }

    /// Estimated pages with any of the words on them.
    pub(super) fn pages_with(&self, words: &Expansion) -> Result<f64, SearchError> {
        Ok(ask!(self, engine => engine.pages_with(words)?))
    }

    /// The reports that match.
    pub(super) fn collect(&self, ask: &Ask<'_>) -> Result<Collected, SearchError> {
        Ok(ask!(self, engine => engine.collect(ask)?))
    }

    /// How many reports match a plan as it asks.
    pub(super) fn count(&self, plan: &Plan) -> Result<u64, SearchError> {
        Ok(ask!(self, engine => engine.count(plan)?))
    }

    /// Where a report is; `None` if it is not in the index.
    pub(super) fn seat(&self, id: ReportId) -> Result<Option<Seat>, SearchError> {
        Ok(ask!(self, engine => engine.seat(id)?))
    }

    /// The pages of these reports that show why they match, in the order given, whether they match as a whole or not.
    pub(super) fn evidence(&self, plan: &Plan, reports: &[Seated]) -> Result<Vec<Evidence>, SearchError> {
        Ok(ask!(self, engine => engine.evidence(plan, reports)?))
    }

    /// How the score of a report and those of its pages come about.
    pub(super) fn parts(&self, plan: &Plan, report: Seated) -> Result<Parts, SearchError> {
        Ok(ask!(self, engine => engine.parts(plan, report)?))
    }

    /// Every report, but for the times when it was added and changed, which the index does not know.
    pub(super) fn held(&self) -> Result<Vec<HeldReport>, SearchError> {
        Ok(ask!(self, engine => engine.held()?))
    }

    /// For each of these reports the others that resemble it, the most alike first; `kept` are the sketches of all
    /// reports of an engine that has them.
    pub(super) fn alike(&self, ids: &[ReportId], kept: &OnceLock<Sketches>) -> Result<Vec<Arc<Near>>, SearchError> {
        match self {
            Backend::Embedded(engine) => {
                // Those that could not be read once would not be read the next time.
                let sketches = kept.get_or_init(|| {
                    engine.sketches().map(Sketches::of).unwrap_or_else(|error| {
                        tracing::warn!(%error, "near-copies cannot be told");
                        Sketches::default()
                    })
                });
                Ok(ids.iter().map(|id| sketches.near(*id)).collect())
            }
            #[cfg(feature = "cluster")]
            Backend::Remote(engine) => engine.alike(ids),
        }
    }

    /// The languages of a report.
    pub(super) fn languages_of(&self, report: Seated) -> LanguageSet {
        ask!(self, engine => engine.languages_of(report))
    }

    /// How many reports are in one of these languages.
    pub(super) fn reports_in(&self, languages: LanguageSet) -> u64 {
        ask!(self, engine => engine.reports_in(languages))
    }

    /// Estimated reports in one of these languages that have a word of the index on their pages.
    pub(super) fn frequency_in(&self, languages: LanguageSet, word: &str) -> Result<f64, SearchError> {
        Ok(ask!(self, engine => engine.frequency_in(languages, word)?))
    }

    /// The reports that have any of these words on their pages.
    pub(super) fn having(&self, words: &Expansion, languages: LanguageSet) -> Result<Having, SearchError> {
        Ok(ask!(self, engine => engine.having(words, languages)?))
    }

    /// The closest of the reports that have the key terms of one, in order; those with one of its authors a little
    /// closer.
    pub(super) fn akin(&self, kin: &Kin<'_>, authors: &[String], limit: usize) -> Result<Vec<Akin>, SearchError> {
        Ok(ask!(self, engine => engine.akin(kin, authors, limit)?))
    }

    /// What each key term adds to the closeness of one report.
    pub(super) fn shares(&self, kin: &Kin<'_>, report: Seated) -> Result<Vec<f32>, SearchError> {
        Ok(ask!(self, engine => engine.shares(kin, report)?))
    }

    /// Where any of these words stand among the words of a report's pages, rising.
    pub(super) fn positions(&self, words: &Expansion, report: Seated) -> Result<Vec<u32>, SearchError> {
        Ok(ask!(self, engine => engine.positions(words, report)?))
    }

    /// Words that go on from what is being typed, with the reports of the context that have them, the most first.
    pub(super) fn completions(
        &self,
        context: &Context,
        completing: &Completing<'_>,
    ) -> Result<Vec<(String, u64)>, SearchError> {
        Ok(ask!(self, engine => engine.completions(context, completing)?))
    }

    /// The words with their accents that fold to this one, with the reports that print them so.
    pub(super) fn accented(&self, folded: &str) -> Result<BTreeMap<String, u64>, SearchError> {
        Ok(ask!(self, engine => engine.accented(folded)?))
    }

    /// The reports of the context whose titles have these words, at most `limit`: those that begin with them first, then
    /// by title; of equal titles one.
    pub(super) fn titled(
        &self,
        context: &Context,
        words: &TitleWords,
        limit: usize,
    ) -> Result<Vec<ReportId>, SearchError> {
        Ok(ask!(self, engine => engine.titled(context, words, limit)?))
    }

    /// How many reports the engine's own query finds, with nothing of Recto's around it.
    pub(super) fn bare(&self, query: &BareQuery, filters: &[Filter]) -> Result<u64, SearchError> {
        Ok(ask!(self, engine => engine.bare(query, filters)?))
    }
}
