//! Logging in and out.

use crate::serve::cookies::Kind;
use crate::serve::layers::access::Identity;
use crate::serve::net::client::Client;
use crate::serve::posted::Posted;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use axum::extract::{FromRequest, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// A form with nothing but its token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /logout`: ends the session. Whoever is not logged in any more has what they wanted.
pub async fn logout(
    State(service): State<Arc<Service>>,
    identity: Identity,
    client: Client,
    request: Request,
) -> Result<Response, Problem> {
    let home = Redirect::to(&service.links.home());
    let token = Kind::Session.read(&client, request.headers());
    let (Some(_), Some(token)) = (identity.account(), token) else { return Ok(home.into_response()) };
    let Posted(Nothing {}) = Posted::from_request(request, &service).await?;
    service.write(move |service| Ok(service.guard.store()?.end_session(&token)?)).await?;
    let removal = Kind::Session.remove(&client, service.links.base());
    Ok(([(header::SET_COOKIE, removal)], home).into_response())
}
