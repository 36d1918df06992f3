//! One word of a query → the words of the index it stands for: the same stem, the same beginning, or a typo away.
//!
//! The index holds words as printed, so the dictionary is asked at query time; answers are kept for as long as the
//! commit they came from.

use crate::index::analyzer::is_unspaced_character;
use crate::search::SearchError;
use crate::search::backend::Backend;
use crate::search::kept::Kept;
use crate::search::languages::LanguageSet;
use crate::search::passages::TermPart;
use crate::search::place::Place;
use crate::search::ranking::{STEM_WEIGHT, TYPO_WEIGHT, joint_frequency};
use crate::search::stems::{Family, Stems};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Words one word may stand for by its stem.
const MOST_STEM_MATES: usize = 64;
/// Words a beginning may stand for.
const MOST_BEGINNINGS: usize = 256;
/// Words a typo may stand for.
const MOST_TYPOS: usize = 50;
/// Shortest beginning by which the forms of a key term are looked for, in characters.
const SHORTEST_FORM: usize = 3;
/// Dictionary entries looked at for one word and place; what lies beyond is not found.
const MOST_SCANNED: usize = 50_000;
/// First character of the scripts without spaces, most of which come after all others.
const FIRST_UNSPACED: &str = "\u{E01}";

/// How a word of a query stands for words of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reading {
    /// Itself only.
    Exact,
    /// All words of its stem.
    Stem,
    /// All words that begin so.
    Beginning,
    /// A character of a script without spaces, wherever it stands: alone or in a pair with a neighbour.
    Character,
    /// All words so many letters away at most.
    Typo(u8),
}

/// A word of the index that a word of a query stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WeightedTerm {
    pub(super) term: String,
    /// 1 for the word as typed.
    pub(super) weight: f32,
    /// Reports that have it.
    pub(super) frequency: u64,
    /// It stands for the word in reports of these languages.
    pub(super) languages: LanguageSet,
    /// What of it stands for the word.
    pub(super) part: TermPart,
}

/// The words of the index that a word of a query stands for, the most frequent first, the word itself before all.
#[derive(Debug, Clone)]
pub(super) struct Expansion {
    pub(super) terms: Vec<WeightedTerm>,
    /// Whether there would be more, which are too many to look for.
    pub(super) is_cut: bool,
    /// Estimated reports with any of them.
    pub(super) frequency: f64,
    /// Estimated pages with any of them.
    pub(super) pages: f64,
}

impl Expansion {
    /// The words without their weights.
    pub(super) fn all(&self) -> Vec<String> {
        self.terms.iter().map(|word| word.term.clone()).collect()
    }
}

/// The words that can fill each place of a word or phrase, in order.
pub(super) type Way = Vec<Arc<Expansion>>;

/// The ways to print a word or phrase, any of which will do; at least one.
pub(super) type Ways = Vec<Way>;

/// Asks the words of one commit, whatever engine keeps them.
pub(super) struct Dictionary {
    backend: Arc<Backend>,
    stems: Stems,
    expansions: Kept<Question, Expansion>,
    near: Kept<NearQuestion, Near>,
}

/// A word, how it is read, and the places it is looked for in.
type Question = (String, Reading, Vec<Place>);

/// A word, the typos allowed, whether its first letter is to stay, and the places it is looked for in.
type NearQuestion = (String, u8, bool, Vec<Place>);

/// Words near another one with how many typos lie between.
pub(super) type Near = Vec<(WeightedTerm, u8)>;

impl Dictionary {
    pub(super) fn new(backend: Arc<Backend>) -> Dictionary {
        let stems = Stems::for_languages(backend.languages().iter().map(String::as_str));
        Dictionary { backend, stems, expansions: Kept::default(), near: Kept::default() }
    }

    /// What `word` stands for in these places. Empty if none of its words occurs.
    pub(super) fn expand(&self, word: &str, reading: Reading, places: &[Place]) -> Result<Arc<Expansion>, SearchError> {
        let question = (word.to_owned(), reading, places.to_vec());
        self.expansions.answer(question, |_| self.expansion(word, reading, places))
    }

    fn expansion(&self, word: &str, reading: Reading, places: &[Place]) -> Result<Expansion, SearchError> {
        let mut candidates = self.candidates(word, reading, places)?;
        // The folded form of a letter with an umlaut is the letter without; who cannot type one writes two letters.
        if candidates.is_empty()
            && let Some(other) = with_umlauts_folded(word)
        {
            candidates = self.candidates(&other, reading, places)?;
        }
        let mut expansion = self.chosen(word, reading, candidates);
        if places.contains(&Place::Body) {
            expansion.pages = self.backend.pages_with(&expansion)?;
        }
        Ok(expansion)
    }

