//! Lists of names → names, one an entry, without accounts, programs and what cannot be a name.

use super::organisations::has_organisation_word;
use super::software::{NOBODY, PROGRAMS};

const MAX_AUTHORS: usize = 50;
/// Longest name, in characters.
pub const MAX_NAME: usize = 100;
/// Most words of a name that is not an organisation's.
const MAX_NAME_WORDS: usize = 8;

/// The names without those that occurred before, at most as many as are kept.
pub fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if kept.len() < MAX_AUTHORS && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// The names in an author entry that can be somebody's.
pub fn names(entry: &str) -> Vec<String> {
    split(entry).into_iter().filter(|name| is_somebody(name)).collect()
}

/// Splits a list of names. With semicolons, commas belong to the names ("Smith, John; Doe, Jane").
fn split(entry: &str) -> Vec<String> {
    const SEPARATORS: [char; 5] = [';', '；', '、', '\n', '|'];
    if entry.contains(SEPARATORS) {
        return entry.split(SEPARATORS).flat_map(|part| split_at_and(part.trim())).collect();
    }
    let parts: Vec<&str> = entry.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let parts = with_affixes(&parts);
    // "Smith, J., Doe, A. B.": initials belong to the surname before them.
    let is_paired = parts.len() >= 2 && parts.len().is_multiple_of(2);
    if is_paired && parts.chunks(2).all(|pair| is_initials(&pair[1]) && !is_initials(&pair[0])) {
        return parts.chunks(2).map(|pair| pair.join(", ")).collect();
    }
    // "Smith, John": one name, its parts turned around. Chinese, Japanese and Korean names are not parted at all, so
    // that two of them are two people.
    if let [surname, given] = parts.as_slice()
        && !surname.contains(' ')
        && !surname.chars().any(is_east_asian)
        && given.split_whitespace().count() <= 3
        && split_at_and(given).len() == 1
    {
        return vec![format!("{surname}, {given}")];
    }
    parts.iter().flat_map(|part| split_at_and(part)).collect()
}

/// Joins what a comma cuts off a name, and leaves out degrees.
fn with_affixes(parts: &[&str]) -> Vec<String> {
    const AFFIXES: [&str; 13] =
        ["jr", "sr", "ii", "iii", "iv", "inc", "ltd", "llc", "llp", "gmbh", "plc", "corp", "pty ltd"];
    const DEGREES: [&str; 16] =
        ["phd", "md", "mph", "msc", "ms", "ma", "mba", "ba", "bsc", "jd", "drph", "scd", "rn", "pe", "esq", "dphil"];
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        let folded: String = part.chars().filter(|character| *character != '.').collect::<String>().to_lowercase();
        match names.last_mut() {
            Some(name) if AFFIXES.contains(&folded.as_str()) => {
                name.push_str(", ");
                name.push_str(part);
            }
            Some(_) if DEGREES.contains(&folded.as_str()) => {}
            _ => names.push((*part).to_owned()),
        }
    }
    names
}

/// Splits at "and" or "&" where people stand on both sides; organisations have them in their names.
fn split_at_and(part: &str) -> Vec<String> {
    const LINKS: [&str; 13] =
        [" and ", " & ", " und ", " et ", " y ", " e ", " i ", " og ", " och ", " en ", " và ", " и ", " with "];
    // The last of a list: "and Ann Li".
    let part = LINKS.iter().find_map(|link| part.strip_prefix(link.trim_start())).unwrap_or(part).trim();
    for link in LINKS {
        if let Some((before, after)) = part.split_once(link)
            && is_person(before)
            && after.split(link).all(is_person)
        {
            return std::iter::once(before).chain(after.split(link)).map(|name| name.trim().to_owned()).collect();
        }
    }
    if part.is_empty() { Vec::new() } else { vec![part.to_owned()] }
}

/// Han, kana or Hangul.
fn is_east_asian(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}')
}

/// One to three capital letters, with or without full stops.
fn is_initials(text: &str) -> bool {
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    (1..=3).contains(&letters)
        && text.chars().all(|character| character.is_uppercase() || matches!(character, '.' | ' ' | '-'))
}

