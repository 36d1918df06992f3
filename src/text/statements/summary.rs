//! The abstract: what stands under its heading, up to the next one.

use super::announcements;
use super::lines::PrintedLine;
use super::paragraphs::{append, beginnings, ends_sentence, words};
use crate::report::Statement;

/// Lines looked at after the heading.
const MAX_LINES: usize = 120;
/// Paragraphs are taken until there are so many characters.
const MAX_CHARACTERS: usize = 2_000;
/// Fewer words are no abstract.
const MIN_WORDS: usize = 20;
/// Words of a line of running text, at least, on average: contents, forms and tables have fewer.
const MIN_WORDS_A_LINE: usize = 4;
/// Type this much larger or smaller than the first line's is not the abstract's.
const SAME_SIZE: std::ops::RangeInclusive<f32> = 0.88..=1.15;
/// Headings below the abstract's own heading, before its first words.
const MAX_SUBHEADINGS: usize = 2;

/// The abstract that begins with these lines; `None` if they do not read like one. `heading_size` is the size of the
/// heading's type.
pub fn read(lines: impl Iterator<Item = PrintedLine>, heading_size: f32) -> Option<Statement> {
    let lines = body(lines, heading_size);
    let page = lines.first()?.page;
    let begins = beginnings(&lines);
    let mut paragraphs: Vec<String> = Vec::new();
    let (mut characters, mut lines_taken) = (0, 0);
    for (line, begins) in lines.iter().zip(begins) {
        match paragraphs.last_mut() {
            Some(paragraph) if !begins => append(paragraph, &line.text),
            _ if characters >= MAX_CHARACTERS => break,
            _ => paragraphs.push(line.text.trim().to_owned()),
        }
        characters += line.text.chars().count();
        lines_taken += 1;
    }
    let is_prose = words(&paragraphs.join(" ")) >= MIN_WORDS.max(lines_taken * MIN_WORDS_A_LINE);
    let text = bounded(paragraphs);
    (is_prose && reads_like_prose(&text)).then_some(Statement { text, page: Some(page) })
}

/// The lines of the abstract among those after its heading.
fn body(lines: impl Iterator<Item = PrintedLine>, heading_size: f32) -> Vec<PrintedLine> {
    let mut body: Vec<PrintedLine> = Vec::new();
    let mut subheadings = 0;
    for line in lines.take(MAX_LINES) {
        let Some(first) = body.first() else {
            let is_subheading = (line.is_heading && line.size < heading_size * 0.97) || is_in_capitals(&line.text);
            if is_subheading && subheadings < MAX_SUBHEADINGS {
                subheadings += 1;
            } else if line.is_heading || announcements::ends_summary(&line.text) {
                break;
            } else {
                body.push(line);
            }
            continue;
        };
        let ratio = line.size / first.size.max(1.0);
        if line.is_heading || announcements::ends_summary(&line.text) || ratio > *SAME_SIZE.end() {
            break;
        }
        // Footnotes.
        if ratio < *SAME_SIZE.start() {
            continue;
        }
        body.push(line);
    }
    body
}

/// Whether a short line has no small letters: a heading in the type of the text.
fn is_in_capitals(text: &str) -> bool {
    const MAX_WORDS: usize = 8;
    let is_short = (2..=MAX_WORDS).contains(&text.split_whitespace().count());
    is_short && text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase) && !ends_sentence(text)
}

