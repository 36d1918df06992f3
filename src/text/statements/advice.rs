//! Whether a text advises: what tells recommendations from findings, names, settings and contents.

use super::advice_words::{ADVISING, BEFORE_ORDERS, ORDERS};
use super::paragraphs::is_ideograph;

/// Words of an item in which a verb that ends it may stand.
const MAX_TRAILING: usize = 60;

/// Whether an item advises in `language` (ISO 639-1); of languages without words for it, whether it could.
pub fn advises(text: &str, language: Option<&str>) -> bool {
    is_said_outright(text) || is_order(text, language) || !is_known(text, language)
}

/// Whether a text says that something should be done.
pub fn is_said_outright(text: &str) -> bool {
    // What should have been done is a finding.
    let folded = text.to_lowercase().replace("should have been", "");
    let mut words = folded.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_phrase = [
        "need to",
        "needs to",
        "call on",
        "calls on",
        "has to",
        "have to",
        "is recommended that",
        "are recommended to",
    ]
    .iter()
    .any(|phrase| folded.contains(phrase));
    is_phrase || words.any(is_advising)
}

fn is_advising(word: &str) -> bool {
    ADVISING.iter().any(|known| match known.strip_suffix('-') {
        Some(beginning) => word.starts_with(beginning),
        None => word == *known,
    })
}

/// Whether a text is an order in `language`: "Publish what was found", "Publier les résultats", "Brunnen jährlich prüfen".
pub fn is_order(text: &str, language: Option<&str>) -> bool {
    let folded = text.to_lowercase();
    let mut words = folded.split(|character: char| !(character.is_alphanumeric() || character == '-'));
    let mut words = words.by_ref().filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return false };
    let ends = |endings: &[&str]| first.len() > 3 && endings.iter().any(|ending| first.ends_with(ending));
    match language {
        Some("fr") => ends(&["er", "ir", "re", "oir"]),
        Some("es" | "pt" | "ca" | "gl") => ends(&["ar", "er", "ir", "arse", "erse", "irse", "se"]),
        Some("it") => ends(&["are", "ere", "ire", "arsi"]),
        Some("de" | "nl") => ends_in_infinitive(text),
        _ => {
            let starts_with_that = first == "that";
            let mut verbs = std::iter::once(first).chain(words).skip_while(|word| BEFORE_ORDERS.contains(word));
            starts_with_that || verbs.next().is_some_and(is_order_word)
        }
    }
}

/// Whether a word is one of [`ORDERS`], as an order or of a third person: "publishes".
fn is_order_word(word: &str) -> bool {
    let is_known = |word: &str| ORDERS.binary_search(&word).is_ok();
    let singular = word.strip_suffix('s');
    is_known(word)
        || singular.is_some_and(is_known)
        || singular.and_then(|word| word.strip_suffix('e')).is_some_and(is_known)
        || word.strip_suffix("ies").is_some_and(|stem| is_known(&format!("{stem}y")))
}

/// Whether a clause of the text ends in a verb, as orders do in German and Dutch.
fn ends_in_infinitive(text: &str) -> bool {
    let clauses = text.split(['.', ';', ',', ':']).take(MAX_TRAILING);
    clauses.filter_map(|clause| clause.split_whitespace().next_back()).any(|last| {
        last.starts_with(char::is_lowercase)
            && last.chars().count() > 4
            && ["en", "ern", "eln"].iter().any(|ending| last.ends_with(ending))
    })
}

/// Whether there are words for the language of the text.
fn is_known(text: &str, language: Option<&str>) -> bool {
    #[rustfmt::skip]
    const KNOWN: &[&str] = &[
        "en", "de", "fr", "es", "pt", "ca", "gl", "it", "nl", "sv", "da", "no", "nb", "nn", "fi", "pl", "cs", "sk", "hu",
        "ro", "tr", "id", "vi",
    ];
    let is_latin = text.chars().find(|character| character.is_alphabetic()).is_some_and(|first| first < '\u{0370}');
    is_latin && language.is_none_or(|language| KNOWN.contains(&language))
}

/// Whether an item is about settings, programs or what its reader is to do at a machine, or in the words of standards:
/// advice of manuals.
pub fn is_technical(text: &str) -> bool {
    let is_code = |word: &str| {
        let bare = word.trim_matches(|character: char| "()[]{}\"'“”‘’.,;:".contains(character));
        let is_option = word.starts_with("--") && word.len() > 3;
        let is_path = bare.starts_with('/') && bare.len() > 3;
        let is_manual_page = word.trim_end_matches(['.', ',', ';', ':']).ends_with(')')
            && word.split_once('(').is_some_and(|(name, section)| {
                !name.is_empty() && section.starts_with(|first: char| first.is_ascii_digit()) && section.len() <= 4
            });
        let is_variable = bare.contains('_') && bare.is_ascii() || bare.contains('=') && bare.len() > 2;
        is_option || is_path || is_manual_page || is_variable
    };
    let is_key_word = |word: &str| {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
        matches!(bare, "SHOULD" | "MUST" | "SHALL" | "RECOMMENDED" | "MAY") && text.chars().any(char::is_lowercase)
    };
    let addresses = |word: &str| {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase();
        matches!(bare.as_str(), "you" | "your" | "yourself" | "votre" | "vos")
    };
    let looks_technical = |word: &str| is_code(word) || is_key_word(word) || addresses(word);
    !text.starts_with(is_ideograph) && text.split_whitespace().any(looks_technical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_looked_up_in_a_sorted_table() {
        assert!(ORDERS.is_sorted());
    }

    #[test]
    fn advice_is_told_from_what_is_only_said() {
        for (text, language) in [
            ("The Department should publish its plans.", "en"),
            ("Publish what was found.", "en"),
            ("publishes a register of empty homes", "en"),
            ("applies the rules to all", "en"),
            ("That officers write to the owners", "en"),
            ("to also provide a list of them", "en"),
            ("We call on the Government to act.", "en"),
            ("Publier chaque année les résultats.", "fr"),
            ("Fortalecer los comités locales", "es"),
            ("Beratung ausbauen und dauerhaft finanzieren", "de"),
            ("den Takt zu verdichten; und mehr", "de"),
            ("Die Länder sollten Pläne vorlegen.", "de"),
            ("井戸を毎年検査する", "ja"),
            ("Проверять колодцы каждый год", "ru"),
        ] {
            assert!(advises(text, Some(language)), "{text}");
        }
        for (text, language) in [
            ("Flooding costs the country more every year.", "en"),
            ("The door should have been closed.", "en"),
            ("a list of packages recommended by others", "en"),
            ("apt for all uses at the command line", "en"),
            ("Li, A. Wells and how they fail. Harbour Press", "en"),
            ("apt(8) für alle Operationen", "de"),
            ("Les dépenses des communes ont augmenté.", "fr"),
            ("Ana Ruiz, alcaldesa", "es"),
        ] {
            assert!(!advises(text, Some(language)), "{text}");
        }
    }

    #[test]
    fn advice_of_manuals_is_told_by_its_words() {
        for text in [
            "Set max_connections to 200.",
            "Use apt(8) for this.",
            "Keep your server up to date.",
            "Look into /etc/fstab first",
            "Run it with --all",
            "A sender SHOULD wait.",
        ] {
            assert!(is_technical(text), "{text}");
        }
        for text in [
            "Pay for filters (and fans) in schools.",
            "Tax oil and/or gas (2020).",
            "THE AGENCY SHOULD ACT",
            "A 2/3 vote",
        ] {
            assert!(!is_technical(text), "{text}");
        }
    }
}
