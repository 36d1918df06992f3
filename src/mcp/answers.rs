//! What the tools answer: facts of reports as JSON, each text bounded.

use crate::mcp::cite::citation;
use crate::mcp::library::Served;
use crate::report::{ReportId, Statement};
use crate::search::{Hit, PageHit, Related};
use serde_json::{Value, json};

/// Characters of a title or of a name.
const NAME: usize = 300;
/// Characters of a passage, a recommendation, a line of contents.
const PASSAGE: usize = 1_000;
/// Characters of an abstract.
const SUMMARY: usize = 6_000;
/// Names told of one report.
const NAMES: usize = 20;

/// The first characters of a text, with a sign where it goes on.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Names, as many as are told.
pub fn names(authors: &[String]) -> Vec<String> {
    authors.iter().take(NAMES).map(|name| shortened(name, NAME)).collect()
}

/// A report that was found.
pub fn hit(served: &Served, hit: &Hit) -> Value {
    let authors = names(&hit.authors);
    let title = shortened(&hit.title, NAME);
    let pages: Vec<Value> =
        hit.pages.iter().map(|page| page_hit(served, &title, &authors, hit.date.as_deref(), page)).collect();
    json!({
        "report": hit.id,
        "title": title,
        "authors": authors,
        "date": hit.date,
        "language": hit.language,
        "tags": names(&hit.tags),
        "file": shortened(&hit.file, NAME),
        "pages_total": hit.pages_total,
        "citation": citation(&title, &authors, hit.date.as_deref(), None),
        "link": served.link(&hit.url),
        "pages": pages,
        "more_pages_match": hit.more_pages,
    })
}

fn page_hit(served: &Served, title: &str, authors: &[String], date: Option<&str>, page: &PageHit) -> Value {
    let passages: Vec<String> = page.passages.iter().map(|passage| shortened(&passage.text, PASSAGE)).collect();
    json!({
        "page": page.page,
        "printed_label": page.label,
        "passages": passages,
        "citation": citation(title, authors, date, Some((page.page, page.label.as_deref()))),
        "link": served.link(&page.url),
    })
}

/// Something a report says, with its page.
pub fn statement(statement: &Statement, most: usize) -> Value {
    json!({ "text": shortened(&statement.text, most), "page": statement.page })
}

/// An abstract.
pub fn summary(summary: &Statement) -> Value {
    statement(summary, SUMMARY)
}

/// A recommendation.
pub fn recommendation(recommendation: &Statement) -> Value {
    statement(recommendation, PASSAGE)
}

/// A heading or bookmark.
pub fn heading(title: &str) -> String {
    shortened(title, NAME)
}

/// A related report.
pub fn related(served: &Served, related: &Related) -> Value {
    let (title, authors) = (shortened(&related.title, NAME), names(&related.authors));
    json!({
        "report": related.id,
        "title": title,
        "authors": authors,
        "date": related.date,
        "language": related.language,
        "description": related.description.as_ref().map(|text| shortened(text, PASSAGE)),
        "shared_terms": related.shared,
        "citation": citation(&title, &authors, related.date.as_deref(), None),
        "link": served.link(&related.url),
    })
}

/// The path of a report's page.
pub fn page_path(id: ReportId, page: u32) -> String {
    format!("/reports/{id}/pages/{page}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äöü…");
    }
}
