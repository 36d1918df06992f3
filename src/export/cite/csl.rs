//! CSL-JSON: what citation processors (citeproc, Pandoc, Zotero) format in any style.

use super::Reference;
use crate::report::{Name, PartialDate, PersonName};
use serde::Serialize;

/// An item, with the variables of the Citation Style Language 1.0.2.
#[derive(Serialize)]
struct Item<'r> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'r str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Contributor<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Issued>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'r str>,
    #[serde(rename = "number-of-pages", skip_serializing_if = "Option::is_none")]
    pages: Option<String>,
    #[serde(rename = "abstract", skip_serializing_if = "Option::is_none")]
    summary: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyword: Option<String>,
    #[serde(rename = "URL")]
    url: &'r str,
}

/// A person or an organisation.
#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Contributor<'r> {
    #[serde(skip_serializing_if = "str::is_empty")]
    family: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    given: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    non_dropping_particle: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    suffix: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    literal: &'r str,
}

/// A date as precise as known.
#[derive(Serialize)]
struct Issued {
    #[serde(rename = "date-parts")]
    parts: [Vec<u16>; 1],
}

/// The items, of which there is one.
pub(super) fn csl_json(reference: &Reference) -> String {
    let item = Item {
        id: reference.key(),
        kind: "report",
        title: &reference.title,
        author: reference.names.iter().map(contributor).collect(),
        issued: reference.date.map(issued),
        publisher: reference.publisher.as_deref(),
        language: reference.language.as_deref(),
        pages: (reference.pages > 0).then(|| reference.pages.to_string()),
        summary: reference.summary.as_deref(),
        keyword: (!reference.keywords.is_empty()).then(|| reference.keywords.join(", ")),
        url: &reference.url,
    };
    // Texts and numbers always become JSON.
    serde_json::to_string_pretty(&[item]).unwrap_or_default() + "\n"
}

fn contributor(name: &Name) -> Contributor<'_> {
    match name {
        Name::Person(PersonName { given, particle, family, suffix }) => {
            Contributor { family, given, non_dropping_particle: particle, suffix, literal: "" }
        }
        Name::Organisation(text) | Name::Whole(text) => Contributor { literal: text, ..Contributor::default() },
    }
}

fn issued(date: PartialDate) -> Issued {
    let rest = date.month.into_iter().chain(date.day).map(u16::from);
    Issued { parts: [std::iter::once(date.year).chain(rest).collect()] }
}
