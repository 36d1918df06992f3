//! The evidence of reports, read from the postings: positions run through a report and are cut at its page starts.

use super::Embedded;
use super::commit::{Commit, address_of};
use super::known_starts::SegmentStarts;
use super::positions::WordReader;
use super::scope::{ClauseReader, ScopeReader};
use crate::search::Stop;
use crate::search::evidence::{self, Evidence, Ground, Occurrences};
use crate::search::found::{Seat, Seated};
use crate::search::languages::LanguageSet;
use crate::search::page_score::Tallies;
use crate::search::place::Place;
use crate::search::plan::{Clause, Plan};
use std::sync::Arc;
use tantivy::{DocId, SegmentReader};

impl Embedded {
    /// The evidence of these reports, in the order given.
    pub(in crate::search) fn evidence(&self, plan: &Plan, reports: &[Seated]) -> tantivy::Result<Vec<Evidence>> {
        let mut found = vec![Evidence::default(); reports.len()];
        let mut order: Vec<usize> = (0..reports.len()).collect();
        order.sort_unstable_by_key(|&place| reports[place].seat);
        let mut order = order.as_slice();
        while let Some(&first) = order.first() {
            let segment = address_of(reports[first].seat).segment_ord;
            let in_segment = order.partition_point(|&place| address_of(reports[place].seat).segment_ord == segment);
            let (same, rest) = order.split_at(in_segment);
            let Some(reader) = self.commit.segments().get(segment as usize) else {
                return Ok(found);
            };
            let mut gatherer = Gatherer::open(&self.commit, reader, plan)?;
            for &place in same {
                Stop::look();
                found[place] = gatherer.evidence(plan, address_of(reports[place].seat).doc_id)?;
            }
            order = rest;
        }
        Ok(found)
    }

    /// What every page of one report that shows why it matches has of the clauses.
    pub(super) fn tallies(&self, plan: &Plan, seat: Seat) -> tantivy::Result<Tallies> {
        let Some(reader) = self.commit.segment_of(seat) else { return Ok(Tallies::new(0, 0)) };
        let mut gatherer = Gatherer::open(&self.commit, reader, plan)?;
        let ground = gatherer.ground(address_of(seat).doc_id)?;
        Ok(evidence::tallies(plan, &ground, &mut gatherer))
    }
}

/// The shown clauses and scopes of a plan, opened on a segment. Reports must be asked for in rising order.
struct Gatherer<'g> {
    /// The languages of each report of the segment.
    languages: Arc<[LanguageSet]>,
    clauses: Vec<ClauseReader>,
    scopes: Vec<ScopeReader>,
    /// The section paths that have each clause; none for a phrase.
    sections: Vec<Option<WordReader>>,
    starts: SegmentStarts<'g>,
    /// The report looked at.
    doc: DocId,
}

impl<'g> Gatherer<'g> {
    fn open(commit: &'g Commit, reader: &'g SegmentReader, plan: &Plan) -> tantivy::Result<Gatherer<'g>> {
        let clauses =
            plan.shown().map(|(_, clause)| ClauseReader::open(commit, reader, Place::Body, &clause.ways, clause.slop));
        let section_place = |clause: &Clause| match clause.ways.first().map(Vec::as_slice) {
            Some([words]) => WordReader::open(commit, reader, Place::Section, words).map(Some),
            _ => Ok(None),
        };
        let scopes = plan.scopes.iter().map(|scope| ScopeReader::open(commit, reader, scope));
        Ok(Gatherer {
            languages: commit.languages.of_segment(reader),
            clauses: clauses.collect::<tantivy::Result<_>>()?,
            scopes: scopes.collect::<tantivy::Result<_>>()?,
            starts: commit.starts.of_segment(reader),
            sections: plan.shown().map(|(_, clause)| section_place(clause)).collect::<tantivy::Result<_>>()?,
            doc: 0,
        })
    }

    fn evidence(&mut self, plan: &Plan, doc: DocId) -> tantivy::Result<Evidence> {
        let ground = self.ground(doc)?;
        Ok(evidence::gather(plan, ground, self))
    }

    /// Turns to a report.
    fn ground(&mut self, doc: DocId) -> tantivy::Result<Ground> {
        self.doc = doc;
        Ok(Ground {
            languages: self.languages.get(doc as usize).copied().unwrap_or(LanguageSet::ANY),
            starts: self.starts.of(doc)?,
            allowed: self.scopes.iter_mut().map(|scope| scope.allowed(doc)).collect(),
        })
    }
}

impl Occurrences for Gatherer<'_> {
    fn on_pages(&mut self, clause: usize, output: &mut Vec<(u32, f32)>) {
        if let Some(clause) = self.clauses.get_mut(clause) {
            clause.occurrences(self.doc, output);
        }
    }

    fn in_headings(&mut self, clause: usize, output: &mut Vec<(u32, f32)>) {
        if let Some(Some(sections)) = self.sections.get_mut(clause) {
            sections.occurrences(self.doc, output);
        }
    }
}
