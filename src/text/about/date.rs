//! The date: what the title page prints, if the file's own date does not contradict it, else the file's date.

use super::FrontLine;
use crate::report::Declared;
use std::collections::HashSet;

/// Month names in the languages most reports are in, folded to lower case, and the English short forms.
#[rustfmt::skip]
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "janvier", "januar", "enero", "gennaio", "janeiro", "januari", "января", "январь", "يناير"],
    &["february", "feb", "février", "fevrier", "februar", "febrero", "febbraio", "fevereiro", "februari", "февраля", "февраль", "فبراير"],
    &["march", "mar", "mars", "märz", "marzo", "março", "maart", "marts", "марта", "март", "مارس"],
    &["april", "apr", "avril", "abril", "aprile", "апреля", "апрель", "أبريل"],
    &["may", "mai", "mayo", "maggio", "maio", "mei", "maj", "мая", "май", "مايو"],
    &["june", "jun", "juin", "juni", "junio", "giugno", "junho", "июня", "июнь", "يونيو"],
    &["july", "jul", "juillet", "juli", "julio", "luglio", "julho", "июля", "июль", "يوليو"],
    &["august", "aug", "août", "aout", "agosto", "augustus", "augusti", "августа", "август", "أغسطس"],
    &["september", "sep", "sept", "septembre", "septiembre", "settembre", "setembro", "сентября", "сентябрь", "سبتمبر"],
    &["october", "oct", "octobre", "oktober", "octubre", "ottobre", "outubro", "октября", "октябрь", "أكتوبر"],
    &["november", "nov", "novembre", "noviembre", "novembro", "ноября", "ноябрь", "نوفمبر"],
    &["december", "dec", "décembre", "decembre", "dezember", "diciembre", "dicembre", "dezembro", "декабря", "декабрь", "ديسمبر"],
];

/// A line of more words is running text, which a page's title and date precede.
const MAX_LABEL_WORDS: usize = 12;

/// Words of a date, its place included.
const MAX_DATELINE_WORDS: usize = 5;

/// Years a printed date can be from.
const YEARS: std::ops::RangeInclusive<u16> = 1500..=2100;

/// A date as precise as known; ordered by time, the less precise first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Date {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl Date {
    fn shown(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            _ => format!("{:04}", self.year),
        }
    }
}

/// The report's date.
pub fn choose(declared: &Declared, lines: &[FrontLine]) -> Option<String> {
    // Conversions and edits leave later dates; the earlier one is nearer to the report.
    let declared = match (&declared.xmp_date, &declared.info_date) {
        (Some(xmp), Some(info)) => Some(xmp.min(info)),
        (one, other) => one.as_ref().or(other.as_ref()),
    };
    let printed = printed(lines, latest(declared.map(String::as_str))).map(Date::shown);
    match (printed, declared) {
        // In agreement: the more precise of the two.
        (Some(printed), Some(declared)) if declared.starts_with(&printed) => Some(declared.clone()),
        (Some(printed), _) => Some(printed),
        (None, declared) => declared.cloned(),
    }
}

/// Months by which a printed date may be later than the file: later ones are what the report announces.
const MONTHS_AHEAD: u32 = 3;

/// The latest date that can be printed in a file made at `declared`, as months since year 0.
fn latest(declared: Option<&str>) -> u32 {
    let part = |range: std::ops::Range<usize>| {
        declared.and_then(|date| date.get(range)).and_then(|digits| digits.parse::<u32>().ok())
    };
    match (part(0..4), part(5..7)) {
        (Some(year), Some(month)) => year * 12 + month - 1 + MONTHS_AHEAD,
        (Some(year), None) => (year + 1) * 12 + 11,
        _ => u32::from(*YEARS.end()) * 12 + 11,
    }
}

