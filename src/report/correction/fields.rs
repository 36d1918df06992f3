//! Fields as a person wrote them → a bounded and clean correction, and what is wrong with the rest, field by field.

use super::Correction;
use crate::report::{ReportId, Statement, seconds_of_day};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

/// The names of all fields, the same wherever a correction is written.
pub const FIELDS: [&str; 10] = [
    "title",
    "authors",
    "date",
    "language",
    "publisher",
    "abstract",
    "tags",
    "hidden_recommendations",
    "added_recommendations",
    "hidden_related",
];

/// Most bytes of all fields together, as JSON.
pub const MAX_BYTES: usize = 64 << 10;
/// Longest title, in characters.
const MAX_TITLE: usize = 1_024;
/// Longest name of a person or publisher, in characters.
const MAX_NAME: usize = 512;
/// Longest tag, in characters.
const MAX_TAG: usize = 100;
/// Longest recommendation, in characters.
const MAX_RECOMMENDATION: usize = 4_096;
/// Longest abstract, in characters.
const MAX_ABSTRACT: usize = 16_384;
/// Most entries of a list.
const MAX_ENTRIES: usize = 200;

/// A field that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {detail}")]
pub struct FieldError {
    /// Its name as written.
    pub field: String,
    /// What is wrong, and what would be right; lower case, no full stop.
    pub detail: String,
}

/// What is wrong with a value.
type Wrong = String;

impl Correction {
    /// Reads an object with the names of [`FIELDS`]. What is wrong with it is told field by field, and left out of the
    /// correction.
    pub fn read(object: &Map<String, Value>) -> (Correction, Vec<FieldError>) {
        let mut correction = Correction::default();
        let mut errors = Vec::new();
        for (field, value) in object {
            if let Err(detail) = correction.set(field, value) {
                errors.push(FieldError { field: field.chars().take(64).collect(), detail });
            }
        }
        if serde_json::to_vec(&correction).map_or(usize::MAX, |json| json.len()) > MAX_BYTES {
            let detail = format!("and the other fields are more than {} KiB together", MAX_BYTES >> 10);
            errors.push(FieldError { field: "abstract".to_owned(), detail });
            correction = Correction::default();
        }
        (correction, errors)
    }

    fn set(&mut self, field: &str, value: &Value) -> Result<(), Wrong> {
        if value.is_null() {
            return if FIELDS.contains(&field) { Ok(()) } else { Err(unknown(field)) };
        }
        match field {
            "title" => {
                let title = line(text(value)?, MAX_TITLE)?;
                if title.is_empty() {
                    return Err("must not be empty: every report has a title".to_owned());
                }
                self.title = Some(title);
            }
            "authors" => self.authors = Some(lines(value, MAX_NAME)?),
            "date" => self.date = Some(date(value)?),
            "language" => self.language = Some(language(text(value)?)?),
            "publisher" => self.publisher = Some(line(text(value)?, MAX_NAME)?),
            "abstract" => self.summary = Some(paragraphs(text(value)?, MAX_ABSTRACT)?),
            "tags" => self.tags = Some(tags(value)?),
            "hidden_recommendations" => self.hidden_recommendations = Some(lines(value, MAX_RECOMMENDATION)?),
            "added_recommendations" => self.added_recommendations = Some(recommendations(value)?),
            "hidden_related" => self.hidden_related = Some(ids(value)?),
            _ => return Err(unknown(field)),
        }
        Ok(())
    }
}

fn unknown(field: &str) -> Wrong {
    let nearest = FIELDS.into_iter().min_by_key(|known| strsim::damerau_levenshtein(known, field)).unwrap_or_default();
    format!("is no field of a correction; did you mean `{nearest}`?")
}

fn text(value: &Value) -> Result<&str, Wrong> {
    value.as_str().ok_or_else(|| "must be text".to_owned())
}

/// The entries of a list; one alone may stand for itself.
fn entries(value: &Value) -> Result<Vec<&Value>, Wrong> {
    let entries: Vec<&Value> = match value {
        Value::Array(entries) => entries.iter().collect(),
        Value::String(_) | Value::Object(_) => vec![value],
        _ => return Err("must be a list of texts".to_owned()),
    };
    if entries.len() > MAX_ENTRIES {
        return Err(format!("must have at most {MAX_ENTRIES} entries"));
    }
    Ok(entries)
}

