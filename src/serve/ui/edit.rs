//! The form in which an editor corrects a report.

use crate::report::{Correction, FieldError, ReportId};
use crate::serve::corrections::Said;
use crate::serve::corrections::form::{
    ADDED, Form, TEXT_FIELDS, key_of, label_of, lines_of, offered_recommendations, text_of,
};
use crate::serve::ui::format::{day, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{Edit, ReportRow};
use askama::Template;
use std::collections::BTreeMap;

/// Versions offered to go back to.
const OFFERED_VERSIONS: usize = 20;

/// The field for recommendations that were not detected.
const ADDED_LABEL: &str = "Further recommendations";
const ADDED_HINT: &str = "One per line; begin with “p. 12:” to name its page";
const ADDED_ROWS: u8 = 3;

/// What the form shows.
pub struct EditView<'v> {
    /// What is said about the report.
    pub said: &'v Said,
    /// What is in the fields.
    pub form: &'v Form,
    /// Related reports with their titles, and whether they are shown.
    pub related: &'v [(ReportId, String, bool)],
    /// What there is to know before it is sent again.
    pub noticed: &'v Noticed<'v>,
}

/// What came of a form that was sent.
#[derive(Default)]
pub struct Noticed<'v> {
    /// What cannot be accepted.
    pub errors: &'v [FieldError],
    /// Who has changed what meanwhile.
    pub conflict: Option<&'v str>,
    /// The fields of text in which both said something, with what others say there.
    pub contested: BTreeMap<&'static str, String>,
    /// Why it was not accepted at all.
    pub lost: Option<&'v str>,
}

#[derive(Template)]
#[template(path = "edit.html", config = "src/serve/ui/askama.toml")]
struct EditPage {
    shell: Shell,
    title: String,
    report_url: String,
    action: String,
    token: String,
    version: i64,
    lost: Option<String>,
    login: Option<String>,
    conflict: Option<String>,
    errors: Vec<String>,
    /// What is sent along unseen.
    kept: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    recommendations: Vec<Tick>,
    /// One.
    added: [Field; 1],
    related: Vec<Tick>,
    sidecar: Option<String>,
    problems: Vec<String>,
    is_pending: bool,
    versions: Vec<Version>,
}

/// A field of text.
struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    rows: u8,
    value: String,
    /// What would be shown if no editor had said anything, by line; `None` if just that is in the field.
    below: Option<Vec<String>>,
    /// Whether editors say something here.
    is_said: bool,
    /// What others said here while it was typed, by line.
    theirs: Option<Vec<String>>,
    error: Option<String>,
}

/// Something that is shown or not.
struct Tick {
    key: String,
    text: String,
    is_shown: bool,
}

/// What editors said once.
struct Version {
    number: i64,
    is_latest: bool,
    /// Nobody in particular, if it is what was detected.
    by: Option<(String, String)>,
    fields: String,
}

