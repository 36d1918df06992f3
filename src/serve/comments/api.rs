//! Comments for programs: list, search, write, change, delete. Moderating is in [`super::verdicts`].

use crate::report::{ReportId, rfc3339};
use crate::search::RequestError;
use crate::serve::asked::{Parameters, is_json, report_id};
use crate::serve::comments::pages::{comment_number, listed, place_of};
use crate::serve::comments::posting::{self, Draft, Writer};
use crate::serve::comments::seen;
use crate::serve::conditional::EntityTag;
use crate::serve::layers::access::{Identity, Right};
use crate::serve::links::Links;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{CommentRow, CommentState, SoughtWords, Viewer};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Comments of a list unless asked otherwise, and at most.
pub const LIST_LIMIT: (u64, u64) = (20, 100);

/// What a client wants to say.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentOrder {
    /// Plain text of at most 4,000 characters.
    #[schema(example = "The figures of table 3 are those of 2019.")]
    text: String,
    /// The page it is about, 1-based; the whole report unless given.
    #[serde(default)]
    #[schema(minimum = 1)]
    page: Option<u32>,
    /// The comment it answers; it is on that one's page then.
    #[serde(default)]
    parent: Option<i64>,
}

/// What a comment shall say from now on.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentChange {
    /// Plain text of at most 4,000 characters.
    #[schema(example = "The figures of table 3 are those of 2018.")]
    text: String,
}

/// A comment.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CommentBody {
    id: i64,
    report: ReportId,
    /// The page it is about; the whole report if there is none.
    page: Option<u32>,
    /// The comment it answers.
    parent: Option<i64>,
    /// The comment that began the conversation.
    thread: i64,
    /// Who wrote it; nothing if that account is gone.
    author: Option<AuthorBody>,
    /// What it says; nothing where it may not be read: it keeps its place for the answers to it.
    text: Option<String>,
    state: CommentState,
    created: String,
    edited: Option<String>,
    url: String,
}

/// Who wrote a comment.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AuthorBody {
    /// The number of the account.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A part of a list of comments.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CommentList {
    comments: Vec<CommentBody>,
    /// Where to go on.
    next_cursor: Option<String>,
}

impl CommentBody {
    /// A comment as these eyes see it.
    pub fn new(row: CommentRow, links: &Links, viewer: Viewer) -> CommentBody {
        let is_own = matches!((viewer, row.author), (Viewer::Account(account), Some(author)) if account == author);
        let may_read = match row.state {
            CommentState::Shown => true,
            CommentState::Held | CommentState::Hidden => is_own || viewer == Viewer::Moderator,
            CommentState::Deleted => false,
        };
        CommentBody {
            id: row.id,
            report: row.report,
            page: row.page,
            parent: row.parent,
            thread: row.thread,
            author: author(row.author, row.author_name),
            text: may_read.then_some(row.text),
            state: row.state,
            created: rfc3339(row.created),
            edited: row.edited.map(rfc3339),
            url: links.comment(row.id),
        }
    }
}

/// An account that is still there.
pub fn author(id: Option<i64>, name: Option<String>) -> Option<AuthorBody> {
    Some(AuthorBody { id: id?, name: name? })
}

/// `GET /api/v1/reports/{id}/comments`.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/comments", operation_id = "list_report_comments", summary = "Read the comments on a report", tag = "comments",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("page" = Option<u32>, Query, description = "Only those on this page", minimum = 1),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the response before"),
        ("limit" = Option<u32>, Query, description = "Comments to return; 20 unless given", minimum = 1, maximum = 100, example = 20),
    ),
    responses(
        (status = 200, description = "Comments, conversation by conversation, the oldest first. With an account also its own that are not shown", body = CommentList),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "Not a cursor"),
        (status = 404, description = "No such report, or this library takes no comments"),
    ),
)]
pub async fn of_report(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    let mut parameters = Parameters::of(query.as_deref());
    let page = parameters.number("page", 1..=u64::from(u32::MAX)).and_then(|page| u32::try_from(page).ok());
    let cursor = parameters.text("cursor").unwrap_or_default();
    let limit = parameters.number("limit", 1..=LIST_LIMIT.1).unwrap_or(LIST_LIMIT.0);
    parameters.finish()?;
    let (after, viewer) = (place_of(&cursor)?, seen::viewer(&identity));
    let list = service
        .read(move |service| {
            let store = posting::store(service)?;
            service.row(id)?;
            let limit = u32::try_from(limit).unwrap_or(u32::MAX);
            let mut rows = store.comments_of(id, page, viewer, after, limit.saturating_add(1))?;
            let has_more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let next_cursor = rows.last().filter(|_| has_more).map(|last| format!("{}.{}", last.thread, last.id));
            let comments = rows.into_iter().map(|row| CommentBody::new(row, &service.links, viewer)).collect();
            Ok(CommentList { comments, next_cursor })
        })
        .await?;
    tagged(&list, viewer, &headers)
}

