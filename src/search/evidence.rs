//! Which pages of a report show why it matches, read from the positions of the query's words.
//!
//! No page is a document of the index: positions run through the report and are cut at its page starts. A page scores
//! as a small document, more the more of the different words it has and the closer they stand.

use crate::index::{Fields, PageStarts, Snapshot};
use crate::search::languages::LanguageSet;
use crate::search::plan::{Clause, Plan};
use crate::search::ranking::{B, K1, PROXIMITY_SHARE, PROXIMITY_WINDOW};
use crate::search::scope::{AllowedPages, ClauseReader, PageStartsReader, ScopeReader};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tantivy::{DocAddress, DocId, SegmentReader};

/// The pages of one report that show why it matches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    /// The languages that the report is in.
    pub(super) languages: LanguageSet,
    /// Best first; equal ones in page order.
    pub(super) pages: Vec<PageEvidence>,
    /// Where its pages begin among the positions of its words.
    starts: PageStarts,
    /// The pages that each scope of the plan allows.
    allowed: Vec<AllowedPages>,
}

/// A page that shows why its report matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PageEvidence {
    /// 1-based.
    pub(super) page: u32,
    pub(super) score: f32,
}

impl Default for Evidence {
    fn default() -> Evidence {
        let (pages, starts, allowed) = (Vec::new(), PageStarts::default(), Vec::new());
        Evidence { languages: LanguageSet::ANY, pages, starts, allowed }
    }
}

impl Evidence {
    /// The score of the best page.
    pub(super) fn best(&self) -> f32 {
        self.pages.first().map_or(0.0, |page| page.score)
    }

    /// The pages over which a match that touches `page` may run.
    pub(super) fn around(&self, plan: &Plan, page: u32) -> RangeInclusive<u32> {
        let reach = plan.reach();
        if reach == 0 || self.starts.tokens_on(page) == 0 {
            return page..=page;
        }
        let first = self.starts.start_of(page).saturating_sub(reach);
        let last = self.starts.end_of(page).saturating_add(reach - 1);
        self.starts.page_of(first)..=self.starts.page_of(last)
    }

    /// The clauses that scopes keep from being shown on `page`, a bit for each in the order of [`Plan::shown`].
    pub(super) fn hidden(&self, plan: &Plan, page: u32) -> u64 {
        let is_hidden = |clause: &Clause| {
            clause.scopes.iter().any(|scope| !self.allowed.get(*scope).is_none_or(|allowed| allowed.allows(page)))
        };
        (0..64).zip(plan.shown()).filter(|(_, (_, clause))| is_hidden(clause)).fold(0, |bits, (bit, _)| bits | 1 << bit)
    }
}

/// Gathers the evidence of these reports, in the order given.
pub(super) fn gather(snapshot: &Snapshot, plan: &Plan, reports: &[DocAddress]) -> tantivy::Result<Vec<Evidence>> {
    let mut found = vec![Evidence::default(); reports.len()];
    let mut order: Vec<usize> = (0..reports.len()).collect();
    order.sort_unstable_by_key(|&place| reports[place]);
    let mut order = order.as_slice();
    while let Some(&first) = order.first() {
        let segment = reports[first].segment_ord;
        let in_segment = order.partition_point(|&place| reports[place].segment_ord == segment);
        let (same, rest) = order.split_at(in_segment);
        let Some(reader) = snapshot.searcher.segment_readers().get(segment as usize) else {
            return Ok(found);
        };
        let mut gatherer = Gatherer::open(reader, &snapshot.fields, plan)?;
        for &place in same {
            found[place] = gatherer.evidence(plan, reports[place].doc_id)?;
        }
        order = rest;
    }
    Ok(found)
}

/// The shown clauses and scopes of a plan, opened on a segment.
struct Gatherer {
    /// The languages of each report of the segment.
    languages: Arc<[LanguageSet]>,
    clauses: Vec<ClauseReader>,
    scopes: Vec<ScopeReader>,
    starts: PageStartsReader,
}

/// What a page has of the clauses.
#[derive(Default)]
struct PageTally {
    /// Frequency of each clause, in the order of [`Plan::shown`].
    frequencies: Vec<f32>,
    /// How close each clause stands to the one before it.
    proximity: Vec<f32>,
}

impl Gatherer {
    fn open(reader: &SegmentReader, fields: &Fields, plan: &Plan) -> tantivy::Result<Gatherer> {
        let clauses =
            plan.shown().map(|(_, clause)| ClauseReader::open(reader, fields.body, &clause.ways, clause.slop));
        let scopes = plan.scopes.iter().map(|scope| ScopeReader::open(reader, fields, scope));
        Ok(Gatherer {
            languages: plan.languages.of_segment(reader),
            clauses: clauses.collect::<tantivy::Result<_>>()?,
            scopes: scopes.collect::<tantivy::Result<_>>()?,
            starts: PageStartsReader::open(reader)?,
        })
    }

