//! What stands where a page's picture would: a picture as well, since an element of a page shows nothing else.

use crate::serve::problem::Problem;
use crate::serve::ui::format::plain;
use crate::serve::ui::render;
use askama::Template;

/// Characters of a line.
const LINE: usize = 46;

/// Lines of the reason.
const MOST_LINES: usize = 4;

#[derive(Template)]
#[template(path = "placeholder.svg", config = "src/serve/ui/askama.toml", escape = "html")]
struct Placeholder {
    title: &'static str,
    lines: Vec<Line>,
}

struct Line {
    text: String,
    y: usize,
}

/// A picture that says what is wrong.
pub fn placeholder(problem: &Problem) -> String {
    let detail = plain(&format!("{}.", problem.detail));
    let lines = wrapped(&detail).into_iter().zip(0_usize..).map(|(text, number)| Line { text, y: 270 + 30 * number });
    render(&Placeholder { title: problem.title(), lines: lines.collect() })
}

/// The first lines of a text, broken between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word: String = word.chars().take(LINE).collect();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LINE => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(line) = lines.last_mut() {
            line.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::problem::Code;

    #[test]
    fn reasons_are_broken_and_bounded_and_escaped() {
        let problem = Problem::new(Code::PageNotDrawn, format!("<script>{} end", "a word ".repeat(60)));
        let picture = placeholder(&problem);
        assert!(picture.starts_with("<svg ") && picture.contains(problem.title()), "{picture}");
        assert!(!picture.contains("<script>") && picture.contains("…"), "{picture}");
        assert_eq!(picture.matches("<text").count(), 2 + MOST_LINES);
        assert_eq!(wrapped("one two"), ["one two"]);
    }
}
