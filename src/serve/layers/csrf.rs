//! Writes that browsers send on behalf of other sites are refused: by what the browser says of where a request comes
//! from (`Sec-Fetch-Site`), or by `Origin` where it says nothing. Programs send neither and are let through, and so is
//! whoever sends a key: it stands in a header, which a page of another site cannot send along.

use crate::serve::net::client::Client;
use crate::serve::problem::{Code, Problem};
use crate::serve::service::Service;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// Refuses writes that come from another site.
pub async fn guard(State(service): State<Arc<Service>>, client: Client, mut request: Request, next: Next) -> Response {
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
    let mut layer = CsrfLayer::new();
    // One that is no origin was refused when the service began.
    if let Some(Ok(trusting)) = service.options.public_url.as_ref().map(|url| layer.clone().add_trusted_origin(url)) {
        layer = trusting;
    }
    match layer.with_rejection_response(refuse).layer(inner).oneshot(request).await {
        Ok(response) => response,
        Err(infallible) => match infallible {},
    }
}
