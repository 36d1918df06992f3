//! Reports made of the real text of a library, to measure libraries larger than those at hand.
//!
//! How a report is made, repeatably from its number and a seed:
//!
//! * One report of the library is its pattern, and two more in the same language, drawn at random, lend it text.
//! * It has half to one and a half times the pattern's pages. Each takes label, size, section, status, running heads and
//!   length of text from a page of the pattern, in turn.
//! * The text of a page is whole paragraphs (with their headings) drawn from pages in that page's language of all three
//!   reports, until the page is as long as its pattern. Word boxes come along, moved down to below the paragraph before.
//! * Title (with the number), authors and date are those of one of the three.
//!
//! So words stand together as in real reports, and a word of one report spreads to some three in as many as there are.
//! What does not grow with the library is its vocabulary: dictionaries are those of the original.

use crate::report::{About, Page, Quad, Report, ReportId, Span, Statements, WordBox};
use crate::store::{Library, StoreError};
use std::collections::HashMap;
use std::path::PathBuf;

/// Reports that lend text to a made one, the pattern included.
const LENDERS: usize = 3;
/// Paragraphs on a page at most: pages of a table may have thousands of lines.
const MOST_PARAGRAPHS: usize = 200;
/// Between two paragraphs, as a share of the page's height.
const GAP: f32 = 0.01;

/// The text of a library, cut into paragraphs.
#[derive(Debug)]
pub struct Source {
    reports: Vec<SourceReport>,
    by_language: HashMap<Option<String>, Vec<usize>>,
}

#[derive(Debug)]
struct SourceReport {
    about: About,
    size: u64,
    pages: Vec<Pattern>,
    paragraphs: HashMap<Option<String>, Vec<Paragraph>>,
}

/// What a made page takes from a real one.
#[derive(Debug)]
struct Pattern {
    /// Without text, boxes and spans.
    page: Page,
    /// Bytes of text outside running heads.
    length: usize,
    running_heads: Vec<Paragraph>,
}

/// A paragraph; spans count from its beginning.
#[derive(Debug)]
struct Paragraph {
    text: String,
    words: Vec<WordBox>,
    headings: Vec<Span>,
}

impl Source {
    /// Reads reports of a library, spread evenly over it, until they have `most_pages`.
    pub fn read(library: &Library, most_pages: usize) -> Result<Source, StoreError> {
        let locations = library.catalogue().locations()?;
        let pages: u64 = library.catalogue().coverage()?.pages.values().sum();
        let share = usize::try_from(pages).unwrap_or(usize::MAX).div_ceil(most_pages.max(1)).max(1);
        let mut source = Source { reports: Vec::new(), by_language: HashMap::new() };
        for (_, location) in locations.into_iter().step_by(share) {
            let report = SourceReport::of(library.texts().load(location)?);
            if report.paragraphs.is_empty() {
                continue;
            }
            source.by_language.entry(report.about.language.clone()).or_default().push(source.reports.len());
            source.reports.push(report);
        }
        Ok(source)
    }

    /// Whether there is no text to make anything of.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// The numbers of the reports that together have `pages` or, with the last, a few more.
    pub fn numbers_for(&self, seed: u64, pages: u64) -> Vec<u64> {
        let mut left = pages;
        let mut numbers = Vec::new();
        for number in 0.. {
            if left == 0 || self.is_empty() {
                break;
            }
            left = left.saturating_sub(self.pattern(&mut random(seed, number)).1 as u64);
            numbers.push(number);
        }
        numbers
    }

    /// The pattern of the next report, and how many pages it gets.
    fn pattern(&self, random: &mut fastrand::Rng) -> (&SourceReport, usize) {
        let pattern = &self.reports[random.usize(..self.reports.len())];
        let pages = (pattern.pages.len() as f64 * (0.5 + random.f64())).round().max(1.0);
        (pattern, pages as usize)
    }

    /// The report with this number, and the name of the file it pretends to come from. The source must not be empty.
    pub fn make(&self, seed: u64, number: u64) -> (PathBuf, Report) {
        let identity = format!("{seed} {number}");
        let mut random = random(seed, number);
        let (pattern, pages) = self.pattern(&mut random);
        let alike = &self.by_language[&pattern.about.language];
        let lenders: Vec<&SourceReport> = std::iter::once(pattern)
            .chain((1..LENDERS).map(|_| &self.reports[alike[random.usize(..alike.len())]]))
            .collect();
        let pages = (0..pages).map(|index| made_page(index, pattern, &lenders, &mut random)).collect();
        let mut lender = || lenders[random.usize(..lenders.len())];
        let about = About {
            title: format!("{} ({number})", lender().about.title),
            authors: lender().about.authors.clone(),
            date: lender().about.date.clone(),
            ..pattern.about.clone()
        };
        let report = Report {
            id: ReportId::of_bytes(identity.as_bytes()),
            size: pattern.size,
            about,
            statements: Statements::default(),
            outline: Vec::new(),
            pages,
            partial: None,
        };
        (PathBuf::from(format!("/made/{number:07}.pdf")), report)
    }
}

