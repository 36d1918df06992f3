//! The editor's form: what is in its fields → a correction.
//!
//! A field that says what is below it anyway says nothing: so a form that was sent as it was shown changes nothing, and
//! whatever is read better later is shown.

use super::Said;
use crate::report::{About, Correction, FieldError, ReportId, Statement, Statements};
use crate::serve::problem::{Code, Problem};
use crate::serve::ui::format::plain;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A field of text.
pub struct TextField {
    /// As in corrections.
    pub name: &'static str,
    /// For people.
    pub label: &'static str,
    /// How it is written.
    pub hint: &'static str,
    /// Lines shown; 1 for what has one line.
    pub rows: u8,
}

/// The fields of text, in the form's order.
pub const TEXT_FIELDS: [TextField; 7] = [
    TextField { name: "title", label: "Title", hint: "", rows: 1 },
    TextField { name: "authors", label: "Contributors", hint: "One per line, people and organisations", rows: 4 },
    TextField { name: "publisher", label: "Publisher", hint: "", rows: 1 },
    TextField { name: "date", label: "Date", hint: "As precise as known: 2023, 2023-05 or 2023-05-17", rows: 1 },
    TextField { name: "language", label: "Language", hint: "A code of two letters: en, fr, ar", rows: 1 },
    TextField { name: "abstract", label: "Abstract", hint: "One paragraph per line; empty if there is none", rows: 8 },
    TextField { name: "tags", label: "Tags", hint: "Separated by commas", rows: 1 },
];

/// Recommendations that are not among those detected.
pub const ADDED: &str = "added_recommendations";

/// What stands in the form.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The version it was made from.
    pub version: i64,
    /// What is in the fields of text, and in [`ADDED`].
    pub typed: BTreeMap<&'static str, String>,
    /// The fields in which what is below is wanted.
    pub unsaid: BTreeSet<String>,
    /// The keys of the recommendations that were offered, and of those to be shown.
    pub recommendations: (BTreeSet<String>, BTreeSet<String>),
    /// The related reports that were offered, and those to be shown.
    pub related: (BTreeSet<String>, BTreeSet<String>),
    /// The version to go back to, if that is wanted.
    pub restore: Option<i64>,
}

impl Form {
    /// The form as it is shown at first.
    pub fn of(said: &Said) -> Form {
        Form::at(said, said.version(), said.edit())
    }

    /// The form as it would be shown if this were the latest version.
    fn at(said: &Said, version: i64, edit: Correction) -> Form {
        let mut shown = said.unedited();
        edit.apply(&mut shown.about, &mut shown.statements);
        let edit = edit.over(said.beside());
        let mut typed: BTreeMap<&'static str, String> = TEXT_FIELDS
            .iter()
            .map(|field| (field.name, text_of(field.name, &shown.about, &shown.statements, edit.tags())))
            .collect();
        typed.insert(ADDED, lines_of(edit.added_recommendations.as_deref().unwrap_or_default()));
        Form { version, typed, ..Form::default() }
    }

    /// Whether nothing was sent but perhaps a token.
    pub fn is_empty(&self) -> bool {
        self.typed.is_empty() && self.restore.is_none()
    }

