//! A report's landing page: what it is, what of it can be searched, its contents.

use crate::report::{PageStatus, Statement};
use crate::search::{Copies, Hit, Related};
use crate::serve::links::Links;
use crate::serve::service::KnownReport;
use crate::serve::ui::copies::CopyEntry;
use crate::serve::ui::format::{counted, date, day, file_names, number, page_name, plain, share, size};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::query_state::QueryState;
use crate::serve::ui::related::RelatedEntry;
use crate::serve::ui::search::PageCard;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// Entries of the contents shown.
const MAX_CONTENTS: usize = 500;

/// Links to single pages shown.
const MAX_PAGE_LINKS: usize = 1_000;

/// Deepest level of the contents that is set in.
const MAX_LEVEL: u8 = 4;

#[derive(Template)]
#[template(path = "report.html", config = "src/serve/ui/askama.toml")]
struct ReportPage {
    shell: Shell,
    within_url: String,
    q: String,
    evidence: Vec<PageCard>,
    found: Option<String>,
    more_pages: u32,
    title: String,
    language: String,
    language_code: String,
    authors: Vec<(String, String)>,
    date: Option<String>,
    iso_date: String,
    subject: Option<String>,
    summary: Option<Said>,
    recommendations: Vec<Said>,
    keywords: Vec<String>,
    pages: String,
    searchable: String,
    gaps: Vec<Gap>,
    partial: Option<String>,
    files: Vec<String>,
    file_url: String,
    download_url: String,
    file_size: String,
    added: String,
    read_url: Option<String>,
    contents: Vec<Entry>,
    more_contents: usize,
    page_links: Vec<(String, String)>,
    more_page_links: usize,
    copies: Vec<CopyEntry>,
    more_copies: u32,
    related: Vec<RelatedEntry>,
}

/// Something the report says, with where it says it.
struct Said {
    paragraphs: Vec<String>,
    /// The name of the page and the address of its view.
    page: Option<(String, String)>,
}

/// Pages that cannot be found by a search, for one reason.
struct Gap {
    reason: &'static str,
    pages: String,
}

struct Entry {
    title: String,
    level: u8,
    page: String,
    url: String,
}

/// What is shown of a report.
pub struct ReportView<'r> {
    /// The report.
    pub known: &'r KnownReport,
    /// Every place of the file, at least one.
    pub places: &'r [String],
    /// Its near-copies.
    pub copies: &'r Copies,
    /// Reports related to it.
    pub related: &'r [Related],
    /// What is looked for within it.
    pub q: &'r str,
    /// The report as a search within it for `q` gives it.
    pub found: Option<&'r Hit>,
}

/// The page.
pub fn report_page(visit: &Visit, view: &ReportView<'_>) -> String {
    let links = &visit.links;
    let ReportView { known, places, copies, related, q, found } = *view;
    let KnownReport { row, stored } = known;
    let state = QueryState { q: q.to_owned(), ..QueryState::default() };
    let about = &stored.about;
    let total = u64::from(row.pages_total);
    let label = |page: u32| stored.pages.get((page as usize).wrapping_sub(1)).and_then(|page| page.label.as_deref());
    let printed = |page: u32| label(page).map_or_else(|| page.to_string(), plain);
    let contents = stored.outline.iter().take(MAX_CONTENTS).map(|entry| Entry {
        title: plain(&entry.title),
        level: entry.level.min(MAX_LEVEL),
        page: printed(entry.page),
        url: links.page(row.id, entry.page, ""),
    });
    let page_links = (1..).zip(&stored.pages).take(MAX_PAGE_LINKS).map(|(number, page): (u32, _)| {
        (links.page(row.id, number, ""), page.label.as_deref().map_or_else(|| number.to_string(), plain))
    });
    let said = |statement: &Statement| Said {
        paragraphs: statement.text.lines().map(plain).collect(),
        page: statement.page.map(|page| (format!("p. {}", printed(page)), links.page(row.id, page, ""))),
    };
    let is_subject_the_summary = stored.statements.summary.as_ref().is_some_and(|summary| summary.page.is_none());
    render(&ReportPage {
        shell: Shell::new(visit, &about.title, ""),
        within_url: links.report(row.id),
        q: plain(q),
        evidence: found
            .map(|hit| hit.pages.iter().map(|page| PageCard::new(links, &state, hit, page)).collect())
            .unwrap_or_default(),
        found: (!q.is_empty()).then(|| matching_pages(found)),
        more_pages: found.map_or(0, |hit| hit.more_pages),
        title: plain(&about.title),
        language: about.language.as_deref().map(|code| plain(language_name(code))).unwrap_or_default(),
        language_code: about.language.clone().unwrap_or_default(),
        authors: about.authors.iter().map(|name| (plain(name), author_search(links, name))).collect(),
        date: about.date.as_deref().map(|text| plain(&date(text))),
        iso_date: about.date.clone().unwrap_or_default(),
        // A description long enough to be the abstract stands there.
        subject: about.subject.as_deref().filter(|_| !is_subject_the_summary).map(plain),
        summary: stored.statements.summary.as_ref().map(said),
        recommendations: stored.statements.recommendations.iter().map(said).collect(),
        keywords: about.keywords.iter().map(|keyword| plain(keyword)).collect(),
        pages: counted(total, "page", "pages"),
        searchable: share(u64::from(row.pages_searchable), total),
        gaps: gaps(known),
        partial: stored.partial.map(|reason| reason.advice().to_owned()),
        files: file_names(places),
        file_url: links.file(row.id),
        download_url: format!("{}?download", links.file(row.id)),
        file_size: size(row.size),
        added: day(row.added),
        read_url: (total > 0).then(|| links.page(row.id, 1, "")),
        contents: contents.collect(),
        more_contents: stored.outline.len().saturating_sub(MAX_CONTENTS),
        page_links: page_links.collect(),
        more_page_links: stored.pages.len().saturating_sub(MAX_PAGE_LINKS),
        copies: copies.copies.iter().map(|copy| CopyEntry::new(links, copy)).collect(),
        more_copies: copies.more_copies,
        related: related.iter().map(|related| RelatedEntry::new(links, related)).collect(),
    })
}

