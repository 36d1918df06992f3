//! Lines of the first pages in groups of one type, as titles are set.

use super::MAX_WORDS;
use crate::text::about::organisations::{is_institution, is_open, is_surely_organisation, names_document};
use crate::text::about::software::EMPTY_TITLES;
use crate::text::about::{FrontLine, date};

/// Most words of a banner over the title.
pub const MAX_BANNER_WORDS: usize = 3;
/// Least size of the title below a banner, and of one that names a document. × the banner's.
const BELOW_BANNER: f32 = 0.4;
const DOCUMENT_BELOW_BANNER: f32 = 0.2;
/// Sizes that differ by less than this fraction are the same type.
const SAME_SIZE: f32 = 0.06;
/// Lines of large type further apart than this are not of one title. × font size.
const SPACED: f32 = 4.5;
/// Points of a page's height, nearly enough to tell lines that follow one another from others.
const PAGE_HEIGHT: f32 = 820.0;
/// Type this much larger than the text stands out. × the median size.
pub const STANDS_OUT: f32 = 1.25;

/// Consecutive lines in type of the same size.
pub struct Group<'l> {
    /// In reading order; at least one.
    pub lines: Vec<&'l FrontLine>,
    /// Font size, in points.
    pub size: f32,
}

/// Whether a line goes on with a group: the same type, and no label or heading of its own.
fn continues(group: &Group<'_>, line: &FrontLine, body_size: f32) -> bool {
    let Some(last) = group.lines.last() else { return false };
    let stands_out = group.size >= body_size * STANDS_OUT;
    let is_near = (-SAME_SIZE * line.size..=SPACED * line.size).contains(&((line.y - last.y) * PAGE_HEIGHT));
    // The body that issues a report is told apart from its title, unless its name goes on with that.
    let is_apart = || {
        !line.text.trim_start().starts_with(char::is_lowercase)
            && is_surely_organisation(&last.text) != is_surely_organisation(&line.text)
            && !is_open(&last.text)
    };
    last.page == line.page
        && is_near
        && (group.size - line.size).abs() <= group.size * SAME_SIZE
        // In the size of the text, weight alone tells a title from it.
        && (stands_out || last.is_bold == line.is_bold)
        && !stands_alone(&line.text)
        && !stands_alone(&last.text)
        && !is_apart()
}

/// The groups of lines, from top to bottom.
pub fn groups<'l>(lines: &[&'l FrontLine], body_size: f32) -> Vec<Group<'l>> {
    let mut groups: Vec<Group<'l>> = Vec::new();
    // Large type is read from top to bottom whatever stands beside it: text boxes come anywhere in a file.
    let (mut large, small): (Vec<&FrontLine>, Vec<&FrontLine>) = lines
        .iter()
        .copied()
        .filter(|line| !line.text.trim().is_empty())
        .partition(|line| line.size >= body_size * STANDS_OUT);
    let place = |line: &FrontLine| (line.page, line.y);
    let by_place =
        |one: &FrontLine, other: &FrontLine| one.page.cmp(&other.page).then(place(one).1.total_cmp(&place(other).1));
    large.sort_by(|one, other| by_place(one, other));
    for lines in [large, small] {
        let first = groups.len();
        for line in lines {
            match groups.get_mut(first..).and_then(<[Group<'_>]>::last_mut) {
                Some(group) if continues(group, line, body_size) => group.lines.push(line),
                _ => groups.push(Group { lines: vec![line], size: line.size }),
            }
        }
    }
    groups.sort_by(|one, other| by_place(one.lines[0], other.lines[0]));
    groups.retain(|group| group.lines.iter().any(|line| has_words(&line.text)));
    groups
}

/// Whether a line opens a section or is a label, so that no title goes on with it.
fn stands_alone(text: &str) -> bool {
    let text = text.trim();
    let folded = text.to_lowercase();
    let number = text.split_whitespace().next().unwrap_or_default();
    let is_roman = number.len() > 1 && number.trim_end_matches('.').chars().all(|character| "IVX".contains(character));
    let is_numbered = number.ends_with('.')
        && (is_roman || number.chars().all(|character| character.is_ascii_digit() || character == '.'));
    is_numbered || EMPTY_TITLES.contains(&folded.trim_end_matches(':')) || date::is_dateline(text)
}

/// Whether a text is a word or two in capitals: a country, an agency, a label over the title proper.
fn is_banner(text: &str) -> bool {
    // "RURITANIA’s".
    let bare = text.strip_suffix("’s").or_else(|| text.strip_suffix("'s")).unwrap_or(text);
    text.split_whitespace().count() <= MAX_BANNER_WORDS
        && !bare.chars().any(char::is_lowercase)
        && bare.chars().any(char::is_uppercase)
}

/// Whether a text has words rather than figures or a letter.
pub fn has_words(text: &str) -> bool {
    text.chars().filter(|character| character.is_alphabetic()).count() >= 2
}

/// The group's text, with that of the one before it if that goes on with it, and that of the next one if it announces it
/// by a colon.
pub fn with_subtitle(before: Option<&Group<'_>>, group: &Group<'_>, next: Option<&Group<'_>>) -> String {
    let text = group.text();
    // "A Study of the Rivers of" over the name of a country in larger type.
    let opening = before.filter(|before| before.page() == group.page() && before.lines.len() <= 3).map(Group::text);
    if let Some(opening) = opening.filter(|opening| is_open(opening) && is_banner(&text)) {
        return format!("{opening} {text}");
    }
    let Some(next) = next.filter(|next| next.page() == group.page() && next.lines.len() <= 3) else { return text };
    let below = next.text();
    if text.ends_with(':') {
        return format!("{text} {below}");
    }
    // A country or an agency in capitals over what the report is called.
    // A larger one is weighed against the banner.
    let is_smaller = next.size < group.size * 0.7 || below.starts_with(char::is_lowercase);
    let is_title = is_smaller
        && below.split_whitespace().count() > MAX_BANNER_WORDS
        && below.split_whitespace().count() <= MAX_WORDS
        && next.size >= group.size * if names_document(&below) { DOCUMENT_BELOW_BANNER } else { BELOW_BANNER }
        && !below.ends_with('.')
        && !group.lines.iter().chain(&next.lines).any(|line| stands_alone(&line.text) || is_institution(&line.text));
    match is_title && is_banner(&text) {
        true if below.starts_with(char::is_lowercase) => format!("{text} {below}"),
        true => format!("{text}: {below}"),
        false => text,
    }
}

impl Group<'_> {
    /// 1-based page.
    pub fn page(&self) -> u32 {
        self.lines.first().map_or(1, |line| line.page)
    }

    /// Whether all of it is bold.
    pub fn is_bold(&self) -> bool {
        self.lines.iter().all(|line| line.is_bold)
    }

    /// How much its type speaks for it, against the largest type: about 1 at most.
    pub fn weight(&self, largest: f32) -> f32 {
        let bold = if self.is_bold() { 0.05 } else { 0.0 };
        self.size / largest - 0.15 * self.page().saturating_sub(1) as f32 + bold
    }

    /// Its lines joined, a word broken at a line end made whole.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let line = line.text.trim().trim_matches('\u{AD}');
            let goes_on = text.ends_with('-') && line.starts_with(char::is_lowercase);
            if goes_on {
                text.pop();
            } else if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(line);
        }
        text
    }
}