    /// The stems of the languages of the library.
    pub(super) fn stems(&self) -> &Stems {
        &self.stems
    }

    /// What `word` stands for by its stem in these languages. Only itself where too little of it is left to look for
    /// others cheaply, as by stemmers that cut beginnings.
    pub(super) fn forms(&self, word: &str, languages: LanguageSet, place: Place) -> Result<Expansion, SearchError> {
        let family = self.stems.family_in(word, languages);
        let candidates = match family.filter(|family| family.prefix.chars().count() >= SHORTEST_FORM) {
            Some(family) => self.mates(word, &family, &[place])?,
            None => self.candidates(word, Reading::Exact, &[place])?,
        };
        Ok(self.chosen(word, Reading::Stem, candidates))
    }

    /// Several words counted as one.
    pub(super) fn joined(&self, words: &[Arc<Expansion>]) -> Arc<Expansion> {
        if let [only] = words {
            return Arc::clone(only);
        }
        let mut terms: Vec<WeightedTerm> = Vec::new();
        for term in words.iter().flat_map(|words| &words.terms) {
            match terms.iter_mut().find(|known| known.term == term.term) {
                Some(known) => known.languages = known.languages.with(term.languages),
                None => terms.push(term.clone()),
            }
        }
        let frequency = joint_frequency(terms.iter().map(|term| term.frequency), self.backend.documents());
        let pages = words.iter().map(|words| words.pages).sum::<f64>();
        let is_cut = words.iter().any(|words| words.is_cut);
        Arc::new(Expansion { terms, is_cut, frequency, pages })
    }

    /// Words that occur in these places and lie at most so many typos (1 or 2) away, with their distance and frequency.
    /// Two typos always keep the first letter, one only if `keeps_first`: a walk that may change it sees a good part of
    /// the dictionary.
    pub(super) fn near(
        &self,
        word: &str,
        typos: u8,
        keeps_first: bool,
        places: &[Place],
    ) -> Result<Arc<Near>, SearchError> {
        let question = (word.to_owned(), typos, keeps_first, places.to_vec());
        self.near.answer(question, |_| self.find_near(word, typos, keeps_first, places))
    }

    fn find_near(&self, word: &str, typos: u8, keeps_first: bool, places: &[Place]) -> Result<Near, SearchError> {
        let first = word.chars().next().map(String::from).unwrap_or_default();
        let one = self.backend.near(word, 1, if keeps_first { &first } else { "" }, places)?;
        let mut two = BTreeMap::new();
        if typos > 1 {
            two = self.backend.near(word, 2, &first, places)?;
            two.retain(|term, _| !one.contains_key(term));
        }
        let one = one.into_iter().map(|(term, frequency)| (u8::from(term != word), term, frequency));
        let two = two.into_iter().map(|(term, frequency)| (2, term, frequency));
        let with_weight = one.chain(two).map(|(distance, term, frequency)| {
            let weight = TYPO_WEIGHT.powi(i32::from(distance));
            (WeightedTerm { term, weight, frequency, languages: LanguageSet::ANY, part: TermPart::Whole }, distance)
        });
        Ok(with_weight.collect())
    }

    fn candidates(&self, word: &str, reading: Reading, places: &[Place]) -> Result<Vec<WeightedTerm>, SearchError> {
        let weighted = |weight: f32| {
            move |(term, frequency): (String, u64)| WeightedTerm {
                weight: if term == word { 1.0 } else { weight },
                term,
                frequency,
                languages: LanguageSet::ANY,
                part: TermPart::Whole,
            }
        };
        Ok(match reading {
            Reading::Exact => self.exact(word, places)?.into_iter().map(weighted(1.0)).collect(),
            Reading::Stem => match self.stems.family(word) {
                Some(family) => self.mates(word, &family, places)?,
                None => self.exact(word, places)?.into_iter().map(weighted(1.0)).collect(),
            },
            Reading::Beginning => self.beginning_with(word, places, |_| true)?.into_iter().map(weighted(1.0)).collect(),
            Reading::Character => self.with_character(word, places)?,
            Reading::Typo(typos) => {
                self.find_near(word, typos, false, places)?.into_iter().map(|(term, _)| term).collect()
            }
        })
    }

