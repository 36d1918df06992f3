//! What is asked of an engine about reports, and the reports that match as it tells of them: plain types, whatever the
//! engine.

use crate::report::ReportId;
use crate::search::cursor::SortKey;
use crate::search::plan::{Plan, Strictness};
use crate::search::{Facet, Filter, Sort};
use std::collections::BTreeMap;

/// Which reports match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) plan: &'a Plan,
    pub(super) strictness: Strictness,
    /// Any of those on one field, each of several.
    pub(super) filters: &'a [Filter],
    /// A field whose filters do not count.
    pub(super) except: Option<&'a str>,
    /// Only reports after this one are among the first. Every commit moves all scores a little, so in the order of
    /// relevance a report that is still found stands where its score of now puts it.
    pub(super) after: Option<&'a SortKey>,
    /// How many of the first are wanted; 0 for the count and the facets alone.
    pub(super) limit: usize,
    pub(super) sort: Sort,
    /// `language`, `author`, `section`, `tag`, `year`; others count nothing.
    pub(super) facets: &'a [String],
}

/// The reports that match.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) count: u64,
    /// How many come after the key that was given; all without one.
    pub(super) count_after: u64,
    /// In order; equal ones by identity, so that the order never depends on where an engine keeps a report.
    pub(super) first: Vec<FoundReport>,
    pub(super) facets: BTreeMap<String, Vec<Facet>>,
}

/// A matching report.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundReport {
    pub(super) seat: Seat,
    pub(super) id: ReportId,
    pub(super) score: f32,
    /// The greater comes first; nothing in orders by title.
    pub(super) rank: u64,
    /// Only if it decides the order.
    pub(super) title: Option<Vec<u8>>,
}

/// Where an engine has a report. What it means, the engine alone knows; it holds for one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Seat(pub(super) u64);

/// A report and where the engine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seated {
    pub(super) id: ReportId,
    pub(super) seat: Seat,
}

impl FoundReport {
    /// Where it stands in the order.
    pub(super) fn key(&self) -> SortKey {
        SortKey { rank: self.rank, title: self.title.clone().unwrap_or_default(), id: self.id }
    }

    /// The report and where it is.
    pub(super) fn seated(&self) -> Seated {
        Seated { id: self.id, seat: self.seat }
    }
}

/// The rank of a score: the bits of positive floats rise with them.
pub(super) fn score_rank(score: f32) -> u64 {
    u64::from(score.max(0.0).to_bits())
}
