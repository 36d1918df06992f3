//! Documents written line by line; what becomes of them.

use super::*;
use crate::layout::{Bounds, Line, Word};
use crate::report::Span;

/// A page of lines: `(y in points, text)`, on paper 600 × 800; a word is 10 points wide.
fn page(lines: &[(f32, &str)]) -> PageLayout {
    let mut layout = PageLayout { width: 600.0, height: 800.0, ..PageLayout::default() };
    for (index, (y, text)) in lines.iter().enumerate() {
        let first_word = layout.words.len();
        let start = layout.text.len() as u32;
        let mut at = start;
        for (column, word) in text.split(' ').enumerate() {
            let x0 = 50.0 + 20.0 * column as f32;
            let bounds = Bounds { x0, y0: y - 10.0, x1: x0 + 10.0, y1: *y };
            layout.words.push(Word { span: Span { start: at, end: at + word.len() as u32 }, bounds });
            at += word.len() as u32 + 1;
        }
        layout.text.push_str(text);
        layout.text.push('\n');
        layout.lines.push(Line {
            words: first_word..layout.words.len(),
            span: Span { start, end: at - 1 },
            size: 10.0,
            is_bold: false,
            direction: (1.0, 0.0),
            baseline: *y,
            is_artifact: false,
            bounds: Bounds { x0: 50.0, y0: y - 10.0, x1: 500.0, y1: *y },
        });
        let _ = index;
    }
    layout.blocks = std::iter::once(0..layout.lines.len()).collect();
    layout
}

fn texts(pages: &[PageLayout]) -> Vec<String> {
    let layouts: Vec<&PageLayout> = pages.iter().collect();
    compose(&layouts).pages.into_iter().map(|page| page.text).collect()
}

#[test]
fn hyphens_are_joined_where_the_document_says_so() {
    let cases: &[(&[(f32, &str)], &str)] = &[
        // Neither half is a word of the document.
        (&[(300.0, "a new pro-"), (312.0, "gramme begins")], "a new pro\u{AD}gramme\nbegins\n"),
        // The joined form stands elsewhere.
        (
            &[(300.0, "the house boat and house-"), (312.0, "boat and houseboat")],
            "the house boat and house\u{AD}boat\nand houseboat\n",
        ),
        // The hyphenated form stands elsewhere: the hyphen is kept.
        (&[(300.0, "a well-known and well-"), (312.0, "known thing")], "a well-known and well-\nknown thing\n"),
        // Both halves are words of their own and nothing else is known.
        (&[(300.0, "long and term and long-"), (312.0, "term plans")], "long and term and long-\nterm plans\n"),
        // A short word before the hyphen, nothing known after it; what comes after a hyphen is no word for that.
        (&[(300.0, "it is so is-"), (312.0, "sues of")], "it is so is\u{AD}sues\nof\n"),
        // A longer one may be a compound.
        (&[(300.0, "the cost and cost-"), (312.0, "effective plans")], "the cost and cost-\neffective plans\n"),
        // Capitals: only if the joined form stands elsewhere.
        (&[(300.0, "INTERNET and IN-"), (312.0, "TERNET")], "INTERNET and IN\u{AD}TERNET\n"),
        (&[(300.0, "use MS-"), (312.0, "DOS")], "use MS-\nDOS\n"),
        // A capital letter or a number after the hyphen is no second half.
        (&[(300.0, "the Anglo-"), (312.0, "Saxon 2020-"), (324.0, "2021")], "the Anglo-\nSaxon 2020-\n2021\n"),
        // A printed soft hyphen is typesetting by its own word.
        (&[(300.0, "well known well\u{AD}"), (312.0, "known")], "well known well\u{AD}known\n"),
        // Over three lines.
        (&[(300.0, "in-"), (312.0, "ter-"), (324.0, "national law")], "in\u{AD}ter\u{AD}national\nlaw\n"),
    ];
    for (lines, expected) in cases {
        assert_eq!(texts(&[page(lines)]), [*expected]);
    }
}

