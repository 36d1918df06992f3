//! A page with the form of one comment: to send it again, to change it, or to delete it.

use crate::serve::problem::Problem;
use crate::serve::ui::comments::CommentLine;
use crate::serve::ui::format::plain;
use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use crate::store::{CommentRow, ReportRow};
use askama::Template;

/// A form for one comment: to send it again, to change it, or to delete it.
pub struct CommentFormView<'f> {
    /// What the page is about.
    pub heading: &'static str,
    /// The report.
    pub report: &'f ReportRow,
    /// Where the form goes.
    pub action: String,
    /// What its button says.
    pub button: &'static str,
    /// What shows that the form is ours.
    pub token: String,
    /// What was typed; nothing where there is nothing to type.
    pub text: Option<&'f str>,
    /// What is sent along: names and values.
    pub kept: Vec<(&'static str, String)>,
    /// What is wrong.
    pub problem: Option<&'f Problem>,
    /// Where to log in, if that is what is wrong.
    pub log_in: Option<String>,
    /// The comment it is about: the one that is answered or deleted.
    pub about: Option<&'f CommentRow>,
    /// The way back.
    pub back: String,
}

#[derive(Template)]
#[template(path = "comment_form.html", config = "src/serve/ui/askama.toml")]
struct CommentFormPage<'f> {
    shell: Shell,
    view: &'f CommentFormView<'f>,
    title: String,
    report_url: String,
    text: String,
    message: Option<String>,
    faults: Vec<(String, String)>,
    about: Option<CommentLine>,
}

/// The page of a form.
pub fn comment_form_page(visit: &Visit, view: &CommentFormView<'_>) -> String {
    let links = &visit.links;
    let faults = view.problem.map(|problem| problem.faults.as_slice()).unwrap_or_default();
    render(&CommentFormPage {
        shell: Shell::new(visit, view.heading, ""),
        title: plain(&view.report.title),
        report_url: links.report(view.report.id),
        text: view.text.unwrap_or_default().to_owned(),
        message: view.problem.filter(|problem| problem.faults.is_empty()).map(|problem| problem.detail.clone()),
        faults: faults.iter().map(|fault| (fault.parameter.clone(), fault.detail.clone())).collect(),
        about: view.about.map(CommentLine::new),
        view,
    })
}
