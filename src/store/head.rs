//! A record's head: everything about a report but its page texts, ↔ bytes.
//!
//! Languages and section paths repeat from page to page, so each stands once and pages point to it.

use crate::report::{About, OutlineEntry, PageStatus, Reason, Report, ReportId, Statements};
use crate::store::{PageSummary, StoredReport};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The stored form, which [`Statements`] follow since record version 2. Fields, variants and their order are the
/// format: a change takes a new record version.
#[derive(Serialize, Deserialize)]
struct Head {
    size: u64,
    about: About,
    outline: Vec<OutlineEntry>,
    partial: Option<Reason>,
    /// Languages and section paths, each once.
    strings: Vec<String>,
    pages: Vec<HeadPage>,
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
        about: report.about.clone(),
        outline: report.outline.clone(),
        partial: report.partial,
        strings: interner.strings,
        pages,
    };
    postcard::to_stdvec(&(head, &report.statements)).expect("plain data in memory always serialises")
}

/// Reads a head; `None` if it is none.
pub(super) fn decode(id: ReportId, bytes: &[u8]) -> Option<StoredReport> {
    let (head, rest): (Head, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    // Records of version 1 end here.
    let statements = if rest.is_empty() { Statements::default() } else { postcard::from_bytes(rest).ok()? };
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
    Some(StoredReport { id, size, about, statements, outline, partial, pages })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Statement;

    #[test]
    fn heads_without_statements_are_read() {
        let statement = |text: &str| Statement { text: text.to_owned(), page: Some(3) };
        let statements = Statements { summary: Some(statement("Short.")), recommendations: vec![statement("Do it.")] };
        let id = ReportId([1; 16]);
        let about = About { title: "Wells".to_owned(), ..About::default() };
        let report = Report { id, size: 9, about, statements, outline: Vec::new(), pages: Vec::new(), partial: None };
        let bytes = encode(&report);
        let stored = decode(id, &bytes).expect("as written");
        assert_eq!((&stored.statements, &stored.about), (&report.statements, &report.about));
        let statements = postcard::to_stdvec(&report.statements).expect("plain data");
        let before = decode(id, &bytes[..bytes.len() - statements.len()]).expect("a head of version 1");
        assert_eq!((before.statements, before.about), (Statements::default(), report.about));
        assert_eq!(decode(id, &bytes[..bytes.len() - 1]), None, "damage is not taken for an older version");
    }
}
