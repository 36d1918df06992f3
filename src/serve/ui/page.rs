//! The view of one page: its picture with the matches drawn, the way to the others, and its text to read.

use crate::report::PageStatus;
use crate::search::PageMarks;
use crate::serve::links::Links;
use crate::serve::service::KnownReport;
use crate::serve::ui::citation::Citation;
use crate::serve::ui::comments::CommentsSection;
use crate::serve::ui::format::{counted, plain};
use crate::serve::ui::page_text::{Paragraph, paragraphs};
use crate::serve::ui::query_state::QueryState;
use crate::serve::ui::report::{gap_reason, page_heading};
use crate::serve::ui::sheet::Sheet;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::ui::strip::{Thumbnail, strip};
use crate::serve::visit::Visit;
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
    /// The search it was reached from; may be empty.
    pub state: &'r QueryState,
    /// Which of its matches the reader is at.
    pub at: At,
    /// What matches.
    pub marks: &'r PageMarks,
    /// Why there is no picture of it, if that is known.
    pub undrawn: Option<String>,
    /// `http://` and the host that the client asked; empty if that is not known.
    pub site: &'r str,
}

/// One of the matches on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The one with this 1-based number.
    Match(usize),
    /// The last.
    Last,
}

impl At {
    /// As an address says it; the first match if it says anything else.
    pub fn read(text: &str) -> At {
        match text {
            "last" => At::Last,
            number => At::Match(number.parse().unwrap_or(1)),
        }
    }

    /// Its 0-based index among so many.
    fn index(self, matches: usize) -> usize {
        let last = matches.saturating_sub(1);
        match self {
            At::Match(number) => number.saturating_sub(1).min(last),
            At::Last => last,
        }
    }
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
    number: u32,
    last: u32,
    jump_url: String,
    kept: Vec<(&'static str, String)>,
    previous: Option<String>,
    next: Option<String>,
    previous_match: Option<String>,
    next_match: Option<String>,
    has_query: bool,
    found: String,
    within: Option<(String, String)>,
    back: Option<String>,
    gap: Option<&'static str>,
    is_recognised: bool,
    undrawn: Option<String>,
    sheet: Option<Sheet>,
    strip: Vec<Thumbnail>,
    citation: Citation,
    site: String,
    paragraphs: Vec<Paragraph>,
    comments: Option<CommentsSection>,
}

/// The page.
pub fn page_page(visit: &Visit, view: &PageView<'_>, comments: Option<CommentsSection>) -> String {
    let links = &visit.links;
    let KnownReport { row, stored } = view.report;
    let (number, marks, state) = (view.number, view.marks, view.state);
    let summary = stored.pages.get((number as usize).wrapping_sub(1));
    let language = summary.and_then(|page| page.language.clone()).or_else(|| stored.about.language.clone());
    let heading = page_heading(view.report, number);
    let last = u32::try_from(stored.pages.len()).unwrap_or(u32::MAX);
    let count = marks.spans.len();
    let current = view.at.index(count);
    let paragraphs = paragraphs(view.page, &marks.spans);
    let page_link = |page: u32| links.page_of(row.id, page, &state.pairs());
    let turns = Turns { links, view, count, current };
    let sheet =
        view.undrawn.is_none().then(|| Sheet::new(links, view.report, number, view.page, &marks.spans, current));
    render(&Page {
        shell: Shell::new(visit, &format!("{heading} – {}", stored.about.title), &state.q),
        title: plain(&stored.about.title),
        report_url: links.report(row.id),
        heading,
        section: summary.and_then(|page| page.section.as_deref()).map(|section| plain(&sections(section))),
        language: language.unwrap_or_default(),
        pdf_url: links.file_page(row.id, number),
        number,
        last,
        jump_url: links.jump(row.id),
        kept: state.pairs().into_iter().map(|(name, value)| (name, plain(value))).collect(),
        previous: (number > 1).then(|| page_link(number - 1)),
        next: (number < last).then(|| page_link(number + 1)),
        previous_match: turns.before(),
        next_match: turns.after(),
        has_query: !state.q.is_empty(),
        found: turns.found(),
        within: turns.within(),
        back: (!state.is_empty()).then(|| state.link(links)),
        gap: summary.and_then(|page| gap_reason(page.status)),
        is_recognised: summary.is_some_and(|page| page.status == PageStatus::Ocr),
        undrawn: view.undrawn.as_deref().map(plain),
        sheet: sheet.flatten(),
        strip: strip(links, view.report, number, marks, &page_link),
        citation: Citation::new(links, view.report, number, &paragraphs, current),
        site: plain(view.site),
        paragraphs,
        comments,
    })
}

/// The sections of a page on one line: of the path of each, what the one before did not say already.
fn sections(section: &str) -> String {
    let paths: Vec<Vec<&str>> = section.split(" · ").map(|path| path.split(" › ").collect()).collect();
    let mut said = String::new();
    let mut before: &[&str] = &[];
    for path in &paths {
        let same = path.iter().zip(before).take_while(|(one, other)| one == other).count();
        let new = path.get(same..).filter(|new| !new.is_empty()).unwrap_or(path);
        if !said.is_empty() {
            said.push_str(" · ");
        }
        said.push_str(&new.join(" › "));
        before = path;
    }
    said
}

/// The way from match to match, over the whole report.
struct Turns<'v> {
    links: &'v Links,
    view: &'v PageView<'v>,
    /// Matches on the page.
    count: usize,
    /// Which of them the reader is at, from 0.
    current: usize,
}

