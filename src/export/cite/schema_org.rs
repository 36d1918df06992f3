//! Schema.org: a report as search engines know one, as a JSON-LD document.

use super::Reference;
use crate::report::Name;
use serde_json::{Map, Value, json};

/// The document.
pub(super) fn schema_org(reference: &Reference) -> String {
    let mut report = Map::new();
    let mut tell = |name: &str, value: Value| drop(report.insert(name.to_owned(), value));
    tell("@context", "https://schema.org".into());
    tell("@type", "Report".into());
    tell("@id", reference.url.as_str().into());
    tell("url", reference.url.as_str().into());
    tell("identifier", reference.id.to_string().into());
    tell("name", reference.title.as_str().into());
    if !reference.names.is_empty() {
        tell("author", reference.names.iter().map(author).collect());
    }
    if let Some(date) = reference.date {
        tell("datePublished", date.joined('-').into());
    }
    if let Some(publisher) = &reference.publisher {
        tell("publisher", json!({ "@type": "Organization", "name": publisher }));
    }
    if let Some(language) = &reference.language {
        tell("inLanguage", language.as_str().into());
    }
    if let Some(summary) = &reference.summary {
        tell("abstract", summary.as_str().into());
    }
    if !reference.keywords.is_empty() {
        tell("keywords", reference.keywords.clone().into());
    }
    let pdf = json!({
        "@type": "MediaObject",
        "contentUrl": reference.pdf_url,
        "encodingFormat": "application/pdf",
        "contentSize": format!("{} B", reference.size),
    });
    tell("encoding", pdf);
    tell("isAccessibleForFree", true.into());
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// What is no organisation's name is a person's.
fn author(name: &Name) -> Value {
    match name {
        Name::Person(person) => {
            let name = format!("{} {}", person.given, person.family_with_particle());
            let mut value = json!({ "@type": "Person", "name": name, "givenName": person.given });
            value["familyName"] = person.family_with_particle().into();
            if !person.suffix.is_empty() {
                value["honorificSuffix"] = person.suffix.as_str().into();
            }
            value
        }
        Name::Organisation(text) => json!({ "@type": "Organization", "name": text }),
        Name::Whole(text) => json!({ "@type": "Person", "name": text }),
    }
}
