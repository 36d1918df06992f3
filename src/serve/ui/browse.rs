//! The list of all reports by title.

use crate::serve::links::Links;
use crate::serve::ui::format::{counted, date, number, plain, size};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::search::{authors, unsearchable};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::ReportRow;
use askama::Template;

/// What a page of the list shows.
pub struct BrowsePage<'r> {
    /// Reports in all.
    pub total: u64,
    /// Reports before these.
    pub offset: u64,
    /// Reports on a page.
    pub limit: u64,
    /// These.
    pub reports: &'r [ReportRow],
}

#[derive(Template)]
#[template(path = "browse.html", config = "src/serve/ui/askama.toml")]
struct Browse {
    shell: Shell,
    total: String,
    shown: Option<String>,
    entries: Vec<Entry>,
    previous: Option<String>,
    next: Option<String>,
}

struct Entry {
    url: String,
    title: String,
    language: String,
    facts: Vec<String>,
    unsearchable: Option<String>,
    file_url: String,
    file_size: String,
}

/// The page.
pub fn browse_page(visit: &Visit, page: &BrowsePage<'_>) -> String {
    let links = &visit.links;
    let last = page.offset.saturating_add(page.reports.len() as u64);
    let has_more = last < page.total && !page.reports.is_empty();
    render(&Browse {
        shell: Shell::new(visit, "Reports", ""),
        total: counted(page.total, "report", "reports"),
        shown: (page.offset > 0 || has_more).then(|| format!("{}–{}", number(page.offset + 1), number(last))),
        entries: page.reports.iter().map(|report| Entry::new(links, report)).collect(),
        previous: (page.offset > 0).then(|| links.reports(page.offset.saturating_sub(page.limit))),
        next: has_more.then(|| links.reports(page.offset.saturating_add(page.limit))),
    })
}

impl Entry {
    fn new(links: &Links, row: &ReportRow) -> Entry {
        let mut facts = Vec::new();
        if !row.authors.is_empty() {
            facts.push(authors(&row.authors));
        }
        facts.extend(row.date.as_deref().map(|text| plain(&date(text))));
        facts.extend(row.language.as_deref().map(|code| plain(language_name(code))));
        facts.push(counted(u64::from(row.pages_total), "page", "pages"));
        Entry {
            url: links.report(row.id),
            title: plain(&row.title),
            language: row.language.clone().unwrap_or_default(),
            facts,
            unsearchable: unsearchable(row.pages_searchable, row.pages_total),
            file_url: links.file(row.id),
            file_size: size(row.size),
        }
    }
}
