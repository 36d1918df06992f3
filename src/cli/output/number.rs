//! Numbers for people: counted nouns, sizes, durations.
//!
//! Sizes are decimal (274.4 kB = 274,400 bytes), as file managers and the web pages show them.

use std::time::Duration;

/// `1 report`, `2 reports`, `1,234 reports`.
pub fn count(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(number))
}

/// `1,234,567`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `812 B`, `274.4 kB`, `1.2 GB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if size < 1_000 {
        return format!("{size} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let mut scaled = size as f64 / 1_000.0;
    let mut unit = 0;
    while scaled >= 999.95 && unit + 1 < UNITS.len() {
        scaled /= 1_000.0;
        unit += 1;
    }
    format!("{scaled:.1} {}", UNITS[unit])
}

/// `0.8 s`, `12 s`, `3 min 05 s`, `2 h 07 min`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [count(0, "page"), count(1, "page"), count(1_234_567, "page")],
            ["0 pages", "1 page", "1,234,567 pages"]
        );
        assert_eq!([bytes(0), bytes(999), bytes(274_400), bytes(999_999)], ["0 B", "999 B", "274.4 kB", "1.0 MB"]);
        assert_eq!(bytes(u64::MAX), "18446.7 PB");
        let times = [400, 59_900, 185_000, 7_620_000].map(|milliseconds| duration(Duration::from_millis(milliseconds)));
        assert_eq!(times, ["0.4 s", "59 s", "3 min 05 s", "2 h 07 min"]);
    }
}
