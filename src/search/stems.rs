//! Which words share a stem: Snowball's stemmers for the languages of the library.
//!
//! Stems are compared at query time, on folded words; the index holds no stems, so a new stemmer needs no rebuild.

use frostem::{Algorithm, Stemmer};

/// Languages considered at once; a library has few, and each widens a query.
const MOST_LANGUAGES: usize = 4;

/// Shortest word that is stemmed, in characters.
const SHORTEST: usize = 3;

/// Endings no stemmer adds are not longer than this, in bytes: longer words are not even stemmed.
const LONGEST_ENDING: usize = 12;

/// The stemmers in use.
#[derive(Clone)]
pub(super) struct Stems {
    stemmers: Vec<Stemmer>,
}

impl Stems {
    /// For these ISO 639-1 codes, the most frequent first; English if none has a stemmer.
    pub(super) fn for_languages<'a>(languages: impl Iterator<Item = &'a str>) -> Stems {
        let mut stemmers: Vec<Stemmer> =
            languages.filter_map(algorithm).take(MOST_LANGUAGES).map(Stemmer::new).collect();
        if stemmers.is_empty() {
            stemmers.push(Stemmer::new(Algorithm::English));
        }
        Stems { stemmers }
    }

    /// What to look for to find the words of the same stem; `None` if the word has no other forms.
    pub(super) fn family(&self, word: &str) -> Option<Family> {
        let letters = word.chars().count();
        if letters < SHORTEST || word.chars().any(char::is_numeric) {
            return None;
        }
        let stems: Vec<(Stemmer, String)> =
            self.stemmers.iter().map(|stemmer| (*stemmer, stemmer.stem(word).into_owned())).collect();
        let shared = stems.iter().map(|(_, stem)| shared_start(word, stem)).min_by_key(|start| start.len())?;
        Some(Family { prefix: shared.to_owned(), longest: word.len() + LONGEST_ENDING, stems })
    }
}

/// The words that share a stem with one word, in any of the languages.
pub(super) struct Family {
    /// All of them begin so.
    pub(super) prefix: String,
    longest: usize,
    stems: Vec<(Stemmer, String)>,
}

impl Family {
    /// Whether the word, which begins with [`Family::prefix`], is one of them.
    pub(super) fn has(&self, word: &str) -> bool {
        word.len() <= self.longest
            && word.chars().count() >= SHORTEST
            && self.stems.iter().any(|(stemmer, stem)| stemmer.stem(word) == *stem)
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
                assert!(family.has(mate), "{word} ~ {mate}");
            }
            for other in others {
                assert!(!other.starts_with(&family.prefix) || !family.has(other), "{word} !~ {other}");
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
    fn several_languages_widen_the_family() {
        let stems = Stems::for_languages(["en", "fr", "de"].into_iter());
        let family = stems.family("evaluation").expect("long enough");
        assert!("evaluations".starts_with(&family.prefix) && family.has("evaluations"));
        let family = stems.family("zahlungen").expect("long enough");
        assert!("zahlung".starts_with(&family.prefix) && family.has("zahlung"));
    }
}
