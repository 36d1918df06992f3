//! Did you mean: words that occur nowhere, replaced by the nearest that do, in the query as it was typed.
//!
//! A word may also have been written as two (`data base`) or two as one. Which replacements go together is not known
//! from the dictionary, so the caller tries the proposals, likeliest first, until one finds something.

use crate::index::analyzer::analyze;
use crate::query::TextKind;
use crate::report::Span;
use crate::search::SearchError;
use crate::search::plan::{Clause, Plan};
use crate::search::terms::{Dictionary, Reading, WeightedTerm};

/// Shortest word that is corrected, and shortest half of one, in characters.
const SHORTEST: usize = 3;
/// From so many characters on two typos are looked for.
const TWO_TYPOS_FROM: usize = 8;
/// How much less likely each typo makes a word; a space more or less counts as one.
const TYPO_LIKELIHOOD: f64 = 0.1;
/// Replacements considered for one word.
const MOST_REPLACEMENTS: usize = 3;
/// Proposals made.
const MOST_PROPOSALS: usize = 8;

/// A query that may have been meant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Proposal {
    pub(super) query: String,
    /// Unknown words that are left in it because nothing is near them.
    pub(super) left: usize,
}

/// A piece of the query, what to write instead, and how likely that is.
#[derive(Debug, Clone, PartialEq)]
struct Replacement {
    span: Span,
    text: String,
    likelihood: f64,
}

/// Queries with the unknown words replaced, the likeliest first; none if all words occur, but for neighbours that may
/// have to be one word, if `found_nothing`.
pub(super) fn proposals(
    query: &str,
    plan: &Plan,
    dictionary: &Dictionary,
    found_nothing: bool,
) -> Result<Vec<Proposal>, SearchError> {
    let joins = joins(query, plan, dictionary)?;
    let mut choices: Vec<Vec<Replacement>> = Vec::new();
    let mut left = 0;
    for clause in plan.clauses.iter().filter(|clause| !clause.is_negative) {
        for word in &clause.unknown {
            let Some(span) = span_of(query, clause.span, word) else { continue };
            let mut choice = near(word, span, clause, dictionary)?;
            choice.extend(splits(query, word, span, clause, dictionary)?);
            choice.extend(joins.iter().filter(|join| join.span.overlaps(&span)).cloned());
            choice.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood).then_with(|| a.text.cmp(&b.text)));
            choice.truncate(MOST_REPLACEMENTS);
            if choice.is_empty() {
                left += 1;
            } else {
                choices.push(choice);
            }
        }
    }
    if choices.is_empty() && left == 0 && found_nothing {
        choices.push(joins);
    }
    let combined = combined(&choices);
    Ok(combined.iter().map(|together| Proposal { query: replaced(query, together), left }).collect())
}

/// One replacement of each choice, the likeliest together first.
fn combined(choices: &[Vec<Replacement>]) -> Vec<Vec<Replacement>> {
    if choices.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let mut sets: Vec<Vec<Replacement>> = vec![Vec::new()];
    for choice in choices {
        let with = |set: &Vec<Replacement>, replacement: &Replacement| {
            // Two words that become one are replaced once.
            let is_done = set.contains(replacement);
            let clashes = set.iter().any(|other| other.span.overlaps(&replacement.span));
            let more = (!is_done).then(|| replacement.clone());
            (is_done || !clashes).then(|| set.iter().cloned().chain(more).collect::<Vec<_>>())
        };
        sets = sets.iter().flat_map(|set| choice.iter().filter_map(|replacement| with(set, replacement))).collect();
        let likelihood = |set: &[Replacement]| set.iter().map(|replacement| replacement.likelihood).product::<f64>();
        sets.sort_by(|a, b| likelihood(b).total_cmp(&likelihood(a)));
        sets.truncate(MOST_PROPOSALS);
    }
    sets
}

/// The query with pieces of it written otherwise.
fn replaced(query: &str, replacements: &[Replacement]) -> String {
    let mut order: Vec<&Replacement> = replacements.iter().collect();
    order.sort_by_key(|replacement| replacement.span);
    let mut corrected = query.to_owned();
    for Replacement { span, text, .. } in order.into_iter().rev() {
        let range = span.start as usize..span.end as usize;
        if corrected.get(range.clone()).is_some() {
            corrected.replace_range(range, text);
        }
    }
    corrected
}

