//! One pass over the matching reports: how many, the first in order, and the counts of facets.
//!
//! Order never depends on where the engine keeps a report: equal ones stand by identity.

use crate::index::{folded, section_key};
use crate::report::ReportId;
use crate::search::boundary::Boundary;
use crate::search::cursor::SortKey;
use crate::search::{Facet, Sort, Stop};
use std::cmp::{Ordering, Reverse};
use std::collections::hash_map;
use std::collections::{BTreeMap, HashMap};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// Values of a facet returned.
const MOST_VALUES: usize = 100;

/// Collects the first `limit` reports in order, the count of all, and facets.
pub(super) struct ReportCollector<'a> {
    pub(super) limit: usize,
    pub(super) sort: Sort,
    /// Only reports after this one are among the first.
    pub(super) after: Option<&'a SortKey>,
    /// `language`, `author`, `section`, `year`; others count nothing.
    pub(super) facets: &'a [String],
}

/// What was collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) count: u64,
    /// How many come after the key that was given; all without one.
    pub(super) count_after: u64,
    /// In order.
    pub(super) first: Vec<FoundReport>,
    pub(super) facets: BTreeMap<String, Vec<Facet>>,
}

/// A matching report.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundReport {
    pub(super) address: DocAddress,
    pub(super) id: ReportId,
    pub(super) score: Score,
    rank: u64,
    /// Only if it decides the order.
    title: Option<Vec<u8>>,
}

impl FoundReport {
    /// Where it stands in the order.
    pub(super) fn key(&self) -> SortKey {
        SortKey { rank: self.rank, title: self.title.clone().unwrap_or_default(), id: self.id }
    }
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
                let key_of: fn(&str) -> String = match name.as_str() {
                    "author" | "tag" => folded,
                    "section" => section_key,
                    _ => str::to_owned,
                };
                (name, most_frequent(counts, key_of))
            })
            .collect();
        Ok(collected)
    }
}

/// The most frequent values, the greatest count first. Values of one key count as one and are called as most are.
fn most_frequent(counts: HashMap<String, u64>, key_of: fn(&str) -> String) -> Vec<Facet> {
    let mut groups: HashMap<String, (u64, Facet)> = HashMap::new();
    for (value, count) in counts {
        let facet = Facet { value, count };
        match groups.entry(key_of(&facet.value)) {
            hash_map::Entry::Vacant(place) => {
                place.insert((count, facet));
            }
            hash_map::Entry::Occupied(mut group) => {
                let (sum, name) = group.get_mut();
                *sum += count;
                if preference(&facet) > preference(name) {
                    *name = facet;
                }
            }
        }
    }
    let mut values: Vec<Facet> =
        groups.into_values().map(|(count, facet)| Facet { count, value: facet.value }).collect();
    values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    values.truncate(MOST_VALUES);
    values
}

/// The greater of two spellings names their value: the more frequent, else the one with fewer capitals, else the first.
pub(super) fn preference(facet: &Facet) -> (u64, Reverse<usize>, Reverse<&str>) {
    let capitals = facet.value.chars().filter(|character| character.is_uppercase()).count();
    (facet.count, Reverse(capitals), Reverse(&facet.value))
}

/// What decides the order within a segment: greater ranks come first.
pub(super) enum Ranking {
    Score,
    /// Whether the newest come first; undated reports come last either way.
    Date(Option<Column<i64>>, bool),
    /// Whether the last title comes first.
    Title(Option<StrColumn>, bool),
}

/// The rank of a score: the bits of positive floats rise with them.
pub(super) fn score_rank(score: Score) -> u64 {
    u64::from(score.max(0.0).to_bits())
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
            let address = DocAddress::new(self.segment, entry.doc);
            // Title ranks count within a segment only; the title itself decides between segments.
            let rank = if matches!(self.ranking, Ranking::Title(..)) { 0 } else { entry.rank };
            found.push(FoundReport { address, id, score: entry.score, rank, title });
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