/// Texts of one line each; empty ones are passed over, and each stands once.
fn lines(value: &Value, most: usize) -> Result<Vec<String>, Wrong> {
    let mut lines: Vec<String> = Vec::new();
    for entry in entries(value)? {
        let entry = entry.as_str().ok_or_else(|| "must be a list of texts".to_owned())?;
        let entry = line(entry, most)?;
        if !entry.is_empty() && !lines.contains(&entry) {
            lines.push(entry);
        }
    }
    Ok(lines)
}

fn tags(value: &Value) -> Result<Vec<String>, Wrong> {
    let mut tags: Vec<String> = Vec::new();
    for tag in lines(value, MAX_TAG)? {
        if tag.contains(',') {
            return Err("must have no commas, which stand between tags".to_owned());
        }
        if !tags.iter().any(|known| super::folded(known) == super::folded(&tag)) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

fn recommendations(value: &Value) -> Result<Vec<Statement>, Wrong> {
    let mut recommendations: Vec<Statement> = Vec::new();
    for entry in entries(value)? {
        let wrong = || "must be a list of texts, or of objects with `text` and `page`".to_owned();
        let (written, page) = match entry {
            Value::String(written) => (written.as_str(), None),
            Value::Object(object) if object.keys().all(|key| key == "text" || key == "page") => {
                let page = match object.get("page") {
                    None | Some(Value::Null) => None,
                    Some(page) => Some(page_number(page)?),
                };
                (object.get("text").and_then(Value::as_str).ok_or_else(wrong)?, page)
            }
            _ => return Err(wrong()),
        };
        let statement = Statement { text: line(written, MAX_RECOMMENDATION)?, page };
        if !statement.text.is_empty() && !recommendations.contains(&statement) {
            recommendations.push(statement);
        }
    }
    Ok(recommendations)
}

fn page_number(value: &Value) -> Result<u32, Wrong> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.filter(|number| (1..=100_000).contains(number)).ok_or_else(|| "must name pages by their number".to_owned())
}

fn ids(value: &Value) -> Result<Vec<ReportId>, Wrong> {
    let mut ids = Vec::new();
    for entry in lines(value, 64)? {
        let id = entry.parse().map_err(|_| "must be a list of report ids, 32 hexadecimal digits each".to_owned())?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// A date as precise as known; a year may be a number.
fn date(value: &Value) -> Result<String, Wrong> {
    let written = match value {
        Value::Number(year) => year.to_string(),
        value => text(value)?.trim().to_owned(),
    };
    if written.is_empty() || is_date(&written) {
        return Ok(written);
    }
    Err("must be `2023`, `2023-05` or `2023-05-17`".to_owned())
}

fn is_date(written: &str) -> bool {
    let is_year = |year: &str| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) && year != "0000";
    match written.len() {
        4 => is_year(written),
        7 => seconds_of_day(&format!("{written}-01")).is_some() && written.get(..4).is_some_and(is_year),
        10 => seconds_of_day(written).is_some() && written.get(..4).is_some_and(is_year),
        _ => false,
    }
}

fn language(written: &str) -> Result<String, Wrong> {
    let code = written.trim().to_ascii_lowercase();
    let is_code = code.is_empty() || (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()));
    if is_code { Ok(code) } else { Err("must be a code of two letters, such as `en`".to_owned()) }
}

/// Text on one line, its white space single.
fn line(written: &str, most: usize) -> Result<String, Wrong> {
    let clean = clean(written);
    bounded(clean.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

/// Text whose lines are paragraphs.
fn paragraphs(written: &str, most: usize) -> Result<String, Wrong> {
    let clean = clean(written);
    let paragraphs = clean.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    bounded(paragraphs.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"), most)
}

fn bounded(text: String, most: usize) -> Result<String, Wrong> {
    if text.chars().count() <= most { Ok(text) } else { Err(format!("must have at most {most} characters an entry")) }
}

/// Composed text without characters that only control how others look.
fn clean(written: &str) -> String {
    let is_kept = |character: &char| match character {
        '\n' | '\t' | '\r' => true,
        '\u{AD}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => false,
        character => !character.is_control(),
    };
    written.chars().filter(is_kept).nfc().collect()
}
