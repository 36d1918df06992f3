//! Numbers with separators: thousands are taken out, decimals written with a point, so that one number is one term.
//!
//! Which separator means what is decided by the groups of digits alone; where both readings are common both are given.

use super::scan::Scanner;

/// Groups of digits read as one number; more are several numbers.
const MAX_GROUPS: usize = 12;

/// Digits between separators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    /// The sort of separator before them; NUL before the first.
    separator: char,
    /// First byte of the text.
    start: usize,
    /// One past the last byte.
    end: usize,
    /// Whether it begins with `0`.
    is_zero: bool,
}

impl Group {
    fn length(&self) -> usize {
        self.end - self.start
    }
}

/// How groups of digits are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// One number: groups joined up to the decimal group, if there is one.
    Number {
        /// Whether the last group is a fraction.
        decimal: bool,
        /// Whether it may as well be one whole number.
        or_whole: bool,
        /// Whether the groups may as well be words of their own.
        or_parts: bool,
    },
    /// A date, version or section number: as printed, and its parts.
    Dotted,
    /// Each group is a number of its own.
    List,
}

impl Scanner<'_, '_> {
    /// Gives the number with separators that begins at `at` and returns where to go on; `None` if there is but one
    /// group of digits.
    pub(super) fn scan_number(&mut self, at: usize) -> Option<usize> {
        let groups = self.groups(at);
        let (first, last) = (groups.first()?, groups.last()?);
        if groups.len() < 2 {
            return None;
        }
        self.folded.clear();
        let (decimal, or_whole, or_parts) = match reading(&groups) {
            Reading::Number { decimal, or_whole, or_parts } => (decimal, or_whole, or_parts),
            Reading::Dotted => {
                let printed = self.text.get(first.start..last.end)?;
                self.folded.push_str(printed);
                self.emit(0..printed.len(), first.start, last.end);
                self.emit_groups(&groups);
                return Some(last.end);
            }
            Reading::List => {
                self.emit_groups(&groups);
                return Some(last.end);
            }
        };
        for (number, group) in groups.iter().enumerate() {
            if decimal && number + 1 == groups.len() {
                self.folded.push('.');
            }
            self.folded.push_str(self.text.get(group.start..group.end)?);
        }
        self.emit(0..self.folded.len(), first.start, last.end);
        if or_whole {
            self.folded.retain(|character| character != '.');
            self.emit(0..self.folded.len(), first.start, last.end);
        }
        if or_parts {
            self.emit_groups(&groups);
        } else {
            self.position += 1;
        }
        Some(last.end)
    }

    /// Gives each group as a word of its own.
    fn emit_groups(&mut self, groups: &[Group]) {
        for group in groups {
            self.folded.clear();
            self.folded.push_str(self.text.get(group.start..group.end).unwrap_or(""));
            self.emit(0..self.folded.len(), group.start, group.end);
            self.position += 1;
        }
    }

    /// The groups of digits that begin at `at`, each parted from the one before by a single separator.
    fn groups(&self, at: usize) -> Vec<Group> {
        let mut groups = Vec::new();
        let mut separator = '\0';
        let mut start = at;
        while groups.len() < MAX_GROUPS {
            let end = self.digits_end(start);
            if end == start || !groups.is_empty() && is_spaced_out(separator, end - start) {
                break;
            }
            let is_zero = self.character(start) == Some('0');
            groups.push(Group { separator, start, end, is_zero });
            match self.character(end) {
                Some(next) => match separator_sort(next) {
                    Some(sort) => {
                        separator = sort;
                        start = end + next.len_utf8();
                    }
                    None => break,
                },
                None => break,
            }
        }
        groups
    }

    /// One past the last ASCII digit from `at` on.
    fn digits_end(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes().get(at..self.end).unwrap_or(&[]);
        at + bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }
}

/// The sort of a separator that can stand within a number. The ordinary space cannot: it parts the columns of tables.
fn separator_sort(character: char) -> Option<char> {
    match character {
        '.' | ',' => Some(character),
        '\'' | '\u{2019}' => Some('\''),
        '\u{A0}' | '\u{2009}' | '\u{202F}' => Some(' '),
        _ => None,
    }
}

/// How at least two groups are read.
fn reading(groups: &[Group]) -> Reading {
    let [first, rest @ ..] = groups else { return Reading::List };
    let Some((last, middle)) = rest.split_last() else { return Reading::List };
    let are_thousands = |groups: &[Group]| {
        first.length() <= 3 && groups.iter().all(|group| group.length() == 3 && group.separator == rest[0].separator)
    };
    let number = |decimal, or_whole, or_parts| Reading::Number { decimal, or_whole, or_parts };
    if middle.is_empty() {
        return match (last.separator, are_thousands(rest)) {
            // `0.234` cannot be thousands.
            ('.', thousands) => number(true, thousands && !first.is_zero, false),
            (',', true) => number(false, false, false),
            (',', false) => number(true, false, true),
            (_, true) => number(false, false, false),
            (_, false) => Reading::List,
        };
    }
    let separator = rest[0].separator;
    if are_thousands(rest) {
        return number(false, false, false);
    }
    if are_thousands(middle) && matches!(last.separator, '.' | ',') && last.separator != separator {
        return number(true, false, false);
    }
    if rest.iter().all(|group| group.separator == '.') { Reading::Dotted } else { Reading::List }
}

/// Whether a space or apostrophe before `length` digits parts two numbers, as thousands come in threes.
fn is_spaced_out(separator: char, length: usize) -> bool {
    !matches!(separator, '.' | ',') && length != 3
}
