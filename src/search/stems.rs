//! Which words share a stem: Snowball's stemmers for the languages of the library.
//!
//! Stems are compared at query time, on folded words; the index holds no stems, so a new stemmer needs no rebuild.

use crate::search::languages::LanguageSet;
use frostem::{Algorithm, Stemmer};
use std::borrow::Cow;

/// Languages whose stemmers are asked; each widens the look into the dictionary.
const MOST_LANGUAGES: usize = 12;

/// Shortest word that is stemmed, in characters.
const SHORTEST: usize = 3;

/// Endings no stemmer adds are not longer than this, in bytes: longer words are not even stemmed.
const LONGEST_ENDING: usize = 12;

/// The stemmers in use.
#[derive(Clone)]
pub(super) struct Stems {
    stemmers: Vec<(LanguageSet, Stemmer)>,
}

impl Stems {
    /// For these ISO 639-1 codes, the most frequent first; English, for reports in any language, if none has a
    /// stemmer.
    pub(super) fn for_languages<'a>(codes: impl Iterator<Item = &'a str>) -> Stems {
        let with_stemmer = codes.enumerate().filter_map(|(number, code)| {
            algorithm(code).map(|algorithm| (LanguageSet::one(number), Stemmer::new(algorithm)))
        });
        let mut stemmers: Vec<(LanguageSet, Stemmer)> = with_stemmer.take(MOST_LANGUAGES).collect();
        if stemmers.is_empty() {
            stemmers.push((LanguageSet::ANY, Stemmer::new(Algorithm::English)));
        }
        Stems { stemmers }
    }

    /// The stem of a word in the most frequent of these languages that has a stemmer; the word itself if none has.
    pub(super) fn stem<'w>(&self, word: &'w str, languages: LanguageSet) -> Cow<'w, str> {
        let stemmer = self.stemmers.iter().find(|(language, _)| language.meets(languages));
        stemmer.map_or(Cow::Borrowed(word), |(_, stemmer)| stemmer.stem(word))
    }

    /// What to look for to find the words of the same stem; `None` if the word has no other forms.
    pub(super) fn family(&self, word: &str) -> Option<Family> {
        self.family_in(word, LanguageSet::ANY)
    }

    /// As [`Stems::family`], by the stemmers of these languages only.
    pub(super) fn family_in(&self, word: &str, languages: LanguageSet) -> Option<Family> {
        let letters = word.chars().count();
        if letters < SHORTEST || word.chars().any(char::is_numeric) {
            return None;
        }
        let of_language = |(language, stemmer): &(LanguageSet, Stemmer)| {
            let stem = stemmer.stem(word).into_owned();
            let prefix = shared_start(word, &stem).to_owned();
            Branch { language: *language, stemmer: *stemmer, stem, prefix }
        };
        let asked = self.stemmers.iter().filter(|(language, _)| language.meets(languages));
        let branches: Vec<Branch> = asked.map(of_language).collect();
        let prefix = branches.iter().map(|branch| &branch.prefix).min_by_key(|prefix| prefix.len())?.clone();
        Some(Family { prefix, longest: word.len() + LONGEST_ENDING, branches })
    }
}

/// The words that share a stem with one word, by language.
pub(super) struct Family {
    /// All of them begin so.
    pub(super) prefix: String,
    longest: usize,
    branches: Vec<Branch>,
}

/// The words that share a stem in one language.
struct Branch {
    language: LanguageSet,
    stemmer: Stemmer,
    stem: String,
    /// All of them begin so.
    prefix: String,
}

impl Family {
    /// The languages in which the word is one of them.
    pub(super) fn languages_of(&self, word: &str) -> LanguageSet {
        if word.len() > self.longest || word.chars().count() < SHORTEST {
            return LanguageSet::NONE;
        }
        // Comparing nothing at all is what the fastest comparison of bytes is slowest at.
        let may_share = |branch: &Branch| branch.prefix.is_empty() || word.starts_with(&branch.prefix);
        let shares = |branch: &&Branch| may_share(branch) && branch.stemmer.stem(word) == branch.stem;
        self.branches.iter().filter(shares).fold(LanguageSet::NONE, |set, branch| set.with(branch.language))
    }
}

