//! What decides without scoring: all reports, a language, an author, years, numbers of pages.

use crate::index::Fields;
use crate::search::Filter;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{AllQuery, ConstScoreQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::IndexRecordOption;

/// All reports.
pub(super) fn everything() -> Box<dyn Query> {
    unscored(Box::new(AllQuery))
}

/// A query that decides but does not score.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

/// What a filter of a request leaves.
pub(super) fn filter_query(fields: &Fields, filter: &Filter) -> Box<dyn Query> {
    match filter {
        Filter::Language(language) => language_filter(fields, language),
        Filter::Author(author) => author_filter(fields, author),
        Filter::Year(first, last) => year_filter(fields, *first, *last),
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

/// Reports of these years, both ends included; undated ones never.
pub(super) fn year_filter(fields: &Fields, first: Option<i32>, last: Option<i32>) -> Box<dyn Query> {
    let bound =
        |year: Option<i32>, open: i64| Bound::Included(Term::from_field_i64(fields.year, year.map_or(open, i64::from)));
    unscored(Box::new(RangeQuery::new(bound(first, i64::MIN), bound(last, i64::MAX))))
}

/// Reports with a page between these, both ends included.
pub(super) fn pages_filter(fields: &Fields, first: u32, last: u32) -> Box<dyn Query> {
    // `page:5..3` allows no page, so no report has one.
    let most = if first <= last { u64::MAX } else { 0 };
    let least = Term::from_field_u64(fields.pages, u64::from(first).max(1));
    let most = Term::from_field_u64(fields.pages, most);
    unscored(Box::new(RangeQuery::new(Bound::Included(least), Bound::Included(most))))
}
