//! Related reports, read from the postings: how rare terms are in a language, which reports have them, and how close
//! those are.

use super::commit::{address_of, seat_at};
use super::positions::WordReader;
use super::union::Tally;
use super::{Embedded, living};
use crate::index::folded;
use crate::report::ReportId;
use crate::search::found::Seated;
use crate::search::languages::LanguageSet;
use crate::search::place::Place;
use crate::search::related::{Akin, Having, KeyTerm, Kin};
use crate::search::terms::Expansion;
use std::collections::HashSet;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, SegmentReader, Term};

/// Reports looked at to tell how rare a term is in a language.
const SAMPLED: u32 = 4_096;

/// A report that has key terms.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    address: DocAddress,
    score: f32,
}

impl Embedded {
    /// The languages of a report.
    pub(in crate::search) fn languages_of(&self, Seated { seat, .. }: Seated) -> LanguageSet {
        let sets = self.commit.segment_of(seat).map(|segment| self.commit.languages.of_segment(segment));
        let own = sets.and_then(|sets| sets.get(address_of(seat).doc_id as usize).copied());
        own.unwrap_or(LanguageSet::ANY)
    }

    /// How many reports are in one of these languages.
    pub(in crate::search) fn reports_in(&self, languages: LanguageSet) -> u64 {
        let in_segment = |segment: &SegmentReader| {
            let sets = self.commit.languages.of_segment(segment);
            living::reports(segment).filter(|doc| is_in(&sets, *doc, languages)).count() as u64
        };
        self.commit.segments().iter().map(in_segment).sum()
    }

