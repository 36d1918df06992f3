//! Writes that browsers send on behalf of other sites are refused: by what the browser says of where a request comes
//! from (`Sec-Fetch-Site`), or by `Origin` where it says nothing. Programs send neither and are let through, and so is
//! whoever sends a key: it stands in a header, which a page of another site cannot send along.

use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// Refuses writes that come from another site.
pub async fn guard(client: Client, mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    if headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key") {
        return next.run(request).await;
    }
    // Behind a proxy it is the host that the browser knows which its origin must name.
    if client.is_proxied
        && let Ok(host) = HeaderValue::from_str(&client.host)
    {
        headers.insert(header::HOST, host);
    }
    let refuse = |_: ProtectionError| {
        let detail = "forms and scripts of other sites cannot change anything here; use the pages of this one";
        Problem::new(Code::CrossSite, detail).into_response()
    };
    let inner = service_fn(move |request| {
        let next = next.clone();
        async move { Ok::<_, std::convert::Infallible>(next.run(request).await) }
    });
    match CsrfLayer::new().with_rejection_response(refuse).layer(inner).oneshot(request).await {
        Ok(response) => response,
        Err(infallible) => match infallible {},
    }
}
