//! The form in which an editor corrects a report.

use crate::report::{Correction, FieldError, ReportId};
use crate::serve::corrections::Said;
use crate::serve::corrections::form::{ADDED, Form, TEXT_FIELDS, key_of, lines_of, offered_recommendations, text_of};
use crate::serve::ui::format::{day, plain};
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::Edit;
use askama::Template;

/// Versions offered to go back to.
const OFFERED_VERSIONS: usize = 20;

/// What the form shows.
pub struct EditView<'v> {
    /// What is said about the report.
    pub said: &'v Said,
    /// What is in the fields.
    pub form: &'v Form,
    /// Related reports with their titles, and whether they are shown.
    pub related: &'v [(ReportId, String, bool)],
    /// What cannot be accepted.
    pub errors: &'v [FieldError],
    /// What somebody else has changed meanwhile.
    pub conflict: Option<&'v str>,
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
    conflict: Option<String>,
    errors: Vec<String>,
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
    editor: String,
    day: String,
    fields: String,
}

/// The page.
pub fn edit_page(visit: &Visit, view: &EditView<'_>) -> String {
    let EditView { said, form, related, errors, conflict } = *view;
    let links = &visit.links;
    let id = said.known.row.id;
    let (edit, beside) = (said.edit(), said.beside());
    let below = said.unedited();
    let said_fields = edit.differences(&Correction::default());
    let error_of = |name: &str| errors.iter().find(|error| error.field == name).map(|error| plain(&error.detail));
    let field = |name: &'static str, label, hint, rows, below: String| {
        let value = form.typed.get(name).cloned().unwrap_or_default();
        Field {
            below: (value.trim() != below.trim()).then(|| below.lines().map(str::to_owned).collect()),
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
    let version = |edit: &Edit| Version {
        number: edit.version,
        editor: plain(&edit.editor),
        day: day(edit.made),
        fields: edit.correction.differences(&Correction::default()).join(", "),
    };
    let below_added = lines_of(beside.added_recommendations.as_deref().unwrap_or_default());
    render(&EditPage {
        shell: Shell::new(visit, "Correct a report", ""),
        title: plain(&said.known.stored.about.title),
        report_url: links.report(id),
        action: format!("{}/edit", links.report(id)),
        token: visit.signed_in.as_ref().map(|signed_in| signed_in.form_token.clone()).unwrap_or_default(),
        version: form.version,
        conflict: conflict.map(plain),
        errors: errors.iter().map(|error| plain(&error.to_string())).collect(),
        fields: fields.collect(),
        recommendations: recommendations.collect(),
        added: [field(
            ADDED,
            "Further recommendations",
            "One a line; p. 12: before one names its page",
            3,
            below_added,
        )],
        related: related.collect(),
        sidecar: said.sidecar.as_ref().map(|sidecar| plain(&sidecar.file.to_string_lossy())),
        problems: said.sidecar.iter().flat_map(|sidecar| &sidecar.problems).map(|problem| plain(problem)).collect(),
        is_pending: said.is_pending,
        versions: said.edits.iter().skip(1).take(OFFERED_VERSIONS).map(version).collect(),
    })
}
