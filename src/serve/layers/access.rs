//! Who may do what: every route says what it needs, a key says what its holder may do.
//!
//! Keys come in a header only, which no page of another site can send along, so a write cannot be forged in a browser.
//! A key that is not accepted is refused even where none is needed: its holder would take the answer for his own.

use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use crate::store::{KeyRow, Scope, ServiceStore, seconds_now};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing, ever: how the service does, its style sheet and icon.
    Open,
    /// Nothing where reading is public, else a key.
    Read,
    /// A key of this scope or a wider one.
    Key(Scope),
}

/// Who is let in.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Holds the keys; without it nobody can write.
    pub store: Option<Arc<ServiceStore>>,
    /// Whether reading needs no key.
    pub public: bool,
}

impl Default for Guard {
    fn default() -> Guard {
        Guard { store: None, public: true }
    }
}

/// Lets a request through to a route that needs `access`, or refuses it.
pub async fn check(State((service, access)): State<(Arc<Service>, Access)>, request: Request, next: Next) -> Response {
    match admit(&service, access, request.headers()).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether a request may be made.
async fn admit(service: &Arc<Service>, access: Access, headers: &HeaderMap) -> Result<(), Problem> {
    let needed = match access {
        Access::Open => return Ok(()),
        Access::Read if service.guard.public => None,
        Access::Read => Some(Scope::Search),
        Access::Key(scope) => Some(scope),
    };
    let key = match presented(headers)? {
        Some(text) => Some(accepted(service, text).await?),
        None => None,
    };
    match (needed, &key) {
        (None, _) => Ok(()),
        (Some(_), None) => {
            let detail = "send a key as `Authorization: Bearer KEY`; `recto keys create` makes one";
            Err(Problem::new(Code::KeyRequired, detail))
        }
        (Some(needed), Some(key)) if key.scope < needed => {
            let detail = format!("this needs a key of scope `{needed}`; this one has `{}`", key.scope);
            Err(Problem::new(Code::InsufficientScope, detail))
        }
        (Some(_), Some(_)) => Ok(()),
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
            Some(store) => Ok(store.accepted_key(&text, seconds_now())?),
            None => Ok(None),
        })
        .await?;
    key.ok_or_else(|| Problem::new(Code::InvalidKey, "it is unknown, expired or revoked; `recto keys list` tells"))
}
