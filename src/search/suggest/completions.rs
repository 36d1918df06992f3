//! Words of the index that complete what is being typed, those in most reports first.

use crate::query::{self, Field, Unfinished};
use crate::search::SearchError;
use crate::search::embedded;
use crate::search::engine::State;
use crate::search::place::Place;
use crate::search::scope::ClauseReader;
use crate::search::suggest::context::Context;
use crate::search::suggest::typed::{Typed, Way};
use crate::search::suggest::{Suggestion, accents};
use crate::search::terms::{Reading, Ways};
use std::collections::HashMap;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, TERMINATED, Term};

/// Entries of word lists read for one completion; what lies beyond is not suggested.
const MOST_READ: u64 = 60_000;

/// Completes the unfinished word of a query.
pub(super) struct Completions<'a> {
    pub(super) state: &'a State,
    pub(super) context: &'a Context,
    pub(super) unfinished: &'a Unfinished<'a>,
    pub(super) limit: usize,
}

/// For each report of a segment, the positions that follow directly on the words before.
type Followers = Vec<HashMap<DocId, Vec<u32>>>;

impl Completions<'_> {
    /// The completions of the first way that has any.
    pub(super) fn suggestions(&self, q: &str, typed: &Typed) -> Result<Vec<Suggestion>, SearchError> {
        let Some(place) = self.place() else { return Ok(Vec::new()) };
        for way in &typed.ways {
            let found = self.found(place, way)?;
            if !found.is_empty() {
                let suggestions = found.iter().map(|(term, reports)| self.suggestion(q, way, term, *reports));
                return suggestions.filter_map(Result::transpose).collect();
            }
        }
        Ok(Vec::new())
    }

    fn place(&self) -> Option<Place> {
        Some(match self.unfinished.place {
            query::Place::Anywhere => Place::Body,
            query::Place::Field(Field::Title) => Place::Title,
            query::Place::Field(Field::Author) => Place::Author,
            query::Place::Field(Field::Tag) => Place::Tag,
            query::Place::Field(Field::File) => Place::File,
            query::Place::Field(Field::Section) => Place::Section,
            query::Place::Values => return None,
        })
    }

    /// Words with the reports that have them, the most first; equal ones by their frequency in the library.
    fn found(&self, place: Place, way: &Way) -> tantivy::Result<Vec<(String, u64)>> {
        // Positions of sections are pages.
        let follows = !way.after.is_empty() && self.unfinished.place != query::Place::Field(Field::Section);
        let followers = if follows { Some(self.followers(place, &way.after)?) } else { None };
        let candidates = self.state.beginnings.of(&self.state.snapshot, &way.beginning, place)?;
        let whole = if self.unfinished.is_negative { self.context.count() } else { 0 };
        let mut found: Vec<(String, u64)> = Vec::new();
        let mut read = 0;
        for (term, frequency) in candidates.iter() {
            let least = found.get(self.limit.wrapping_sub(1)).map_or(0, |(_, reports)| *reports);
            if read > MOST_READ || (!self.unfinished.is_negative && *frequency <= least) {
                break;
            }
            if way.keeps_typed && *term == way.beginning && followers.is_some() {
                continue;
            }
            let with = self.reports(place, term, followers.as_ref(), &mut read)?;
            let reports = if self.unfinished.is_negative { whole.saturating_sub(with) } else { with };
            if with > 0 && reports > 0 {
                let before = found.partition_point(|(_, other)| *other >= reports);
                found.insert(before, (term.clone(), reports));
                found.truncate(self.limit);
            }
        }
        Ok(found)
    }

    /// Reports of the context that have a word, where it follows on the words before.
    fn reports(&self, place: Place, term: &str, followers: Option<&Followers>, read: &mut u64) -> tantivy::Result<u64> {
        let field = embedded::field(&self.state.snapshot.fields, place);
        let term = Term::from_field_text(field, term);
        let option =
            if followers.is_some() { IndexRecordOption::WithFreqsAndPositions } else { IndexRecordOption::Basic };
        let mut reports = 0;
        let mut positions = Vec::new();
        for (segment, reader) in self.state.snapshot.searcher.segment_readers().iter().enumerate() {
            let index = reader.inverted_index(field)?;
            if followers.is_none() && self.context.has_whole(segment) {
                reports += u64::from(index.doc_freq(&term)?);
                continue;
            }
            let Some(mut postings) = index.read_postings(&term, option)? else { continue };
            let segment_ord = u32::try_from(segment).unwrap_or(u32::MAX);
            while postings.doc() != TERMINATED {
                *read += 1;
                let doc_id = postings.doc();
                let follows = match followers.and_then(|followers| followers.get(segment)) {
                    None => self.context.has(DocAddress { segment_ord, doc_id }),
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
    fn followers(&self, place: Place, words: &[String]) -> tantivy::Result<Followers> {
        let exactly = |word: &String| self.state.dictionary.expand(word, Reading::Exact, &[place]);
        let ways: Ways = vec![words.iter().map(exactly).collect::<tantivy::Result<_>>()?];
        let length = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let field = embedded::field(&self.state.snapshot.fields, place);
        let mut followers = Vec::new();
        for (segment_ord, reader) in (0..).zip(self.state.snapshot.searcher.segment_readers()) {
            let mut clause = ClauseReader::open(reader, field, &ways, 0)?;
            let mut after: HashMap<DocId, Vec<u32>> = HashMap::new();
            let mut occurrences = Vec::new();
            let mut doc_id = clause.seek(0);
            while doc_id != TERMINATED {
                if self.context.has(DocAddress { segment_ord, doc_id }) {
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

    /// The suggestion of a word; `None` if the query with it finds nothing all the same.
    fn suggestion(&self, q: &str, way: &Way, term: &str, reports: u64) -> Result<Option<Suggestion>, SearchError> {
        let typed = way.span.of(self.unfinished.word);
        let text = match term.strip_prefix(&way.beginning).filter(|_| way.keeps_typed) {
            Some(rest) => format!("{typed}{rest}"),
            None => accents::printed(&self.state.snapshot, term, reports, typed)?,
        };
        let before = self.unfinished.span.start as usize + way.span.start as usize;
        let before = q.get(..before).unwrap_or("");
        let closing = if self.unfinished.is_quoted { "\"" } else { "" };
        let query = format!("{before}{text}{closing}");
        if self.context.has_scopes && self.state.count(query::parse(&query, false)?.root.as_ref())? == 0 {
            return Ok(None);
        }
        Ok(Some(Suggestion::Word { text, query, reports }))
    }
}
