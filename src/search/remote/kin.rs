//! Related reports: the engine finds those that have key terms, their texts tell how close they are.

use super::occurrences::PlanTerms;
use super::{Remote, search};
use crate::index::folded;
use crate::quickwit::{Clause, Order};
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::found::{Seat, Seated};
use crate::search::languages::LanguageSet;
use crate::search::ranking::joint_frequency;
use crate::search::related::{Akin, Having, Kin};
use crate::search::terms::Expansion;
use crate::store::{Location, StoreError};
use serde::Deserialize;

/// Reports whose texts are read to tell how close they are.
const READ: usize = 60;
/// Pages read of a report.
const MOST_PAGES: u32 = 500;

/// A report as related ones are found.
#[derive(Debug, Deserialize)]
struct Candidate {
    report_id: String,
}

impl Remote {
    /// The languages of a report.
    pub(in crate::search) fn languages_of(&self, report: Seated) -> LanguageSet {
        let facts = self.facts(&[report.id]).ok().and_then(|mut facts| facts.pop().flatten());
        facts.map_or(LanguageSet::ANY, |facts| facts.languages)
    }

    /// How many reports are in one of these languages; one in several counts for each.
    pub(in crate::search) fn reports_in(&self, languages: LanguageSet) -> u64 {
        let facts = self.vocabulary.facts();
        let of = |(number, code): (usize, &String)| {
            let is_asked = LanguageSet::one(number).meets(languages);
            is_asked.then(|| facts.languages.get(code).copied().unwrap_or(0))
        };
        let sum: u64 = self.languages.iter().enumerate().filter_map(of).sum();
        if sum == 0 { self.documents } else { sum.min(self.documents) }
    }

    /// Estimated reports in one of these languages that have a word: all that have it, as words mostly keep to theirs.
    pub(in crate::search) fn frequency_in(&self, languages: LanguageSet, word: &str) -> Result<f64, SearchError> {
        Ok(self.vocabulary.reports(word, &["body"]).min(self.reports_in(languages)) as f64)
    }

    /// The reports that have any of these words, by number alone.
    pub(in crate::search) fn having(&self, words: &Expansion, languages: LanguageSet) -> Result<Having, SearchError> {
        let joint = joint_frequency(words.terms.iter().map(|word| word.frequency), self.documents);
        let in_languages = (joint.round() as u64).min(self.reports_in(languages));
        Ok(Having { frequencies: Vec::new(), in_languages })
    }

