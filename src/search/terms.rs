//! One word of a query → the words of the index it stands for: the same stem, the same beginning, or a typo away.
//!
//! The index holds words as printed, so the dictionary is asked at query time; answers are kept for as long as the
//! commit they came from.

use crate::index::Snapshot;
use crate::index::analyzer::is_unspaced_character;
use crate::search::embedded;
use crate::search::kept::Kept;
use crate::search::known_starts::KnownStarts;
use crate::search::languages::{LanguageSet, Languages};
use crate::search::living;
use crate::search::passages::TermPart;
use crate::search::place::Place;
use crate::search::ranking::{STEM_WEIGHT, TYPO_WEIGHT, joint_frequency};
use crate::search::stems::{Family, Stems};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, SegmentReader, Term};

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
/// Parts of a page that estimates are counted in.
const PARTS_OF_PAGE: f64 = 65_536.0;

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
    languages: Arc<Languages>,
}

impl WeightedTerm {
    /// Whether it stands for the word in a report, given the languages of the reports of its segment.
    pub(super) fn counts_in(&self, doc: DocId, languages: &[LanguageSet]) -> bool {
        self.languages == LanguageSet::ANY
            || languages.get(doc as usize).is_none_or(|of_report| self.languages.meets(*of_report))
    }
}

impl Expansion {
    /// The words without their weights.
    pub(super) fn all(&self) -> Vec<String> {
        self.terms.iter().map(|word| word.term.clone()).collect()
    }

    /// The languages of each report of a segment, to hold against [`WeightedTerm::languages`].
    pub(super) fn languages_of(&self, segment: &SegmentReader) -> Arc<[LanguageSet]> {
        self.languages.of_segment(segment)
    }
}

/// The words that can fill each place of a word or phrase, in order.
pub(super) type Way = Vec<Arc<Expansion>>;

/// The ways to print a word or phrase, any of which will do; at least one.
pub(super) type Ways = Vec<Way>;

/// Asks the dictionaries of one commit.
pub(super) struct Dictionary {
    snapshot: Arc<Snapshot>,
    languages: Arc<Languages>,
    starts: Arc<KnownStarts>,
    pages: u64,
    /// Pages of each report, by segment.
    pages_of_reports: Vec<Vec<u32>>,
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
    pub(super) fn new(snapshot: Arc<Snapshot>) -> tantivy::Result<Dictionary> {
        let languages = Arc::new(Languages::of(&snapshot)?);
        let stems = Stems::for_languages(languages.codes());
        let pages_of_reports = pages_of_reports(&snapshot)?;
        let pages = pages_of_reports.iter().flatten().map(|pages| u64::from(*pages)).sum();
        let starts = Arc::new(KnownStarts::none_of(&snapshot));
        let (expansions, near) = (Kept::default(), Kept::default());
        Ok(Dictionary { snapshot, languages, starts, pages, pages_of_reports, stems, expansions, near })
    }

    /// The languages of the reports of the commit.
    pub(super) fn languages(&self) -> Arc<Languages> {
        Arc::clone(&self.languages)
    }

    /// Where the pages of the reports of the commit begin.
    pub(super) fn starts(&self) -> Arc<KnownStarts> {
        Arc::clone(&self.starts)
    }

    /// What `word` stands for in these places. Empty if none of its words occurs.
    pub(super) fn expand(&self, word: &str, reading: Reading, places: &[Place]) -> tantivy::Result<Arc<Expansion>> {
        let question = (word.to_owned(), reading, places.to_vec());
        self.expansions.answer(question, |_| self.expansion(word, reading, places))
    }

    fn expansion(&self, word: &str, reading: Reading, places: &[Place]) -> tantivy::Result<Expansion> {
        let mut candidates = self.candidates(word, reading, places)?;
        // The folded form of a letter with an umlaut is the letter without; who cannot type one writes two letters.
        if candidates.is_empty()
            && let Some(other) = with_umlauts_folded(word)
        {
            candidates = self.candidates(&other, reading, places)?;
        }
        let mut expansion = self.chosen(word, reading, candidates);
        if places.contains(&Place::Body) {
            expansion.pages = self.pages_with(&expansion)?;
        }
        Ok(expansion)
    }

    /// Pages of the commit.
    pub(super) fn pages(&self) -> u64 {
        self.pages
    }