    /// The word itself and those that share its stem in some language.
    fn mates(&self, word: &str, family: &Family, places: &[Place]) -> Result<Vec<WeightedTerm>, SearchError> {
        // A term stands in several dictionaries, and stemming it in every language costs more than remembering.
        let mut languages: HashMap<String, LanguageSet> = HashMap::from([(word.to_owned(), LanguageSet::ANY)]);
        let keep = |term: &str| {
            let known = languages.get(term).copied().unwrap_or_else(|| {
                let new = family.languages_of(term);
                languages.insert(term.to_owned(), new);
                new
            });
            known != LanguageSet::NONE
        };
        let mut mates = if family.prefix.is_empty() {
            self.of_alphabet(word, places, keep)?
        } else {
            self.beginning_with(&family.prefix, places, keep)?
        };
        // A list of words may be older than the reports, and the word itself is known all the same.
        if !mates.contains_key(word) {
            mates.extend(self.exact(word, places)?);
        }
        let weighted = mates.into_iter().map(|(term, frequency)| WeightedTerm {
            weight: if term == word { 1.0 } else { STEM_WEIGHT },
            languages: languages.get(&term).copied().unwrap_or(LanguageSet::NONE),
            term,
            frequency,
            part: TermPart::Whole,
        });
        Ok(weighted.collect())
    }

    /// The terms that are this character of a script without spaces, or a pair with it.
    fn with_character(&self, character: &str, places: &[Place]) -> Result<Vec<WeightedTerm>, SearchError> {
        let part_of = |term: &str| match (term.strip_prefix(character), term.strip_suffix(character)) {
            (Some(""), _) => Some(TermPart::Whole),
            // What follows may be a mark, which makes another character of it.
            (Some(second), _) if is_unspaced_character(second) => Some(TermPart::First),
            (_, Some(first)) if is_unspaced_character(first) => Some(TermPart::Last),
            _ => None,
        };
        let terms = self.backend.scan(FIRST_UNSPACED, usize::MAX, places, |_| true, |term| term.contains(character))?;
        let weighted = terms.into_iter().filter_map(|(term, frequency)| {
            let part = part_of(&term)?;
            Some(WeightedTerm { term, weight: 1.0, frequency, languages: LanguageSet::ANY, part })
        });
        Ok(weighted.collect())
    }

    /// The best of the candidates within the limit of their reading.
    fn chosen(&self, word: &str, reading: Reading, mut terms: Vec<WeightedTerm>) -> Expansion {
        let limit = match reading {
            Reading::Exact => 1,
            Reading::Stem => MOST_STEM_MATES,
            Reading::Beginning | Reading::Character => MOST_BEGINNINGS,
            Reading::Typo(_) => MOST_TYPOS,
        };
        terms.sort_by(|a, b| {
            let own_first = (b.term == word).cmp(&(a.term == word));
            own_first.then_with(|| b.frequency.cmp(&a.frequency)).then_with(|| a.term.cmp(&b.term))
        });
        let is_cut = terms.len() > limit;
        terms.truncate(limit);
        let documents = self.backend.documents();
        let frequency = joint_frequency(terms.iter().map(|term| term.frequency), documents);
        Expansion { terms, is_cut, frequency, pages: 0.0 }
    }

    fn exact(&self, word: &str, places: &[Place]) -> Result<BTreeMap<String, u64>, SearchError> {
        let mut frequency = 0;
        for place in places {
            frequency = frequency.max(self.backend.frequency(*place, word)?);
        }
        Ok(if frequency == 0 { BTreeMap::new() } else { BTreeMap::from([(word.to_owned(), frequency)]) })
    }

    fn beginning_with(
        &self,
        prefix: &str,
        places: &[Place],
        keep: impl FnMut(&str) -> bool,
    ) -> Result<BTreeMap<String, u64>, SearchError> {
        self.backend.scan(prefix, MOST_SCANNED, places, |term| term.starts_with(prefix), keep)
    }

    /// Terms in the alphabet of a word whose stemmer cuts its beginning (`الكتاب` → `كتاب`), so that those of its stem may
    /// begin with any letter: 256 code points hold an alphabet that does so, and others need not be looked at.
    fn of_alphabet(
        &self,
        word: &str,
        places: &[Place],
        keep: impl FnMut(&str) -> bool,
    ) -> Result<BTreeMap<String, u64>, SearchError> {
        let block = |term: &str| term.chars().next().map_or(0, |first| u32::from(first) >> 8);
        let own = block(word);
        let start = char::from_u32(own << 8).map(String::from).unwrap_or_default();
        self.backend.scan(&start, MOST_SCANNED, places, |term| block(term) == own, keep)
    }
}

/// `muenchen` as `München` is indexed; `None` if the word has no such pair of letters.
fn with_umlauts_folded(word: &str) -> Option<String> {
    let folded = word.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    (folded != word).then_some(folded)
}
