//! How scores came about: the same numbers that rank, computed once more for the few reports shown, part by part.

use crate::search::engine::State;
use crate::search::found::Seated;
use crate::search::hydrate::RankedReport;
use crate::search::page_score::{Tallies, page_parts};
use crate::search::plan::{Clause, Plan};
use crate::search::{
    ClauseExplanation, FieldExplanation, Hit, PageClauseExplanation, PageExplanation, ReportExplanation, SearchError,
};

/// How the score of a report and those of its pages come about, as an engine tells of it.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Those that the report has.
    pub(super) clauses: Vec<ClausePart>,
    /// What sections asked for by name add.
    pub(super) sections: f32,
    /// What its pages have of the clauses.
    pub(super) tallies: Tallies,
}

/// What a clause adds to the score of a report.
#[derive(Debug)]
pub(super) struct ClausePart {
    /// Its place in [`Plan::clauses`].
    pub(super) clause: usize,
    pub(super) contribution: f32,
    /// Where it was found, as far as the engine knows.
    pub(super) fields: Vec<FieldExplanation>,
}

impl State {
    /// Adds to a hit and its pages how their scores came about. `q` is the query as typed.
    pub(super) fn explain(
        &self,
        q: &str,
        plan: &Plan,
        ranked: &RankedReport,
        hit: &mut Hit,
    ) -> Result<(), SearchError> {
        let Some(seat) = self.backend.seat(ranked.id)? else { return Ok(()) };
        let parts = self.backend.parts(plan, Seated { id: ranked.id, seat })?;
        let explained = parts.clauses.into_iter().filter_map(|part| {
            let clause = plan.clauses.get(part.clause)?;
            let text = clause.span.of(q).to_owned();
            Some(ClauseExplanation { text, idf: clause.idf, contribution: part.contribution, fields: part.fields })
        });
        let is_lifted = ranked.lift > 0.0;
        let evidence = &ranked.evidence;
        hit.explanation = Some(ReportExplanation {
            clauses: explained.collect(),
            sections: parts.sections,
            best_page: if is_lifted { evidence.page_lift() } else { 0.0 },
            opening: if is_lifted { evidence.opening_lift() } else { 0.0 },
        });
        let shown: Vec<&Clause> = plan.shown().map(|(_, clause)| clause).collect();
        for page in &mut hit.pages {
            let Some(tally) = parts.tallies.of_page(page.page) else { continue };
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
}
