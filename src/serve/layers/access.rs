//! Who may do what: every route says what it needs, a key or an account says what its holder may do.
//!
//! Keys come in a header only, which no page of another site can send along; the cookie of a session comes along by
//! itself, so that writes with one are checked further (see [`super::csrf`] and [`crate::serve::posted`]).
//! A key that is not accepted is refused even where none is needed: its holder would take the answer for his own.

use crate::serve::asked::is_json;
use crate::serve::clock::Clock;
use crate::serve::cookies::{self, Kind};
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{Account, KeyRow, Role, Scope, ServiceStore};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::convert::Infallible;
use std::sync::Arc;

/// What can be done beyond reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Say something under one's own name: for people only.
    Comment,
    /// Hand over reports and have them read.
    Ingest,
    /// Correct what is known of a report.
    Edit,
    /// Everything else: remove reports, look after accounts, keys, comments.
    Administer,
}

impl Right {
    /// The narrowest scope of a key that has it; `None` if no key has.
    pub fn scope(self) -> Option<Scope> {
        match self {
            Right::Comment => None,
            Right::Ingest => Some(Scope::Ingest),
            Right::Edit | Right::Administer => Some(Scope::Admin),
        }
    }

    /// The narrowest role of an account that has it.
    pub fn role(self) -> Role {
        match self {
            Right::Comment => Role::Reader,
            Right::Ingest | Right::Edit => Role::Editor,
            Right::Administer => Role::Admin,
        }
    }
}

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing, ever: how the service does, its style sheet and icon, the way in.
    Open,
    /// Nothing where reading is public, else a key or an account.
    Read,
    /// A key or an account that has this right.
    Right(Right),
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Whose account it is, and what it may do.
    pub account: Account,
    /// What forms must send along; see [`crate::serve::posted`].
    pub form_token: String,
}

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Anybody.
    Anonymous,
    /// The holder of a key.
    Key(KeyRow),
    /// Somebody who is logged in.
    Account(SignedIn),
}

impl Identity {
    /// Whether they may do this.
    pub fn has(&self, right: Right) -> bool {
        match self {
            Identity::Anonymous => false,
            Identity::Key(key) => right.scope().is_some_and(|scope| key.scope >= scope),
            Identity::Account(signed_in) => signed_in.account.role >= right.role(),
        }
    }

    /// Whose account it is, if somebody is logged in.
    pub fn account(&self) -> Option<&Account> {
        self.signed_in().map(|signed_in| &signed_in.account)
    }