/// The date the first page prints, or the year the second one claims rights since.
fn printed(lines: &[FrontLine], latest: u32) -> Option<Date> {
    let is_possible = |date: &Date| {
        u32::from(date.year) * 12 + date.month.map_or(0, |month| u32::from(month) - 1) <= latest
            && YEARS.contains(&date.year)
    };
    let on_page = |number: u32| lines.iter().filter(move |line| line.page == number);
    // Below the first running text dates are what the report is about, unless they stand alone.
    let front = || on_page(1).take_while(|line| line.text.split_whitespace().count() <= MAX_LABEL_WORDS);
    let with_month = front()
        .chain(on_page(1).filter(|line| is_bare(&line.text)))
        .filter_map(|line| with_month(&line.text).filter(is_possible).filter(|_| !is_event(&line.text)))
        .next();
    let year = || {
        front()
            .filter(|line| !is_event(&line.text))
            .filter(|line| line.text.split_whitespace().count() <= 8)
            .flat_map(|line| years(&line.text))
            .filter(is_possible)
            .max()
    };
    let copyright = || {
        let claims = |text: &str| {
            let folded = text.to_lowercase();
            text.contains('©') || folded.contains("copyright") || folded.contains("published")
        };
        let claiming = on_page(1).chain(on_page(2)).filter(|line| claims(&line.text));
        claiming.flat_map(|line| years(&line.text)).filter(is_possible).max()
    };
    with_month.or_else(year).or_else(copyright)
}

/// Whether a line tells a time with its date: when something happened, not when the report was written.
fn is_event(text: &str) -> bool {
    words(text)
        .any(|word| matches!(word.to_lowercase().as_str(), "time" | "uhrzeit" | "uhr" | "heure" | "hora" | "orario"))
}

/// Whether a line is a date with no more than a place before it: "Riga, 6 March 2015".
pub fn is_dateline(text: &str) -> bool {
    with_month(text).is_some() && words(text).count() <= MAX_DATELINE_WORDS && !text.contains('|')
}

/// Whether the text is a date and nothing else.
pub fn is_bare(text: &str) -> bool {
    let mut is_date = false;
    for word in words(text) {
        if word.chars().any(char::is_numeric) || month(word).is_some() {
            is_date = true;
        } else if word.chars().count() > 2 {
            return false;
        }
    }
    is_date
}

/// Words and numbers; the signs for year, month and day part them as well.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts =
        |character: char| !character.is_alphanumeric() || matches!(character, '年' | '月' | '日' | '년' | '월' | '일');
    text.split(parts).filter(|word| !word.is_empty())
}

/// Whether a text names a day by its month although none of the words in `printed` is that month.
pub fn names_unprinted_month(text: &str, printed: &HashSet<String>) -> bool {
    let is_day = with_month(text).is_some_and(|date| date.day.is_some());
    is_day && words(text).any(|word| month(word).is_some() && !printed.contains(&word.to_lowercase()))
}

/// The first date of the text with at least a month: `17 May 2023`, `May 17, 2023`, `May 2023`, `2023-05-17`.
fn with_month(text: &str) -> Option<Date> {
    // Hardly any line has a figure; those without need no second look.
    if !text.bytes().any(|byte| byte.is_ascii_digit()) && (text.is_ascii() || !text.chars().any(char::is_numeric)) {
        return None;
    }
    let words: Vec<&str> = words(text).collect();
    let named_or_ordered =
        || (0..words.len()).find_map(|index| named_month(&words, index).or_else(|| numeric(&words[index..])));
    day_first(text).or_else(named_or_ordered)
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
fn years(text: &str) -> impl Iterator<Item = Date> + '_ {
    words(text).filter_map(|word| year(word.trim_start_matches("FY"))).map(|year| Date { year, month: None, day: None })
}

fn year(word: &str) -> Option<u16> {
    let is_year = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then(|| word.parse().ok()).flatten().filter(|year| YEARS.contains(year))
}

/// `7`, `17`, `17th`, `1er`.
fn day(word: &str) -> Option<u8> {
    let digits = word.trim_end_matches(char::is_alphabetic);
    (digits.len() <= 2 && word.len() <= 4).then(|| digits.parse().ok()).flatten().filter(|day| (1..=31).contains(day))
}

