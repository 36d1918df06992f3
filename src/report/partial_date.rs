//! A date as precise as it is known: `2023`, `2023-05` or `2023-05-17`.

use crate::report::seconds_of_day;

/// A year, with the month and the day as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartialDate {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31, never without a month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// Reads a date; what makes no sense after the year or the month is not known.
    pub fn parse(text: &str) -> Option<PartialDate> {
        let mut parts = text.split('-').map(number);
        let year = parts.next()?.filter(|year| (1..=9999).contains(year))?;
        let mut small = || parts.next().flatten().and_then(|part| u8::try_from(part).ok());
        let month = small().filter(|month| (1..=12).contains(month));
        let day = small().filter(|day| {
            let is_there = |month: u8| seconds_of_day(&format!("{year:04}-{month:02}-{day:02}")).is_some();
            month.is_some_and(is_there)
        });
        Some(PartialDate { year, month, day })
    }

    /// What is known, in digits with this between: `2023/05`.
    pub fn joined(&self, between: char) -> String {
        let parts = self.month.into_iter().chain(self.day);
        parts.fold(format!("{:04}", self.year), |text, part| format!("{text}{between}{part:02}"))
    }
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_precise_as_they_make_sense() {
        for (text, wanted) in [
            ("2023", Some("2023")),
            ("2023-05", Some("2023/05")),
            ("2023-05-17", Some("2023/05/17")),
            ("0987-01-01", Some("0987/01/01")),
            ("2023-13-01", Some("2023")),
            ("2023-02-30", Some("2023/02")),
            ("2023-05-", Some("2023/05")),
            ("2023-00", Some("2023")),
            ("2023-+5", Some("2023")),
            ("0000", None),
            ("10000", None),
            ("", None),
            ("May 2023", None),
            ("-5", None),
        ] {
            assert_eq!(PartialDate::parse(text).map(|date| date.joined('/')).as_deref(), wanted, "{text}");
        }
    }
}
