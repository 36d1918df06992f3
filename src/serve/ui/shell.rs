//! What every page has around it, the stylesheet, script and icon, and the pages that tell of errors.

use crate::serve::problem::Problem;
use crate::serve::ui::format::plain;
use crate::serve::visit::Visit;
use crate::store::Role;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

/// The stylesheet, in the program itself.
const STYLESHEET: &str = include_str!("recto.css");

/// The script, in the program itself.
const SCRIPT: &str = include_str!("recto.js");

/// The icon, in the program itself.
const ICON: &str = include_str!("icon.svg");

/// Changes whenever the stylesheet, the script or the version does, so that the former can be kept for ever and pages
/// are asked for anew.
pub fn asset_hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| {
        let assets = concat!(include_str!("recto.css"), include_str!("recto.js"), env!("CARGO_PKG_VERSION"));
        let hash = blake3::hash(assets.as_bytes());
        hash.to_hex().chars().take(12).collect()
    });
    &HASH
}

/// Where the stylesheet is served.
pub const STYLESHEET_PATH: &str = "/assets/recto.css";

/// Where the script is served.
pub const SCRIPT_PATH: &str = "/assets/recto.js";

/// Around the content of a page.
pub struct Shell {
    /// For the window.
    pub title: String,
    /// The query in the search box.
    pub q: String,
    /// Whether the search box stands in the page's head.
    pub has_search: bool,
    /// The start page, also where searches go.
    pub home: String,
    /// The list of reports.
    pub reports: String,
    /// Where reports are handed over.
    pub upload: String,
    /// The description of the API.
    pub docs: String,
    /// The stylesheet.
    pub stylesheet: String,
    /// The script.
    pub script: String,
    /// Where the script asks for suggestions.
    pub suggest: String,
    /// Where the script asks how the service does.
    pub health: String,
    /// The icon.
    pub icon: String,
    /// The browser's search box.
    pub opensearch: String,
    /// Who is logged in, if somebody is.
    pub account: Option<AccountMenu>,
    /// Where to log in, if somebody can and nobody is.
    pub login: Option<String>,
    /// The program's version.
    pub version: &'static str,
}

/// What who is logged in can do from every page.
pub struct AccountMenu {
    /// What they are called.
    pub name: String,
    /// The page of their account.
    pub account: String,
    /// The pages of whoever looks after the library, if they do.
    pub admin: Option<String>,
    /// Where the form that logs out goes.
    pub logout: String,
    /// What forms must send along as `token`.
    pub form_token: String,
}

impl Shell {
    /// A page's shell with the search box in its head.
    pub fn new(visit: &Visit, title: &str, q: &str) -> Shell {
        let links = &visit.links;
        let account = visit.signed_in.as_ref().map(|signed_in| AccountMenu {
            name: plain(&signed_in.account.name),
            account: links.at("/account"),
            admin: (signed_in.account.role >= Role::Admin).then(|| links.at("/admin")),
            logout: links.at("/logout"),
            form_token: signed_in.form_token.clone(),
        });
        Shell {
            title: if title.is_empty() { "Recto".to_owned() } else { format!("{} – Recto", plain(title)) },
            q: plain(q),
            has_search: true,
            home: links.home(),
            reports: links.reports(0),
            upload: links.at("/upload"),
            docs: links.at("/docs"),
            stylesheet: format!("{}?v={}", links.at(STYLESHEET_PATH), asset_hash()),
            script: format!("{}?v={}", links.at(SCRIPT_PATH), asset_hash()),
            suggest: links.at("/api/v1/suggest"),
            health: links.at("/healthz"),
            icon: links.at("/assets/icon.svg"),
            opensearch: links.at("/opensearch.xml"),
            account,
            login: visit.login.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// A template as text. Rendering into memory fails only if a template is wrong, which tests would show.
pub fn render(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a template failed");
        String::from("<!doctype html><title>Recto</title><p>This page could not be made.</p>")
    })
}

#[derive(Template)]
#[template(path = "error.html", config = "src/serve/ui/askama.toml")]
struct ErrorPage<'p> {
    shell: Shell,
    status: u16,
    heading: &'static str,
    problem: &'p Problem,
    request_id: &'p str,
    /// Whether what was looked for may be found otherwise.
    has_search: bool,
    contributors: String,
}

/// The page for an error.
pub fn error_page(visit: &Visit, problem: &Problem, request_id: &str) -> String {
    let shell = Shell::new(visit, problem.title(), "");
    let has_search = matches!(problem.status(), StatusCode::NOT_FOUND | StatusCode::GONE);
    render(&ErrorPage {
        shell,
        status: problem.status().as_u16(),
        heading: problem.title(),
        problem,
        request_id,
        has_search,
        contributors: visit.links.contributors("", 0),
    })
}

#[derive(Template)]
#[template(path = "opensearch.xml", config = "src/serve/ui/askama.toml", escape = "html")]
struct OpenSearch<'p> {
    home: &'p str,
}

/// The OpenSearch description for a service whose start page is at this absolute address.
pub fn opensearch(home: &str) -> String {
    render(&OpenSearch { home })
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `/assets/recto.css`.
pub async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, FOR_EVER)], STYLESHEET).into_response()
}

/// `/assets/recto.js`.
pub async fn script() -> Response {
    let content_type = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, FOR_EVER)], SCRIPT).into_response()
}

/// `/assets/icon.svg`.
pub async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], ICON).into_response()
}
