//! `/admin/comments`: what waits for a moderator, what is shown and hidden, who is blocked, and what was done.

use crate::serve::asked::Parameters;
use crate::serve::comments::api::in_state;
use crate::serve::comments::posting;
use crate::serve::comments::seen::SHOWN;
use crate::serve::layers::access::Identity;
use crate::serve::posted::Posted;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, ModerationPage};
use crate::serve::visit::Visit;
use crate::store::{CommentState, ModerationAction};
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Lines of the log on the page.
const LOG_LINES: u32 = 50;

/// What a form of the page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModerationForm {
    action: String,
    comment: Option<i64>,
    account: Option<i64>,
    /// The list it was sent from; empty: from the comment's own place.
    state: String,
}

/// `GET /admin/comments?state=&before=`.
pub async fn queue(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Html<String>, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let state = parameters.text("state").unwrap_or_else(|| CommentState::Held.code().to_owned());
    let before = parameters.number("before", 1..=i64::MAX as u64).and_then(|before| i64::try_from(before).ok());
    let state = CommentState::from_code(&state).filter(|state| *state != CommentState::Deleted);
    if state.is_none() {
        parameters.fault("state", "must be `held`, `shown` or `hidden`");
    }
    parameters.finish()?;
    let state = state.unwrap_or(CommentState::Held);
    let page = service
        .read(move |service| {
            let store = posting::store(service)?;
            let (rows, next) = in_state(service, state, before, SHOWN)?;
            let reports: Vec<_> = rows.iter().map(|row| row.report).collect();
            let reports = service.library().catalogue().reports_of(&reports)?;
            let states = [CommentState::Held, CommentState::Shown, CommentState::Hidden];
            let counts = states.map(|state| store.count_comments_in(state).map(|count| (state, count)));
            let page = ModerationPage {
                state,
                counts: counts.into_iter().collect::<Result<_, _>>()?,
                comments: rows.into_iter().zip(reports).collect(),
                next,
                blocked: store.blocked_authors()?,
                log: store.moderations(None, LOG_LINES)?,
            };
            Ok(ui::moderation_page(&visit, &page))
        })
        .await?;
    Ok(Html(page))
}

/// `POST /admin/comments`.
pub async fn moderate(
    State(service): State<Arc<Service>>,
    identity: Identity,
    Posted(form): Posted<ModerationForm>,
) -> Result<Response, Problem> {
    let back = service.write(move |service| carry_out(service, &identity, &form)).await?;
    Ok(Redirect::to(&back).into_response())
}

/// Does what a form says, and tells where to go from there; blocks.
fn carry_out(service: &Service, identity: &Identity, form: &ModerationForm) -> Result<String, Problem> {
    let missing = |what: &str| Problem::new(Code::InvalidParameters, format!("the form names no {what}"));
    let comment = || form.comment.ok_or_else(|| missing("comment"));
    let action = ModerationAction::from_code(&form.action).ok_or_else(|| missing("action"))?;
    let state = match action {
        ModerationAction::Approve => Some(CommentState::Shown),
        ModerationAction::Hide => Some(CommentState::Hidden),
        ModerationAction::Delete => Some(CommentState::Deleted),
        ModerationAction::Block | ModerationAction::Unblock => None,
    };
    if let Some(state) = state {
        let row = posting::moderate(service, comment()?, state, identity)?;
        if form.state.is_empty() {
            return Ok(format!("{}#comments", service.links.report(row.report)));
        }
    } else {
        let account = match form.account {
            Some(account) => account,
            None => {
                let row = posting::known(posting::store(service)?, comment()?)?;
                row.author.ok_or_else(|| Problem::new(Code::NotFound, "the account of its author is gone"))?
            }
        };
        match action {
            ModerationAction::Unblock => posting::unblock(service, account, identity)?,
            _ => posting::block(service, account, identity)?,
        }
    }
    let list = CommentState::from_code(&form.state).unwrap_or(CommentState::Held);
    Ok(format!("{}?state={}", service.links.at("/admin/comments"), list.code()))
}
