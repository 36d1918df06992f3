//! How the score of a report came about: the queries that ranked it, asked once more, clause by clause and field by
//! field.

use super::Embedded;
use super::commit::address_of;
use super::lower::Lowering;
use super::positions::{Phrase, PhraseWords};
use super::union::Tally;
use crate::search::FieldExplanation;
use crate::search::explain::{ClausePart, Parts};
use crate::search::found::{Seat, Seated};
use crate::search::plan::{Clause, Plan};
use crate::search::ranking::SearchedPlace;
use crate::search::terms::Way;
use std::sync::Arc;
use tantivy::query::Query;
use tantivy::{DocId, SegmentReader};

impl Embedded {
    /// How the score of a report and those of its pages come about.
    pub(in crate::search) fn parts(&self, plan: &Plan, Seated { seat, .. }: Seated) -> tantivy::Result<Parts> {
        let Some(reader) = self.commit.segment_of(seat) else { return Ok(Parts::default()) };
        let (doc, lowering) = (address_of(seat).doc_id, Lowering { commit: &self.commit, plan });
        let mut clauses = Vec::new();
        for (place, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| !clause.is_negative) {
            let contribution = self.added(&*lowering.clause(place), seat)?;
            if contribution > 0.0 {
                let fields = self.fields(plan, clause, reader, doc)?;
                clauses.push(ClausePart { clause: place, contribution, fields });
            }
        }
        let mut sections = 0.0;
        for query in lowering.scoring_scopes() {
            sections += self.added(&*query, seat)?;
        }
        Ok(Parts { clauses, sections, tallies: self.tallies(plan, seat)? })
    }

    /// What a query adds to the score of a report; nothing if it does not match.
    fn added(&self, query: &dyn Query, seat: Seat) -> tantivy::Result<f32> {
        Ok(self.score(query, seat)?.unwrap_or(0.0))
    }

    /// Where a clause was found: the fields of the way to print it that adds most, and the accents typed.
    fn fields(
        &self,
        plan: &Plan,
        clause: &Clause,
        reader: &SegmentReader,
        doc: DocId,
    ) -> tantivy::Result<Vec<FieldExplanation>> {
        let mut best = Vec::new();
        for way in &clause.ways {
            let fields = self.fields_of_way(clause, way, &clause.places, reader, doc)?;
            let sum = |fields: &[FieldExplanation]| fields.iter().map(|field| field.contribution).sum::<f32>();
            if sum(&fields) > sum(&best) {
                best = fields;
            }
        }
        for words in &clause.accented {
            best.extend(self.fields_of_way(clause, &vec![Arc::clone(words)], &plan.accented, reader, doc)?);
        }
        Ok(best)
    }

    fn fields_of_way(
        &self,
        clause: &Clause,
        way: &Way,
        places: &[SearchedPlace],
        reader: &SegmentReader,
        doc: DocId,
    ) -> tantivy::Result<Vec<FieldExplanation>> {
        let mut fields = Vec::new();
        for searched in places {
            fields.extend(self.field(clause, way, *searched, reader, doc)?);
        }
        Ok(fields)
    }

    /// What a way to print a clause adds by one field; `None` if it is not there.
    fn field(
        &self,
        clause: &Clause,
        way: &Way,
        searched: SearchedPlace,
        reader: &SegmentReader,
        doc: DocId,
    ) -> tantivy::Result<Option<FieldExplanation>> {
        let frequency = match way.as_slice() {
            [words] => {
                let mut tally = Tally::new(reader.max_doc());
                tally.add_words(reader, &self.commit, searched.place, words)?;
                tally.into_sorted().into_iter().find(|(found, _)| *found == doc).map_or(0.0, |(_, sum)| sum)
            }
            way => {
                let mut words = PhraseWords::default();
                let mut phrase = Phrase::open(&mut words, &self.commit, reader, searched.place, way, clause.slop)?;
                words.seek(doc);
                phrase.starts(&mut words, doc).len() as f32
            }
        };
        if frequency <= 0.0 {
            return Ok(None);
        }
        let lengths = reader.fieldnorms_readers().get_field(self.commit.field(searched.place))?;
        let length = lengths.map_or(1, |lengths| lengths.fieldnorm(doc));
        Ok(Some(FieldExplanation {
            field: searched.place.name().to_owned(),
            frequency,
            length,
            contribution: clause.idf * searched.saturated(frequency, length),
        }))
    }
}
