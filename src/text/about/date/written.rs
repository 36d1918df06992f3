//! Dates as they are written: with names of months or figures, in whatever order and script.

use crate::text::about::months::{MONTHS, TWO_WORD_MONTHS};
use std::borrow::Cow;
use std::collections::HashSet;

/// Words of a date, its place included.
const MAX_DATELINE_WORDS: usize = 5;

/// Years a printed date can be from.
pub const YEARS: std::ops::RangeInclusive<u16> = 1500..=2100;

/// A date as precise as known; ordered by time, the less precise first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    pub year: u16,
    pub month: Option<u8>,
    pub day: Option<u8>,
}

impl Date {
    /// `2023-05-17`, `2023-05` or `2023`.
    pub fn shown(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            _ => format!("{:04}", self.year),
        }
    }
}

/// Whether a line is a date with no more than a place before it: "Riga, 6 March 2015".
pub fn is_dateline(text: &str) -> bool {
    words(text).nth(MAX_DATELINE_WORDS).is_none() && !text.contains('|') && with_month(text).is_some()
}

/// Whether the text is a date and nothing else.
pub fn is_bare(text: &str) -> bool {
    let mut is_date = false;
    for word in words(text) {
        if has_figure(word) || month(word).is_some() {
            is_date = true;
        } else if word.chars().count() > 2 {
            return false;
        }
    }
    is_date
}

/// Words and numbers; the signs for year, month and day part them as well.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts =
        |character: char| !character.is_alphanumeric() || matches!(character, '年' | '月' | '日' | '년' | '월' | '일');
    text.split(parts).filter(|word| !word.is_empty())
}

/// Whether a text names a day by its month although none of the words in `printed` is that month.
pub fn names_unprinted_month(text: &str, printed: &HashSet<String>) -> bool {
    let is_day = with_month(text).is_some_and(|date| date.day.is_some());
    is_day && words(text).any(|word| month(word).is_some() && !printed.contains(&word.to_lowercase()))
}

/// Whether a text has a figure, of Chinese numerals those that count.
pub fn has_figure(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        || (!text.is_ascii() && text.chars().any(|character| character.is_numeric() || digit(character).is_some()))
}

/// The first date of the text with at least a month: `17 May 2023`, `May 17, 2023`, `May 2023`, `2023-05-17`.
pub fn with_month(text: &str) -> Option<Date> {
    // Hardly any line has a figure; those without need no second look.
    if !has_figure(text) {
        return None;
    }
    let text = plain(text);
    let text = common_era(&text).map_or(text, Cow::Owned);
    let words: Vec<&str> = words(&text).collect();
    let named_or_ordered =
        || (0..words.len()).find_map(|index| named_month(&words, index).or_else(|| numeric(&words[index..])));
    day_first(&text).or_else(named_or_ordered)
}

/// The text with figures of other scripts as ASCII, months of two words as one, and words parted that run into a day:
/// "30thSeptember".
fn plain(text: &str) -> Cow<'_, str> {
    let runs_on = |text: &str| {
        let mut ordinals = ["st", "nd", "rd", "th"].iter().flat_map(|ordinal| text.match_indices(ordinal));
        ordinals.find_map(|(at, ordinal)| {
            let end = at + ordinal.len();
            let is_ordinal = text.get(..at)?.ends_with(|last: char| last.is_ascii_digit());
            (is_ordinal && text.get(end..)?.starts_with(char::is_uppercase)).then_some(end)
        })
    };
    if text.is_ascii() {
        return runs_on(text).map_or(text.into(), |end| format!("{} {}", &text[..end], &text[end..]).into());
    }
    let named = TWO_WORD_MONTHS.iter().fold(text.to_owned(), |text, (two, one)| text.replace(two, one));
    chinese_numerals(&named).into()
}

/// The text with a year of the Buddhist era, "B.E. 2558", as one of the common era.
fn common_era(text: &str) -> Option<String> {
    const YEARS_BEFORE: u16 = 543;
    let (before, after) = ["B.E.", "พ.ศ."].iter().find_map(|era| text.split_once(era))?;
    let after = after.trim_start();
    let year: u16 = after.get(..4)?.parse().ok()?;
    let year = year.checked_sub(YEARS_BEFORE).filter(|year| YEARS.contains(year))?;
    Some(format!("{before}{year}{}", after.get(4..)?))
}

