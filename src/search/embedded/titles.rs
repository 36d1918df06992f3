//! The titles of a commit, folded and looked through one by one: a library has few reports.

use super::Embedded;
use super::context::Reports;
use crate::index::Snapshot;
use crate::report::ReportId;
use crate::search::suggest::{Context, TitleWords};
use tantivy::DocAddress;

/// The titles of one commit, deleted reports included.
pub(super) struct Titles {
    /// In order of title, then identity.
    entries: Vec<Entry>,
}

struct Entry {
    /// Folded words with a space before and after each.
    folded: String,
    id: ReportId,
    address: DocAddress,
}

impl Embedded {
    /// The reports of the context whose titles have these words.
    pub(in crate::search) fn titled(
        &self,
        context: &Context,
        words: &TitleWords,
        limit: usize,
    ) -> tantivy::Result<Vec<ReportId>> {
        let titles = match self.titles.get() {
            Some(titles) => titles,
            None => {
                let titles = Titles::new(&self.commit.snapshot)?;
                self.titles.get_or_init(|| titles)
            }
        };
        Ok(titles.with(words, &self.reports(context)?, limit))
    }
}

impl Titles {
    fn new(snapshot: &Snapshot) -> tantivy::Result<Titles> {
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
    fn with(&self, words: &TitleWords, reports: &Reports<'_>, limit: usize) -> Vec<ReportId> {
        let has = |entry: &&Entry| {
            words.whole.iter().all(|word| entry.folded.contains(word))
                && entry.folded.contains(&words.beginning)
                && reports.has(entry.address)
        };
        let mut found: Vec<&Entry> = self.entries.iter().filter(has).collect();
        found.dedup_by(|a, b| a.folded == b.folded);
        found.sort_by_key(|entry| !entry.folded.starts_with(&words.start));
        found.into_iter().take(limit).map(|entry| entry.id).collect()
    }
}
