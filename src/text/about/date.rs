//! The date: what is labelled as the report's, else what the title page prints if the file's own date does not
//! contradict it, else the file's date. A printed date is as precise as it is printed: the day a file was made is not
//! the day its report came out.

mod written;

pub use written::{is_bare, is_dateline, names_unprinted_month};

use super::FrontLine;
use super::months::{DATE_LABELS, LINE_LABELS, TIME_WORDS};
use crate::report::Declared;
use written::{Date, YEARS, day, has_figure, month, with_month, words, year, years};

/// A line of more words is running text, which a page's title and date precede.
const MAX_LABEL_WORDS: usize = 12;

/// The report's date. `lines` are those of the first pages, `imprint` those of others on which a report is dated, at its
/// end; `language` is the one most of the text is in.
pub fn choose(
    declared: &Declared,
    lines: &[FrontLine],
    imprint: &[FrontLine],
    language: Option<&str>,
) -> Option<String> {
    // Conversions and edits leave later dates; the earlier one is nearer to the report.
    let declared = match (&declared.xmp_date, &declared.info_date) {
        (Some(xmp), Some(info)) => Some(xmp.min(info)),
        (one, other) => one.as_ref().or(other.as_ref()),
    };
    let reading = Reading::new(declared.map(String::as_str), language);
    let printed =
        reading.labelled(lines).or_else(|| reading.with_month_on(lines)).or_else(|| reading.labelled(imprint));
    printed.or_else(|| reading.year_on(lines)).map(Date::shown).or_else(|| declared.cloned())
}

/// Months by which a printed date may be later than the file: later ones are what the report announces.
const MONTHS_AHEAD: u32 = 3;

/// Lines that are a year and nothing more, at most, of which one is the date.
const MAX_YEARS_ALONE: usize = 2;

/// Years after the one a title names in which its report comes out at the latest.
const YEARS_TO_REPORT: u16 = 2;

/// How dates are to be read, by what else is known.
struct Reading<'r> {
    /// The file's own date.
    declared: Option<&'r str>,
    /// The latest date that can be printed, as months since year 0.
    latest: u32,
    /// Whether `5/6/2015` can only be the fifth of June.
    is_day_first: bool,
}

