//! Lines as they are printed, for the tests of this folder; and what is found in documents written as text.

use super::lines::{Document, PrintedLine};
use super::recommendations;
use crate::layout::{Bounds, Line, PageLayout, Word};
use crate::report::Span;
use crate::text::hyphens::Hyphens;

/// A line of 10-point type on page 1 at `x` and `y`; a character is 5 points wide.
pub fn printed(x: f32, y: f32, text: &str) -> PrintedLine {
    let width = |text: &str| 5.0 * text.chars().count() as f32;
    let first = text.split(' ').next().unwrap_or_default();
    PrintedLine {
        text: text.to_owned(),
        page: 1,
        start: x,
        end: x + width(text),
        first_word_end: x + width(first),
        second_word_start: x + width(first) + if text.contains(' ') { 5.0 } else { 0.0 },
        baseline: y,
        size: 10.0,
        is_heading: false,
    }
}

/// A page of lines in 10-point type, and which of them are headings: `# ` in 12 points, `## ` in 10; spaces before a
/// line set it in, an empty one sets the next apart.
fn page(text: &str) -> (PageLayout, Vec<usize>) {
    let mut layout = PageLayout { width: 600.0, height: 800.0, ..PageLayout::default() };
    let (mut headings, mut y) = (Vec::new(), 120.0);
    for line in text.lines() {
        y += 12.0;
        if line.trim().is_empty() {
            continue;
        }
        let text = line.trim().trim_start_matches(['#', ' ']);
        let is_heading = line.starts_with('#');
        let first_word = layout.words.len();
        let start = layout.text.len() as u32;
        let (mut at, mut x) = (start, 50.0 + 5.0 * (line.len() - line.trim_start().len()) as f32);
        let x0 = x;
        for word in text.split(' ') {
            let width = 5.0 * word.chars().count() as f32;
            if !word.is_empty() {
                let span = Span { start: at, end: at + word.len() as u32 };
                layout.words.push(Word { span, bounds: Bounds { x0: x, y0: y - 10.0, x1: x + width, y1: y } });
            }
            at += word.len() as u32 + 1;
            x += width + 5.0;
        }
        layout.text.push_str(text);
        layout.text.push('\n');
        if is_heading {
            headings.push(layout.lines.len());
        }
        layout.lines.push(Line {
            words: first_word..layout.words.len(),
            span: Span { start, end: at - 1 },
            size: if line.starts_with("# ") { 12.0 } else { 10.0 },
            is_bold: is_heading,
            direction: (1.0, 0.0),
            baseline: y,
            is_artifact: false,
            bounds: Bounds { x0, y0: y - 10.0, x1: x - 5.0, y1: y },
        });
    }
    (layout, headings)
}

/// The recommendations of a document whose pages are parted by `---`, each with its page.
fn recommended(text: &str, language: &str) -> Vec<(u32, String)> {
    let (layouts, headings): (Vec<PageLayout>, Vec<Vec<usize>>) = text.split("---\n").map(page).unzip();
    let layouts: Vec<&PageLayout> = layouts.iter().collect();
    let furniture = vec![Vec::new(); layouts.len()];
    let hyphens = Hyphens::learn(layouts.iter().copied());
    let document = Document { layouts: &layouts, furniture: &furniture, headings: &headings, hyphens: &hyphens };
    let found = recommendations::read(document, &recommendations::announced(document), Some(language));
    found.into_iter().map(|statement| (statement.page.unwrap_or(0), statement.text)).collect()
}

