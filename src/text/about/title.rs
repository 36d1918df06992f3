//! The title: what is declared, the largest type of the first pages, or the file's name.

mod front;
mod groups;
#[cfg(test)]
mod tests;

use super::software::{EMPTY_TITLES, EXTENSIONS, PROGRAMS, TITLE_PREFIXES};
use super::{FrontLine, date, letter};
use crate::report::{Declared, TitleSource};
use front::Front;
use std::path::Path;

/// Longest title, in characters; longer ones are text.
const MAX_CHARACTERS: usize = 300;
/// Most words of a title read off a page.
const MAX_WORDS: usize = 40;

/// The title chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Its text on one line.
    pub text: String,
    /// Where it was found.
    pub source: TitleSource,
}

struct Candidate {
    title: Title,
    score: f32,
}

/// The candidate that the others bear out best.
pub fn choose(declared: &Declared, lines: &[FrontLine], file_name: &str) -> Title {
    let stem = Path::new(file_name).file_stem().map_or(file_name.into(), |stem| stem.to_string_lossy());
    let front = Front::of(lines);
    let declared_candidate = |text: &Option<String>, source| {
        let (text, was_prefixed) = without_prefix(text.as_deref()?);
        let score = front.support(text) - if was_prefixed { 20.0 } else { 0.0 };
        if !is_plausible(text, &stem) {
            return named_file(text, &stem).map(|text| Candidate { title: Title { text, source }, score: NAMED_FILE });
        }
        // Programs declare the first line of a title that goes on.
        let text = front.longer_than(text).unwrap_or_else(|| text.to_owned());
        Some(Candidate { title: Title { text: clean(&text), source }, score })
    };
    let candidates = [
        declared_candidate(&declared.xmp_title, TitleSource::Xmp),
        declared_candidate(&declared.info_title, TitleSource::Info),
        letter::subject(lines).filter(|text| is_plausible(text, &stem)).map(|text| Candidate {
            title: Title { text: clean(&text), source: TitleSource::FirstPage },
            score: LETTER,
        }),
        front.largest_type(&stem),
    ];
    let by_file_name = Candidate {
        title: Title { text: stem.clone().into_owned(), source: TitleSource::FileName },
        // A name made of words is a title someone gave; it still yields to most others.
        score: if stem.split([' ', '_', '-']).filter(|word| is_word(word)).count() >= 3 { 22.0 } else { 10.0 },
    };
    // Of equals the first, which is the stronger source.
    candidates
        .into_iter()
        .flatten()
        .fold(None, |best: Option<Candidate>, candidate| match best {
            Some(best) if best.score >= candidate.score => Some(best),
            _ => Some(candidate),
        })
        .filter(|best| best.score >= by_file_name.score)
        .unwrap_or(by_file_name)
        .title
}

/// How much the subject of a letter weighs: more than any line of it.
const LETTER: f32 = 95.0;

/// How much the name of the file a report was written in weighs: more than that of the PDF.
const NAMED_FILE: f32 = 25.0;

/// The words of a file's name that a title is: "INDC Ruritania final.docx".
fn named_file(text: &str, stem: &str) -> Option<String> {
    let (name, extension) = text.rsplit_once('.')?;
    let is_document = ["doc", "docx", "odt", "rtf"].contains(&extension.to_lowercase().as_str());
    let is_made_of_words = name.contains(' ') && name.split_whitespace().all(is_word);
    (is_document && is_made_of_words && is_plausible(name, stem)).then(|| clean(name))
}

fn is_word(text: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(char::is_alphabetic)
}

/// The text without the name of the program that wrote it, and whether there was one.
fn without_prefix(text: &str) -> (&str, bool) {
    let found = TITLE_PREFIXES
        .iter()
        .find_map(|prefix| text.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix)));
    match found {
        Some(prefix) => (text[prefix.len()..].trim(), true),
        None => (text, false),
    }
}

/// On one line, without control characters, enclosing quotes and a colon nothing follows.
fn clean(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    let quoted = [('"', '"'), ('“', '”'), ('«', '»')]
        .iter()
        .find_map(|(open, close)| line.strip_prefix(*open)?.strip_suffix(*close));
    let line = quoted.unwrap_or(&line).trim();
    // "… | August 2015": the date is told apart from the title.
    let undated = line.rsplit_once(" | ").filter(|(_, after)| date::is_bare(after)).map_or(line, |(before, _)| before);
    undated.trim_end_matches(':').trim_end().to_owned()
}

/// Whether a text can be the title of a report at all.
fn is_plausible(text: &str, stem: &str) -> bool {
    let text = text.trim();
    let characters = text.chars().count();
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    let is_ideographic = text.chars().any(|character| character >= '\u{2E80}');
    let folded = text.to_lowercase();
    // Numbering aside: "Slide 1", "Layout 1", "Document1", "untitled-2".
    let bare =
        folded.trim_end_matches(|end: char| end.is_numeric() || matches!(end, ' ' | '-' | '.' | '_' | '#' | ':'));
    let has_enough = characters <= MAX_CHARACTERS && letters >= if is_ideographic { 2 } else { 4 };
    let has_mostly_letters = letters * 2 >= text.chars().filter(|character| !character.is_whitespace()).count();
    let is_empty = EMPTY_TITLES.contains(&folded.as_str()) || EMPTY_TITLES.contains(&bare);
    let is_program = characters < 60 && PROGRAMS.iter().any(|program| folded.contains(program));
    let is_item = text.starts_with(['•', '●', '▪', '■', '–', '*']);
    // The head of a letter.
    let is_address = text.contains('@') || folded.contains("tel.") || folded.contains("fax");
    let is_item = is_item || is_address;
    let is_label = is_empty || is_item || is_program || is_file_name(text, stem, is_ideographic) || date::is_bare(text);
    has_enough && has_mostly_letters && !is_label
}

/// Whether it looks like the name of a file or a path.
fn is_file_name(text: &str, stem: &str, is_ideographic: bool) -> bool {
    let folded = text.to_lowercase();
    let has_extension = folded.rsplit_once('.').is_some_and(|(before, extension)| {
        !before.ends_with(char::is_whitespace) && EXTENSIONS.contains(&extension.trim_end_matches(')'))
    });
    let is_path = text.contains('\\') || text.starts_with('/') || folded.contains("://") || folded.starts_with("www.");
    let is_one_word = !text.contains(char::is_whitespace);
    let is_code = is_one_word
        && !is_ideographic
        && (text.contains('_') || text.chars().any(char::is_numeric) || text.matches('-').count() > 1);
    let is_stem = is_one_word && folded == stem.to_lowercase();
    // "LV-03-06-EU INDC": a code with two numbers in it, whatever stands beside it.
    let has_numbers = |word: &str| {
        let numbers = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        word.contains(|character: char| character.is_alphabetic()) && word.split('-').filter(numbers).count() >= 2
    };
    let is_code = is_code || text.split_whitespace().any(has_numbers);
    has_extension || is_path || is_code || is_stem
}