/// `POST /api/v1/reports/{id}/comments`.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/comments", operation_id = "write_comment", summary = "Write a comment", tag = "comments",
    params(("id" = ReportId, Path, description = "The report's id")),
    request_body = CommentOrder,
    responses(
        (status = 201, description = "The comment, kept for good; `held` if it waits for a moderator", body = CommentBody),
        (status = 400, description = "The body is not JSON"),
        (status = 404, description = "No such report, or this library takes no comments"),
        (status = 409, description = "The same was written already"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn write(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let id = report_id(&id)?;
    Parameters::of(query.as_deref()).finish()?;
    let order: CommentOrder = read_json(&headers, &body)?;
    let draft = Draft { text: order.text, page: order.page, parent: order.parent };
    let comment = service
        .write(move |service| {
            let writer = Writer::of(&identity)?;
            let row = posting::post(service, id, &writer, &draft)?;
            Ok(CommentBody::new(row, &service.links, seen::viewer(&identity)))
        })
        .await?;
    let place = service.links.at(&format!("/api/v1/comments/{}", comment.id));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(comment)).into_response())
}

/// `GET /api/v1/comments`.
#[utoipa::path(
    get, path = "/api/v1/comments", operation_id = "list_comments", summary = "Read the newest comments, or search them", tag = "comments",
    params(
        ("q" = Option<String>, Query, description = "Words that the comments have: phrases in quotation marks, `wor*` for how a word begins; any text is legal", example = "table"),
        ("state" = Option<String>, Query, description = "`held` or `hidden` for administrators, without `q`; `shown` unless given"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the response before"),
        ("limit" = Option<u32>, Query, description = "Comments to return; 20 unless given", minimum = 1, maximum = 100, example = 20),
    ),
    responses(
        (status = 200, description = "Comments on reports of the library, the youngest first", body = CommentList),
        (status = 304, description = "As the client has it"),
        (status = 400, description = "Not a cursor"),
        (status = 404, description = "This library takes no comments"),
    ),
)]
pub async fn list(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let q = parameters.text("q").unwrap_or_default();
    let state = parameters.text("state").unwrap_or_else(|| CommentState::Shown.code().to_owned());
    let cursor = parameters.text("cursor");
    let limit = parameters.number("limit", 1..=LIST_LIMIT.1).unwrap_or(LIST_LIMIT.0);
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let state = CommentState::from_code(&state).filter(|state| *state != CommentState::Deleted);
    if state.is_none() {
        parameters.fault("state", "must be `shown`, `held` or `hidden`");
    } else if state != Some(CommentState::Shown) && !q.is_empty() {
        parameters.fault("state", "cannot be given with `q`: only comments that are shown are searched");
    }
    parameters.finish()?;
    let before = cursor.map(|cursor| cursor.parse().map_err(|_| no_cursor())).transpose()?;
    let (state, viewer) = (state.unwrap_or(CommentState::Shown), seen::viewer(&identity));
    let list = service
        .read(move |service| {
            if state != CommentState::Shown && !identity.has(Right::Administer) {
                let detail = "only administrators read comments that are not shown; leave out `state`";
                return Err(Problem::new(Code::InsufficientRole, detail));
            }
            let words = SoughtWords::of(&q);
            let (rows, next) = if state != CommentState::Shown {
                in_state(service, state, before, limit)?
            } else if words.is_none() && !q.trim().is_empty() {
                (Vec::new(), None)
            } else {
                let (found, next) = listed(service, words.as_ref(), before, limit)?;
                (found.into_iter().map(|listed| listed.row).collect(), next)
            };
            let comments = rows.into_iter().map(|row| CommentBody::new(row, &service.links, viewer)).collect();
            Ok(CommentList { comments, next_cursor: next.map(|next| next.to_string()) })
        })
        .await?;
    tagged(&list, viewer, &headers)
}

