//! Titles that have the words typed, the last one perhaps unfinished.

use crate::index::analyzer::words as words_of;
use crate::index::folded;
use crate::query::{Field, Node, Place, TextClause, TextKind, Unfinished};

/// What a title has to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::search) struct TitleWords {
    /// Whole words with a space before and after them.
    pub(in crate::search) whole: Vec<String>,
    /// The beginning of a word, a space before it; empty if none is being typed.
    pub(in crate::search) beginning: String,
    /// Everything typed, as a title would begin.
    pub(in crate::search) start: String,
}

/// What a title has to have for a query; `None` if the query asks for something else than words anywhere or in titles.
pub(super) fn words(q: &str, unfinished: &Unfinished<'_>, rest: Option<&Node>) -> Option<TitleWords> {
    let is_in_titles = matches!(unfinished.place, Place::Anywhere | Place::Field(Field::Title));
    if !is_in_titles || unfinished.is_negative || unfinished.is_alternative {
        return None;
    }
    let mut found = TitleWords::default();
    rest.map_or(Some(()), |rest| collect(rest, &mut found.whole))?;
    let typed = words_of(unfinished.word);
    let last = typed.last().map(|word| word.variants.first().unwrap_or(&word.parts[word.parts.len() - 1]));
    for word in typed.iter().rev().skip(1) {
        found.whole.push(format!(" {} ", word.parts.join(" ")));
    }
    match last {
        Some(last) if last.chars().count() > 1 || !last.is_ascii() => found.beginning = format!(" {last}"),
        Some(_) => return None,
        None if found.whole.is_empty() => return None,
        None => {}
    }
    found.start = format!(" {}", folded(q));
    Some(found)
}

/// Adds the words of a query that a title is to have; `None` if some of it is not words.
fn collect(node: &Node, output: &mut Vec<String>) -> Option<()> {
    match node {
        Node::And(nodes) => nodes.iter().try_for_each(|node| collect(node, output)),
        Node::Text(TextClause {
            field: None | Some(Field::Title),
            kind: TextKind::Word | TextKind::Phrase { slop: 0 },
            words,
            alternatives,
            ..
        }) => {
            // The joined form stands for a compound in a folded title.
            let words = alternatives.first().unwrap_or(words);
            output.push(format!(" {} ", words.join(" ")));
            Some(())
        }
        // What restricts without words restricts the titles as it does the reports.
        Node::Language(_) | Node::Year(..) | Node::Not(_) => Some(()),
        _ => None,
    }
}
