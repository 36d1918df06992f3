//! The page to hand reports over. What it does is done by the script, over the API: with the session of an editor, or
//! with a key in a header, as a form alone would put the key where it stays.

use crate::serve::layers::access::Right;
use crate::serve::ui::format::plain;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

#[derive(Template)]
#[template(path = "upload.html", config = "src/serve/ui/askama.toml")]
struct UploadPage {
    shell: Shell,
    address: String,
    /// What the script sends along for an editor; nobody else has one.
    form_token: Option<String>,
    site: String,
}

/// The page. `site` is `http://` and the host that the client asked; empty if that is not known.
pub fn upload_page(visit: &Visit, site: &str) -> String {
    let links = &visit.links;
    let editor = visit.signed_in.as_ref().filter(|signed_in| signed_in.account.role >= Right::Ingest.role());
    render(&UploadPage {
        shell: Shell::new(visit, "Add reports", ""),
        address: links.at("/api/v1/reports"),
        form_token: editor.map(|signed_in| signed_in.form_token.clone()),
        site: plain(site),
    })
}
