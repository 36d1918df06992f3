//! A report as a reference: for BibTeX, reference managers (RIS), citation processors (CSL-JSON), people, and search
//! engines (schema.org).
//!
//! **Invariant:** whatever a report says about itself, what is made is well-formed: a text never ends a field, a line or
//! an entry.

mod apa;
mod bibtex;
mod csl;
mod ris;
mod schema_org;

pub use apa::{apa, apa_source};

use crate::report::{About, Name, PartialDate, ReportId, Statements, bare, one_line};

/// Characters of a title, a name or a publisher that are taken; metadata may be anything.
const LONGEST_TEXT: usize = 2_000;

/// Characters of an abstract that are taken.
const LONGEST_ABSTRACT: usize = 20_000;

/// The form of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CitationFormat {
    /// An entry of a BibTeX database.
    BibTex,
    /// A record of a reference manager.
    Ris,
    /// The items of a citation processor.
    CslJson,
    /// A line in the style of the American Psychological Association.
    Text,
    /// Linked data for search engines.
    SchemaOrg,
}

impl CitationFormat {
    /// Every form.
    pub const ALL: [CitationFormat; 5] = [
        CitationFormat::BibTex,
        CitationFormat::Ris,
        CitationFormat::CslJson,
        CitationFormat::Text,
        CitationFormat::SchemaOrg,
    ];

    /// How files of it end.
    pub fn extension(self) -> &'static str {
        match self {
            CitationFormat::BibTex => "bib",
            CitationFormat::Ris => "ris",
            CitationFormat::CslJson => "json",
            CitationFormat::Text => "txt",
            CitationFormat::SchemaOrg => "jsonld",
        }
    }

    /// The form whose files end so.
    pub fn of_extension(extension: &str) -> Option<CitationFormat> {
        CitationFormat::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// As reference managers and crawlers know it.
    pub fn media_type(self) -> &'static str {
        match self {
            CitationFormat::BibTex => "application/x-bibtex",
            CitationFormat::Ris => "application/x-research-info-systems",
            CitationFormat::CslJson => "application/vnd.citationstyles.csl+json",
            CitationFormat::Text => "text/plain",
            CitationFormat::SchemaOrg => "application/ld+json",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            CitationFormat::BibTex => "BibTeX",
            CitationFormat::Ris => "RIS",
            CitationFormat::CslJson => "CSL-JSON",
            CitationFormat::Text => "Text",
            CitationFormat::SchemaOrg => "schema.org",
        }
    }
}

/// What a reference tells of a report; every text is on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Its identity.
    pub id: ReportId,
    /// Its title.
    pub title: String,
    /// Contributors in the order given.
    pub names: Vec<Name>,
    /// When it was published.
    pub date: Option<PartialDate>,
    /// Who published it.
    pub publisher: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// Pages of the PDF.
    pub pages: u32,
    /// Its abstract.
    pub summary: Option<String>,
    /// What it is about: its tags, then its own keywords.
    pub keywords: Vec<String>,
    /// Its landing page, absolute.
    pub url: String,
    /// The PDF, absolute.
    pub pdf_url: String,
    /// Bytes of the PDF.
    pub size: u64,
}

/// Where a report is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Its landing page, absolute.
    pub url: String,
    /// The PDF, absolute.
    pub pdf_url: String,
}

impl Reference {
    /// The reference of a report with these tags and so many pages and bytes.
    pub fn new(
        id: ReportId,
        about: &About,
        statements: &Statements,
        tags: &[String],
        (pages, size): (u32, u64),
        places: Places,
    ) -> Reference {
        let text = |text: &str| cut(&one_line(text), LONGEST_TEXT);
        let names = about.authors.iter().map(|name| text(name)).filter(|name| !name.is_empty());
        let mut keywords: Vec<String> = Vec::new();
        for keyword in tags.iter().chain(&about.keywords).map(|keyword| text(keyword)) {
            if !keyword.is_empty() && !keywords.contains(&keyword) {
                keywords.push(keyword);
            }
        }
        let summary = statements.summary.as_ref().map(|summary| cut(&one_line(&summary.text), LONGEST_ABSTRACT));
        Reference {
            id,
            title: text(&about.title),
            names: names.map(|name| Name::parse(&name)).collect(),
            date: about.date.as_deref().and_then(PartialDate::parse),
            publisher: about.publisher.as_deref().map(text).filter(|publisher| !publisher.is_empty()),
            language: about.language.as_deref().map(text),
            pages,
            summary: summary.filter(|summary| !summary.is_empty()),
            keywords,
            url: places.url,
            pdf_url: places.pdf_url,
            size,
        }
    }

    /// The reference in a form.
    pub fn to_text(&self, format: CitationFormat) -> String {
        match format {
            CitationFormat::BibTex => bibtex::bibtex(self),
            CitationFormat::Ris => ris::ris(self),
            CitationFormat::CslJson => csl::csl_json(self),
            CitationFormat::Text => apa(self) + "\n",
            CitationFormat::SchemaOrg => schema_org::schema_org(self),
        }
    }

    /// What it is called in a text that cites it: `holloway2023spinning`; ASCII letters and digits only.
    pub fn key(&self) -> String {
        let family = self.names.first().map(|name| match name {
            Name::Person(person) => person.family.as_str(),
            Name::Organisation(text) | Name::Whole(text) => text.as_str(),
        });
        let family: String = family.map(ascii).unwrap_or_default().chars().take(30).collect();
        let year = self.date.map_or_else(String::new, |date| date.year.to_string());
        let is_telling = |word: &String| word.len() > 3 && word != "their" && word != "with" && word != "from";
        let word = self.title.split(|c: char| !c.is_alphanumeric()).map(ascii).find(is_telling).unwrap_or_default();
        let key = format!("{family}{year}{word}");
        match key.starts_with(|c: char| c.is_ascii_alphabetic()) {
            true => key.chars().take(60).collect(),
            // Nothing that can be written so: the report's own name, then.
            false => format!("report{}", self.id.to_string().chars().take(8).collect::<String>()),
        }
    }
}

/// The letters and digits of a text that are ASCII without their accents.
fn ascii(text: &str) -> String {
    bare(text).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The first characters of a text.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests;
