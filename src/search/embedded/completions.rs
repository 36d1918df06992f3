//! Words that go on from what is being typed, counted in the postings.

use super::Embedded;
use super::context::Reports;
use super::scope::ClauseReader;
use crate::search::place::Place;
use crate::search::suggest::{Completing, Context};
use crate::search::terms::{Way, Ways};
use std::collections::HashMap;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, TERMINATED, Term};

/// Entries of word lists read for one completion; what lies beyond is not suggested.
const MOST_READ: u64 = 60_000;

/// For each report of a segment, the positions that follow directly on the words before.
type Followers = Vec<HashMap<DocId, Vec<u32>>>;

impl Embedded {
    /// Words with the reports that have them, the most first; equal ones by their frequency in the library.
    pub(in crate::search) fn completions(
        &self,
        context: &Context,
        completing: &Completing<'_>,
    ) -> tantivy::Result<Vec<(String, u64)>> {
        let Completing { place, beginning, after, keeps_typed, is_negative, limit } = completing;
        let context = self.reports(context)?;
        let followers = after.as_ref().map(|words| self.followers(&context, *place, words)).transpose()?;
        let candidates = self.beginnings.of(&self.commit, beginning, *place)?;
        let whole = if *is_negative { context.count() } else { 0 };
        let mut found: Vec<(String, u64)> = Vec::new();
        let mut read = 0;
        for (term, frequency) in candidates.iter() {
            let least = found.get(limit.wrapping_sub(1)).map_or(0, |(_, reports)| *reports);
            if read > MOST_READ || (!is_negative && *frequency <= least) {
                break;
            }
            if *keeps_typed && term == beginning && followers.is_some() {
                continue;
            }
            let with = self.reports_with(&context, *place, term, followers.as_ref(), &mut read)?;
            let reports = if *is_negative { whole.saturating_sub(with) } else { with };
            if with > 0 && reports > 0 {
                let before = found.partition_point(|(_, other)| *other >= reports);
                found.insert(before, (term.clone(), reports));
                found.truncate(*limit);
            }
        }
        Ok(found)
    }

    /// Reports of the context that have a word, where it follows on the words before.
    fn reports_with(
        &self,
        context: &Reports<'_>,
        place: Place,
        term: &str,
        followers: Option<&Followers>,
        read: &mut u64,
    ) -> tantivy::Result<u64> {
        let field = self.commit.field(place);
        let term = Term::from_field_text(field, term);
        let option =
            if followers.is_some() { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
        let mut reports = 0;
        let mut positions = Vec::new();
        for (segment, reader) in self.commit.segments().iter().enumerate() {
            let index = reader.inverted_index(field)?;
            if followers.is_none() && context.has_whole(reader) {
                reports += u64::from(index.doc_freq(&term)?);
                continue;
            }
            let Some(mut postings) = index.read_postings(&term, option)? else { continue };
            let segment_ord = u32::try_from(segment).unwrap_or(u32::MAX);
            while postings.doc() != TERMINATED {
                *read += 1;
                let doc_id = postings.doc();
                let follows = match followers.and_then(|followers| followers.get(segment)) {
                    None => context.has(DocAddress { segment_ord, doc_id }),
                    Some(followers) => followers.get(&doc_id).is_some_and(|after| {
                        postings.positions(&mut positions);
                        *read += positions.len() as u64 / 4;
                        positions.iter().any(|position| after.binary_search(position).is_ok())
                    }),
                };
                reports += u64::from(follows);
                postings.advance();
            }
        }
        Ok(reports)
    }

    /// Where the next word would stand after an occurrence of these, in the reports of the context.
    fn followers(&self, context: &Reports<'_>, place: Place, words: &Way) -> tantivy::Result<Followers> {
        let ways: Ways = vec![words.clone()];
        let length = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let mut followers = Vec::new();
        for (segment_ord, reader) in (0..).zip(self.commit.segments()) {
            let mut clause = ClauseReader::open(&self.commit, reader, place, &ways, 0)?;
            let mut after: HashMap<DocId, Vec<u32>> = HashMap::new();
            let mut occurrences = Vec::new();
            let mut doc_id = clause.seek(0);
            while doc_id != TERMINATED {
                if context.has(DocAddress { segment_ord, doc_id }) {
                    occurrences.clear();
                    clause.occurrences(doc_id, &mut occurrences);
                    let ends = occurrences.iter().map(|(start, _)| start.saturating_add(length)).collect();
                    after.insert(doc_id, ends);
                }
                doc_id = clause.seek(doc_id + 1);
            }
            followers.push(after);
        }
        Ok(followers)
    }
}
