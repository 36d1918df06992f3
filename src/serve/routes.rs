//! The routes, and the layers around them.
//!
//! Routes are registered with the base path in front instead of nested, so that the start page is `/recto/` and every
//! relative place is plain to read.

use crate::serve::accounts::{self, account, desk, login, register, reset, session_api, tickets_api};
use crate::serve::corrections::{api as corrections, page as correcting};
use crate::serve::forms::{feed, opensearch, rows};
use crate::serve::hub::{self, feeds, sitemap, values};
use crate::serve::layers::access::{self, Access, Right};
use crate::serve::layers::{csrf, deadline, headers, observe, rates};
use crate::serve::monitor::{health, metrics};
use crate::serve::net::client;
use crate::serve::openapi;
use crate::serve::problem::{self, Code, Problem};
use crate::serve::reads;
use crate::serve::service::Service;
use crate::serve::ui::pages;
use crate::serve::{admin, api, citation, comments, file, pictures, ui, uploads};
use api::{events, failures, jobs, related, suggest};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// One method of one address.
pub struct Route {
    /// The method; GET answers HEAD as well.
    pub method: Method,
    /// The address below the base path, with its parts in braces.
    pub path: &'static str,
    /// What a request needs.
    pub access: Access,
    handler: MethodRouter<Arc<Service>>,
    /// Whether its body may be large, which the handler then bounds itself.
    takes_files: bool,
    /// Whether it shows a report to a reader, which is counted.
    shows_report: bool,
}

impl Route {
    fn new(method: Method, path: &'static str, access: Access, handler: MethodRouter<Arc<Service>>) -> Route {
        Route { method, path, access, handler, takes_files: false, shows_report: false }
    }

    /// The same, counting who reads a report by it.
    fn counted(self) -> Route {
        Route { shows_report: true, ..self }
    }

    fn upload(path: &'static str, access: Access, handler: MethodRouter<Arc<Service>>) -> Route {
        Route { takes_files: true, ..Route::new(Method::POST, path, access, handler) }
    }
}

/// For who may write comments.
const COMMENT: Access = Access::Right(Right::Comment);

/// For who administers the library.
const ADMINISTER: Access = Access::Right(Right::Administer);

/// What is said about a report.
const CORRECTIONS: &str = "/api/v1/reports/{id}/corrections";

/// A form with an abstract in it may be longer than others.
fn correcting_form() -> MethodRouter<Arc<Service>> {
    post(correcting::save).layer(DefaultBodyLimit::max(correcting::MAX_FORM_BYTES))
}

