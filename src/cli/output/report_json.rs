//! A report as JSON: what is known of it and of each page, with every word's place if asked for.

use crate::cli::output::report_text::without_soft_hyphens;
use crate::report::{OutlineEntry, Page, PageStatus, Quad, Report, ReportId, Statements};
use serde::Serialize;

/// One object of `recto extract --format json`.
#[derive(Serialize)]
pub struct ReportJson<'r> {
    id: ReportId,
    file: &'r str,
    title: &'r str,
    authors: &'r [String],
    publisher: Option<&'r str>,
    date: Option<&'r str>,
    language: Option<&'r str>,
    subject: Option<&'r str>,
    keywords: &'r [String],
    #[serde(flatten)]
    statements: &'r Statements,
    outline: &'r [OutlineEntry],
    pages: Vec<PageJson<'r>>,
}

#[derive(Serialize)]
struct PageJson<'r> {
    page: u32,
    label: Option<&'r str>,
    width: f32,
    height: f32,
    status: PageStatus,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Vec<WordJson<'r>>>,
}

/// A printed piece of a word; a word broken over a line end is two.
#[derive(Serialize)]
struct WordJson<'r> {
    text: &'r str,
    quad: Quad,
}

impl<'r> ReportJson<'r> {
    /// `file` is the path as given; `with_words` adds the words.
    pub fn new(report: &'r Report, file: &'r str, with_words: bool) -> ReportJson<'r> {
        let about = &report.about;
        ReportJson {
            id: report.id,
            file,
            title: &about.title,
            authors: &about.authors,
            publisher: about.publisher.as_deref(),
            date: about.date.as_deref(),
            language: about.language.as_deref(),
            subject: about.subject.as_deref(),
            keywords: &about.keywords,
            statements: &report.statements,
            outline: &report.outline,
            pages: report.pages.iter().map(|page| page_json(page, with_words)).collect(),
        }
    }
}

fn page_json(page: &Page, with_words: bool) -> PageJson<'_> {
    let words = with_words
        .then(|| page.words.iter().map(|word| WordJson { text: word.span.of(&page.text), quad: word.quad }).collect());
    PageJson {
        page: page.number,
        label: page.label.as_deref(),
        width: page.width,
        height: page.height,
        status: page.status,
        text: without_soft_hyphens(&page.text),
        words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::report_text::tests::example_report;
    use crate::cli::output::to_json;

    #[test]
    fn pages_carry_their_facts_and_words_only_if_asked_for() {
        let report = example_report();
        let json = to_json(&ReportJson::new(&report, "a/example.pdf", false)).expect("plain data");
        assert!(!json.contains("\"words\""), "{json}");
        let json = to_json(&ReportJson::new(&report, "a/example.pdf", true)).expect("plain data");
        let value: serde_json::Value = serde_json::from_str(&json).expect("valid");
        assert_eq!(value["id"], "af1349b9f5f9a1a6a0404dea36dcc949");
        for key in ["publisher", "subject", "keywords", "abstract", "recommendations", "outline"] {
            assert!(value.get(key).is_some(), "{key}");
        }
        assert_eq!(value["pages"][0]["text"], "a cooperation\nhere");
        assert_eq!(value["pages"][1]["status"], "no_text");
        let words: Vec<&str> = value["pages"][0]["words"]
            .as_array()
            .expect("words")
            .iter()
            .filter_map(|word| word["text"].as_str())
            .collect();
        assert_eq!(words, ["a", "co", "operation", "here"]);
        assert_eq!(value["pages"][0]["words"][1]["quad"].to_string(), "[0.1,0.25,0.5,0.3]");
    }
}