    /// Estimated pages with any of the words: as many as they would be on, were their occurrences in each report spread
    /// over its pages at random.
    fn pages_with(&self, words: &Expansion) -> tantivy::Result<f64> {
        let mut estimate = 0;
        for (segment, pages) in self.snapshot.searcher.segment_readers().iter().zip(&self.pages_of_reports) {
            let index = segment.inverted_index(self.snapshot.fields.body)?;
            for word in &words.terms {
                let Some(info) = index.terms().get(word.term.as_bytes())? else { continue };
                let mut postings = index.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
                while !postings.docs().is_empty() {
                    for (doc, frequency) in postings.docs().iter().zip(postings.freqs()) {
                        let pages = pages.get(*doc as usize).copied().unwrap_or(1);
                        // In whole parts, so that the sum is the same in whatever order reports come.
                        estimate += (occupied(pages, *frequency) * PARTS_OF_PAGE) as u64;
                    }
                    postings.advance();
                }
            }
        }
        Ok(estimate as f64 / PARTS_OF_PAGE)
    }

    /// The stems of the languages of the library.
    pub(super) fn stems(&self) -> &Stems {
        &self.stems
    }

    /// What `word` stands for by its stem in these languages. Only itself where too little of it is left to look for
    /// others cheaply, as by stemmers that cut beginnings.
    pub(super) fn forms(&self, word: &str, languages: LanguageSet, place: Place) -> tantivy::Result<Expansion> {
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
        let frequency = joint_frequency(terms.iter().map(|term| term.frequency), documents(&self.snapshot));
        let pages = words.iter().map(|words| words.pages).sum::<f64>();
        let is_cut = words.iter().any(|words| words.is_cut);
        Arc::new(Expansion { terms, is_cut, frequency, pages, languages: Arc::clone(&self.languages) })
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
    ) -> tantivy::Result<Arc<Near>> {
        let question = (word.to_owned(), typos, keeps_first, places.to_vec());
        self.near.answer(question, |_| self.find_near(word, typos, keeps_first, places))
    }