/// The month a word names.
fn month(word: &str) -> Option<u8> {
    let folded = word.to_lowercase();
    let index = MONTHS.iter().position(|names| names.contains(&folded.as_str()))?;
    u8::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, page: u32) -> FrontLine {
        FrontLine { text: text.to_owned(), size: 12.0, is_bold: false, page, y: 0.8 }
    }

    fn chosen(info: Option<&str>, lines: &[(&str, u32)]) -> Option<String> {
        let declared = Declared { info_date: info.map(str::to_owned), ..Declared::default() };
        let lines: Vec<FrontLine> = lines.iter().map(|(text, page)| line(text, *page)).collect();
        choose(&declared, &lines)
    }

    #[test]
    fn printed_dates_are_read_as_precisely_as_printed() {
        let cases = [
            ("May 2023", Some("2023-05")),
            ("17 May 2023", Some("2023-05-17")),
            ("May 17th, 2023", Some("2023-05-17")),
            ("Published: 2023-05-17", Some("2023-05-17")),
            ("3 de octubre de 2019", Some("2019-10-03")),
            ("1er février 2020", Some("2020-02-01")),
            ("Dezember 2018", Some("2018-12")),
            ("Fiscal year 2019/2020", Some("2020")),
            ("FY2021", Some("2021")),
            ("marketing 3 plan", None),
            ("room 1234", None),
            ("Sept. 2011", Some("2011-09")),
            ("Abgegeben am: 20.01.2010 (verändert am 06.04.2010)", Some("2010-01-20")),
            ("13. 11. 2014", Some("2014-11-13")),
            ("31/12/2007", Some("2007-12-31")),
            ("12/31/2007", Some("2007-12-31")),
            ("12/11/2007", Some("2007")),
            ("2023年5月17日", Some("2023-05-17")),
            ("5 июня 2014", Some("2014-06-05")),
        ];
        for (text, expected) in cases {
            assert_eq!(chosen(None, &[(text, 1)]).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn printed_dates_yield_to_reason() {
        type Case<'c> = (Option<&'c str>, &'c [(&'c str, u32)], Option<&'c str>);
        let running = "The whole of this is running text, of which there is more than enough here.";
        let cases: [Case<'_>; 10] = [
            (Some("2015-01-01"), &[(running, 1), ("wells since May 1990", 1)], Some("2015-01-01")),
            (Some("2015-01-01"), &[(running, 1), ("May 1990", 1)], Some("1990-05")),
            (Some("2015-01-01"), &[("Date and time: 12/22/2007, 1430", 1)], Some("2015-01-01")),
            (Some("2023-06-01"), &[("May 2023", 1)], Some("2023-05")),
            (Some("2023-06-01"), &[("2023", 1)], Some("2023-06-01")),
            (Some("2012-01-01"), &[("Vision 2050", 1)], Some("2012-01-01")),
            (Some("2012-01-01"), &[("Report", 1), ("October 1975", 1)], Some("1975-10")),
            (
                Some("2015-01-01"),
                &[("Report", 1), ("In May 1990 and June 1991 things changed much for us all in the end.", 1)],
                Some("2015-01-01"),
            ),
            (None, &[("Report", 1), ("© 2014 The Authors", 2), ("1999", 2)], Some("2014")),
            (None, &[("Report", 1)], None),
        ];
        for (info, lines, expected) in cases {
            assert_eq!(chosen(info, lines).as_deref(), expected, "{info:?} {lines:?}");
        }
    }

    #[test]
    fn bare_dates_are_told_from_titles() {
        for text in ["17 May 2023", "2019-2020", "3/4/99", "12345", "June"] {
            assert!(is_bare(text), "{text}");
        }
        for text in ["Annual Report 2020", "Rivers", ""] {
            assert!(!is_bare(text), "{text}");
        }
    }
}
