//! The page of comments that wait for a moderator, with what was done to others.

use crate::report::rfc3339;
use crate::serve::links::Links;
use crate::serve::ui::admin::AdminFrame;
use crate::serve::ui::comments::{CommentLine, moment};
use crate::serve::ui::format::{number, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{BlockedAuthor, CommentRow, CommentState, ModerationAction, ModerationRow, ReportRow};
use askama::Template;

/// What the page shows.
pub struct ModerationPage {
    /// Comments of which state.
    pub state: CommentState,
    /// How many there are of each.
    pub counts: Vec<(CommentState, u64)>,
    /// These, the youngest first, with their reports as far as they are in the library.
    pub comments: Vec<(CommentRow, Option<ReportRow>)>,
    /// The number of the last, if there are more.
    pub next: Option<i64>,
    /// Whose comments are not taken.
    pub blocked: Vec<BlockedAuthor>,
    /// What was done, the youngest first.
    pub log: Vec<ModerationRow>,
}

#[derive(Template)]
#[template(path = "admin_comments.html", config = "src/serve/ui/askama.toml")]
struct AdminComments {
    shell: Shell,
    frame: AdminFrame,
    tabs: Vec<Tab>,
    empty: &'static str,
    entries: Vec<Entry>,
    action: String,
    token: String,
    state: &'static str,
    next: Option<String>,
    blocked: Vec<Blocked>,
    log: Vec<Line>,
}

struct Tab {
    name: &'static str,
    count: String,
    link: String,
    is_current: bool,
}

struct Entry {
    line: CommentLine,
    report: Option<(String, String)>,
    actions: Vec<(&'static str, &'static str)>,
}

struct Blocked {
    account: i64,
    name: String,
    moderator: String,
    since: String,
}

struct Line {
    instant: String,
    when: String,
    moderator: String,
    done: &'static str,
    comment: Option<(i64, String)>,
    author: Option<String>,
}

/// The page.
pub fn moderation_page(visit: &Visit, page: &ModerationPage) -> String {
    let links = &visit.links;
    let list =
        |state: CommentState, rest: String| format!("{}?state={}{rest}", links.at("/admin/comments"), state.code());
    let tab = |(state, count): &(CommentState, u64)| Tab {
        name: match state {
            CommentState::Held => "Waiting",
            CommentState::Shown => "Shown",
            CommentState::Hidden | CommentState::Deleted => "Hidden",
        },
        count: number(*count),
        link: list(*state, String::new()),
        is_current: *state == page.state,
    };
    render(&AdminComments {
        shell: Shell::new(visit, "Comments", ""),
        frame: AdminFrame::new(visit, "/admin/comments"),
        tabs: page.counts.iter().map(tab).collect(),
        empty: match page.state {
            CommentState::Held => "Nothing waits for approval.",
            CommentState::Shown => "Nobody has written a comment yet.",
            CommentState::Hidden | CommentState::Deleted => "Nothing is hidden.",
        },
        entries: page.comments.iter().map(|(row, report)| entry(links, page.state, row, report.as_ref())).collect(),
        action: links.at("/admin/comments"),
        token: visit.signed_in.as_ref().map(|signed_in| signed_in.form_token.clone()).unwrap_or_default(),
        state: page.state.code(),
        next: page.next.map(|before| list(page.state, format!("&before={before}"))),
        blocked: page.blocked.iter().map(blocked).collect(),
        log: page.log.iter().map(|row| line(links, row)).collect(),
    })
}

fn entry(links: &Links, state: CommentState, row: &CommentRow, report: Option<&ReportRow>) -> Entry {
    let mut actions = match state {
        CommentState::Held => vec![("approve", "Approve"), ("hide", "Hide"), ("delete", "Delete")],
        CommentState::Shown => vec![("hide", "Hide"), ("delete", "Delete")],
        CommentState::Hidden | CommentState::Deleted => vec![("approve", "Show"), ("delete", "Delete")],
    };
    if row.author.is_some() {
        actions.push(("block", "Block author"));
    }
    Entry {
        line: CommentLine::new(row),
        report: report.map(|report| (plain(&report.title), links.report(report.id))),
        actions,
    }
}

fn blocked(author: &BlockedAuthor) -> Blocked {
    Blocked {
        account: author.account,
        name: plain(&author.name),
        moderator: plain(&author.moderator),
        since: moment(author.since),
    }
}

fn line(links: &Links, row: &ModerationRow) -> Line {
    Line {
        instant: rfc3339(row.at),
        when: moment(row.at),
        moderator: plain(&row.moderator),
        done: match row.action {
            ModerationAction::Approve => "approved",
            ModerationAction::Hide => "hid",
            ModerationAction::Delete => "deleted",
            ModerationAction::Block => "blocked",
            ModerationAction::Unblock => "no longer blocks",
        },
        comment: row.comment.map(|id| (id, links.comment(id))),
        author: row.author_name.as_deref().map(plain),
    }
}
