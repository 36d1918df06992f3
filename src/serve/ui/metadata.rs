//! What a report's page tells programs: Highwire Press tags for Scholar and reference managers, Open Graph for links that
//! are shared, schema.org for search engines.
//!
//! Schema.org stands in a data block, which is no script: browsers neither run it nor hold the content security policy
//! against it.

use crate::export::cite::{CitationFormat, Reference};
use crate::serve::links::Links;
use crate::serve::ui::format::plain;
use std::fmt;

/// Characters of a description where a link is shown.
const DESCRIPTION: usize = 280;

/// Width of the picture shown with a link, in pixels.
const PICTURE: u32 = 900;

/// Of a report.
pub struct Metadata {
    /// Its title.
    pub title: String,
    /// Its contributors, as the report has them.
    pub names: Vec<String>,
    /// `2023/05/17`, as precise as known; empty if it is not.
    pub date: String,
    /// ISO 639-1, or empty.
    pub language: String,
    /// Who published it, or empty.
    pub publisher: String,
    /// What it is about.
    pub keywords: Vec<String>,
    /// Its landing page, absolute.
    pub url: String,
    /// The PDF, absolute.
    pub pdf_url: String,
    /// A picture of its first page, absolute; empty without pages.
    pub picture: String,
    /// The beginning of its abstract, or empty.
    pub description: String,
    /// The report as linked data, absolute.
    pub data_url: String,
    /// The same for the page itself.
    pub data: String,
}

impl Metadata {
    /// Of a report whose contributors are called so in it.
    pub fn new(links: &Links, site: &str, reference: &Reference, names: &[String]) -> Metadata {
        let picture = || format!("{site}{}", links.image(reference.id, 1, PICTURE));
        Metadata {
            title: plain(&reference.title),
            names: names.iter().map(|name| plain(name)).collect(),
            date: reference.date.map(|date| date.joined('/')).unwrap_or_default(),
            language: reference.language.clone().unwrap_or_default(),
            publisher: reference.publisher.as_deref().map(plain).unwrap_or_default(),
            keywords: reference.keywords.iter().map(|keyword| plain(keyword)).collect(),
            url: reference.url.clone(),
            pdf_url: reference.pdf_url.clone(),
            picture: if reference.pages > 0 { picture() } else { String::new() },
            description: reference.summary.as_deref().map(beginning).unwrap_or_default(),
            data_url: format!("{site}{}", links.citation(reference.id, CitationFormat::SchemaOrg.extension())),
            data: reference.to_text(CitationFormat::SchemaOrg),
        }
    }
}

/// The first words of a text.
fn beginning(text: &str) -> String {
    let text = plain(text);
    if text.chars().count() <= DESCRIPTION {
        return text;
    }
    let cut: String = text.chars().take(DESCRIPTION).collect();
    format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words))
}

/// Typed links for programs that read no page (RFC 8288): what to cite, where the PDF is, who describes it, as FAIR
/// Signposting has them.
pub fn link_header(links: &Links, site: &str, reference: &Reference) -> String {
    let mut header = format!("<{}>; rel=\"cite-as\"", reference.url);
    header.push_str(", <https://schema.org/AboutPage>; rel=\"type\", <https://schema.org/Report>; rel=\"type\"");
    let mut link = |address: &str, relation: &str, media_type: &str| {
        header.push_str(&format!(", <{address}>; rel=\"{relation}\"; type=\"{media_type}\""));
    };
    link(&reference.pdf_url, "item", "application/pdf");
    for format in CitationFormat::ALL {
        let address = format!("{site}{}", links.citation(reference.id, format.extension()));
        link(&address, "describedby", format.media_type());
    }
    header
}

/// Escapes JSON for an element that holds data: what could end the element or begin markup can only stand in a string
/// of the JSON, where it can be written otherwise.
#[derive(Debug, Clone, Copy)]
pub struct DataBlock;

impl askama::filters::Escaper for DataBlock {
    fn write_escaped_str<W: fmt::Write>(&self, mut output: W, json: &str) -> fmt::Result {
        for c in json.chars() {
            match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => write!(output, "\\u{:04x}", u32::from(c))?,
                c => output.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::filters::Escaper;

    #[test]
    fn data_never_ends_its_element_and_says_the_same() {
        let value = serde_json::json!({ "name": "</script><!-- & \u{2028} \"<script>\\", "<": [1, "é"] });
        let mut block = String::new();
        DataBlock.write_escaped_str(&mut block, &value.to_string()).expect("memory");
        assert!(!block.contains(['<', '>', '&', '\u{2028}']), "{block}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&block).expect("JSON"), value);
    }

    #[test]
    fn descriptions_end_between_words() {
        assert_eq!(beginning("Short."), "Short.");
        let long = beginning(&"word ".repeat(200));
        assert!(long.ends_with("word …") && long.chars().count() <= DESCRIPTION + 2, "{long}");
    }
}
