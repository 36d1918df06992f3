//! Pages that only say where other pages are: contents, lists of tables, indices.
//!
//! They hold the words of every heading, and so match more of a query than the pages it asks for.

/// Fewest lines with leader dots that make a page of contents.
const FEWEST_LEADERS: usize = 5;
/// One in so many lines at least has them.
const LEADER_SHARE: usize = 3;
/// Fewest rising page numbers at the ends of lines that make a page of contents.
const FEWEST_NUMBERS: usize = 6;
/// Pages that the numbers span at least: a column of `1` to `5` is a table's.
const LEAST_SPAN: u32 = 5;
/// Fewest lines of a back-of-book index.
const FEWEST_INDEX_LINES: usize = 15;
/// Dots in a row, with or without spaces between, that lead the eye to a number.
const LEADER_DOTS: usize = 4;

/// Whether a page's text is a list of places in a report of so many pages.
pub fn is_list_of_places(text: &str, pages: u32) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let leaders = lines.iter().filter(|line| has_leader(line)).count();
    if leaders >= FEWEST_LEADERS && leaders * LEADER_SHARE >= lines.len() {
        return true;
    }
    let numbers: Vec<u32> =
        lines.iter().filter_map(|line| last_number(line)).filter(|number| (1..=pages).contains(number)).collect();
    let rising = numbers.windows(2).filter(|pair| pair[0] <= pair[1]).count();
    // The page's own number may stand before or after them.
    let span = numbers.iter().max().unwrap_or(&0) - numbers.iter().min().unwrap_or(&0);
    let is_contents = numbers.len() >= FEWEST_NUMBERS
        && numbers.len() * 5 >= lines.len() * 2
        && rising * 5 >= (numbers.len() - 1) * 4
        && span >= LEAST_SPAN;
    let entries = lines.iter().filter(|line| is_index_entry(line)).count();
    is_contents || (entries >= FEWEST_INDEX_LINES && entries * 2 >= lines.len())
}

/// Whether a line has leader dots.
fn has_leader(line: &str) -> bool {
    // Most lines end here, at a fraction of the cost.
    if line.is_ascii() && memchr::memchr_iter(b'.', line.as_bytes()).nth(LEADER_DOTS - 1).is_none() {
        return false;
    }
    let (mut dots, mut ellipses) = (0, 0);
    for character in line.chars() {
        match character {
            '.' | '·' | '․' => dots += 1,
            '…' => ellipses += 1,
            ' ' | '\u{A0}' if dots + ellipses > 0 => {}
            _ => (dots, ellipses) = (0, 0),
        }
        if dots >= LEADER_DOTS || ellipses >= 2 {
            return true;
        }
    }
    false
}

/// The number of at most four digits that a line ends with, apart from what stands before it.
fn last_number(line: &str) -> Option<u32> {
    let before = line.trim_end_matches(|character: char| character.is_ascii_digit());
    let is_apart =
        before.is_empty() || before.ends_with(|last: char| last.is_whitespace() || matches!(last, '.' | '…'));
    line.get(before.len()..).filter(|digits| is_apart && digits.len() <= 4)?.parse().ok()
}

/// Whether a line is a word with its pages after commas: `budget, 12, 45–47`.
fn is_index_entry(line: &str) -> bool {
    let without_range =
        |text: &str| text.trim_end_matches(|end: char| end.is_ascii_digit() || matches!(end, '-' | '–')).len();
    let rest = line.get(..without_range(line)).unwrap_or("");
    rest.len() < line.len()
        && line.ends_with(|last: char| last.is_ascii_digit())
        && rest.trim_end().ends_with(',')
        && rest.contains(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_places_are_told_from_text_and_tables() {
        let lines = |line: fn(usize) -> String, count: usize| (1..=count).map(line).collect::<Vec<_>>().join("\n");
        for (text, pages, expected) in [
            (lines(|n| format!("{n} A heading ......... {}", n * 3), 6), 30, true),
            (lines(|n| format!("{n} A heading . . . . . {}", n * 3), 6), 30, true),
            (lines(|n| format!("{n} A heading {}", n * 3), 8), 30, true),
            (lines(|n| format!("{n} A heading {}", n * 3), 8) + "\n3", 30, true),
            // Numbers beyond the report are no pages.
            (lines(|n| format!("Exports in {}", 2000 + n), 12), 80, false),
            (lines(|n| format!("Region {n} {}", n * 7919 % 97), 12), 100, false),
            (lines(|n| format!("Step {n}"), 5), 100, false),
            (lines(|n| format!("word{n}, {}, {}–{}", n * 31 % 90, n * 17 % 90, n * 17 % 90 + 1), 20), 100, true),
            (lines(|n| format!("Smith, {n} of us, and others"), 20), 100, false),
            (lines(|_| "Plain running text that goes on to the end of the line".to_owned(), 40), 100, false),
            ("And so on.... The end.".to_owned(), 10, false),
            (String::new(), 10, false),
        ] {
            assert_eq!(is_list_of_places(&text, pages), expected, "{text}");
        }
    }
}
