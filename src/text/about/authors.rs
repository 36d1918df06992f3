//! The authors: who is declared, one name an entry, unless it is an account or a program; else the by-line, else the
//! office that signs the title page.
//!
//! Declarations are often whoever typed the file. Where the first pages have text, a declared name counts if it is
//! printed there, or if nobody is named there and it is at least a whole name. Office programs put the name of the
//! account into every file, so that theirs count only if they are printed or an organisation's.

use super::names::{MAX_NAME, distinct, is_person, is_somebody, names};
use super::organisations::{is_company, is_in_capitals, is_institution, is_open, is_organisation};
use super::software::{OFFICE_PROGRAMS, SALUTATIONS};
use super::{FrontLine, date, folded_words};
use crate::report::Declared;
use std::collections::HashSet;

/// Lines below the title in which names with a date are its authors.
const MAX_LINES_TO_DATE: usize = 6;
/// Pages on which a by-line is looked for.
const BYLINE_PAGES: u32 = 2;
/// Words of a line that is no running text, at most.
const MAX_LABEL_WORDS: usize = 12;
/// Words of a line that a sentence goes on from, at least.
const MIN_RUNNING_WORDS: usize = 6;
/// Lines that the name of an office goes on over, at most.
const MAX_OFFICE_LINES: usize = 4;
/// Lines of large type further apart than this are not of one name. × font size.
const SPACED: f32 = 2.2;
/// Points of a page's height, nearly enough to tell lines that follow one another from others.
const PAGE_HEIGHT: f32 = 820.0;
/// Where the head of a letter ends, as a fraction of the page's height: whom it is sent to stands below.
const LETTERHEAD: f32 = 0.22;

/// The report's authors.
pub fn choose(declared: &Declared, lines: &[FrontLine], title: &str) -> Vec<String> {
    let from_xmp = distinct(declared.xmp_authors.iter().flat_map(|entry| names(entry)));
    let from_info = distinct(declared.info_author.iter().flat_map(|entry| names(entry)));
    let names = if from_xmp.is_empty() { from_info } else { from_xmp };
    let is_any_printed = || {
        let printed: HashSet<String> = lines.iter().flat_map(|line| folded_words(&line.text)).collect();
        names.iter().any(|name| is_printed(name, &printed))
    };
    if !names.is_empty() && is_any_printed() {
        return names;
    }
    let is_of_account = declared.program.as_deref().is_some_and(is_office_program);
    let is_meant = |name: &String| !is_of_account || is_organisation(name);
    if !lines.iter().any(|line| folded_words(&line.text).next().is_some()) {
        return names.into_iter().filter(is_meant).collect();
    }
    let signed = Some(byline(lines, title)).filter(|names| !names.is_empty());
    signed.or_else(|| signing_office(lines, title).map(|office| vec![office])).unwrap_or_else(|| {
        // A company that signs its report prints its name; others made the program or the file.
        let is_whole = |name: &String| (name.contains(char::is_whitespace) || !name.is_ascii()) && !is_company(name);
        names.into_iter().filter(is_whole).filter(is_meant).collect()
    })
}

/// Whether a program declares the name of the account it runs under for the author.
fn is_office_program(program: &str) -> bool {
    let folded = program.to_lowercase();
    OFFICE_PROGRAMS.iter().any(|office| folded.contains(office))
}

/// Whether most words of a name are among those printed; initials do not count.
fn is_printed(name: &str, printed: &HashSet<String>) -> bool {
    let words: Vec<String> = folded_words(name).filter(|word| word.chars().count() > 1).collect();
    words.iter().filter(|word| printed.contains(*word)).count() * 2 > words.len()
}

/// The organisation whose name stands alone on the title page, outside the title and before any text.
fn signing_office(lines: &[FrontLine], title: &str) -> Option<String> {
    let page: Vec<&FrontLine> = lines.iter().filter(|line| line.page == 1 && !line.text.trim().is_empty()).collect();
    let is_letter = page.iter().any(|line| is_salutation(&line.text));
    let title_page: Vec<&FrontLine> = page
        .into_iter()
        .take_while(|line| line.text.split_whitespace().count() <= MAX_LABEL_WORDS)
        .filter(|line| !is_letter || line.y < LETTERHEAD)
        .collect();
    let is_office = |text: &str| {
        let is_state = is_institution(text) && is_in_capitals(text) && !text.ends_with('.');
        is_state || is_organisation(text)
    };
    let mut offices = title_page.iter().enumerate().filter(|(_, line)| is_office(&line.text));
    // Of a state and its ministry the ministry signs, which stands below.
    let (index, line) = offices.rfind(|(_, line)| !folded_title_has(title, &line.text))?;
    // "THE RIVERS", "AGENCY OF RURITANIA": the name is broken where its words do not say so.
    if let Some(whole) = whole_name(&title_page, index, title) {
        return Some(whole);
    }
    let mut office = line.text.trim().to_owned();
    // "Ministry of Land,", "Ministère de l’Énergie et": the name goes on.
    for next in title_page.iter().skip(index + 1).take(MAX_OFFICE_LINES - 1) {
        if !is_open(&office) {
            break;
        }
        office = format!("{office} {}", next.text.trim());
    }
    let office = office.trim_end_matches([',', ';']).to_owned();
    Some(office).filter(|office| is_somebody(office) || office.chars().count() <= MAX_NAME)
}