/// What a document is called, its language, its text, and what it recommends.
type Case = (&'static str, &'static str, &'static str, &'static [(u32, &'static str)]);

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (name, language, text, expected) in cases {
        let expected: Vec<(u32, String)> = expected.iter().map(|(page, text)| (*page, (*text).to_owned())).collect();
        let found = recommended(text, language);
        if found != expected {
            wrong.push((name, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn recommendations_are_read_in_the_styles_of_many_houses() {
    check(&[
        (
            "letters without a mark, in a margin of their own, below numbered paragraphs",
            "en",
            "# Recommendations\n13   The following should help:\n  a   The Department should set out its aims.\n  b   It should publish them.\n14   We asked the towns as well.\n  c   The towns should answer.\n# Part One\n  d   The towns must pay.",
            &[
                (1, "The Department should set out its aims."),
                (1, "It should publish them."),
                (1, "The towns should answer."),
            ],
        ),
        (
            "paragraphs with their number at the end",
            "en",
            "# Recommendations for Executive Action\nWe are making two recommendations:\n\nThe Administrator should check the maps. (Recommendation 1)\n\nThe Secretary should keep the scores. (Recommendation 2)\n# Agency Comments\nBoth should read this.",
            &[
                (1, "The Administrator should check the maps. (Recommendation 1)"),
                (1, "The Secretary should keep the scores. (Recommendation 2)"),
            ],
        ),
        (
            "numbers that go on after the next finding",
            "en",
            "## Recommendations\nWe recommend that the Officer:\n1. Cancel the cards of those who left.\n2. Review the list each quarter.\n## Management Response\nManagement agreed.\n## Recommendations\nWe recommend that the Officer:\n3. Train the staff once a year.\n## Scope",
            &[
                (1, "Cancel the cards of those who left."),
                (1, "Review the list each quarter."),
                (1, "Train the staff once a year."),
            ],
        ),
        (
            "among conclusions",
            "en",
            "# Conclusions and recommendations\n1. Flooding costs more every year.\n2. We recommend that the map be published.\n3. The Agency has done well.\n4. The Agency should report each year.\n# Minutes\n5. They should be read.",
            &[(1, "We recommend that the map be published."), (1, "The Agency should report each year.")],
        ),
        (
            "boxes in the text that a summary gives first",
            "en",
            "# Summary of recommendations\nRecommendation 1: That the Council keeps a list.\nRecommendation 2: That the owners are told.\n---\n# Evidence\nRecommendation 1: That the Council keeps a list.\n\nMuch is known of this.\n---\nRecommendation 2: That the owners are told.",
            &[(2, "That the Council keeps a list."), (3, "That the owners are told.")],
        ),
        (
            "headings over two lines, with reasons below",
            "de",
            "# 3 Handlungsempfehlungen\nAus den Ergebnissen leiten wir ab:\n## Empfehlung 1: Beratung ausbauen und\n## dauerhaft finanzieren\nDie Kosten sind gering\n## Empfehlung 2: Daten einheitlich erheben\nDie Daten fehlen.\n# Literatur",
            &[(1, "Beratung ausbauen und dauerhaft finanzieren"), (1, "Daten einheitlich erheben")],
        ),
        (
            "codes that leave gaps, alone on their lines",
            "en",
            "# Safety recommendations\nSafety Recommendation 2020-012\nIt is recommended that the maker change the door.\nSafety Recommendation 2020-015\nIt is recommended that crews check the latch.",
            &[
                (1, "It is recommended that the maker change the door."),
                (1, "It is recommended that crews check the latch."),
            ],
        ),
        (
            "groups under headings of the same kind",
            "en",
            "## Box 1.2. Key recommendations\n## Fiscal policy\n• Bring the deficit down.\n• Replace the reduced rates.\n## Labour market\n• Expand places in childcare.",
            &[(1, "Bring the deficit down."), (1, "Replace the reduced rates."), (1, "Expand places in childcare.")],
        ),
        (
            "Roman numbers after a sentence",
            "en",
            "# 2. Recommendations\nIt is recommended that Cabinet:\n  (i) approves the policy;\n  (ii) delegates authority to the Director; and\n  (iii) notes the cost.\n# 3. Background",
            &[(1, "approves the policy;"), (1, "delegates authority to the Director; and"), (1, "notes the cost.")],
        ),
        (
            "paragraphs of the section's number",
            "en",
            "# 5 Recommendations\n5.1 The Council should keep a list, which costs\n1.2 million a year.\n5.2 Officers should write to the owners.\n# 6 Costs\n6.1 They should fall.",
            &[
                (1, "The Council should keep a list, which costs 1.2 million a year."),
                (1, "Officers should write to the owners."),
            ],
        ),
        (
            "findings among them, and a note",
            "en",
            "# Summary and recommendations\n• The towns pay more every year.\n• The towns should pay less.\n• The state should pay more.\n• Most wells are clean.\n• The wells must be tested.",
            &[(1, "The towns should pay less."), (1, "The state should pay more."), (1, "The wells must be tested.")],
        ),
        (
            "in prose",
            "en",
            "# Recommendations\nThe ministry should set limits. They were\nnot set so far.\n\nWe recommend that licences be\ntied to boats.\n\nMuch remains unknown\nto us.\n# References",
            &[
                (1, "The ministry should set limits. They were not set so far."),
                (1, "We recommend that licences be tied to boats."),
            ],
        ),
        (
            "bullets that are drawn, and groups",
            "en",
            "## For governments\n# Recommendations\n## For governments\n    Set a limit, and measure it in every\n    school.\n    Pay for filters at all of the schools.\n    Plan for the summer.\n## For schools\n    Open windows between lessons:\n        in winter for five minutes,\n        in summer for longer.\n    Name one member of staff.\n# Thanks",
            &[
                (1, "Set a limit, and measure it in every school."),
                (1, "Pay for filters at all of the schools."),
                (1, "Plan for the summer."),
                (1, "Open windows between lessons: in winter for five minutes, in summer for longer."),
                (1, "Name one member of staff."),
            ],
        ),
        (
            "addressed, with a code at the end",
            "en",
            "# 4. Safety Recommendations\nThe Board makes the following new safety recommendations:\n## To the Administration:\nRequire railroads to inspect rail. (R-21-04)\nPublish the results. (R-21-05)\n# 5. Appendix",
            &[(1, "Require railroads to inspect rail. (R-21-04)"), (1, "Publish the results. (R-21-05)")],
        ),
        (
            "rows of a table with codes and dates",
            "en",
            "# Recommendations\nReference Recommendation Timing\nR2023-001 Publish a strategy. 2023\nR2023-014 Set out how the grid will grow. Q1 2024",
            &[(1, "Publish a strategy. 2023"), (1, "Set out how the grid will grow. Q1 2024")],
        ),
        (
            "at length later, under the same words",
            "en",
            "# Recommendations\n• Set limits for each port.\n• Tie licences to boats.\n---\n# Recommendations\n• Set limits for each port. They should be low.\n• Tie licences to boats. This was done elsewhere.",
            &[
                (2, "Set limits for each port. They should be low."),
                (2, "Tie licences to boats. This was done elsewhere."),
            ],
        ),
    ]);
}

#[test]
fn what_a_report_does_not_recommend_itself_is_left_out() {
    check(&[
        (
            "a standard",
            "en",
            "# 4. Recommendations for Implementers\n1. The value of max_retry SHOULD be 5.\n2. Implementations SHOULD log every reset.",
            &[],
        ),
        (
            "a manual",
            "en",
            "We recommend the following:\n• apt(8) for all uses at the command line\n• aptitude(8) for lists\n# Recommendations\n• Use a disk for /var/lib.\n• Keep your server up to date.",
            &[],
        ),
        (
            "names, in another language",
            "de",
            "Derzeit empfehlen wir folgendes:\n• das erste Programm für alle Zwecke\n• das zweite Programm für die Listen",
            &[],
        ),
        (
            "what became of them",
            "en",
            "# Progress against recommendations\nRecommendation 1: The plans should be published.\nImplemented\nRecommendation 2: The board should meet.\nIn progress",
            &[],
        ),
        (
            "answers to others",
            "en",
            "# Government Response to the Second Report\nRecommendation 1: The grant should be restored.\nGovernment response: We agree.\nRecommendation 2: The cost should be published.\nGovernment response: We agree.",
            &[],
        ),
        (
            "others' guidelines",
            "en",
            "# Existing recommendations\nThe Health Forum makes the following recommendations:\n• Infants should be given iron.\n• Mothers should be tested.\n# Discussion\nIn 2009 the Board recommended the following:\n• States should test wells.\n• States should publish.",
            &[],
        ),
        (
            "what others found earlier",
            "en",
            "# 2. Audit recommendations\nThe Committee noted the status of the recommendations made in 2017:\n• Managers should sign: done.\n• Stock should be counted: outstanding.",
            &[],
        ),
        ("what a program shows", "en", "# Audit Recommendations\nlist packages which are recommended by others", &[]),
        ("findings", "en", "# Recommendations\nWe asked:\n• four towns of the coast\n• nine towns of the hills", &[]),
        ("contents", "en", "# Recommendations\n1. Towns should pay . . . . 3\n2. Owners should pay . . . . 7", &[]),
    ]);
}
