//! What is being typed: words from the vocabulary, counted in the index where the rest of the query restricts them.

use super::lower::{NOTHING, fields};
use super::{Remote, search};
use crate::quickwit::{Clause, Key, Order};
use crate::report::ReportId;
use crate::search::SearchError;
use crate::search::place::Place;
use crate::search::plan::Strictness;
use crate::search::suggest::{Completing, Context, TitleWords};
use serde::Deserialize;

/// Words that begin so looked at.
const MOST_LOOKED_AT: usize = 50_000;
/// Words counted in the index for one completion.
const MOST_COUNTED: usize = 16;
/// Titles looked at.
const MOST_TITLES: usize = 100;

/// A report as titles are found.
#[derive(Debug, Deserialize)]
struct Titled {
    report_id: String,
}

impl Remote {
    /// Words that go on from what is being typed, with the reports of the context that have them, the most first.
    pub(in crate::search) fn completions(
        &self,
        context: &Context,
        completing: &Completing<'_>,
    ) -> Result<Vec<(String, u64)>, SearchError> {
        let Completing { place, beginning, after, keeps_typed, is_negative, limit } = completing;
        let names = [place.name()];
        let begins = |term: &str| term.starts_with(beginning);
        let found = self.vocabulary.scan(beginning, MOST_LOOKED_AT, &names, begins, |_| true);
        let mut words: Vec<(String, u64)> = found.into_iter().collect();
        words.retain(|(word, _)| !(*keeps_typed && word == beginning && after.is_some()));
        words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        if context.plan.is_none() && after.is_none() && !is_negative {
            words.truncate(*limit);
            return Ok(words);
        }
        words.truncate(MOST_COUNTED);
        let rest = match &context.plan {
            Some(plan) => self.lowered(plan, Strictness::AsAsked, &[], None)?,
            None => Clause::Everything,
        };
        let whole = if *is_negative { self.counted(rest.clone())? } else { 0 };
        let mut counted = Vec::new();
        for (word, _) in words {
            let with = match after {
                None => has(*place, &word),
                Some(before) => {
                    let before = before.iter().map(|words| words.terms.first().map(|word| word.term.clone()));
                    let words: Option<Vec<String>> = before.chain([Some(word.clone())]).collect();
                    words.map_or(NOTHING, |words| Clause::Phrase { field: place.name(), words, slop: 0 })
                }
            };
            let with = self.counted(Clause::All(vec![rest.clone(), with]))?;
            let reports = if *is_negative { whole.saturating_sub(with) } else { with };
            if with > 0 && reports > 0 {
                counted.push((word, reports));
            }
        }
        // Equal ones keep the order of their frequency in the library.
        counted.sort_by_key(|(_, reports)| std::cmp::Reverse(*reports));
        counted.truncate(*limit);
        Ok(counted)
    }

    /// The reports of the context whose titles have these words.
    pub(in crate::search) fn titled(
        &self,
        context: &Context,
        words: &TitleWords,
        limit: usize,
    ) -> Result<Vec<ReportId>, SearchError> {
        let phrase = |words: &String| Clause::Phrase {
            field: "title",
            words: words.split_whitespace().map(str::to_owned).collect(),
            slop: 0,
        };
        let mut all: Vec<Clause> = words.whole.iter().map(phrase).collect();
        let beginning = words.beginning.trim();
        if !beginning.is_empty() {
            all.push(Clause::Beginning { field: "title", beginning: beginning.to_owned() });
        }
        if let Some(plan) = &context.plan {
            all.push(self.lowered(plan, Strictness::AsAsked, &[], None)?);
        }
        let order = Order { first: Key::Ascending("title_order"), second: Some(Key::Ascending("id_order")) };
        let found = self.in_reports::<Titled>(search(Clause::All(all), MOST_TITLES, order))?;
        let ids: Vec<ReportId> = found.hits.iter().filter_map(|hit| hit.document.report_id.parse().ok()).collect();
        let rows = self.shared.library.catalogue().reports_of(&ids)?;
        let mut titles: Vec<(String, ReportId)> = rows
            .into_iter()
            .flatten()
            .map(|row| (format!(" {} ", crate::index::folded(&row.title)), row.id))
            .filter(|(title, _)| title.contains(&words.beginning))
            .collect();
        titles.sort();
        titles.dedup_by(|a, b| a.0 == b.0);
        titles.sort_by_key(|(title, _)| !title.starts_with(&words.start));
        Ok(titles.into_iter().take(limit).map(|(_, id)| id).collect())
    }
}

/// Reports that have a word in a place.
fn has(place: Place, word: &str) -> Clause {
    let in_field = |field| Clause::AnyTerm { field, words: vec![word.to_owned()] };
    Clause::AtLeast { minimum: 1, clauses: fields(place).map(in_field).collect() }
}
