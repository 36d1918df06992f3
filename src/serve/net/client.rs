//! Who asks, and by which address the service was asked: from the connection, or from what a trusted proxy adds.
//!
//! `Forwarded` (RFC 7239) and `X-Forwarded-*` say whatever a client writes into them, so they are believed only of the
//! configured proxies, and read from the right: what stands left of the first address that is no proxy of ours was
//! written by others.

use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Proxies looked at in one request.
const MOST_PROXIES: usize = 32;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether it speaks TLS to this service.
    pub is_encrypted: bool,
}

/// A range of addresses: `10.0.0.0/8`, `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// Not an address nor a range of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address or range of addresses such as `10.0.0.0/8`")]
pub struct NetworkError(String);

/// The proxies that are believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(pub Vec<Network>);

/// Who asks, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The client's address, as far as it is known.
    pub address: IpAddr,
    /// Whether the client speaks TLS, to this service or to a proxy.
    pub is_encrypted: bool,
    /// Whether a proxy that is believed stands in between.
    pub is_proxied: bool,
    /// Whether the request is from this machine itself and was not forwarded from elsewhere.
    pub is_local: bool,
    /// The host the client asked, with the port if it named one.
    pub host: String,
    /// Scheme and host by which everybody is to ask, if the operator has said.
    pub public_url: Option<String>,
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Network, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), |prefix| prefix.parse().map_err(|_| wrong()))?;
        if prefix > bits { Err(wrong()) } else { Ok(Network { address, prefix }) }
    }
}

impl Network {
    fn has(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl Proxies {
    /// Whether a proxy has this address.
    pub fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.has(address))
    }

    /// Who asks.
    fn client(&self, peer: Peer, request: &Parts) -> Client {
        let headers = &request.headers;
        let host = request.uri.authority().map(ToString::to_string).or_else(|| text(headers, &header::HOST));
        let is_forwarded = [&header::FORWARDED, &X_FORWARDED_FOR].iter().any(|name| headers.contains_key(*name));
        let mut client = Client {
            address: peer.address,
            is_encrypted: peer.is_encrypted,
            is_proxied: self.has(peer.address),
            is_local: peer.address.is_loopback() && !is_forwarded,
            host: host.unwrap_or_default(),
            public_url: None,
        };
        if client.is_proxied {
            self.believe(headers, &mut client);
            client.is_local &= client.address.is_loopback();
        }
        client
    }

    /// Takes what proxies say.
    fn believe(&self, headers: &HeaderMap, client: &mut Client) {
        let hops = hops(headers);
        let mut scheme = None;
        for hop in hops.iter().rev().take(MOST_PROXIES) {
            scheme = hop.scheme.clone().or(scheme);
            client.host = hop.host.clone().unwrap_or_else(|| std::mem::take(&mut client.host));
            let Some(address) = hop.address else { break };
            client.address = address;
            if !self.has(address) {
                break;
            }
        }
        let scheme = scheme.or_else(|| last(headers, &X_FORWARDED_PROTO));
        if let Some(scheme) = scheme {
            client.is_encrypted = scheme.eq_ignore_ascii_case("https");
        }
        if let Some(host) = last(headers, &X_FORWARDED_HOST) {
            client.host = host;
        }
    }
}

/// What one proxy says of the one before it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Hop {
    /// `None` if it is hidden or makes no sense.
    address: Option<IpAddr>,
    scheme: Option<String>,
    host: Option<String>,
}

/// From the client to the nearest proxy.
fn hops(headers: &HeaderMap) -> Vec<Hop> {
    if headers.contains_key(header::FORWARDED) {
        return elements(headers, &header::FORWARDED).iter().map(|element| hop(element)).collect();
    }
    let address = |element: &String| Hop { address: address(element), ..Hop::default() };
    elements(headers, &X_FORWARDED_FOR).iter().map(address).collect()
}

/// An element of `Forwarded`: `for=192.0.2.43;proto=https;host="library.example"`.
fn hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in element.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address(value),
            "proto" => hop.scheme = Some(value.to_owned()),
            "host" => hop.host = Some(value.to_owned()),
            _ => {}
        }
    }
    hop
}

/// An address with or without port: `192.0.2.1:80`, `[2001:db8::1]:80`, `2001:db8::1`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

fn elements(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|element| element.trim().to_owned()).collect()
}

