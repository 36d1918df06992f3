//! Setting a password with a link from whoever runs the library.

use super::attempts::Attempt;
use super::{Entry, begin, require_encryption, shown};
use crate::serve::asked::pairs_of;
use crate::serve::net::client::Client;
use crate::serve::posted::Posted;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{Form, FormPage, Line, form_page, new_password_fields};
use crate::serve::visit::Visit;
use crate::store::{Account, Ticket, check_password};
use axum::extract::{FromRequest, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::fmt::Display;
use std::sync::Arc;

/// What is typed to set a password.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResetForm {
    ticket: String,
    password: String,
    repeat: String,
}

/// `GET /reset?ticket=`.
pub async fn page(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let given = pairs_of(query.as_deref()).into_iter().find(|(name, _)| name == "ticket");
    let form = ResetForm { ticket: given.map_or_else(String::new, |(_, ticket)| ticket), ..ResetForm::default() };
    let Some(account) = owner(&service, &form.ticket).await? else {
        return Ok(shown(StatusCode::OK, worthless(&service, &visit)));
    };
    require_encryption(&service, &client)?;
    let entry = Entry::of(&service, &client, &headers)?;
    let token = visit.signed_in.as_ref().map_or(&entry.form_token, |signed_in| &signed_in.form_token);
    let page = show(&service, &visit, token, &form, &account, [None, None]);
    Ok(entry.shown(page))
}

/// `POST /reset`: sets the password, ends every session of the account, and begins one.
pub async fn reset(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    require_encryption(&service, &client)?;
    let Posted(form): Posted<ResetForm> = Posted::from_request(request, &service).await?;
    service.attempts.count(Attempt::Registration, client.address, &form.ticket)?;
    let Some(account) = owner(&service, &form.ticket).await? else {
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, worthless(&service, &visit)));
    };
    let faults = password_faults(&form.password, &form.repeat);
    if faults.iter().any(Option::is_some) {
        let entry = Entry::of(&service, &client, &headers)?;
        let token = visit.signed_in.as_ref().map_or(&entry.form_token, |signed_in| &signed_in.form_token);
        let page = show(&service, &visit, token, &form, &account, faults);
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    let hash = service.passwords.hash(form.password).await?;
    let set = service
        .write(move |service| {
            let store = service.guard.store()?;
            Ok(store.reset_password(&form.ticket, &hash, service.guard.clock.now())?)
        })
        .await?;
    let Some(account) = set else {
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, worthless(&service, &visit)));
    };
    let (_, cookies) = begin(&service, &client, &headers, &account).await?;
    Ok((cookies, Redirect::to(&service.links.at("/account?done=password"))).into_response())
}

/// What is wrong with a new password and its repetition.
pub fn password_faults(password: &str, repeat: &str) -> [Option<String>; 2] {
    let wrong = check_password(password).err().map(|error| sentence(&error));
    [wrong, (password != repeat).then(|| "This is not the same password.".to_owned())]
}

/// An error as a sentence for people.
pub fn sentence(error: &impl Display) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    format!("{first}{}.", characters.as_str())
}

/// Whose password the ticket sets.
async fn owner(service: &Arc<Service>, ticket: &str) -> Result<Option<Account>, Problem> {
    let token = ticket.to_owned();
    let ticket =
        service.read(move |service| Ok(service.guard.store()?.ticket(&token, service.guard.clock.now())?)).await?;
    Ok(match ticket {
        Some(Ticket::Password(account)) => Some(account),
        Some(Ticket::Invitation(_)) | None => None,
    })
}

fn worthless(service: &Service, visit: &Visit) -> String {
    let text =
        "This link was used, has expired, or was never made. Whoever runs this library can give you another one.";
    let foot = vec![Line::linked("Know the password?", "Log in", service.links.at("/login"))];
    form_page(visit, &FormPage { heading: "Set a password", notice: Some(text.to_owned()), form: None, foot })
}

fn show(
    service: &Service,
    visit: &Visit,
    token: &str,
    form: &ResetForm,
    account: &Account,
    [password, repeat]: [Option<String>; 2],
) -> String {
    form_page(
        visit,
        &FormPage {
            heading: "Set a password",
            notice: None,
            form: Some(Form {
                about: vec![format!("For the account of {}.", account.name)],
                action: service.links.at("/reset"),
                token: token.to_owned(),
                hidden: vec![("ticket", form.ticket.clone())],
                fields: new_password_fields(password, repeat),
                submit: "Set password",
                ..Form::default()
            }),
            foot: Vec::new(),
        },
    )
}
