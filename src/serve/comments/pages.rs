//! Comments for browsers: the newest, those of a report, and the forms to write, change and delete one.
//!
//! What was typed is never lost: a form that is refused comes back with it, also where the session has ended meanwhile.

use crate::report::ReportId;
use crate::serve::asked::{Parameters, pairs_of, report_id};
use crate::serve::comments::posting::{self, Draft, Writer};
use crate::serve::comments::seen::{self, Place, SHOWN};
use crate::serve::conditional::EntityTag;
use crate::serve::layers::access::Identity;
use crate::serve::posted::{Posted, checked_and_sent};
use crate::serve::problem::{Code, HasBody, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, CommentFormView, CommentsList, ListedComment};
use crate::serve::visit::Visit;
use crate::store::{CommentPlace, CommentRow, CommentState, ReportRow, SoughtWords, Viewer};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// What a form to write sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WriteForm {
    text: String,
    page: String,
    parent: String,
    /// `page`: back to the view of the page, instead of the report's.
    back: String,
    /// No person sees it; programs that fill in every field do.
    website: String,
}

/// What a form to change sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EditForm {
    text: String,
}

/// What a form to delete sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteForm {}

/// `GET /comments?q=&before=`: the newest, or those with some words.
pub async fn newest(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let pairs = pairs_of(query.as_deref());
    let value = |name: &str| pairs.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.trim());
    let q: String = value("q").chars().take(1_024).collect();
    let before = value("before").parse().ok();
    let page = service
        .read(move |service| {
            let words = SoughtWords::of(&q);
            let is_wordless = words.is_none() && !q.is_empty();
            let (comments, next) =
                if is_wordless { (Vec::new(), None) } else { listed(service, words.as_ref(), before, SHOWN)? };
            let list = CommentsList { q: &q, comments: &comments, next, is_wordless };
            Ok(ui::comment_list_page(&visit, &list))
        })
        .await?;
    let tag = EntityTag::of_body(&page);
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Html(page).into_response())))
}