impl<'r> Reading<'r> {
    fn new(declared: Option<&'r str>, language: Option<&str>) -> Reading<'r> {
        let is_day_first = language.is_some_and(|language| language != "en");
        Reading { declared, latest: latest(declared), is_day_first }
    }

    fn is_possible(&self, date: &Date) -> bool {
        let month = date.month.map_or(0, |month| u32::from(month) - 1);
        u32::from(date.year) * 12 + month <= self.latest && YEARS.contains(&date.year)
    }

    /// The first date of the text with at least a month.
    fn date(&self, text: &str) -> Option<Date> {
        with_month(text).or_else(|| self.ambiguous(text)).filter(|date| self.is_possible(date))
    }

    /// `5/6/2015` where the language or the file's date tells the day from the month.
    fn ambiguous(&self, text: &str) -> Option<Date> {
        let (first, second, year) = text
            .split(|character: char| !(character.is_ascii_digit() || character == '/'))
            .find_map(|word| {
                let mut parts = word.trim_matches('/').split('/');
                let (first, second, last) = (parts.next()?, parts.next()?, parts.next()?);
                Some((day(first)?, day(second)?, year(last)?)).filter(|_| parts.next().is_none())
            })
            .filter(|(first, second, _)| *first <= 12 && *second <= 12)?;
        let date = |day, month| Date { year, month: Some(month), day: Some(day) };
        let is_month_of_file =
            |month: u8| self.declared.is_some_and(|declared| declared.starts_with(&format!("{year:04}-{month:02}")));
        match (is_month_of_file(second), is_month_of_file(first)) {
            (true, false) => Some(date(first, second)),
            (false, true) => Some(date(second, first)),
            _ => (self.is_day_first || first == second).then(|| date(first, second)),
        }
    }

    /// The date after a label that says it is the report's.
    fn labelled(&self, lines: &[FrontLine]) -> Option<Date> {
        // Hardly any line has a figure, and those without need no second look.
        lines.iter().filter(|line| has_figure(&line.text)).find_map(|line| {
            let text = after_label(&line.text)?;
            let is_date = words(text).next().is_some_and(|word| has_figure(word) || month(word).is_some());
            self.date(text).filter(|_| is_date)
        })
    }

    /// The date that the first page prints with at least its month.
    fn with_month_on(&self, lines: &[FrontLine]) -> Option<Date> {
        let first_page = || lines.iter().filter(|line| line.page == 1);
        // The end of a sentence is none.
        let before = std::iter::once(None).chain(first_page().map(Some));
        let bare = first_page()
            .zip(before)
            .filter(|(line, before)| is_bare(&line.text) && !before.is_some_and(|before| runs_on(&before.text)));
        front(lines)
            .chain(bare.map(|(line, _)| line))
            .filter(|line| !is_event(&line.text))
            .find_map(|line| self.date(&line.text))
    }

    /// The year that the first page prints, or the one since which rights are claimed.
    fn year_on(&self, lines: &[FrontLine]) -> Option<Date> {
        let labels = || front(lines).filter(|line| line.text.split_whitespace().count() <= 8 && !is_event(&line.text));
        let latest_of = |lines: &mut dyn Iterator<Item = &FrontLine>| {
            lines.flat_map(|line| years(&line.text)).filter(|year| self.is_possible(year)).max()
        };
        // Several are those of a chart.
        let years_alone = || labels().filter(|line| is_bare(&line.text) && years(&line.text).next().is_some());
        let is_chart = years_alone().nth(MAX_YEARS_ALONE).is_some();
        let alone = || latest_of(&mut years_alone().filter(|_| !is_chart));
        let claimed = || latest_of(&mut lines.iter().filter(|line| claims_rights(&line.text)));
        // The year in a title is the one it is about; the file tells when it came out.
        let in_title = || {
            let about = latest_of(&mut labels().filter(|line| !is_bare(&line.text)))?;
            let came_out = || self.declared?.get(..4).and_then(year);
            let is_outdone =
                came_out().is_some_and(|year| (0..=YEARS_TO_REPORT).contains(&year.wrapping_sub(about.year)));
            (!is_outdone).then_some(about)
        };
        alone().or_else(claimed).or_else(in_title)
    }
}

/// Lines of the first page above its running text: below it dates are what the report is about, unless they stand alone.
fn front(lines: &[FrontLine]) -> impl Iterator<Item = &FrontLine> {
    let first_page = lines.iter().filter(|line| line.page == 1);
    first_page.take_while(|line| line.text.split_whitespace().count() <= MAX_LABEL_WORDS)
}

/// Whether a sentence goes on after a line.
fn runs_on(text: &str) -> bool {
    text.split_whitespace().count() > MAX_LABEL_WORDS / 2 && !text.trim_end().ends_with(['.', ':', '!', '?', '。'])
}

/// Whether a line says since when somebody has the rights in the report.
fn claims_rights(text: &str) -> bool {
    let folded = text.to_lowercase();
    text.contains('©') || folded.contains("copyright") || folded.starts_with("(c) ") || folded.starts_with("published")
}

/// Bytes that labels of dates begin with.
const STARTS_LABEL: [bool; 256] = {
    let mut starts = [false; 256];
    let mut index = 0;
    while index < DATE_LABELS.len() {
        starts[DATE_LABELS[index].as_bytes()[0] as usize] = true;
        index += 1;
    }
    starts
};

/// What follows a label such as "Publication date:".
fn after_label(line: &str) -> Option<&str> {
    let folded = line.to_lowercase();
    // Lower case of another length, as of some capitals with dots, gives no place in the line.
    if folded.len() != line.len() {
        return None;
    }
    let mut is_in_word = false;
    let word_starts = folded.char_indices().filter(|(_, character)| {
        let was_in_word = std::mem::replace(&mut is_in_word, character.is_alphanumeric());
        is_in_word && !was_in_word
    });
    let after = |at: usize| {
        if !STARTS_LABEL[usize::from(folded.as_bytes()[at])] {
            return None;
        }
        let label = DATE_LABELS.iter().find(|label| folded[at..].starts_with(**label))?;
        let rest = line.get(at + label.len()..)?;
        rest.starts_with([':', ' ', '：', '\u{A0}']).then(|| rest.trim_start_matches([':', '：', ' ', '\u{A0}']))
    };
    let at_start = |label: &&str| {
        let rest = folded.strip_prefix(*label)?;
        let rest = line.get(line.len() - rest.len()..)?.trim_start();
        rest.strip_prefix([':', '：']).map(str::trim_start)
    };
    word_starts.map(|(at, _)| at).find_map(after).or_else(|| LINE_LABELS.iter().find_map(at_start))
}

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

/// Whether a line tells a time with its date: when something happened, not when the report was written.
fn is_event(text: &str) -> bool {
    words(text).any(|word| TIME_WORDS.contains(&word.to_lowercase().as_str()))
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
        choose(&declared, &lines, &[], None)
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
            ("مركز الدراسات، أيار 2021", Some("2021-05")),
            ("تشرين الثاني ٢٠١٥", Some("2015-11")),
            ("地域行政研究所　二〇二二年十月", Some("2022-10")),
            ("二〇二二年十一月二十三日", Some("2022-11-23")),
            ("Communicated on the 30thSeptember, 2015", Some("2015-09-30")),
            ("1 October B.E. 2558 (2015)", Some("2015-10-01")),
        ];
        for (text, expected) in cases {
            assert_eq!(chosen(None, &[(text, 1)]).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn printed_dates_yield_to_reason() {
        type Case<'c> = (Option<&'c str>, &'c [(&'c str, u32)], Option<&'c str>);
        let running = "The whole of this is running text, of which there is more than enough here.";
        let cases: [Case<'_>; 17] = [
            (Some("2015-01-01"), &[(running, 1), ("wells since May 1990", 1)], Some("2015-01-01")),
            (Some("2015-01-01"), &[(running, 1), ("May 1990", 1)], Some("1990-05")),
            (
                Some("2015-01-01"),
                &[(running, 1), ("They met in the town hall of Riga in", 1), ("May 1990;", 1)],
                Some("2015-01-01"),
            ),
            (Some("2015-01-01"), &[("Date and time: 12/22/2007, 1430", 1)], Some("2015-01-01")),
            (Some("2023-06-01"), &[("May 2023", 1)], Some("2023-05")),
            // As precise as printed.
            (Some("2023-05-17"), &[("May 2023", 1)], Some("2023-05")),
            (Some("2023-06-01"), &[("2023", 1)], Some("2023")),
            (Some("2015-01-01"), &[("1990", 1), ("1995", 1), ("2000", 1)], Some("2015-01-01")),
            // The year a title is about is not that in which it came out.
            (Some("2014-03-10"), &[("Annual Report 2013", 1)], Some("2014-03-10")),
            (Some("2019-03-10"), &[("Annual Report 2013", 1)], Some("2013")),
            (Some("2015-01-01"), &[(running, 1), ("year 2000, we published three strategies", 1)], Some("2015-01-01")),
            (Some("2015-01-01"), &[(running, 1), ("Published by the Rivers Office in 2014", 1)], Some("2014")),
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
    fn labelled_dates_are_the_reports_own_wherever_they_stand() {
        let dated = |text: &str, page: u32| {
            let declared = Declared { info_date: Some("2019-08-30".to_owned()), ..Declared::default() };
            choose(&declared, &[line("Report", 1)], &[line(text, page)], Some("en"))
        };
        let own = [
            ("In charge: Ann Li Report Date: 01/31/2008", "2008-01-31"),
            ("Publication Date: 2008-04-21", "2008-04-21"),
            ("Veröffentlicht am 5. Mai 2008", "2008-05-05"),
            ("Date de publication : 5 mai 2008", "2008-05-05"),
            ("Fecha de publicación: 5 de mayo de 2008", "2008-05-05"),
            ("Data de publicação: maio de 2008", "2008-05"),
            ("Дата публикации: 5 мая 2008", "2008-05-05"),
            ("تاريخ النشر: 5 مايو 2008", "2008-05-05"),
        ];
        for (text, expected) in own {
            assert_eq!(dated(text, 9).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["Start Date: 2008-04-21", "Publish Date:", "Published by the Rivers Office, 5 May 2008", "5 May 2008"]
        {
            assert_eq!(dated(text, 9).as_deref(), Some("2019-08-30"), "{text}");
        }
    }

    #[test]
    fn days_are_told_from_months_by_the_file_or_the_language() {
        let dated = |text: &str, info: &str, language: Option<&str>| {
            let declared = Declared { info_date: Some(info.to_owned()), ..Declared::default() };
            choose(&declared, &[line(text, 1)], &[], language)
        };
        assert_eq!(dated("10/11/2015", "2015-11-12", Some("en")).as_deref(), Some("2015-11-10"));
        assert_eq!(dated("10/11/2015", "2015-10-12", Some("en")).as_deref(), Some("2015-10-11"));
        assert_eq!(dated("10/11/2015", "2016-03-01", Some("ar")).as_deref(), Some("2015-11-10"));
        assert_eq!(dated("10/11/2015", "2016-03-01", Some("en")).as_deref(), Some("2015"));
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