    /// Reports in one of these languages that have a word, estimated from the first that have it.
    pub(in crate::search) fn frequency_in(&self, languages: LanguageSet, word: &str) -> tantivy::Result<f64> {
        let (mut with, mut seen, mut in_language) = (0u64, 0u32, 0u32);
        for segment in self.commit.segments() {
            let index = segment.inverted_index(self.commit.snapshot.fields.body)?;
            let Some(info) = index.terms().get(word.as_bytes())? else { continue };
            with += u64::from(info.doc_freq);
            let sets = self.commit.languages.of_segment(segment);
            let mut postings = index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while seen < SAMPLED && !postings.docs().is_empty() {
                seen += postings.docs().len() as u32;
                let is_alive = |doc| segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc));
                let is_counted = |doc: &&DocId| is_in(&sets, **doc, languages) && is_alive(**doc);
                let of_language = postings.docs().iter().filter(is_counted);
                in_language += of_language.count() as u32;
                postings.advance();
            }
        }
        Ok(with as f64 * f64::from(in_language) / f64::from(seen.max(1)))
    }

    /// The reports that have any of these words, by segment and document; deleted ones do not.
    pub(in crate::search) fn having(&self, words: &Expansion, languages: LanguageSet) -> tantivy::Result<Having> {
        let mut having = Having::default();
        for segment in self.commit.segments() {
            let mut tally = Tally::new(segment.max_doc());
            tally.add_words(segment, &self.commit, Place::Body, words)?;
            let mut found = tally.into_sorted();
            if let Some(alive) = segment.alive_bitset() {
                found.retain(|(doc, _)| alive.is_alive(*doc));
            }
            let sets = self.commit.languages.of_segment(segment);
            having.in_languages += found.iter().filter(|(doc, _)| is_in(&sets, *doc, languages)).count() as u64;
            having.frequencies.push(found);
        }
        Ok(having)
    }

    /// The closest ones above the floor, in order.
    pub(in crate::search) fn akin(
        &self,
        kin: &Kin<'_>,
        authors: &[String],
        limit: usize,
    ) -> tantivy::Result<Vec<Akin>> {
        let mut candidates = self.candidates(kin)?;
        self.lift(authors, &mut candidates)?;
        candidates.retain(|candidate| candidate.score >= Kin::FLOOR);
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.address.cmp(&b.address)));
        candidates.truncate(limit);
        let mut found = Vec::with_capacity(candidates.len());
        for Candidate { address, score } in candidates {
            if let Some(id) = self.identity(address)? {
                found.push(Akin { report: Seated { id, seat: seat_at(address) }, score });
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.report.id.cmp(&b.report.id)));
        Ok(found)
    }

    /// All reports that have key terms, in any order.
    fn candidates(&self, kin: &Kin<'_>) -> tantivy::Result<Vec<Candidate>> {
        let mut found = Vec::new();
        for (segment_ord, segment) in (0..).zip(self.commit.segments()) {
            let mut scores = vec![0.0; segment.max_doc() as usize];
            let share_of = self.share_in(kin, segment)?;
            for term in kin.terms() {
                for (doc, frequency) in term.frequencies.get(segment_ord as usize).into_iter().flatten() {
                    if let Some(score) = scores.get_mut(*doc as usize) {
                        *score += share_of(term, *doc, *frequency);
                    }
                }
            }
            let scored = (0..).zip(scores).filter(|(_, score)| *score > 0.0);
            found
                .extend(scored.map(|(doc_id, score)| Candidate { address: DocAddress { segment_ord, doc_id }, score }));
        }
        Ok(found)
    }

    /// What a term that occurs so often adds to the closeness of a report of the segment.
    fn share_in(
        &self,
        kin: &Kin<'_>,
        segment: &SegmentReader,
    ) -> tantivy::Result<impl Fn(&KeyTerm, DocId, f32) -> f32> {
        let lengths = segment.fieldnorms_readers().get_field(self.commit.snapshot.fields.body)?;
        let (whole, own_length) = (kin.whole(), kin.length());
        Ok(move |term: &KeyTerm, doc: DocId, frequency: f32| {
            let length = lengths.as_ref().map_or(1, |lengths| lengths.fieldnorm(doc));
            term.share(frequency, length, whole, own_length)
        })
    }

    /// What each term adds to the closeness of one report.
    pub(in crate::search) fn shares(&self, kin: &Kin<'_>, Seated { seat, .. }: Seated) -> tantivy::Result<Vec<f32>> {
        let Some(segment) = self.commit.segment_of(seat) else { return Ok(Vec::new()) };
        let (share_of, address) = (self.share_in(kin, segment)?, address_of(seat));
        let share = |term: &KeyTerm| {
            let frequencies = term.frequencies.get(address.segment_ord as usize)?;
            let place = frequencies.binary_search_by_key(&address.doc_id, |(doc, _)| *doc).ok()?;
            frequencies.get(place).map(|(doc, frequency)| share_of(term, *doc, *frequency))
        };
        Ok(kin.terms().iter().map(|term| share(term).unwrap_or(0.0)).collect())
    }

    /// Where any of these words stand among those of a report's pages, rising.
    pub(in crate::search) fn positions(
        &self,
        words: &Expansion,
        Seated { seat, .. }: Seated,
    ) -> tantivy::Result<Vec<u32>> {
        let Some(segment) = self.commit.segment_of(seat) else { return Ok(Vec::new()) };
        let mut occurrences = Vec::new();
        let mut reader = WordReader::open(&self.commit, segment, Place::Body, words)?;
        reader.occurrences(address_of(seat).doc_id, &mut occurrences);
        Ok(occurrences.into_iter().map(|(position, _)| position).collect())
    }

    /// Raises the scores of reports by one of these authors.
    fn lift(&self, authors: &[String], candidates: &mut [Candidate]) -> tantivy::Result<()> {
        let mut by_author: HashSet<DocAddress> = HashSet::new();
        for author in authors {
            let term = Term::from_field_text(self.commit.snapshot.fields.author_key, &folded(author));
            for (segment_ord, segment) in (0..).zip(self.commit.segments()) {
                let index = segment.inverted_index(term.field())?;
                let Some(info) = index.get_term_info(&term)? else { continue };
                let mut postings = index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                while !postings.docs().is_empty() {
                    by_author.extend(postings.docs().iter().map(|doc| DocAddress::new(segment_ord, *doc)));
                    postings.advance();
                }
            }
        }
        for candidate in candidates.iter_mut().filter(|candidate| by_author.contains(&candidate.address)) {
            candidate.score = Kin::lifted(candidate.score);
        }
        Ok(())
    }

    fn identity(&self, address: DocAddress) -> tantivy::Result<Option<ReportId>> {
        let Some(segment) = self.commit.segments().get(address.segment_ord as usize) else { return Ok(None) };
        let Some(keys) = segment.fast_fields().str("key")? else { return Ok(None) };
        let Some(ord) = keys.ords().first(address.doc_id) else { return Ok(None) };
        let mut key = String::new();
        keys.ord_to_str(ord, &mut key)?;
        Ok(key.parse().ok())
    }
}

/// Whether a report is in one of the languages.
fn is_in(sets: &[LanguageSet], doc: DocId, languages: LanguageSet) -> bool {
    sets.get(doc as usize).is_none_or(|set| set.meets(languages))
}