#[test]
fn documents_that_break_no_words_keep_their_hyphens() {
    let read = |known: &str| {
        let written = [
            (300.0, known),
            (312.0, "low-"),
            (324.0, "carbon plans, long-"),
            (336.0, "term aims, well-"),
            (348.0, "known risks, high-"),
            (360.0, "level talks, large-"),
            (372.0, "scale works, fine-"),
            (384.0, "tuning them"),
        ];
        texts(&[page(&written)]).concat()
    };
    let compounds = "low carbon long term well known high level large scale";
    assert!(read(compounds).ends_with("fine-\ntuning them\n"));
    // One of them is a word broken.
    assert!(read(&format!("{compounds} largescale")).ends_with("fine\u{AD}tuning\nthem\n"));
}

#[test]
fn a_joined_word_has_two_boxes() {
    let layout = page(&[(300.0, "pro-"), (312.0, "gramme begins")]);
    let composed = compose(&[&layout]);
    let page = &composed.pages[0];
    let words: Vec<&str> = page.words.iter().map(|word| word.span.of(&page.text)).collect();
    assert_eq!(words, ["pro", "gramme", "begins"]);
    assert!(page.words[0].quad.y1 < page.words[1].quad.y1);
}

#[test]
fn headings_stand_apart_from_their_paragraph() {
    let mut layout = page(&[(300.0, "Costs"), (312.0, "They rose twice"), (324.0, "in that year.")]);
    layout.lines[0].is_bold = true;
    layout.lines[0].size = 14.0;
    let composed = compose(&[&layout]);
    assert_eq!(composed.pages[0].text, "Costs\n\nThey rose twice\nin that year.\n");
    let headings: Vec<&str> = composed.pages[0].headings.iter().map(|span| span.of(&composed.pages[0].text)).collect();
    assert_eq!(headings, ["Costs"]);
}

