//! What logging in, registering and setting a password have in common.

use crate::serve::cookies::{self, Kind};
use crate::serve::links::Links;
use crate::serve::net::client::Client;
use crate::serve::problem::{Code, HasBody, Problem};
use crate::serve::service::Service;
use crate::store::Account;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};
use std::sync::Arc;

/// Longest address to return to, in bytes.
const NEXT_LONGEST: usize = 4_096;

/// The headers that set or remove cookies.
pub type Cookies = AppendHeaders<Vec<(HeaderName, HeaderValue)>>;

/// A visitor who fills in a form without a session: they are known by a cookie, so that the form has a token.
pub struct Entry {
    /// What the form must send along.
    pub form_token: String,
    /// The cookie, if the visitor has none yet.
    cookie: Option<HeaderValue>,
}

impl Entry {
    /// The one of this client.
    pub fn of(service: &Service, client: &Client, headers: &HeaderMap) -> Result<Entry, Problem> {
        if let Some(secret) = Kind::Form.read(client, headers) {
            return Ok(Entry { form_token: cookies::form_token(&secret), cookie: None });
        }
        let secret = cookies::random_secret()?;
        let cookie = Kind::Form.set(client, service.links.base(), &secret);
        Ok(Entry { form_token: cookies::form_token(&secret), cookie: Some(cookie) })
    }

    /// A page with the form.
    pub fn shown(self, page: String) -> Response {
        let cookies = self.cookie.map(|cookie| (header::SET_COOKIE, cookie));
        (AppendHeaders(cookies.into_iter().collect::<Vec<_>>()), shown(StatusCode::OK, page)).into_response()
    }
}

/// A page that nobody keeps: it has a token in it, or what somebody typed.
pub fn shown(status: StatusCode, page: String) -> Response {
    let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Html(page)).into_response();
    response.extensions_mut().insert(HasBody);
    response
}

/// Refuses passwords, and cookies as good as one, from other machines without TLS.
pub fn require_encryption(service: &Service, client: &Client) -> Result<(), Problem> {
    if client.is_encrypted || client.is_local || service.options.takes_plain_http {
        return Ok(());
    }
    let detail = "a password would be sent for everybody on the way to read; whoever runs this service can give it a \
                  certificate (`serve.tls_certificate`), or name the proxy that has one (`serve.trusted_proxies`)";
    Err(Problem::new(Code::EncryptionRequired, detail))
}

/// Begins a session in place of the one the client has, and of what it was known by before.
pub async fn begin(
    service: &Arc<Service>,
    client: &Client,
    headers: &HeaderMap,
    account: &Account,
) -> Result<(String, Cookies), Problem> {
    let before = Kind::Session.read(client, headers);
    let id = account.id;
    let token = service
        .write(move |service| {
            let store = service.guard.store()?;
            before.iter().try_for_each(|before| store.end_session(before))?;
            Ok(store.create_session(id, service.guard.clock.now())?)
        })
        .await?;
    tracing::info!(account = id, client = %client.address, "somebody logged in");
    let base_path = service.links.base();
    let mut cookies = vec![(header::SET_COOKIE, Kind::Session.set(client, base_path, &token))];
    if Kind::Form.read(client, headers).is_some() {
        cookies.push((header::SET_COOKIE, Kind::Form.remove(client, base_path)));
    }
    Ok((cookies::form_token(&token), AppendHeaders(cookies)))
}

/// Takes the cookie of a session that is over.
pub fn end(service: &Service, client: &Client) -> Cookies {
    AppendHeaders(vec![(header::SET_COOKIE, Kind::Session.remove(client, service.links.base()))])
}

/// Where to go afterwards: an address of this service that can be asked for, else the start page.
pub fn next_of(links: &Links, next: &str) -> String {
    let is_own = |next: &str| {
        let address: Option<Uri> = next.parse().ok();
        let path = address.filter(|address| address.authority().is_none()).map(|address| address.path().to_owned());
        next.len() <= NEXT_LONGEST
            && next.starts_with(&links.home())
            && !next.starts_with("//")
            && !next.contains('\\')
            && path.is_some_and(|path| {
                !["/login", "/logout", "/register", "/reset"].map(|own| links.at(own)).contains(&path)
            })
    };
    if is_own(next) { next.to_owned() } else { links.home() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        let root = Links::new("");
        for next in ["/", "/reports?offset=50", "/?q=a%2Fb&sort=-date", "/reports/00/pages/3?q=x"] {
            assert_eq!(next_of(&root, next), next);
        }
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "evil.example",
            "javascript:alert(1)",
            "/\tevil",
            "/\n/evil",
            "\\\\evil",
            "/login?next=/",
            "/logout",
            " /",
            "/a b",
            "///",
            "http:/x",
        ] {
            assert_eq!(next_of(&root, next), "/", "{next:?}");
        }
        let below = Links::new("/recto");
        assert_eq!(next_of(&below, "/recto/reports"), "/recto/reports");
        for next in ["/", "/reports", "/rectors/", "/recto", "/recto/login"] {
            assert_eq!(next_of(&below, next), "/recto/", "{next}");
        }
        assert_eq!(next_of(&root, &format!("/{}", "a".repeat(5_000))), "/");
    }
}
