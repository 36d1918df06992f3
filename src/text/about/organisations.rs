//! Names of organisations: told from names of people and from titles by the words they hold.

use super::folded_words;
use super::organisation_words::{
    COMPANY_FORMS, DOCUMENT_WORDS, HEAD_NOUNS, INSTITUTIONS, OFFICES, OPEN_ENDS, ORGANISATION_WORDS, RUNNING_WORDS,
    SURELY_DOCUMENTS, UNSPACED_ENDS,
};

/// Most words of a name of a state or an office that stands alone on its line.
const MAX_INSTITUTION_WORDS: usize = 7;
/// Most words of an organisation's name on one line.
const MAX_WORDS: usize = 12;
/// Longest name without spaces, in characters.
const MAX_UNSPACED: usize = 20;

/// Whether a text is an organisation's name and nothing more.
pub fn is_organisation(text: &str) -> bool {
    let text = text.trim().trim_end_matches([',', ';']);
    if is_unspaced(text) {
        return true;
    }
    // Most lines are running text, which these tell at no cost.
    let is_name_like = (2..=MAX_WORDS).contains(&text.split_whitespace().count())
        && !text.ends_with(['.', '?', '!'])
        && !text.chars().any(char::is_numeric);
    // Offices of the Romance and Slavic languages have a capital in front only.
    let is_in_capitals = is_in_capitals(text) || !has_case(text);
    if !is_name_like || !(is_in_capitals || text.starts_with(char::is_uppercase)) {
        return false;
    }
    let words: Vec<String> = folded_words(text).collect();
    let has = |table: &[&str]| words.iter().any(|word| table.contains(&word.as_str()));
    let is_office = begins_like(&words, OFFICES);
    (is_in_capitals || is_office)
        && !has(RUNNING_WORDS)
        && (is_company(text) || has(ORGANISATION_WORDS) || is_institution(text))
        && !has(SURELY_DOCUMENTS)
        && (!has(DOCUMENT_WORDS) || is_office)
}

/// Whether a text is an organisation's name and can hardly be a title: it begins or ends like an office.
pub fn is_surely_organisation(text: &str) -> bool {
    if !is_organisation(text) || is_unspaced(text.trim()) {
        return false;
    }
    let words: Vec<String> = folded_words(text).collect();
    let ends_like_office = words.len() > 2 && words.last().is_some_and(|last| HEAD_NOUNS.contains(&last.as_str()));
    ends_like_office || begins_like(&words, INSTITUTIONS)
}

/// Whether a text is the name of a state or of one of its offices and nothing more.
pub fn is_institution(text: &str) -> bool {
    let folded = text.to_lowercase();
    let is_possessive = folded.contains("’s ") || folded.contains("'s ");
    let words: Vec<String> = folded_words(text).collect();
    !is_possessive && words.len() <= MAX_INSTITUTION_WORDS && begins_like(&words, INSTITUTIONS)
}

/// Whether a name is that of a company.
pub fn is_company(name: &str) -> bool {
    folded_words(name).last().is_some_and(|last| COMPANY_FORMS.contains(&last.as_str()))
}

/// Whether a name can be none of a person.
pub fn has_organisation_word(name: &str) -> bool {
    folded_words(name).any(|word| ORGANISATION_WORDS.contains(&word.as_str()))
}

/// Whether a text is called what documents are called.
pub fn names_document(text: &str) -> bool {
    folded_words(text).any(|word| DOCUMENT_WORDS.contains(&word.as_str()))
}

/// Whether a name goes on in the next line.
pub fn is_open(text: &str) -> bool {
    text.trim_end().ends_with([',', '-', '–', '&'])
        || folded_words(text).last().is_some_and(|last| OPEN_ENDS.contains(&last.as_str()))
}

/// Whether a text is written as names are: its longer words with capitals, no colon, no possessive.
pub fn is_in_capitals(text: &str) -> bool {
    // "l’Environnement": an article joined to its word.
    let words = || text.split_whitespace().map(|word| word.rsplit(['’', '\'']).next().unwrap_or(word));
    let long = || words().filter(|word| word.chars().count() > 3);
    let small = long().filter(|word| word.starts_with(char::is_lowercase)).count();
    small * 3 <= long().count() && !text.contains(':') && !text.contains("’s ") && !text.contains("'s ")
}

/// Whether the words begin with those of an entry; "The" and "U.S." may stand before them.
fn begins_like(words: &[String], table: &[&str]) -> bool {
    let before = words.iter().take_while(|word| matches!(word.as_str(), "the" | "u" | "s" | "us")).count();
    let rest = words.get(before..).unwrap_or_default();
    table.iter().any(|entry| {
        let count = entry.split(' ').count();
        rest.len() > count && entry.split(' ').zip(rest).all(|(expected, word)| expected == word)
    })
}

fn has_case(text: &str) -> bool {
    text.chars().any(|character| character.is_uppercase() || character.is_lowercase())
}

fn is_unspaced(text: &str) -> bool {
    let count = text.chars().count();
    (3..=MAX_UNSPACED).contains(&count)
        && !text.contains(char::is_whitespace)
        && text.chars().all(|character| character >= '\u{3040}' && character.is_alphabetic())
        && UNSPACED_ENDS.iter().any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisations_are_told_from_people_and_titles() {
        let organisations = [
            "National Transportation Safety Board",
            "Centre for Local Public Services",
            "Office of Natural Resources and Environmental Policy and Planning",
            "Department for Environment, Food and Rural Affairs",
            "U.S. Department of Transportation",
            "CLIMATE CHANGE COMMISSION",
            "Acme Water GmbH",
            "Institut für kommunale Entwicklung",
            "Umweltbundesamt der Stadt",
            "Observatoire des services locaux",
            "Ministère de l’Énergie et des Mines",
            "Ministerio de Ambiente y Energía",
            "Министерство природных ресурсов",
            "مركز دراسات الخدمات المحلية",
            "地域行政研究所",
            "Republic of Ruritania",
        ];
        for name in organisations {
            assert!(is_organisation(name), "{name}");
        }
        let others = [
            "Annual Report of the Ministry of Water",
            "U.S. Department of Education FY 2022 Annual Performance",
            "United Nations Framework Convention on Climate Change",
            "Communicated to the Secretariat of the Convention",
            "the office was closed for a week",
            "Ann Li",
            "Safe Wells for Every Village",
            "Ruritania’s Department of Rivers",
            "Commission",
            "The committee met in the town hall.",
            "",
        ];
        for name in others {
            assert!(!is_organisation(name), "{name}");
        }
    }

    #[test]
    fn only_some_organisations_cannot_be_titles() {
        assert!(is_surely_organisation("National Transportation Safety Board"));
        assert!(is_surely_organisation("Ministry of Water"));
        assert!(!is_surely_organisation("Reforming the Health Service"));
        assert!(!is_surely_organisation("Safe Wells"));
    }

    #[test]
    fn names_go_on_after_commas_and_small_words() {
        for open in ["Ministry of Land,", "Ministère de l’Énergie et", "Office of the", "Ministerium für"] {
            assert!(is_open(open), "{open}");
        }
        assert!(!is_open("Ministry of Land"));
    }
}
