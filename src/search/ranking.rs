//! How much a match counts: BM25 over the fields of a report and over its pages, with the weights in one place.
//!
//! A report's score is the sum over the query's clauses of `idf × Σ field weight × saturated frequency`. To the first
//! reports two things are added: the score of the best page, which is a small document of its own, and a share for
//! words among the report's first, which are its title whoever failed to find it.
//!
//! A page's score counts words by how few *pages* have them: in a library of yearly reports every report has
//! `inventory`, but few pages do. It grows with the share of the query that the page covers and with words standing
//! together; words of the headings that it stands under count as if printed on it; lists of places, such as contents,
//! count less than what they point to.
//!
//! Weights were chosen on records of one page and on known pages of long reports together, and are round numbers on
//! purpose: each lies on a broad plateau.

use crate::search::SearchError;
use crate::search::backend::Backend;
use crate::search::place::Place;

/// Saturation of term frequency.
pub(super) const K1: f32 = 1.2;
/// How strongly a long report is discounted.
pub(super) const B: f32 = 0.75;
/// Weight of a word that shares the stem of the word typed.
pub(super) const STEM_WEIGHT: f32 = 0.9;
/// Weight of a word one typo away; squared for two.
pub(super) const TYPO_WEIGHT: f32 = 0.7;
/// Share of the best page's score in the report's.
pub(super) const PAGE_SHARE: f32 = 2.0;
/// Share of the words found among the first of a report in its score.
pub(super) const OPENING_SHARE: f32 = 0.5;
/// Words that open a report: its title, publisher and subject.
pub(super) const OPENING: u32 = 30;
/// How strongly a page that covers less of the query is discounted: the exponent of the share of its weight.
pub(super) const COVERAGE: f32 = 0.25;
/// What a word of the headings that a page stands under counts, in occurrences on the page.
pub(super) const SECTION_OCCURRENCES: f32 = 0.5;
/// What a list of places counts, beside a page of text.
pub(super) const LIST_OF_PLACES: f32 = 0.5;
/// Share of neighbouring words of the query standing together in the page's score.
pub(super) const PROXIMITY_SHARE: f32 = 1.0;
/// Furthest distance at which two words of the query stand together.
pub(super) const PROXIMITY_WINDOW: u32 = 8;
/// Reports that are ranked again by their best pages.
pub(super) const RESCORED: usize = 100;

/// A place in which a clause is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct SearchedPlace {
    pub(super) place: Place,
    /// Its share in the score: titles say in a few words what a report is about.
    pub(super) weight: f32,
    /// Its mean length in words.
    pub(super) mean_length: f32,
}

impl SearchedPlace {
    fn new(backend: &Backend, place: Place, weight: f32) -> Result<SearchedPlace, SearchError> {
        Ok(SearchedPlace { place, weight, mean_length: backend.mean_length(place)? })
    }

    /// The score of this frequency in a place of this length, below [`SearchedPlace::weight`] × (1 + [`K1`]).
    pub(super) fn saturated(&self, frequency: f32, length: u32) -> f32 {
        self.weight * (1.0 + K1) * frequency / (frequency + K1 * (1.0 - B + B * length as f32 / self.mean_length))
    }
}

/// The sets of places in which clauses look, with the statistics of one commit.
#[derive(Debug, Clone)]
pub(super) struct SearchedPlaces {
    /// For a clause without a field: words.
    pub(super) anywhere: Vec<SearchedPlace>,
    /// For a clause without a field: phrases, which need positions.
    pub(super) anywhere_in_order: Vec<SearchedPlace>,
    pub(super) title: SearchedPlace,
    pub(super) author: SearchedPlace,
    pub(super) tag: SearchedPlace,
    pub(super) file: SearchedPlace,
    pub(super) section: SearchedPlace,
    /// For words typed with accents, beside where they are looked for without.
    pub(super) accented: SearchedPlace,
}

impl SearchedPlaces {
    pub(super) fn new(backend: &Backend) -> Result<SearchedPlaces, SearchError> {
        let one = |place, weight| SearchedPlace::new(backend, place, weight);
        let in_order = vec![
            one(Place::Body, 1.0)?,
            one(Place::Title, 2.0)?,
            one(Place::Author, 0.8)?,
            one(Place::Subject, 0.4)?,
            one(Place::Tag, 0.8)?,
        ];
        let mut anywhere = in_order.clone();
        anywhere.push(one(Place::Heading, 0.3)?);
        anywhere.push(one(Place::Statement, 0.3)?);
        anywhere.push(one(Place::Furniture, 0.05)?);
        Ok(SearchedPlaces {
            anywhere,
            anywhere_in_order: in_order,
            title: one(Place::Title, 1.0)?,
            author: one(Place::Author, 1.0)?,
            tag: one(Place::Tag, 1.0)?,
            file: one(Place::File, 1.0)?,
            section: one(Place::Section, 0.2)?,
            accented: one(Place::Accented, 2.5)?,
        })
    }
}

/// Inverse document frequency: how telling a word is that occurs in `frequency` of `documents`.
pub(super) fn idf(frequency: f64, documents: u64) -> f32 {
    let documents = documents.max(1) as f64;
    let frequency = frequency.clamp(0.0, documents);
    (1.0 + (documents - frequency + 0.5) / (frequency + 0.5)).ln() as f32
}

/// The share of documents with any of several words, each given by its own count, were they independent: between the
/// greatest and the sum, and free to compute.
pub(super) fn joint_frequency(frequencies: impl Iterator<Item = u64>, documents: u64) -> f64 {
    let documents = documents.max(1) as f64;
    let without = frequencies.map(|frequency| 1.0 - (frequency as f64 / documents).min(1.0)).product::<f64>();
    documents * (1.0 - without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_tell_more_and_nothing_is_infinite() {
        assert!(idf(1.0, 1000) > idf(10.0, 1000));
        for (frequency, documents) in [(0.0, 0), (5.0, 1), (f64::INFINITY, 10)] {
            assert!(idf(frequency, documents).is_finite());
        }
    }

    #[test]
    fn joint_frequency_lies_between_greatest_and_sum() {
        let joint = joint_frequency([10, 20, 5].into_iter(), 100);
        assert!((20.0..=35.0).contains(&joint), "{joint}");
        assert!((joint_frequency([100, 3].into_iter(), 100) - 100.0).abs() < 1e-9);
    }
}