/// What a report is drawn by.
fn random(seed: u64, number: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

impl SourceReport {
    fn of(report: Report) -> SourceReport {
        let mut source =
            SourceReport { about: report.about, size: report.size, pages: Vec::new(), paragraphs: HashMap::new() };
        for page in report.pages {
            let (mut running_heads, mut length) = (Vec::new(), 0);
            if page.status.is_searchable() {
                for span in paragraph_spans(&page.text) {
                    let paragraph = Paragraph::cut(&page, span);
                    if page.furniture.iter().any(|furniture| furniture.overlaps(&span)) {
                        running_heads.push(paragraph);
                    } else {
                        length += paragraph.text.len();
                        source.paragraphs.entry(page.language.clone()).or_default().push(paragraph);
                    }
                }
            }
            let page =
                Page { text: String::new(), words: Vec::new(), furniture: Vec::new(), headings: Vec::new(), ..page };
            source.pages.push(Pattern { page, length, running_heads });
        }
        source
    }
}

/// The blocks of a page's text, which empty lines part.
fn paragraph_spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    for block in text.split("\n\n") {
        let end = start + block.len();
        if !block.trim().is_empty() {
            spans.push(Span { start: start as u32, end: end as u32 });
        }
        start = end + 2;
    }
    spans
}

impl Paragraph {
    fn cut(page: &Page, span: Span) -> Paragraph {
        let within = |other: &Span| other.start >= span.start && other.end <= span.end;
        let moved = |other: Span| Span { start: other.start - span.start, end: other.end - span.start };
        let words = page.words.iter().filter(|word| within(&word.span));
        Paragraph {
            text: span.of(&page.text).to_owned(),
            words: words.map(|word| WordBox { span: moved(word.span), quad: word.quad }).collect(),
            headings: page.headings.iter().filter(|heading| within(heading)).map(|heading| moved(*heading)).collect(),
        }
    }

    /// Upper and lower edge, as shares of the page's height.
    fn edges(&self) -> (f32, f32) {
        let edges = self.words.iter().map(|word| (word.quad.y0, word.quad.y1));
        edges.fold((1.0, 0.0), |(top, bottom), (y0, y1)| (y0.min(top), y1.max(bottom)))
    }
}

fn made_page(index: usize, pattern: &SourceReport, lenders: &[&SourceReport], random: &mut fastrand::Rng) -> Page {
    let Pattern { page, length, running_heads } = &pattern.pages[index % pattern.pages.len()];
    let mut made = Page { number: index as u32 + 1, ..page.clone() };
    let sources: Vec<&Vec<Paragraph>> =
        lenders.iter().filter_map(|lender| lender.paragraphs.get(&page.language)).collect();
    let mut y = GAP;
    let mut left = *length;
    for _ in 0..MOST_PARAGRAPHS {
        if left == 0 || sources.is_empty() {
            break;
        }
        let source = sources[random.usize(..sources.len())];
        let paragraph = &source[random.usize(..source.len())];
        let (top, bottom) = paragraph.edges();
        append(&mut made, paragraph, y - top);
        y += (bottom - top).max(0.0) + GAP;
        left = left.saturating_sub(paragraph.text.len());
    }
    for running_head in running_heads {
        let start = append(&mut made, running_head, 0.0);
        made.furniture.push(Span { start, end: made.text.len() as u32 });
    }
    made
}

