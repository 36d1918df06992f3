//! How scores came about: the same numbers that rank, computed once more for the few reports shown, part by part.

use crate::search::embedded::field;
use crate::search::engine::State;
use crate::search::evidence::tallies;
use crate::search::hydrate::RankedReport;
use crate::search::page_score::page_parts;
use crate::search::plan::{Clause, Plan};
use crate::search::positions::{Phrase, PhraseWords};
use crate::search::ranking::SearchedField;
use crate::search::terms::Way;
use crate::search::union::Tally;
use crate::search::within::address;
use crate::search::{
    ClauseExplanation, FieldExplanation, Hit, PageClauseExplanation, PageExplanation, ReportExplanation, SearchError,
};
use std::sync::Arc;
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocAddress, DocId, SegmentReader};

impl State {
    /// Adds to a hit and its pages how their scores came about. `q` is the query as typed.
    pub(super) fn explain(
        &self,
        q: &str,
        plan: &Plan,
        ranked: &RankedReport,
        hit: &mut Hit,
    ) -> Result<(), SearchError> {
        let Some(report) = address(&self.snapshot, ranked.id)? else { return Ok(()) };
        let is_lifted = ranked.lift > 0.0;
        let evidence = &ranked.evidence;
        hit.explanation = Some(ReportExplanation {
            clauses: self.clauses(q, plan, report)?,
            sections: self.sections(plan, report)?,
            best_page: if is_lifted { evidence.page_lift() } else { 0.0 },
            opening: if is_lifted { evidence.opening_lift() } else { 0.0 },
        });
        let tallies = tallies(&self.snapshot, plan, report)?;
        let shown: Vec<&Clause> = plan.shown().map(|(_, clause)| clause).collect();
        for page in &mut hit.pages {
            let Some(tally) = tallies.of_page(page.page) else { continue };
            let mut clauses = Vec::new();
            let factors = page_parts(plan, &tally, page.page, evidence.starts(), |part| {
                clauses.extend(shown.get(part.clause).map(|clause| PageClauseExplanation {
                    text: clause.span.of(q).to_owned(),
                    idf: clause.page_idf,
                    frequency: part.frequency,
                    occurrences: part.occurrences,
                    closeness: part.closeness,
                }));
            });
            let length = evidence.starts().tokens_on(page.page);
            let (coverage, kind) = (factors.coverage, factors.kind);
            page.explanation = Some(PageExplanation { length, clauses, coverage, kind });
        }
        Ok(())
    }

    /// What each clause that the report has adds to its score.
    fn clauses(&self, q: &str, plan: &Plan, report: DocAddress) -> Result<Vec<ClauseExplanation>, SearchError> {
        let reader = self.snapshot.searcher.segment_reader(report.segment_ord);
        let mut explained = Vec::new();
        for (place, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| !clause.is_negative) {
            let contribution = self.score(&*plan.lower_clause(place), report)?;
            if contribution <= 0.0 {
                continue;
            }
            explained.push(ClauseExplanation {
                text: clause.span.of(q).to_owned(),
                idf: clause.idf,
                contribution,
                fields: self.fields(clause, reader, report.doc_id)?,
            });
        }
        Ok(explained)
    }

    /// What sections asked for by name add.
    fn sections(&self, plan: &Plan, report: DocAddress) -> Result<f32, SearchError> {
        let scopes = plan.scoring_scopes();
        scopes.into_iter().map(|query| self.score(&*query, report)).sum()
    }

    /// Where a clause was found: the fields of the way to print it that adds most, and the accents typed.
    fn fields(
        &self,
        clause: &Clause,
        reader: &SegmentReader,
        doc: DocId,
    ) -> Result<Vec<FieldExplanation>, SearchError> {
        let mut best = Vec::new();
        for way in &clause.ways {
            let fields = self.fields_of_way(clause, way, reader, doc)?;
            let sum = |fields: &[FieldExplanation]| fields.iter().map(|field| field.contribution).sum::<f32>();
            if sum(&fields) > sum(&best) {
                best = fields;
            }
        }
        for words in clause.accented() {
            let way = vec![Arc::clone(words)];
            for searched in &self.searched.accented {
                best.extend(self.field(clause, &way, *searched, reader, doc)?);
            }
        }
        Ok(best)
    }

    fn fields_of_way(
        &self,
        clause: &Clause,
        way: &Way,
        reader: &SegmentReader,
        doc: DocId,
    ) -> Result<Vec<FieldExplanation>, SearchError> {
        let mut fields = Vec::new();
        for searched in clause.fields() {
            fields.extend(self.field(clause, way, *searched, reader, doc)?);
        }
        Ok(fields)
    }

    /// What a way to print a clause adds by one field; `None` if it is not there.
    fn field(
        &self,
        clause: &Clause,
        way: &Way,
        searched: SearchedField,
        reader: &SegmentReader,
        doc: DocId,
    ) -> Result<Option<FieldExplanation>, SearchError> {
        let frequency = match way.as_slice() {
            [words] => {
                let mut tally = Tally::new(reader.max_doc());
                tally.add_words(reader, &self.snapshot.fields, searched.place, words)?;
                tally.into_sorted().into_iter().find(|(found, _)| *found == doc).map_or(0.0, |(_, sum)| sum)
            }
            places => {
                let mut words = PhraseWords::default();
                let mut phrase = Phrase::open(
                    &mut words,
                    reader,
                    field(&self.snapshot.fields, searched.place),
                    places,
                    clause.slop,
                )?;
                words.seek(doc);
                phrase.starts(&mut words, doc).len() as f32
            }
        };
        if frequency <= 0.0 {
            return Ok(None);
        }
        let lengths = reader.fieldnorms_readers().get_field(field(&self.snapshot.fields, searched.place))?;
        let length = lengths.map_or(1, |lengths| lengths.fieldnorm(doc));
        Ok(Some(FieldExplanation {
            field: searched.place.name().to_owned(),
            frequency,
            length,
            contribution: clause.idf * searched.saturated(frequency, length),
        }))
    }

    /// The score of a report by a query; nothing if it does not match.
    fn score(&self, query: &dyn Query, report: DocAddress) -> Result<f32, SearchError> {
        let searcher = &self.snapshot.searcher;
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut scorer = weight.scorer(searcher.segment_reader(report.segment_ord), 1.0)?;
        let is_found = scorer.doc() <= report.doc_id && scorer.seek(report.doc_id) == report.doc_id;
        Ok(if is_found { scorer.score() } else { 0.0 })
    }
}
