//! The pages of whoever looks after the library.

mod failures;
mod gaps;
mod overview;

pub use failures::{FailuresView, failures_page};
pub use gaps::{GapsView, gaps_page};
pub use overview::{OverviewView, overview_page};

use crate::report::{PageStatus, Reason};
use crate::serve::links::Links;
use crate::serve::routes;
use crate::serve::visit::Visit;

/// Around the content of such a page.
pub struct AdminFrame {
    /// Address and name of each page, and whether it is this one.
    pub tabs: Vec<(String, &'static str, bool)>,
    /// What forms must send along as `token`.
    pub form_token: String,
}

impl AdminFrame {
    /// The frame of the page at this path.
    pub fn new(visit: &Visit, path: &str) -> AdminFrame {
        let tabs = [
            ("/admin", "Overview"),
            ("/admin/failures", "Failures"),
            ("/admin/coverage", "Coverage"),
            ("/admin/comments", "Comments"),
            ("/admin/accounts", "Accounts"),
            ("/admin/keys", "Keys"),
        ];
        let tabs = tabs.into_iter().filter(|(known, _)| routes::is_page(known));
        AdminFrame {
            tabs: tabs.map(|(known, name)| (visit.links.at(known), name, known == path)).collect(),
            form_token: visit.signed_in.as_ref().map(|signed_in| signed_in.form_token.clone()).unwrap_or_default(),
        }
    }
}

/// What a reason is called; one of another version as it is kept.
fn reason_name(code: &str) -> &str {
    Reason::from_code(code).map_or(code, |reason| reason.label())
}

/// What a status says of a page, for people.
fn status_name(status: PageStatus) -> &'static str {
    match status {
        PageStatus::Text => "with text",
        PageStatus::Ocr => "recognised in their pictures",
        PageStatus::NoText => "without text: blank, or a picture",
        PageStatus::Garbled => "garbled",
        PageStatus::Encrypted => "encrypted",
        PageStatus::Truncated => "cut at a limit",
        PageStatus::Failed => "that could not be read",
    }
}

/// The page of a list that begins at `offset`.
fn at(links: &Links, path: &str, filter: (&str, &str), offset: u64) -> String {
    let offset = if offset == 0 { String::new() } else { offset.to_string() };
    links.with_parameters(path, &[filter, ("offset", &offset)])
}