/// Puts a paragraph at the end of a page, its boxes moved down by a share of the page's height; boxes that would leave the page
/// stay at its edge. Returns where it begins.
fn append(page: &mut Page, paragraph: &Paragraph, down: f32) -> u32 {
    if !page.text.is_empty() {
        page.text.push_str("\n\n");
    }
    let start = page.text.len() as u32;
    page.text.push_str(&paragraph.text);
    let moved = |span: Span| Span { start: span.start + start, end: span.end + start };
    page.words.extend(paragraph.words.iter().map(|word| {
        let lowered = |y: f32| (y + down).clamp(0.0, 1.0);
        let quad = Quad { y0: lowered(word.quad.y0), y1: lowered(word.quad.y1), ..word.quad };
        WordBox { span: moved(word.span), quad }
    }));
    page.headings.extend(paragraph.headings.iter().map(|heading| moved(*heading)));
    start
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::report::PageStatus;
    use std::collections::HashSet;

    fn page(number: u32, language: &str, text: &str) -> Page {
        let span = |part: &str| {
            let start = text.find(part).expect("part of the text");
            Span { start: start as u32, end: (start + part.len()) as u32 }
        };
        let quad = Quad { x0: 0.1, y0: 0.5, x1: 0.3, y1: 0.6 };
        Page {
            number,
            label: Some(format!("p{number}")),
            width: 595.0,
            height: 842.0,
            status: if text.is_empty() { PageStatus::NoText } else { PageStatus::Text },
            language: Some(language.to_owned()),
            section: None,
            text: text.to_owned(),
            words: text.split_whitespace().map(|word| WordBox { span: span(word), quad }).collect(),
            furniture: text.contains("running").then(|| span("running head")).into_iter().collect(),
            headings: text.contains("Heading").then(|| span("Heading")).into_iter().collect(),
        }
    }

    /// Three reports in two languages, nine pages, one of them without text.
    pub(in crate::bench) fn library(directory: &std::path::Path) -> Library {
        let library = Library::open_for_writing(directory).expect("a new library");
        let report = |name: &str, language: &str, texts: &[&str]| Report {
            id: ReportId::of_bytes(name.as_bytes()),
            size: 1,
            about: About { title: name.to_owned(), language: Some(language.to_owned()), ..About::default() },
            statements: Statements::default(),
            outline: Vec::new(),
            pages: (1..).zip(texts).map(|(number, text)| page(number, language, text)).collect(),
            partial: None,
        };
        let reports = [
            report("one", "en", &["Heading alpha\n\nbeta gamma\n\nrunning head", "", "delta epsilon zeta"]),
            report("two", "en", &["eta theta", "iota kappa lambda", "mu nu"]),
            report("drei", "de", &["eins zwei", "drei vier"]),
        ];
        let make = |number: u64| (PathBuf::from(format!("/{number}.pdf")), reports[number as usize].clone());
        let stop = std::sync::atomic::AtomicBool::new(false);
        let silent = crate::ingest::Silent;
        crate::ingest::ingest_made(&library, 1, &[0, 1, 2], &make, &silent, &stop).expect("room");
        library
    }

    #[test]
    fn made_reports_are_real_paragraphs_of_one_language() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let source = Source::read(&library(directory.path()), 1_000).expect("readable");
        let english = ["Heading alpha", "beta gamma", "delta epsilon zeta", "eta theta", "iota kappa lambda", "mu nu"];
        let german = ["eins zwei", "drei vier"];
        let mut seen = HashSet::new();
        for number in 0..60 {
            let (path, report) = source.make(7, number);
            assert_eq!(path, PathBuf::from(format!("/made/{number:07}.pdf")));
            assert!(seen.insert(report.id), "every report is another");
            let known = if report.about.language.as_deref() == Some("de") { &german[..] } else { &english[..] };
            for page in &report.pages {
                for paragraph in page.text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
                    assert!(known.contains(&paragraph) || paragraph == "running head", "{paragraph}");
                }
                assert_eq!(page.status.is_searchable(), !page.text.is_empty());
                assert!(page.furniture.iter().all(|span| span.of(&page.text) == "running head"));
                assert!(page.headings.iter().all(|span| span.of(&page.text) == "Heading"));
                let boxed: Vec<&str> = page.words.iter().map(|word| word.span.of(&page.text)).collect();
                assert_eq!(boxed, page.text.split_whitespace().collect::<Vec<_>>());
                assert!(page.words.iter().all(|word| word.quad.y0 >= 0.0 && word.quad.y1 <= 1.0));
            }
        }
    }

    #[test]
    fn a_number_always_makes_the_same_report() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let source = Source::read(&library(directory.path()), 1_000).expect("readable");
        assert_eq!(source.make(7, 3), source.make(7, 3));
        let texts = |seed| -> Vec<String> { (0..9).map(|number| format!("{:?}", source.make(seed, number))).collect() };
        assert_ne!(texts(7), texts(8));
    }

    #[test]
    fn a_large_library_is_read_in_part() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let source = Source::read(&library(directory.path()), 5).expect("readable");
        assert_eq!(source.reports.len(), 2);
        assert!(!source.is_empty());
    }

    #[test]
    fn as_many_reports_are_made_as_the_pages_take() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let source = Source::read(&library(directory.path()), 1_000).expect("readable");
        let numbers = source.numbers_for(7, 100);
        let pages: usize = numbers.iter().map(|number| source.make(7, *number).1.pages.len()).sum();
        assert!((100..106).contains(&pages), "{pages}");
        assert!(source.numbers_for(7, 0).is_empty());
    }
}
