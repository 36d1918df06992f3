//! Comments on a report, conversation by conversation, with the forms to write one.

use crate::report::{ReportId, rfc3339};
use crate::serve::links::Links;
use crate::serve::ui::format::{counted, day, number, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{CommentRow, CommentState, ReportRow};
use askama::Template;
use std::collections::HashMap;

/// What is called who is gone.
const GONE: &str = "deleted account";

/// What a reader can do to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// Log in first.
    LogIn {
        /// Whether anybody may make an account.
        can_register: bool,
    },
    /// Nothing: a moderator has seen to that.
    Blocked,
    /// Write.
    Open {
        /// What shows that the form is ours.
        token: String,
    },
}

/// Comments of a report, and who reads them.
pub struct CommentsPart<'r> {
    /// The report.
    pub report: ReportId,
    /// The page they are on, if those of one are shown.
    pub page: Option<u32>,
    /// Pages of the report.
    pub pages: u32,
    /// Comments that are shown, these among them.
    pub total: u64,
    /// Conversation by conversation.
    pub rows: &'r [CommentRow],
    /// Whether there are more after these.
    pub has_more: bool,
    /// How to write.
    pub writing: Writing,
    /// The account of the reader.
    pub account: Option<i64>,
    /// Whether the reader moderates.
    pub is_moderator: bool,
}

/// The section of a page that holds them, for `comments.html`.
pub struct CommentsSection {
    pub(super) total: String,
    pub(super) count: String,
    pub(super) is_of_page: bool,
    pub(super) comments: Vec<CommentEntry>,
    pub(super) more: Option<String>,
    pub(super) feed: String,
    pub(super) log_in: Option<(String, Option<String>)>,
    pub(super) is_blocked: bool,
    pub(super) form: Option<CommentForm>,
}

/// What a form to write needs.
pub struct CommentForm {
    pub(super) action: String,
    pub(super) token: String,
    /// Under which a script keeps what is being typed.
    pub(super) draft: String,
    /// The page it is about, where that is given.
    pub(super) page: Option<u32>,
    /// Pages of the report, where that may be chosen.
    pub(super) pages: u32,
}

/// A comment among those of a report.
pub struct CommentEntry {
    pub(super) line: CommentLine,
    pub(super) is_answer: bool,
    pub(super) page: Option<(u32, String)>,
    pub(super) answered: Option<(i64, String)>,
    pub(super) state: Option<&'static str>,
    pub(super) edit: Option<String>,
    pub(super) delete: Option<String>,
    pub(super) hide: Option<(String, String)>,
    pub(super) reply: Option<ReplyForm>,
}

/// What a comment says, who wrote it and when.
pub struct CommentLine {
    /// Its number.
    pub id: i64,
    /// The name of its author.
    pub author: String,
    /// Whether the author's account is gone.
    pub is_gone: bool,
    /// When it was written, for people.
    pub when: String,
    /// The same as RFC 3339.
    pub instant: String,
    /// Whether it was changed since.
    pub is_edited: bool,
    /// Its text.
    pub paragraphs: Vec<String>,
}

/// What a form to answer needs.
pub struct ReplyForm {
    pub(super) action: String,
    pub(super) token: String,
    pub(super) draft: String,
    pub(super) is_of_page: bool,
}

impl CommentsSection {
    /// The section.
    pub fn new(links: &Links, part: &CommentsPart<'_>) -> CommentsSection {
        let names: HashMap<i64, String> = part.rows.iter().map(|row| (row.id, author_of(row).0)).collect();
        let place = match part.page {
            Some(page) => links.page(part.report, page, ""),
            None => links.report(part.report),
        };
        let back = format!("{place}#write");
        let token = match &part.writing {
            Writing::Open { token } => Some(token.as_str()),
            _ => None,
        };
        let form = |token: &str| CommentForm {
            action: links.report_comments(part.report, &[]),
            token: token.to_owned(),
            draft: draft_key(part.report, part.page, None),
            page: part.page,
            pages: part.pages,
        };
        CommentsSection {
            total: number(part.total),
            count: counted(part.total, "comment", "comments"),
            is_of_page: part.page.is_some(),
            comments: part.rows.iter().map(|row| CommentEntry::new(links, part, row, &names, token)).collect(),
            more: part.rows.last().filter(|_| part.has_more).map(|last| {
                let page = part.page.map(|page| page.to_string()).unwrap_or_default();
                let after = format!("{}.{}", last.thread, last.id);
                links.report_comments(part.report, &[("page", &page), ("after", &after)])
            }),
            feed: links.at("/comments.atom"),
            log_in: match part.writing {
                Writing::LogIn { can_register } => {
                    Some((links.login(&back), can_register.then(|| links.register(&back))))
                }
                _ => None,
            },
            is_blocked: part.writing == Writing::Blocked,
            form: token.map(form),
        }
    }
}

