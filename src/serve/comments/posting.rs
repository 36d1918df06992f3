//! A comment is taken, or refused with what to do.

use crate::report::ReportId;
use crate::search::RequestError;
use crate::serve::comments::text;
use crate::serve::layers::access::{Identity, Right};
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{Account, CommentRow, CommentState, NewComment, NotTaken, ServiceStore};
use std::sync::Arc;
use std::time::Duration;

/// What somebody wants to say.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// As typed.
    pub text: String,
    /// The page it is about; the whole report if there is none.
    pub page: Option<u32>,
    /// The comment it answers.
    pub parent: Option<i64>,
}

/// The account that writes, and whether it moderates.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The account.
    pub account: Account,
    /// Whether it moderates.
    pub is_moderator: bool,
}

impl Writer {
    /// Whoever asks, if that is an account that may write comments.
    pub fn of(identity: &Identity) -> Result<Writer, Problem> {
        match identity {
            Identity::Account(signed_in) if identity.has(Right::Comment) => {
                Ok(Writer { account: signed_in.account.clone(), is_moderator: identity.has(Right::Administer) })
            }
            Identity::Account(_) => Err(Problem::new(Code::InsufficientRole, "your account may write no comments")),
            Identity::Key(_) => Err(Problem::new(Code::InsufficientScope, "no key can do this: it is for people")),
            Identity::Anonymous => Err(Problem::new(Code::LoginRequired, "log in to post a comment or reply")),
        }
    }
}

/// Where comments are kept, if there are any in this service.
pub fn store(service: &Service) -> Result<&Arc<ServiceStore>, Problem> {
    let closed = || Problem::new(Code::CommentsClosed, "this library takes and shows no comments");
    service.comments().ok_or_else(closed)
}

/// Keeps a comment, or says why not and what to do; blocks.
pub fn post(service: &Service, report: ReportId, writer: &Writer, draft: &Draft) -> Result<CommentRow, Problem> {
    let store = store(service)?;
    let options = &service.options.comments;
    let pages = service.row(report)?.pages_total;
    let text = text::clean(&draft.text, options.most_links).map_err(|detail| fault("text", detail))?;
    if draft.page.is_some_and(|page| page == 0 || page > pages) {
        return Err(fault("page", format!("must be one of the report's pages, 1 to {pages}, or none")));
    }
    let new = NewComment { report, page: draft.page, parent: draft.parent, author: writer.account.id, text: &text };
    match store.add_comment(&new, &options.rules(writer.is_moderator), service.guard.clock.now())? {
        Ok(comment) => {
            tracing::info!(comment = comment.id, %report, author = writer.account.id, "a comment was written");
            Ok(comment)
        }
        Err(NotTaken::NothingToAnswer) => {
            Err(fault("parent", "must be a comment on this report that is shown".to_owned()))
        }
        Err(NotTaken::Blocked) => Err(blocked()),
        Err(NotTaken::Repeated(id)) => {
            let detail =
                format!("you have written the same already, as comment {id}; change that, or say something new");
            Err(Problem::new(Code::CommentRepeated, detail))
        }
        Err(NotTaken::TooMany(seconds)) => {
            let wait = Duration::from_secs(seconds.unsigned_abs());
            let minutes = seconds.unsigned_abs().div_ceil(60);
            let detail = format!("you have written several comments in a short time; try again in {minutes} min");
            Err(Problem::new(Code::TooManyRequests, detail).after(wait))
        }
    }
}

/// Changes what a comment says, or says why not; blocks.
pub fn edit(service: &Service, id: i64, writer: &Writer, text: &str) -> Result<CommentRow, Problem> {
    let store = store(service)?;
    let options = &service.options.comments;
    own(store, id, writer)?;
    let text = text::clean(text, options.most_links).map_err(|detail| fault("text", detail))?;
    let moderation = options.moderation_of(writer.is_moderator);
    let edited = store.edit_comment(id, writer.account.id, &text, moderation, service.guard.clock.now())?;
    edited.ok_or_else(|| Problem::new(Code::NotYours, "it was taken down, or your comments are not taken any more"))
}

