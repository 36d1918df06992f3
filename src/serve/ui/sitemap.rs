//! The map of the library for search engines (sitemaps.org).

use crate::serve::ui::shell::render;
use askama::Template;

/// An address of the map.
pub struct SitemapEntry {
    /// It, whole.
    pub address: String,
    /// When what is there last changed, as RFC 3339 has it.
    pub changed: Option<String>,
}

#[derive(Template)]
#[template(path = "sitemap.xml", config = "src/serve/ui/askama.toml", escape = "html")]
struct Sitemap<'e> {
    entries: &'e [SitemapEntry],
}

#[derive(Template)]
#[template(path = "sitemap_index.xml", config = "src/serve/ui/askama.toml", escape = "html")]
struct SitemapIndex<'e> {
    entries: &'e [SitemapEntry],
}

/// A part of the map.
pub fn sitemap(entries: &[SitemapEntry]) -> String {
    render(&Sitemap { entries })
}

/// The list of the parts.
pub fn sitemap_index(entries: &[SitemapEntry]) -> String {
    render(&SitemapIndex { entries })
}
