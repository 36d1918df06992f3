//! The names of a report's sections by which it can be filtered: its outermost headings without their numbers.
//!
//! What tells reports apart is whether they have recommendations or a methodology, not that these are their chapter 4
//! or set in capitals.

use crate::index::document::folded;
use crate::report::OutlineEntry;
use std::collections::HashSet;

/// Longest name, in characters; longer headings are sentences that no other report shares.
const MAX_CHARACTERS: usize = 60;
/// Most words of a name.
const MAX_WORDS: usize = 8;
/// Fewest letters of a name.
const MIN_LETTERS: usize = 2;
/// Most names of a report.
const MAX_NAMES: usize = 40;

/// Words that say that a number follows and not what the section is about, folded.
const NUMBERED: [&str; 19] = [
    "chapter",
    "section",
    "part",
    "kapitel",
    "abschnitt",
    "teil",
    "chapitre",
    "partie",
    "capitulo",
    "seccion",
    "parte",
    "capitolo",
    "sezione",
    "hoofdstuk",
    "deel",
    "rozdzial",
    "глава",
    "раздел",
    "часть",
];

/// Headings over what is no section of the text, folded.
const NO_SECTIONS: [&str; 16] = [
    "contents",
    "table of contents",
    "list of contents",
    "inhalt",
    "inhaltsverzeichnis",
    "sommaire",
    "table des matieres",
    "contenido",
    "indice",
    "sumario",
    "inhoud",
    "inhoudsopgave",
    "spis tresci",
    "содержание",
    "cover",
    "title page",
];

/// The names of the outermost sections as printed, each once, with the forms they are compared by. The only entry of an
/// outline that has others below it is the report itself, and so is one with its title.
pub(crate) fn section_names(outline: &[OutlineEntry], title: &str) -> Vec<(String, String)> {
    let outermost = outline.iter().map(|entry| entry.level).min().unwrap_or(0);
    let is_title = |entry: &&OutlineEntry| entry.level == outermost;
    let level = match outline.iter().filter(is_title).count() {
        1 => outline.iter().map(|entry| entry.level).filter(|level| *level > outermost).min().unwrap_or(outermost),
        _ => outermost,
    };
    let title = folded(title);
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for entry in outline.iter().filter(|entry| entry.level == level) {
        let name = without_number(&entry.title).split_whitespace().collect::<Vec<_>>().join(" ");
        let key = folded(&name);
        let is_telling = is_short(&name) && key != title && !NO_SECTIONS.contains(&key.as_str());
        if is_telling && seen.insert(key.clone()) {
            names.push((name, key));
        }
        if names.len() == MAX_NAMES {
            break;
        }
    }
    names
}

/// The form by which names of sections are compared: without number, case and accents.
pub fn section_key(name: &str) -> String {
    folded(without_number(name))
}

fn is_short(name: &str) -> bool {
    let letters = name.chars().filter(|character| character.is_alphabetic()).count();
    letters >= MIN_LETTERS
        && name.chars().count() <= MAX_CHARACTERS
        && name.split(' ').count() <= MAX_WORDS
        // The dots of a table of contents.
        && !name.contains("...")
        && !name.contains('…')
}

/// `3.2 Findings`, `IV. Findings`, `Chapter 3: Findings` → `Findings`; all of it if nothing else remains.
fn without_number(heading: &str) -> &str {
    let heading = heading.trim();
    let (first, rest) = split_word(heading);
    let rest = if NUMBERED.contains(&folded(first).as_str()) {
        let (number, rest) = split_word(rest);
        if is_number(number) || is_roman(bare(number)) || is_letter(bare(number)) { rest } else { heading }
    } else if is_number(first)
        || is_chinese_number(first)
        || (is_roman(bare(first)) && (bare(first) != first || first.len() > 1))
        || (is_letter(bare(first)) && bare(first) != first)
    {
        rest
    } else {
        heading
    };
    let rest = rest.trim_start_matches(|character: char| {
        character.is_whitespace() || matches!(character, '-' | '–' | '—' | ':' | '.' | '|' | '·' | '：' | '、')
    });
    if rest.chars().any(char::is_alphabetic) { rest } else { heading }
}

/// The first word and what follows it.
fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start())
}

/// A number without its punctuation.
fn bare(number: &str) -> &str {
    number.trim_matches(|character| matches!(character, '.' | ')' | '(' | ':' | '–' | '—' | '-'))
}

/// `3`, `3.2`, `(3)`, `A.1`
fn is_number(word: &str) -> bool {
    let word = bare(word);
    let parts: Vec<&str> = word.split(['.', '-']).collect();
    let is_part = |part: &&str| part.len() <= 3 && !part.is_empty() && part.chars().all(|digit| digit.is_ascii_digit());
    let (first, others) = parts.split_first().unwrap_or((&"", &[]));
    (is_part(first) || (is_letter(first) && !others.is_empty())) && others.iter().all(is_part)
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() <= 6 && word.chars().all(|digit| matches!(digit, 'I' | 'V' | 'X'))
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.chars().all(|letter| letter.is_ascii_uppercase())
}

/// `第1章`, `第二節`
fn is_chinese_number(word: &str) -> bool {
    word.starts_with('第') && word.ends_with(['章', '節', '节', '部', '編', '编'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_no_part_of_a_name() {
        for (heading, name) in [
            ("Findings", "Findings"),
            ("3 Findings", "Findings"),
            ("3. Findings", "Findings"),
            ("3.2.1 Findings", "Findings"),
            ("(3) Findings", "Findings"),
            ("3 – Findings", "Findings"),
            ("IV. Findings", "Findings"),
            ("IV Findings", "Findings"),
            ("A. Findings", "Findings"),
            ("A.1 Findings", "Findings"),
            ("Chapter 3: Findings", "Findings"),
            ("CHAPTER III – FINDINGS", "FINDINGS"),
            ("Kapitel 2 Ergebnisse", "Ergebnisse"),
            ("Capítulo 2. Resultados", "Resultados"),
            ("第1章 はじめに", "はじめに"),
            ("Annex 2: Tables", "Annex 2: Tables"),
            ("A plan for water", "A plan for water"),
            ("I. ", "I."),
            ("2030 Agenda", "2030 Agenda"),
            ("Chapter 3", "Chapter 3"),
            ("Part of the answer", "Part of the answer"),
            ("12", "12"),
        ] {
            assert_eq!(without_number(heading), name, "{heading}");
        }
        assert_eq!(section_key("4. RECOMMANDATIONS générales"), "recommandations generales");
    }

    #[test]
    fn the_outermost_short_headings_count_each_once() {
        let entry = |title: &str, level| OutlineEntry { title: title.to_owned(), level, page: 1 };
        let names = |outline: &[OutlineEntry]| {
            section_names(outline, "Water in Mali").into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let long = "What the ministry has learned from ten years of wells, pumps and pipes in the north";
        let outline = [
            entry("Table of Contents", 0),
            entry("Water in Mali", 0),
            entry("1 Introduction", 0),
            entry("1.1 Aims", 1),
            entry("2 FINDINGS", 0),
            entry("Findings", 0),
            entry(long, 0),
            entry("3", 0),
            entry("References ....... 7", 0),
        ];
        assert_eq!(names(&outline), ["Introduction", "FINDINGS"]);
        let alone = [entry("Report", 0), entry("Introduction", 1), entry("Aims", 2), entry("Findings", 1)];
        assert_eq!(names(&alone), ["Introduction", "Findings"]);
        assert_eq!(names(&alone[..1]), ["Report"]);
        assert!(names(&[]).is_empty());
    }
}
