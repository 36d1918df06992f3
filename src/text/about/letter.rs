//! The subject of a letter, which is the title of one.

use super::FrontLine;
use super::authors::is_salutation;
use super::software::SUBJECT_LABELS;

/// Lines of a subject, at most.
const MAX_LINES: usize = 4;
/// Lines further apart than this are not of one subject. × the usual distance of lines on the page.
const SPACED: f32 = 1.4;
/// Fewer words name nothing.
const MIN_WORDS: usize = 3;

/// The subject of a letter on the first page: what its label announces, or the bold lines below the salutation.
pub fn subject(lines: &[FrontLine]) -> Option<String> {
    let page: Vec<&FrontLine> = lines.iter().filter(|line| line.page == 1 && !line.text.trim().is_empty()).collect();
    let greeting = page.iter().position(|line| is_salutation(&line.text))?;
    let mut labelled = page.iter().enumerate().filter_map(|(index, line)| {
        // "Ref: 17/2015" is none.
        Some(joined(after_label(&line.text)?, &page, index)).filter(|text| names_something(text))
    });
    labelled.next().or_else(|| {
        let first = page.get(greeting + 1).filter(|line| line.is_bold)?;
        Some(joined(first.text.trim(), &page, greeting + 1)).filter(|text| names_something(text))
    })
}

fn names_something(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count() >= MIN_WORDS
}

/// The text with the lines that go on with it.
fn joined(text: &str, page: &[&FrontLine], index: usize) -> String {
    let mut distances: Vec<f32> = page.windows(2).map(|pair| pair[1].y - pair[0].y).filter(|by| *by > 0.0).collect();
    distances.sort_by(f32::total_cmp);
    let usual = distances.get(distances.len() / 3).copied().unwrap_or(0.0);
    let mut text = text.to_owned();
    for pair in page.get(index..).unwrap_or_default().windows(2).take(MAX_LINES - 1) {
        let [before, line] = pair else { break };
        let is_near = (0.0..=SPACED * usual).contains(&(line.y - before.y));
        let is_ended = text.ends_with(['.', '?', '!']) || is_salutation(&line.text) || line.is_bold != before.is_bold;
        if !is_near || is_ended {
            break;
        }
        text = format!("{text} {}", line.text.trim());
    }
    text.trim_end_matches('.').to_owned()
}

/// What follows "Subject:" on a line.
fn after_label(line: &str) -> Option<&str> {
    let (label, text) = line.split_once([':', '：'])?;
    let label = label.trim().trim_end_matches('.').to_lowercase();
    let text = text.trim_start_matches([':', '.', ' ']).trim();
    (SUBJECT_LABELS.contains(&label.as_str()) && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_labelled_or_bold_below_the_salutation() {
        let line =
            |text: &str, y: f32, is_bold: bool| FrontLine { text: text.to_owned(), size: 12.0, is_bold, page: 1, y };
        let cases = [
            (
                vec![
                    line("SUBJECT: SUBMISSION OF THE PLAN", 0.30, false),
                    line("FOR ALL RIVERS", 0.32, false),
                    line("Dear Madam:", 0.36, false),
                ],
                Some("SUBMISSION OF THE PLAN FOR ALL RIVERS"),
            ),
            (
                vec![
                    line("Madame la Secrétaire,", 0.30, false),
                    line("Objet : Transmission du plan des rivières", 0.34, false),
                    line("J’ai l’honneur de vous transmettre le plan.", 0.40, false),
                ],
                Some("Transmission du plan des rivières"),
            ),
            (
                vec![
                    line("Dear Sir,", 0.30, false),
                    line("Submission of the Plan for All", 0.32, true),
                    line("Rivers", 0.34, true),
                    line("I write with respect to it.", 0.36, false),
                ],
                Some("Submission of the Plan for All Rivers"),
            ),
            (vec![line("Dear Sir,", 0.30, false), line("I write to you.", 0.32, false)], None),
            // What follows is set apart by space alone.
            (
                vec![
                    line("The Secretary", 0.20, false),
                    line("The Secretariat", 0.22, false),
                    line("Dear Madam:", 0.26, false),
                    line("Ref.: Submission of the Plan for All", 0.30, false),
                    line("Rivers", 0.32, false),
                    line("I write with respect to it and to all", 0.36, false),
                    line("of the others.", 0.38, false),
                ],
                Some("Submission of the Plan for All Rivers"),
            ),
            // No letter: a form.
            (vec![line("Subject: Rivers of the country", 0.30, true), line("They run.", 0.32, false)], None),
        ];
        for (lines, expected) in cases {
            assert_eq!(subject(&lines).as_deref(), expected, "{lines:?}");
        }
    }
}
