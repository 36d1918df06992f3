//! A report's landing page: what it is, what of it can be searched, its contents.

use crate::export::cite::{CitationFormat, Reference, apa_source};
use crate::report::{PageStatus, Statement};
use crate::search::{Copies, Hit, Related};
use crate::serve::links::Links;
use crate::serve::service::KnownReport;
use crate::serve::ui::comments::CommentsSection;
use crate::serve::ui::contents::{Contents, Step};
use crate::serve::ui::copies::CopyEntry;
use crate::serve::ui::cover::Cover;
use crate::serve::ui::format::{counted, date, day, file_names, number, page_name, plain, size};
use crate::serve::ui::home::read_often;
use crate::serve::ui::languages::language_name;
use crate::serve::ui::metadata::Metadata;
use crate::serve::ui::query_state::QueryState;
use crate::serve::ui::related::RelatedEntry;
use crate::serve::ui::search::PageCard;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// Links to single pages shown.
const MAX_PAGE_LINKS: usize = 1_000;

#[derive(Template)]
#[template(path = "report.html", config = "src/serve/ui/askama.toml")]
struct ReportPage {
    shell: Shell,
    about: Metadata,
    cover: Option<Cover>,
    within_url: String,
    q: String,
    evidence: Vec<PageCard>,
    found: Option<String>,
    more_pages: u32,
    title: String,
    language_code: String,
    publisher: Option<String>,
    contributors: Vec<(String, String)>,
    date: Option<String>,
    iso_date: String,
    /// `PDF 274.4 KB`, `38 pages`, `English`.
    imprint: Vec<String>,
    subject: Option<String>,
    summary: Option<Said>,
    recommendations: Vec<Said>,
    tags: Vec<(String, String)>,
    keywords: Vec<(String, String)>,
    /// Where it is corrected, for those who may.
    edit_url: Option<String>,
    searchable: String,
    is_all_searchable: bool,
    gaps: Vec<Gap>,
    /// Why not all of it was read, and what can be done about it.
    partial: Option<(&'static str, &'static str)>,
    files: Vec<String>,
    file_url: String,
    download_url: String,
    added: String,
    read_url: Option<String>,
    contents: Contents,
    page_links: Vec<(String, String)>,
    more_page_links: usize,
    copies: Vec<CopyEntry>,
    more_copies: u32,
    related: Vec<RelatedEntry>,
    citation: String,
    permalink: String,
    citations: Vec<(&'static str, String)>,
    reads: Option<String>,
    comments: Option<CommentsSection>,
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
    /// How often it was read this month.
    pub reads: u64,
    /// What is looked for within it.
    pub q: &'r str,
    /// The report as a search within it for `q` gives it.
    pub found: Option<&'r Hit>,
    /// The report as a reference.
    pub reference: &'r Reference,
    /// Scheme and host of the service; empty if they are not known.
    pub site: &'r str,
}

/// The page.
pub fn report_page(visit: &Visit, view: &ReportView<'_>, comments: Option<CommentsSection>) -> String {
    let links = &visit.links;
    let ReportView { known, places, copies, related, reads, q, found, reference, site } = *view;
    let KnownReport { row, stored } = known;
    let state = QueryState { q: q.to_owned(), ..QueryState::default() };
    let about = &stored.about;
    let total = u64::from(row.pages_total);
    let language = about.language.as_deref().map(|code| plain(language_name(code)));
    let label = |page: u32| stored.pages.get((page as usize).wrapping_sub(1)).and_then(|page| page.label.as_deref());
    let printed = |page: u32| label(page).map_or_else(|| page.to_string(), plain);
    let contents = Contents::new(&stored.outline, |entry| {
        (plain(&entry.title), printed(entry.page), links.page(row.id, entry.page, ""))
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
        about: Metadata::new(links, site, reference, &about.authors),
        cover: Cover::new(links, known),
        within_url: links.report(row.id),
        q: plain(q),
        evidence: found
            .map(|hit| hit.pages.iter().map(|page| PageCard::new(links, &state, hit, page)).collect())
            .unwrap_or_default(),
        found: (!q.is_empty()).then(|| matching_pages(found)),
        more_pages: found.map_or(0, |hit| hit.more_pages),
        title: plain(&about.title),
        language_code: about.language.clone().unwrap_or_default(),
        publisher: reference.publisher.as_deref().map(plain),
        contributors: about
            .authors
            .iter()
            .map(|name| (plain(name), links.reports_where(&[("contributor", name)])))
            .collect(),
        date: about.date.as_deref().map(|text| plain(&date(text))),
        iso_date: about.date.clone().unwrap_or_default(),
        imprint: [format!("PDF {}", size(row.size)), counted(total, "page", "pages")]
            .into_iter()
            .chain(language)
            .collect(),
        // A description long enough to be the abstract stands there.
        subject: about.subject.as_deref().filter(|_| !is_subject_the_summary).map(plain),
        summary: stored.statements.summary.as_ref().map(said),
        recommendations: stored.statements.recommendations.iter().map(said).collect(),
        tags: row.tags().iter().map(|tag| (plain(tag), links.reports_where(&[("tag", tag)]))).collect(),
        keywords: about.keywords.iter().map(|keyword| (plain(keyword), phrase_search(links, keyword))).collect(),
        edit_url: visit.may_edit().then(|| format!("{}/edit", links.report(row.id))),
        searchable: searchable(u64::from(row.pages_searchable), total),
        is_all_searchable: row.pages_searchable == row.pages_total,
        gaps: gaps(known),
        partial: stored.partial.map(|reason| (reason.label(), reason.advice())),
        files: file_names(places),
        file_url: links.file(row.id),
        download_url: format!("{}?download", links.file(row.id)),
        added: day(row.added),
        reads: (reads > 0).then(|| read_often(reads)),
        read_url: (total > 0).then(|| links.page(row.id, 1, "")),
        contents,
        page_links: page_links.collect(),
        more_page_links: stored.pages.len().saturating_sub(MAX_PAGE_LINKS),
        copies: copies.copies.iter().map(|copy| CopyEntry::new(links, known, copy)).collect(),
        more_copies: copies.more_copies,
        related: related.iter().map(|related| RelatedEntry::new(links, related)).collect(),
        citation: plain(&apa_source(reference, None)),
        permalink: reference.url.clone(),
        citations: CitationFormat::ALL
            .map(|format| (format.name(), links.citation(row.id, format.extension())))
            .to_vec(),
        comments,
    })
}

fn matching_pages(found: Option<&Hit>) -> String {
    let pages = found.map_or(0, |hit| hit.pages.len() as u64 + u64::from(hit.more_pages));
    if pages == 0 { "No page matches".to_owned() } else { counted(pages, "page matches", "pages match") }
}

/// Reports with these words in this order.
fn phrase_search(links: &Links, words: &str) -> String {
    links.search(&[("q", &format!("\"{}\"", words.replace('"', " ")))])
}

/// How much of a report a search can find.
fn searchable(pages: u64, total: u64) -> String {
    match (pages, total) {
        (_, 0) => "It has no pages".to_owned(),
        (0, _) => "No page of it can be searched".to_owned(),
        (1, 1) => "Its page can be searched".to_owned(),
        (all, total) if all == total => format!("All {} pages can be searched", number(total)),
        (some, total) => format!("{} of {} pages can be searched", number(some), number(total)),
    }
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
    fn what_can_be_searched_is_told_in_words() {
        for (pages, total, wanted) in [
            (0, 0, "It has no pages"),
            (1, 1, "Its page can be searched"),
            (0, 3, "No page of it can be searched"),
            (38, 38, "All 38 pages can be searched"),
            (84, 1_088, "84 of 1,088 pages can be searched"),
        ] {
            assert_eq!(searchable(pages, total), wanted);
        }
    }

    #[test]
    fn pages_are_told_in_runs() {
        for (pages, wanted) in [(vec![], ""), (vec![3], "3"), (vec![3, 7, 8, 9, 11], "3, 7–9, 11")] {
            assert_eq!(page_runs(&pages), wanted);
        }
        let odd: Vec<u32> = (0..20).map(|n| 2 * n + 1).collect();
        assert!(page_runs(&odd).ends_with("23 and 8 more"), "{}", page_runs(&odd));
    }
}
