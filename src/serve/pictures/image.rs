//! The picture of a page over HTTP.

use crate::render::RenderError;
use crate::report::ReportId;
use crate::serve::asked::{Parameters, page_number, report_id};
use crate::serve::conditional::matches_any;
use crate::serve::file;
use crate::serve::pictures::desk::Order;
use crate::serve::pictures::placeholder::placeholder;
use crate::serve::pictures::{Key, Source};
use crate::serve::problem::{Code, HasBody, Problem};
use crate::serve::service::Service;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The width where none is asked for, in pixels.
const USUAL_WIDTH: u32 = 900;

/// Widest picture that may be asked for, in pixels.
const MOST_WIDTH: u64 = 4_000;

/// What there is of a picture.
enum Found {
    AsTheClientHasIt,
    Kept(Bytes),
    Ordered(Order),
}

/// A page as a picture.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/pages/{page}/image", operation_id = "get_page_image",
    summary = "Fetch a page as a picture", tag = "reports",
    params(
        ("id" = ReportId, Path, description = "The report's id"),
        ("page" = u32, Path, description = "1-based index of the page", minimum = 1, example = 1),
        ("width" = Option<u32>, Query, minimum = 1, maximum = 4000, example = 900, description =
            "Pixels from left to right; the picture has the next of 180, 360, 900, 1350, 1800, 2700 (default 900), \
             less where the page is very long"),
    ),
    responses(
        (status = 200, description = "The page as it is displayed, and nothing beside it: a quad times the picture's \
            sides is its place in pixels", body = Vec<u8>, content_type = "image/png"),
        (status = 304, description = "As the client has it"),
        (status = 404, description = "No such report or page"),
        (status = 410, description = "The original was changed or moved since it was read"),
        (status = 422, description = "The page cannot be drawn, or a parameter cannot be accepted"),
    ),
)]
pub async fn image(
    State(service): State<Arc<Service>>,
    Path((id, page)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let result = answer(&service, &id, &page, query.as_deref(), &headers).await;
    result.or_else(|problem| if is_for_an_element(&headers) { Ok(in_its_place(&problem)) } else { Err(problem) })
}

async fn answer(
    service: &Arc<Service>,
    id: &str,
    page: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let id = report_id(id)?;
    let mut parameters = Parameters::of(query);
    let width = parameters.number("width", 1..=MOST_WIDTH);
    parameters.finish()?;
    let width = width.and_then(|width| u32::try_from(width).ok()).unwrap_or(USUAL_WIDTH);
    let (page, client_tags) = (page.to_owned(), headers.clone());
    let (key, found) = service
        .read(move |service| {
            let row = service.row(id)?;
            let key = Key::new(id, page_number(&page, row.pages_total as usize)?, width);
            Ok((key, find(service, &key, &client_tags)?))
        })
        .await?;
    let is_public = service.guard.public;
    match found {
        Found::AsTheClientHasIt => Ok(describe(StatusCode::NOT_MODIFIED.into_response(), &key, is_public)),
        Found::Kept(bytes) => Ok(describe(bytes.into_response(), &key, is_public)),
        Found::Ordered(order) => match order.picture().await {
            Ok(bytes) => Ok(describe(bytes.into_response(), &key, is_public)),
            Err(error) => Err(not_drawn(&error)),
        },
    }
}

/// Looks a picture up, or has it drawn; blocks.
fn find(service: &Service, key: &Key, headers: &HeaderMap) -> Result<Found, Problem> {
    if matches_any(headers, &key.tag()) {
        return Ok(Found::AsTheClientHasIt);
    }
    if let Some(bytes) = service.pictures.kept(key) {
        return Ok(Found::Kept(bytes));
    }
    if let Some(error) = service.pictures.failure(key.id, key.page) {
        return Err(not_drawn(&error));
    }
    let (file, name) = file::opened(service, key.id)?;
    Ok(Found::Ordered(service.pictures.order(*key, Source { file, name })?))
}

fn not_drawn(error: &RenderError) -> Problem {
    Problem::new(Code::PageNotDrawn, error.detail.clone())
}

/// The picture never changes under its address.
fn describe(mut response: Response, key: &Key, is_public: bool) -> Response {
    let caching = if is_public { "public, max-age=604800, immutable" } else { "private, max-age=604800, immutable" };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&key.tag()) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether the answer will stand in a page, where only a picture can say anything.
fn is_for_an_element(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match value("sec-fetch-dest") {
        Some(destination) => destination == "image",
        None => value("accept").is_some_and(|accept| accept.starts_with("image/")),
    }
}

/// A picture that says what is wrong, under the status of the problem.
fn in_its_place(problem: &Problem) -> Response {
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (problem.status(), headers, placeholder(problem)).into_response();
    response.extensions_mut().insert(HasBody);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::pictures::WIDTHS;

    #[test]
    fn widths_are_few() {
        let id = ReportId([7; 16]);
        for (asked, wanted) in
            [(1, 180), (180, 180), (181, 360), (900, 900), (1_000, 1_350), (2_700, 2_700), (4_000, 2_700)]
        {
            assert_eq!(Key::new(id, 1, asked).width, wanted, "{asked}");
        }
        assert!(WIDTHS.is_sorted() && WIDTHS.contains(&USUAL_WIDTH));
    }

    #[test]
    fn elements_of_pages_are_told_by_what_they_ask_for() {
        for (name, value, wanted) in [
            ("sec-fetch-dest", "image", true),
            ("sec-fetch-dest", "empty", false),
            ("accept", "image/avif,image/webp,*/*;q=0.8", true),
            ("accept", "application/json", false),
            ("accept", "*/*", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(is_for_an_element(&headers), wanted, "{name}: {value}");
        }
    }
}
