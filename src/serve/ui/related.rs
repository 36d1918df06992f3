//! Related reports as people read of them.

use crate::search::Related;
use crate::serve::links::Links;
use crate::serve::ui::format::{date, plain};
use crate::serve::ui::languages::language_name;
use crate::serve::ui::search::authors;

/// A related report in a list.
pub struct RelatedEntry {
    /// Its title.
    pub title: String,
    /// For the direction and font of title and description.
    pub language_code: String,
    /// Its landing page.
    pub url: String,
    /// Authors, date, language.
    pub facts: Vec<String>,
    /// The first sentence of its abstract.
    pub description: Option<String>,
    /// What both are about.
    pub shared: Vec<String>,
}

impl RelatedEntry {
    /// For the page of another report.
    pub fn new(links: &Links, related: &Related) -> RelatedEntry {
        let named = (!related.authors.is_empty()).then(|| authors(&related.authors));
        let dated = related.date.as_deref().map(|text| plain(&date(text)));
        let language = related.language.as_deref().map(|code| plain(language_name(code)));
        RelatedEntry {
            title: plain(&related.title),
            language_code: related.language.clone().unwrap_or_default(),
            url: links.report(related.id),
            facts: [named, dated, language].into_iter().flatten().collect(),
            description: related.description.as_deref().map(plain),
            shared: related.shared.iter().map(|term| plain(term)).collect(),
        }
    }
}
