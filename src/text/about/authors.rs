//! The authors: who is declared, one name an entry, unless it is an account or a program; else the by-line, else the
//! office that signs the title page.
//!
//! Declarations are often whoever typed the file. Where the first pages have text, a declared name counts if it is
//! printed there, or if nobody is named there and it is at least a whole name.

use super::folded_words;
use super::software::{INSTITUTIONS, NOBODY, ORGANISATION_WORDS, PROGRAMS};
use super::{FrontLine, date};
use crate::report::Declared;
use std::collections::HashSet;

const MAX_AUTHORS: usize = 50;
/// What names of companies end in, folded to lower case.
const COMPANY_FORMS: [&str; 12] =
    ["inc", "ltd", "llc", "llp", "gmbh", "plc", "corp", "corporation", "limited", "sarl", "srl", "bv"];
/// Lines below the title in which names with a date are its authors.
const MAX_LINES_TO_DATE: usize = 6;
/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Most words of a name that is not an organisation's.
const MAX_NAME_WORDS: usize = 8;
/// Pages on which a by-line is looked for.
const BYLINE_PAGES: u32 = 2;

/// The report's authors.
pub fn choose(declared: &Declared, lines: &[FrontLine], title: &str) -> Vec<String> {
    let from_xmp = distinct(declared.xmp_authors.iter().flat_map(|entry| names(entry)));
    let from_info = distinct(declared.info_author.iter().flat_map(|entry| names(entry)));
    let declared = if from_xmp.is_empty() { from_info } else { from_xmp };
    let printed: HashSet<String> = lines.iter().flat_map(|line| folded_words(&line.text)).collect();
    if printed.is_empty() || declared.iter().any(|name| is_printed(name, &printed)) {
        return declared;
    }
    let signed = Some(byline(lines, title)).filter(|names| !names.is_empty());
    signed.or_else(|| signing_office(lines, title).map(|office| vec![office])).unwrap_or_else(|| {
        // A company that signs its report prints its name; others made the program or the file.
        let is_company = |name: &str| COMPANY_FORMS.contains(&folded_words(name).last().unwrap_or_default().as_str());
        let is_whole = |name: &String| (name.contains(char::is_whitespace) || !name.is_ascii()) && !is_company(name);
        declared.into_iter().filter(is_whole).collect()
    })
}

/// Whether most words of a name are among those printed; initials do not count.
fn is_printed(name: &str, printed: &HashSet<String>) -> bool {
    let words: Vec<String> = folded_words(name).filter(|word| word.chars().count() > 1).collect();
    words.iter().filter(|word| printed.contains(*word)).count() * 2 > words.len()
}

/// The ministry or department whose name stands alone on the title page, outside the title and before any text.
fn signing_office(lines: &[FrontLine], title: &str) -> Option<String> {
    const MAX_OFFICE: usize = 11;
    let title_page: Vec<&FrontLine> = lines
        .iter()
        .take_while(|line| line.page == 1 && line.text.split_whitespace().count() <= MAX_OFFICE)
        .filter(|line| !line.text.trim().is_empty())
        .collect();
    let is_office = |text: &str| {
        let folded = text.trim().to_lowercase();
        let follows = |start: &&str| folded.strip_prefix(*start).is_some_and(|rest| rest.starts_with(' '));
        INSTITUTIONS.iter().any(follows) && is_in_capitals(text) && !text.ends_with('.')
    };
    let mut offices = title_page.iter().enumerate().filter(|(_, line)| is_office(&line.text));
    // Of a state and its ministry the ministry signs, which stands below.
    let (index, line) = offices.rfind(|(_, line)| !folded_title_has(title, &line.text))?;
    let mut office = line.text.trim().to_owned();
    // "Ministry of Land,", "Ministère de l’Énergie et": the name goes on.
    let is_open = office.ends_with(',')
        || [" and", " et", " of", " de", " y", " e", " und"].iter().any(|end| office.ends_with(end));
    if let Some(next) = title_page.get(index + 1).filter(|_| is_open) {
        office = format!("{office} {}", next.text.trim());
    }
    Some(office).filter(|office| is_somebody(office) || office.chars().count() <= MAX_NAME)
}

/// Whether a text is written as names are: its longer words with capitals, no colon, no possessive.
fn is_in_capitals(text: &str) -> bool {
    // "l’Environnement": an article joined to its word.
    let words = || text.split_whitespace().map(|word| word.rsplit(['’', '\'']).next().unwrap_or(word));
    let long = || words().filter(|word| word.chars().count() > 3);
    let small = long().filter(|word| word.starts_with(char::is_lowercase)).count();
    small * 3 <= long().count() && !text.contains(':') && !text.contains("’s ") && !text.contains("'s ")
}

