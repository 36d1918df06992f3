//! `2020..2023` and its relatives: the values of `year:` and `page:`.
//!
//! One reader for both, since readers expect the same forms in both.

use crate::query::lex::is_dash;

/// A range with both ends included; an open end is `None`, and at least one is closed.
pub(crate) type Range = (Option<u32>, Option<u32>);

/// Reads `3`, `3..7`, `3-7`, `3..`, `..7`, `>=3`, `>3`, `<=7`, `<7`; a range the wrong way round is turned.
pub(crate) fn range(text: &str) -> Option<Range> {
    let text = text.trim_end_matches([',', ';']);
    if let Some(start) = text.strip_prefix(">=").or_else(|| text.strip_prefix('≥')) {
        return Some((Some(number(start)?), None));
    }
    if let Some(end) = text.strip_prefix("<=").or_else(|| text.strip_prefix('≤')) {
        return Some((None, Some(number(end)?)));
    }
    if let Some(start) = text.strip_prefix('>') {
        return Some((Some(number(start)?.checked_add(1)?), None));
    }
    if let Some(end) = text.strip_prefix('<') {
        return Some((None, Some(number(end)?.checked_sub(1)?)));
    }
    let Some((start, end)) =
        text.split_once("..").or_else(|| text.split_once('…')).or_else(|| text.split_once(is_dash))
    else {
        let only = number(text)?;
        return Some((Some(only), Some(only)));
    };
    let bound = |text: &str| if text.is_empty() { Some(None) } else { number(text).map(Some) };
    match (bound(start)?, bound(end.trim_start_matches('.'))?) {
        (None, None) => None,
        (Some(start), Some(end)) if start > end => Some((Some(end), Some(start))),
        range => Some(range),
    }
}

/// A whole number of at most nine digits.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ranges() {
        for (text, expected) in [
            ("2020", Some((Some(2020), Some(2020)))),
            ("2020..2023", Some((Some(2020), Some(2023)))),
            ("2020...2023", Some((Some(2020), Some(2023)))),
            ("2020–2023", Some((Some(2020), Some(2023)))),
            ("2023..2020", Some((Some(2020), Some(2023)))),
            ("2020..", Some((Some(2020), None))),
            ("..2020", Some((None, Some(2020)))),
            (">=3", Some((Some(3), None))),
            (">3", Some((Some(4), None))),
            ("<=3", Some((None, Some(3)))),
            ("<3", Some((None, Some(2)))),
            ("<0", None),
            ("..", None),
            ("", None),
            ("1e400", None),
            ("-5", Some((None, Some(5)))),
            ("99999999999", None),
            ("3..x", None),
        ] {
            assert_eq!(range(text), expected, "{text}");
        }
    }
}