/// Words near an unknown one; with another first letter only if none has the same.
fn near(word: &str, span: Span, clause: &Clause, dictionary: &Dictionary) -> Result<Vec<Replacement>, SearchError> {
    let letters = word.chars().count();
    if letters < SHORTEST || word.chars().any(char::is_numeric) {
        return Ok(Vec::new());
    }
    let typos = if letters < TWO_TYPOS_FROM { 1 } else { 2 };
    let places: Vec<_> = clause.places.iter().map(|searched| searched.place).collect();
    let mut near = dictionary.near(word, typos, true, &places)?;
    if near.is_empty() {
        near = dictionary.near(word, 1, false, &places)?;
    }
    let replacement = |(near, typos): &(WeightedTerm, u8)| Replacement {
        span,
        likelihood: near.frequency as f64 * TYPO_LIKELIHOOD.powi(i32::from(*typos)),
        text: near.term.clone(),
    };
    Ok(near.iter().map(replacement).collect())
}

/// An unknown word as two that occur.
fn splits(
    query: &str,
    word: &str,
    span: Span,
    clause: &Clause,
    dictionary: &Dictionary,
) -> Result<Vec<Replacement>, SearchError> {
    let is_plain = clause.in_body && matches!(clause.kind, TextKind::Word | TextKind::Phrase { .. });
    let typed = span.of(query);
    // Only where the word stands as it is indexed are its halves those of what was typed.
    if !is_plain || typed.to_lowercase() != word {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    for at in ends.iter().copied().skip(SHORTEST).take(ends.len().saturating_sub(2 * SHORTEST) + 1) {
        let (first, second) = word.split_at(at);
        let frequency = frequency(first, clause, dictionary)?.min(frequency(second, clause, dictionary)?);
        if let (Some(start), Some(end)) = (typed.get(..at), typed.get(at..))
            && frequency > 0.0
        {
            found.push(Replacement { span, text: format!("{start} {end}"), likelihood: frequency * TYPO_LIKELIHOOD });
        }
    }
    Ok(found)
}

/// Neighbouring words that occur as one.
fn joins(query: &str, plan: &Plan, dictionary: &Dictionary) -> Result<Vec<Replacement>, SearchError> {
    let is_plain = |clause: &&Clause| clause.in_body && !clause.is_negative && clause.kind == TextKind::Word;
    let mut words: Vec<&Clause> = plan.clauses.iter().filter(is_plain).collect();
    words.sort_by_key(|clause| clause.span);
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let [first, second] = pair else { continue };
        let between = query.get(first.span.end as usize..second.span.start as usize);
        if !between.is_some_and(|between| !between.is_empty() && between.trim().is_empty()) {
            continue;
        }
        let text = format!("{}{}", first.span.of(query), second.span.of(query));
        let mut terms = Vec::new();
        analyze(&text, &[], 0, &mut |token| terms.push(token.term.to_owned()));
        let [term] = terms.as_slice() else { continue };
        let frequency = frequency(term, first, dictionary)?;
        if frequency > 0.0 {
            let span = Span { start: first.span.start, end: second.span.end };
            found.push(Replacement { span, text, likelihood: frequency * TYPO_LIKELIHOOD });
        }
    }
    Ok(found)
}

/// How many reports have a word, as it is.
fn frequency(word: &str, clause: &Clause, dictionary: &Dictionary) -> Result<f64, SearchError> {
    let places: Vec<_> = clause.places.iter().map(|searched| searched.place).collect();
    Ok(dictionary.expand(word, Reading::Exact, &places)?.frequency)
}

/// Where the analyzed word stands in the query, within the clause.
fn span_of(query: &str, clause: Span, word: &str) -> Option<Span> {
    let mut found = None;
    analyze(clause.of(query), &[], 0, &mut |token| {
        if token.term == word && found.is_none() {
            found = Some(Span { start: clause.start + token.span.start, end: clause.start + token.span.end });
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_typed() {
        let query = "Cash \"Trânsfr x\"";
        let span = Span { start: 5, end: query.len() as u32 };
        assert_eq!(span_of(query, span, "transfr").map(|span| span.of(query)), Some("Trânsfr"));
        assert_eq!(span_of(query, span, "cash"), None);
    }

    #[test]
    fn the_likeliest_replacements_go_together_first() {
        let to = |start: u32, end: u32, text: &str, likelihood: f64| Replacement {
            span: Span { start, end },
            text: text.to_owned(),
            likelihood,
        };
        let both = to(0, 7, "ab", 5.0);
        let choices = [vec![to(0, 3, "a", 2.0), both.clone()], vec![to(4, 7, "b", 3.0), to(4, 7, "c", 1.0), both]];
        let queries: Vec<String> = combined(&choices).iter().map(|set| replaced("xxx yyy", set)).collect();
        assert_eq!(queries, ["a b", "ab", "a c"]);
        assert!(combined(&[]).is_empty() && combined(&[vec![]]).is_empty());
    }
}
