//! Counting words, and adding lists of words up.

use super::numbers::write;
use super::{Facts, PLACES, Row, Vocabulary};
use crate::quickwit::{Document, PageDocument, ReportDocument, documents};
use crate::search::SearchError;
use crate::store::Library;
use std::collections::{BTreeMap, BTreeSet};
use tantivy_fst::map::OpBuilder;
use tantivy_fst::{MapBuilder, Streamer};

/// Reports read from the catalogue at once.
const READ_AT_ONCE: u64 = 500;
/// Different words kept in memory: some hundred megabytes.
const MOST_WORDS: usize = 2_000_000;

/// Counts the words of reports. Keeps every different word in memory: whoever has many reports makes a vocabulary of some
/// of them at a time and joins these.
#[derive(Debug, Default)]
pub struct VocabularyBuilder {
    facts: Facts,
    terms: BTreeMap<String, Row>,
}

/// Writes rows for terms that come in order.
struct Writer {
    terms: MapBuilder<Vec<u8>>,
    rows: Vec<u8>,
}

impl VocabularyBuilder {
    /// Adds a report by all the documents that the engine is sent of it.
    pub fn add(&mut self, documents: &[Document]) {
        for document in documents {
            match document {
                Document::Report(report) => self.add_report(report),
                Document::Page(page) => self.add_page(page),
            }
        }
    }

    /// Different words counted so far.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The vocabulary.
    pub fn finish(self) -> tantivy::Result<Vocabulary> {
        let mut writer = Writer::new()?;
        for (term, row) in &self.terms {
            writer.push(term.as_bytes(), row)?;
        }
        writer.finish(self.facts)
    }

    fn add_report(&mut self, report: &ReportDocument) {
        self.facts.reports += 1;
        self.facts.pages += report.pages;
        for language in &report.kept.language {
            *self.facts.languages.entry(language.clone()).or_insert(0) += 1;
        }
        let several = |texts: &[String]| texts.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        for (place, name) in PLACES.iter().enumerate() {
            let text = match *name {
                "body" => format!("{} {}", report.body, report.whole),
                "title" => several(&report.title),
                "author" => several(&report.author),
                "subject" => several(&report.subject),
                "file" => several(&report.file),
                "heading" => report.heading.clone(),
                "statement" => report.statement.clone(),
                "furniture" => report.furniture.clone(),
                "accented" => report.accented.clone(),
                "section" => report.section.clone(),
                _ => several(&report.tag),
            };
            let words = text.split_ascii_whitespace().count() as u64;
            *self.facts.lengths.entry((*name).to_owned()).or_insert(0) += words;
            for term in text.split_ascii_whitespace().collect::<BTreeSet<_>>() {
                if let Some(reports) = self.row(term).reports.get_mut(place) {
                    *reports += 1;
                }
            }
        }
    }

    fn add_page(&mut self, page: &PageDocument) {
        let terms = page.body.split_ascii_whitespace().chain(page.whole.split_ascii_whitespace());
        for term in terms.collect::<BTreeSet<_>>() {
            self.row(term).pages += 1;
        }
    }

    fn row(&mut self, term: &str) -> &mut Row {
        // Most terms are known, and a look costs less than a copy.
        if !self.terms.contains_key(term) {
            self.terms.insert(term.to_owned(), Row::default());
        }
        self.terms.entry(term.to_owned()).or_default()
    }
}

impl Vocabulary {
    /// The vocabulary of a library, made of its stored texts: one processor for some thousand pages a second.
    pub fn of_library(library: &Library) -> Result<Vocabulary, SearchError> {
        let made = Vocabulary::of_library_while(library, || true)?;
        Ok(made.unwrap_or_else(|| unreachable!("it was not told to stop")))
    }

    /// The same; `None` as soon as `goes_on` says no, which it is asked every few hundred reports.
    pub fn of_library_while(
        library: &Library,
        mut goes_on: impl FnMut() -> bool,
    ) -> Result<Option<Vocabulary>, SearchError> {
        let (mut parts, mut builder, mut last) = (Vec::new(), VocabularyBuilder::default(), None);
        loop {
            let rows = library.catalogue().reports_after(last, READ_AT_ONCE)?;
            let Some(row) = rows.last() else { break };
            if !goes_on() {
                return Ok(None);
            }
            last = Some(row.id);
            for row in &rows {
                let report = library.load(row)?;
                builder.add(&documents(&report, &row.shown_file(), row.tags(), 0));
            }
            if builder.len() >= MOST_WORDS {
                parts.push(std::mem::take(&mut builder).finish()?);
            }
        }
        parts.push(builder.finish()?);
        Ok(Some(Vocabulary::merged(&parts)?))
    }

    /// The vocabulary of all reports of several, none of which two of them have.
    pub fn merged(parts: &[Vocabulary]) -> tantivy::Result<Vocabulary> {
        let mut facts = Facts::default();
        for part in parts {
            facts.reports += part.facts.reports;
            facts.pages += part.facts.pages;
            for (language, reports) in &part.facts.languages {
                *facts.languages.entry(language.clone()).or_insert(0) += reports;
            }
            for (place, words) in &part.facts.lengths {
                *facts.lengths.entry(place.clone()).or_insert(0) += words;
            }
        }
        let mut writer = Writer::new()?;
        let mut union = parts.iter().fold(OpBuilder::new(), |union, part| union.add(&part.terms)).union();
        while let Some((term, rows)) = union.next() {
            let mut sum = Row::default();
            for found in rows {
                if let Some(part) = parts.get(found.index) {
                    sum.add(&part.row(found.value));
                }
            }
            writer.push(term, &sum)?;
        }
        writer.finish(facts)
    }
}

impl Writer {
    fn new() -> tantivy::Result<Writer> {
        Ok(Writer { terms: MapBuilder::new(Vec::new()).map_err(|error| failed(&error))?, rows: Vec::new() })
    }

    fn push(&mut self, term: &[u8], row: &Row) -> tantivy::Result<()> {
        self.terms.insert(term, self.rows.len() as u64).map_err(|error| failed(&error))?;
        let present = (0..).zip(row.reports).filter(|(_, reports)| *reports > 0);
        write(present.clone().fold(0, |places, (place, _)| places | 1 << place), &mut self.rows);
        present.for_each(|(_, reports)| write(reports, &mut self.rows));
        write(row.pages, &mut self.rows);
        Ok(())
    }

    fn finish(self, facts: Facts) -> tantivy::Result<Vocabulary> {
        let terms = self.terms.into_inner().map_err(|error| failed(&error))?;
        let terms = tantivy_fst::Map::from_bytes(terms).map_err(|error| failed(&error))?;
        Ok(Vocabulary { facts, terms, rows: self.rows })
    }
}

/// Terms come in order and into memory, so this is a fault of the program; but no reason to stop it.
fn failed(error: &tantivy_fst::Error) -> tantivy::TantivyError {
    tantivy::TantivyError::InternalError(error.to_string())
}
