//! Making an account for oneself.

use super::attempts::Attempt;
use super::reset::{password_faults, sentence};
use super::{Entry, begin, next_of, require_encryption, shown};
use crate::serve::asked::pairs_of;
use crate::serve::net::client::Client;
use crate::serve::options::Registration;
use crate::serve::posted::Posted;
use crate::serve::problem::Problem;
use crate::serve::service::Service;
use crate::serve::ui::{Field, Form, FormPage, Line, form_page, new_password_fields};
use crate::serve::visit::Visit;
use crate::store::{NAME_LENGTH, Registered, Ticket, account_name, is_reserved};
use axum::extract::{FromRequest, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// What is said of a name that cannot be had, whether it is taken or for nobody.
const NAME_REFUSED: &str = "This name cannot be had; choose another one.";

/// What is typed to register.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterForm {
    name: String,
    password: String,
    repeat: String,
    invitation: String,
    next: String,
}

/// What was wrong, field by field.
#[derive(Debug, Default)]
struct Faults {
    form: Option<String>,
    name: Option<String>,
    password: Option<String>,
    repeat: Option<String>,
}

/// `GET /register?invitation=&next=`.
pub async fn page(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    service.guard.store()?;
    let pairs = pairs_of(query.as_deref());
    let given = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value).to_owned();
    let form = RegisterForm {
        invitation: given("invitation"),
        next: next_of(&service.links, &given("next")),
        ..RegisterForm::default()
    };
    if let Some(reason) = refused(&service, &form.invitation).await? {
        return Ok(shown(StatusCode::OK, refusal(&service, &visit, reason)));
    }
    require_encryption(&service, &client)?;
    let entry = Entry::of(&service, &client, &headers)?;
    let token = visit.signed_in.as_ref().map_or(&entry.form_token, |signed_in| &signed_in.form_token);
    let page = show(&service, &visit, token, &form, Faults::default());
    Ok(entry.shown(page))
}

/// `POST /register`.
pub async fn register(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    require_encryption(&service, &client)?;
    let Posted(form): Posted<RegisterForm> = Posted::from_request(request, &service).await?;
    if let Some(reason) = refused(&service, &form.invitation).await? {
        return Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, refusal(&service, &visit, reason)));
    }
    let again = |status, faults: Faults| {
        let entry = Entry::of(&service, &client, &headers)?;
        let token = visit.signed_in.as_ref().map_or(&entry.form_token, |signed_in| &signed_in.form_token);
        Ok(shown(status, show(&service, &visit, token, &form, faults)))
    };
    let name = match checked(&form) {
        Ok(name) => name,
        Err(faults) => return again(StatusCode::UNPROCESSABLE_ENTITY, faults),
    };
    if let Err(problem) = service.attempts.count(Attempt::Registration, client.address, &name) {
        let fault = "Too many attempts; wait a minute, then try again.".to_owned();
        let mut response = again(problem.status(), Faults { form: Some(fault), ..Faults::default() })?;
        response.headers_mut().extend(problem.into_response().headers().clone());
        return Ok(response);
    }
    // Before anything is known of the name, so that time does not tell.
    let hash = service.passwords.hash(form.password.clone()).await?;
    let invitation = Some(form.invitation.clone()).filter(|invitation| !invitation.is_empty());
    let is_reserved = invitation.is_none() && is_reserved(&name);
    let registered = service
        .write(move |service| {
            if is_reserved {
                return Ok(Registered::NameTaken);
            }
            let store = service.guard.store()?;
            Ok(store.register(&name, &hash, invitation.as_deref(), service.guard.clock.now())?)
        })
        .await?;
    match registered {
        Registered::Account(account) => {
            let (_, cookies) = begin(&service, &client, &headers, &account).await?;
            Ok((cookies, Redirect::to(&next_of(&service.links, &form.next))).into_response())
        }
        Registered::NameTaken => {
            let faults = Faults { name: Some(NAME_REFUSED.to_owned()), ..Faults::default() };
            again(StatusCode::UNPROCESSABLE_ENTITY, faults)
        }
        Registered::NoInvitation => {
            Ok(shown(StatusCode::UNPROCESSABLE_ENTITY, refusal(&service, &visit, Refused::Worthless)))
        }
    }
}

/// Why nobody can register, or not with this invitation.
#[derive(Clone, Copy)]
enum Refused {
    Closed,
    Uninvited,
    Worthless,
}

async fn refused(service: &Arc<Service>, invitation: &str) -> Result<Option<Refused>, Problem> {
    match (service.options.registration, invitation) {
        (Registration::Closed, _) => return Ok(Some(Refused::Closed)),
        (Registration::Invitation, "") => return Ok(Some(Refused::Uninvited)),
        (Registration::Open, "") => return Ok(None),
        _ => {}
    }
    let token = invitation.to_owned();
    let ticket =
        service.read(move |service| Ok(service.guard.store()?.ticket(&token, service.guard.clock.now())?)).await?;
    Ok((!matches!(ticket, Some(Ticket::Invitation(_)))).then_some(Refused::Worthless))
}

fn refusal(service: &Service, visit: &Visit, reason: Refused) -> String {
    let text = match reason {
        Refused::Closed => "Accounts are made by whoever runs this library; ask them for one.",
        Refused::Uninvited => {
            "Accounts are by invitation: ask whoever runs this library for one. It is a link that leads here."
        }
        Refused::Worthless => "This invitation was used, has expired, or was never made. Ask for another one.",
    };
    let foot = vec![Line::linked("Have an account?", "Log in", service.links.at("/login"))];
    form_page(visit, &FormPage { heading: "Create an account", notice: Some(text.to_owned()), form: None, foot })
}

/// The name, if everything typed will do.
fn checked(form: &RegisterForm) -> Result<String, Faults> {
    let [password, repeat] = password_faults(&form.password, &form.repeat);
    match (account_name(&form.name), password, repeat) {
        (Ok(name), None, None) => Ok(name),
        (name, password, repeat) => {
            Err(Faults { form: None, name: name.err().map(|error| sentence(&error)), password, repeat })
        }
    }
}

fn show(service: &Service, visit: &Visit, token: &str, form: &RegisterForm, faults: Faults) -> String {
    let links = &service.links;
    let [fewest, most] = NAME_LENGTH;
    let name = Field {
        hint: format!("{fewest} to {most} characters. Others see it beside what you write."),
        value: form.name.clone(),
        fault: faults.name,
        ..Field::new("name", "Name", "text", "username")
    };
    form_page(
        visit,
        &FormPage {
            heading: "Create an account",
            notice: None,
            form: Some(Form {
                action: links.at("/register"),
                token: token.to_owned(),
                hidden: vec![("invitation", form.invitation.clone()), ("next", form.next.clone())],
                fault: faults.form,
                fields: [vec![name], new_password_fields(faults.password, faults.repeat)].concat(),
                submit: "Create account",
                ..Form::default()
            }),
            foot: vec![Line::linked("Have an account?", "Log in", links.with_next("/login", &form.next))],
        },
    )
}
