//! Scopes and the clauses they bear on, opened on a segment, and as a clause of the engine's query.

use super::commit::Commit;
use super::positions::{PhraseReader, WordReader};
use super::union::explain;
use crate::index::PageStarts;
use crate::search::Stop;
use crate::search::place::Place;
use crate::search::scope::{AllowedPages, Scope};
use crate::search::terms::{Way, Ways};
use std::sync::Arc;
use tantivy::columnar::BytesColumn;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

/// A scope opened on a segment. Reports must be asked for in rising order.
pub(super) enum ScopeReader {
    Pages(u32, u32),
    Section(Vec<WordReader>),
}

impl ScopeReader {
    pub(super) fn open(commit: &Commit, reader: &SegmentReader, scope: &Scope) -> tantivy::Result<ScopeReader> {
        let open = |words| WordReader::open(commit, reader, Place::Section, words);
        Ok(match scope {
            Scope::Pages(first, last) => ScopeReader::Pages(*first, *last),
            Scope::Section(words) => {
                ScopeReader::Section(words.iter().map(|words| open(words)).collect::<tantivy::Result<_>>()?)
            }
        })
    }

    pub(super) fn allowed(&mut self, doc: DocId) -> AllowedPages {
        let places = match self {
            ScopeReader::Pages(first, last) => return AllowedPages::Range(*first, *last),
            ScopeReader::Section(places) => places,
        };
        let mut common: Option<Vec<u32>> = None;
        for place in places {
            let mut occurrences = Vec::new();
            place.occurrences(doc, &mut occurrences);
            let mut pages: Vec<u32> = occurrences.into_iter().map(|(page, _)| page).collect();
            pages.dedup();
            if let Some(common) = common {
                pages.retain(|page| common.binary_search(page).is_ok());
            }
            common = Some(pages);
        }
        AllowedPages::Listed(common.unwrap_or_default())
    }
}

/// A clause opened on a segment. Reports must be asked for in rising order.
pub(super) struct ClauseReader {
    ways: Vec<WayReader>,
}

enum WayReader {
    Word(WordReader),
    Phrase(PhraseReader),
}

impl ClauseReader {
    /// Opens a clause in a place that has positions.
    pub(super) fn open(
        commit: &Commit,
        reader: &SegmentReader,
        place: Place,
        ways: &Ways,
        slop: u32,
    ) -> tantivy::Result<ClauseReader> {
        let open = |way: &Way| match way.as_slice() {
            [words] => WordReader::open(commit, reader, place, words).map(WayReader::Word),
            places => PhraseReader::open(commit, reader, place, places, slop).map(WayReader::Phrase),
        };
        Ok(ClauseReader { ways: ways.iter().map(open).collect::<tantivy::Result<_>>()? })
    }

    /// The first report from `target` on that may have the clause.
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        let seek = |way: &mut WayReader| match way {
            WayReader::Word(place) => place.seek(target),
            WayReader::Phrase(phrase) => phrase.seek(target),
        };
        self.ways.iter_mut().map(seek).min().unwrap_or(TERMINATED)
    }

    /// Appends where the clause begins in a report, with its weight there, rising.
    pub(super) fn occurrences(&mut self, doc: DocId, output: &mut Vec<(u32, f32)>) {
        let before = output.len();
        for way in &mut self.ways {
            match way {
                WayReader::Word(place) => place.occurrences(doc, output),
                WayReader::Phrase(phrase) => {
                    output.extend(phrase.starts(doc).iter().map(|start| (*start, 1.0)));
                }
            }
        }
        if self.ways.len() > 1 {
            let mut mixed = output.split_off(before);
            mixed.sort_unstable_by_key(|(position, _)| *position);
            // The same word read in two ways is one match.
            mixed.dedup_by_key(|(position, _)| *position);
            output.append(&mut mixed);
        }
    }
}

/// The page starts of a segment's reports.
pub(super) struct PageStartsReader {
    column: Option<BytesColumn>,
    buffer: Vec<u8>,
}

impl PageStartsReader {
    pub(super) fn open(reader: &SegmentReader) -> tantivy::Result<PageStartsReader> {
        Ok(PageStartsReader { column: reader.fast_fields().bytes("page_starts")?, buffer: Vec::new() })
    }

