//! Reports with pages that a search cannot find.

use crate::report::PageStatus;
use crate::serve::ui::admin::{AdminFrame, at, status_name};
use crate::serve::ui::browse::Entry;
use crate::serve::ui::format::{counted, number};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::ReportRow;
use askama::Template;
use std::collections::BTreeMap;

/// What the page shows.
pub struct GapsView<'r> {
    /// Pages in all, by status.
    pub pages: &'r BTreeMap<PageStatus, u64>,
    /// The status whose reports are shown; all with a gap if none.
    pub status: Option<PageStatus>,
    /// The reports of this page.
    pub reports: &'r [ReportRow],
    /// How many there are.
    pub total: u64,
    /// Reports before these.
    pub offset: u64,
    /// Reports on a page.
    pub limit: u64,
}

#[derive(Template)]
#[template(path = "admin_gaps.html", config = "src/serve/ui/askama.toml")]
struct Gaps {
    shell: Shell,
    frame: AdminFrame,
    heading: String,
    /// Address, name and count of each status, and whether it is shown.
    statuses: Vec<(String, &'static str, String, bool)>,
    entries: Vec<Entry>,
    previous: Option<String>,
    next: Option<String>,
}

/// The page.
pub fn gaps_page(visit: &Visit, view: &GapsView<'_>) -> String {
    let links = &visit.links;
    let code = view.status.map_or("", PageStatus::code);
    let line = |(status, count): (&PageStatus, &u64)| {
        let url = at(links, "/admin/coverage", ("status", status.code()), 0);
        (url, status_name(*status), number(*count), view.status == Some(*status))
    };
    let missing = view.pages.iter().filter(|(status, _)| !status.is_searchable()).map(|(_, count)| count).sum();
    let everything = (links.at("/admin/coverage"), "that cannot be found", number(missing), view.status.is_none());
    let reports = if view.total == 0 { "No reports".to_owned() } else { counted(view.total, "report", "reports") };
    let heading = format!("{reports} with pages {}", view.status.map_or("that cannot be found", status_name));
    let page = |offset| at(links, "/admin/coverage", ("status", code), offset);
    render(&Gaps {
        shell: Shell::new(visit, &heading, ""),
        frame: AdminFrame::new(visit, "/admin/coverage"),
        statuses: std::iter::once(everything).chain(view.pages.iter().map(line)).collect(),
        entries: view.reports.iter().map(|row| Entry::new(links, row)).collect(),
        previous: (view.offset > 0).then(|| page(view.offset.saturating_sub(view.limit))),
        next: (view.offset.saturating_add(view.limit) < view.total).then(|| page(view.offset + view.limit)),
        heading,
    })
}
