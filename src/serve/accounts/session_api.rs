//! `/api/v1/session`: logging in and out, and who one is, for programs.

use super::login::{WRONG, authenticate};
use super::{begin, end, require_encryption};
use crate::serve::asked::{Parameters, json_body};
use crate::serve::cookies::Kind;
use crate::serve::layers::access::Identity;
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{Account, Role, Scope};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Name and password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's name.
    #[schema(example = "ada")]
    name: String,
    /// Its password.
    #[schema(example = "correct horse battery")]
    password: String,
}

/// Who makes the request.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct SessionBody {
    /// Whose account it is, if somebody is logged in.
    account: Option<SessionAccount>,
    /// The key that was sent, if one was.
    key: Option<SessionKey>,
    /// What `POST` must send as `X-Form-Token` where its body is not JSON.
    form_token: Option<String>,
}

/// An account as its owner sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SessionAccount {
    /// Its number.
    id: i64,
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
}

/// A key as its holder sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SessionKey {
    /// What its owner calls it.
    name: String,
    /// What it allows.
    #[schema(value_type = String)]
    scope: Scope,
}

impl SessionBody {
    fn of(identity: Identity) -> SessionBody {
        match identity {
            Identity::Anonymous => SessionBody::default(),
            Identity::Key(key) => {
                let key = SessionKey { name: key.name, scope: key.scope };
                SessionBody { key: Some(key), ..SessionBody::default() }
            }
            Identity::Account(signed_in) => SessionBody::of_account(signed_in.account, signed_in.form_token),
        }
    }

    fn of_account(account: Account, form_token: String) -> SessionBody {
        let Account { id, name, role } = account;
        let account = Some(SessionAccount { id, name, role });
        SessionBody { account, key: None, form_token: Some(form_token) }
    }
}

/// `GET /api/v1/session`.
#[utoipa::path(
    get, path = "/api/v1/session", operation_id = "get_session", summary = "Who makes the request", tag = "accounts",
    responses((status = 200, description = "An account, a key, or neither", body = SessionBody)),
)]
pub async fn get(RawQuery(query): RawQuery, identity: Identity) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    Ok(fresh(Json(SessionBody::of(identity))))
}

/// `POST /api/v1/session`.
#[utoipa::path(
    post, path = "/api/v1/session", operation_id = "log_in", summary = "Log in", tag = "accounts",
    request_body = Credentials,
    responses(
        (status = 200, description = "The session's cookie comes with it", body = SessionBody),
        (status = 400, description = "The body is not JSON"),
        (status = 401, description = "Name or password is not right"),
        (status = 403, description = "Another site sent it, or it came without TLS from another machine"),
        (status = 415, description = "The body must be JSON"),
        (status = 422, description = "Members that are unknown or missing"),
        (status = 429, description = "Too many attempts; see `Retry-After`"),
    ),
)]
pub async fn create(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let Credentials { name, password } = json_body(&headers, &body)?;
    require_encryption(&service, &client)?;
    let account = authenticate(&service, &client, &name, password).await?;
    let account = account.ok_or_else(|| Problem::new(Code::InvalidCredentials, WRONG.to_lowercase()))?;
    let (form_token, cookies) = begin(&service, &client, &headers, &account).await?;
    Ok((cookies, fresh(Json(SessionBody::of_account(account, form_token)))).into_response())
}

/// `DELETE /api/v1/session`.
#[utoipa::path(
    delete, path = "/api/v1/session", operation_id = "log_out", summary = "Log out", tag = "accounts",
    responses((status = 204, description = "There is no session any more")),
)]
pub async fn delete(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let Some(token) = Kind::Session.read(&client, &headers) else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    service.write(move |service| Ok(service.guard.store()?.end_session(&token)?)).await?;
    Ok((end(&service, &client), StatusCode::NO_CONTENT).into_response())
}

/// An answer that is for whoever asked, and only now.
pub fn fresh(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], body).into_response()
}
