//! Lines → paragraphs: where one ends by its spacing, its indent, or room left on its last line.

use super::lines::PrintedLine;

/// Baselines further apart than this part paragraphs. × the usual distance.
const SPACED: f32 = 1.25;
/// An indent of the first line. × font size.
const INDENT: f32 = 0.8;
/// The room a word needs beside its own width: the space before it and some slack. × font size.
const WORD_SPACE: f32 = 1.0;

/// A stretch of lines that stand under one another, and what is usual in it.
struct Column {
    left: f32,
    right: f32,
    leading: f32,
}

/// For each line whether it begins a paragraph.
pub fn beginnings(lines: &[PrintedLine]) -> Vec<bool> {
    let mut begins = Vec::with_capacity(lines.len());
    let mut previous: Option<(&PrintedLine, Column)> = None;
    let mut rest = lines;
    while !rest.is_empty() {
        let (stretch, after) = rest.split_at(column_length(rest));
        let column = Column::of(stretch);
        for (index, line) in stretch.iter().enumerate() {
            let begins_here = match (index.checked_sub(1).and_then(|before| stretch.get(before)), &previous) {
                (Some(before), _) => column.parts(before, line),
                (None, Some((before, column_before))) => {
                    column_before.leaves_room(before, line) || line.start > column.left + INDENT * line.size
                }
                (None, None) => true,
            };
            begins.push(begins_here);
        }
        previous = stretch.last().map(|last| (last, column));
        rest = after;
    }
    begins
}

/// How many of the lines stand under one another on one page; at least one.
fn column_length(lines: &[PrintedLine]) -> usize {
    let next_column =
        lines.windows(2).position(|pair| pair[0].page != pair[1].page || pair[1].baseline <= pair[0].baseline);
    next_column.map_or(lines.len(), |last| last + 1)
}

impl Column {
    fn of(lines: &[PrintedLine]) -> Column {
        let mut distances: Vec<f32> = lines.windows(2).map(|pair| pair[1].baseline - pair[0].baseline).collect();
        distances.sort_by(f32::total_cmp);
        let mut starts: Vec<f32> = lines.iter().map(|line| line.start).collect();
        starts.sort_by(f32::total_cmp);
        Column {
            // The usual one: hanging numbers stand left of it, indents right of it.
            left: starts.get(starts.len().saturating_sub(1) / 2).copied().unwrap_or(0.0),
            right: lines.iter().map(|line| line.end).fold(f32::MIN, f32::max),
            leading: distances.get(distances.len().saturating_sub(1) / 2).copied().unwrap_or(f32::MAX),
        }
    }

    fn parts(&self, before: &PrintedLine, line: &PrintedLine) -> bool {
        let is_spaced = line.baseline - before.baseline > self.leading * SPACED;
        let is_indented = line.start > self.left + INDENT * line.size && line.start > before.start + INDENT * line.size;
        is_spaced || is_indented || self.leaves_room(before, line)
    }

    /// Whether a sentence ends with the line before although the next word had found room on it.
    fn leaves_room(&self, before: &PrintedLine, line: &PrintedLine) -> bool {
        // Scripts without spaces break between any two characters.
        let next = if line.text.chars().next().is_some_and(is_ideograph) {
            line.size
        } else {
            line.first_word_end - line.start
        };
        ends_sentence(&before.text) && before.end + next + WORD_SPACE * line.size < self.right
    }
}

/// Whether the text ends like a sentence.
pub fn ends_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(['"', '”', '’', '»', ')', ']', '」', '』']);
    let bare = bare.trim_end_matches(|character: char| character.is_ascii_digit() && bare.len() > 3);
    text.ends_with(is_sentence_end) || bare.ends_with(is_sentence_end)
}

fn is_sentence_end(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | ':' | ';' | '。' | '！' | '？' | '：' | '؟' | '।' | '…')
}

/// Han, kana or full-width punctuation: text that goes on over a line end without a space.
pub fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}

/// Goes on with a line: a broken word is made whole, other words are parted by a space.
pub fn append(text: &mut String, line: &str) {
    let line = line.trim();
    let last = text.chars().next_back();
    let first = line.chars().next();
    let is_hyphenated = last == Some('-')
        && text.chars().rev().nth(1).is_some_and(char::is_alphabetic)
        && first.is_some_and(char::is_alphanumeric);
    let is_unspaced = last.is_some_and(is_ideograph) && first.is_some_and(is_ideograph);
    if last == Some('\u{AD}') {
        text.pop();
    } else if !(text.is_empty() || is_hyphenated || is_unspaced) {
        text.push(' ');
    }
    text.push_str(line);
}

/// Words of a text; two characters of a script without spaces count as one.
pub fn words(text: &str) -> usize {
    let ideographs = text.chars().filter(|character| is_ideograph(*character)).count();
    text.split_whitespace().count() + ideographs / 2
}

#[cfg(test)]
mod tests {
    use super::super::tests::printed;
    use super::*;

    #[test]
    fn paragraphs_are_parted_by_space_indent_and_room() {
        type At = (f32, f32, &'static str);
        let full = "words that fill the whole line and end.";
        let cases: [(&[At], &[bool]); 4] = [
            (&[(50.0, 100.0, full), (50.0, 112.0, full), (50.0, 124.0, full)], &[true, false, false]),
            (
                &[(50.0, 100.0, full), (50.0, 112.0, full), (50.0, 130.0, full), (50.0, 142.0, full)],
                &[true, false, true, false],
            ),
            (
                &[(60.0, 100.0, full), (50.0, 112.0, full), (60.0, 124.0, full), (50.0, 136.0, full)],
                &[true, false, true, false],
            ),
            (&[(50.0, 100.0, full), (50.0, 112.0, "the end."), (50.0, 124.0, full)], &[true, false, true]),
        ];
        for (lines, expected) in cases {
            let lines: Vec<PrintedLine> = lines.iter().map(|(x, y, text)| printed(*x, *y, text)).collect();
            assert_eq!(beginnings(&lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn lines_are_joined_as_their_ends_demand() {
        let cases = [
            (["one", "two"], "one two"),
            (["pro\u{AD}", "gramme"], "programme"),
            (["well-", "known"], "well-known"),
            (["this -", "that"], "this - that"),
            (["防災計", "画を"], "防災計画を"),
        ];
        for ([first, second], expected) in cases {
            let mut text = first.to_owned();
            append(&mut text, second);
            assert_eq!(text, expected);
        }
    }
}
