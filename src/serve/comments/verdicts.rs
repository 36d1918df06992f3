//! Moderating for programs: approve, hide and delete comments, block authors, read what was done.

use crate::report::rfc3339;
use crate::serve::asked::Parameters;
use crate::serve::comments::api::{AuthorBody, CommentBody, LIST_LIMIT, author, no_cursor, read_json};
use crate::serve::comments::pages::comment_number;
use crate::serve::comments::posting;
use crate::serve::layers::access::Identity;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{BlockedAuthor, CommentState, ModerationAction, ModerationRow, Viewer};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a moderator makes of a comment.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentVerdict {
    /// `shown`, `hidden` or `deleted`.
    #[schema(example = "shown")]
    state: CommentState,
}

/// A part of what moderators did, the youngest first.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ModerationList {
    moderations: Vec<ModerationBody>,
    next_cursor: Option<String>,
}

/// What a moderator did.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ModerationBody {
    id: i64,
    action: ModerationAction,
    comment: Option<i64>,
    author: Option<AuthorBody>,
    /// Who did it, as called then.
    moderator: String,
    at: String,
}

/// Authors whose comments are not taken.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BlockedList {
    blocked: Vec<BlockedBody>,
}

/// An author whose comments are not taken.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BlockedBody {
    account: AuthorBody,
    moderator: String,
    since: String,
}

impl BlockedBody {
    fn new(blocked: BlockedAuthor) -> BlockedBody {
        BlockedBody {
            account: AuthorBody { id: blocked.account, name: blocked.name },
            moderator: blocked.moderator,
            since: rfc3339(blocked.since),
        }
    }
}

/// `PUT /api/v1/comments/{comment}/state`.
#[utoipa::path(
    put, path = "/api/v1/comments/{comment}/state", operation_id = "moderate_comment", summary = "Approve, hide or delete a comment", tag = "comments",
    params(("comment" = i64, Path, description = "The comment's number", example = 1)),
    request_body = CommentVerdict,
    responses(
        (status = 200, description = "The comment as it is now", body = CommentBody),
        (status = 400, description = "The body is not JSON"),
        (status = 404, description = "No such comment, or it is deleted"),
        (status = 413, description = "More than 64 KiB"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn moderate(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<CommentBody>, Problem> {
    let number = comment_number(&number)?;
    Parameters::of(query.as_deref()).finish()?;
    let CommentVerdict { state } = read_json(&headers, &body)?;
    let comment = service
        .write(move |service| {
            let row = posting::moderate(service, number, state, &identity)?;
            Ok(CommentBody::new(row, &service.links, Viewer::Moderator))
        })
        .await?;
    Ok(Json(comment))
}

/// `GET /api/v1/moderations`.
#[utoipa::path(
    get, path = "/api/v1/moderations", operation_id = "list_moderations", summary = "Tell what moderators did", tag = "comments",
    params(
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the response before"),
        ("limit" = Option<u32>, Query, description = "Lines to return; 20 unless given", minimum = 1, maximum = 100, example = 20),
    ),
    responses(
        (status = 200, description = "What was done, by whom and when, the youngest first", body = ModerationList),
        (status = 400, description = "Not a cursor"),
        (status = 404, description = "This library takes no comments"),
    ),
)]
pub async fn moderations(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
) -> Result<Json<ModerationList>, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let cursor = parameters.text("cursor");
    let limit = parameters.number("limit", 1..=LIST_LIMIT.1).unwrap_or(LIST_LIMIT.0);
    parameters.finish()?;
    let before = cursor.map(|cursor| cursor.parse().map_err(|_| no_cursor())).transpose()?;
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let mut rows =
        service.read(move |service| Ok(posting::store(service)?.moderations(before, limit.saturating_add(1))?)).await?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| has_more).map(|last| last.id.to_string());
    let body = |row: ModerationRow| ModerationBody {
        id: row.id,
        action: row.action,
        comment: row.comment,
        author: author(row.author, row.author_name),
        moderator: row.moderator,
        at: rfc3339(row.at),
    };
    Ok(Json(ModerationList { moderations: rows.into_iter().map(body).collect(), next_cursor }))
}

/// `GET /api/v1/blocked-authors`.
#[utoipa::path(
    get, path = "/api/v1/blocked-authors", operation_id = "list_blocked_authors", summary = "Tell whose comments are not taken", tag = "comments",
    responses(
        (status = 200, description = "The authors, the last blocked first", body = BlockedList),
        (status = 404, description = "This library takes no comments"),
    ),
)]
pub async fn blocked(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
) -> Result<Json<BlockedList>, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let blocked = service.read(move |service| Ok(posting::store(service)?.blocked_authors()?)).await?;
    Ok(Json(BlockedList { blocked: blocked.into_iter().map(BlockedBody::new).collect() }))
}

/// `PUT /api/v1/blocked-authors/{account}`.
#[utoipa::path(
    put, path = "/api/v1/blocked-authors/{account}", operation_id = "block_author", summary = "Take no more comments of an account", tag = "comments",
    params(("account" = i64, Path, description = "The account's number", example = 2)),
    responses(
        (status = 204, description = "It is blocked, whether it was or not; what it wrote stays"),
        (status = 404, description = "No such account, or this library takes no comments"),
    ),
)]
pub async fn block(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
) -> Result<StatusCode, Problem> {
    let account = account_number(&number)?;
    Parameters::of(query.as_deref()).finish()?;
    service.write(move |service| posting::block(service, account, &identity)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/v1/blocked-authors/{account}`.
#[utoipa::path(
    delete, path = "/api/v1/blocked-authors/{account}", operation_id = "unblock_author", summary = "Take comments of an account again", tag = "comments",
    params(("account" = i64, Path, description = "The account's number", example = 2)),
    responses(
        (status = 204, description = "It is not blocked, whether it was or not"),
        (status = 404, description = "No number of an account, or this library takes no comments"),
    ),
)]
pub async fn unblock(
    State(service): State<Arc<Service>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
) -> Result<StatusCode, Problem> {
    let account = account_number(&number)?;
    Parameters::of(query.as_deref()).finish()?;
    service.write(move |service| posting::unblock(service, account, &identity)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn account_number(text: &str) -> Result<i64, Problem> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain);
    number.ok_or_else(|| Problem::new(Code::NotFound, "accounts are numbered"))
}