    /// Who is logged in, if somebody is.
    pub fn signed_in(&self) -> Option<&SignedIn> {
        match self {
            Identity::Account(signed_in) => Some(signed_in),
            Identity::Anonymous | Identity::Key(_) => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Identity, Infallible> {
        Ok(parts.extensions.get::<Identity>().cloned().unwrap_or(Identity::Anonymous))
    }
}

/// Who is let in.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Holds keys, accounts and sessions; without it nobody can write.
    pub store: Option<Arc<ServiceStore>>,
    /// Whether reading needs neither key nor account.
    pub public: bool,
    /// When keys and sessions expire.
    pub clock: Clock,
}

impl Guard {
    /// Where keys, accounts and sessions are.
    pub fn store(&self) -> Result<&Arc<ServiceStore>, Problem> {
        let none = || Problem::new(Code::ReadOnly, "there is no place for accounts");
        self.store.as_ref().ok_or_else(none)
    }
}

impl Default for Guard {
    fn default() -> Guard {
        Guard { store: None, public: true, clock: Clock::default() }
    }
}

/// Lets a request through to a route that needs `access`, or refuses it. The route, and what makes the page of an
/// error, find in the extensions who made the request.
pub async fn check(
    State((service, access)): State<(Arc<Service>, Access)>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Response {
    let identity = match identify(&service, access, &client, request.headers()).await {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    if let Err(problem) = allowed(&service, access, &identity).and_then(|()| bound_write(&service, &identity, &request))
    {
        let mut response = refusal(&service, &identity, &request, problem);
        response.extensions_mut().insert(identity);
        return response;
    }
    let is_signed_in = identity.signed_in().is_some();
    if is_signed_in {
        forget_page(request.headers_mut());
    }
    request.extensions_mut().insert(identity.clone());
    let mut response = next.run(request).await;
    if is_signed_in {
        keep_private(&mut response);
    }
    response.extensions_mut().insert(identity);
    response
}

/// Who makes a request. What is open answers whatever becomes of the store, and to whatever key.
async fn identify(
    service: &Arc<Service>,
    access: Access,
    client: &Client,
    headers: &HeaderMap,
) -> Result<Identity, Problem> {
    let identity = match presented(headers) {
        Ok(Some(text)) => accepted(service, text).await.map(Identity::Key),
        Ok(None) => match Kind::Session.read(client, headers) {
            Some(token) => session(service, token).await,
            None => Ok(Identity::Anonymous),
        },
        Err(problem) => Err(problem),
    };
    if access == Access::Open { Ok(identity.unwrap_or(Identity::Anonymous)) } else { identity }
}

/// Whether they may have what needs `access`; if not, what to answer.
pub fn allowed(service: &Service, access: Access, identity: &Identity) -> Result<(), Problem> {
    let right = match access {
        Access::Open => return Ok(()),
        Access::Read if service.guard.public || *identity != Identity::Anonymous => return Ok(()),
        Access::Read => None,
        Access::Right(right) if identity.has(right) => return Ok(()),
        Access::Right(right) => Some(right),
    };
    let scope = right.map_or(Some(Scope::Search), Right::scope);
    Err(match (identity, scope) {
        (Identity::Anonymous, None) => Problem::new(Code::LoginRequired, "log in first"),
        (Identity::Anonymous, Some(_)) => {
            let detail = "log in, or send a key as `Authorization: Bearer KEY`; `recto keys create` makes one";
            Problem::new(Code::KeyRequired, detail)
        }
        (Identity::Key(_), None) => Problem::new(Code::InsufficientScope, "no key can do this: it is for people"),
        (Identity::Key(key), Some(scope)) => {
            let detail = format!("this needs a key of scope `{scope}`; this one has `{}`", key.scope);
            Problem::new(Code::InsufficientScope, detail)
        }
        (Identity::Account(signed_in), _) => {
            let (needed, role) = (right.map_or(Role::Reader, Right::role), signed_in.account.role);
            let detail = format!("this needs an account of role `{needed}`; yours has `{role}`");
            Problem::new(Code::InsufficientRole, detail)
        }
    })
}

/// Refuses what a form of another site could send to the API with the cookie of a session: a body that is not JSON,
/// unless a header goes with it that no form can send.
fn bound_write(service: &Service, identity: &Identity, request: &Request) -> Result<(), Problem> {
    let Some(signed_in) = identity.signed_in() else { return Ok(()) };
    let headers = request.headers();
    if *request.method() != Method::POST || !is_api(service, request) || is_json(headers) {
        return Ok(());
    }
    let given = headers.get(FORM_TOKEN).and_then(|token| token.to_str().ok()).unwrap_or_default();
    if cookies::is_same_token(given, &signed_in.form_token) {
        return Ok(());
    }
    let detail =
        "with a session send `Content-Type: application/json`, or the session's `form_token` as `X-Form-Token`";
    Err(Problem::new(Code::UnsupportedMediaType, detail))
}

fn is_api(service: &Service, request: &Request) -> bool {
    request.uri().path().starts_with(&service.links.at("/api/"))
}

/// The header that stands for the token of a form in the API.
const FORM_TOKEN: &str = "x-form-token";

/// Sends a browser that wants a page to where its user can log in; tells everybody else what is wrong.
fn refusal(service: &Service, identity: &Identity, request: &Request, problem: Problem) -> Response {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let is_page = is_read && accepts.contains("text/html") && !is_api(service, request);
    if *identity != Identity::Anonymous || !is_page || service.guard.store.is_none() {
        return problem.into_response();
    }
    let address = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    Redirect::to(&service.links.login(&address)).into_response()
}

/// A page that a browser kept from before its user logged in is another one now; what is not a page has strong tags.
fn forget_page(headers: &mut HeaderMap) {
    let tags = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if tags.is_some_and(|tags| tags.contains("W/") || tags.contains('*')) {
        headers.remove(header::IF_NONE_MATCH);
    }
}

/// A page shows who is logged in: nobody else may be given it, and it must be asked for again.
fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.remove(header::ETAG);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

/// The key as sent, in either header.
fn presented(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let malformed = || Problem::new(Code::InvalidKey, "send it as `Authorization: Bearer KEY`");
    let authorization = headers.get(header::AUTHORIZATION);
    let Some(value) = authorization.or_else(|| headers.get("x-api-key")) else { return Ok(None) };
    let text = value.to_str().map_err(|_| malformed())?.trim();
    if authorization.is_none() {
        return Ok(Some(text.to_owned()));
    }
    let (scheme, key) = text.split_once(' ').ok_or_else(malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(key.trim().to_owned())) } else { Err(malformed()) }
}

/// The row of a key that is accepted now.
async fn accepted(service: &Arc<Service>, text: String) -> Result<KeyRow, Problem> {
    let key = service
        .read(move |service| match &service.guard.store {
            Some(store) => Ok(store.accepted_key(&text, service.guard.clock.now())?),
            None => Ok(None),
        })
        .await?;
    key.ok_or_else(|| Problem::new(Code::InvalidKey, "it is unknown, expired or revoked; `recto keys list` tells"))
}

/// Whose session it is; anybody's if it is over.
async fn session(service: &Arc<Service>, token: String) -> Result<Identity, Problem> {
    let form_token = cookies::form_token(&token);
    let account = service
        .read(move |service| match &service.guard.store {
            Some(store) => Ok(store.session_account(&token, service.guard.clock.now())?),
            None => Ok(None),
        })
        .await?;
    Ok(account.map_or(Identity::Anonymous, |account| Identity::Account(SignedIn { account, form_token })))
}
