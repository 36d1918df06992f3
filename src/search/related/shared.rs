//! Which key terms a report shares with another, as the other prints them: the reason why it is related.

use crate::search::SearchError;
use crate::search::engine::State;
use crate::search::found::Seated;
use crate::search::related::key_terms::KeyTerm;
use crate::search::related::reading::{Pair, Reading};
use foldhash::HashMap;
use std::collections::hash_map::Entry;

/// Terms told.
const MOST_TOLD: usize = 5;
/// Terms that may be joined to make those told.
const MOST_JOINED: usize = 10;
/// Two terms stand side by side at least so often in a report to be one term of it.
const LEAST_PAIRS: u32 = 2;

/// The key terms of a report as it prints them.
pub(super) struct SharedTerms<'r> {
    terms: &'r [KeyTerm],
    printed: Vec<String>,
    /// Terms that stand side by side, the most frequent first.
    pairs: Vec<Pair>,
}

/// A term told, with what it adds to the score.
struct Told {
    text: String,
    share: f32,
}

impl<'r> SharedTerms<'r> {
    pub(super) fn new(reading: &Reading, terms: &'r [KeyTerm]) -> SharedTerms<'r> {
        let forms =
            terms.iter().enumerate().flat_map(|(group, term)| term.forms.iter().map(move |form| (*form, group)));
        let group_of: HashMap<u32, usize> = forms.collect();
        let mut pairs = reading.pairs(&group_of);
        pairs.retain(|pair| pair.count >= LEAST_PAIRS);
        SharedTerms { terms, printed: reading.printed(&group_of, terms.len()), pairs }
    }

    /// Those that another report has, too, given what each adds to its score; the most telling first. Two that
    /// stand side by side in both reports are told as one.
    pub(super) fn with(&self, state: &State, report: Seated, shares: &[f32]) -> Result<Vec<String>, SearchError> {
        let share = |term: usize| shares.get(term).copied().unwrap_or(0.0);
        let mut rest: Vec<usize> = (0..self.terms.len()).filter(|term| share(*term) > 0.0).collect();
        rest.sort_by(|a, b| share(*b).total_cmp(&share(*a)).then(a.cmp(b)));
        rest.truncate(MOST_JOINED);
        let mut told = Vec::new();
        let mut positions: HashMap<usize, Vec<u32>> = HashMap::default();
        for pair in &self.pairs {
            let both = [pair.first, pair.second];
            if !both.iter().all(|term| rest.contains(term)) {
                continue;
            }
            for term in both {
                if let Entry::Vacant(unread) = positions.entry(term) {
                    unread.insert(self.positions(state, report, term)?);
                }
            }
            let standing = |term: usize| positions.get(&term).map(Vec::as_slice).unwrap_or_default();
            if stand_together(standing(pair.first), standing(pair.second)) {
                told.push(Told { text: pair.printed.clone(), share: both.map(share).iter().sum() });
                rest.retain(|term| !both.contains(term));
            }
        }
        let alone = rest
            .into_iter()
            .filter_map(|term| Some(Told { text: self.printed.get(term)?.clone(), share: share(term) }));
        told.extend(alone);
        told.sort_by(|a, b| b.share.total_cmp(&a.share));
        Ok(told.into_iter().take(MOST_TOLD).map(|told| told.text).collect())
    }

    /// Where a term stands in a report.
    fn positions(&self, state: &State, report: Seated, term: usize) -> Result<Vec<u32>, SearchError> {
        let Some(term) = self.terms.get(term) else { return Ok(Vec::new()) };
        state.backend.positions(&term.words, report)
    }
}

/// Whether one of the second positions follows one of the first; both rise.
fn stand_together(first: &[u32], second: &[u32]) -> bool {
    first.iter().any(|position| position.checked_add(1).is_some_and(|next| second.binary_search(&next).is_ok()))
}