fn matching_pages(found: Option<&Hit>) -> String {
    let pages = found.map_or(0, |hit| hit.pages.len() as u64 + u64::from(hit.more_pages));
    if pages == 0 { "No page matches".to_owned() } else { counted(pages, "page matches", "pages match") }
}

fn author_search(links: &Links, name: &str) -> String {
    links.search(&[("author", name)])
}

/// Why a page cannot be searched, for people; nothing for one that can.
pub fn gap_reason(status: PageStatus) -> Option<&'static str> {
    match status {
        PageStatus::Text | PageStatus::Ocr => None,
        PageStatus::Truncated => Some("searchable only in part: the page is too long"),
        PageStatus::NoText => Some("no text: blank, or a picture"),
        PageStatus::Garbled => Some("its characters cannot be read as words"),
        PageStatus::Encrypted => Some("encrypted"),
        PageStatus::Failed => Some("damaged"),
    }
}

/// The pages that cannot be searched, by reason, as runs: `3, 7–9`.
fn gaps(known: &KnownReport) -> Vec<Gap> {
    let pages_of = |status: PageStatus| -> Vec<u32> {
        let of_status = (1..).zip(&known.stored.pages).filter(|(_, page)| page.status == status);
        of_status.map(|(number, _): (u32, _)| number).collect()
    };
    PageStatus::ALL
        .into_iter()
        .filter_map(|status| Some(Gap { reason: gap_reason(status)?, pages: page_runs(&pages_of(status)) }))
        .filter(|gap| !gap.pages.is_empty())
        .collect()
}

/// `3, 7–9` for 3, 7, 8, 9; a long list ends with how many more there are.
fn page_runs(pages: &[u32]) -> String {
    const SHOWN: usize = 12;
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for page in pages.iter().copied() {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(page) => *last = page,
            _ => runs.push((page, page)),
        }
    }
    let shown = |(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}–{last}"),
    };
    let hidden: u64 = runs.iter().skip(SHOWN).map(|(first, last)| u64::from(last - first) + 1).sum();
    let text = runs.iter().take(SHOWN).map(shown).collect::<Vec<_>>().join(", ");
    if hidden > 0 { format!("{text} and {} more", number(hidden)) } else { text }
}

/// The name of a page of a report for headings.
pub fn page_heading(known: &KnownReport, page: u32) -> String {
    let label = known.stored.pages.get((page as usize).wrapping_sub(1)).and_then(|page| page.label.as_deref());
    page_name(page, label, known.stored.pages.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_in_runs() {
        for (pages, wanted) in [(vec![], ""), (vec![3], "3"), (vec![3, 7, 8, 9, 11], "3, 7–9, 11")] {
            assert_eq!(page_runs(&pages), wanted);
        }
        let odd: Vec<u32> = (0..20).map(|n| 2 * n + 1).collect();
        assert!(page_runs(&odd).ends_with("23 and 8 more"), "{}", page_runs(&odd));
    }
}
