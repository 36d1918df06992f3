//! What a caller sees of the comments of a report.

use crate::query::{self, Node, TextKind};
use crate::report::ReportId;
use crate::serve::layers::access::{Identity, Right};
use crate::serve::options::Registration;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{CommentsPart, CommentsSection, Writing};
use crate::serve::visit::Visit;
use crate::store::{CommentPlace, SoughtWords, Viewer};

/// Comments on a page of ours.
pub const SHOWN: u32 = 50;

/// Which comments are wanted, and for which of our pages.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The report.
    pub report: ReportId,
    /// One of its pages.
    pub page: Option<u32>,
    /// Comments before those wanted.
    pub after: CommentPlace,
}

impl Place {
    /// The first comments on a report.
    pub fn report(report: ReportId) -> Place {
        Place { report, page: None, after: CommentPlace::default() }
    }

    /// The first comments on one of its pages.
    pub fn page(report: ReportId, page: u32) -> Place {
        Place { page: Some(page), ..Place::report(report) }
    }
}

/// Through whose eyes comments are seen.
pub fn viewer(identity: &Identity) -> Viewer {
    match identity.account() {
        _ if identity.has(Right::Administer) => Viewer::Moderator,
        Some(account) => Viewer::Account(account.id),
        None => Viewer::Anyone,
    }
}

/// Comments as a part of one of our pages, with the way to write one; nothing where there are none. Blocks. A report
/// can be read without them.
pub fn section(service: &Service, place: Place, pages: u32, visit: &Visit) -> Option<CommentsSection> {
    let identity = visit.signed_in.clone().map_or(Identity::Anonymous, Identity::Account);
    part(service, place, pages, &identity).unwrap_or_else(|problem| {
        tracing::warn!(detail = problem.detail, report = %place.report, "comments cannot be shown");
        None
    })
}

/// The same, saying why if they cannot be had.
pub fn part(
    service: &Service,
    place: Place,
    pages: u32,
    identity: &Identity,
) -> Result<Option<CommentsSection>, Problem> {
    let Some(store) = service.comments() else { return Ok(None) };
    let Place { report, page, after } = place;
    let mut rows = store.comments_of(report, page, viewer(identity), after, SHOWN + 1)?;
    let has_more = rows.len() > SHOWN as usize;
    rows.truncate(SHOWN as usize);
    let part = CommentsPart {
        report,
        page,
        pages,
        total: store.count_comments(report, page)?,
        rows: &rows,
        has_more,
        writing: writing(service, identity)?,
        account: identity.account().map(|account| account.id),
        is_moderator: identity.has(Right::Administer),
    };
    Ok(Some(CommentsSection::new(&service.links, &part)))
}

/// What whoever asks can do to write; blocks.
fn writing(service: &Service, identity: &Identity) -> Result<Writing, Problem> {
    match identity {
        Identity::Account(signed_in) if identity.has(Right::Comment) => {
            let store = service.comments();
            let is_blocked = match store {
                Some(store) => store.is_blocked_author(signed_in.account.id)?,
                None => false,
            };
            let token = signed_in.form_token.clone();
            Ok(if is_blocked { Writing::Blocked } else { Writing::Open { token } })
        }
        _ => Ok(Writing::LogIn { can_register: service.options.registration == Registration::Open }),
    }
}

/// How many comments on reports of the library mention the words of a search, and these words, if it asks for words
/// alone; blocks.
pub fn mentions(service: &Service, q: &str) -> Result<Option<(u64, String)>, Problem> {
    let (Some(store), Some(q)) = (service.comments(), words_alone(q)) else { return Ok(None) };
    let Some(words) = SoughtWords::of(&q) else { return Ok(None) };
    let found = store.comments_with(&words)?;
    let reports: Vec<ReportId> = found.iter().map(|(report, _)| *report).collect();
    let known = service.library().catalogue().reports_of(&reports)?;
    let count = found.iter().zip(known).filter(|(_, known)| known.is_some()).map(|((_, count), _)| count).sum();
    Ok((count > 0).then_some((count, q)))
}

/// The words of a query that asks for nothing but words, their beginnings and phrases: only then is a comment with all
/// of them what was asked for.
fn words_alone(q: &str) -> Option<String> {
    let root = query::parse(q, false).ok()?.root?;
    let nodes = match &root {
        Node::And(nodes) => nodes.as_slice(),
        node => std::slice::from_ref(node),
    };
    let word = |node: &Node| match node {
        Node::Text(clause) if clause.field.is_none() => match clause.kind {
            TextKind::Word => Some(clause.typed.clone()),
            TextKind::Prefix => Some(format!("{}*", clause.typed)),
            TextKind::Phrase { slop: 0 } => Some(format!("\"{}\"", clause.typed)),
            _ => None,
        },
        _ => None,
    };
    Some(nodes.iter().map(word).collect::<Option<Vec<String>>>()?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_looked_for_in_comments() {
        for (q, wanted) in [
            ("cash", Some("cash")),
            ("cash AND transfer", Some("cash transfer")),
            ("\"cash transfer\" hous*", Some("\"cash transfer\" hous*")),
            ("cash OR transfer", None),
            ("cash -transfer", None),
            ("title:cash", None),
            ("cash year:2020", None),
            ("\"cash transfer\"~2", None),
            ("cash~1", None),
            ("", None),
            ("--", None),
        ] {
            assert_eq!(words_alone(q).as_deref(), wanted, "{q}");
        }
    }
}
