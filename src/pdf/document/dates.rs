//! Dates of the information dictionary (ISO 32000-2 §7.9.4) and of XMP (ISO 8601), brought to `2023-05-17`.
//!
//! Kept only as precise as they are valid: an impossible day leaves the month, an impossible month the year.

/// Years a document can plausibly be from.
const YEARS: std::ops::RangeInclusive<u32> = 1000..=2999;

/// `2023`, `2023-05` or `2023-05-17` from `D:20230517…`, `2023-05-17T…` and what writers make of them.
pub fn normalised(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("D:").trim_start_matches("d:").trim_start();
    let mut rest = text;
    let year = digits(&mut rest, 4).filter(|year| YEARS.contains(year))?;
    let separator = rest.chars().next().filter(|character| matches!(character, '-' | '/' | '.' | ':'));
    let part = |rest: &mut &str| {
        if let Some(separator) = separator {
            *rest = rest.strip_prefix(separator)?;
        }
        digits(rest, 2)
    };
    let Some(month) = part(&mut rest).filter(|month| (1..=12).contains(month)) else {
        return Some(format!("{year:04}"));
    };
    match part(&mut rest).filter(|day| (1..=days_in(year, month)).contains(day)) {
        Some(day) => Some(format!("{year:04}-{month:02}-{day:02}")),
        None => Some(format!("{year:04}-{month:02}")),
    }
}

/// Takes exactly `count` digits off the front.
fn digits(rest: &mut &str, count: usize) -> Option<u32> {
    let taken = rest.get(..count).filter(|taken| taken.bytes().all(|byte| byte.is_ascii_digit()))?;
    *rest = &rest[count..];
    taken.parse().ok()
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::normalised;
    use proptest::prelude::*;

    #[test]
    fn dates_are_as_precise_as_valid() {
        let cases = [
            ("D:20230517120000+02'00'", Some("2023-05-17")),
            ("20230517", Some("2023-05-17")),
            ("D:202305", Some("2023-05")),
            ("D:2023", Some("2023")),
            ("D:20231317", Some("2023")),
            ("D:20230230", Some("2023-02")),
            ("D:20240229", Some("2024-02-29")),
            ("D:19000229", Some("1900-02")),
            ("D: 20230517", Some("2023-05-17")),
            ("2023-05-17T10:00:00Z", Some("2023-05-17")),
            ("2023-05", Some("2023-05")),
            ("2023/05/17", Some("2023-05-17")),
            ("D:00000101", None),
            ("D:191", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(normalised(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[D:0-9/é-]{0,12}") {
            if let Some(date) = normalised(&text) {
                prop_assert!(matches!(date.len(), 4 | 7 | 10));
            }
        }
    }
}
