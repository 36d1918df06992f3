//! A mix of queries such as people type, drawn from the words of the library itself, the same for the same seed.

use crate::index::analyzer::analyze;
use crate::report::Span;
use crate::search::{BareQuery, Engine, Filter, Operator, SearchError, SearchRequest};
use crate::store::{Library, ReportRow};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Reports whose pages lend words, spread evenly over the library.
const REPORTS: usize = 300;
/// Pages taken of each.
const PAGES: usize = 4;
/// Words standing in at least this share of all reports are common,
const COMMON: f64 = 0.2;
/// and in less than this share rare.
const RARE: f64 = 0.02;
/// Draws for one query before it is given up: a small library need not have every kind.
const ATTEMPTS: usize = 200;
/// Shortest word that is asked for.
const SHORTEST: usize = 3;

const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwxz";

/// What a query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A word of at least a fifth of the reports.
    WordCommon,
    /// A word between.
    WordMedium,
    /// A word of less than a fiftieth of the reports.
    WordRare,
    /// A word with many of the same beginning, so of its stem.
    Stem,
    /// Two to four words of a page, all wanted.
    All,
    /// Two to four words of a page, any wanted.
    Any,
    /// Two to four words as they follow each other on a page.
    Phrase,
    /// Two words of a page with one between, `"a b"~3`.
    PhraseSlop,
    /// The first three to five letters of a word.
    Prefix,
    /// A word with a letter changed, `word~1`.
    Typo,
    /// A word with a letter changed that stands nowhere: nothing but a suggestion.
    Misspelt,
    /// One or two words of a report, restricted to its language and years around its own.
    Filter,
    /// One or two words with counts by language, author and year.
    Facets,
    /// Rare words that no report has together.
    Relaxed,
    /// Letters that are no word.
    Nothing,
}

impl Kind {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Kind::WordCommon => "word, common",
            Kind::WordMedium => "word, medium",
            Kind::WordRare => "word, rare",
            Kind::Stem => "word, many forms",
            Kind::All => "words, all",
            Kind::Any => "words, any",
            Kind::Phrase => "phrase",
            Kind::PhraseSlop => "phrase with slop",
            Kind::Prefix => "beginning",
            Kind::Typo => "typo",
            Kind::Misspelt => "misspelt",
            Kind::Filter => "with filters",
            Kind::Facets => "with facets",
            Kind::Relaxed => "relaxed",
            Kind::Nothing => "nothing found",
        }
    }
}

/// Kinds with their share of five hundred queries.
pub const MIX: [(Kind, usize); 15] = [
    (Kind::WordCommon, 40),
    (Kind::WordMedium, 40),
    (Kind::WordRare, 40),
    (Kind::Stem, 30),
    (Kind::All, 65),
    (Kind::Any, 50),
    (Kind::Phrase, 50),
    (Kind::PhraseSlop, 25),
    (Kind::Prefix, 35),
    (Kind::Typo, 25),
    (Kind::Misspelt, 20),
    (Kind::Filter, 25),
    (Kind::Facets, 25),
    (Kind::Relaxed, 15),
    (Kind::Nothing, 15),
];

/// A query of the mix.
#[derive(Debug, Clone, PartialEq)]
pub struct MixedQuery {
    /// What it asks for.
    pub kind: Kind,
    /// As a user asks it.
    pub request: SearchRequest,
    /// As the engine is asked for the same words.
    pub bare: BareQuery,
}

/// Draws about `number` queries (fewer of kinds the library is too small for), in an order that mixes the kinds.
pub fn draw(library: &Library, engine: &Engine, number: usize, seed: u64) -> Result<Vec<MixedQuery>, SearchError> {
    let mut drawer = Drawer::new(library, engine, seed)?;
    if drawer.pages.is_empty() {
        return Ok(Vec::new());
    }
    let shares: usize = MIX.iter().map(|(_, share)| share).sum();
    let mut queries = Vec::with_capacity(number);
    for (kind, share) in MIX {
        for _ in 0..(number * share).div_ceil(shares) {
            queries.extend(drawer.query(kind)?);
        }
    }
    drawer.random.shuffle(&mut queries);
    Ok(queries)
}

/// A page's words in order.
struct SampledPage {
    words: Vec<String>,
    language: Option<String>,
    year: Option<i32>,
}

struct Drawer<'a> {
    engine: &'a Engine,
    random: fastrand::Rng,
    pages: Vec<SampledPage>,
    /// Distinct words worth asking for, with the reports that have them.
    words: BTreeMap<String, u64>,
    bands: HashMap<Kind, Vec<String>>,
    reports: u64,
}

