//! Text with matches → runs of text, marked or not, for the templates to escape and wrap.

use crate::serve::ui::format::plain;

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The text, not yet escaped.
    pub text: String,
    /// Whether it is a match.
    pub is_match: bool,
}

/// Cuts a text at its matches, given as code-point offsets `[start, end)` rising; what does not fit is left out.
pub fn runs(text: &str, ranges: &[[u32; 2]]) -> Vec<Run> {
    let text = plain(text);
    let mut starts = text.char_indices().map(|(byte, _)| byte);
    let mut taken = 0_u32;
    let mut byte_at = |position: u32| {
        let skipped = position.checked_sub(taken)?;
        taken = position.checked_add(1)?;
        Some(starts.nth(skipped as usize).unwrap_or(text.len()))
    };
    let mut runs = Vec::new();
    let mut done = 0;
    let mut reached = 0;
    for [start, end] in ranges.iter().copied() {
        if start < reached || end <= start {
            continue;
        }
        // A range that begins where the last one ended was passed by the iterator already.
        let first = if start == reached && reached > 0 { Some(done) } else { byte_at(start) };
        let (Some(first), Some(last)) = (first, byte_at(end)) else { continue };
        reached = end;
        push(&mut runs, text.get(done..first), false);
        push(&mut runs, text.get(first..last), true);
        done = last;
    }
    push(&mut runs, text.get(done..), false);
    runs
}

/// Adds a run unless it is empty.
fn push(runs: &mut Vec<Run>, text: Option<&str>, is_match: bool) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        runs.push(Run { text: text.to_owned(), is_match });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, ranges: &[[u32; 2]]) -> String {
        let show = |run: &Run| if run.is_match { format!("[{}]", run.text) } else { run.text.clone() };
        runs(text, ranges).iter().map(show).collect()
    }

    #[test]
    fn matches_are_cut_by_code_points() {
        for (text, ranges, wanted) in [
            ("plain", vec![], "plain"),
            ("cash transfer", vec![[0, 4]], "[cash] transfer"),
            ("für Geld, 💶 Geld", vec![[4, 8], [12, 16]], "für [Geld], 💶 [Geld]"),
            ("ab", vec![[0, 1], [1, 2]], "[a][b]"),
            ("abc", vec![[1, 99]], "a[bc]"),
            ("abc", vec![[7, 9]], "abc"),
            ("abcdef", vec![[3, 5], [1, 2]], "abc[de]f"),
            ("abcdef", vec![[1, 4], [2, 5], [5, 5]], "a[bcd]ef"),
            ("", vec![[0, 1]], ""),
            ("x", vec![[u32::MAX - 1, u32::MAX]], "x"),
        ] {
            assert_eq!(shown(text, &ranges), wanted, "{text} {ranges:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_lost(text in "[^\\p{Cc}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}]{0,40}", ranges: Vec<[u8; 2]>) {
            let ranges: Vec<[u32; 2]> = ranges.iter().map(|range| range.map(u32::from)).collect();
            let joined: String = runs(&text, &ranges).into_iter().map(|run| run.text).collect();
            proptest::prop_assert_eq!(joined, text);
        }
    }
}
