//! One pass over the matching reports: how many, the first in order, and the counts of facets.
//!
//! Order never depends on where the engine keeps a report: equal ones stand by identity.

use super::Embedded;
use super::boundary::Boundary;
use super::commit::{address_of, seat_at};
use super::filters::filter_queries;
use super::lower::Lowering;
use crate::report::ReportId;
use crate::search::cursor::SortKey;
use crate::search::facets::most_frequent;
use crate::search::found::{Ask, Collected, FoundReport, Seat, score_rank};
use crate::search::plan::{Plan, Strictness};
use crate::search::{Sort, Stop};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use tantivy::collector::{Collector, Count, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

impl Embedded {
    /// The reports that match.
    pub(in crate::search) fn collect(&self, ask: &Ask<'_>) -> tantivy::Result<Collected> {
        let filters = filter_queries(&self.commit.snapshot.fields, ask.filters, ask.except);
        let query = Lowering { commit: &self.commit, plan: ask.plan }.query(ask.strictness, filters);
        let moved = match ask.after.filter(|_| ask.sort == Sort::Relevance) {
            Some(key) => Some(SortKey { rank: self.rank_now(&*query, key)?, ..key.clone() }),
            None => None,
        };
        let after = moved.as_ref().or(ask.after);
        let collector = ReportCollector { limit: ask.limit, sort: ask.sort, after, facets: ask.facets };
        self.commit.searcher().search(&query, &collector)
    }

    /// How many reports match a plan as it asks.
    pub(in crate::search) fn count(&self, plan: &Plan) -> tantivy::Result<u64> {
        let query = Lowering { commit: &self.commit, plan }.query(Strictness::AsAsked, Vec::new());
        Ok(self.commit.searcher().search(&query, &Count)? as u64)
    }

    /// The rank of a report by its score on this commit; as it was, if the report is no longer found.
    fn rank_now(&self, query: &dyn Query, key: &SortKey) -> tantivy::Result<u64> {
        let Some(seat) = self.seat(key.id)? else { return Ok(key.rank) };
        Ok(self.score(query, seat)?.map_or(key.rank, score_rank))
    }

    /// The score of a report by a query; `None` if it does not match.
    pub(super) fn score(&self, query: &dyn Query, seat: Seat) -> tantivy::Result<Option<Score>> {
        let (searcher, report) = (self.commit.searcher(), address_of(seat));
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut scorer = weight.scorer(searcher.segment_reader(report.segment_ord), 1.0)?;
        let is_found = scorer.doc() <= report.doc_id && scorer.seek(report.doc_id) == report.doc_id;
        Ok(is_found.then(|| scorer.score()))
    }
}

/// Collects the first `limit` reports in order, the count of all, and facets.
struct ReportCollector<'a> {
    limit: usize,
    sort: Sort,
    /// Only reports after this one are among the first.
    after: Option<&'a SortKey>,
    /// `language`, `author`, `section`, `tag`, `year`; others count nothing.
    facets: &'a [String],
}

