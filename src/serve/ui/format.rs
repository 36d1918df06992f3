//! Numbers, sizes, dates and names as people read them.

use crate::report::civil;

/// `274.4 KB`: decimal units, as download lists have them.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            let tenths = u128::from(bytes) * 10 / u128::from(*unit);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => counted(bytes, "byte", "bytes"),
    }
}

/// `12,345`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 report`, `12,345 reports`.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// `97.3 %`, rounded down so that only all is 100 %.
pub fn share(part: u64, whole: u64) -> String {
    let Some(thousandths) = (u128::from(part) * 1000).checked_div(u128::from(whole)) else { return "0 %".to_owned() };
    match (thousandths / 10, thousandths % 10) {
        (percent, 0) => format!("{percent} %"),
        (percent, tenth) => format!("{percent}.{tenth} %"),
    }
}

/// `17 May 2023`, `May 2023` or `2023`, as precise as `2023-05-17` is; anything else as it is.
pub fn date(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = text.split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().and_then(|month| MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?));
    let day = parts.next().and_then(|day| day.parse::<u8>().ok());
    match (month, day) {
        (Some(month), Some(day)) => format!("{day} {month} {year}"),
        (Some(month), None) => format!("{month} {year}"),
        _ => text.to_owned(),
    }
}

/// Seconds since 1970 as `17 May 2023`.
pub fn day(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    date(&format!("{year:04}-{month:02}-{day:02}"))
}

/// `p. iv (6 of 120)`, or `p. 6 of 120` where the printed number is the index or none.
pub fn page_name(page: u32, label: Option<&str>, total: u64) -> String {
    match label.map(str::trim).filter(|label| !label.is_empty() && *label != page.to_string()) {
        Some(label) => format!("p. {} ({page} of {total})", plain(label)),
        None => format!("p. {page} of {total}"),
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> String {
    plain(path.rsplit(['/', '\\']).next().unwrap_or(path))
}

/// The last parts of several paths; where two end alike, with the folder they lie in.
pub fn file_names(paths: &[String]) -> Vec<String> {
    let ending = |path: &str, parts: usize| {
        let start = path.rmatch_indices(['/', '\\']).nth(parts - 1).map_or(0, |(at, _)| at + 1);
        plain(path.get(start..).unwrap_or(path))
    };
    let names: Vec<String> = paths.iter().map(|path| ending(path, 1)).collect();
    let is_told_apart = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let with_folder =
        |(path, name): (&String, &String)| if is_told_apart(name) { name.clone() } else { ending(path, 2) };
    paths.iter().zip(&names).map(with_folder).collect()
}

/// A text from a report with characters that could disguise others replaced, one for one: controls, and marks that
/// turn the direction of what follows.
pub fn plain(text: &str) -> String {
    let is_disguise = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if c.is_control() || is_disguise(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_shares_read_well() {
        for (bytes, wanted) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (274_400, "274.4 KB"),
            (999_999, "999.9 KB"),
            (4_100_000, "4.1 MB"),
            (u64::MAX, "18446744.0 TB"),
        ] {
            assert_eq!(size(bytes), wanted);
        }
        for (part, whole, wanted) in [(0, 0, "0 %"), (1, 1, "100 %"), (9999, 10_000, "99.9 %"), (1, 2, "50 %")] {
            assert_eq!(share(part, whole), wanted);
        }
        assert_eq!((number(0), number(999), number(1_234_567)), ("0".into(), "999".into(), "1,234,567".into()));
    }

    #[test]
    fn dates_are_as_precise_as_known() {
        for (given, wanted) in
            [("2023", "2023"), ("2023-05", "May 2023"), ("2023-05-07", "7 May 2023"), ("2023-13", "2023-13"), ("", "")]
        {
            assert_eq!(date(given), wanted);
        }
        assert_eq!(day(1_700_000_000), "14 November 2023");
    }

    #[test]
    fn pages_are_named_by_what_is_printed_on_them() {
        for (page, label, wanted) in [
            (6, Some("iv"), "p. iv (6 of 120)"),
            (6, Some("6"), "p. 6 of 120"),
            (6, None, "p. 6 of 120"),
            (6, Some(" "), "p. 6 of 120"),
        ] {
            assert_eq!(page_name(page, label, 120), wanted);
        }
    }

    #[test]
    fn disguises_are_replaced_one_for_one() {
        let text = "a\u{202E}fdp.exe\u{0}\nb";
        assert_eq!(plain(text), "a\u{FFFD}fdp.exe\u{FFFD} b");
        assert_eq!(plain(text).chars().count(), text.chars().count());
        assert_eq!(file_name("/a/b\u{202E}.pdf"), "b\u{FFFD}.pdf");
    }

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        for (paths, expected) in [
            (&["/a/b/c.pdf"][..], &["c.pdf"][..]),
            (&["/a/b/c.pdf", "/a/d.pdf"], &["c.pdf", "d.pdf"]),
            (&["/2022/c.pdf", "/x/2023/c.pdf", "d.pdf"], &["2022/c.pdf", "2023/c.pdf", "d.pdf"]),
            (&["c.pdf", "/c.pdf", "é/c.pdf"], &["c.pdf", "/c.pdf", "é/c.pdf"]),
            (&[], &[]),
        ] {
            let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
            assert_eq!(file_names(&paths), expected);
        }
    }
}
