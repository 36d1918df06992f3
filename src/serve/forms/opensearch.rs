//! `/opensearch.xml`: lets a browser add the library to its search box.
//!
//! The format wants absolute addresses, which only the request can tell.

use crate::serve::net::client::Client;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The OpenSearch 1.1 description document.
pub async fn description(State(service): State<Arc<Service>>, client: Client) -> Result<Response, Problem> {
    let site = client.site()?;
    let body = ui::opensearch(&format!("{site}{}", service.links.home()));
    Ok(([(header::CONTENT_TYPE, "application/opensearchdescription+xml")], body).into_response())
}
