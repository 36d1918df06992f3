//! Comments over all reports: the newest, and those with some words; as a page and as a feed.

use crate::report::{ReportId, rfc3339};
use crate::serve::links::Links;
use crate::serve::ui::comments::{CommentLine, author_of, paragraphs};
use crate::serve::ui::feed::{feed_text, urn};
use crate::serve::ui::format::plain;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{CommentRow, ReportRow};
use askama::Template;

/// A comment with the report it is on.
pub struct ListedComment {
    /// The comment.
    pub row: CommentRow,
    /// The report.
    pub report: ReportRow,
}

/// A list of comments over all reports.
pub struct CommentsList<'l> {
    /// What is looked for; empty for all.
    pub q: &'l str,
    /// The comments, the youngest first.
    pub comments: &'l [ListedComment],
    /// The number of the last, if there are more.
    pub next: Option<i64>,
    /// Whether `q` has no word in it.
    pub is_wordless: bool,
}

/// A comment in a list over all reports.
pub struct ListedEntry {
    line: CommentLine,
    url: String,
    title: String,
    language: String,
    report_url: String,
    page: Option<(u32, String)>,
}

impl ListedEntry {
    fn new(links: &Links, listed: &ListedComment) -> ListedEntry {
        let ListedComment { row, report } = listed;
        ListedEntry {
            line: CommentLine::new(row),
            url: links.comment(row.id),
            title: plain(&report.title),
            language: report.language.clone().unwrap_or_default(),
            report_url: links.report(report.id),
            page: row.page.map(|page| (page, links.page(report.id, page, ""))),
        }
    }
}

#[derive(Template)]
#[template(path = "comment_list.html", config = "src/serve/ui/askama.toml")]
struct CommentListPage {
    shell: Shell,
    action: String,
    q: String,
    is_wordless: bool,
    comments: Vec<ListedEntry>,
    next: Option<String>,
    feed: String,
}

/// The page.
pub fn comment_list_page(visit: &Visit, list: &CommentsList<'_>) -> String {
    let links = &visit.links;
    let next = list.next.map(|id| id.to_string());
    render(&CommentListPage {
        shell: Shell::new(visit, "Comments", ""),
        action: links.comments(&[]),
        q: plain(list.q),
        is_wordless: list.is_wordless,
        comments: list.comments.iter().map(|listed| ListedEntry::new(links, listed)).collect(),
        next: next.map(|before| links.comments(&[("q", list.q), ("before", &before)])),
        feed: links.comments_feed(list.q),
    })
}

/// What the feed of comments holds.
pub struct CommentFeed<'l> {
    /// `https://` and the host that the client asked.
    pub site: &'l str,
    /// Its identity.
    pub id: ReportId,
    /// What is looked for; empty for all.
    pub q: &'l str,
    /// The comments, the youngest first.
    pub comments: &'l [ListedComment],
}

#[derive(Template)]
#[template(path = "comments.xml", config = "src/serve/ui/askama.toml", escape = "html")]
struct CommentFeedXml {
    title: String,
    id: String,
    own: String,
    page: String,
    updated: String,
    entries: Vec<FeedComment>,
}

struct FeedComment {
    title: String,
    id: String,
    url: String,
    author: String,
    published: String,
    updated: String,
    paragraphs: Vec<String>,
}

/// The feed as XML.
pub fn comment_feed(links: &Links, feed: &CommentFeed<'_>) -> String {
    let site = feed.site;
    let entry = |listed: &ListedComment| {
        let ListedComment { row, report } = listed;
        FeedComment {
            title: feed_text(&format!("{} on {}", author_of(row).0, report.title)),
            id: urn(ReportId::of_bytes(format!("comment {} {} {}", row.id, row.report, row.created).as_bytes())),
            url: format!("{site}{}", links.comment(row.id)),
            author: feed_text(&author_of(row).0),
            published: rfc3339(row.created),
            updated: rfc3339(row.edited.unwrap_or(row.created)),
            paragraphs: paragraphs(&row.text).iter().map(|part| feed_text(part)).collect(),
        }
    };
    let changed = |listed: &ListedComment| listed.row.edited.unwrap_or(listed.row.created);
    let newest = feed.comments.iter().map(changed).max().unwrap_or(0);
    let title = if feed.q.is_empty() {
        "Recto: comments".to_owned()
    } else {
        format!("Recto: comments with {}", feed_text(feed.q))
    };
    render(&CommentFeedXml {
        title,
        id: urn(feed.id),
        own: format!("{site}{}", links.comments_feed(feed.q)),
        page: format!("{site}{}", links.comments(&[("q", feed.q)])),
        updated: rfc3339(newest),
        entries: feed.comments.iter().map(entry).collect(),
    })
}
