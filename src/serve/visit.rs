//! Who visits a page: what the frame around every page shows.

use crate::serve::accounts::next_of;
use crate::serve::layers::access::{Identity, Right, SignedIn};
use crate::serve::links::Links;
use crate::serve::service::Service;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, Uri};
use std::convert::Infallible;
use std::sync::Arc;

/// A visit of a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Every address.
    pub links: Links,
    /// Who is logged in, if somebody is.
    pub signed_in: Option<SignedIn>,
    /// Where to log in and come back from; `None` if nobody can.
    pub login: Option<String>,
}

impl Visit {
    /// Whether they may correct reports.
    pub fn may_edit(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|signed_in| signed_in.account.role >= Right::Edit.role())
    }

    /// The visit of an address by somebody.
    pub fn new(service: &Service, identity: &Identity, method: &Method, address: &Uri) -> Visit {
        let signed_in = identity.signed_in().cloned();
        let can_log_in = signed_in.is_none() && service.guard.store.is_some();
        let links = service.links.clone();
        let address = address.path_and_query().map_or("", PathAndQuery::as_str);
        // What was posted to cannot be asked for.
        let next = if *method == Method::GET { address } else { "" };
        let login = can_log_in.then(|| links.login(&next_of(&links, next)));
        Visit { links, signed_in, login }
    }
}

impl FromRequestParts<Arc<Service>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Visit, Infallible> {
        let identity = parts.extensions.get::<Identity>().unwrap_or(&Identity::Anonymous);
        Ok(Visit::new(service, identity, &parts.method, &parts.uri))
    }
}
