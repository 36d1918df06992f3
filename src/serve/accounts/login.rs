//! Logging in and out.

use super::attempts::Attempt;
use super::{Entry, begin, end, next_of, require_encryption, shown};
use crate::serve::asked::pairs_of;
use crate::serve::cookies::Kind;
use crate::serve::layers::access::Identity;
use crate::serve::net::client::Client;
use crate::serve::options::Registration;
use crate::serve::posted::Posted;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::{Field, Form, FormPage, Line, form_page};
use crate::serve::visit::Visit;
use crate::store::{Account, AccountRow, is_password};
use axum::extract::{FromRequest, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// What is said whatever was wrong.
pub const WRONG: &str = "Name or password is not right";

/// What is typed to log in.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginForm {
    name: String,
    password: String,
    next: String,
}

/// A form with nothing but its token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `GET /login?next=`.
pub async fn page(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    service.guard.store()?;
    let given = pairs_of(query.as_deref()).into_iter().find(|(name, _)| name == "next");
    let next = next_of(&service.links, given.as_ref().map_or("", |(_, next)| next));
    if visit.signed_in.is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    require_encryption(&service, &client)?;
    let entry = Entry::of(&service, &client, &headers)?;
    let form = LoginForm { next, ..LoginForm::default() };
    let page = show(&service, &visit, &entry.form_token, &form, None);
    Ok(entry.shown(page))
}

/// `POST /login`.
pub async fn log_in(
    State(service): State<Arc<Service>>,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    require_encryption(&service, &client)?;
    let Posted(form): Posted<LoginForm> = Posted::from_request(request, &service).await?;
    let again = |status, fault: &str| {
        let entry = Entry::of(&service, &client, &headers)?;
        let token = visit.signed_in.as_ref().map_or(&entry.form_token, |signed_in| &signed_in.form_token);
        Ok(shown(status, show(&service, &visit, token, &form, Some(fault))))
    };
    match authenticate(&service, &client, &form.name, form.password.clone()).await {
        Ok(Some(account)) => {
            let (_, cookies) = begin(&service, &client, &headers, &account).await?;
            Ok((cookies, Redirect::to(&next_of(&service.links, &form.next))).into_response())
        }
        Ok(None) => again(StatusCode::UNPROCESSABLE_ENTITY, &format!("{WRONG}.")),
        Err(problem) if problem.code == Code::TooManyRequests => {
            let mut response = again(problem.status(), "Too many attempts; wait a minute, then try again.")?;
            response.headers_mut().extend(problem.into_response().headers().clone());
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

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
    Ok((end(&service, &client), home).into_response())
}

/// Whose name and password these are; nobody's if either is wrong or the account is disabled. It takes one hash in any
/// case, so that time does not tell which.
pub async fn authenticate(
    service: &Arc<Service>,
    client: &Client,
    name: &str,
    password: String,
) -> Result<Option<Account>, Problem> {
    service.attempts.count(Attempt::Login, client.address, name)?;
    let (name, asked) = (name.trim().to_owned(), Arc::clone(service));
    // All in the place for a hash: however many try at once, only so many ask the store, too.
    let look = move || {
        let row = asked.guard.store()?.account_named(&name)?;
        let is_right = is_password(&password, row.as_ref().and_then(|row| row.password.as_deref()));
        Ok::<_, Problem>(row.filter(|row| is_right && AccountRow::is_active(row)).map(|row| row.account))
    };
    let account = service.passwords.run(look).await??;
    if account.is_none() {
        tracing::warn!(client = %client.address, "somebody could not log in");
    }
    Ok(account)
}

fn show(service: &Service, visit: &Visit, token: &str, form: &LoginForm, fault: Option<&str>) -> String {
    let links = &service.links;
    let register = match service.options.registration {
        Registration::Open => {
            Some(Line::linked("No account yet?", "Create one", links.with_next("/register", &form.next)))
        }
        Registration::Invitation => {
            Some(Line::text("Accounts are by invitation: ask whoever runs this library for one."))
        }
        Registration::Closed => None,
    };
    let forgotten = "Forgotten the password? Whoever runs this library can give you a link that sets a new one.";
    form_page(
        visit,
        &FormPage {
            heading: "Log in",
            notice: None,
            form: Some(Form {
                action: links.at("/login"),
                token: token.to_owned(),
                hidden: vec![("next", form.next.clone())],
                fault: fault.map(str::to_owned),
                fields: vec![
                    Field { value: form.name.clone(), ..Field::new("name", "Name", "text", "username") },
                    Field::new("password", "Password", "password", "current-password"),
                ],
                submit: "Log in",
                ..Form::default()
            }),
            foot: register.into_iter().chain([Line::text(forgotten)]).collect(),
        },
    )
}