/// The start that all words of a stem share. Stemmers cut endings and may then change the last letter (`fly` → `fli`,
/// `hoping` → `hope`, `lopen` → `lop`, `loop`), so one more letter is given up where that is possible.
fn shared_start<'w>(word: &'w str, stem: &str) -> &'w str {
    let common = word.char_indices().zip(stem.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    let common = common.unwrap_or_else(|| word.len().min(stem.len()));
    let shared = word.get(..common).unwrap_or(word);
    let letters = shared.chars().count();
    let changes = shared.len() < stem.len() || shared.ends_with(['e', 'i', 'y']);
    match shared.char_indices().next_back() {
        Some((last, _)) if letters > 2 && (changes || letters == 3) => &shared[..last],
        _ => shared,
    }
}

/// The stemmer of a language.
fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "ar" => Algorithm::Arabic,
        "ca" => Algorithm::Catalan,
        "cs" => Algorithm::Czech,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "et" => Algorithm::Estonian,
        "eu" => Algorithm::Basque,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "ga" => Algorithm::Irish,
        "hi" => Algorithm::Hindi,
        "hu" => Algorithm::Hungarian,
        "hy" => Algorithm::Armenian,
        "id" => Algorithm::Indonesian,
        "it" => Algorithm::Italian,
        "lt" => Algorithm::Lithuanian,
        "ne" => Algorithm::Nepali,
        "nl" => Algorithm::Dutch,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "pl" => Algorithm::Polish,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sr" => Algorithm::Serbian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        "uk" => Algorithm::Ukrainian,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_stem_start_alike_and_are_told_apart() {
        let stems = Stems::for_languages(["en"].into_iter());
        for (word, mates, others) in [
            ("transfers", &["transfer", "transferred", "transferring"][..], &["transform", "transfusion"][..]),
            ("hope", &["hoping", "hoped", "hopes"], &["hop", "hopper"]),
            ("flies", &["fly", "flying"], &["flight"]),
            ("policies", &["policy"], &["police"]),
            ("running", &["run", "runs"], &["rune"]),
            ("evaluations", &["evaluation", "evaluate", "evaluated"], &["value"]),
        ] {
            let family = stems.family(word).expect("long enough");
            for mate in mates {
                assert!(mate.starts_with(&family.prefix), "{mate} starts with {}", family.prefix);
                assert_eq!(family.languages_of(mate), LanguageSet::one(0), "{word} ~ {mate}");
            }
            for other in others {
                assert_eq!(family.languages_of(other), LanguageSet::NONE, "{word} !~ {other}");
            }
        }
    }

    #[test]
    fn short_words_and_numbers_have_no_family() {
        let stems = Stems::for_languages(["xx"].into_iter());
        for word in ["", "of", "2023", "co2"] {
            assert!(stems.family(word).is_none(), "{word}");
        }
    }

    #[test]
    fn a_stem_holds_in_its_language() {
        let stems = Stems::for_languages(["en", "fr", "xx", "de"].into_iter());
        let [english, french, german] = [0, 1, 3].map(LanguageSet::one);
        for (word, mate, expected) in [
            ("evaluation", "evaluations", english.with(french).with(german)),
            ("zahlungen", "zahlung", german),
            ("plan", "plane", french.with(german)),
            ("natural", "nature", english),
        ] {
            let family = stems.family(word).expect("long enough");
            assert!(mate.starts_with(&family.prefix), "{mate} starts with {}", family.prefix);
            assert_eq!(family.languages_of(mate), expected, "{word} ~ {mate}");
        }
    }
}