    /// Takes up what others said since the form was made, wherever nothing else was done in it. Gives the fields of text
    /// in which both said something, with what others say there.
    pub fn take_up(&mut self, said: &Said) -> BTreeMap<&'static str, String> {
        let seen = said.at(self.version);
        let (before, now) = (seen.clone().map(|seen| Form::at(said, self.version, seen)), Form::of(said));
        let mut contested = BTreeMap::new();
        for (field, typed) in &mut self.typed {
            let text = |form: &Form| form.typed.get(field).cloned().unwrap_or_default();
            let (before, now) = (before.as_ref().map(text), text(&now));
            if before.as_ref().is_some_and(|before| before.trim() == typed.trim()) {
                *typed = now;
            } else if before.is_none_or(|before| before.trim() != now.trim()) && now.trim() != typed.trim() {
                contested.insert(*field, now);
            }
        }
        if let Some(seen) = seen {
            let seen = seen.over(said.beside());
            let (offered, wanted) = &mut self.recommendations;
            for found in offered_recommendations(said) {
                let key = key_of(&found.text);
                if wanted.contains(&key) != seen.hides_recommendation(&found.text) {
                    offered.remove(&key);
                }
            }
            let (offered, wanted) = &mut self.related;
            offered.retain(|id| id.parse().is_ok_and(|known| wanted.contains(id) == seen.hides_related(known)));
        }
        self.version = said.version();
        contested
    }

    /// Reads the fields of a form that was sent.
    pub fn read(pairs: Vec<(String, String)>) -> Result<Form, Problem> {
        let mut form = Form::default();
        for (name, value) in pairs {
            let number = || value.parse::<i64>().map_err(|_| Problem::new(Code::InvalidParameters, "no number"));
            let known = TEXT_FIELDS.iter().map(|field| field.name).chain([ADDED]).find(|known| *known == name);
            match (known, name.as_str()) {
                (Some(field), _) => drop(form.typed.insert(field, unified(&value))),
                (None, "version") => form.version = number()?,
                (None, "restore") => form.restore = Some(number()?),
                (None, "unsaid") => drop(form.unsaid.insert(value)),
                (None, "recommendation") => drop(form.recommendations.0.insert(value)),
                (None, "show_recommendation") => drop(form.recommendations.1.insert(value)),
                (None, "related") => drop(form.related.0.insert(value)),
                (None, "show_related") => drop(form.related.1.insert(value)),
                (None, _) => {
                    let name: String = name.chars().take(64).collect();
                    return Err(Problem::new(Code::InvalidParameters, format!("the form has no field `{name}`")));
                }
            }
        }
        Ok(form)
    }

    /// What it says about the report, and what of it cannot be accepted.
    pub fn correction(&self, said: &Said) -> (Correction, Vec<FieldError>) {
        let below = said.unedited();
        let beside = said.beside();
        let mut object = Map::new();
        for field in TEXT_FIELDS {
            let Some(typed) = self.typed.get(field.name).filter(|_| !self.unsaid.contains(field.name)) else {
                continue;
            };
            let is_below = typed.trim() == text_of(field.name, &below.about, &below.statements, beside.tags()).trim();
            if !is_below {
                object.insert(field.name.to_owned(), value_of(field.name, typed));
            }
        }
        let added = self.typed.get(ADDED).map_or("", String::as_str);
        if !self.unsaid.contains(ADDED)
            && added.trim() != lines_of(beside.added_recommendations.as_deref().unwrap_or_default()).trim()
        {
            object
                .insert(ADDED.to_owned(), added.lines().filter(|line| !line.trim().is_empty()).map(added_of).collect());
        }
        let hidden = self.hidden_recommendations(said);
        if !is_same(&hidden, beside.hidden_recommendations.as_deref().unwrap_or_default()) {
            object.insert("hidden_recommendations".to_owned(), json!(hidden));
        }
        let hidden = self.hidden_related(said);
        let beside_hidden: Vec<String> = beside.hidden_related.iter().flatten().map(ToString::to_string).collect();
        if !is_same(&hidden, &beside_hidden) {
            object.insert("hidden_related".to_owned(), json!(hidden));
        }
        Correction::read(&object)
    }

    /// Of the recommendations that were offered those that are not to be shown; others are as they were.
    fn hidden_recommendations(&self, said: &Said) -> Vec<String> {
        let (offered, shown) = &self.recommendations;
        let now = said.edit().over(said.beside());
        let all = offered_recommendations(said);
        let is_offered = |text: &str| all.iter().any(|found| found.text == text && offered.contains(&key_of(text)));
        let mut hidden: Vec<String> = all
            .iter()
            .filter(|found| is_offered(&found.text) && !shown.contains(&key_of(&found.text)))
            .map(|found| found.text.clone())
            .collect();
        // What was hidden and is not detected any more may be again.
        let kept = now.hidden_recommendations.iter().flatten();
        let is_told = |text: &String| {
            let one = Correction { hidden_recommendations: Some(vec![text.clone()]), ..Correction::default() };
            all.iter().any(|found| offered.contains(&key_of(&found.text)) && one.hides_recommendation(&found.text))
        };
        hidden.extend(kept.filter(|text| !is_told(text)).cloned());
        hidden
    }

    fn hidden_related(&self, said: &Said) -> Vec<String> {
        let (offered, shown) = &self.related;
        let now = said.edit().over(said.beside());
        let kept = now.hidden_related.iter().flatten().map(ToString::to_string).filter(|id| !offered.contains(id));
        let hidden = offered.difference(shown).filter(|id| id.parse::<ReportId>().is_ok()).cloned();
        kept.chain(hidden).collect()
    }
}

