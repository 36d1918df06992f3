//! `/admin/accounts` and `/admin/keys`: looking after accounts and keys, page by page.

use super::administer::{self, Change, Link};
use super::api::number;
use super::shown;
use crate::serve::layers::access::{Identity, SignedIn};
use crate::serve::net::client::Client;
use crate::serve::posted::Posted;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{self, AccountsPage, KeysPage};
use crate::serve::visit::Visit;
use crate::store::{Role, Scope, key_name};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Who is invited.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteForm {
    role: Role,
}

/// What is done to an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionForm {
    action: Action,
    role: Option<Role>,
}

/// By the button that was pressed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Role,
    Enable,
    Disable,
    Reset,
    Delete,
}

/// A key that is wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    name: String,
    scope: Scope,
    /// Days that it is accepted; 0 = for ever.
    days: u16,
}

/// A key that is not wanted any more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeForm {
    name: String,
}

/// `GET /admin/accounts`.
pub async fn accounts(
    State(service): State<Arc<Service>>,
    identity: Identity,
    visit: Visit,
) -> Result<Response, Problem> {
    show_accounts(&service, &identity, &visit, StatusCode::OK, None, None).await
}

/// `POST /admin/accounts`: makes an invitation and shows it, once.
pub async fn invite(
    State(service): State<Arc<Service>>,
    identity: Identity,
    visit: Visit,
    client: Client,
    Posted(form): Posted<InviteForm>,
) -> Result<Response, Problem> {
    let maker = identity.account().cloned();
    let link = service.write(move |service| administer::invite(service, form.role, maker.as_ref())).await?;
    let about = format!("This link makes an account of role {}.", form.role);
    let secret = told(&client, &about, &link);
    show_accounts(&service, &identity, &visit, StatusCode::OK, Some(secret), None).await
}

/// `POST /admin/accounts/{account}`: does what the button says.
pub async fn act(
    State(service): State<Arc<Service>>,
    Path(account): Path<String>,
    identity: Identity,
    visit: Visit,
    client: Client,
    Posted(form): Posted<ActionForm>,
) -> Result<Response, Problem> {
    let id = number(&account)?;
    let change = match (form.action, form.role) {
        (Action::Reset, _) => {
            let maker = identity.account().cloned();
            let (row, link) = service.write(move |service| administer::reset(service, id, maker.as_ref())).await?;
            let about = format!("This link sets the password of {}.", row.account.name);
            let secret = told(&client, &about, &link);
            return show_accounts(&service, &identity, &visit, StatusCode::OK, Some(secret), None).await;
        }
        (Action::Role, Some(role)) => Change::Role(role),
        (Action::Role, None) => return Err(Problem::new(Code::InvalidParameters, "`role` is missing")),
        (Action::Enable, _) => Change::Disabled(false),
        (Action::Disable, _) => Change::Disabled(true),
        (Action::Delete, _) => Change::Deleted,
    };
    match service.write(move |service| administer::change(service, id, change)).await {
        Ok(_) => Ok(Redirect::to(&service.links.at("/admin/accounts")).into_response()),
        Err(problem) if problem.code == Code::LastAdmin => {
            let fault = format!("Not done: {}.", problem.detail);
            show_accounts(&service, &identity, &visit, problem.status(), None, Some(fault)).await
        }
        Err(problem) => Err(problem),
    }
}

/// A link that is not wanted any more.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeTicketForm {
    ticket: i64,
}

/// `POST /admin/tickets/revoke`: one that was used meanwhile is as good as revoked.
pub async fn revoke_ticket(
    State(service): State<Arc<Service>>,
    Posted(RevokeTicketForm { ticket }): Posted<RevokeTicketForm>,
) -> Result<Redirect, Problem> {
    service.write(move |service| Ok(service.guard.store()?.revoke_ticket(ticket, service.guard.clock.now())?)).await?;
    Ok(Redirect::to(&service.links.at("/admin/accounts#links")))
}

/// `GET /admin/keys`.
pub async fn keys(State(service): State<Arc<Service>>, identity: Identity, visit: Visit) -> Result<Response, Problem> {
    show_keys(&service, &identity, &visit, StatusCode::OK, None, [None, None]).await
}

/// `POST /admin/keys`: makes a key and shows it, once.
pub async fn create_key(
    State(service): State<Arc<Service>>,
    identity: Identity,
    visit: Visit,
    Posted(form): Posted<KeyForm>,
) -> Result<Response, Problem> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let typed = form.name.clone();
    let Some(name) = key_name(&form.name).map(str::to_owned) else {
        let fault = "A name is 1 to 100 characters, none of them a control character.".to_owned();
        return show_keys(&service, &identity, &visit, status, None, [Some(typed), Some(fault)]).await;
    };
    let made = service
        .write(move |service| {
            let now = service.guard.clock.now();
            let expires = (form.days > 0).then(|| now + i64::from(form.days) * DAY);
            Ok(service.guard.store()?.create_key(&name, form.scope, expires, now)?)
        })
        .await?;
    match made {
        Some(key) => show_keys(&service, &identity, &visit, StatusCode::OK, Some(key), [None, None]).await,
        None => {
            let fault = "There is a key of this name; choose another one, or revoke that one first.".to_owned();
            show_keys(&service, &identity, &visit, status, None, [Some(typed), Some(fault)]).await
        }
    }
}

/// `POST /admin/keys/revoke`.
pub async fn revoke_key(
    State(service): State<Arc<Service>>,
    Posted(RevokeForm { name }): Posted<RevokeForm>,
) -> Result<Redirect, Problem> {
    service.write(move |service| Ok(service.guard.store()?.revoke_key(&name, service.guard.clock.now())?)).await?;
    Ok(Redirect::to(&service.links.at("/admin/keys")))
}

/// What a form on these pages must send along; nothing for the holder of a key, who has no forms.
fn form_token(identity: &Identity) -> String {
    identity.signed_in().map_or_else(String::new, |SignedIn { form_token, .. }| form_token.clone())
}

/// What a link is for, and the link as whole as it can be.
fn told(client: &Client, about: &str, link: &Link) -> (String, String) {
    let until = ui::day(link.expires);
    let about = format!("{about} It is good once, until {until}, and cannot be shown again.");
    (about, format!("{}{}", client.site().unwrap_or_default(), link.path))
}

async fn show_accounts(
    service: &Arc<Service>,
    identity: &Identity,
    visit: &Visit,
    status: StatusCode,
    secret: Option<(String, String)>,
    fault: Option<String>,
) -> Result<Response, Problem> {
    let (rows, tickets) = service
        .read(|service| {
            let store = service.guard.store()?;
            Ok((store.accounts()?, store.open_tickets(service.guard.clock.now())?))
        })
        .await?;
    let own = identity.account().map(|account| account.id);
    let page = AccountsPage { rows: &rows, tickets: &tickets, own, token: form_token(identity), secret, fault };
    Ok(shown(status, ui::accounts_page(visit, page)))
}

async fn show_keys(
    service: &Arc<Service>,
    identity: &Identity,
    visit: &Visit,
    status: StatusCode,
    secret: Option<String>,
    [typed, fault]: [Option<String>; 2],
) -> Result<Response, Problem> {
    let rows = service.read(|service| Ok(service.guard.store()?.keys()?)).await?;
    let now = service.guard.clock.now();
    let typed = typed.unwrap_or_default();
    let page = KeysPage { rows: &rows, now, token: form_token(identity), secret, typed, fault };
    Ok(shown(status, ui::keys_page(visit, page)))
}
