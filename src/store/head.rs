//! A record's head: everything about a report but its page texts, ↔ bytes.
//!
//! Languages and section paths repeat from page to page, so each stands once and pages point to it.

use crate::report::{About, OutlineEntry, PageStatus, Reason, Report, ReportId, Statements, TitleSource};
use crate::store::{PageList, PageSummary, StoredReport};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The stored form, which [`Statements`] follow since record version 2, and the publisher since version 3. Fields,
/// variants and their order are the format: a change takes a new record version.
#[derive(Serialize, Deserialize)]
struct Head {
    size: u64,
    about: HeadAbout,
    outline: Vec<OutlineEntry>,
    partial: Option<Reason>,
    /// Languages and section paths, each once.
    strings: Vec<String>,
    pages: Vec<HeadPage>,
}

/// What is known of a report, as of record version 1.
#[derive(Serialize, Deserialize)]
struct HeadAbout {
    title: String,
    title_source: TitleSource,
    authors: Vec<String>,
    date: Option<String>,
    language: Option<String>,
    subject: Option<String>,
    keywords: Vec<String>,
}

impl HeadAbout {
    fn of(about: &About) -> HeadAbout {
        let About { title, title_source, authors, publisher: _, date, language, subject, keywords } = about.clone();
        HeadAbout { title, title_source, authors, date, language, subject, keywords }
    }

    fn with(self, publisher: Option<String>) -> About {
        let HeadAbout { title, title_source, authors, date, language, subject, keywords } = self;
        About { title, title_source, authors, publisher, date, language, subject, keywords }
    }
}

/// A page of the head; strings by their number from 1, 0 for none.
#[derive(Serialize, Deserialize)]
struct HeadPage {
    label: Option<String>,
    width: f32,
    height: f32,
    status: PageStatus,
    language: u32,
    section: u32,
}

/// [`Head`] without owning any of it, field by field.
type HeadView<'r> =
    (u64, AboutView<'r>, Vec<(&'r str, u8, u32)>, Option<Reason>, Vec<&'r str>, Vec<(Option<&'r str>, PageView)>);

/// [`HeadAbout`] likewise.
type AboutView<'r> =
    (&'r str, TitleSource, Vec<&'r str>, Option<&'r str>, Option<&'r str>, Option<&'r str>, Vec<&'r str>);

/// [`HeadPage`] after its label.
type PageView = (f32, f32, PageStatus, u32, u32);

/// Numbers strings in the order they first occur.
#[derive(Default)]
struct Interner<'r> {
    numbers: HashMap<&'r str, u32>,
    strings: Vec<String>,
}

impl<'r> Interner<'r> {
    fn number(&mut self, string: Option<&'r str>) -> u32 {
        let Some(string) = string else { return 0 };
        *self.numbers.entry(string).or_insert_with(|| {
            self.strings.push(string.to_owned());
            self.strings.len() as u32
        })
    }
}

/// The head of a report's record.
pub(super) fn encode(report: &Report) -> Vec<u8> {
    let mut interner = Interner::default();
    let pages = report
        .pages
        .iter()
        .map(|page| HeadPage {
            label: page.label.clone(),
            width: page.width,
            height: page.height,
            status: page.status,
            language: interner.number(page.language.as_deref()),
            section: interner.number(page.section.as_deref()),
        })
        .collect();
    let head = Head {
        size: report.size,
        about: HeadAbout::of(&report.about),
        outline: report.outline.clone(),
        partial: report.partial,
        strings: interner.strings,
        pages,
    };
    postcard::to_stdvec(&(head, &report.statements, &report.about.publisher))
        .expect("plain data in memory always serialises")
}

