//! `/api/v1/accounts`: what administrators do to accounts, for programs.

use super::administer::{self, Change, Link};
use super::session_api::fresh;
use crate::report::rfc3339;
use crate::serve::asked::{Parameters, json_body};
use crate::serve::layers::access::Identity;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{AccountRow, Role};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An account as administrators see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountBody {
    /// Its number.
    id: i64,
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
    /// `active`, `disabled`, or `without_password` until one is set.
    state: &'static str,
    /// When it was made.
    #[schema(format = DateTime)]
    created: String,
    /// When its owner last logged in, if ever.
    #[schema(format = DateTime)]
    seen: Option<String>,
}

/// Every account.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountList {
    /// By name.
    accounts: Vec<AccountBody>,
}

/// Who is invited.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationOrder {
    /// What the account may do.
    #[schema(example = "reader")]
    role: Role,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// What it may do.
    #[schema(example = "editor")]
    role: Option<Role>,
    /// Whether its owner is locked out.
    #[schema(example = false)]
    disabled: Option<bool>,
}

/// A link that is good once; it cannot be shown again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LinkBody {
    /// The number it is listed and revoked under until it is used.
    id: i64,
    /// Where its page is.
    url: String,
    /// Until when.
    #[schema(format = DateTime)]
    expires: String,
}

impl AccountBody {
    fn of(row: AccountRow) -> AccountBody {
        let state = row.state();
        AccountBody {
            id: row.account.id,
            name: row.account.name,
            role: row.account.role,
            state,
            created: rfc3339(row.created),
            seen: row.seen.map(rfc3339),
        }
    }
}

impl LinkBody {
    fn of(link: Link) -> LinkBody {
        LinkBody { id: link.number, url: link.path, expires: rfc3339(link.expires) }
    }
}

/// `GET /api/v1/accounts`.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "list_accounts", summary = "List the accounts", tag = "accounts",
    responses((status = 200, description = "By name", body = AccountList)),
)]
pub async fn list(State(service): State<Arc<Service>>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let rows = service.read(|service| Ok(service.guard.store()?.accounts()?)).await?;
    Ok(fresh(Json(AccountList { accounts: rows.into_iter().map(AccountBody::of).collect() })))
}

/// `POST /api/v1/accounts`.
#[utoipa::path(
    post, path = "/api/v1/accounts", operation_id = "invite", summary = "Invite somebody to make an account",
    tag = "accounts", request_body = InvitationOrder,
    responses(
        (status = 201, description = "The link makes one account within a week", body = LinkBody),
        (status = 400, description = "The body is not JSON"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn invite(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    identity: Identity,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let InvitationOrder { role } = json_body(&headers, &body)?;
    let link = service.write(move |service| administer::invite(service, role, identity.account())).await?;
    Ok((StatusCode::CREATED, fresh(Json(LinkBody::of(link)))).into_response())
}

/// `PATCH /api/v1/accounts/{account}`.
#[utoipa::path(
    patch, path = "/api/v1/accounts/{account}", operation_id = "change_account", summary = "Change an account",
    tag = "accounts", params(("account" = String, Path, description = "Its number", example = "3")),
    request_body = AccountChange,
    responses(
        (status = 200, description = "As it is now", body = AccountBody),
        (status = 400, description = "The body is not JSON"),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "It is the only administrator's"),
        (status = 415, description = "The body must be JSON"),
    ),
)]
pub async fn change(
    State(service): State<Arc<Service>>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let AccountChange { role, disabled } = json_body(&headers, &body)?;
    let id = number(&account)?;
    let row = service
        .write(move |service| {
            let changes = [role.map(Change::Role), disabled.map(Change::Disabled)];
            changes.into_iter().flatten().try_for_each(|change| administer::change(service, id, change).map(drop))?;
            administer::known(service, id)
        })
        .await?;
    Ok(fresh(Json(AccountBody::of(row))))
}

/// `DELETE /api/v1/accounts/{account}`.
#[utoipa::path(
    delete, path = "/api/v1/accounts/{account}", operation_id = "delete_account", summary = "Delete an account",
    tag = "accounts", params(("account" = String, Path, description = "Its number", example = "3")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "It is the only administrator's"),
    ),
)]
pub async fn delete(
    State(service): State<Arc<Service>>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let id = number(&account)?;
    service.write(move |service| administer::change(service, id, Change::Deleted)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/accounts/{account}/reset`.
#[utoipa::path(
    post, path = "/api/v1/accounts/{account}/reset", operation_id = "reset_password",
    summary = "Make a link that sets an account's password", tag = "accounts",
    params(("account" = String, Path, description = "Its number", example = "3")),
    responses(
        (status = 201, description = "The link sets the password once, within a day; until then the old one holds", body = LinkBody),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "It is disabled"),
        (status = 415, description = "With a session, the body must be JSON or `X-Form-Token` be sent"),
    ),
)]
pub async fn reset(
    State(service): State<Arc<Service>>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
    identity: Identity,
) -> Result<Response, Problem> {
    Parameters::of(query.as_deref()).finish()?;
    let id = number(&account)?;
    let (_, link) = service.write(move |service| administer::reset(service, id, identity.account())).await?;
    Ok((StatusCode::CREATED, fresh(Json(LinkBody::of(link)))).into_response())
}

/// An account's number in an address.
pub fn number(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::new(Code::UnknownAccount, "an account has a number"))
}
