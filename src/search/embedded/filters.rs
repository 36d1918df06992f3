//! What decides without scoring: all reports, a language, an author, a tag, a section, years, numbers of pages.

use super::union::{Scored, explain};
use crate::index::Fields;
use crate::search::Filter;
use std::ops::RangeInclusive;
use tantivy::columnar::Column;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentReader, Term};

/// All reports.
pub(super) fn everything() -> Box<dyn Query> {
    unscored(Box::new(AllQuery))
}

/// A query that decides but does not score.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

/// What the filters of a request leave: any of the values of one field, and so for every field. `except` names a field
/// whose filters do not count.
pub(super) fn filter_queries(fields: &Fields, filters: &[Filter], except: Option<&str>) -> Vec<Box<dyn Query>> {
    let mut names: Vec<&str> = Vec::new();
    for filter in filters {
        if Some(filter.field()) != except && !names.contains(&filter.field()) {
            names.push(filter.field());
        }
    }
    let of_field = |name: &&str| {
        let same = filters.iter().filter(|filter| filter.field() == *name);
        let mut values: Vec<Box<dyn Query>> = same.map(|filter| filter_query(fields, filter)).collect();
        match values.pop() {
            Some(only) if values.is_empty() => only,
            last => unscored(Box::new(BooleanQuery::union(values.into_iter().chain(last).collect()))),
        }
    };
    names.iter().map(of_field).collect()
}

fn filter_query(fields: &Fields, filter: &Filter) -> Box<dyn Query> {
    match filter {
        Filter::Section(name) => section_filter(fields, name),
        Filter::Language(language) => language_filter(fields, language),
        Filter::Author(author) => author_filter(fields, author),
        Filter::Tag(tag) => tag_filter(fields, tag),
        Filter::Year(first, last) => year_filter(*first, *last),
    }
}

/// Reports in a language.
pub(super) fn language_filter(fields: &Fields, language: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.language, &language.to_ascii_lowercase());
    unscored(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
}

/// Reports by an author, compared folded.
fn author_filter(fields: &Fields, author: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.author_key, &crate::index::folded(author));
    unscored(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
}

/// Reports with a tag, compared folded.
fn tag_filter(fields: &Fields, tag: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.tag_key, &crate::index::folded(tag));
    unscored(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
}

/// Reports with a section of this name, compared folded and without its number.
fn section_filter(fields: &Fields, name: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.section_key, &crate::index::section_key(name));
    unscored(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
}

/// Reports of these years, both ends included; undated ones never.
pub(super) fn year_filter(first: Option<i32>, last: Option<i32>) -> Box<dyn Query> {
    let year = |year: Option<i32>, open: i64| year.map_or(open, i64::from);
    Box::new(NumberQuery { range: NumberRange::Year(year(first, i64::MIN)..=year(last, i64::MAX)) })
}

/// Reports with a page between these, both ends included.
pub(super) fn pages_filter(first: u32, last: u32) -> Box<dyn Query> {
    // `page:5..3` allows no page, so no report has one.
    let most = if first <= last { u64::MAX } else { 0 };
    Box::new(NumberQuery { range: NumberRange::Pages(u64::from(first).max(1)..=most) })
}

/// Reports with a number in a range; scores nothing.
///
/// The engine's own query reads a block ahead and, in an intersection, is sought backwards, which it takes for a bug.
/// A library has few reports, so all of a segment are looked at at once.
#[derive(Debug, Clone)]
struct NumberQuery {
    range: NumberRange,
}

#[derive(Debug, Clone)]
enum NumberRange {
    Year(RangeInclusive<i64>),
    Pages(RangeInclusive<u64>),
}

impl Query for NumberQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for NumberQuery {
    fn scorer(&self, reader: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let columns = reader.fast_fields();
        let documents = match &self.range {
            NumberRange::Year(range) => within(columns.column_opt::<i64>("year")?, range, reader.max_doc()),
            NumberRange::Pages(range) => within(columns.column_opt::<u64>("pages")?, range, reader.max_doc()),
        };
        Ok(Box::new(Scored::new(documents)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain("a number in a range", self, reader, doc)
    }
}

fn within<T: PartialOrd + Copy + std::fmt::Debug + Send + Sync + 'static>(
    column: Option<Column<T>>,
    range: &RangeInclusive<T>,
    documents: u32,
) -> Vec<(DocId, Score)> {
    let Some(column) = column else { return Vec::new() };
    (0..documents)
        .filter(|doc| column.first(*doc).is_some_and(|value| range.contains(&value)))
        .map(|doc| (doc, 0.0))
        .collect()
}
