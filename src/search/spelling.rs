//! Did you mean: words that occur nowhere, replaced by the nearest that do, in the query as it was typed.

use crate::index::analyzer::analyze;
use crate::report::Span;
use crate::search::plan::{Clause, Plan};
use crate::search::terms::Dictionary;

/// Shortest word that is corrected, in characters.
const SHORTEST: usize = 3;
/// From so many characters on two typos are looked for.
const TWO_TYPOS_FROM: usize = 8;

/// The query with its unknown words replaced; `None` if it has none, or nothing near them.
pub(super) fn did_you_mean(query: &str, plan: &Plan, dictionary: &Dictionary) -> tantivy::Result<Option<String>> {
    let mut replacements: Vec<(Span, String)> = Vec::new();
    for clause in plan.clauses.iter().filter(|clause| !clause.is_negative) {
        for word in &clause.unknown {
            if let Some(nearest) = nearest(word, clause, dictionary)?
                && let Some(span) = span_of(query, clause.span, word)
            {
                replacements.push((span, nearest));
            }
        }
    }
    replacements.sort_by_key(|(span, _)| *span);
    replacements.dedup_by(|later, earlier| later.0.overlaps(&earlier.0));
    let mut corrected = query.to_owned();
    for (span, word) in replacements.iter().rev() {
        let range = span.start as usize..span.end as usize;
        if corrected.get(range.clone()).is_some() {
            corrected.replace_range(range, word);
        }
    }
    Ok((corrected != query).then_some(corrected))
}

/// The best word near an unknown one: few typos, frequent; another first letter only if none has the same.
fn nearest(word: &str, clause: &Clause, dictionary: &Dictionary) -> tantivy::Result<Option<String>> {
    let letters = word.chars().count();
    if letters < SHORTEST || word.chars().any(char::is_numeric) {
        return Ok(None);
    }
    let typos = if letters < TWO_TYPOS_FROM { 1 } else { 2 };
    let fields: Vec<_> = clause.fields().iter().map(|searched| searched.field).collect();
    let mut near = dictionary.near(word, typos, true, &fields)?;
    if near.is_empty() {
        near = dictionary.near(word, 1, false, &fields)?;
    }
    let ranked =
        near.into_iter().map(|(near, distance)| (near.frequency as f64 * 0.1f64.powi(i32::from(distance)), near.term));
    let best = ranked.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
    Ok(best.map(|(_, term)| term))
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
}
