//! Reports as documents.

use super::words::{OPENING, PageWords, each_term, joined, push, readings, title_order};
use crate::index::analyzer::{accented, analyze};
use crate::index::{PageStarts, date_numbers, folded, languages, section_names};
use crate::report::{Report, ReportId};
use crate::text::contents::is_list_of_places;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What parts the readings of one position in [`Kept::opening`]; no word has it.
const OR: char = '|';

/// A report as it is sent. Fields of words are those of [`crate::index`] by the same name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportDocument {
    /// Its identity, 32 hexadecimal digits.
    pub report_id: String,
    /// Generation of the index, raised with its schema.
    pub generation: u64,
    /// Words of all pages in order.
    pub body: String,
    /// Other readings of them.
    pub whole: String,
    /// Words of the title.
    pub title: Vec<String>,
    /// Words of the authors' names.
    pub author: Vec<String>,
    /// Words of subject and keywords.
    pub subject: Vec<String>,
    /// Words of the tags.
    pub tag: Vec<String>,
    /// Words of the path.
    pub file: Vec<String>,
    /// Words of headings.
    pub heading: String,
    /// Words of the abstract and the recommendations.
    pub statement: String,
    /// Distinct words of running heads and folios.
    pub furniture: String,
    /// Distinct words that folding changes, with their accents.
    pub accented: String,
    /// Words of the section paths of pages, those of a path once for all pages under it.
    pub section: String,
    /// Authors' names as written.
    pub author_name: Vec<String>,
    /// Authors' names folded.
    pub author_key: Vec<String>,
    /// Tags as written.
    pub tag_name: Vec<String>,
    /// Tags folded.
    pub tag_key: Vec<String>,
    /// Names of sections as printed.
    pub section_name: Vec<String>,
    /// Names of sections folded.
    pub section_key: Vec<String>,
    /// Year, if known. A number rather than a date: dates before 1678 and after 2261 would come out as others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i64>,
    /// `yyyymmdd`, unknown parts 0; 0 without a date, which comes last where the newest come first.
    pub date: u64,
    /// The same, but without a date what comes last where the oldest come first.
    pub date_rising: u64,
    /// Orders as the first letters of the title do: the engine orders by numbers only.
    pub title_order: u64,
    /// Orders as the first digits of the identity do.
    pub id_order: u64,
    /// Pages.
    pub pages: u64,
    /// What is stored.
    #[serde(flatten)]
    pub kept: Kept,
}

/// What is stored of a report with its document, and comes with every hit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Languages by which it can be filtered; indexed as well.
    #[serde(default)]
    pub language: Vec<String>,
    /// [`PageStarts`] in hexadecimal digits.
    #[serde(default)]
    page_starts: String,
    /// For each run of pages with one section path the first of them and the path, a line each.
    #[serde(default)]
    sections: String,
    /// The readings of each of the first positions.
    #[serde(default)]
    opening: String,
}

/// Comes after every date.
const NO_DATE: u64 = 99_999_999;

impl ReportDocument {
    pub(super) fn new(
        report: &Report,
        file: &str,
        tags: &[String],
        generation: u64,
        pages: &[PageWords],
    ) -> ReportDocument {
        let about = &report.about;
        let date = about.date.as_deref().and_then(date_numbers);
        let day = date.and_then(|(_, day)| u64::try_from(day).ok()).filter(|day| *day > 0);
        let mut all = Whole::default();
        pages.iter().for_each(|page| all.add(page));
        analyze(&about.title, &[], 0, &mut |token| {
            all.accented.extend(accented(token.span.of(&about.title), token.term));
        });
        let (section_name, section_key) = section_names(&report.outline, &about.title).into_iter().unzip();
        let mut statement = String::new();
        for said in report.statements.summary.iter().chain(&report.statements.recommendations) {
            each_term(&said.text, &[], |term| push(&mut statement, term));
        }
        let several = |texts: &[String]| texts.iter().flat_map(|text| readings(text)).collect();
        let all_folded = |texts: &[String]| texts.iter().map(|text| folded(text)).collect();
        ReportDocument {
            report_id: report.id.to_string(),
            generation,
            body: all.body,
            whole: all.whole,
            title: readings(&about.title).collect(),
            author: several(&about.authors),
            subject: about.subject.iter().chain(&about.keywords).flat_map(|text| readings(text)).collect(),
            tag: several(tags),
            file: file.split(['/', '\\']).flat_map(readings).collect(),
            heading: all.heading,
            statement,
            furniture: joined(&all.furniture),
            accented: joined(&all.accented),
            section: section_words(report),
            author_name: about.authors.clone(),
            author_key: all_folded(&about.authors),
            tag_name: tags.to_vec(),
            tag_key: all_folded(tags),
            section_name,
            section_key,
            year: date.map(|(year, _)| year),
            date: day.unwrap_or(0),
            date_rising: day.unwrap_or(NO_DATE),
            title_order: title_order(&about.title),
            id_order: ReportDocument::id_order(report.id),
            pages: report.pages.len() as u64,
            kept: Kept::new(report, pages),
        }
    }