/// Every route: there is no other way to become one, so none is without a word on who may use it.
pub fn table() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/", Access::Read, get(pages::search)),
        Route::new(Method::GET, "/reports", Access::Read, get(hub::list::reports)),
        Route::new(Method::GET, "/upload", Access::Read, get(uploads::page::form)),
        Route::upload("/upload", Access::Right(Right::Ingest), post(uploads::page::hand_over)),
        Route::new(Method::GET, "/upload/{handed}", Access::Right(Right::Ingest), get(uploads::page::handed)),
        Route::new(Method::GET, "/reports/{id}", Access::Read, get(pages::report)).counted(),
        Route::new(Method::GET, "/reports/{id}/edit", Access::Right(Right::Edit), get(correcting::edit)),
        // The page refuses by itself, so that what was typed is not lost with a session.
        Route::new(Method::POST, "/reports/{id}/edit", Access::Read, correcting_form()),
        Route::new(Method::GET, "/reports/{id}/pages", Access::Read, get(pages::jump)),
        Route::new(Method::GET, "/reports/{id}/pages/{page}", Access::Read, get(pages::page)).counted(),
        Route::new(Method::GET, "/reports/{id}/file.pdf", Access::Read, get(file::original)).counted(),
        Route::new(Method::GET, "/reports/{id}/citation.bib", Access::Read, get(citation::file)),
        Route::new(Method::GET, "/reports/{id}/citation.ris", Access::Read, get(citation::file)),
        Route::new(Method::GET, "/reports/{id}/citation.json", Access::Read, get(citation::file)),
        Route::new(Method::GET, "/reports/{id}/citation.jsonld", Access::Read, get(citation::file)),
        Route::new(Method::GET, "/reports/{id}/citation.txt", Access::Read, get(citation::file)),
        Route::new(Method::GET, "/contributors", Access::Read, get(hub::contributors::page)),
        Route::new(Method::GET, "/years", Access::Read, get(values::years_page)),
        Route::new(Method::GET, "/tags", Access::Read, get(values::tags_page)),
        Route::new(Method::GET, "/languages", Access::Read, get(values::languages_page)),
        Route::new(Method::GET, "/feed.atom", Access::Read, get(feeds::atom)),
        Route::new(Method::GET, "/feed.json", Access::Read, get(feeds::json)),
        Route::new(Method::GET, "/sitemap.xml", Access::Read, get(sitemap::index)),
        Route::new(Method::GET, "/sitemaps/{part}", Access::Read, get(sitemap::part)),
        Route::new(Method::GET, "/robots.txt", Access::Open, get(sitemap::robots)),
        Route::new(Method::GET, "/api/v1/search", Access::Read, get(api::search)),
        Route::new(Method::POST, "/api/v1/search", Access::Read, post(api::search_json)),
        Route::new(Method::GET, "/api/v1/suggest", Access::Read, get(suggest::suggest)),
        Route::new(Method::GET, "/api/v1/reports", Access::Read, get(api::list::reports)),
        Route::new(Method::GET, "/api/v1/years", Access::Read, get(values::years)),
        Route::new(Method::GET, "/api/v1/tags", Access::Read, get(values::tags)),
        Route::new(Method::GET, "/api/v1/languages", Access::Read, get(values::languages)),
        Route::new(Method::GET, "/api/v1/reports/{id}", Access::Read, get(api::report)),
        Route::new(Method::GET, "/api/v1/reports/{id}/pages/{page}", Access::Read, get(api::page)),
        Route::new(Method::GET, "/api/v1/reports/{id}/pages/{page}/image", Access::Read, get(pictures::image)),
        Route::new(Method::GET, "/api/v1/reports/{id}/related", Access::Read, get(related::related)),
        Route::new(Method::GET, "/api/v1/reports/{id}/citation", Access::Read, get(citation::citation)),
        Route::new(Method::GET, CORRECTIONS, Access::Right(Right::Edit), get(corrections::get)),
        Route::new(Method::PUT, CORRECTIONS, Access::Right(Right::Edit), put(corrections::put)),
        Route::new(Method::DELETE, CORRECTIONS, Access::Right(Right::Edit), delete(corrections::delete)),
        Route::upload("/api/v1/reports", Access::Right(Right::Ingest), post(uploads::api::upload)),
        Route::new(Method::DELETE, "/api/v1/reports/{id}", Access::Right(Right::Administer), delete(api::remove)),
        Route::new(Method::POST, "/api/v1/jobs", Access::Right(Right::Ingest), post(jobs::create)),
        Route::new(Method::GET, "/api/v1/jobs", Access::Right(Right::Ingest), get(jobs::list)),
        Route::new(Method::GET, "/api/v1/jobs/{job}", Access::Right(Right::Ingest), get(jobs::get)),
        Route::new(Method::DELETE, "/api/v1/jobs/{job}", Access::Right(Right::Ingest), delete(jobs::cancel)),
        Route::new(Method::GET, "/api/v1/jobs/{job}/events", Access::Right(Right::Ingest), get(events::events)),
        Route::new(Method::GET, "/api/v1/jobs/{job}/failures", Access::Right(Right::Ingest), get(jobs::failures)),
        Route::new(Method::GET, "/reports/{id}/comments", Access::Read, get(comments::pages::of_report)),
        // Who is not logged in any more gets back what they have written.
        Route::new(Method::POST, "/reports/{id}/comments", Access::Read, post(comments::pages::write)),
        Route::new(Method::GET, "/comments", Access::Read, get(comments::pages::newest)),
        Route::new(Method::GET, "/comments.atom", Access::Read, get(comments::feed::atom)),
        Route::new(Method::GET, "/comments/{comment}", Access::Read, get(comments::pages::find)),
        Route::new(Method::GET, "/comments/{comment}/edit", COMMENT, get(comments::pages::edit_form)),
        Route::new(Method::POST, "/comments/{comment}/edit", COMMENT, post(comments::pages::edit)),
        Route::new(Method::GET, "/comments/{comment}/delete", COMMENT, get(comments::pages::delete_form)),
        Route::new(Method::POST, "/comments/{comment}/delete", COMMENT, post(comments::pages::delete)),
        Route::new(Method::GET, "/admin/comments", ADMINISTER, get(comments::admin::queue)),
        Route::new(Method::POST, "/admin/comments", ADMINISTER, post(comments::admin::moderate)),
        Route::new(Method::GET, "/api/v1/reports/{id}/comments", Access::Read, get(comments::api::of_report)),
        Route::new(Method::POST, "/api/v1/reports/{id}/comments", COMMENT, post(comments::api::write)),
        Route::new(Method::GET, "/api/v1/comments", Access::Read, get(comments::api::list)),
        Route::new(Method::GET, "/api/v1/comments/{comment}", Access::Read, get(comments::api::get)),
        Route::new(Method::PATCH, "/api/v1/comments/{comment}", COMMENT, patch(comments::api::change)),
        Route::new(Method::DELETE, "/api/v1/comments/{comment}", COMMENT, delete(comments::api::delete)),
        Route::new(Method::PUT, "/api/v1/comments/{comment}/state", ADMINISTER, put(comments::verdicts::moderate)),
        Route::new(Method::GET, "/api/v1/moderations", ADMINISTER, get(comments::verdicts::moderations)),
        Route::new(Method::GET, "/api/v1/blocked-authors", ADMINISTER, get(comments::verdicts::blocked)),
        Route::new(Method::PUT, "/api/v1/blocked-authors/{account}", ADMINISTER, put(comments::verdicts::block)),
        Route::new(
            Method::DELETE,
            "/api/v1/blocked-authors/{account}",
            ADMINISTER,
            delete(comments::verdicts::unblock),
        ),
        Route::new(Method::GET, "/api/v1/contributors", Access::Read, get(hub::contributors::contributors)),
        Route::new(Method::GET, "/api/v1/failures", Access::Right(Right::Ingest), get(failures::list)),
        Route::new(Method::POST, "/api/v1/failures/retry", Access::Right(Right::Ingest), post(failures::retry)),
        Route::new(Method::GET, "/admin", ADMINISTER, get(admin::overview::page)),
        Route::new(Method::POST, "/admin/jobs", ADMINISTER, post(admin::overview::read)),
        Route::new(Method::POST, "/admin/jobs/{job}/cancel", ADMINISTER, post(admin::overview::cancel)),
        Route::new(Method::GET, "/admin/failures", ADMINISTER, get(admin::failures::page)),
        Route::new(Method::POST, "/admin/failures/retry", ADMINISTER, post(admin::failures::retry)),
        Route::new(Method::GET, "/admin/coverage", ADMINISTER, get(admin::gaps::page)),
        Route::new(Method::GET, "/api/v1/coverage", Access::Read, get(api::coverage)),
        Route::new(Method::GET, "/api/v1/session", Access::Read, get(session_api::get)),
        Route::new(Method::POST, "/api/v1/session", Access::Open, post(session_api::create)),
        Route::new(Method::DELETE, "/api/v1/session", Access::Open, delete(session_api::delete)),
        Route::new(Method::GET, "/api/v1/accounts", ADMINISTER, get(accounts::api::list)),
        Route::new(Method::POST, "/api/v1/accounts", ADMINISTER, post(accounts::api::invite)),
        Route::new(Method::PATCH, "/api/v1/accounts/{account}", ADMINISTER, patch(accounts::api::change)),
        Route::new(Method::DELETE, "/api/v1/accounts/{account}", ADMINISTER, delete(accounts::api::delete)),
        Route::new(Method::POST, "/api/v1/accounts/{account}/reset", ADMINISTER, post(accounts::api::reset)),
        Route::new(Method::GET, "/api/v1/tickets", ADMINISTER, get(tickets_api::list)),
        Route::new(Method::DELETE, "/api/v1/tickets/{ticket}", ADMINISTER, delete(tickets_api::revoke)),
        Route::new(Method::GET, "/admin/accounts", ADMINISTER, get(desk::accounts)),
        Route::new(Method::POST, "/admin/accounts", ADMINISTER, post(desk::invite)),
        Route::new(Method::POST, "/admin/accounts/{account}", ADMINISTER, post(desk::act)),
        Route::new(Method::POST, "/admin/tickets/revoke", ADMINISTER, post(desk::revoke_ticket)),
        Route::new(Method::GET, "/admin/keys", ADMINISTER, get(desk::keys)),
        Route::new(Method::POST, "/admin/keys", ADMINISTER, post(desk::create_key)),
        Route::new(Method::POST, "/admin/keys/revoke", ADMINISTER, post(desk::revoke_key)),
        Route::new(Method::GET, "/login", Access::Open, get(login::page)),
        Route::new(Method::POST, "/login", Access::Open, post(login::log_in)),
        Route::new(Method::POST, "/logout", Access::Open, post(login::logout)),
        Route::new(Method::GET, "/register", Access::Open, get(register::page)),
        Route::new(Method::POST, "/register", Access::Open, post(register::register)),
        Route::new(Method::GET, "/reset", Access::Open, get(reset::page)),
        Route::new(Method::POST, "/reset", Access::Open, post(reset::reset)),
        Route::new(Method::GET, "/account", Access::Right(Right::Comment), get(account::page)),
        Route::new(Method::POST, "/account/password", Access::Right(Right::Comment), post(account::change_password)),
        Route::new(Method::POST, "/account/sessions", Access::Right(Right::Comment), post(account::end_sessions)),
        Route::new(Method::POST, "/account/delete", Access::Right(Right::Comment), post(account::delete)),
        Route::new(Method::GET, "/healthz", Access::Open, get(health::healthz)),
        Route::new(Method::GET, "/readyz", Access::Open, get(health::readyz)),
        Route::new(Method::GET, "/metrics", Access::Open, get(metrics::metrics)),
        Route::new(Method::GET, "/openapi.json", Access::Read, get(openapi::openapi)),
        Route::new(Method::GET, "/docs", Access::Read, get(openapi::docs)),
        Route::new(Method::GET, "/opensearch.xml", Access::Read, get(opensearch::description)),
        Route::new(Method::GET, "/search.csv", Access::Read, get(rows::csv)),
        Route::new(Method::GET, "/search.ndjson", Access::Read, get(rows::ndjson)),
        Route::new(Method::GET, "/search.atom", Access::Read, get(feed::atom)),
        Route::new(Method::GET, "/search.jsonfeed", Access::Read, get(feed::json)),
        Route::new(Method::GET, "/opensearch/suggest", Access::Read, get(suggest::browser_suggestions)),
        Route::new(Method::GET, ui::STYLESHEET_PATH, Access::Open, get(ui::stylesheet)),
        Route::new(Method::GET, ui::SCRIPT_PATH, Access::Open, get(ui::script)),
        Route::new(Method::GET, "/assets/icon.svg", Access::Open, get(ui::icon)),
    ]
}

