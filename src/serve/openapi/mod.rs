//! `/openapi.json` and `/docs`: the API described by its own code.
//!
//! Addresses, parameters and schemas stand at the handlers and types; what holds for all of them (who may, what can go
//! wrong, where it lies) is added here from the table of routes and the table of problems, so that it cannot differ.

mod docs;
mod document;
mod examples;
mod search_parameters;
mod shapes;

#[cfg(test)]
mod tests;

pub use docs::docs;
pub use document::document;
pub use search_parameters::SearchParameters;

use crate::serve::asked::Parameters;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;

/// The version of the contract: the first number changes when something is taken away or means something else.
pub const CONTRACT_VERSION: &str = "1.0.0";

/// The id that stands for any report in examples.
pub const EXAMPLE_ID: &str = "9f86d081884c7d659a2feaa0c55ad015";

/// `GET /openapi.json`.
pub async fn openapi(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let body = document(service.links.base()).to_string();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, body).into_response())
}

/// What stands at a place (RFC 6901); null if nothing does.
fn at<'v>(value: &'v Value, place: &str) -> &'v Value {
    static NOTHING: Value = Value::Null;
    value.pointer(place).unwrap_or(&NOTHING)
}