/// The paragraphs as one text of bounded length, cut at the end of a sentence.
fn bounded(mut paragraphs: Vec<String>) -> String {
    // A last paragraph without an end was broken off by a picture, a table or the end of what was looked at.
    if paragraphs.len() > 1 && paragraphs.last().is_some_and(|last| !ends_sentence(last)) {
        paragraphs.pop();
    }
    let text = paragraphs.join("\n");
    let Some((limit, _)) = text.char_indices().nth(MAX_CHARACTERS + MAX_CHARACTERS / 4) else { return text };
    let kept = text.get(..limit).unwrap_or_default();
    let sentence_end = [". ", ".\n", "? ", "! ", "。"].iter().filter_map(|end| kept.rfind(end)).max();
    let end = sentence_end
        .map_or(limit, |at| at + kept.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    kept.get(..end).unwrap_or_default().to_owned()
}

/// Whether a text is made of sentences rather than of entries, cells or labels.
fn reads_like_prose(text: &str) -> bool {
    let letters = text.chars().filter(|character| character.is_alphabetic() || !character.is_ascii()).count();
    let characters = text.chars().filter(|character| !character.is_whitespace()).count();
    let has_leaders = text.contains("....") || text.contains(". . . .") || text.contains("……");
    let is_sentence = text.lines().any(|paragraph| ends_sentence(paragraph) && words(paragraph) >= 8);
    letters * 10 >= characters * 8 && !has_leaders && is_sentence
}

/// A declared description that reads like an abstract.
pub fn declared(subject: Option<&str>, title: &str) -> Option<Statement> {
    let text = subject?.trim();
    let is_prose = words(text) >= MIN_WORDS && ends_sentence(text) && reads_like_prose(text) && text != title;
    is_prose.then(|| Statement { text: bounded(vec![text.to_owned()]), page: None })
}

#[cfg(test)]
mod tests {
    use super::super::tests::printed;
    use super::*;

    const FIRST: &str = "We asked four towns how they keep their wells clean, and why";
    const SECOND: &str = "so few of them are tested in the dry months of a long year.";
    const THIRD: &str = "Most of the wells were clean, and none of the towns knew it.";

    fn found(lines: &[(f32, f32, &str)], change: impl Fn(usize, &mut PrintedLine)) -> Option<String> {
        let lines = lines.iter().enumerate().map(|(index, (x, y, text))| {
            let mut line = printed(*x, *y, text);
            change(index, &mut line);
            line
        });
        read(lines, 14.0).map(|summary| summary.text)
    }

    #[test]
    fn paragraphs_end_at_the_next_heading() {
        let lines = [(50.0, 100.0, FIRST), (50.0, 112.0, SECOND), (50.0, 130.0, THIRD), (50.0, 150.0, "Wells")];
        let expected = format!("{FIRST} {SECOND}\n{THIRD}");
        let text = found(&lines, |index, line| line.is_heading = index == 3);
        assert_eq!(text.as_deref(), Some(expected.as_str()));
        let headed = [(50.0, 88.0, "BACKGROUND AND METHOD"), lines[0], lines[1], lines[2]];
        assert_eq!(found(&headed, |_, _| ()).as_deref(), Some(expected.as_str()));
        let keywords = [lines[0], lines[1], lines[2], (50.0, 150.0, "Keywords: wells, towns.")];
        assert_eq!(found(&keywords, |_, _| ()).as_deref(), Some(expected.as_str()));
        let footnote = [lines[0], lines[1], lines[2], (50.0, 700.0, "1 A note.")];
        let text = found(&footnote, |index, line| line.size = if index == 3 { 7.0 } else { 10.0 });
        assert_eq!(text.as_deref(), Some(expected.as_str()));
    }

    #[test]
    fn what_is_not_prose_is_no_abstract() {
        let contents = [(50.0, 100.0, "1 Wells . . . . . . . . . 3"), (50.0, 112.0, "2 Towns . . . . . . . . . 4")];
        assert_eq!(found(&contents, |_, _| ()), None);
        assert_eq!(found(&[(50.0, 100.0, "Wells are clean.")], |_, _| ()), None);
        assert_eq!(found(&[(50.0, 100.0, FIRST), (50.0, 112.0, SECOND)], |_, line| line.is_heading = true), None);
        assert_eq!(found(&[], |_, _| ()), None);
    }

    #[test]
    fn long_abstracts_are_cut_at_a_sentence() {
        let sentence = format!("{FIRST} {SECOND} ");
        let text = bounded(vec![sentence.repeat(60)]);
        assert!(text.ends_with("year.") && text.len() < 2_600, "{}", text.len());
    }

    #[test]
    fn only_a_description_in_sentences_is_taken_from_the_file() {
        let prose = format!("{FIRST} {SECOND}");
        assert_eq!(declared(Some(&prose), "Wells").map(|summary| (summary.text, summary.page)), Some((prose, None)));
        for subject in
            ["Wells in four towns", "wells, towns, water, pumps, pipes, rivers, lakes, a, b, c, d, e, f, g, h, i, j"]
        {
            assert_eq!(declared(Some(subject), "Wells"), None, "{subject}");
        }
        assert_eq!(declared(None, "Wells"), None);
    }
}
