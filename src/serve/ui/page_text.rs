//! A page's text → paragraphs to read, with headings, running heads and matches told apart.
//!
//! Lines of running text are joined as a reader would; those of ragged blocks (tables, lists, addresses) stay lines.

use crate::report::Span;
use crate::serve::ui::marked::Run;
use crate::store::StoredPage;

/// A block whose lines are all shorter than this many characters keeps its lines: no column of text is so narrow.
const NARROW: usize = 24;

/// Signs that begin an item of a list, and so a paragraph.
const BULLETS: [char; 9] = ['•', '‣', '▪', '●', '○', '◦', '■', '□', '➢'];

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Running text.
    Text,
    /// Short lines, kept as lines.
    Lines,
    /// A heading.
    Heading,
    /// A running head, footer or page number.
    Furniture,
}

impl Kind {
    /// The class of its element.
    pub fn class(&self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Lines => "lines",
            Kind::Heading => "heading",
            Kind::Furniture => "furniture",
        }
    }
}

/// A paragraph of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub runs: Vec<Run>,
}

/// Cuts a page into paragraphs. `matches` are bytes of its text, rising.
pub fn paragraphs(page: &StoredPage, matches: &[Span]) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let mut block: Vec<(Kind, Span)> = Vec::new();
    let mut start = 0;
    for line in page.text.split('\n') {
        let end = start + line.len();
        let span = Span { start: offset(start), end: offset(end) };
        start = end + 1;
        if line.trim().is_empty() {
            finish(page, matches, &mut block, &mut paragraphs);
            continue;
        }
        let kind = line_kind(page, &span);
        let is_item = line.trim_start().starts_with(BULLETS);
        if is_item || block.last().is_some_and(|(last, _)| *last != kind) {
            finish(page, matches, &mut block, &mut paragraphs);
        }
        block.push((kind, span));
    }
    finish(page, matches, &mut block, &mut paragraphs);
    paragraphs
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn line_kind(page: &StoredPage, line: &Span) -> Kind {
    if page.furniture.iter().any(|furniture| furniture.overlaps(line)) {
        Kind::Furniture
    } else if page.headings.iter().any(|heading| heading.overlaps(line)) {
        Kind::Heading
    } else {
        Kind::Text
    }
}

/// Ends a block: all its lines are of one kind.
fn finish(page: &StoredPage, matches: &[Span], block: &mut Vec<(Kind, Span)>, paragraphs: &mut Vec<Paragraph>) {
    let Some((kind, _)) = block.first() else { return };
    let lines: Vec<&str> = block.iter().map(|(_, span)| span.of(&page.text)).collect();
    let keeps_lines = *kind == Kind::Text && is_ragged(&lines);
    let kind = if keeps_lines { Kind::Lines } else { *kind };
    let mut writer = Writer { runs: Vec::new(), matches };
    let mut last_end = None;
    for (_, span) in block.iter() {
        if let Some(line_break) = last_end {
            writer.join(kind, line_break);
        }
        writer.line(span.of(&page.text), span.start);
        last_end = Some(span.end);
    }
    paragraphs.push(Paragraph { kind, runs: writer.runs });
    block.clear();
}

/// Whether lines are no running text: more than two, and narrow, or most of them (but for the last, which may be
/// short) much shorter than the longest.
fn is_ragged(lines: &[&str]) -> bool {
    let lengths: Vec<usize> = lines.iter().map(|line| line.trim().chars().count()).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let before_last = lengths.len().saturating_sub(1);
    let short = lengths.iter().take(before_last).filter(|length| *length * 10 < longest * 7).count();
    lengths.len() > 2 && (longest < NARROW || short * 2 > before_last)
}

struct Writer<'m> {
    runs: Vec<Run>,
    matches: &'m [Span],
}

impl Writer<'_> {
    /// Between two lines, at the byte of the line break: a break, a space, or nothing after a printed hyphen.
    fn join(&mut self, kind: Kind, at: u32) {
        let ends_in_hyphen = self.runs.last().is_some_and(|run| run.text.ends_with('-'));
        match kind {
            Kind::Lines => self.put('\n', self.is_match(at)),
            _ if ends_in_hyphen => {}
            _ => self.put(' ', self.is_match(at)),
        }
    }

    /// A line whose first byte is at `start`.
    fn line(&mut self, text: &str, start: u32) {
        for (byte, character) in text.char_indices() {
            let is_match = self.is_match(start.saturating_add(offset(byte)));
            match character {
                '\u{AD}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {}
                '\t' => self.put(' ', is_match),
                character if character.is_control() => {}
                character => self.put(character, is_match),
            }
        }
    }

    fn is_match(&self, at: u32) -> bool {
        let index = self.matches.partition_point(|span| span.end <= at);
        self.matches.get(index).is_some_and(|span| span.start <= at)
    }

    fn put(&mut self, character: char, is_match: bool) {
        match self.runs.last_mut() {
            Some(run) if run.is_match == is_match => run.text.push(character),
            _ => self.runs.push(Run { text: character.to_string(), is_match }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span_of(text: &str, part: &str) -> Span {
        let start = text.find(part).expect("part of the text");
        Span { start: offset(start), end: offset(start + part.len()) }
    }

    fn shown(page: &StoredPage, matches: &[Span]) -> Vec<String> {
        let show = |run: &Run| if run.is_match { format!("[{}]", run.text) } else { run.text.clone() };
        paragraphs(page, matches)
            .iter()
            .map(|paragraph| {
                format!("{}: {}", paragraph.kind.class(), paragraph.runs.iter().map(show).collect::<String>())
            })
            .collect()
    }

    #[test]
    fn lines_are_joined_and_kinds_told_apart() {
        let text = "Annual report 2023\n\n1 Findings\nThe pro\u{AD}gramme\nreached many of the cash-\nbased households.\n\nA\nB\nC\n";
        let page = StoredPage {
            text: text.to_owned(),
            furniture: vec![span_of(text, "Annual report 2023")],
            headings: vec![span_of(text, "1 Findings")],
            ..StoredPage::default()
        };
        let matches = [span_of(text, "pro\u{AD}gramme\nreached"), span_of(text, "based")];
        let wanted = [
            "furniture: Annual report 2023",
            "heading: 1 Findings",
            "text: The [programme reached] many of the cash-[based] households.",
            "lines: A\nB\nC",
        ];
        assert_eq!(shown(&page, &matches), wanted);
    }

    #[test]
    fn items_of_a_list_stand_apart() {
        let text = "It is necessary to:\n• build the network and\nkeep it;\n• assess needs";
        let page = StoredPage { text: text.to_owned(), ..StoredPage::default() };
        let wanted = ["text: It is necessary to:", "text: • build the network and keep it;", "text: • assess needs"];
        assert_eq!(shown(&page, &[]), wanted);
    }

    #[test]
    fn a_match_is_joined_over_a_line_only_if_it_goes_on() {
        let text = "good cash\ntransfers";
        let page = StoredPage { text: text.to_owned(), ..StoredPage::default() };
        assert_eq!(shown(&page, &[span_of(text, "cash")]), ["text: good [cash] transfers"]);
        assert_eq!(
            shown(&page, &[span_of(text, "cash"), span_of(text, "transfers")]),
            ["text: good [cash] [transfers]"]
        );
    }
}
