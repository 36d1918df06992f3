//! Who visits a page: what the frame around every page shows.

use crate::serve::layers::access::{Identity, Right, SignedIn};
use crate::serve::links::Links;
use crate::serve::service::Service;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;

/// A visit of a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Every address.
    pub links: Links,
    /// Who is logged in, if somebody is.
    pub signed_in: Option<SignedIn>,
}

impl Visit {
    /// Whether they may correct reports.
    pub fn may_edit(&self) -> bool {
        self.signed_in.as_ref().is_some_and(|signed_in| signed_in.account.role >= Right::Edit.role())
    }

    /// The visit of somebody.
    pub fn new(links: &Links, identity: &Identity) -> Visit {
        Visit { links: links.clone(), signed_in: identity.signed_in().cloned() }
    }
}

impl FromRequestParts<Arc<Service>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Visit, Infallible> {
        let identity = parts.extensions.get::<Identity>().unwrap_or(&Identity::Anonymous);
        Ok(Visit::new(&service.links, identity))
    }
}
