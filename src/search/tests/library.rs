//! Small libraries from hand-made reports, through the same store and index as ingest uses.

use crate::index::{IndexWriter, ReportDocument};
use crate::report::{
    About, Outcome, OutlineEntry, Page, PageStatus, Quad, Report, ReportId, Span, Statement, Statements, WordBox,
};
use crate::search::{Engine, SearchRequest, SearchResponse};
use crate::store::{Change, FileRow, Library, ReportFacts, StoredPage, TextStore};
use std::path::PathBuf;
use std::sync::Arc;

/// A report by its name, which is the only word of its title if no title is given, and its pages' texts.
#[derive(Clone, Default)]
pub(in crate::search) struct Made {
    pub(in crate::search) name: &'static str,
    pub(in crate::search) title: &'static str,
    pub(in crate::search) authors: &'static [&'static str],
    pub(in crate::search) date: Option<&'static str>,
    pub(in crate::search) language: Option<&'static str>,
    pub(in crate::search) pages: Vec<String>,
    /// Section path of each page, from the first.
    pub(in crate::search) sections: &'static [&'static str],
    /// Its abstract; none if empty.
    pub(in crate::search) summary: &'static str,
    pub(in crate::search) recommendations: &'static [&'static str],
    /// A text that is furniture wherever a page ends with it.
    pub(in crate::search) footer: &'static str,
    /// Numbers of pages whose text is garbled.
    pub(in crate::search) garbled: &'static [u32],
}

pub(in crate::search) fn made(name: &'static str, pages: &[&str]) -> Made {
    Made { name, pages: pages.iter().map(|page| (*page).to_owned()).collect(), ..Made::default() }
}

impl Made {
    pub(in crate::search) fn id(&self) -> ReportId {
        ReportId::of_bytes(self.name.as_bytes())
    }

    pub(in crate::search) fn report(&self) -> Report {
        let about = About {
            title: if self.title.is_empty() { self.name } else { self.title }.to_owned(),
            authors: self.authors.iter().map(|author| (*author).to_owned()).collect(),
            date: self.date.map(str::to_owned),
            language: self.language.map(str::to_owned),
            ..About::default()
        };
        let pages = (1..).zip(&self.pages).map(|(number, text)| self.page(number, text)).collect();
        let recommendation = |text: &&str| Statement { text: (*text).to_owned(), page: Some(1) };
        let recommendations = self.recommendations.iter().map(recommendation).collect();
        let summary = (!self.summary.is_empty()).then(|| Statement { text: self.summary.to_owned(), page: Some(1) });
        let statements = Statements { summary, recommendations };
        Report { id: self.id(), size: 10, about, statements, outline: self.outline(), pages, partial: None }
    }

    /// The outermost headings of the section paths.
    fn outline(&self) -> Vec<OutlineEntry> {
        let mut outline: Vec<OutlineEntry> = Vec::new();
        for (page, path) in (1..).zip(self.sections) {
            let title = path.split(" › ").next().unwrap_or(path).to_owned();
            if outline.iter().all(|entry| entry.title != title) {
                outline.push(OutlineEntry { title, level: 0, page });
            }
        }
        outline
    }

    fn page(&self, number: u32, text: &str) -> Page {
        let parts_words = |character: char| character.is_whitespace() || character == '\u{AD}';
        let start = text.strip_suffix(self.footer).filter(|_| !self.footer.is_empty()).map(str::len);
        let span = |start: usize, end: usize| Span { start: start as u32, end: end as u32 };
        let word = |(index, word): (usize, &str)| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let left = (index % 10) as f32 / 10.0;
            let quad = Quad { x0: left, y0: 0.1, x1: left + 0.1, y1: 0.2 };
            WordBox { span: span(start, start + word.len()), quad }
        };
        Page {
            number,
            label: Some(format!("p{number}")),
            width: 595.0,
            height: 842.0,
            status: match text {
                "" => PageStatus::NoText,
                _ if self.garbled.contains(&number) => PageStatus::Garbled,
                _ => PageStatus::Text,
            },
            language: self.language.map(str::to_owned),
            section: self.sections.get(number as usize - 1).map(|section| (*section).to_owned()),
            words: text.split(parts_words).filter(|word| !word.is_empty()).enumerate().map(word).collect(),
            furniture: start.into_iter().map(|start| span(start, text.len())).collect(),
            headings: Vec::new(),
            text: text.to_owned(),
        }
    }
}