/// The page.
pub fn edit_page(visit: &Visit, view: &EditView<'_>) -> String {
    let EditView { said, form, related, noticed } = *view;
    let links = &visit.links;
    let id = said.known.row.id;
    let (edit, beside) = (said.edit(), said.beside());
    let below = said.unedited();
    let said_fields = edit.differences(&Correction::default());
    let error_of =
        |name: &str| noticed.errors.iter().find(|error| error.field == name).map(|error| plain(&error.detail));
    let field = |name: &'static str, label, hint, rows, below: String| {
        let value = form.typed.get(name).cloned().unwrap_or_default();
        Field {
            below: (value.trim() != below.trim()).then(|| lines_in(&below)),
            theirs: noticed.contested.get(name).map(|text| lines_in(text)),
            is_said: said_fields.contains(&name),
            error: error_of(name),
            name,
            label,
            hint,
            rows,
            value,
        }
    };
    let fields = TEXT_FIELDS.iter().map(|text| {
        let below = text_of(text.name, &below.about, &below.statements, beside.tags());
        field(text.name, text.label, text.hint, text.rows, below)
    });
    let merged = edit.clone().over(beside.clone());
    let (offered, wanted) = &form.recommendations;
    let is_shown = |text: &str| {
        let key = key_of(text);
        if offered.contains(&key) { wanted.contains(&key) } else { !merged.hides_recommendation(text) }
    };
    let recommendations = offered_recommendations(said).iter().map(|found| Tick {
        key: key_of(&found.text),
        text: plain(&found.text),
        is_shown: is_shown(&found.text),
    });
    let related = related.iter().map(|(id, title, is_shown)| {
        let key = id.to_string();
        let (offered, wanted) = &form.related;
        let is_shown = if offered.contains(&key) { wanted.contains(&key) } else { *is_shown };
        Tick { key, text: plain(title), is_shown }
    });
    let below_added = lines_of(beside.added_recommendations.as_deref().unwrap_or_default());
    render(&EditPage {
        shell: Shell::new(visit, "Correct a report", ""),
        title: plain(&said.known.stored.about.title),
        report_url: links.report(id),
        action: format!("{}/edit", links.report(id)),
        token: visit.signed_in.as_ref().map(|signed_in| signed_in.form_token.clone()).unwrap_or_default(),
        version: form.version,
        lost: noticed.lost.map(plain),
        login: None,
        conflict: noticed.conflict.map(plain),
        kept: Vec::new(),
        errors: noticed.errors.iter().map(|error| plain(&error.to_string())).collect(),
        fields: fields.collect(),
        recommendations: recommendations.collect(),
        added: [field(ADDED, ADDED_LABEL, ADDED_HINT, ADDED_ROWS, below_added)],
        related: related.collect(),
        sidecar: said.sidecar.as_ref().map(|sidecar| plain(&sidecar.file.to_string_lossy())),
        problems: said.sidecar.iter().flat_map(|sidecar| &sidecar.problems).map(|problem| plain(problem)).collect(),
        is_pending: said.is_pending,
        versions: versions(said),
    })
}

/// The same form for whoever is not logged in any more: nothing but what was typed.
pub fn edit_kept_page(visit: &Visit, row: &ReportRow, form: &Form, login: &str) -> String {
    let field = |name, label, hint, rows| {
        let value = form.typed.get(name).cloned().unwrap_or_default();
        Field { name, label, hint, rows, value, below: None, is_said: false, theirs: None, error: None }
    };
    let ticks = [
        ("unsaid", &form.unsaid),
        ("recommendation", &form.recommendations.0),
        ("show_recommendation", &form.recommendations.1),
        ("related", &form.related.0),
        ("show_related", &form.related.1),
    ];
    let kept = ticks.into_iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value.clone())));
    render(&EditPage {
        shell: Shell::new(visit, "Correct a report", ""),
        title: plain(&row.title),
        report_url: visit.links.report(row.id),
        action: format!("{}/edit", visit.links.report(row.id)),
        token: String::new(),
        version: form.version,
        lost: Some("you are not logged in any more".to_owned()),
        login: Some(login.to_owned()),
        conflict: None,
        errors: Vec::new(),
        kept: kept.collect(),
        fields: TEXT_FIELDS.iter().map(|text| field(text.name, text.label, text.hint, text.rows)).collect(),
        recommendations: Vec::new(),
        added: [field(ADDED, ADDED_LABEL, ADDED_HINT, ADDED_ROWS)],
        related: Vec::new(),
        sidecar: None,
        problems: Vec::new(),
        is_pending: false,
        versions: Vec::new(),
    })
}

/// The versions to look at and to go back to, the latest first; none if no editor ever said anything.
fn versions(said: &Said) -> Vec<Version> {
    let nothing = Correction::default();
    let version = |(place, edit): (usize, &Edit)| {
        let fields: Vec<String> = edit.correction.differences(&nothing).into_iter().map(label_of).collect();
        Version {
            number: edit.version,
            is_latest: place == 0,
            by: Some((plain(&edit.editor), day(edit.made))),
            fields: if fields.is_empty() { "everything as detected".to_owned() } else { fields.join(", ") },
        }
    };
    let mut versions: Vec<Version> = said.edits.iter().take(OFFERED_VERSIONS).enumerate().map(version).collect();
    if !said.edit().is_empty() {
        versions.push(Version { number: 0, is_latest: false, by: None, fields: String::new() });
    }
    versions
}

fn lines_in(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
