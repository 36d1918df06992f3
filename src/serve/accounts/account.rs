//! One's own account: another password, the end of all sessions, the end of the account.

use super::attempts::Attempt;
use super::login::Nothing;
use super::reset::password_faults;
use super::{begin, end, shown};
use crate::serve::asked::pairs_of;
use crate::serve::layers::access::{Identity, SignedIn};
use crate::serve::net::client::Client;
use crate::serve::posted::Posted;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{AccountPage, Field, Form, account_page, day, new_password_fields};
use crate::serve::visit::Visit;
use crate::store::{AccountChange, Role};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// What is said of a password that is not the account's.
const WRONG: &str = "This is not your password.";

/// What is typed to change a password.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordForm {
    current: String,
    password: String,
    repeat: String,
}

/// What is typed to delete an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeleteForm {
    current: String,
}

/// What was wrong, field by field.
#[derive(Debug, Default)]
struct Faults {
    current: Option<String>,
    password: Option<String>,
    repeat: Option<String>,
    delete: Option<String>,
}

/// `GET /account?done=`.
pub async fn page(
    State(service): State<Arc<Service>>,
    identity: Identity,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let signed_in = signed_in(&identity)?;
    let done = pairs_of(query.as_deref()).into_iter().find(|(name, _)| name == "done");
    let notice = match done.as_ref().map(|(_, value)| value.as_str()) {
        Some("password") => Some("The password was set. Everywhere else you are logged out."),
        Some("sessions") => Some("Everywhere else you are logged out."),
        _ => None,
    };
    show(&service, &visit, signed_in, StatusCode::OK, notice, Faults::default()).await
}

/// `POST /account/password`: sets another password and ends all sessions but a new one.
pub async fn change_password(
    State(service): State<Arc<Service>>,
    identity: Identity,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
    Posted(form): Posted<PasswordForm>,
) -> Result<Response, Problem> {
    let signed_in = signed_in(&identity)?;
    let [password, repeat] = password_faults(&form.password, &form.repeat);
    let current = confirm(&service, &client, signed_in, form.current).await?;
    if password.is_some() || repeat.is_some() || current.is_some() {
        let faults = Faults { current, password, repeat, ..Faults::default() };
        return show(&service, &visit, signed_in, StatusCode::UNPROCESSABLE_ENTITY, None, faults).await;
    }
    let hash = service.passwords.hash(form.password).await?;
    let id = signed_in.account.id;
    service.write(move |service| Ok(service.guard.store()?.set_password(id, &hash)?)).await?;
    tracing::info!(account = id, client = %client.address, "a password was changed");
    let (_, cookies) = begin(&service, &client, &headers, &signed_in.account).await?;
    Ok((cookies, Redirect::to(&service.links.at("/account?done=password"))).into_response())
}

/// `POST /account/sessions`: ends all sessions but a new one.
pub async fn end_sessions(
    State(service): State<Arc<Service>>,
    identity: Identity,
    client: Client,
    headers: HeaderMap,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    let signed_in = signed_in(&identity)?;
    let id = signed_in.account.id;
    service.write(move |service| Ok(service.guard.store()?.end_sessions(id)?)).await?;
    let (_, cookies) = begin(&service, &client, &headers, &signed_in.account).await?;
    Ok((cookies, Redirect::to(&service.links.at("/account?done=sessions"))).into_response())
}

/// `POST /account/delete`: removes the account.
pub async fn delete(
    State(service): State<Arc<Service>>,
    identity: Identity,
    visit: Visit,
    client: Client,
    Posted(form): Posted<DeleteForm>,
) -> Result<Response, Problem> {
    let signed_in = signed_in(&identity)?;
    let id = signed_in.account.id;
    let mut fault = confirm(&service, &client, signed_in, form.current).await?;
    if fault.is_none() {
        let is_deleted = service
            .write(move |service| {
                let store = service.guard.store()?;
                Ok(store.change_account(id, AccountChange::Deleted, service.guard.clock.now())? == Ok(true))
            })
            .await?;
        fault = (!is_deleted).then(|| "You are the only administrator: make somebody else one first.".to_owned());
    }
    if fault.is_some() {
        let faults = Faults { delete: fault, ..Faults::default() };
        return show(&service, &visit, signed_in, StatusCode::UNPROCESSABLE_ENTITY, None, faults).await;
    }
    tracing::info!(account = id, client = %client.address, "an account was deleted by its owner");
    Ok((end(&service, &client), Redirect::to(&service.links.home())).into_response())
}

fn signed_in(identity: &Identity) -> Result<&SignedIn, Problem> {
    identity.signed_in().ok_or_else(|| Problem::new(Code::LoginRequired, "log in first"))
}

/// What is wrong with a password that was asked for to be sure; a session alone may have been left open.
async fn confirm(
    service: &Arc<Service>,
    client: &Client,
    signed_in: &SignedIn,
    password: String,
) -> Result<Option<String>, Problem> {
    service.attempts.count(Attempt::Confirmation, client.address, &signed_in.account.name)?;
    let id = signed_in.account.id;
    let row = service.read(move |service| Ok(service.guard.store()?.account(id)?)).await?;
    let is_right = service.passwords.verify(password, row.and_then(|row| row.password)).await?;
    Ok((!is_right).then(|| WRONG.to_owned()))
}

async fn show(
    service: &Arc<Service>,
    visit: &Visit,
    signed_in: &SignedIn,
    status: StatusCode,
    notice: Option<&str>,
    faults: Faults,
) -> Result<Response, Problem> {
    let id = signed_in.account.id;
    let row = service.read(move |service| Ok(service.guard.store()?.account(id)?)).await?;
    let role = match signed_in.account.role {
        Role::Reader => "Reader: you may comment.",
        Role::Editor => "Editor: you may comment, add reports, and correct what is known of them.",
        Role::Admin => "Administrator: you may do everything.",
    };
    let form = |id: &'static str, place: &str, submit| Form {
        id,
        action: service.links.at(place),
        token: signed_in.form_token.clone(),
        submit,
        ..Form::default()
    };
    let current = |fault| Field { fault, ..Field::new("current", "Your password", "password", "current-password") };
    let page = AccountPage {
        name: &signed_in.account.name,
        role,
        since: row.map(|row| day(row.created)).unwrap_or_default(),
        notice,
        forms: vec![
            Form {
                heading: Some("Change your password"),
                about: vec!["It ends every other session.".to_owned()],
                fields: [vec![current(faults.current)], new_password_fields(faults.password, faults.repeat)].concat(),
                ..form("password", "/account/password", "Change password")
            },
            Form {
                heading: Some("Log out everywhere else"),
                about: vec!["For when you left a session open on another machine.".to_owned()],
                ..form("sessions", "/account/sessions", "Log out everywhere else")
            },
            Form {
                heading: Some("Delete your account"),
                about: vec!["It cannot be brought back. What you wrote stays, without your name.".to_owned()],
                fields: vec![current(faults.delete)],
                is_dangerous: true,
                ..form("delete", "/account/delete", "Delete account")
            },
        ],
    };
    Ok(shown(status, account_page(visit, &page)))
}
