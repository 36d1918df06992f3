//! Seconds since 1970 ↔ dates of the Gregorian calendar, in UTC.

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A time as `2023-05-17T08:30:00Z` (RFC 3339).
pub fn rfc3339(seconds: i64) -> String {
    let (days, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", time / 3600, time / 60 % 60, time % 60)
}

/// Days since 1970 as year, month, day: in years that begin in March, so that the odd day of leap years comes last.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.clamp(-1_000_000_000, 1_000_000_000) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The first second of a day written `2023-05-17`; `None` if there is no such day.
pub fn seconds_of_day(text: &str) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| {
        text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<i64>().ok()
    };
    let is_written_so = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    if !is_written_so || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted_year = year - i64::from(month <= 2);
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    // The 31st of a shorter month would be a day of the next one.
    (civil(days) == (year, month, day)).then_some(days * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339_says() {
        for (seconds, wanted) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), wanted);
        }
        rfc3339(i64::MAX);
        rfc3339(i64::MIN);
    }

    #[test]
    fn days_are_read_back() {
        for (text, days) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2024-12-31", 20_088), ("1969-12-31", -1)] {
            assert_eq!(seconds_of_day(text), Some(days * DAY), "{text}");
            assert_eq!(rfc3339(days * DAY), format!("{text}T00:00:00Z"));
        }
        for text in ["2023-02-29", "2023-13-01", "2023-00-10", "2023-04-31", "2023-4-1", "2023/04/01", "", "+023-04-01"]
        {
            assert_eq!(seconds_of_day(text), None, "{text}");
        }
    }
}