/// The youngest comments on reports of the library before the one of this number, with these words if some are given,
/// and the number to go on before; blocks.
pub fn listed(
    service: &Service,
    words: Option<&SoughtWords>,
    before: Option<i64>,
    limit: u32,
) -> Result<(Vec<ListedComment>, Option<i64>), Problem> {
    let store = posting::store(service)?;
    let (mut found, mut before) = (Vec::new(), before);
    // Comments on reports that were removed are passed over, and there may be many on end.
    loop {
        let rows = match words {
            Some(words) => store.search_comments(words, before, limit)?,
            None => store.newest_comments(CommentState::Shown, before, limit)?,
        };
        let is_last = rows.len() < limit as usize;
        let reports: Vec<ReportId> = rows.iter().map(|row| row.report).collect();
        let reports = service.library().catalogue().reports_of(&reports)?;
        for (row, report) in rows.into_iter().zip(reports) {
            before = Some(row.id);
            if let Some(report) = report {
                found.push(ListedComment { row, report });
                if found.len() == limit as usize {
                    return Ok((found, before));
                }
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
}

/// `GET /reports/{id}/comments?page=&after=`: those of a report, from a place.
pub async fn of_report(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let mut parameters = Parameters::of(query.as_deref());
    let page = parameters.text("page").filter(|page| !page.is_empty());
    let after = parameters.text("after").unwrap_or_default();
    parameters.finish()?;
    let page = page.map(|page| page.parse().map_err(|_| Problem::new(Code::UnknownPage, "pages are numbered from 1")));
    let page = page.transpose()?;
    let after = place_of(&after)?;
    let html = service
        .read(move |service| {
            posting::store(service)?;
            let row = service.row(id)?;
            let place = Place { report: id, page, after };
            let section = seen::part(service, place, row.pages_total, &identity)?;
            let section = section.ok_or_else(Problem::internal)?;
            Ok(ui::report_comments_page(&visit, &row, section, after == CommentPlace::default()))
        })
        .await?;
    let tag = EntityTag::of_body(&html);
    Ok(tag.not_modified(&headers).unwrap_or_else(|| tag.mark(Html(html).into_response())))
}

/// `7.12`: after comment 12 of the conversation that 7 began; the beginning if it is empty.
pub fn place_of(text: &str) -> Result<CommentPlace, Problem> {
    if text.is_empty() {
        return Ok(CommentPlace::default());
    }
    let numbers = text.split_once('.').and_then(|(thread, id)| Some((thread.parse().ok()?, id.parse().ok()?)));
    let (thread, id) = numbers.ok_or_else(|| Problem::new(Code::InvalidCursor, "send one as it was given"))?;
    Ok(CommentPlace { thread, id })
}

/// `GET /comments/{n}`: to where the comment stands.
pub async fn find(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    identity: Identity,
) -> Result<Response, Problem> {
    let number = comment_number(&number)?;
    let address = service.read(move |service| address_of(service, number, seen::viewer(&identity))).await?;
    Ok(Redirect::to(&address).into_response())
}

/// Where a comment stands on a page of ours; blocks.
fn address_of(service: &Service, number: i64, viewer: Viewer) -> Result<String, Problem> {
    let store = posting::store(service)?;
    let comment = posting::known(store, number)?;
    let report = service.row(comment.report)?.id;
    let first = store.comments_of(report, None, viewer, CommentPlace::default(), SHOWN)?;
    if first.iter().any(|row| row.id == number) {
        return Ok(format!("{}#comment-{number}", service.links.report(report)));
    }
    let after = format!("{}.{}", comment.thread, number - 1);
    Ok(format!("{}#comment-{number}", service.links.report_comments(report, &[("after", &after)])))
}

/// A comment's number in an address.
pub fn comment_number(text: &str) -> Result<i64, Problem> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    number.ok_or_else(|| Problem::new(Code::UnknownComment, "comments are numbered"))
}

/// `POST /reports/{id}/comments`.
pub async fn write(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    identity: Identity,
    visit: Visit,
    request: Request,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let (posted, sent) = checked_and_sent::<WriteForm>(request).await?;
    let task = Arc::clone(&service);
    let sent = sent.unwrap_or_default();
    task.write(move |service| {
        // Where nobody has typed anything there is nothing to give back.
        if sent.text.is_empty() {
            Writer::of(&identity)?;
        }
        let row = service.row(id)?;
        let outcome = Writer::of(&identity).and_then(|writer| {
            let form = posted?;
            if !form.website.is_empty() {
                let detail = "leave the field that cannot be seen empty; it is there for programs that fill in all";
                return Err(Problem::new(Code::CommentRefused, detail));
            }
            posting::post(service, id, &writer, &draft_of(&form)?)
        });
        match outcome {
            Ok(comment) => Ok(Redirect::to(&place_after(service, &comment, &sent.back)).into_response()),
            Err(problem) => again(service, &identity, &visit, &row, &sent, &problem),
        }
    })
    .await
}

/// Where a comment stands once it is written.
fn place_after(service: &Service, comment: &CommentRow, back: &str) -> String {
    match comment.page {
        Some(page) if back == "page" => {
            format!("{}#comment-{}", service.links.page(comment.report, page, ""), comment.id)
        }
        _ => service.links.comment(comment.id),
    }
}

/// What a form asks for.
fn draft_of(form: &WriteForm) -> Result<Draft, Problem> {
    let number = |name: &str, value: &str| -> Result<Option<u32>, Problem> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(None);
        }
        let fault =
            || crate::search::RequestError { parameter: name.to_owned(), detail: "must be a number".to_owned() };
        value.parse().map(Some).map_err(|_| vec![fault()].into())
    };
    let parent = number("parent", &form.parent)?.map(i64::from);
    Ok(Draft { text: form.text.clone(), page: number("page", &form.page)?, parent })
}

/// The form once more, with what was typed and what is wrong; blocks.
fn again(
    service: &Service,
    identity: &Identity,
    visit: &Visit,
    row: &ReportRow,
    sent: &WriteForm,
    problem: &Problem,
) -> Result<Response, Problem> {
    let is_stranger = problem.code == Code::LoginRequired;
    let about = match sent.parent.parse() {
        Ok(parent) => posting::store(service)?.comment(parent)?.filter(|row| row.state == CommentState::Shown),
        Err(_) => None,
    };
    let kept = [("page", &sent.page), ("parent", &sent.parent), ("back", &sent.back)];
    let action = service.links.report_comments(row.id, &[]);
    let view = CommentFormView {
        heading: if about.is_some() { "Your reply" } else { "Your comment" },
        report: row,
        button: "Send again",
        token: token_of(identity),
        text: Some(&sent.text),
        kept: kept
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect(),
        problem: Some(problem),
        log_in: is_stranger.then(|| service.links.login(&action)),
        about: about.as_ref(),
        back: service.links.report(row.id),
        action,
    };
    Ok(with_body(problem.status(), ui::comment_form_page(visit, &view)))
}