impl CommentEntry {
    fn new(
        links: &Links,
        part: &CommentsPart<'_>,
        row: &CommentRow,
        names: &HashMap<i64, String>,
        token: Option<&str>,
    ) -> CommentEntry {
        let is_own = row.author.is_some() && row.author == part.account;
        let is_shown = row.state == CommentState::Shown;
        let has_text = is_shown || (row.state != CommentState::Deleted && (is_own || part.is_moderator));
        let line = CommentLine::new(row);
        let page = row.page.filter(|_| part.page.is_none() && row.parent.is_none());
        let parent = row.parent.filter(|parent| *parent != row.thread);
        CommentEntry {
            line: if has_text { line } else { CommentLine { paragraphs: Vec::new(), is_edited: false, ..line } },
            is_answer: row.parent.is_some(),
            page: page.map(|page| (page, links.page(row.report, page, ""))),
            answered: parent.and_then(|parent| Some((parent, names.get(&parent)?.clone()))),
            state: state_note(row.state, has_text),
            edit: (is_own && matches!(row.state, CommentState::Shown | CommentState::Held))
                .then(|| links.comment_to(row.id, "edit")),
            delete: (has_text && (is_own || part.is_moderator)).then(|| links.comment_to(row.id, "delete")),
            hide: token
                .filter(|_| is_shown && part.is_moderator)
                .map(|token| (links.at("/admin/comments"), token.to_owned())),
            reply: token.filter(|_| is_shown).map(|token| ReplyForm {
                action: links.report_comments(row.report, &[]),
                token: token.to_owned(),
                draft: draft_key(row.report, part.page, Some(row.id)),
                is_of_page: part.page.is_some(),
            }),
        }
    }
}

impl CommentLine {
    /// The line of a comment that may be read.
    pub fn new(row: &CommentRow) -> CommentLine {
        let (author, is_gone) = author_of(row);
        CommentLine {
            id: row.id,
            author,
            is_gone,
            when: moment(row.created),
            instant: rfc3339(row.created),
            is_edited: row.edited.is_some(),
            paragraphs: paragraphs(&row.text),
        }
    }
}

/// The name of its author, and whether that is gone.
pub fn author_of(row: &CommentRow) -> (String, bool) {
    match &row.author_name {
        Some(name) => (plain(name), false),
        None => (GONE.to_owned(), true),
    }
}

/// What is to be said of a state.
fn state_note(state: CommentState, has_text: bool) -> Option<&'static str> {
    match state {
        CommentState::Shown => None,
        CommentState::Held if has_text => Some("Waits for approval: until then only its author and moderators see it."),
        CommentState::Held => Some("This comment waits for approval."),
        CommentState::Hidden if has_text => Some("Taken down by a moderator: only its author and moderators see it."),
        CommentState::Hidden => Some("This comment was taken down by a moderator."),
        CommentState::Deleted => Some("This comment was deleted."),
    }
}

/// A text by its paragraphs; lines stay lines.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(|part| part.lines().map(plain).collect::<Vec<_>>().join("\n")).collect()
}

/// `14 November 2023, 22:13 UTC`.
pub fn moment(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    format!("{}, {:02}:{:02} UTC", day(seconds), of_day / 3_600, of_day / 60 % 60)
}

fn draft_key(report: ReportId, page: Option<u32>, parent: Option<i64>) -> String {
    let part = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    format!("{report}.{}.{}", part(page.map(i64::from)), part(parent))
}

#[derive(Template)]
#[template(path = "report_comments.html", config = "src/serve/ui/askama.toml")]
struct ReportCommentsPage {
    shell: Shell,
    title: String,
    language: String,
    report_url: String,
    first: Option<String>,
    comments: CommentsSection,
}

/// Comments of a report on a page of their own.
pub fn report_comments_page(visit: &Visit, row: &ReportRow, section: CommentsSection, is_first: bool) -> String {
    let links = &visit.links;
    render(&ReportCommentsPage {
        shell: Shell::new(visit, &format!("Comments – {}", row.title), ""),
        title: plain(&row.title),
        language: row.language.clone().unwrap_or_default(),
        report_url: links.report(row.id),
        first: (!is_first).then(|| links.report_comments(row.id, &[])),
        comments: section,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_paragraphs_read_well() {
        assert_eq!(moment(1_700_000_000), "14 November 2023, 22:13 UTC");
        assert_eq!(paragraphs("a\nb\n\nc\u{202E}"), ["a\nb", "c\u{FFFD}"]);
    }
}
