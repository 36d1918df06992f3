//! What stands on every response: security headers and a request id; and the limits on addresses and header fields.
//!
//! The content security policy allows nothing but this service's own files: no inline script, no inline style. A PDF
//! has a policy of its own, since a strict one breaks the browsers' viewers, which run outside our origin.

use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem, REQUEST_ID};
use crate::serve::service::Service;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The policy of pages and of the API.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The policy of an original PDF shown by the browser.
pub const PDF_POLICY: &str = "frame-ancestors 'none'";

/// The policy of an original PDF that is downloaded.
pub const DOWNLOAD_POLICY: &str = "sandbox; default-src 'none'";

/// Headers whose value is always the same. `same-origin` and not `no-referrer`: the latter makes browsers send
/// `Origin: null` with forms.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// For a year: browsers ask by TLS only, once they have.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Longest request id that is taken from a proxy.
const MOST_ID_BYTES: usize = 64;

/// Adds the security headers; a handler's own policy stays.
pub async fn secure(client: Client, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    put_security_headers(response.headers_mut(), client.is_encrypted);
    response
}

/// Puts the security headers on an answer; a policy of its own stays.
pub fn put_security_headers(headers: &mut HeaderMap, is_encrypted: bool) {
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE_POLICY));
    if is_encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
}

/// Gives the request an id and puts it on the response: that of a trusted proxy, or one of ours, whatever the client
/// sent.
pub async fn identify(client: Client, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID).filter(|id| client.is_proxied && is_plain_id(id)).cloned();
    let id = given.unwrap_or_else(new_request_id);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

fn is_plain_id(id: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    !id.is_empty() && id.len() <= MOST_ID_BYTES && id.as_bytes().iter().all(is_plain)
}

/// Refuses addresses and header fields over the limits, and a second `Host`: a proxy in front and this service must
/// never disagree on whom a request is for.
pub async fn bound_head(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let limits = &service.limits;
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if length > limits.uri_bytes {
        let detail = format!("at most {} bytes are accepted", limits.uri_bytes);
        return Problem::new(Code::UriTooLong, detail).into_response();
    }
    let fields = request.headers();
    // As they were sent: with a colon, a space and an end of line each.
    let bytes: usize = fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if fields.len() > limits.header_fields || bytes > limits.header_bytes {
        let (most, bytes) = (limits.header_fields, limits.header_bytes);
        let detail = format!("at most {most} header fields of {bytes} bytes together are accepted");
        return Problem::new(Code::HeadersTooLarge, detail).into_response();
    }
    if fields.get_all(header::HOST).iter().count() > 1 {
        return Problem::new(Code::Refused(StatusCode::BAD_REQUEST), "send one `Host` only").into_response();
    }
    next.run(request).await
}

/// Unique within and across runs: the process's random seed and a counter, not a secret.
fn new_request_id() -> HeaderValue {
    use std::hash::{BuildHasher, RandomState};
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("request"));
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = format!("{:016x}-{:x}", *SEED, NEXT.fetch_add(1, Ordering::Relaxed));
    // Digits and a hyphen are a value of a header.
    HeaderValue::try_from(id).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}