    /// The first 52 bits of an identity, which are exact in JSON.
    pub fn id_order(id: ReportId) -> u64 {
        id.0.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)) >> 12
    }
}

/// What the pages of a report add up to.
#[derive(Default)]
struct Whole {
    body: String,
    whole: String,
    heading: String,
    furniture: BTreeSet<String>,
    accented: BTreeSet<String>,
}

impl Whole {
    fn add(&mut self, page: &PageWords) {
        for (text, words) in
            [(&mut self.body, &page.body), (&mut self.whole, &page.whole), (&mut self.heading, &page.heading)]
        {
            if !words.is_empty() {
                push(text, words);
            }
        }
        self.furniture.extend(page.furniture.iter().cloned());
        self.accented.extend(page.accented.iter().cloned());
    }
}

/// The section paths in order, those that follow each other once, with the first page of each.
fn paths(report: &Report) -> Vec<(u32, &str)> {
    let mut paths: Vec<(u32, &str)> = Vec::new();
    for (number, page) in (1..).zip(&report.pages) {
        let path = page.section.as_deref().unwrap_or("");
        if paths.last().map_or("", |(_, last)| *last) != path {
            paths.push((number, path));
        }
    }
    paths
}

fn section_words(report: &Report) -> String {
    let mut words = String::new();
    paths(report).into_iter().for_each(|(_, path)| each_term(path, &[], |term| push(&mut words, term)));
    words
}

impl Kept {
    fn new(report: &Report, pages: &[PageWords]) -> Kept {
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut starts = PageStarts::default();
        let mut opening = Vec::new();
        for (page, words) in report.pages.iter().zip(pages) {
            starts.push(words.positions, is_list_of_places(&page.text, count));
            let room = OPENING.saturating_sub(opening.len());
            opening.extend(words.opening.iter().take(room).map(|readings| readings.join(&OR.to_string())));
        }
        let sections = paths(report).into_iter().fold(String::new(), |mut sections, (page, path)| {
            // Writing to a string cannot fail. A path is one line, or becomes one.
            let _ = writeln!(sections, "{page} {}", path.replace('\n', " "));
            sections
        });
        let page_starts = starts.encode().iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        let language = languages(report).into_iter().map(str::to_owned).collect();
        Kept { language, page_starts, sections, opening: opening.join(" ") }
    }

    /// Where its pages begin; damaged digits give fewer pages.
    pub fn starts(&self) -> PageStarts {
        let digits = self.page_starts.as_bytes().chunks(2);
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        PageStarts::decode(&digits.map_while(byte).collect::<Vec<u8>>())
    }

    /// The first page of each run of pages that stand under one path, and the path; rising. Pages before the first stand
    /// under none.
    pub fn sections(&self) -> impl Iterator<Item = (u32, &str)> {
        self.sections.lines().filter_map(|line| {
            let (page, path) = line.split_once(' ')?;
            Some((page.parse().ok()?, path))
        })
    }

    /// The readings of each of the first positions.
    pub fn opening(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.opening.split(' ').filter(|readings| !readings.is_empty()).map(|readings| readings.split(OR))
    }
}
