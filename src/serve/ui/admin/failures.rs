//! Files that failed, why, and what can be done about it.

use crate::report::{Outcome, Reason};
use crate::serve::ui::admin::{AdminFrame, at, reason_name};
use crate::serve::ui::format::{counted, day, number, plain, size};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::FileRow;
use askama::Template;
use std::collections::BTreeMap;

/// What the page shows.
pub struct FailuresView<'r> {
    /// Failed files in all, by reason code.
    pub reasons: &'r BTreeMap<String, u64>,
    /// The reason whose files are shown; all if none.
    pub reason: Option<Reason>,
    /// The files of this page.
    pub files: &'r [FileRow],
    /// How many there are.
    pub total: u64,
    /// Files before these.
    pub offset: u64,
    /// Files on a page.
    pub limit: u64,
    /// Whether they can be tried again.
    pub can_write: bool,
}

#[derive(Template)]
#[template(path = "admin_failures.html", config = "src/serve/ui/askama.toml")]
struct Failures {
    shell: Shell,
    frame: AdminFrame,
    heading: String,
    advice: Option<&'static str>,
    reason_code: &'static str,
    /// Address, name and count of each reason, and whether it is shown.
    reasons: Vec<(String, String, String, bool)>,
    files: Vec<FileLine>,
    retry_address: String,
    can_write: bool,
    previous: Option<String>,
    next: Option<String>,
}

struct FileLine {
    /// As it is stored, for the form.
    path: String,
    /// What it is called: its path, or the name under which it was handed over.
    shown: String,
    /// Its path, if it is called otherwise.
    place: Option<String>,
    reason: &'static str,
    detail: String,
    advice: &'static str,
    facts: String,
}

/// The page.
pub fn failures_page(visit: &Visit, view: &FailuresView<'_>) -> String {
    let links = &visit.links;
    let code = view.reason.map_or("", Reason::code);
    let line = |(known, count): (&String, &u64)| {
        (
            at(links, "/admin/failures", ("reason", known), 0),
            reason_name(known).to_owned(),
            number(*count),
            known == code,
        )
    };
    let all: u64 = view.reasons.values().sum();
    let everything = (links.at("/admin/failures"), "All".to_owned(), number(all), code.is_empty());
    let heading = match (view.total, view.reason) {
        (0, None) => "No failed files".to_owned(),
        (total, None) => counted(total, "failed file", "failed files"),
        (total, Some(reason)) => format!("{}: {}", reason.label(), counted(total, "file", "files")),
    };
    let page = |offset| at(links, "/admin/failures", ("reason", code), offset);
    render(&Failures {
        shell: Shell::new(visit, &heading, ""),
        frame: AdminFrame::new(visit, "/admin/failures"),
        advice: view.reason.map(Reason::advice),
        reason_code: code,
        reasons: std::iter::once(everything).chain(view.reasons.iter().map(line)).collect(),
        files: view.files.iter().filter_map(FileLine::new).collect(),
        retry_address: links.at("/admin/failures/retry"),
        can_write: view.can_write,
        previous: (view.offset > 0).then(|| page(view.offset.saturating_sub(view.limit))),
        next: (view.offset.saturating_add(view.limit) < view.total).then(|| page(view.offset + view.limit)),
        heading,
    })
}

impl FileLine {
    fn new(file: &FileRow) -> Option<FileLine> {
        let Outcome::Failed(reason) = file.outcome else { return None };
        let path = file.path.to_string_lossy();
        Some(FileLine {
            shown: plain(file.name.as_deref().unwrap_or(&path)),
            place: file.name.as_ref().map(|_| plain(&path)),
            path: path.into_owned(),
            reason: reason.label(),
            detail: plain(&file.detail),
            advice: reason.advice(),
            facts: format!("{}, looked at on {}", size(file.size), day(file.checked)),
        })
    }
}