impl Collector for ReportCollector<'_> {
    type Fruit = Collected;
    type Child = ReportSegmentCollector;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<ReportSegmentCollector> {
        let columns = reader.fast_fields();
        let facets = self.facets.iter().map(|name| {
            let counter = match name.as_str() {
                "language" => FacetCounter::text(columns.str("language")?),
                "author" => FacetCounter::text(columns.str("author_name")?),
                "section" => FacetCounter::text(columns.str("section_name")?),
                "tag" => FacetCounter::text(columns.str("tag_name")?),
                "year" => FacetCounter::Numbers(columns.column_opt::<i64>("year")?, HashMap::new()),
                _ => FacetCounter::Nothing,
            };
            Ok((name.clone(), counter))
        });
        let ranking = match self.sort {
            Sort::Relevance => Ranking::Score,
            Sort::DateAscending => Ranking::Date(columns.column_opt::<i64>("date")?, false),
            Sort::DateDescending => Ranking::Date(columns.column_opt::<i64>("date")?, true),
            Sort::TitleAscending => Ranking::Title(columns.str("title_sort")?, false),
            Sort::TitleDescending => Ranking::Title(columns.str("title_sort")?, true),
        };
        let keys = columns.str("key")?;
        let boundary = match (self.after, &keys) {
            (Some(key), Some(keys)) => Some(Boundary::new(key, &ranking, keys)?),
            _ => None,
        };
        Ok(ReportSegmentCollector {
            segment,
            limit: self.limit,
            ranking,
            boundary,
            keys,
            facets: facets.collect::<tantivy::Result<_>>()?,
            count: 0,
            count_after: 0,
            first: Vec::new(),
            worst: None,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.limit > 0
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<SegmentFruit>>) -> tantivy::Result<Collected> {
        let mut collected = Collected::default();
        let mut facets: BTreeMap<String, HashMap<String, u64>> =
            self.facets.iter().map(|name| (name.clone(), HashMap::new())).collect();
        for segment in segments {
            let segment = segment?;
            collected.count += segment.count;
            collected.count_after += segment.count_after;
            collected.first.extend(segment.first);
            for (name, counts) in segment.facets {
                let sums = facets.entry(name).or_default();
                counts.into_iter().for_each(|(value, count)| *sums.entry(value).or_insert(0) += count);
            }
        }
        let descending = self.sort == Sort::TitleDescending;
        collected.first.sort_by(|a, b| {
            let titles = if descending { b.title.cmp(&a.title) } else { a.title.cmp(&b.title) };
            titles.then(b.rank.cmp(&a.rank)).then(a.id.cmp(&b.id))
        });
        collected.first.truncate(self.limit);
        collected.facets = facets
            .into_iter()
            .map(|(name, counts)| {
                let values = most_frequent(&name, counts);
                (name, values)
            })
            .collect();
        Ok(collected)
    }
}

/// What decides the order within a segment: greater ranks come first.
pub(super) enum Ranking {
    Score,
    /// Whether the newest come first; undated reports come last either way.
    Date(Option<Column<i64>>, bool),
    /// Whether the last title comes first.
    Title(Option<StrColumn>, bool),
}

impl Ranking {
    fn rank(&self, doc: DocId, score: Score) -> u64 {
        match self {
            Ranking::Score => score_rank(score),
            Ranking::Date(column, newest_first) => {
                let date = column.as_ref().and_then(|column| column.first(doc));
                let date = date.and_then(|date| u64::try_from(date).ok()).map(|date| date.min(u64::MAX >> 1));
                date.map_or(0, |date| if *newest_first { date + 1 } else { u64::MAX - date })
            }
            Ranking::Title(column, last_first) => {
                let title = column.as_ref().and_then(|column| column.ords().first(doc));
                title.map_or(0, |title| if *last_first { title.saturating_add(1) } else { u64::MAX - title })
            }
        }
    }
}

/// Collects within a segment.
pub(super) struct ReportSegmentCollector {
    segment: SegmentOrdinal,
    limit: usize,
    ranking: Ranking,
    boundary: Option<Boundary>,
    keys: Option<StrColumn>,
    facets: Vec<(String, FacetCounter)>,
    count: u64,
    count_after: u64,
    first: Vec<Entry>,
    /// The last of the first `limit`, once so many are known.
    worst: Option<Entry>,
}

/// A report within a segment; the smaller comes first. Keys are numbered in the order of identities.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    rank: u64,
    key: u64,
    doc: DocId,
    score: Score,
}

impl Entry {
    fn order(&self, other: &Entry) -> Ordering {
        other.rank.cmp(&self.rank).then(self.key.cmp(&other.key)).then(self.doc.cmp(&other.doc))
    }
}

/// What a segment yields.
pub(super) struct SegmentFruit {
    count: u64,
    count_after: u64,
    first: Vec<FoundReport>,
    facets: Vec<(String, HashMap<String, u64>)>,
}

impl SegmentCollector for ReportSegmentCollector {
    type Fruit = tantivy::Result<SegmentFruit>;

    fn collect(&mut self, doc: DocId, score: Score) {
        Stop::look();
        self.count += 1;
        self.facets.iter_mut().for_each(|(_, counter)| counter.count(doc));
        if self.limit == 0 {
            return;
        }
        let key = self.keys.as_ref().and_then(|keys| keys.ords().first(doc)).unwrap_or(u64::MAX);
        if self.boundary.is_some_and(|boundary| !boundary.is_before(self.ranking.rank(doc, score), key)) {
            return;
        }
        self.count_after += 1;
        let entry = Entry { rank: self.ranking.rank(doc, score), key, doc, score };
        if self.worst.is_some_and(|worst| worst.order(&entry) == Ordering::Less) {
            return;
        }
        self.first.push(entry);
        if self.first.len() >= self.limit.saturating_mul(2).max(64) {
            self.cut();
        }
    }

