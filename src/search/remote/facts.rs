//! What the index of reports keeps of a report beside its words, remembered for as long as the look.

use super::{Remote, search};
use crate::index::PageStarts;
use crate::index::analyzer::analyze;
use crate::queue::RevisionId;
use crate::quickwit::{Clause, Kept, Order};
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::found::Seat;
use crate::search::languages::{LanguageSet, MOST_LANGUAGES};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Reports remembered.
const MOST_KNOWN: usize = 10_000;

/// A report as the engine stores it.
#[derive(Debug, Deserialize)]
pub(super) struct StoredReport {
    report_id: String,
    rev: String,
    #[serde(flatten)]
    kept: Kept,
}

/// What is known of a report.
#[derive(Debug)]
pub(super) struct ReportFacts {
    pub(super) languages: LanguageSet,
    pub(super) starts: Arc<PageStarts>,
    /// Pages that stand under one path, the first and one past the last, with the words of the path.
    pub(super) sections: Vec<(u32, u32, BTreeSet<String>)>,
    /// The readings of each of the first positions.
    pub(super) opening: Vec<Vec<String>>,
}

/// The reports remembered.
#[derive(Default)]
pub(super) struct Known {
    reports: Mutex<HashMap<ReportId, Arc<ReportFacts>>>,
}

impl Known {
    fn get(&self, id: ReportId) -> Option<Arc<ReportFacts>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn keep(&self, id: ReportId, facts: Arc<ReportFacts>) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.len() >= MOST_KNOWN {
            reports.clear();
        }
        reports.insert(id, facts);
    }
}

impl StoredReport {
    /// Its identity and revision; `None` if the engine was given something else.
    pub(super) fn names(&self) -> Option<(ReportId, RevisionId)> {
        Some((self.report_id.parse().ok()?, self.rev.parse().ok()?))
    }
}

impl Remote {
    /// Remembers a report that was found.
    pub(super) fn remember(&self, id: ReportId, stored: &StoredReport) {
        self.known.keep(id, Arc::new(self.facts_of(&stored.kept)));
    }

    /// What is known of these reports, in their order; `None` for those that are not in the index.
    pub(super) fn facts(&self, ids: &[ReportId]) -> Result<Vec<Option<Arc<ReportFacts>>>, SearchError> {
        let unknown: Vec<String> =
            ids.iter().filter(|id| self.known.get(**id).is_none()).map(ToString::to_string).collect();
        if !unknown.is_empty() {
            let size = unknown.len();
            let clause = Clause::AnyTerm { field: "report_id", words: unknown };
            for hit in self.in_reports::<StoredReport>(search(clause, size, Order::BEST_FIRST))?.hits {
                if let Some((id, _)) = hit.document.names() {
                    self.remember(id, &hit.document);
                }
            }
        }
        Ok(ids.iter().map(|id| self.known.get(*id)).collect())
    }

    /// Where a report is; `None` if it is not in the index. There is nothing to tell but that.
    pub(in crate::search) fn seat(&self, id: ReportId) -> Result<Option<Seat>, SearchError> {
        Ok(self.facts(&[id])?.pop().flatten().map(|_| Seat(0)))
    }

    /// These languages as a set; a report of no known language may be in any.
    fn language_set(&self, codes: &[String]) -> LanguageSet {
        let number = |code: &String| self.languages.iter().position(|known| known == code).unwrap_or(MOST_LANGUAGES);
        let set = codes.iter().map(|code| LanguageSet::one(number(code)));
        let set = set.fold(LanguageSet::NONE, LanguageSet::with);
        if set == LanguageSet::NONE { LanguageSet::ANY } else { set }
    }

    fn facts_of(&self, kept: &Kept) -> ReportFacts {
        let runs: Vec<(u32, &str)> = kept.sections().collect();
        let ends = runs.iter().skip(1).map(|(page, _)| *page).chain([u32::MAX]);
        let words = |path: &str| {
            let mut words = BTreeSet::new();
            analyze(path, &[], 0, &mut |token| _ = words.insert(token.term.to_owned()));
            words
        };
        let sections = runs.iter().zip(ends).map(|((first, path), end)| (*first, end, words(path))).collect();
        let opening = kept.opening().map(|readings| readings.map(str::to_owned).collect()).collect();
        ReportFacts { languages: self.language_set(&kept.language), starts: Arc::new(kept.starts()), sections, opening }
    }
}