/// The organisation whose name the line is a part of, all of it in capitals in large type.
fn whole_name(lines: &[&FrontLine], index: usize, title: &str) -> Option<String> {
    let line = lines.get(index)?;
    let goes_with = |other: &&&FrontLine| {
        let is_alike = (other.size - line.size).abs() < 0.05 * line.size;
        let is_title = other.text.contains(' ') && folded_title_has(title, &other.text);
        is_alike && !is_title && !other.text.chars().any(char::is_lowercase) && !date::is_bare(&other.text)
    };
    if line.text.chars().any(char::is_lowercase) || is_institution(&line.text) {
        return None;
    }
    let near = |one: &FrontLine, other: &FrontLine| (one.y - other.y).abs() * PAGE_HEIGHT < SPACED * line.size;
    let mut block = vec![*line];
    for before in lines.get(..index)?.iter().rev().take(MAX_OFFICE_LINES).take_while(goes_with) {
        if !near(before, block[0]) || is_organisation(&before.text) {
            break;
        }
        block.insert(0, before);
    }
    for after in lines.get(index + 1..)?.iter().take(MAX_OFFICE_LINES).take_while(goes_with) {
        if !near(after, block[block.len() - 1]) || is_organisation(&after.text) {
            break;
        }
        block.push(after);
    }
    let name = block.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join(" ");
    (block.len() > 1 && is_organisation(&name)).then_some(name)
}

/// Whether a line greets whom a letter is sent to.
pub fn is_salutation(text: &str) -> bool {
    let folded = text.trim().to_lowercase();
    let is_short = text.split_whitespace().count() <= MAX_LABEL_WORDS;
    is_short
        && text.trim_end().ends_with([',', ':', '!', '،'])
        && SALUTATIONS
            .iter()
            .any(|start| folded.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

fn folded_title_has(title: &str, text: &str) -> bool {
    let title: HashSet<String> = folded_words(title).collect();
    folded_words(text).all(|word| title.contains(&word))
}

/// The names of the first line that says it names authors, below the title if that is on the page.
fn byline(lines: &[FrontLine], title: &str) -> Vec<String> {
    let lines: Vec<&FrontLine> = lines.iter().filter(|line| line.page <= BYLINE_PAGES).collect();
    let title_end = lines.iter().rposition(|line| line.text.trim().len() > 3 && title.contains(line.text.trim()));
    let below = lines.get(title_end.map_or(0, |index| index + 1)..).unwrap_or_default();
    for (index, line) in below.iter().enumerate() {
        let text = line.text.trim();
        let Some((rest, is_explicit)) = after_label(text).filter(|_| !is_within_sentence(below, index)) else {
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

/// Whether a line goes on with a sentence: it begins small after a line of words in the same type.
fn is_within_sentence(lines: &[&FrontLine], index: usize) -> bool {
    let before = index.checked_sub(1).and_then(|before| lines.get(before));
    let Some((before, line)) = before.zip(lines.get(index)) else { return false };
    let is_running = before.text.split_whitespace().count() >= MIN_RUNNING_WORDS
        && before.is_bold == line.is_bold
        && (before.size - line.size).abs() < 0.1 * line.size
        && !before.text.trim_end().ends_with(['.', ':']);
    is_running && line.text.trim_start().starts_with(char::is_lowercase)
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

    #[test]
    fn bylines_are_read_below_the_title() {
        let cases: [(&[&str], &[&str]); 17] = [
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
            (&["National Rivers Board", "Rivers"], &["National Rivers Board"]),
            (
                &["Ruritania", "MINISTERE DE L’EAU,", "DES FORETS ET DU", "CLIMAT", "Rivers"],
                &["MINISTERE DE L’EAU, DES FORETS ET DU CLIMAT"],
            ),
            (
                &[
                    "Rivers",
                    "The inventory of all of the rivers of the country and of their shores that was",
                    "prepared by the Rivers Office, Ruritania’s",
                ],
                &[],
            ),
            // Of a letter only the head names who sends it.
            (&["Rivers", "Rivers Secretariat", "Dear Madam,"], &[]),
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

    #[test]
    fn accounts_of_office_programs_are_not_authors() {
        let chosen = |program: &str, author: &str, texts: &[&str]| {
            let declared = Declared {
                info_author: Some(author.to_owned()),
                program: Some(program.to_owned()),
                ..Declared::default()
            };
            let line =
                |text: &&str| FrontLine { text: (*text).to_owned(), size: 12.0, is_bold: false, page: 1, y: 0.5 };
            choose(&declared, &texts.iter().map(line).collect::<Vec<_>>(), "Rivers")
        };
        assert_eq!(chosen("Microsoft® Word 2013", "Bo Berg", &["Rivers", "They run."]), Vec::<String>::new());
        assert_eq!(chosen("Microsoft® Word 2013", "Bo Berg", &[]), Vec::<String>::new());
        assert_eq!(chosen("Microsoft® Word 2013", "Bo Berg", &["Rivers", "Bo Berg"]), ["Bo Berg"]);
        assert_eq!(chosen("Microsoft® Word 2013", "Ministry of Rivers", &["Rivers", "."]), ["Ministry of Rivers"]);
        assert_eq!(chosen("LaTeX with hyperref", "Bo Berg", &["Rivers", "They run."]), ["Bo Berg"]);
    }
}