    /// The closest of the reports that have the key terms of one, in order.
    pub(in crate::search) fn akin(
        &self,
        kin: &Kin<'_>,
        authors: &[String],
        limit: usize,
    ) -> Result<Vec<Akin>, SearchError> {
        let term = |term: &crate::search::related::KeyTerm| {
            let words = term.words.terms.iter().map(|word| Clause::Term {
                field: "body",
                word: word.term.clone(),
                boost: term.weight(),
            });
            Clause::AtLeast { minimum: 1, clauses: words.take(4).collect() }
        };
        let clauses: Vec<Clause> = kin.terms().iter().filter(|term| !term.words.terms.is_empty()).map(term).collect();
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        let clause = Clause::AtLeast { minimum: 1, clauses };
        let found = self.in_reports::<Candidate>(search(clause, READ.min(limit), Order::BEST_FIRST))?;
        let ids: Vec<ReportId> = found.hits.iter().filter_map(|hit| hit.document.report_id.parse().ok()).collect();
        self.facts(&ids)?;
        let rows = self.shared.library.catalogue().reports_of(&ids)?;
        let locations: Vec<Location> = rows.iter().flatten().map(|row| row.location).collect();
        self.shared.library.texts().fetch_ahead(&locations);
        let by_author = self.by_authors(authors, found.hits.iter().map(|hit| hit.document.report_id.clone()))?;
        let mut akin = Vec::new();
        for hit in &found.hits {
            let Ok(id) = hit.document.report_id.parse::<ReportId>() else { continue };
            let report = Seated { id, seat: Seat(0) };
            let score = self.shares(kin, report)?.iter().sum();
            let score = if by_author.contains(&hit.document.report_id) { Kin::lifted(score) } else { score };
            if score >= Kin::FLOOR {
                akin.push(Akin { report, score });
            }
        }
        akin.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.report.id.cmp(&b.report.id)));
        Ok(akin)
    }

    /// What each key term adds to the closeness of one report.
    pub(in crate::search) fn shares(&self, kin: &Kin<'_>, report: Seated) -> Result<Vec<f32>, SearchError> {
        let Some(terms) = self.read_whole(kin.terms().iter().map(|term| &term.words), report.id)? else {
            return Ok(vec![0.0; kin.terms().len()]);
        };
        let PlanWords { terms, length, languages } = terms;
        let share = |term: &crate::search::related::KeyTerm| {
            let mut found = Vec::new();
            terms.of_words(&term.words, languages, &mut found);
            let frequency: f32 = found.iter().map(|(_, weight)| weight).sum();
            if frequency > 0.0 { term.share(frequency, length, kin.whole(), kin.length()) } else { 0.0 }
        };
        Ok(kin.terms().iter().map(share).collect())
    }

    /// Where any of these words stand in a report, rising.
    pub(in crate::search) fn positions(&self, words: &Expansion, report: Seated) -> Result<Vec<u32>, SearchError> {
        let mut found = Vec::new();
        if let Some(PlanWords { terms, languages, .. }) = self.read_whole(std::iter::once(words), report.id)? {
            terms.of_words(words, languages, &mut found);
        }
        Ok(found.into_iter().map(|(position, _)| position).collect())
    }

    /// Reads a report for words; `None` if it is gone.
    fn read_whole<'w>(
        &self,
        words: impl Iterator<Item = &'w Expansion>,
        id: ReportId,
    ) -> Result<Option<PlanWords>, SearchError> {
        let (Some(facts), Some(row)) =
            (self.facts(&[id])?.pop().flatten(), self.shared.library.catalogue().report(id)?)
        else {
            return Ok(None);
        };
        let numbers: Vec<u32> =
            (1..=facts.starts.pages().min(MOST_PAGES)).filter(|page| facts.starts.tokens_on(*page) > 0).collect();
        let mut terms = PlanTerms::sought(words);
        let texts = match self.shared.library.texts().page_texts(row.location, &numbers) {
            Err(StoreError::Damaged { .. }) => return Ok(None),
            texts => texts?,
        };
        for (page, text) in numbers.iter().zip(&texts) {
            terms.read(text, facts.starts.start_of(*page));
        }
        let length = facts.starts.end_of(numbers.last().copied().unwrap_or(0));
        Ok(Some(PlanWords { terms, length, languages: facts.languages }))
    }

    /// Those of these reports that have one of the authors.
    fn by_authors(
        &self,
        authors: &[String],
        reports: impl Iterator<Item = String>,
    ) -> Result<Vec<String>, SearchError> {
        let reports: Vec<String> = reports.collect();
        if authors.is_empty() || reports.is_empty() {
            return Ok(Vec::new());
        }
        let keys = authors.iter().map(|author| folded(author)).collect();
        let size = reports.len();
        let clause = Clause::All(vec![
            Clause::AnyTerm { field: "author_key", words: keys },
            Clause::AnyTerm { field: "report_id", words: reports },
        ]);
        let found = self.in_reports::<Candidate>(search(clause, size, Order::BEST_FIRST))?;
        Ok(found.hits.into_iter().map(|hit| hit.document.report_id).collect())
    }
}

/// Words read in a report.
struct PlanWords {
    terms: PlanTerms,
    /// Words of the report that were read.
    length: u32,
    languages: LanguageSet,
}
