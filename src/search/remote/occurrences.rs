//! Where the clauses of a plan stand on pages of a report, read from the pages' texts.
//!
//! The same analyzer ran over the same texts when they were sent, so what is found here is what postings would say of these
//! pages.

use super::facts::ReportFacts;
use crate::index::analyzer::{SoughtTerms, analyze_sought};
use crate::search::evidence::Occurrences;
use crate::search::in_order::each_match;
use crate::search::languages::LanguageSet;
use crate::search::plan::{Clause, Plan};
use crate::search::terms::{Expansion, Way};
use crate::store::StoredText;
use std::collections::{BTreeSet, HashMap};

/// The terms of a plan that pages can show, where they stand on the pages read.
pub(super) struct PlanTerms {
    sought: SoughtTerms,
    /// Rising.
    positions: HashMap<String, BTreeSet<u32>>,
}

/// What a plan has on the pages read of one report.
pub(super) struct TextOccurrences<'r> {
    pub(super) clauses: Vec<&'r Clause>,
    pub(super) facts: &'r ReportFacts,
    pub(super) terms: &'r PlanTerms,
    /// The pages read, rising.
    pub(super) pages: &'r [u32],
}

impl PlanTerms {
    /// Those of the clauses that pages are to show.
    pub(super) fn of(plan: &Plan) -> PlanTerms {
        PlanTerms::sought(plan.shown().flat_map(|(_, clause)| clause.ways.iter().flatten()).map(AsRef::as_ref))
    }

    /// Those of these words.
    pub(super) fn sought<'w>(words: impl Iterator<Item = &'w Expansion>) -> PlanTerms {
        let mut terms = PlanTerms { sought: SoughtTerms::default(), positions: HashMap::new() };
        for word in words.flat_map(|words| &words.terms) {
            terms.sought.add(&word.term);
            terms.positions.entry(word.term.clone()).or_default();
        }
        terms
    }

    /// Forgets the report read before.
    pub(super) fn clear(&mut self) {
        self.positions.values_mut().for_each(BTreeSet::clear);
    }

    /// Reads a page whose first word stands at `first`. Returns the position after its last.
    pub(super) fn read(&mut self, text: &StoredText, first: u32) -> u32 {
        let PlanTerms { sought, positions } = self;
        analyze_sought(&text.text, &text.furniture, first, sought, &mut |token| {
            if let Some(known) = positions.get_mut(token.term) {
                known.insert(token.position);
            }
        })
    }

    /// Reads the first words of a report.
    pub(super) fn read_opening(&mut self, opening: &[Vec<String>]) {
        for (position, readings) in (0..).zip(opening) {
            for term in readings {
                if let Some(known) = self.positions.get_mut(term) {
                    known.insert(position);
                }
            }
        }
    }

    /// All places where some term stands, rising.
    pub(super) fn all(&self) -> BTreeSet<u32> {
        self.positions.values().flatten().copied().collect()
    }

    /// Where words stand in a report of these languages, with their weights, rising.
    pub(super) fn of_words(&self, words: &Expansion, languages: LanguageSet, output: &mut Vec<(u32, f32)>) {
        let before = output.len();
        for word in &words.terms {
            if word.languages.meets(languages)
                && let Some(positions) = self.positions.get(&word.term)
            {
                output.extend(positions.iter().map(|position| (*position, word.weight)));
            }
        }
        output[before..].sort_by_key(|(position, _)| *position);
    }

    fn of_way(&self, way: &Way, slop: u32, languages: LanguageSet, output: &mut Vec<(u32, f32)>) {
        if let [words] = way.as_slice() {
            return self.of_words(words, languages, output);
        }
        let place = |words: &Expansion| {
            let mut found = Vec::new();
            self.of_words(words, languages, &mut found);
            let mut positions: Vec<u32> = found.into_iter().map(|(position, _)| position).collect();
            positions.dedup();
            positions
        };
        let places: Vec<Vec<u32>> = way.iter().map(|words| place(words)).collect();
        let places: Vec<&[u32]> = places.iter().map(Vec::as_slice).collect();
        let mut starts = BTreeSet::new();
        each_match(&places, slop, |chosen| {
            let positions = places.iter().zip(chosen).filter_map(|(positions, index)| positions.get(*index));
            starts.extend(positions.min());
        });
        output.extend(starts.into_iter().map(|start| (start, 1.0)));
    }
}

impl Occurrences for TextOccurrences<'_> {
    fn on_pages(&mut self, clause: usize, output: &mut Vec<(u32, f32)>) {
        let Some(clause) = self.clauses.get(clause) else { return };
        let before = output.len();
        for way in &clause.ways {
            self.terms.of_way(way, clause.slop, self.facts.languages, output);
        }
        if clause.ways.len() > 1 {
            let mut mixed = output.split_off(before);
            mixed.sort_by_key(|(position, _)| *position);
            // The same word read in two ways is one match.
            mixed.dedup_by_key(|(position, _)| *position);
            output.append(&mut mixed);
        }
    }

    fn in_headings(&mut self, clause: usize, output: &mut Vec<(u32, f32)>) {
        let Some([words]) = self.clauses.get(clause).and_then(|clause| clause.ways.first()).map(Vec::as_slice) else {
            return;
        };
        for page in self.pages {
            let run = self.facts.sections.iter().find(|(first, end, _)| (*first..*end).contains(page));
            let Some((.., path)) = run else { continue };
            let counts =
                words.terms.iter().find(|word| word.languages.meets(self.facts.languages) && path.contains(&word.term));
            output.extend(counts.map(|word| (*page, word.weight)));
        }
    }
}
