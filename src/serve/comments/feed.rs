//! `/comments.atom?q=`: the newest comments, or those with some words, as a feed.

use crate::report::ReportId;
use crate::serve::asked::Parameters;
use crate::serve::comments::pages::listed;
use crate::serve::conditional::EntityTag;
use crate::serve::net::client::Client;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{self, CommentFeed};
use crate::store::SoughtWords;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Entries of the feed.
const ENTRIES: u32 = 50;

/// `GET /comments.atom`.
#[utoipa::path(
    get, path = "/comments.atom", operation_id = "comments_atom", summary = "Follow comments as a feed", tag = "comments",
    params(("q" = Option<String>, Query, description = "Words that the comments have; all comments unless given", example = "price")),
    responses(
        (status = 200, description = "The newest comments as a feed (RFC 4287)", body = String, content_type = "application/atom+xml"),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "This library takes no comments"),
    ),
)]
pub async fn atom(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::of(query.as_deref());
    let q = parameters.text("q").unwrap_or_default();
    parameters.finish()?;
    let site = client.site()?;
    let feed = service
        .read(move |service| {
            let words = SoughtWords::of(&q);
            let comments = if words.is_none() && !q.trim().is_empty() {
                Vec::new()
            } else {
                listed(service, words.as_ref(), None, ENTRIES)?.0
            };
            let id = ReportId::of_bytes(format!("comments {q}").as_bytes());
            Ok(ui::comment_feed(&service.links, &CommentFeed { site: &site, id, q: &q, comments: &comments }))
        })
        .await?;
    let tag = EntityTag::of_body(&feed);
    let content_type = "application/atom+xml; charset=utf-8";
    let answer = || tag.mark(([(header::CONTENT_TYPE, content_type)], feed.clone()).into_response());
    Ok(tag.not_modified(&headers).unwrap_or_else(answer))
}