impl<'a> Drawer<'a> {
    fn new(library: &Library, engine: &'a Engine, seed: u64) -> Result<Drawer<'a>, SearchError> {
        let mut random = fastrand::Rng::with_seed(seed);
        let locations = library.catalogue().locations()?;
        let reports = locations.len();
        let ids: Vec<_> = locations.iter().step_by(reports.div_ceil(REPORTS).max(1)).map(|(id, _)| *id).collect();
        let mut pages = Vec::new();
        for row in library.catalogue().reports_of(&ids)?.into_iter().flatten() {
            let numbers: BTreeSet<u32> = (0..PAGES).map(|_| random.u32(1..=row.pages_total.max(1))).collect();
            let numbers: Vec<u32> = numbers.into_iter().collect();
            for page in library.texts().pages(row.location, &numbers)? {
                pages.push(SampledPage::of(&page.text, &page.furniture, &row));
            }
        }
        pages.retain(|page| !page.words.is_empty());
        let distinct: BTreeSet<&String> =
            pages.iter().flat_map(|page| &page.words).filter(|word| is_askable(word)).collect();
        let mut words = BTreeMap::new();
        for word in distinct {
            words.insert(word.clone(), engine.frequency(word)?);
        }
        let mut drawer = Drawer { engine, random, pages, words, bands: HashMap::new(), reports: reports as u64 };
        drawer.sort_into_bands();
        Ok(drawer)
    }

    fn sort_into_bands(&mut self) {
        let mut beginnings: HashMap<String, usize> = HashMap::new();
        for word in self.words.keys() {
            *beginnings.entry(first_letters(word, 5)).or_default() += 1;
        }
        for (word, frequency) in &self.words {
            let share = *frequency as f64 / self.reports.max(1) as f64;
            let kind = match share {
                share if share >= COMMON => Kind::WordCommon,
                share if share >= RARE => Kind::WordMedium,
                _ => Kind::WordRare,
            };
            self.bands.entry(kind).or_default().push(word.clone());
            if word.chars().count() > 5 && beginnings.get(&first_letters(word, 5)).is_some_and(|mates| *mates > 2) {
                self.bands.entry(Kind::Stem).or_default().push(word.clone());
            }
        }
    }

    /// A query of this kind, unless the library has none.
    fn query(&mut self, kind: Kind) -> Result<Option<MixedQuery>, SearchError> {
        for _ in 0..ATTEMPTS {
            let Some((q, bare)) = self.text(kind) else { continue };
            if !self.is_of_kind(kind, &bare)? {
                continue;
            }
            let mut request = SearchRequest { q, ..SearchRequest::default() };
            match kind {
                Kind::Any => request.operator = Operator::Or,
                Kind::Facets => request.facets = ["language", "author", "year"].map(str::to_owned).to_vec(),
                Kind::Filter => request.filters = self.page().map(SampledPage::filters).unwrap_or_default(),
                _ => {}
            }
            return Ok(Some(MixedQuery { kind, request, bare }));
        }
        Ok(None)
    }

    /// Whether as much is found as its kind says.
    fn is_of_kind(&self, kind: Kind, bare: &BareQuery) -> Result<bool, SearchError> {
        Ok(match (kind, bare) {
            (Kind::Relaxed, BareQuery::Any(words)) => self.engine.bare(&BareQuery::All(words.clone()), &[])? == 0,
            (Kind::Misspelt | Kind::Nothing, _) => self.engine.bare(bare, &[])? == 0,
            _ => true,
        })
    }

    /// What is typed, and what the engine is asked; `None` if this draw gave nothing.
    fn text(&mut self, kind: Kind) -> Option<(String, BareQuery)> {
        Some(match kind {
            Kind::WordCommon | Kind::WordMedium | Kind::WordRare | Kind::Stem => {
                let word = self.of_band(kind)?;
                (word.clone(), BareQuery::All(vec![word]))
            }
            Kind::All | Kind::Any | Kind::Filter | Kind::Facets => {
                let number = if matches!(kind, Kind::All | Kind::Any) {
                    self.random.usize(2..=4)
                } else {
                    self.random.usize(1..=2)
                };
                let words = self.words_of_page(number)?;
                let bare =
                    if kind == Kind::Any { BareQuery::Any(words.clone()) } else { BareQuery::All(words.clone()) };
                (words.join(" "), bare)
            }
            Kind::Phrase => {
                let number = self.random.usize(2..=4);
                let words = self.run_of_words(number)?;
                (format!("\"{}\"", words.join(" ")), BareQuery::Phrase(words, 0))
            }
            Kind::PhraseSlop => {
                let run = self.run_of_words(3)?;
                let words: Vec<String> = run.into_iter().step_by(2).collect();
                (format!("\"{}\"~3", words.join(" ")), BareQuery::Phrase(words, 3))
            }
            Kind::Prefix => {
                let word = self.any_word().filter(|word| word.chars().count() > 5)?;
                let beginning = first_letters(&word, self.random.usize(3..=5));
                (format!("{beginning}*"), BareQuery::Beginning(beginning))
            }
            Kind::Typo => {
                let word = self.misspelt()?;
                (format!("{word}~1"), BareQuery::Typo(word, 1))
            }
            Kind::Misspelt => {
                let word = self.misspelt()?;
                (word.clone(), BareQuery::All(vec![word]))
            }
            Kind::Relaxed => {
                let words = (0..3).map(|_| self.of_band(Kind::WordRare)).collect::<Option<Vec<String>>>()?;
                (words.join(" "), BareQuery::Any(words))
            }
            Kind::Nothing => {
                let letter = |_| self.random.choice(CONSONANTS).map_or('x', |letter| char::from(*letter));
                let word: String = (0..8).map(letter).collect();
                (word.clone(), BareQuery::All(vec![word]))
            }
        })
    }

    fn of_band(&mut self, kind: Kind) -> Option<String> {
        let words = self.bands.get(&kind)?;
        self.random.choice(words).cloned()
    }

    fn page(&mut self) -> Option<&SampledPage> {
        self.random.choice(&self.pages)
    }

    /// A word as often as it is printed.
    fn any_word(&mut self) -> Option<String> {
        self.words_of_page(1)?.pop()
    }

    /// So many different words of one page worth asking for.
    fn words_of_page(&mut self, number: usize) -> Option<Vec<String>> {
        let page = self.random.choice(&self.pages)?;
        let askable: BTreeSet<&String> = page.words.iter().filter(|word| is_askable(word)).collect();
        let words: Vec<String> = self.random.choose_multiple(askable, number).into_iter().cloned().collect();
        (words.len() == number).then_some(words)
    }

    /// So many words as they follow each other on a page, one of them at least worth asking for.
    fn run_of_words(&mut self, number: usize) -> Option<Vec<String>> {
        let page = self.random.choice(&self.pages)?;
        let start = self.random.usize(..page.words.len());
        let run = page.words.get(start..start + number)?;
        let is_typed = run.iter().all(|word| word.chars().all(char::is_alphabetic));
        (is_typed && run.iter().any(|word| is_askable(word))).then(|| run.to_vec())
    }

    /// A word of the library with a letter changed.
    fn misspelt(&mut self) -> Option<String> {
        let word = self.any_word().filter(|word| word.chars().count() > 4)?;
        let place = self.random.usize(1..word.chars().count());
        let other = self.random.lowercase();
        Some(word.chars().enumerate().map(|(index, letter)| if index == place { other } else { letter }).collect())
    }
}

impl SampledPage {
    fn of(text: &str, furniture: &[Span], row: &ReportRow) -> SampledPage {
        let mut words: Vec<String> = Vec::new();
        let mut last = None;
        analyze(text, furniture, 0, &mut |token| {
            // Of several forms at one place the first.
            if last != Some(token.position) {
                words.push(token.term.to_owned());
                last = Some(token.position);
            }
        });
        let year = row.date.as_deref().and_then(|date| date.get(..4)).and_then(|year| year.parse().ok());
        SampledPage { words, language: row.language.clone(), year }
    }

