//! The two cookies: of a session, and of a visitor without one who fills in a form.
//!
//! Over TLS their names have the prefix `__Host-`: browsers then take them only from this very host, encrypted, so that
//! nobody in between or on a neighbouring host can set them. On this machine itself, without TLS, they go without.
//! Either cookie is a secret of 256 bits; the token that forms must send along is derived from it and gives nothing of
//! it away.

use crate::serve::net::client::Client;
use crate::serve::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

/// What the token of a form is derived for.
const FORM_CONTEXT: &str = "recto 2026-11-26 token of a form";

/// Digits of a secret.
const SECRET_DIGITS: usize = 64;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of who is logged in.
    Session,
    /// Of a visitor who is not, and fills in a form.
    Form,
}

impl Kind {
    fn name(self, client: &Client) -> &'static str {
        match (self, client.is_encrypted) {
            (Kind::Session, true) => "__Host-recto",
            (Kind::Session, false) => "recto",
            (Kind::Form, true) => "__Host-recto-form",
            (Kind::Form, false) => "recto-form",
        }
    }

    /// The secret that a client sent; `None` if none was sent that could be one.
    pub fn read(self, client: &Client, headers: &HeaderMap) -> Option<String> {
        let name = self.name(client);
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let found = sent.flat_map(Cookie::split_parse).filter_map(Result::ok).find(|cookie| cookie.name() == name)?;
        let secret = found.value();
        let is_plain = secret.len() == SECRET_DIGITS && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_plain.then(|| secret.to_owned())
    }

    /// The header that sets it, below this base path. It ends with the browser.
    pub fn set(self, client: &Client, base_path: &str, secret: &str) -> HeaderValue {
        value(&self.plain(client, base_path, secret))
    }

    /// The header that takes it away.
    pub fn remove(self, client: &Client, base_path: &str) -> HeaderValue {
        let mut cookie = self.plain(client, base_path, "");
        cookie.make_removal();
        value(&cookie)
    }

    fn plain(self, client: &Client, base_path: &str, secret: &str) -> Cookie<'static> {
        // The prefix demands the path `/`.
        let path = if client.is_encrypted || base_path.is_empty() { "/" } else { base_path };
        Cookie::build((self.name(client), secret.to_owned()))
            .path(path.to_owned())
            .secure(client.is_encrypted)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
    }
}

/// A cookie is made of plain characters only.
fn value(cookie: &Cookie<'_>) -> HeaderValue {
    HeaderValue::from_str(&cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}

/// A new secret.
pub fn random_secret() -> Result<String, Problem> {
    let mut secret = [0; SECRET_DIGITS / 2];
    getrandom::fill(&mut secret).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        Problem::internal()
    })?;
    Ok(blake3::Hash::from_bytes(secret).to_hex().to_string())
}

/// The token that forms of the holder of this secret must send along.
pub fn form_token(secret: &str) -> String {
    blake3::Hash::from_bytes(blake3::derive_key(FORM_CONTEXT, secret.as_bytes())).to_hex().to_string()
}

/// Whether two tokens are the same; takes the same time whether they are or not.
pub fn is_same_token(given: &str, wanted: &str) -> bool {
    blake3::hash(given.as_bytes()) == blake3::hash(wanted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn client(is_encrypted: bool) -> Client {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Client {
            address,
            is_encrypted,
            is_proxied: false,
            is_local: true,
            host: "localhost".to_owned(),
            public_url: None,
        }
    }

    fn sent(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookies).expect("plain"))])
    }

    #[test]
    fn cookies_are_bound_to_the_host_where_there_is_tls() {
        let secret = "5e".repeat(32);
        let set = |is_encrypted, base_path| {
            let header = Kind::Session.set(&client(is_encrypted), base_path, &secret);
            header.to_str().expect("plain").to_owned()
        };
        assert_eq!(set(true, ""), format!("__Host-recto={secret}; HttpOnly; SameSite=Lax; Secure; Path=/"));
        assert_eq!(set(true, "/x"), format!("__Host-recto={secret}; HttpOnly; SameSite=Lax; Secure; Path=/"));
        assert_eq!(set(false, ""), format!("recto={secret}; HttpOnly; SameSite=Lax; Path=/"));
        assert_eq!(set(false, "/x"), format!("recto={secret}; HttpOnly; SameSite=Lax; Path=/x"));
        let removed = Kind::Form.remove(&client(true), "");
        let removed = removed.to_str().expect("plain");
        assert!(removed.starts_with("__Host-recto-form=; ") && removed.contains("Max-Age=0"), "{removed}");
    }

    #[test]
    fn only_the_cookie_of_the_right_name_and_form_is_read() {
        let secret = "5e".repeat(32);
        let read = |is_encrypted, cookies: &str| Kind::Session.read(&client(is_encrypted), &sent(cookies));
        assert_eq!(read(false, &format!("a=b; recto={secret}; recto-form=x")).as_ref(), Some(&secret));
        assert_eq!(read(true, &format!("__Host-recto={secret}")).as_ref(), Some(&secret));
        assert_eq!(read(true, &format!("recto={secret}")), None, "set by somebody without TLS");
        for odd in
            ["recto=", "recto=x", "recto", "", "=;=;;", &format!("recto={secret}0"), "recto='; DROP TABLE sessions"]
        {
            assert_eq!(read(false, odd), None, "{odd}");
        }
    }

    #[test]
    fn tokens_of_forms_are_those_of_their_secret_alone() {
        let (one, other) = ("00".repeat(32), "01".repeat(32));
        assert_eq!(form_token(&one), form_token(&one));
        assert!(form_token(&one) != form_token(&other) && form_token(&one) != one);
        assert!(is_same_token(&form_token(&one), &form_token(&one)) && !is_same_token("", &form_token(&one)));
    }
}
