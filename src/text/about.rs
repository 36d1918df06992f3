//! A report's title, authors, publisher, date and language, weighed from what the file declares and what its pages show.
//!
//! Most files declare something, and much of that is left over from a template, a program or another report: a
//! declaration counts for more when the first pages bear it out.

mod authors;
mod date;
mod letter;
mod months;
mod names;
mod organisation_words;
mod organisations;
mod publisher;
mod software;
mod title;

pub use date::is_dateline;
pub use organisations::is_organisation;

use crate::report::{About, Declared};
use unicode_normalization::UnicodeNormalization;

/// A line of one of the first pages, as layout saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontLine {
    /// Its text.
    pub text: String,
    /// Font size as displayed, in points.
    pub size: f32,
    /// Whether most of it is bold.
    pub is_bold: bool,
    /// 1-based page.
    pub page: u32,
    /// Baseline as a fraction of the page's height from the top.
    pub y: f32,
}

/// The lines of a report that may say what it is, in reading order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Front {
    /// Those of the first pages.
    pub lines: Vec<FrontLine>,
    /// Those of further pages on which reports are dated and say who published them.
    pub imprint: Vec<FrontLine>,
}

/// Weighs the candidates. `language` is the one most of the text is in, `file_name` the file's name.
pub fn about(declared: &Declared, front: &Front, language: Option<&str>, file_name: &str) -> About {
    let Front { lines, imprint } = front;
    let title = title::choose(declared, lines, file_name);
    About {
        authors: authors::choose(declared, lines, &title.text),
        publisher: publisher::choose(declared, lines, imprint),
        date: date::choose(declared, lines, imprint, language),
        language: language.map(str::to_owned).or_else(|| declared.language.clone()),
        subject: declared.subject.clone(),
        keywords: declared.keywords.clone(),
        title: title.text,
        title_source: title.source,
    }
}

/// The text's words, folded to lower case and without accents, for comparing what is declared with what is printed.
fn folded_words(text: &str) -> impl Iterator<Item = String> {
    if text.is_ascii() {
        return folded_ascii_words(text).into_iter();
    }
    let plain: String = text.nfkd().filter(|character| !matches!(character, '\u{0300}'..='\u{036F}')).nfc().collect();
    let words: Vec<String> = plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.into_iter()
}

/// The same of text without any other characters, as most lines are, at a fraction of the cost.
fn folded_ascii_words(text: &str) -> Vec<String> {
    let folded = text.to_ascii_lowercase();
    let mut words = Vec::new();
    let mut start = 0;
    for (at, byte) in folded.bytes().chain(std::iter::once(b' ')).enumerate() {
        if !byte.is_ascii_alphanumeric() {
            words.extend(folded.get(start..at).filter(|word| !word.is_empty()).map(str::to_owned));
            start = at + 1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::TitleSource;

    /// A line of the first page.
    fn line(text: &str, size: f32, y: f32) -> FrontLine {
        FrontLine { text: text.to_owned(), size, is_bold: false, page: 1, y }
    }

    #[test]
    fn words_are_folded_alike_with_and_without_other_characters() {
        for text in ["", " ", "A", "Safe Wells -- 2nd ed.", "(c) U.S. EPA\t2008", "x_y/z", "\u{1}end."] {
            let others: Vec<String> = folded_words(&format!("{text} é")).collect();
            let own: Vec<String> = folded_words(text).chain(["e".to_owned()]).collect();
            assert_eq!(own, others, "{text:?}");
        }
    }

    #[test]
    fn a_cover_page_fills_in_what_the_file_does_not_say() {
        let lines = [
            line("Ministry of Water", 12.0, 0.1),
            line("Safe Wells for", 28.0, 0.3),
            line("Every Village", 28.0, 0.35),
            line("By Ann Li and Bo Berg", 14.0, 0.5),
            line("17 May 2023", 12.0, 0.8),
        ];
        let declared = Declared {
            info_title: Some("Microsoft Word - wells_draft3.doc".to_owned()),
            info_author: Some("admin".to_owned()),
            info_date: Some("2023-06-01".to_owned()),
            keywords: vec!["water".to_owned()],
            ..Declared::default()
        };
        let front = Front { lines: lines.to_vec(), imprint: vec![line("Published by Harbour Press", 9.0, 0.9)] };
        let about = about(&declared, &front, Some("en"), "wells_draft3.pdf");
        let expected = About {
            title: "Safe Wells for Every Village".to_owned(),
            title_source: TitleSource::FirstPage,
            authors: vec!["Ann Li".to_owned(), "Bo Berg".to_owned()],
            publisher: Some("Harbour Press".to_owned()),
            date: Some("2023-05-17".to_owned()),
            language: Some("en".to_owned()),
            subject: None,
            keywords: vec!["water".to_owned()],
        };
        assert_eq!(about, expected);
    }

    #[test]
    fn nothing_at_all_leaves_the_file_name() {
        let about = about(&Declared::default(), &Front::default(), None, "scan 17.pdf");
        assert_eq!((about.title.as_str(), about.title_source), ("scan 17", TitleSource::FileName));
        assert_eq!((about.authors.len(), about.date, about.language), (0, None, None));
    }
}