    fn evidence(&mut self, plan: &Plan, doc: DocId) -> tantivy::Result<Evidence> {
        let languages = self.languages.get(doc as usize).copied().unwrap_or(LanguageSet::ANY);
        let starts = self.starts.of(doc)?;
        let allowed: Vec<AllowedPages> = self.scopes.iter_mut().map(|scope| scope.allowed(doc)).collect();
        if self.clauses.is_empty() {
            let pages = pages_of_scopes(plan, &allowed, &starts);
            return Ok(Evidence { languages, pages, starts, allowed });
        }
        let pages = self.tally(plan, doc, &starts, &allowed);
        let mut evidence: Vec<PageEvidence> = pages
            .into_iter()
            .map(|(page, tally)| PageEvidence {
                page,
                score: page_score(plan, &tally, starts.tokens_on(page), &starts),
            })
            .collect();
        evidence.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.page.cmp(&b.page)));
        Ok(Evidence { languages, pages: evidence, starts, allowed })
    }

    fn tally(
        &mut self,
        plan: &Plan,
        doc: DocId,
        starts: &PageStarts,
        allowed: &[AllowedPages],
    ) -> BTreeMap<u32, PageTally> {
        let clauses = self.clauses.len();
        let mut pages: BTreeMap<u32, PageTally> = BTreeMap::new();
        let (mut before, mut here) = (Vec::new(), Vec::new());
        for (index, (reader, (_, clause))) in self.clauses.iter_mut().zip(plan.shown()).enumerate() {
            here.clear();
            reader.occurrences(doc, &mut here);
            if !clause.scopes.is_empty() {
                let scopes: Vec<&AllowedPages> = clause.scopes.iter().filter_map(|scope| allowed.get(*scope)).collect();
                here.retain(|(position, _)| {
                    let page = starts.page_of(*position);
                    scopes.iter().all(|scope| scope.allows(page))
                });
            }
            // Occurrences rise, so those of one page stand together.
            let mut rest = here.as_slice();
            while let Some((position, _)) = rest.first() {
                let page = starts.page_of(*position);
                let end = starts.end_of(page);
                let (run, later) = rest.split_at(rest.partition_point(|(position, _)| *position < end).max(1));
                let tally = pages.entry(page).or_insert_with(|| PageTally::new(clauses));
                tally.frequencies[index] += run.iter().map(|(_, weight)| weight).sum::<f32>();
                rest = later;
            }
            let (mut page, mut end) = (0, 0);
            for (position, closeness) in pairs(&before, &here) {
                if position >= end {
                    page = starts.page_of(position);
                    end = starts.end_of(page);
                }
                if let Some(tally) = pages.get_mut(&page) {
                    tally.proximity[index] += closeness;
                }
            }
            std::mem::swap(&mut before, &mut here);
        }
        pages
    }
}

impl PageTally {
    fn new(clauses: usize) -> PageTally {
        PageTally { frequencies: vec![0.0; clauses], proximity: vec![0.0; clauses] }
    }
}

/// Where words of two clauses stand together, with 1 for one following the other, less the further they are apart.
fn pairs(first: &[(u32, f32)], second: &[(u32, f32)]) -> Vec<(u32, f32)> {
    let mut found = Vec::new();
    let mut rest = first;
    for (position, _) in second {
        let skip = rest.partition_point(|(other, _)| other.saturating_add(PROXIMITY_WINDOW) < *position);
        rest = &rest[skip..];
        let near = rest.iter().take_while(|(other, _)| *other <= position.saturating_add(PROXIMITY_WINDOW));
        let closest = near.filter(|(other, _)| other != position).map(|(other, _)| {
            // In the order of the query one place apart is next to it; against it counts as one more.
            if other < position { position - other } else { other - position + 1 }
        });
        if let Some(distance) = closest.min() {
            found.push((*position, 1.0 / distance as f32));
        }
    }
    found
}

/// BM25 of a page among the pages of its report, times the share of the query's weight that it covers, plus what its
/// words gain by standing together.
fn page_score(plan: &Plan, tally: &PageTally, length: u32, starts: &PageStarts) -> f32 {
    let mean = (starts.tokens() as f32 / starts.pages().max(1) as f32).max(1.0);
    let norm = K1 * (1.0 - B + B * length as f32 / mean);
    let (mut score, mut covered, mut whole) = (0.0, 0.0, 0.0);
    let mut before = 0.0;
    for ((_, clause), (frequency, proximity)) in plan.shown().zip(tally.frequencies.iter().zip(&tally.proximity)) {
        whole += clause.idf;
        if *frequency > 0.0 {
            covered += clause.idf;
            score += clause.idf * (1.0 + K1) * frequency / (frequency + norm);
            score += PROXIMITY_SHARE * clause.idf.min(before) * (1.0 + K1) * proximity / (proximity + K1);
        }
        before = clause.idf;
    }
    if whole > 0.0 { score * covered / whole } else { 0.0 }
}

/// Without words, the pages that the scopes of the whole query allow.
fn pages_of_scopes(plan: &Plan, allowed: &[AllowedPages], starts: &PageStarts) -> Vec<PageEvidence> {
    let mut scopes = plan.root_scopes.iter().filter_map(|scope| allowed.get(*scope));
    let Some(first) = scopes.next() else {
        return Vec::new();
    };
    let others: Vec<&AllowedPages> = scopes.collect();
    let pages = first.pages(starts.pages()).into_iter().filter(|page| others.iter().all(|other| other.allows(*page)));
    pages.map(|page| PageEvidence { page, score: 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_standing_together_are_paired() {
        let at = |positions: &[u32]| positions.iter().map(|position| (*position, 1.0)).collect::<Vec<_>>();
        for (first, second, expected) in [
            (&[1][..], &[2][..], vec![(2, 1.0)]),
            (&[2], &[1], vec![(1, 0.5)]),
            (&[1, 10], &[3, 40], vec![(3, 0.5)]),
            (&[5], &[5], vec![]),
            (&[], &[5], vec![]),
        ] {
            assert_eq!(pairs(&at(first), &at(second)), expected, "{first:?} {second:?}");
        }
    }
}