    /// Those of one report; none if the index is damaged.
    pub(super) fn of(&mut self, doc: DocId) -> tantivy::Result<PageStarts> {
        let Some(column) = &self.column else {
            return Ok(PageStarts::default());
        };
        let Some(ord) = column.term_ords(doc).next() else {
            return Ok(PageStarts::default());
        };
        self.buffer.clear();
        column.ord_to_bytes(ord, &mut self.buffer)?;
        Ok(PageStarts::decode(&self.buffer))
    }
}

/// A clause and the scopes around it.
#[derive(Debug, Clone)]
pub(super) struct ScopedClause {
    pub(super) ways: Ways,
    pub(super) slop: u32,
    /// As places in [`ScopedQuery::scopes`].
    pub(super) scopes: Vec<usize>,
}

/// Matches reports with any of the clauses on a page that all scopes around it allow, or, if there are no clauses,
/// those with a page that all of its own scopes allow; scores nothing.
#[derive(Debug, Clone)]
pub(super) struct ScopedQuery {
    pub(super) commit: Arc<Commit>,
    pub(super) clauses: Vec<ScopedClause>,
    /// As places in [`ScopedQuery::scopes`].
    pub(super) own: Vec<usize>,
    /// Those of the whole query.
    pub(super) scopes: Vec<Scope>,
}

impl Query for ScopedQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for ScopedQuery {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let open = |clause: &ScopedClause| {
            let opened = ClauseReader::open(&self.commit, reader, Place::Body, &clause.ways, clause.slop)?;
            Ok((opened, clause.scopes.clone()))
        };
        let mut scorer = ScopedScorer {
            clauses: self.clauses.iter().map(open).collect::<tantivy::Result<_>>()?,
            own: self.own.clone(),
            scopes: self
                .scopes
                .iter()
                .map(|scope| ScopeReader::open(&self.commit, reader, scope))
                .collect::<tantivy::Result<_>>()?,
            starts: PageStartsReader::open(reader)?,
            doc: 0,
            end: reader.max_doc(),
        };
        scorer.find_from(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain("an allowed page, with one of the words if there are any", self, reader, doc)
    }
}

struct ScopedScorer {
    /// Each with the scopes around it.
    clauses: Vec<(ClauseReader, Vec<usize>)>,
    own: Vec<usize>,
    scopes: Vec<ScopeReader>,
    starts: PageStartsReader,
    doc: DocId,
    /// One past the segment's last report.
    end: DocId,
}

impl ScopedScorer {
    fn find_from(&mut self, target: DocId) -> DocId {
        let mut target = target;
        loop {
            Stop::look();
            let next = self.clauses.iter_mut().map(|(clause, _)| clause.seek(target)).min().unwrap_or(target);
            self.doc = if next < self.end { next } else { TERMINATED };
            if self.doc == TERMINATED || self.is_shown(self.doc) {
                return self.doc;
            }
            target = self.doc + 1;
        }
    }

    fn is_shown(&mut self, doc: DocId) -> bool {
        let allowed: Vec<AllowedPages> = self.scopes.iter_mut().map(|scope| scope.allowed(doc)).collect();
        // A failure to read one report's pages hides it, not the others.
        let starts = self.starts.of(doc).unwrap_or_default();
        let is_allowed = |page: u32, scopes: &[usize]| {
            scopes.iter().all(|scope| allowed.get(*scope).is_some_and(|allowed| allowed.allows(page)))
        };
        if self.clauses.is_empty() {
            return (1..=starts.pages()).any(|page| is_allowed(page, &self.own));
        }
        let mut occurrences = Vec::new();
        self.clauses.iter_mut().any(|(clause, scopes)| {
            occurrences.clear();
            clause.occurrences(doc, &mut occurrences);
            occurrences.iter().any(|(position, _)| is_allowed(starts.page_of(*position), scopes))
        })
    }
}

impl DocSet for ScopedScorer {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED { TERMINATED } else { self.find_from(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target { self.doc } else { self.find_from(target) }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        // Dear to ask, so an intersection should ask it last.
        u32::MAX
    }
}

impl Scorer for ScopedScorer {
    fn score(&mut self) -> Score {
        0.0
    }
}