/// Reads a head; `None` if it is none.
pub(super) fn decode(id: ReportId, bytes: &[u8]) -> Option<StoredReport> {
    let (head, rest): (Head, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    // Records of version 1 end here, those of version 2 after the statements.
    let (statements, rest): (Statements, &[u8]) =
        if rest.is_empty() { (Statements::default(), rest) } else { postcard::take_from_bytes(rest).ok()? };
    let publisher = if rest.is_empty() { None } else { postcard::from_bytes(rest).ok()? };
    let Head { size, about, outline, partial, strings, pages } = head;
    let string = |number: u32| match number.checked_sub(1) {
        None => Some(None),
        Some(index) => strings.get(index as usize).map(|string| Some(string.clone())),
    };
    let pages = pages
        .into_iter()
        .map(|page| {
            Some(PageSummary {
                label: page.label,
                width: page.width,
                height: page.height,
                status: page.status,
                language: string(page.language)?,
                section: string(page.section)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(StoredReport { id, size, about: about.with(publisher), statements, outline, partial, pages })
}

/// Reads of a head what a search shows of pages, for a fraction of what [`decode`] takes; `None` if it is none.
pub(super) fn decode_list(bytes: &[u8]) -> Option<PageList> {
    let (head, _): (HeadView<'_>, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    let mut list = PageList::default();
    for (label, (_, _, status, _, _)) in head.5 {
        list.push(status, label);
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Page, Statement};

    #[test]
    fn pages_are_listed_as_the_whole_head_has_them() {
        let page = |(label, status): (Option<&str>, PageStatus)| Page {
            number: 1,
            label: label.map(str::to_owned),
            width: 595.3,
            height: 841.9,
            status,
            language: Some("en".to_owned()),
            section: None,
            text: String::new(),
            words: Vec::new(),
            furniture: Vec::new(),
            headings: Vec::new(),
        };
        let about = About {
            title: "Wells".to_owned(),
            authors: vec!["A. Nother".to_owned(), "B".to_owned()],
            subject: Some("Water".to_owned()),
            keywords: vec!["wells".to_owned()],
            ..About::default()
        };
        let outline = vec![OutlineEntry { title: "Findings".to_owned(), level: 1, page: 300 }];
        let pages = [(None, PageStatus::NoText), (Some("i"), PageStatus::Text), (Some("7"), PageStatus::Garbled)];
        let pages = pages.into_iter().map(page).collect();
        let partial = Some(Reason::LimitReached);
        let id = ReportId([1; 16]);
        let report = Report { id, size: 9, about, statements: Statements::default(), outline, pages, partial };
        let bytes = encode(&report);
        let mut expected = PageList::default();
        for page in decode(id, &bytes).expect("as written").pages {
            expected.push(page.status, page.label.as_deref());
        }
        assert_eq!(decode_list(&bytes), Some(expected));
        assert_eq!(decode_list(&bytes[..20]), None);
    }

    #[test]
    fn heads_without_statements_or_publisher_are_read() {
        let statement = |text: &str| Statement { text: text.to_owned(), page: Some(3) };
        let statements = Statements { summary: Some(statement("Short.")), recommendations: vec![statement("Do it.")] };
        let id = ReportId([1; 16]);
        let publisher = Some("Centre for Wells".to_owned());
        let about = About { title: "Wells".to_owned(), publisher, ..About::default() };
        let unpublished = About { publisher: None, ..about.clone() };
        let report = Report { id, size: 9, about, statements, outline: Vec::new(), pages: Vec::new(), partial: None };
        let bytes = encode(&report);
        let stored = decode(id, &bytes).expect("as written");
        assert_eq!((&stored.statements, &stored.about), (&report.statements, &report.about));
        let length = |bytes: Result<Vec<u8>, postcard::Error>| bytes.expect("plain data").len();
        let second = bytes.len() - length(postcard::to_stdvec(&report.about.publisher));
        let before = decode(id, &bytes[..second]).expect("a head of version 2");
        assert_eq!((before.statements, before.about), (report.statements.clone(), unpublished.clone()));
        let first = second - length(postcard::to_stdvec(&report.statements));
        let before = decode(id, &bytes[..first]).expect("a head of version 1");
        assert_eq!((before.statements, before.about), (Statements::default(), unpublished));
        assert_eq!(decode(id, &bytes[..bytes.len() - 1]), None, "damage is not taken for an older version");
    }
}