/// The value of a digit of the scripts dates are written in.
fn digit(character: char) -> Option<u32> {
    const CHINESE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    match character {
        '٠'..='٩' => Some(u32::from(character) - u32::from('٠')),
        '۰'..='۹' => Some(u32::from(character) - u32::from('۰')),
        '０'..='９' => Some(u32::from(character) - u32::from('０')),
        _ => CHINESE.iter().position(|digit| *digit == character).and_then(|digit| u32::try_from(digit).ok()),
    }
}

/// Figures as ASCII: `二〇二二年十月` is `2022年10月`.
fn chinese_numerals(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let follows = characters.peek().copied().and_then(digit);
        match digit(character) {
            Some(value) => plain.extend(char::from_digit(value, 10)),
            // Ten: alone it has a one and a nought, between digits neither.
            None if character == '十' => {
                if !plain.ends_with(|last: char| last.is_ascii_digit()) {
                    plain.push('1');
                }
                if follows.is_none() {
                    plain.push('0');
                }
            }
            None => plain.push(character),
        }
    }
    plain
}

/// A date around the month name at `index`.
fn named_month(words: &[&str], index: usize) -> Option<Date> {
    let month = Some(month(words.get(index)?)?);
    // "3 de octubre de 2019": Spanish and Portuguese put "de" between the parts.
    let is_link = |word: &&&str| !matches!(**word, "de" | "del" | "of");
    let mut after = words[index + 1..].iter().filter(is_link);
    let next = after.next()?;
    if let Some(year) = year(next) {
        let before = words[..index].iter().rev().find(is_link);
        return Some(Date { year, month, day: before.and_then(|word| day(word)) });
    }
    let day = Some(day(next)?);
    Some(Date { year: year(after.next()?)?, month, day })
}

/// `17.05.2023` and `17. 5. 2023`. With full stops the day comes first everywhere; with slashes it is clear only where
/// it is greater than twelve.
fn day_first(text: &str) -> Option<Date> {
    let squeezed = text.replace(". ", ".");
    squeezed.split(|character: char| !(character.is_ascii_digit() || matches!(character, '.' | '/'))).find_map(|word| {
        let separator = if word.contains('.') { '.' } else { '/' };
        let mut parts = word.trim_matches(separator).split(separator);
        let (first, second, last) = (parts.next()?, parts.next()?, parts.next()?);
        let (first, second, year) = (day(first)?, day(second)?, year(last)?);
        let (day, month) = match (first, second) {
            (day, month) if month <= 12 && (separator == '.' || day > 12) => (day, month),
            (month, day) if separator == '/' && day > 12 && month <= 12 => (day, month),
            _ => return None,
        };
        parts.next().is_none().then_some(Date { year, month: Some(month), day: Some(day) })
    })
}

/// `2023-05-17`, `2023/05` and `2023年5月17日`, as words.
fn numeric(words: &[&str]) -> Option<Date> {
    let [year_word, month_word, rest @ ..] = words else { return None };
    let year = year(year_word)?;
    let is_month = |month: &u8| (month_word.len() == 2 || !rest.is_empty()) && (1..=12).contains(month);
    let month = month_word.parse().ok().filter(is_month)?;
    Some(Date { year, month: Some(month), day: rest.first().and_then(|word| day(word)) })
}

/// Years standing alone: `2023`, `FY2023`, `2019/20`.
pub fn years(text: &str) -> impl Iterator<Item = Date> + '_ {
    words(text).filter_map(|word| year(word.trim_start_matches("FY"))).map(|year| Date { year, month: None, day: None })
}

/// The year a word is.
pub fn year(word: &str) -> Option<u16> {
    let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then(|| word.parse().ok()).flatten().filter(|year| YEARS.contains(year))
}

/// `7`, `17`, `17th`, `1er`.
pub fn day(word: &str) -> Option<u8> {
    let digits = word.trim_end_matches(char::is_alphabetic);
    (digits.len() <= 2 && word.len() <= 4).then(|| digits.parse().ok()).flatten().filter(|day| (1..=31).contains(day))
}

/// The month a word names.
pub fn month(word: &str) -> Option<u8> {
    let folded = word.to_lowercase();
    let index = MONTHS.iter().position(|names| names.contains(&folded.as_str()))?;
    u8::try_from(index + 1).ok()
}