/// The comment of this number, if whoever writes wrote it; blocks.
pub fn own(store: &ServiceStore, id: i64, writer: &Writer) -> Result<CommentRow, Problem> {
    let comment = known(store, id)?;
    if comment.author != Some(writer.account.id) {
        return Err(Problem::new(Code::NotYours, "only who wrote a comment may change it"));
    }
    Ok(comment)
}

/// The comment of this number, unless it is deleted; blocks.
pub fn known(store: &ServiceStore, id: i64) -> Result<CommentRow, Problem> {
    let comment = store.comment(id)?.filter(|comment| comment.state != CommentState::Deleted);
    comment.ok_or_else(|| Problem::new(Code::UnknownComment, "it may have been deleted"))
}

/// The comment of this number, if whoever asks may delete it; blocks.
pub fn deletable(store: &ServiceStore, id: i64, writer: &Writer) -> Result<CommentRow, Problem> {
    let comment = known(store, id)?;
    if comment.author != Some(writer.account.id) && !writer.is_moderator {
        return Err(Problem::new(Code::NotYours, "only who wrote a comment, or an administrator, may delete it"));
    }
    Ok(comment)
}

/// Deletes a comment for its author, or for a moderator, who writes that down; blocks.
pub fn delete(service: &Service, id: i64, writer: &Writer) -> Result<CommentRow, Problem> {
    let store = store(service)?;
    let comment = deletable(store, id, writer)?;
    if comment.author == Some(writer.account.id) {
        store.delete_own_comment(id, writer.account.id)?;
    } else {
        let now = service.guard.clock.now();
        store.moderate_comment(id, CommentState::Deleted, &writer.account.name, now)?;
    }
    tracing::info!(comment = id, account = writer.account.id, "a comment was deleted");
    Ok(comment)
}

/// Shows, hides or deletes a comment for a moderator; blocks.
pub fn moderate(service: &Service, id: i64, state: CommentState, identity: &Identity) -> Result<CommentRow, Problem> {
    if state == CommentState::Held {
        return Err(fault("state", "must be `shown`, `hidden` or `deleted`".to_owned()));
    }
    let moderator = moderator(identity)?;
    let row = store(service)?.moderate_comment(id, state, &moderator, service.guard.clock.now())?;
    let row = row.ok_or_else(|| Problem::new(Code::UnknownComment, "it may have been deleted"))?;
    tracing::info!(comment = id, state = state.code(), moderator, "a comment was moderated");
    Ok(row)
}

/// Takes no more comments of an account, for a moderator; blocks.
pub fn block(service: &Service, account: i64, identity: &Identity) -> Result<(), Problem> {
    let moderator = moderator(identity)?;
    let store = store(service)?;
    if store.account(account)?.is_none() {
        return Err(Problem::new(Code::NotFound, "there is no account of this number"));
    }
    store.block_author(account, &moderator, service.guard.clock.now())?;
    tracing::info!(account, moderator, "an author was blocked");
    Ok(())
}

/// Takes comments of an account again, for a moderator; blocks.
pub fn unblock(service: &Service, account: i64, identity: &Identity) -> Result<(), Problem> {
    let moderator = moderator(identity)?;
    store(service)?.unblock_author(account, &moderator, service.guard.clock.now())?;
    tracing::info!(account, moderator, "an author is no longer blocked");
    Ok(())
}

/// What whoever moderates is called in the log.
fn moderator(identity: &Identity) -> Result<String, Problem> {
    match identity {
        Identity::Account(signed_in) if identity.has(Right::Administer) => Ok(signed_in.account.name.clone()),
        Identity::Key(key) if identity.has(Right::Administer) => Ok(format!("key {}", key.name)),
        _ => Err(Problem::new(Code::InsufficientRole, "only administrators moderate comments")),
    }
}

fn blocked() -> Problem {
    Problem::new(Code::AuthorBlocked, "your comments are not taken any more; ask an administrator of the library")
}

fn fault(parameter: &str, detail: String) -> Problem {
    Problem::from(vec![RequestError { parameter: parameter.to_owned(), detail }])
}