/// `GET /comments/{n}/edit`.
pub async fn edit_form(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    identity: Identity,
    visit: Visit,
) -> Result<Response, Problem> {
    let number = comment_number(&number)?;
    let page = service
        .read(move |service| {
            let comment = posting::own(posting::store(service)?, number, &Writer::of(&identity)?)?;
            edit_page(service, &identity, &visit, &comment, &comment.text, None)
        })
        .await?;
    Ok(Html(page).into_response())
}

/// `POST /comments/{n}/edit`.
pub async fn edit(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    identity: Identity,
    visit: Visit,
    request: Request,
) -> Result<Response, Problem> {
    let number = comment_number(&number)?;
    let (posted, sent) = checked_and_sent::<EditForm>(request).await?;
    let sent = sent.unwrap_or_default();
    let task = Arc::clone(&service);
    task.write(move |service| {
        let writer = Writer::of(&identity)?;
        let comment = posting::own(posting::store(service)?, number, &writer)?;
        match posted.and_then(|form| posting::edit(service, number, &writer, &form.text)) {
            Ok(comment) => Ok(Redirect::to(&service.links.comment(comment.id)).into_response()),
            Err(problem) => {
                let page = edit_page(service, &identity, &visit, &comment, &sent.text, Some(&problem))?;
                Ok(with_body(problem.status(), page))
            }
        }
    })
    .await
}

/// The page to change a comment; blocks.
fn edit_page(
    service: &Service,
    identity: &Identity,
    visit: &Visit,
    comment: &CommentRow,
    text: &str,
    problem: Option<&Problem>,
) -> Result<String, Problem> {
    let row = service.row(comment.report)?;
    let view = CommentFormView {
        heading: "Change your comment",
        report: &row,
        action: service.links.comment_to(comment.id, "edit"),
        button: "Save",
        token: token_of(identity),
        text: Some(text),
        kept: Vec::new(),
        problem,
        log_in: None,
        about: None,
        back: service.links.comment(comment.id),
    };
    Ok(ui::comment_form_page(visit, &view))
}

/// `GET /comments/{n}/delete`.
pub async fn delete_form(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    identity: Identity,
    visit: Visit,
) -> Result<Response, Problem> {
    let number = comment_number(&number)?;
    let page = service
        .read(move |service| {
            let comment = posting::deletable(posting::store(service)?, number, &Writer::of(&identity)?)?;
            let row = service.row(comment.report)?;
            let view = CommentFormView {
                heading: "Delete this comment?",
                report: &row,
                action: service.links.comment_to(number, "delete"),
                button: "Delete",
                token: token_of(&identity),
                text: None,
                kept: Vec::new(),
                problem: None,
                log_in: None,
                about: Some(&comment),
                back: service.links.comment(number),
            };
            Ok(ui::comment_form_page(&visit, &view))
        })
        .await?;
    Ok(Html(page).into_response())
}

/// `POST /comments/{n}/delete`.
pub async fn delete(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    identity: Identity,
    Posted(DeleteForm {}): Posted<DeleteForm>,
) -> Result<Response, Problem> {
    let number = comment_number(&number)?;
    let report =
        service.write(move |service| Ok(posting::delete(service, number, &Writer::of(&identity)?)?.report)).await?;
    Ok(Redirect::to(&format!("{}#comments", service.links.report(report))).into_response())
}

/// What shows that a form is ours.
fn token_of(identity: &Identity) -> String {
    identity.signed_in().map(|signed_in| signed_in.form_token.clone()).unwrap_or_default()
}

/// A refusal that has its page already.
fn with_body(status: StatusCode, page: String) -> Response {
    let mut response = (status, Html(page)).into_response();
    response.extensions_mut().insert(HasBody);
    response
}
