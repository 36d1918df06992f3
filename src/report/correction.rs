//! What a person says about a report where reading got it wrong, or cannot know: it wins over what was detected.
//!
//! Every field stands for itself: one that is left out is as detected, one that is given replaces it, and an empty one
//! says that there is none. Corrections lie over each other: detected below what a file beside the PDF says, below what
//! an editor says.

mod fields;

pub use fields::{FIELDS, FieldError, MAX_BYTES};

use crate::report::{About, ReportId, Statement, Statements, TitleSource};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What a person says about a report; `None` is as detected. Made by [`Correction::read`], which bounds and cleans it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Correction {
    /// Its title; never empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Contributors in order; none if empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<Vec<String>>,
    /// `2023`, `2023-05` or `2023-05-17`; undated if empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// ISO 639-1 code; not known if empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who published it; not known if empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Its abstract, paragraphs parted by `\n`; none if empty.
    #[serde(rename = "abstract", skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What it is about, in the library's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Recommendations that it does not make, by their text; case, spaces and punctuation do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_recommendations: Option<Vec<String>>,
    /// Recommendations that it makes beside those detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_recommendations: Option<Vec<Statement>>,
    /// Reports that are not to be shown as related.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden_related: Option<Vec<ReportId>>,
}

impl Correction {
    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Correction::default()
    }

    /// This one laid over another: what it does not say, `below` does.
    pub fn over(self, below: Correction) -> Correction {
        Correction {
            title: self.title.or(below.title),
            authors: self.authors.or(below.authors),
            date: self.date.or(below.date),
            language: self.language.or(below.language),
            publisher: self.publisher.or(below.publisher),
            summary: self.summary.or(below.summary),
            tags: self.tags.or(below.tags),
            hidden_recommendations: self.hidden_recommendations.or(below.hidden_recommendations),
            added_recommendations: self.added_recommendations.or(below.added_recommendations),
            hidden_related: self.hidden_related.or(below.hidden_related),
        }
    }

    /// Puts what it says in place of what was detected; once more changes nothing.
    pub fn apply(&self, about: &mut About, statements: &mut Statements) {
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        if let Some(title) = &self.title {
            about.title.clone_from(title);
            about.title_source = TitleSource::Correction;
        }
        if let Some(authors) = &self.authors {
            about.authors.clone_from(authors);
        }
        if let Some(date) = &self.date {
            about.date = filled(date);
        }
        if let Some(language) = &self.language {
            about.language = filled(language);
        }
        if let Some(publisher) = &self.publisher {
            about.publisher = filled(publisher);
        }
        if let Some(summary) = &self.summary {
            let is_same = statements.summary.as_ref().is_some_and(|detected| detected.text == *summary);
            if !is_same {
                statements.summary = filled(summary).map(|text| Statement { text, page: None });
            }
        }
        if let Some(hidden) = &self.hidden_recommendations {
            let hidden: Vec<String> = hidden.iter().map(|text| folded(text)).collect();
            let is_added = |found: &Statement| self.added_recommendations.iter().flatten().any(|added| added == found);
            statements.recommendations.retain(|found| is_added(found) || !hidden.contains(&folded(&found.text)));
        }
        for added in self.added_recommendations.iter().flatten() {
            let text = folded(&added.text);
            if !statements.recommendations.iter().any(|found| folded(&found.text) == text) {
                statements.recommendations.push(added.clone());
            }
        }
    }

    /// What the report is about, in the library's own words.
    pub fn tags(&self) -> &[String] {
        self.tags.as_deref().unwrap_or_default()
    }

    /// Whether it says that a report is not to be shown as related.
    pub fn hides_related(&self, id: ReportId) -> bool {
        self.hidden_related.as_ref().is_some_and(|hidden| hidden.contains(&id))
    }

    /// Whether it says that a recommendation is none.
    pub fn hides_recommendation(&self, text: &str) -> bool {
        let text = folded(text);
        self.hidden_recommendations.iter().flatten().any(|hidden| folded(hidden) == text)
    }

    /// The names of the fields in which the two differ.
    pub fn differences(&self, other: &Correction) -> Vec<&'static str> {
        let is_same = [
            self.title == other.title,
            self.authors == other.authors,
            self.date == other.date,
            self.language == other.language,
            self.publisher == other.publisher,
            self.summary == other.summary,
            self.tags == other.tags,
            self.hidden_recommendations == other.hidden_recommendations,
            self.added_recommendations == other.added_recommendations,
            self.hidden_related == other.hidden_related,
        ];
        FIELDS.into_iter().zip(is_same).filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
    }
}

/// Text by its letters and digits alone, so that reading a PDF again, with other hyphens or spaces, makes no difference.
fn folded(text: &str) -> String {
    text.nfkd().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::any_correction;
