//! The routes, and the layers around them.
//!
//! Routes are registered with the base path in front instead of nested, so that the start page is `/recto/` and every
//! relative place is plain to read.

use crate::serve::forms::{feed, opensearch, rows};
use crate::serve::layers::headers;
use crate::serve::limits::Limits;
use crate::serve::monitor::health;
use crate::serve::problem::{self, Code, Problem};
use crate::serve::service::Service;
use crate::serve::ui::pages;
use crate::serve::{State, api, file, ui};
use api::{related, suggest};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::TimeoutLayer;

/// The routes.
pub fn app(state: &State) -> Router {
    app_with_limits(state, Limits::default())
}

/// The routes under limits other than the usual.
pub fn app_with_limits(state: &State, limits: Limits) -> Router {
    router(Arc::new(Service::new(state, limits)))
}

/// The routes of a service.
pub fn router(service: Arc<Service>) -> Router {
    let at = |path: &str| service.links.at(path);
    let mut routes = Router::new()
        .route(&at("/"), get(pages::search))
        .route(&at("/reports"), get(pages::reports))
        .route(&at("/reports/{id}"), get(pages::report))
        .route(&at("/reports/{id}/pages/{page}"), get(pages::page))
        .route(&at("/reports/{id}/file.pdf"), get(file::original))
        .route(&at("/api/v1/search"), get(api::search).post(api::search_json))
        .route(&at("/api/v1/suggest"), get(suggest::suggest))
        .route(&at("/api/v1/reports"), get(api::reports))
        .route(&at("/api/v1/reports/{id}"), get(api::report))
        .route(&at("/api/v1/reports/{id}/pages/{page}"), get(api::page))
        .route(&at("/api/v1/reports/{id}/related"), get(related::related))
        .route(&at("/api/v1/coverage"), get(api::coverage))
        .route(&at("/healthz"), get(health::healthz))
        .route(&at("/readyz"), get(health::readyz))
        .route(&at("/opensearch.xml"), get(opensearch::description))
        .route(&at("/search.csv"), get(rows::csv))
        .route(&at("/search.ndjson"), get(rows::ndjson))
        .route(&at("/search.atom"), get(feed::atom))
        .route(&at("/opensearch/suggest"), get(suggest::browser_suggestions))
        .route(&at(ui::STYLESHEET_PATH), get(ui::stylesheet))
        .route(&at(ui::SCRIPT_PATH), get(ui::script))
        .route(&at("/assets/icon.svg"), get(ui::icon));
    if !service.links.base().is_empty() {
        let home = service.links.home();
        routes = routes.route(service.links.base(), get(async move || Redirect::permanent(&home)));
    }
    let compressed = DefaultPredicate::new().and(NotForContentType::new("application/pdf"));
    routes
        .fallback(async || Problem::new(Code::NotFound, "check the address, or search from the start page"))
        .layer(DefaultBodyLimit::max(service.limits.json_bytes))
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, service.limits.request))
        .layer(from_fn_with_state(Arc::clone(&service), headers::bound_address))
        .layer(from_fn_with_state(Arc::clone(&service), problem::render))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(from_fn(headers::identify))
        .layer(from_fn(headers::secure))
        .with_state(service)
}