/// Whether it reads like a person's name: two to five words, capitals in front, nothing organisations are called.
pub fn is_person(name: &str) -> bool {
    const PARTICLES: [&str; 14] =
        ["de", "da", "del", "della", "di", "do", "dos", "du", "la", "van", "der", "den", "von", "bin"];
    let words: Vec<&str> = name.split_whitespace().collect();
    (2..=5).contains(&words.len())
        && words.iter().all(|word| PARTICLES.contains(word) || word.chars().next().is_some_and(char::is_uppercase))
        && !name.chars().any(char::is_numeric)
        && !has_organisation_word(name)
}

/// Whether a name can be that of an author rather than of an account or a program.
pub fn is_somebody(name: &str) -> bool {
    let characters = name.chars().count();
    let letters = name.chars().filter(|character| character.is_alphabetic()).count();
    let folded = name.to_lowercase();
    let bare = folded.trim_end_matches(|end: char| end.is_numeric() || matches!(end, ' ' | '-' | '_' | '.'));
    let is_one_word = !name.contains(char::is_whitespace);
    let is_account = is_one_word
        && (name.chars().any(char::is_numeric)
            || name.contains('_')
            || (name.is_ascii() && !name.chars().any(char::is_uppercase)));
    (2..=MAX_NAME).contains(&characters)
        && letters >= 2
        && !NOBODY.contains(&bare)
        && !NOBODY.contains(&folded.as_str())
        && !is_account
        // A sentence.
        && (name.split_whitespace().count() <= MAX_NAME_WORDS
            || has_organisation_word(name))
        // "v.3", "[FAMILY Given]": a version, a place left open.
        && (!name.chars().any(char::is_numeric) || has_organisation_word(name))
        && !name.contains(['\\', '@', '/', '<', '>', '[', ']', '{', '}'])
        && !PROGRAMS.iter().any(|program| folded.contains(program))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_split_into_names() {
        let cases: [(&str, &[&str]); 17] = [
            ("Smith, John; Doe, Jane", &["Smith, John", "Doe, Jane"]),
            ("John Smith, Jane Doe", &["John Smith", "Jane Doe"]),
            ("John Smith, Jane Doe, and Al Gray", &["John Smith", "Jane Doe", "Al Gray"]),
            ("John Smith and Jane Doe", &["John Smith", "Jane Doe"]),
            ("Josip Roca, Ana Puig i Joan Mas, i Pau Vila", &["Josip Roca", "Ana Puig", "Joan Mas", "Pau Vila"]),
            ("John Smith & Jane van der Berg", &["John Smith", "Jane van der Berg"]),
            ("Smith, John", &["Smith, John"]),
            ("Smith, J., Doe, A. B.", &["Smith, J.", "Doe, A. B."]),
            ("Jane Doe, PhD, John Smith, Jr.", &["Jane Doe", "John Smith, Jr."]),
            ("Food and Drug Administration", &["Food and Drug Administration"]),
            ("Department of Health and Human Services", &["Department of Health and Human Services"]),
            ("OECD", &["OECD"]),
            ("Acme, Inc.", &["Acme, Inc."]),
            ("王小明", &["王小明"]),
            ("", &[]),
            (" ; , ", &[]),
            ("Ann Li; Ann Li", &["Ann Li"]),
        ];
        for (entry, expected) in cases {
            assert_eq!(distinct(names(entry).into_iter()), expected, "{entry}");
        }
    }

    #[test]
    fn accounts_and_programs_are_nobody() {
        for entry in [
            "admin",
            "Owner",
            "user",
            "User1",
            "jsmith",
            "kbrown02",
            "DOMAIN\\jsmith",
            "a@example.org",
            "Adobe Acrobat 9.0",
            "Microsoft Office User",
            "(anonymous)",
            "Unknown",
            "x",
            "12",
            "LaTeX with hyperref package",
            "PC_17",
            "v.3 - after the meeting",
            "[FAMILY Given]",
        ] {
            assert_eq!(names(entry), Vec::<String>::new(), "{entry}");
        }
    }

    proptest! {
        #[test]
        fn any_entry_is_survived(entry in "(and |& |[A-Za-z王.,; ]|Jr|\\\\){0,30}") {
            for name in names(&entry) {
                prop_assert!(!name.is_empty());
            }
        }
    }
}
