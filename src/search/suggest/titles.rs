//! Titles that have the words typed, the last one perhaps unfinished.
//!
//! A library has few reports, so their titles are kept folded and looked through one by one.

use crate::index::analyzer::words as words_of;
use crate::index::{Snapshot, folded};
use crate::query::{Field, Node, Place, TextClause, TextKind, Unfinished};
use crate::report::ReportId;
use crate::search::suggest::context::Context;
use tantivy::DocAddress;

/// The titles of one commit, deleted reports included.
pub(in crate::search) struct Titles {
    /// In order of title, then identity.
    entries: Vec<Entry>,
}

struct Entry {
    /// Folded words with a space before and after each.
    folded: String,
    id: ReportId,
    address: DocAddress,
}

/// What a title has to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TitleWords {
    /// Whole words with a space before and after them.
    whole: Vec<String>,
    /// The beginning of a word, a space before it; empty if none is being typed.
    beginning: String,
    /// Everything typed, as a title would begin.
    start: String,
}

impl Titles {
    pub(in crate::search) fn new(snapshot: &Snapshot) -> tantivy::Result<Titles> {
        let mut entries = Vec::new();
        for (segment_ord, reader) in (0..).zip(snapshot.searcher.segment_readers()) {
            let columns = reader.fast_fields();
            let (Some(keys), Some(titles)) = (columns.str("key")?, columns.str("title_sort")?) else { continue };
            let (mut key, mut title) = (String::new(), String::new());
            for doc_id in 0..reader.max_doc() {
                let (Some(key_ord), Some(title_ord)) = (keys.ords().first(doc_id), titles.ords().first(doc_id)) else {
                    continue;
                };
                key.clear();
                title.clear();
                keys.ord_to_str(key_ord, &mut key)?;
                titles.ord_to_str(title_ord, &mut title)?;
                if let Ok(id) = key.parse() {
                    let address = DocAddress { segment_ord, doc_id };
                    entries.push(Entry { folded: format!(" {title} "), id, address });
                }
            }
        }
        entries.sort_by(|a, b| a.folded.cmp(&b.folded).then(a.id.cmp(&b.id)));
        Ok(Titles { entries })
    }

    /// The reports whose titles have the words, those that begin with them first; of equal titles one.
    pub(super) fn with(&self, words: &TitleWords, context: &Context, limit: usize) -> Vec<ReportId> {
        let has = |entry: &&Entry| {
            words.whole.iter().all(|word| entry.folded.contains(word))
                && entry.folded.contains(&words.beginning)
                && context.has(entry.address)
        };
        let mut found: Vec<&Entry> = self.entries.iter().filter(has).collect();
        found.dedup_by(|a, b| a.folded == b.folded);
        found.sort_by_key(|entry| !entry.folded.starts_with(&words.start));
        found.into_iter().take(limit).map(|entry| entry.id).collect()
    }
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