    fn harvest(mut self) -> tantivy::Result<SegmentFruit> {
        self.cut();
        let first = self.found()?;
        let facets = self.facets.into_iter().map(|(name, counter)| Ok((name, counter.counts()?)));
        Ok(SegmentFruit {
            count: self.count,
            count_after: self.count_after,
            first,
            facets: facets.collect::<tantivy::Result<_>>()?,
        })
    }
}

impl ReportSegmentCollector {
    /// Leaves the first `limit` in any order.
    fn cut(&mut self) {
        if self.first.len() > self.limit && self.limit > 0 {
            self.first.select_nth_unstable_by(self.limit - 1, Entry::order);
            self.first.truncate(self.limit);
            self.worst = self.first.last().copied();
        }
    }

    /// The first reports with their identities, and their titles if they decide the order.
    fn found(&mut self) -> tantivy::Result<Vec<FoundReport>> {
        let Some(keys) = &self.keys else {
            return Ok(Vec::new());
        };
        self.first.sort_unstable_by_key(|entry| entry.key);
        let ords: Vec<u64> = self.first.iter().map(|entry| entry.key).collect();
        let mut ids = Vec::with_capacity(ords.len());
        keys.dictionary().sorted_ords_to_term_cb(&ords, |key| ids.push(parse_key(key)))?;
        let mut found = Vec::with_capacity(ids.len());
        for (entry, id) in self.first.iter().zip(ids) {
            let Some(id) = id else {
                continue;
            };
            let mut title = None;
            if let Ranking::Title(Some(titles), _) = &self.ranking
                && let Some(ord) = titles.ords().first(entry.doc)
            {
                titles.dictionary().ord_to_term(ord, title.insert(Vec::new()))?;
            }
            let seat = seat_at(DocAddress::new(self.segment, entry.doc));
            // Title ranks count within a segment only; the title itself decides between segments.
            let rank = if matches!(self.ranking, Ranking::Title(..)) { 0 } else { entry.rank };
            found.push(FoundReport { seat, id, score: entry.score, rank, title });
        }
        Ok(found)
    }
}

fn parse_key(key: &[u8]) -> Option<ReportId> {
    std::str::from_utf8(key).ok()?.parse().ok()
}

/// Counts the values of a facet by report.
enum FacetCounter {
    Text(StrColumn, Vec<u64>),
    Numbers(Option<Column<i64>>, HashMap<i64, u64>),
    Nothing,
}

impl FacetCounter {
    fn text(column: Option<StrColumn>) -> FacetCounter {
        column.map_or(FacetCounter::Nothing, |column| {
            let values = column.dictionary().num_terms();
            FacetCounter::Text(column, vec![0; values])
        })
    }

    fn count(&mut self, doc: DocId) {
        match self {
            FacetCounter::Text(column, counts) => {
                for ord in column.ords().values_for_doc(doc) {
                    if let Some(count) = usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord)) {
                        *count += 1;
                    }
                }
            }
            FacetCounter::Numbers(Some(column), counts) => {
                column.values_for_doc(doc).for_each(|value| *counts.entry(value).or_insert(0) += 1);
            }
            FacetCounter::Numbers(None, _) | FacetCounter::Nothing => {}
        }
    }

    fn counts(self) -> tantivy::Result<HashMap<String, u64>> {
        match self {
            FacetCounter::Text(column, counts) => {
                let present: Vec<(u64, u64)> = (0..).zip(counts).filter(|(_, count)| *count > 0).collect();
                let ords: Vec<u64> = present.iter().map(|(ord, _)| *ord).collect();
                let mut values = Vec::with_capacity(ords.len());
                column.dictionary().sorted_ords_to_term_cb(&ords, |value| {
                    values.push(String::from_utf8_lossy(value).into_owned());
                })?;
                Ok(values.into_iter().zip(present.into_iter().map(|(_, count)| count)).collect())
            }
            FacetCounter::Numbers(_, counts) => {
                Ok(counts.into_iter().map(|(value, count)| (value.to_string(), count)).collect())
            }
            FacetCounter::Nothing => Ok(HashMap::new()),
        }
    }
}
