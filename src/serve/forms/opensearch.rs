//! `/opensearch.xml`: lets a browser add the library to its search box.
//!
//! The format wants absolute addresses, which only the request's `Host` can tell.

use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The OpenSearch 1.1 description document.
pub async fn description(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Response, Problem> {
    let site = site_of(&headers)?;
    let body = ui::opensearch(&format!("{site}{}", service.links.home()));
    Ok(([(header::CONTENT_TYPE, "application/opensearchdescription+xml")], body).into_response())
}

/// `http://` and the host that the client asked.
pub fn site_of(headers: &HeaderMap) -> Result<String, Problem> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if host.is_empty() || host.len() > 255 || !host.bytes().all(is_plain) {
        return Err(Problem::new(
            Code::Refused(axum::http::StatusCode::BAD_REQUEST),
            "the `Host` header is missing or odd",
        ));
    }
    Ok(format!("http://{host}"))
}