impl Turns<'_> {
    fn link(&self, page: u32, at: &str) -> String {
        let mut pairs = self.view.state.pairs();
        pairs.push(("match", at));
        format!("{}#match", self.links.page_of(self.view.report.row.id, page, &pairs))
    }

    fn before(&self) -> Option<String> {
        let number = self.view.number;
        if self.count > 0 && self.current > 0 {
            return Some(self.link(number, &self.current.to_string()));
        }
        let page = self.view.marks.pages.iter().rev().find(|page| **page < number)?;
        Some(self.link(*page, "last"))
    }

    fn after(&self) -> Option<String> {
        let number = self.view.number;
        if self.current + 1 < self.count {
            return Some(self.link(number, &(self.current + 2).to_string()));
        }
        let page = self.view.marks.pages.iter().find(|page| **page > number)?;
        Some(self.link(*page, "1"))
    }

    fn found(&self) -> String {
        match self.count {
            0 => "No match on this page".to_owned(),
            1 => "1 match on this page".to_owned(),
            count => format!("Match {} of {count} on this page", self.current + 1),
        }
    }

    /// How many pages match, and where all of them are listed.
    fn within(&self) -> Option<(String, String)> {
        let pages = self.view.marks.pages.len() as u64;
        let text = counted(pages, "page matches", "pages match");
        let link = || self.links.report_search(self.view.report.row.id, &self.view.state.q);
        (pages > 1).then(|| (text, link()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_say_what_is_new() {
        for (section, wanted) in [
            ("", ""),
            ("2 Method › 2.1 Sample", "2 Method › 2.1 Sample"),
            ("6 Energy · 6 Energy › 6.1 Schools · 6 Energy › 6.2 Trade", "6 Energy · 6.1 Schools · 6.2 Trade"),
            ("5 A › 5.3 B · 6 C › 6.1 D", "5 A › 5.3 B · 6 C › 6.1 D"),
            ("6 A · 6 A", "6 A · 6 A"),
        ] {
            assert_eq!(sections(section), wanted);
        }
    }

    #[test]
    fn any_address_means_one_of_the_matches() {
        for (text, matches, wanted) in
            [("", 3, 0), ("1", 3, 0), ("3", 3, 2), ("9", 3, 2), ("last", 3, 2), ("0", 3, 0), ("-1", 3, 0), ("2", 0, 0)]
        {
            assert_eq!(At::read(text).index(matches), wanted, "{text} of {matches}");
        }
    }
}