/// The recommendations that can be shown or not: those detected.
pub fn offered_recommendations(said: &Said) -> &[Statement] {
    &said.detected.statements.recommendations
}

/// What stands for a recommendation in the form.
pub fn key_of(recommendation: &str) -> String {
    blake3::hash(recommendation.as_bytes()).to_hex().chars().take(16).collect()
}

/// A field of a correction as people call it.
pub fn label_of(field: &str) -> String {
    match field {
        "hidden_recommendations" => "recommendations".to_owned(),
        ADDED => "further recommendations".to_owned(),
        "hidden_related" => "related reports".to_owned(),
        field => {
            let known = TEXT_FIELDS.iter().find(|text| text.name == field);
            known.map_or_else(|| field.to_owned(), |text| text.label.to_lowercase())
        }
    }
}

/// A field of text as the form shows it.
pub fn text_of(field: &str, about: &About, statements: &Statements, tags: &[String]) -> String {
    let plain_lines = |text: &str| text.lines().map(plain).collect::<Vec<_>>().join("\n");
    match field {
        "title" => plain(&about.title),
        "authors" => about.authors.iter().map(|name| plain(name)).collect::<Vec<_>>().join("\n"),
        "publisher" => about.publisher.as_deref().map(plain).unwrap_or_default(),
        "date" => about.date.as_deref().map(plain).unwrap_or_default(),
        "language" => about.language.as_deref().map(plain).unwrap_or_default(),
        "abstract" => statements.summary.as_ref().map(|summary| plain_lines(&summary.text)).unwrap_or_default(),
        "tags" => tags.iter().map(|tag| plain(tag)).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

fn value_of(field: &str, typed: &str) -> Value {
    match field {
        "authors" => typed.lines().collect(),
        "tags" => typed.split([',', '\n']).collect(),
        _ => Value::from(typed.trim()),
    }
}

/// Recommendations, one a line, with the page before those whose page is known: `p. 12: Dig wells.`
pub fn lines_of(recommendations: &[Statement]) -> String {
    let line = |statement: &Statement| match statement.page {
        Some(page) => format!("p. {page}: {}", plain(&statement.text)),
        None => plain(&statement.text),
    };
    recommendations.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn added_of(line: &str) -> Value {
    let with_page = line.trim().strip_prefix("p. ").and_then(|rest| rest.split_once(": "));
    match with_page.and_then(|(page, text)| Some((page.parse::<u32>().ok()?, text))) {
        Some((page, text)) => json!({ "text": text, "page": page }),
        None => Value::from(line),
    }
}

fn is_same(one: &[String], other: &[String]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect::<BTreeSet<_>>()
}

/// As browsers send it with the line ends that they were given.
fn unified(text: &str) -> String {
    text.replace("\r\n", "\n")
}