/// The youngest comments in a state before the one of this number, and the number to go on before; blocks.
pub fn in_state(
    service: &Service,
    state: CommentState,
    before: Option<i64>,
    limit: u32,
) -> Result<(Vec<CommentRow>, Option<i64>), Problem> {
    let mut rows = posting::store(service)?.newest_comments(state, before, limit.saturating_add(1))?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more).map(|last| last.id);
    Ok((rows, next))
}

/// `GET /api/v1/comments/{comment}`.
#[utoipa::path(
    get, path = "/api/v1/comments/{comment}", operation_id = "get_comment", summary = "Read a comment", tag = "comments",
    params(("comment" = i64, Path, description = "The comment's number", example = 1)),
    responses(
        (status = 200, description = "The comment", body = CommentBody),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such comment, or it may not be read"),
    ),
)]
pub async fn get(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (number, viewer) = (comment_number(&number)?, seen::viewer(&identity));
    Parameters::of(query.as_deref()).finish()?;
    let comment = service
        .read(move |service| {
            let row = posting::known(posting::store(service)?, number)?;
            let comment = CommentBody::new(row, &service.links, viewer);
            if comment.text.is_none() {
                return Err(Problem::new(Code::UnknownComment, "it waits for approval, or was taken down"));
            }
            Ok(comment)
        })
        .await?;
    tagged(&comment, viewer, &headers)
}

/// `PATCH /api/v1/comments/{comment}`.
#[utoipa::path(
    patch, path = "/api/v1/comments/{comment}", operation_id = "change_comment", summary = "Change one's own comment", tag = "comments",
    params(("comment" = i64, Path, description = "The comment's number", example = 1)),
    request_body = CommentChange,
    responses(
        (status = 200, description = "The comment as it is now; `held` if it waits for a moderator again", body = CommentBody),
        (status = 400, description = "The body is not JSON"),
        (status = 404, description = "No such comment"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn change(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<CommentBody>, Problem> {
    let number = comment_number(&number)?;
    Parameters::of(query.as_deref()).finish()?;
    let change: CommentChange = read_json(&headers, &body)?;
    let comment = service
        .write(move |service| {
            let row = posting::edit(service, number, &Writer::of(&identity)?, &change.text)?;
            Ok(CommentBody::new(row, &service.links, seen::viewer(&identity)))
        })
        .await?;
    Ok(Json(comment))
}

/// `DELETE /api/v1/comments/{comment}`.
#[utoipa::path(
    delete, path = "/api/v1/comments/{comment}", operation_id = "delete_comment", summary = "Delete one's own comment", tag = "comments",
    params(("comment" = i64, Path, description = "The comment's number", example = 1)),
    responses(
        (status = 204, description = "Its text is gone; administrators may delete everybody's"),
        (status = 404, description = "No such comment"),
    ),
)]
pub async fn delete(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
) -> Result<StatusCode, Problem> {
    let number = comment_number(&number)?;
    Parameters::of(query.as_deref()).finish()?;
    service.write(move |service| posting::delete(service, number, &Writer::of(&identity)?).map(drop)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is wrong with a cursor that was not given out.
pub fn no_cursor() -> Problem {
    Problem::new(Code::InvalidCursor, "send `next_cursor` as it was given")
}

/// An answer with a tag of its own: comments change without a new generation. What an account may see is for nobody
/// else to keep.
fn tagged(body: &impl Serialize, viewer: Viewer, headers: &HeaderMap) -> Result<Response, Problem> {
    let tag = EntityTag::of_body(&serde_json::to_string(body).map_err(|_| Problem::internal())?);
    let mut response = tag.not_modified(headers).unwrap_or_else(|| tag.mark(Json(body).into_response()));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("cookie"));
    if viewer != Viewer::Anyone {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    Ok(response)
}

/// The body of a request, which must be JSON of this form.
pub fn read_json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(Code::UnsupportedMediaType, "send `Content-Type: application/json`"));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            vec![RequestError { parameter: "body".to_owned(), detail: format!("{error}") }].into()
        }
        _ => Problem::new(Code::MalformedJson, format!("{error}")),
    })
}
