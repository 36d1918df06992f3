//! The page that describes the API.

use crate::serve::ui::shell::{Shell, render};
use crate::serve::visit::Visit;
use askama::Template;

/// What the page tells.
pub struct DocsPage {
    /// The contract's version.
    pub version: String,
    /// What holds everywhere; here and in every description, words of the API stand in backticks.
    pub description: String,
    /// Where the document itself is.
    pub openapi: String,
    /// Every operation, by what it is about.
    pub groups: Vec<DocsGroup>,
    /// Every stable code.
    pub problems: Vec<DocsProblem>,
    /// What is sent with each of them.
    pub problem_fields: Vec<DocsField>,
}

/// Operations about one thing.
pub struct DocsGroup {
    /// What it is called, unique.
    pub name: String,
    /// What its operations do.
    pub description: String,
    /// In the order of their paths.
    pub operations: Vec<DocsOperation>,
}

/// An operation.
pub struct DocsOperation {
    /// Its name, unique.
    pub id: String,
    /// In capitals.
    pub method: String,
    /// With its parts in braces.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// The scope a key must have; empty if none is needed or none will do.
    pub scope: String,
    /// The role an account must have; empty if none is needed.
    pub role: String,
    /// Whether neither is needed where reading is public.
    pub is_public: bool,
    /// What can be asked.
    pub parameters: Vec<DocsParameter>,
    /// What can be answered.
    pub responses: Vec<DocsResponse>,
    /// What is sent along.
    pub request: Vec<DocsBody>,
    /// What comes back if all is well.
    pub answers: Vec<DocsBody>,
    /// A command that asks for an example.
    pub curl: String,
}

/// A body that is sent or answered.
pub struct DocsBody {
    /// With which it is answered; empty for what is sent.
    pub statuses: String,
    /// Its media type.
    pub media: String,
    /// Its members; none if it is not JSON, or any JSON.
    pub fields: Vec<DocsField>,
    /// An example of it.
    pub example: Option<String>,
}

/// A member of a body, or of an object in it.
pub struct DocsField {
    /// The path of the object that it is in, with a dot at its end; empty in the body itself.
    pub within: String,
    /// Its name.
    pub name: String,
    /// What it may be.
    pub kind: String,
    /// Whether it may be missing.
    pub is_optional: bool,
    /// What it means.
    pub description: String,
}

/// A parameter.
pub struct DocsParameter {
    /// Its name.
    pub name: String,
    /// `path` or `query`.
    pub place: String,
    /// What numbers it may be; empty for other values.
    pub range: String,
    /// What it means.
    pub description: String,
}

/// An answer.
pub struct DocsResponse {
    /// Its status.
    pub status: String,
    /// What it means.
    pub description: String,
}

/// A stable code.
pub struct DocsProblem {
    /// As sent.
    pub code: &'static str,
    /// The status it comes with.
    pub status: u16,
    /// What it means.
    pub title: &'static str,
}

#[derive(Template)]
#[template(path = "docs.html", config = "src/serve/ui/askama.toml")]
struct Docs<'p> {
    shell: Shell,
    page: &'p DocsPage,
}

/// The page.
pub fn docs_page(visit: &Visit, page: &DocsPage) -> String {
    render(&Docs { shell: Shell::new(visit, "API", ""), page })
}

/// A text as runs, with whether each is code: what stands between backticks.
fn code_runs(text: &str) -> Vec<(bool, &str)> {
    let is_code = [false, true].into_iter().cycle();
    is_code.zip(text.split('`')).filter(|(_, run)| !run.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_part_code_from_text() {
        for (text, wanted) in [
            ("", vec![]),
            ("plain", vec![(false, "plain")]),
            ("send `a` and `b`.", vec![(false, "send "), (true, "a"), (false, " and "), (true, "b"), (false, ".")]),
            ("`a`", vec![(true, "a")]),
        ] {
            assert_eq!(code_runs(text), wanted);
        }
    }
}