    /// Its language and the years around its own.
    fn filters(&self) -> Vec<Filter> {
        let language = self.language.clone().map(Filter::Language);
        let years = self.year.map(|year: i32| Filter::Year(Some(year.saturating_sub(3)), Some(year.saturating_add(3))));
        language.into_iter().chain(years).collect()
    }
}

/// Whether a word is one that people type: letters only, and enough of them.
fn is_askable(word: &str) -> bool {
    word.chars().count() >= SHORTEST && word.chars().all(char::is_alphabetic)
}

fn first_letters(word: &str, number: usize) -> String {
    word.chars().take(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::made_reports::tests::library;
    use std::sync::Arc;

    #[test]
    fn the_mix_is_repeatable_and_of_the_library() {
        let directory = tempfile::tempdir().expect("temporary directory");
        drop(library(directory.path()));
        let library = Arc::new(Library::open_for_reading(directory.path()).expect("a library"));
        let engine = Engine::open(Arc::clone(&library)).expect("a searcher");
        let drawn = |seed| draw(&library, &engine, 500, seed).expect("readable");
        let queries = drawn(1);
        assert_eq!(queries, drawn(1));
        assert_ne!(queries, drawn(2));
        for query in &queries {
            let response = engine.search(&query.request).expect(&query.request.q);
            let found = response.total.value;
            match query.kind {
                Kind::Nothing | Kind::Misspelt => assert_eq!(found, 0, "{query:?}"),
                Kind::Relaxed => assert!(response.query.relaxed && found > 0, "{query:?}"),
                Kind::Filter => {}
                _ => assert!(found > 0, "{query:?}"),
            }
            assert!(response.query.warnings.is_empty(), "{query:?}");
        }
        let kinds: BTreeSet<Kind> = queries.iter().map(|query| query.kind).collect();
        assert!(kinds.len() > 10, "{kinds:?}");
    }

    #[test]
    fn the_shares_are_of_five_hundred() {
        assert_eq!(MIX.iter().map(|(_, share)| share).sum::<usize>(), 500);
    }
}