    fn find_near(&self, word: &str, typos: u8, keeps_first: bool, places: &[Place]) -> tantivy::Result<Near> {
        let first = word.chars().next().map(String::from).unwrap_or_default();
        let one = self.within(word, 1, if keeps_first { &first } else { "" }, places)?;
        let mut two = BTreeMap::new();
        if typos > 1 {
            two = self.within(word, 2, &first, places)?;
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

    fn candidates(&self, word: &str, reading: Reading, places: &[Place]) -> tantivy::Result<Vec<WeightedTerm>> {
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
    fn mates(&self, word: &str, family: &Family, places: &[Place]) -> tantivy::Result<Vec<WeightedTerm>> {
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
        let mates = if family.prefix.is_empty() {
            self.of_alphabet(word, places, keep)?
        } else {
            self.beginning_with(&family.prefix, places, keep)?
        };
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
    fn with_character(&self, character: &str, places: &[Place]) -> tantivy::Result<Vec<WeightedTerm>> {
        let part_of = |term: &str| match (term.strip_prefix(character), term.strip_suffix(character)) {
            (Some(""), _) => Some(TermPart::Whole),
            // What follows may be a mark, which makes another character of it.
            (Some(second), _) if is_unspaced_character(second) => Some(TermPart::First),
            (_, Some(first)) if is_unspaced_character(first) => Some(TermPart::Last),
            _ => None,
        };
        let terms = self.scan(FIRST_UNSPACED, usize::MAX, places, |_| true, |term| term.contains(character))?;
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
        let documents = documents(&self.snapshot);
        let frequency = joint_frequency(terms.iter().map(|term| term.frequency), documents);
        Expansion { terms, is_cut, frequency, pages: 0.0, languages: Arc::clone(&self.languages) }
    }

    fn field(&self, place: Place) -> Field {
        embedded::field(&self.snapshot.fields, place)
    }

    fn exact(&self, word: &str, places: &[Place]) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut frequency = 0;
        for place in places {
            frequency = frequency.max(living::reports_with(&self.snapshot.searcher, self.field(*place), word)?);
        }
        Ok(if frequency == 0 { BTreeMap::new() } else { BTreeMap::from([(word.to_owned(), frequency)]) })
    }

    fn beginning_with(
        &self,
        prefix: &str,
        places: &[Place],
        keep: impl FnMut(&str) -> bool,
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        self.scan(prefix, MOST_SCANNED, places, |term| term.starts_with(prefix), keep)
    }

    /// Terms in the alphabet of a word whose stemmer cuts its beginning (`الكتاب` → `كتاب`), so that those of its stem may
    /// begin with any letter: 256 code points hold an alphabet that does so, and others need not be looked at.
    fn of_alphabet(
        &self,
        word: &str,
        places: &[Place],
        keep: impl FnMut(&str) -> bool,
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let block = |term: &str| term.chars().next().map_or(0, |first| u32::from(first) >> 8);
        let own = block(word);
        let start = char::from_u32(own << 8).map(String::from).unwrap_or_default();
        self.scan(&start, MOST_SCANNED, places, |term| block(term) == own, keep)
    }

    /// Terms of these places to keep, with their frequencies, from `start` on for as long as they are `within`, but not
    /// more than `most` of each dictionary.
    fn scan(
        &self,
        start: &str,
        most: usize,
        places: &[Place],
        within: impl Fn(&str) -> bool,
        mut keep: impl FnMut(&str) -> bool,
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut found = Found::default();
        for place in places {
            for segment in self.snapshot.searcher.segment_readers() {
                let index = segment.inverted_index(self.field(*place))?;
                let mut stream = index.terms().range().ge(start).into_stream()?;
                let mut scanned = 0;
                while stream.advance() && scanned < most {
                    scanned += 1;
                    let Ok(term) = std::str::from_utf8(stream.key()) else {
                        continue;
                    };
                    if !within(term) {
                        break;
                    }
                    if found.knows(term) || keep(term) {
                        found.add(term, living::frequency(segment, &index, stream.value())?);
                    }
                }
            }
            found.end_place();
        }
        Ok(found.frequencies)
    }

    /// Words of these places that begin with `beginning` and lie at most so many typos away, with their frequencies.
    fn within(
        &self,
        word: &str,
        typos: u8,
        beginning: &str,
        places: &[Place],
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut found = Found::default();
        let Some(any) = places.first() else { return Ok(found.frequencies) };
        // Making the automaton takes longer than a walk, and it is the same for all fields and segments.
        let automaton = FuzzyTermQuery::new(Term::from_field_text(self.field(*any), word), typos, true).automaton()?;
        let last = format!("{beginning}{}", char::MAX);
        for place in places {
            for segment in self.snapshot.searcher.segment_readers() {
                let index = segment.inverted_index(self.field(*place))?;
                let search = index.terms().search(&automaton);
                let search = if beginning.is_empty() { search } else { search.ge(beginning).le(&last) };
                let mut stream = search.into_stream()?;
                while stream.advance() {
                    if let Ok(term) = std::str::from_utf8(stream.key()) {
                        found.add(term, living::frequency(segment, &index, stream.value())?);
                    }
                }
            }
            found.end_place();
        }
        Ok(found.frequencies)
    }
}

/// `muenchen` as `München` is indexed; `None` if the word has no such pair of letters.
fn with_umlauts_folded(word: &str) -> Option<String> {
    let folded = word.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    (folded != word).then_some(folded)
}

/// Terms with the reports that have them: summed over segments, the greatest over places.
#[derive(Default)]
struct Found {
    frequencies: BTreeMap<String, u64>,
    in_place: BTreeMap<String, u64>,
}

impl Found {
    fn knows(&self, term: &str) -> bool {
        self.in_place.contains_key(term) || self.frequencies.contains_key(term)
    }

    fn add(&mut self, term: &str, frequency: u64) {
        match self.in_place.get_mut(term) {
            Some(sum) => *sum += frequency,
            None if frequency == 0 => {}
            None => {
                self.in_place.insert(term.to_owned(), frequency);
            }
        }
    }

    fn end_place(&mut self) {
        for (term, sum) in std::mem::take(&mut self.in_place) {
            let frequency = self.frequencies.entry(term).or_insert(0);
            *frequency = (*frequency).max(sum);
        }
    }
}

/// Reports of a commit.
pub(super) fn documents(snapshot: &Snapshot) -> u64 {
    snapshot.searcher.num_docs()
}

/// Pages of each report of a commit, by segment; none for deleted ones.
fn pages_of_reports(snapshot: &Snapshot) -> tantivy::Result<Vec<Vec<u32>>> {
    let of_segment = |segment: &SegmentReader| {
        let column = segment.fast_fields().column_opt::<u64>("pages")?;
        let pages =
            |doc| column.as_ref().and_then(|column| column.first(doc)).and_then(|pages| u32::try_from(pages).ok());
        let mut of_reports = vec![0; segment.max_doc() as usize];
        for doc in living::reports(segment) {
            if let Some(of_report) = of_reports.get_mut(doc as usize) {
                *of_report = pages(doc).unwrap_or(1);
            }
        }
        Ok(of_reports)
    };
    snapshot.searcher.segment_readers().iter().map(of_segment).collect()
}

/// How many of so many pages have at least one of so many occurrences, on average.
fn occupied(pages: u32, occurrences: u32) -> f64 {
    if pages <= 1 || occurrences <= 1 {
        return f64::from(pages.min(1));
    }
    let pages = f64::from(pages);
    pages * (1.0 - (1.0 - 1.0 / pages).powi(occurrences.min(i32::MAX as u32) as i32))
}