/// A library in a temporary directory, with an engine on it.
pub(in crate::search) struct Shelf {
    pub(in crate::search) library: Arc<Library>,
    pub(in crate::search) writer: Option<IndexWriter>,
    pub(in crate::search) engine: Engine,
    names: Vec<(ReportId, &'static str)>,
    _directory: tempfile::TempDir,
}

impl Shelf {
    pub(in crate::search) fn empty() -> Shelf {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let library = Arc::new(Library::open_for_writing(&directory.path().join("index")).expect("creates"));
        let engine = Engine::open(Arc::clone(&library)).expect("opens without an index");
        Shelf { library, writer: None, engine, names: Vec::new(), _directory: directory }
    }

    /// The same reports in one segment, in one a report, and among deleted and rewritten ones.
    pub(in crate::search) fn three(reports: &[Made]) -> [(Shelf, &'static str); 3] {
        let apart: Vec<&[Made]> = reports.chunks(1).collect();
        // A report with all the words of the others, soon deleted, leaves them in the dictionary.
        let ghost = Made {
            name: "ghost",
            pages: reports.iter().flat_map(|report| report.pages.iter().cloned()).collect(),
            ..Made::default()
        };
        let first: Vec<Made> = reports.iter().cloned().chain([ghost.clone()]).collect();
        let again: Vec<Made> = reports.iter().step_by(2).cloned().collect();
        let mut rewritten = Shelf::of(&[&first, &again]);
        rewritten.delete(&ghost);
        [(Shelf::of(&[reports]), "one segment"), (Shelf::of(&apart), "a segment each"), (rewritten, "rewritten")]
    }

    /// A commit for each group of reports, so that each becomes a segment of its own.
    pub(in crate::search) fn of(groups: &[&[Made]]) -> Shelf {
        let mut shelf = Shelf::empty();
        groups.iter().for_each(|group| shelf.add(group));
        shelf
    }

    pub(in crate::search) fn add(&mut self, reports: &[Made]) {
        let mut changes = Vec::new();
        for made in reports {
            let report = made.report();
            let path = PathBuf::from(format!("/library/{}.pdf", made.name));
            let location = self.library.texts().append(&TextStore::encode(&report)).expect("stores");
            let file = FileRow {
                path: path.clone(),
                size: 10,
                modified: 0,
                id: Some(report.id),
                outcome: Outcome::Indexed,
                detail: String::new(),
                reader_version: 1,
                checked: 0,
                vanished: None,
                name: None,
            };
            changes.extend([Change::Report(ReportFacts::of(&report, None), location), Change::File(file)]);
            let document = ReportDocument::new(&report, &path.display().to_string(), &[]);
            self.writer().upsert(document).expect("indexes");
            self.names.push((report.id, made.name));
        }
        self.library.texts().sync().expect("syncs");
        self.library.catalogue().record(&changes).expect("records");
        self.commit();
    }

    pub(in crate::search) fn delete(&mut self, made: &Made) {
        self.writer().delete(made.id()).expect("deletes");
        self.commit();
    }

    /// Waits for merges.
    pub(in crate::search) fn merge(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.finish().expect("merges");
        }
        self.engine.reload().expect("reloads");
    }

    fn commit(&mut self) {
        self.writer().commit().expect("commits");
        self.engine.reload().expect("reloads");
    }

    fn writer(&mut self) -> &mut IndexWriter {
        let directory = self.library.generation_directory();
        self.writer.get_or_insert_with(|| IndexWriter::open(&directory, 1).expect("opens"))
    }

    /// A page of a report as it is stored.
    pub(in crate::search) fn page(&self, id: ReportId, number: u32) -> StoredPage {
        let row = self.library.catalogue().report(id).expect("reads").expect("is there");
        self.library.texts().pages(row.location, &[number]).expect("reads").pop().expect("a page")
    }

    pub(in crate::search) fn search(&self, request: &SearchRequest) -> SearchResponse {
        self.engine.search(request).expect("answers")
    }

    /// The hits in order: each report's name and the pages shown, best first.
    pub(in crate::search) fn hits(&self, request: &SearchRequest) -> Vec<(&'static str, Vec<u32>)> {
        let hits = self.search(request).hits;
        hits.iter().map(|hit| (self.name(hit.id), hit.pages.iter().map(|page| page.page).collect())).collect()
    }

    /// The names of the hits by name.
    pub(in crate::search) fn names(&self, query: &str) -> Vec<&'static str> {
        let mut names: Vec<_> = self.hits(&asked(query)).into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names
    }

    pub(in crate::search) fn name(&self, id: ReportId) -> &'static str {
        self.names.iter().find(|(known, _)| *known == id).map_or("?", |(_, name)| name)
    }
}

/// A request for everything a query finds.
pub(in crate::search) fn asked(query: &str) -> SearchRequest {
    SearchRequest { q: query.to_owned(), limit: 100, pages: 50, ..SearchRequest::default() }
}
