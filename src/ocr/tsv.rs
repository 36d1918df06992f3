//! tesseract's table of words → lines of words with their places.

use crate::layout::recognised::{RecognisedLine, RecognisedWord};
use crate::ocr::program::Failure;
use crate::render::Picture;
use crate::report::Quad;

/// Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
const COLUMNS: usize = 12;
/// The level of words.
const WORD: &str = "5";
/// Words of a page; more are no page of a report.
const MOST_WORDS: usize = 50_000;
/// Characters of a word; more are no word.
const LONGEST_WORD: usize = 200;

/// The lines that a table tells of, words below `least_confidence` percent left out. Pages on which more is guessed than
/// read have none: they are pictures.
pub(super) fn lines(table: &str, picture: &Picture, least_confidence: u32) -> Result<Vec<RecognisedLine>, Failure> {
    let mut rows = table.lines();
    if !rows.next().is_some_and(|heading| heading.starts_with("level\tpage_num\tblock_num")) {
        return Err(Failure::Nonsense);
    }
    let mut lines: Vec<RecognisedLine> = Vec::new();
    let mut current = None;
    let (mut read, mut guessed) = (0, 0);
    for row in rows {
        let columns: Vec<&str> = row.splitn(COLUMNS, '\t').collect();
        let [WORD, _, block, paragraph, line, _, left, top, width, height, confidence, text] = columns.as_slice()
        else {
            continue;
        };
        let Some(word) = word(text, [left, top, width, height], picture) else { continue };
        if !confidence.parse::<f32>().is_ok_and(|confidence| confidence >= least_confidence as f32) {
            guessed += 1;
            continue;
        }
        read += 1;
        if read > MOST_WORDS {
            return Err(Failure::Nonsense);
        }
        let place = Some((*block, *paragraph, *line));
        match lines.last_mut().filter(|_| current == place) {
            Some(line) => line.push(word),
            None => lines.push(vec![word]),
        }
        current = place;
    }
    Ok(if read >= guessed { lines } else { Vec::new() })
}

/// A word that stands on the picture.
fn word(text: &str, place: [&str; 4], picture: &Picture) -> Option<RecognisedWord> {
    let text = text.trim();
    let is_word = !text.is_empty()
        && text.chars().take(LONGEST_WORD + 1).count() <= LONGEST_WORD
        && !text.contains(|character: char| character.is_whitespace() || character.is_control());
    let numbers = place.map(|number| number.parse::<u32>().ok());
    let [Some(left), Some(top), Some(width), Some(height)] = numbers else { return None };
    let (right, bottom) = (left.checked_add(width)?, top.checked_add(height)?);
    let is_on_it = width > 0 && height > 0 && right <= picture.width() && bottom <= picture.height();
    if !is_word || !is_on_it {
        return None;
    }
    let across = |pixels: u32| pixels as f32 / picture.width() as f32;
    let down = |pixels: u32| pixels as f32 / picture.height() as f32;
    let quad = Quad { x0: across(left), y0: down(top), x1: across(right), y1: down(bottom) };
    Some(RecognisedWord { text: text.to_owned(), quad })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Shades;
    use proptest::prelude::*;

    const HEADING: &str =
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    fn picture() -> Picture {
        Picture::new(100, 200, Shades::Grey, vec![255; 20_000]).expect("as many as said")
    }

    fn texts(rows: &str) -> Vec<Vec<String>> {
        let lines = lines(&format!("{HEADING}{rows}"), &picture(), 40).expect("a table");
        lines.into_iter().map(|line| line.into_iter().map(|word| word.text).collect()).collect()
    }

    #[test]
    fn words_come_in_lines_with_their_places() {
        let rows = "1\t1\t0\t0\t0\t0\t0\t0\t100\t200\t-1\t\n\
                    4\t1\t1\t1\t1\t0\t10\t20\t80\t10\t-1\t\n\
                    5\t1\t1\t1\t1\t1\t10\t20\t30\t10\t96.5\tParish\n\
                    5\t1\t1\t1\t1\t2\t50\t20\t25\t10\t91\tof\n\
                    5\t1\t1\t1\t2\t1\t10\t40\t25\t10\t88\tÄcker\n";
        assert_eq!(texts(rows), [vec!["Parish", "of"], vec!["Äcker"]]);
        let lines = lines(&format!("{HEADING}{rows}"), &picture(), 40).expect("a table");
        assert_eq!(lines[0][1].quad, Quad { x0: 0.5, y0: 0.1, x1: 0.75, y1: 0.15 });
    }

    #[test]
    fn what_is_no_word_on_the_page_is_left_out() {
        let good = "5\t1\t1\t1\t1\t1\t10\t20\t30\t10\t96\tgood\n";
        for bad in [
            "5\t1\t1\t1\t1\t2\t10\t20\t30\t10\t12\tunsure\n",
            "5\t1\t1\t1\t1\t2\t10\t20\t30\t10\tNaN\tunsure\n",
            "5\t1\t1\t1\t1\t2\t90\t20\t30\t10\t96\tbeside\n",
            "5\t1\t1\t1\t1\t2\t-5\t20\t30\t10\t96\tbefore\n",
            "5\t1\t1\t1\t1\t2\t4294967295\t20\t30\t10\t96\tfar\n",
            "5\t1\t1\t1\t1\t2\t10\t20\t0\t10\t96\tflat\n",
            "5\t1\t1\t1\t1\t2\t10\t20\t30\t10\t96\t \n",
            "5\t1\t1\t1\t1\t2\t10\t20\t30\t10\t96\ta\u{1b}[2Jb\n",
            "5\t1\t1\n",
        ] {
            assert_eq!(texts(&format!("{good}{bad}")), [vec!["good"]], "{bad:?}");
        }
        let long = format!("{good}5\t1\t1\t1\t1\t2\t10\t20\t30\t10\t96\t{}\n", "x".repeat(201));
        assert_eq!(texts(&long), [vec!["good"]]);
    }

    #[test]
    fn a_page_of_guesses_is_a_picture() {
        let guess = "5\t1\t1\t1\t1\t1\t10\t20\t30\t10\t20\t~|\n";
        let word = "5\t1\t1\t1\t1\t2\t10\t20\t30\t10\t90\tone\n";
        assert_eq!(texts(&format!("{guess}{guess}{word}")), Vec::<Vec<String>>::new());
        assert_eq!(texts(&format!("{guess}{word}")), [vec!["one"]]);
    }

    #[test]
    fn anything_else_is_an_error() {
        for text in ["", "hello", "\u{0}\u{1}\u{2}", "Usage: tesseract\n"] {
            assert!(matches!(lines(text, &picture(), 40), Err(Failure::Nonsense)), "{text:?}");
        }
        let many = "5\t1\t1\t1\t1\t1\t10\t20\t30\t10\t96\tx\n".repeat(MOST_WORDS + 1);
        assert!(matches!(lines(&format!("{HEADING}{many}"), &picture(), 40), Err(Failure::Nonsense)));
    }

    proptest! {
        #[test]
        fn any_table_is_read_or_refused(rows in "([0-9\t.a-zé-]{0,40}\n){0,20}") {
            for line in lines(&format!("{HEADING}{rows}"), &picture(), 0).expect("a table") {
                for word in line {
                    prop_assert!(word.quad.x1 <= 1.0 && word.quad.y1 <= 1.0 && word.quad.x0 < word.quad.x1);
                }
            }
        }
    }
}
