//! The page to hand reports over. What it does is done by the script, over the API, with a key in a header: a form
//! alone would put the key where it stays.

use crate::serve::ui::format::plain;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

#[derive(Template)]
#[template(path = "upload.html", config = "src/serve/ui/askama.toml")]
struct UploadPage {
    shell: Shell,
    address: String,
    site: String,
}

/// The page. `site` is `http://` and the host that the client asked; empty if that is not known.
pub fn upload_page(visit: &Visit, site: &str) -> String {
    let links = &visit.links;
    let shell = Shell::new(visit, "Add reports", "");
    render(&UploadPage { shell, address: links.at("/api/v1/reports"), site: plain(site) })
}
