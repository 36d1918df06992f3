//! The view of one page: its text to read, with the matches of a query marked.

use crate::search::PageMarks;
use crate::serve::links::Links;
use crate::serve::service::KnownReport;
use crate::serve::ui::format::{counted, plain};
use crate::serve::ui::page_text::{Paragraph, paragraphs};
use crate::serve::ui::report::{gap_reason, page_heading};
use crate::serve::ui::shell::{Shell, render};
use crate::store::StoredPage;
use askama::Template;

/// What a page view shows.
pub struct PageView<'r> {
    /// The report.
    pub report: &'r KnownReport,
    /// 1-based index of the page.
    pub number: u32,
    /// Its text.
    pub page: &'r StoredPage,
    /// The query; may be empty.
    pub q: &'r str,
    /// What matches it.
    pub marks: &'r PageMarks,
}

#[derive(Template)]
#[template(path = "page.html", config = "src/serve/ui/askama.toml")]
struct Page {
    shell: Shell,
    title: String,
    report_url: String,
    heading: String,
    section: Option<String>,
    language: String,
    pdf_url: String,
    previous: Option<String>,
    next: Option<String>,
    previous_match: Option<String>,
    next_match: Option<String>,
    found: Option<String>,
    within: Option<(String, String)>,
    back: Option<String>,
    gap: Option<&'static str>,
    paragraphs: Vec<Paragraph>,
}

/// The page.
pub fn page_page(links: &Links, view: &PageView<'_>) -> String {
    let KnownReport { row, stored } = view.report;
    let number = view.number;
    let summary = stored.pages.get((number as usize).wrapping_sub(1));
    let language = summary.and_then(|page| page.language.clone()).or_else(|| stored.about.language.clone());
    let heading = page_heading(view.report, number);
    let last = u32::try_from(stored.pages.len()).unwrap_or(u32::MAX);
    let link = |page: u32| links.page(row.id, page, view.q);
    let pages = &view.marks.pages;
    let before = pages.iter().rev().find(|page| **page < number);
    let after = pages.iter().find(|page| **page > number);
    let found = match view.marks.spans.len() as u64 {
        0 => "No match on this page".to_owned(),
        count => format!("{} on this page", counted(count, "match", "matches")),
    };
    let within = counted(pages.len() as u64, "page of the report matches", "pages of the report match");
    render(&Page {
        shell: Shell::new(links, &format!("{heading} – {}", stored.about.title), view.q),
        title: plain(&stored.about.title),
        report_url: links.report(row.id),
        heading,
        section: summary.and_then(|page| page.section.as_deref()).map(plain),
        language: language.unwrap_or_default(),
        pdf_url: links.file_page(row.id, number),
        previous: (number > 1).then(|| link(number - 1)),
        next: (number < last).then(|| link(number + 1)),
        previous_match: before.map(|page| link(*page)),
        next_match: after.map(|page| link(*page)),
        found: (!view.q.is_empty()).then_some(found),
        within: (pages.len() > 1).then(|| (within, links.report_search(row.id, view.q))),
        back: (!view.q.is_empty()).then(|| links.search(&[("q", view.q)])),
        gap: summary.and_then(|page| gap_reason(page.status)),
        paragraphs: paragraphs(view.page, &view.marks.spans),
    })
}