#[test]
fn a_short_bold_line_close_to_its_paragraph_is_a_heading() {
    let read = |bold: usize, width: f32| {
        let mut layout = page(&[(300.0, "Costs of it"), (312.0, "They rose twice"), (324.0, "in that year.")]);
        for line in &mut layout.lines[..bold] {
            line.is_bold = true;
            line.bounds.x1 = 50.0 + width * 450.0;
        }
        let composed = compose(&[&layout]);
        let page = &composed.pages[0];
        page.headings.iter().map(|span| span.of(&page.text).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(read(1, 0.3), ["Costs of it"]);
    assert_eq!(read(2, 0.3), ["Costs of it", "They rose twice"], "a heading of two lines");
    assert_eq!(read(1, 0.95), [""; 0], "emphasis that runs on into the paragraph");
    assert_eq!(read(0, 0.3), [""; 0]);
    assert_eq!(read(3, 0.3), [""; 0], "a bold paragraph");
}

#[test]
fn text_set_large_is_no_heading() {
    let lines: Vec<(f32, String)> =
        (0..6).map(|n| (100.0 + 14.0 * n as f32, format!("{n} and so on line after line it goes"))).collect();
    let lines: Vec<(f32, &str)> = lines.iter().map(|(y, text)| (*y, text.as_str())).collect();
    let mut layout = page(&lines);
    layout.lines.iter_mut().for_each(|line| line.size = 14.0);
    let small = page(&[(300.0, "the body of the report is much longer than this and set smaller"); 9]);
    let composed = compose(&[&layout, &small]);
    assert!(composed.pages[0].headings.is_empty() && composed.outline.is_empty(), "{:?}", composed.outline);
    let mut sentence =
        page(&[(100.0, "The whole of this text goes on and on"), (114.0, "to a second line on which it ends.")]);
    sentence.lines.iter_mut().for_each(|line| line.size = 14.0);
    assert!(compose(&[&sentence, &small]).outline.is_empty());
    layout.lines.iter_mut().skip(1).for_each(|line| line.size = 10.0);
    assert_eq!(compose(&[&layout, &small]).outline.len(), 1);
}

#[test]
fn running_heads_are_marked_but_kept() {
    let pages: Vec<PageLayout> = (1..=4)
        .map(|number| {
            let body = format!("body of page {number}");
            let folio = format!("Annual Report {number}");
            page(&[(40.0, "Ministry of Works"), (300.0, &body), (780.0, &folio)])
        })
        .collect();
    let layouts: Vec<&PageLayout> = pages.iter().collect();
    for composed in compose(&layouts).pages {
        let marked: Vec<&str> = composed.furniture.iter().map(|span| span.of(&composed.text)).collect();
        assert_eq!(marked[0], "Ministry of Works");
        assert!(marked[1].starts_with("Annual Report "));
        assert_eq!(marked.len(), 2);
    }
}

fn furniture(pages: &[PageLayout]) -> Vec<Vec<String>> {
    let layouts: Vec<&PageLayout> = pages.iter().collect();
    let of = |page: &ComposedPage| page.furniture.iter().map(|span| span.of(&page.text).to_owned()).collect();
    compose(&layouts).pages.iter().map(of).collect()
}

#[test]
fn running_heads_of_short_documents_are_marked() {
    let pages = |heads: &[(f32, &str)]| -> Vec<PageLayout> {
        let body = |index: usize| format!("body of page {index} here");
        heads.iter().enumerate().map(|(index, head)| page(&[*head, (300.0, &body(index))])).collect()
    };
    // On left and right pages in turn.
    let heads = [(40.0, "2 Ministry"), (40.0, "Report 3"), (40.0, "4 Ministry"), (40.0, "Report 5")];
    let found = furniture(&pages(&heads));
    assert_eq!(found, heads.map(|(_, head)| vec![head.to_owned()]));
    // Twice at different heights is chance.
    assert_eq!(furniture(&pages(&[(40.0, "Costs"), (44.0, "Costs")])), [Vec::<String>::new(), Vec::new()]);
    // Numbers of one page are no page numbers.
    assert_eq!(
        furniture(&[page(&[(300.0, "body"), (780.0, "12"), (780.0, "13"), (780.0, "14")])]),
        [Vec::<String>::new()]
    );
}

#[test]
fn a_heading_that_goes_on_is_not_that_of_an_abstract() {
    let found = |first: &str| {
        let text = "We asked four towns how they keep their wells clean and why so few of them are tested at all.";
        let layout = page(&[(100.0, "Summary"), (112.0, first), (124.0, text), (136.0, text)]);
        compose(&[&layout]).statements.summary.is_some()
    };
    assert!(found("This report is about wells and the towns that have them."));
    assert!(!found("of the contributions of wells and the towns that have them."));
}

#[test]
fn bold_headings_make_an_outline_where_none_are_larger() {
    let lines = |heading: &'static str, y: f32| {
        page(&[(y, heading), (y + 30.0, "They rose twice in that year and"), (y + 44.0, "fell again in the next.")])
    };
    let bold = |page: &mut PageLayout| {
        page.lines[0].is_bold = true;
        page.blocks = vec![0..1, 1..3];
    };
    let mut pages = [lines("Costs", 200.0), lines("Staff", 300.0)];
    pages.iter_mut().for_each(bold);
    let outline = |pages: &[PageLayout]| compose(&pages.iter().collect::<Vec<_>>()).outline;
    let expected =
        [("Costs", 1), ("Staff", 2)].map(|(title, page)| OutlineEntry { title: title.to_owned(), level: 0, page });
    assert_eq!(outline(&pages), expected);
    // Cells of a table.
    let rows: Vec<(f32, &str)> = (0..20).map(|n| (100.0 + 20.0 * n as f32, ["Cost", "of it all"][n % 2])).collect();
    let mut cells = page(&rows);
    cells.lines.iter_mut().step_by(2).for_each(|line| line.is_bold = true);
    cells.blocks = (0..20).map(|line| line..line + 1).collect();
    assert_eq!(outline(&[cells]), []);
}