fn folded_title_has(title: &str, text: &str) -> bool {
    let title: HashSet<String> = folded_words(title).collect();
    folded_words(text).all(|word| title.contains(&word))
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        if kept.len() < MAX_AUTHORS && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

/// The names in an author entry that can be somebody's.
fn names(entry: &str) -> Vec<String> {
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
    const LINKS: [&str; 6] = [" and ", " & ", " und ", " et ", " y ", " with "];
    let part =
        ["and ", "& ", "und ", "et ", "y "].iter().find_map(|link| part.strip_prefix(link)).unwrap_or(part).trim();
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
fn is_person(name: &str) -> bool {
    const PARTICLES: [&str; 14] =
        ["de", "da", "del", "della", "di", "do", "dos", "du", "la", "van", "der", "den", "von", "bin"];
    let words: Vec<&str> = name.split_whitespace().collect();
    (2..=5).contains(&words.len())
        && words.iter().all(|word| PARTICLES.contains(word) || word.chars().next().is_some_and(char::is_uppercase))
        && !name.chars().any(char::is_numeric)
        && !folded_words(name).any(|word| ORGANISATION_WORDS.contains(&word.as_str()))
}

/// Whether a name can be that of an author rather than of an account or a program.
fn is_somebody(name: &str) -> bool {
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
            || folded_words(name).any(|word| ORGANISATION_WORDS.contains(&word.as_str())))
        && !name.contains(['\\', '@', '/', '<', '>'])
        && !PROGRAMS.iter().any(|program| folded.contains(program))
}

/// The names of the first line that says it names authors, below the title if that is on the page.
fn byline(lines: &[FrontLine], title: &str) -> Vec<String> {
    let lines: Vec<&FrontLine> = lines.iter().filter(|line| line.page <= BYLINE_PAGES).collect();
    let title_end = lines.iter().rposition(|line| line.text.trim().len() > 3 && title.contains(line.text.trim()));
    let below = lines.get(title_end.map_or(0, |index| index + 1)..).unwrap_or_default();
    for (index, line) in below.iter().enumerate() {
        let text = line.text.trim();
        let Some((rest, is_explicit)) = after_label(text) else {
            let dated = if index < MAX_LINES_TO_DATE { dated_names(text) } else { Vec::new() };
            if dated.is_empty() {
                continue;
            }
            return dated;
        };
        // A label alone on its line names whoever stands below it.
        let listed = if rest.is_empty() { below.get(index + 1).map_or("", |next| next.text.trim()) } else { rest };
        let found = distinct(names(listed.trim_end_matches('.')).into_iter());
        let are_people = found.iter().all(|name| is_person(name));
        if !found.is_empty() && (are_people || (is_explicit && found.iter().all(|name| name.split(' ').count() <= 8))) {
            return found;
        }
    }
    Vec::new()
}

/// Names with a date after them on their line: "Ann Li | 5 June 2014". On lines of their own names cannot be told from
/// the place that a date is given with.
fn dated_names(line: &str) -> Vec<String> {
    let Some((listed, _)) = line.rsplit_once(['|', '•', '·']).filter(|(_, date)| date::is_bare(date)) else {
        return Vec::new();
    };
    let found = distinct(names(listed.trim()).into_iter());
    if found.iter().all(|name| is_person(name)) { found } else { Vec::new() }
}

/// What follows a label such as "By" or "Authors:", and whether the label can mean nothing else.
fn after_label(line: &str) -> Option<(&str, bool)> {
    const EXPLICIT: [&str; 27] = [
        "verfasser:",
        "verfasserin:",
        "verfasst von",
        "vorgelegt von",
        "eingereicht von",
        "rédigé par",
        "elaborado por",
        "автор:",
        "authors:",
        "author:",
        "author(s):",
        "written by",
        "prepared by",
        "report by",
        "contributors:",
        "contributor:",
        "edited by",
        "autores:",
        "autor:",
        "autoren:",
        "auteurs :",
        "auteur :",
        "auteurs:",
        "auteur:",
        "autori:",
        "lead author:",
        "lead authors:",
    ];
    // Forms set the colon apart: "Verfasser :  Ann Li".
    if let Some((before, after)) = line.split_once(" :")
        && EXPLICIT.contains(&format!("{}:", before.trim().to_lowercase()).as_str())
    {
        return Some((after.trim(), true));
    }
    let label = |label: &str| line.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label));
    if let Some(explicit) = EXPLICIT.iter().find(|explicit| label(explicit)) {
        return Some((line[explicit.len()..].trim_start_matches([':', ' ']), true));
    }
    if line.eq_ignore_ascii_case("by") || line.eq_ignore_ascii_case("by:") {
        return Some(("", false));
    }
    ["by ", "by: "].iter().find(|by| label(by)).map(|by| (line[by.len()..].trim(), false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_split_into_names() {
        let cases: [(&str, &[&str]); 16] = [
            ("Smith, John; Doe, Jane", &["Smith, John", "Doe, Jane"]),
            ("John Smith, Jane Doe", &["John Smith", "Jane Doe"]),
            ("John Smith, Jane Doe, and Al Gray", &["John Smith", "Jane Doe", "Al Gray"]),
            ("John Smith and Jane Doe", &["John Smith", "Jane Doe"]),
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
        ] {
            assert_eq!(names(entry), Vec::<String>::new(), "{entry}");
        }
    }

    #[test]
    fn bylines_are_read_below_the_title() {
        let cases: [(&[&str], &[&str]); 13] = [
            (&["Rivers", "Ann Li | 5th of June, 2014"], &["Ann Li"]),
            (&["Rivers", "San José", "14. April 2013"], &[]),
            (&["Rivers", "The Republic of Ruritania is pleased to submit its report"], &[]),
            (&["Rivers", "Verfasser : Ann Li"], &["Ann Li"]),
            (
                &["Republic of Ruritania", "Ministry of Land, Water and", "Forests", "Rivers", "May 2015"],
                &["Ministry of Land, Water and Forests"],
            ),
            (&["Rivers", "Great Lakes", "A Study of Everything"], &[]),
            (&["By Hand Made", "Rivers", "By Ann Li and Bo Berg"], &["Ann Li", "Bo Berg"]),
            (&["Rivers", "by", "Ann Li"], &["Ann Li"]),
            (&["Rivers", "Authors: Ann Li, Bo Berg, Institute of Water"], &["Ann Li", "Bo Berg", "Institute of Water"]),
            (&["Rivers", "Prepared by: Acme Water Group"], &["Acme Water Group"]),
            (&["Rivers", "By 2030 all rivers will be clean."], &[]),
            (&["Rivers", "by the river"], &[]),
            (&["Rivers"], &[]),
        ];
        for (texts, expected) in cases {
            let lines: Vec<FrontLine> = texts
                .iter()
                .map(|text| FrontLine { text: (*text).to_owned(), size: 12.0, is_bold: false, page: 1, y: 0.5 })
                .collect();
            assert_eq!(choose(&Declared::default(), &lines, "Rivers"), expected, "{texts:?}");
        }
    }

    #[test]
    fn declared_names_yield_to_those_that_sign() {
        let chosen = |author: &str, texts: &[&str]| {
            let declared = Declared { info_author: Some(author.to_owned()), ..Declared::default() };
            let line =
                |text: &&str| FrontLine { text: (*text).to_owned(), size: 12.0, is_bold: false, page: 1, y: 0.5 };
            choose(&declared, &texts.iter().map(line).collect::<Vec<_>>(), "Rivers")
        };
        // Printed: sure. Not printed: whoever signs, else a whole name, but no nickname.
        assert_eq!(chosen("Li, Ann", &["Rivers", "Ann Li"]), ["Li, Ann"]);
        assert_eq!(chosen("Bo Berg", &["Rivers", "By Ann Li"]), ["Ann Li"]);
        assert_eq!(chosen("Bo Berg", &["Ministry of Water", "Rivers"]), ["Ministry of Water"]);
        assert_eq!(chosen("Bo Berg", &["Rivers", "They run."]), ["Bo Berg"]);
        assert_eq!(chosen("WiZaRd", &["Rivers", "They run."]), Vec::<String>::new());
        assert_eq!(chosen("Key Systems Pty Ltd", &["Rivers", "They run."]), Vec::<String>::new());
        let ministry = "Ministère de l'Habitat et de l’Environnement";
        assert_eq!(chosen("Bo Berg", &[ministry, "Rivers"]), [ministry]);
        assert_eq!(chosen("WiZaRd", &[]), ["WiZaRd"]);
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