fn last(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    elements(headers, name).pop()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

impl Client {
    /// Scheme and host by which the service is asked, for what needs whole addresses: as the operator says, else as this
    /// client did.
    pub fn site(&self) -> Result<String, Problem> {
        if let Some(site) = &self.public_url {
            return Ok(site.clone());
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if self.host.is_empty() || self.host.len() > 255 || !self.host.bytes().all(is_plain) {
            let detail = "the `Host` header is missing or odd";
            return Err(Problem::new(Code::Refused(StatusCode::BAD_REQUEST), detail));
        }
        let scheme = if self.is_encrypted { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.host))
    }
}

/// Tells the handlers who asks.
pub async fn recognize(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    // Without a connection there is a test, on this machine.
    let here = Peer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), is_encrypted: false };
    let peer = parts.extensions.get::<Peer>().copied().unwrap_or(here);
    let client = service.options.proxies.client(peer, &parts);
    parts.extensions.insert(Client { public_url: service.options.public_url.clone(), ..client });
    next.run(Request::from_parts(parts, body)).await
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Client, Infallible> {
        let known = parts.extensions.get::<Client>().cloned();
        Ok(known.unwrap_or_else(|| Client {
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            is_encrypted: false,
            is_proxied: false,
            is_local: false,
            host: String::new(),
            public_url: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn client(peer: &str, proxies: &str, headers: &[(&str, &str)]) -> Client {
        let proxies = proxies.split_whitespace().map(|network| network.parse().expect("a network")).collect();
        let mut request = axum::http::Request::builder().uri("/").header("host", "inside:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, _) = request.body(Body::empty()).expect("a good request").into_parts();
        let peer = Peer { address: peer.parse().expect("an address"), is_encrypted: false };
        Proxies(proxies).client(peer, &parts)
    }

    #[test]
    fn addresses_are_believed_of_proxies_only_and_read_from_the_right() {
        let xff = "x-forwarded-for";
        for (peer, proxies, headers, wanted) in [
            ("203.0.113.9", "", &[(xff, "192.0.2.1")][..], "203.0.113.9"),
            ("203.0.113.9", "10.0.0.0/8", &[(xff, "192.0.2.1")], "203.0.113.9"),
            ("10.1.2.3", "10.0.0.0/8", &[], "10.1.2.3"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "192.0.2.1")], "192.0.2.1"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "198.51.100.7, 192.0.2.1")], "192.0.2.1"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "198.51.100.7, 192.0.2.1, 10.9.9.9")], "192.0.2.1"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "198.51.100.7"), (xff, "192.0.2.1:4711")], "192.0.2.1"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "10.0.0.1, 10.0.0.2")], "10.0.0.1"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "192.0.2.1, unknown")], "10.1.2.3"),
            ("10.1.2.3", "10.0.0.0/8", &[(xff, "192.0.2.1, <script>, 10.0.0.2")], "10.0.0.2"),
            ("::1", "::1", &[(xff, "[2001:db8::5]:80")], "2001:db8::5"),
            ("::ffff:10.1.2.3", "10.0.0.0/8", &[(xff, "192.0.2.1")], "192.0.2.1"),
            ("10.1.2.3", "10.0.0.0/8", &[("forwarded", "for=\"[2001:db8::5]:80\";proto=https")], "2001:db8::5"),
            ("10.1.2.3", "10.0.0.0/8", &[("forwarded", "for=192.0.2.1, For=10.0.0.2")], "192.0.2.1"),
            ("10.1.2.3", "10.0.0.0/8", &[("forwarded", "for=_hidden"), (xff, "192.0.2.1")], "10.1.2.3"),
        ] {
            assert_eq!(client(peer, proxies, headers).address.to_string(), wanted, "{peer} {headers:?}");
        }
    }

    #[test]
    fn scheme_and_host_are_those_the_client_used() {
        let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "library.example")];
        let site = |proxies: &str, headers: &[(&str, &str)]| client("10.1.2.3", proxies, headers).site().ok();
        assert_eq!(site("", &forwarded).as_deref(), Some("http://inside:8080"));
        assert_eq!(site("10.0.0.0/8", &forwarded).as_deref(), Some("https://library.example"));
        let standard = [("forwarded", "for=192.0.2.1;proto=https;host=\"library.example:444\"")];
        assert_eq!(site("10.0.0.0/8", &standard).as_deref(), Some("https://library.example:444"));
        assert_eq!(site("10.0.0.0/8", &[("x-forwarded-host", "a<b>")]), None);
    }

    #[test]
    fn only_what_was_not_forwarded_is_local() {
        for (peer, proxies, headers, wanted) in [
            ("127.0.0.1", "", &[][..], true),
            ("127.0.0.1", "", &[("x-forwarded-for", "127.0.0.1")], false),
            ("127.0.0.1", "127.0.0.1", &[("x-forwarded-for", "192.0.2.1")], false),
            ("127.0.0.1", "127.0.0.1", &[], true),
            ("192.0.2.1", "", &[], false),
        ] {
            assert_eq!(client(peer, proxies, headers).is_local, wanted, "{peer} {headers:?}");
        }
    }

    #[test]
    fn networks_are_read_or_refused() {
        for text in ["10.0.0.0/33", "10.0.0/8", "x", "", "::1/129", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let everything: Network = "0.0.0.0/0".parse().expect("a network");
        assert!(everything.has(IpAddr::from([192, 0, 2, 1])) && !everything.has("::1".parse().expect("an address")));
    }
}