/// Whether there is a page at this path.
pub fn is_page(path: &str) -> bool {
    static PAGES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        table().into_iter().filter(|route| route.method == Method::GET).map(|route| route.path).collect()
    });
    PAGES.contains(path)
}

/// The routes of a service.
pub fn router(service: Arc<Service>) -> Router {
    let mut routes = Router::new();
    for route in table() {
        let guarded = from_fn_with_state((Arc::clone(&service), route.access), access::check);
        let handler = match route.shows_report {
            true => route.handler.route_layer(from_fn_with_state(Arc::clone(&service), reads::count)),
            false => route.handler,
        };
        let handler = handler.route_layer(guarded);
        let handler = if route.takes_files { handler.route_layer(DefaultBodyLimit::disable()) } else { handler };
        routes = routes.route(&service.links.at(route.path), handler);
    }
    if !service.links.base().is_empty() {
        let home = service.links.home();
        routes = routes.route(service.links.base(), get(async move || Redirect::permanent(&home)));
    }
    let compressed =
        DefaultPredicate::new().and(NotForContentType::new("application/pdf")).and(NotForContentType::new("image/png"));
    let routes = routes
        .fallback(async || Problem::new(Code::NotFound, "check the address, or search from the start page"))
        .layer(DefaultBodyLimit::max(service.limits.json_bytes))
        .layer(from_fn_with_state(Arc::clone(&service), observe::contain))
        .layer(from_fn_with_state(Arc::clone(&service), deadline::keep))
        .layer(from_fn_with_state(Arc::clone(&service), csrf::guard))
        .layer(from_fn_with_state(Arc::clone(&service), rates::bound))
        .layer(from_fn_with_state(Arc::clone(&service), headers::bound_head))
        .layer(from_fn_with_state(Arc::clone(&service), problem::render))
        .layer(CompressionLayer::new().compress_when(compressed));
    let origins = &service.options.cors_origins;
    let routes = if origins.is_empty() { routes } else { routes.layer(cross_origin(origins)) };
    routes
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(Arc::clone(&service), observe::observe))
        .layer(from_fn(headers::identify))
        .layer(from_fn_with_state(Arc::clone(&service), client::recognize))
        .with_state(service)
}

/// Lets scripts of the configured origins read; writing is for our own pages and for programs.
fn cross_origin(origins: &[HeaderValue]) -> CorsLayer {
    let shown = ["x-request-id", "server-timing"].map(HeaderName::from_static).into_iter();
    let shown = shown.chain([header::ETAG, header::RETRY_AFTER, header::CONTENT_RANGE, rates::POLICY, rates::LEFT]);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.to_vec()))
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::ACCEPT, header::IF_NONE_MATCH, header::RANGE])
        .expose_headers(shown.collect::<Vec<_>>())
        .max_age(Duration::from_secs(3600))
}
