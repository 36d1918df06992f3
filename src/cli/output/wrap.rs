//! Marked text broken into lines of a given width.
//!
//! Widths are columns of a terminal (UAX #11): a Chinese character takes two, a combining accent none.

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

/// Breaks `characters` at spaces into lines of at most `columns`, words longer than a line anywhere, and styles the
/// marked ones. Runs of spaces become one. `columns` of 0 counts as 1.
pub fn wrap(characters: &[(char, bool)], columns: usize, mark: Style) -> Vec<String> {
    let mut lines = Lines { columns: columns.max(1), mark, done: Vec::new(), line: Vec::new(), width: 0 };
    // The space before a word is marked if it is within a match, so that a marked phrase is one piece.
    let mut space = None;
    for word in characters.split_inclusive(|(character, _)| *character == ' ') {
        let (word, following) = match word.split_last() {
            Some((&(' ', is_marked), word)) => (word, Some(is_marked)),
            _ => (word, None),
        };
        if !word.is_empty() {
            lines.push(word, space);
            space = None;
        }
        space = space.or(following);
    }
    lines.finish()
}

struct Lines {
    columns: usize,
    mark: Style,
    done: Vec<String>,
    line: Vec<(char, bool)>,
    width: usize,
}

impl Lines {
    fn push(&mut self, word: &[(char, bool)], space: Option<bool>) {
        let word_width: usize = word.iter().map(|(character, _)| columns_of(*character)).sum();
        if !self.line.is_empty() {
            if self.width + 1 + word_width <= self.columns {
                self.line.push((' ', space.unwrap_or(false)));
                self.width += 1;
            } else {
                self.end_line();
            }
        }
        for &(character, is_marked) in word {
            if !self.line.is_empty() && self.width + columns_of(character) > self.columns {
                self.end_line();
            }
            self.line.push((character, is_marked));
            self.width += columns_of(character);
        }
    }

    fn end_line(&mut self) {
        let styled = styled(&self.line, self.mark);
        self.done.push(styled);
        self.line.clear();
        self.width = 0;
    }

    fn finish(mut self) -> Vec<String> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.done
    }
}

fn columns_of(character: char) -> usize {
    character.width().unwrap_or(0)
}

fn styled(characters: &[(char, bool)], mark: Style) -> String {
    let mut text = String::with_capacity(characters.len() + 16);
    for run in characters.chunk_by(|(_, left), (_, right)| left == right) {
        let is_marked = run.first().is_some_and(|(_, is_marked)| *is_marked);
        if is_marked {
            text.push_str(&mark.render().to_string());
        }
        text.extend(run.iter().map(|(character, _)| *character));
        if is_marked {
            text.push_str(&mark.render_reset().to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::MarkedText;
    use proptest::prelude::*;

    fn check(text: &str, columns: usize, expected: &[&str]) {
        let marked = MarkedText::new(text, &[]);
        assert_eq!(wrap(&marked.characters, columns, Style::new()), expected, "{text} in {columns}");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        check("one two three", 7, &["one two", "three"]);
        check("one two three", 100, &["one two three"]);
        check("  one   two ", 100, &["one two"]);
        check("abcdefgh ij", 3, &["abc", "def", "gh", "ij"]);
        check("中文字符", 5, &["中文", "字符"]);
        check("e\u{301}a", 2, &["e\u{301}a"]);
        check("", 5, &[]);
        check("ab", 0, &["a", "b"]);
    }

    #[test]
    fn marks_end_with_the_line_and_go_on_in_the_next() {
        let marked = MarkedText::new("pay cash transfers now", &[[4, 18]]);
        let bold = Style::new().bold();
        let (on, off) = (bold.render(), bold.render_reset());
        assert_eq!(
            wrap(&marked.characters, 8, bold),
            [format!("pay {on}cash{off}"), format!("{on}transfer{off}"), format!("{on}s{off} now")]
        );
        assert_eq!(wrap(&marked.characters, 80, bold), [format!("pay {on}cash transfers{off} now")]);
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_and_no_line_too_wide(text in "[a-z 中é]{0,80}", columns in 2_usize..20) {
            let lines = wrap(&MarkedText::new(&text, &[]).characters, columns, Style::new());
            let kept: String = lines.concat().chars().filter(|it| *it != ' ').collect();
            let letters: String = text.chars().filter(|it| *it != ' ').collect();
            prop_assert_eq!(kept, letters);
            for line in lines {
                prop_assert!(line.chars().map(columns_of).sum::<usize>() <= columns);
            }
        }
    }
}
